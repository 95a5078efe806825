//! Whether this process may change names in a folder, asked before anything is tried.

use std::path::Path;

use super::{Entry, Kind};
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
