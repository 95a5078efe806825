//! Everything of linkwright that touches users' files.
//!
//! # Purpose
//! [`look`] reads: entries, links, volumes, trees. [`act`] changes: one short file a primitive change,
//! each of which takes a [`Hand`]. [`stage`] builds a copy of a whole tree in a private place, and clears the old tree
//! once the copy is in use. [`mount_table`] reads the system's tables of volumes, [`reparse`] reads and writes the reparse
//! points of NTFS, both as bytes. The platform folders (`linux`, `macos`, `windows`) hold the system calls, under the same
//! file names in each; `unix` is what the first two share, `nt` what the third stands on.
//!
//! # Invariants
//! - No function of [`act`] follows a symbolic link, neither in the last name nor on the way to it
//!   (test `act_never_goes_through_a_link`).
//! - Nothing is changed without a [`Hand`], and each change passes the choke point `Hand::effect`
//!   (test `every_change_passes_the_choke_point`).
//! - No rename of this crate replaces an entry that holds content (test `a_rename_never_replaces`).
//!
//! # Limitations
//! Linux is what was run. The macOS folder is written by its manual pages, compiles and links, and was never run.
//! Windows was never run, but for this crate's unit tests under Wine 8. They ran there: opening by handle
//! and part by part, listing, ids and opening by them, renames, hard links, removal, sharing as a lease, a whole tree copied,
//! verified and cleared, owners, and the refusals of what Wine has not (junctions) or only pretends to make (symbolic links).
//! They did not, for want of them in Wine: reparse points of any sort and so the refusal to pass them, POSIX semantics of
//! renames and removals, 128-bit ids, alternate streams, access lists other than those that Wine makes up, holes, extended
//! attributes, times of creation, the names of a file, volumes mounted in folders, shares, cloud files, Redirection Guard.
//! On Windows a private folder has the access list that its place hands down; a file id of FAT may change with a rename; what
//! is read back after a copy may come from the cache of the system.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this crate is the one place where the file system is touched"
)]

pub mod act;
pub mod look;
pub mod mount_table;
pub mod path_form;
pub mod reparse;
pub mod snapshot;
pub mod stage;

mod error;
mod hand;
mod little_endian;
mod path_bytes;
mod queue;

pub use error::{FsError, FsErrorKind};
pub use hand::{Effect, Hand, NoWitness, Witness};
pub use path_bytes::{
    borrowed_name, lone_surrogate, name_bytes, name_from_bytes, path_bytes, path_from_bytes,
};
pub use queue::worker_count;

#[cfg(unix)]
mod unix;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as sys;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as sys;

#[cfg(windows)]
mod nt;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as sys;
