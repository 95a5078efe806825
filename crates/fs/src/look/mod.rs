//! Reading: entries, places, links and where they lead, volumes and what they can do, whole trees.

mod capitals;
mod entry;
mod folder_facts;
mod native_link;
mod place;
mod resolve;
mod volume;

#[cfg_attr(
    not(target_os = "macos"),
    allow(dead_code, reason = "only macOS has these flags and answers")
)]
pub(crate) mod apple;

pub mod access;
pub mod content;
pub mod handle;
pub mod in_use;
pub mod measure;
pub mod rights;
pub mod system;
pub mod tree;
pub mod walk;

pub use capitals::folds_capitals;
pub use entry::{Entry, Identity, Kind, entry, entry_if_any, followed, names_of, read_link};
pub use folder_facts::{FolderFacts, folder_facts};
pub use native_link::{
    NativeError, NativeForm, NativeLink, NtfsVolumes, OnNtfs, ReAim, can_be_re_aimed,
    is_folder_on_ntfs, native_link, on_ntfs, only_looks_like_link, relative_text,
    takes_native_links,
};
pub(crate) use native_link::{Portable, Raw, portable};
pub use place::{Place, PlaceError, is_longer_than_paths_are, lexical_parents, place, real_folder};
pub use resolve::{End, Hop, MAX_HOPS, Resolution, Resolver, resolve, resolve_from};
pub use volume::{
    Free, Keeping, Support, Unmounted, Volume, exchange_support, file_system_id,
    folders_tell_inode_numbers, free, is_case_sensitive, keeping, link_support, most_names,
    mount_points, mount_points_below, name_limit_bytes, same_volume, unmounted, volume_of,
};
