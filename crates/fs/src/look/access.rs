//! Whether this process may change names in a folder, asked before anything is tried.

use std::path::Path;

use super::{Entry, Kind};
use crate::stage::Loss;
use crate::{FsError, sys};

/// Fails as the system would if names in `folder` may not be added or removed by this process.
///
/// Stands on `faccessat(2)` with `W_OK | X_OK` and the effective ids; a read-only volume answers `ReadOnly`.
pub fn may_change_names(folder: &Path) -> Result<(), FsError> {
    sys::user::may_write(folder).map_err(|error| FsError::new("change names in", folder, error))
}

/// Returns whether `entry` may be renamed away from `folder` as far as a sticky bit goes: there only the owner of
/// either, or root, may (rename(2), `EPERM`).
pub fn sticky_allows(folder: &Entry, entry: &Entry) -> bool {
    const STICKY: u32 = 0o1000;
    let me = sys::user::effective_user_id();
    folder.mode & STICKY == 0 || me == 0 || me == folder.user_id || me == entry.user_id
}

/// Returns whether a folder may be renamed into another folder: its own `..` changes, so it must be writable
/// itself (rename(2), `EACCES`).
pub fn may_change_parent(path: &Path, entry: &Entry) -> bool {
    entry.kind != Kind::Directory || sys::user::may_write(path).is_ok()
}

/// Returns the id of the user this process acts as.
pub fn effective_user_id() -> u32 {
    sys::user::effective_user_id()
}

/// Returns whether this process can give what belongs to it to this group: root to any, others to those they are in (chown(2)).
pub fn may_give_to_group(group: u32) -> bool {
    sys::user::effective_user_id() == 0 || sys::user::is_in_group(group)
}

/// Returns the permission bits that a new folder in place of this one would need to be open to nobody to whom it is not open.
///
/// The access list that it may have does not come back, and while it is there the bits of the group are not the group's.
pub fn mode_alone(folder: &Path) -> Result<u32, FsError> {
    const ALL_BITS: u32 = 0o7777;
    let mode = super::entry(folder)?.mode & ALL_BITS;
    Ok(sys::keep::mode_without_list(folder, mode))
}

/// Returns what a new folder in place of this one would not have, if this process made it with the same permission bits.
///
/// The times are left out: each name in a folder that comes or goes changes them.
pub fn besides_mode(folder: &Path) -> Result<Vec<Loss>, FsError> {
    let entry = super::entry(folder)?;
    let above = super::entry(folder.parent().unwrap_or(folder))?;
    let opened = sys::tree::open_folder(folder)
        .map_err(|error| FsError::new("look at the folder", folder, error))?;
    let found = sys::keep::besides_mode(&opened);
    let mut found =
        found.map_err(|error| FsError::new("look at the attributes of", folder, error))?;
    let of_new = (effective_user_id(), sys::user::group_of_new(&above));
    if (entry.user_id, entry.group_id) != of_new {
        found.insert(0, Loss::Owner);
    }
    found.dedup();
    Ok(found)
}

/// Lets every read of this process fail with `InCloudOnly` where it would fetch content from a cloud, for as long as it runs.
///
/// Stands on `setiopolicy_np(3)` of macOS; does nothing on systems that fetch nothing. A system without that policy is
/// left as it is: then what is in the cloud alone is still told by its flags before it is read.
pub fn leave_in_cloud() {
    let _unknown_policy = sys::user::leave_in_cloud();
}
