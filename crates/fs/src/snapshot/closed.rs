//! Folders of linkwright's own, which are no part of what a source holds.

use std::path::PathBuf;

use crate::look::{self, Kind};
use crate::sys;

/// Returns the identities of those folders that are there; what cannot be looked at cannot be entered either.
pub(super) fn identities(folders: &[PathBuf]) -> Vec<(u64, u64)> {
    let open = |folder: &PathBuf| {
        let (above, name) = (folder.parent()?, folder.file_name()?);
        let above = sys::tree::open_folder(above).ok()?;
        let status = sys::tree::status_at(&above, name).ok()?;
        Some((status.device, status.inode))
    };
    folders.iter().filter_map(open).collect()
}

/// Returns whether something in a folder is a quarantine of linkwright's: that is no part of what a source holds.
pub(super) fn is_quarantine(name: &[u8], kind: Kind) -> bool {
    kind == Kind::Directory
        && crate::borrowed_name(name).is_some_and(look::tree::is_quarantine_name)
}
