//! Folders of linkwright's own, which are no part of what a source holds.

use std::path::PathBuf;

use crate::look::{self, Kind};

/// Returns the identities of those folders that are there; what cannot be looked at cannot be entered either.
pub(super) fn identities(folders: &[PathBuf]) -> Vec<(u64, u64)> {
    let entries = folders.iter().filter_map(|folder| look::entry(folder).ok());
    entries
        .map(|entry| (entry.identity.device, entry.identity.inode))
        .collect()
}

/// Returns whether something in a folder is a quarantine of linkwright's: that is no part of what a source holds.
pub(super) fn is_quarantine(name: &[u8], kind: Kind) -> bool {
    kind == Kind::Directory
        && crate::borrowed_name(name).is_some_and(look::tree::is_quarantine_name)
}
