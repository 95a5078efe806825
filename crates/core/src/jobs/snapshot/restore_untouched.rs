//! What a restore in place never touches: lw's own, the store that is read, and other stores.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::tree::{PRIVATE_PREFIX, is_quarantine_name};
use lw_fs::look::{self, Identity, Kind};
use lw_fs::snapshot::{Store, is_store};

use crate::jobs::{Surroundings, staying};
use crate::plan::Untouched;

/// The folders that are never touched, wherever a snapshot has other things.
pub(super) struct Guarded {
    folders: Vec<(PathBuf, Option<Identity>, Untouched)>,
}

impl Guarded {
    /// Returns what is guarded while something is restored from the store.
    pub(super) fn of(around: &Surroundings, store: &Store) -> Self {
        let state = staying::real_state_folder(around);
        let state = state.map(|folder| (folder, Untouched::OfLw));
        let all = state
            .into_iter()
            .chain([(store.root().to_path_buf(), Untouched::Store)]);
        let folders = all.map(|(folder, why)| {
            let identity = look::entry(&folder).ok().map(|entry| entry.identity);
            (folder, identity, why)
        });
        Self {
            folders: folders.collect(),
        }
    }

    /// Returns whether the folder of this name and path is one of those that are told by their paths.
    pub(super) fn is_called(&self, name: &OsStr, path: impl Fn() -> PathBuf) -> bool {
        let mut paths = self.paths();
        paths.any(|guarded| guarded.file_name() == Some(name) && guarded == path())
    }

    /// Returns the paths of those that are not told by their names.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|(folder, ..)| &**folder)
    }

    /// Returns why what stands at a link-free path is not touched, if it is one of them or lies in one.
    pub(super) fn why(&self, path: &Path, there: Option<&look::Entry>) -> Option<Untouched> {
        let is_it = |(folder, identity, _): &&(PathBuf, Option<Identity>, Untouched)| {
            // By a bind mount it has another path.
            let is_same = match (identity, there) {
                (Some(identity), Some(there)) => there.identity.is_same_now(identity),
                _ => false,
            };
            is_same || path.starts_with(folder)
        };
        if let Some((.., why)) = self.folders.iter().find(is_it) {
            return Some(*why);
        }
        if there.is_some_and(|there| there.kind == Kind::Directory) && is_store(path) {
            return Some(Untouched::OtherStore);
        }
        let mut above = path.ancestors().skip(1).filter_map(Path::file_name);
        // One that is missing is not made again: it would speak of operations that are over.
        let is_quarantine = there.is_none_or(|there| there.kind == Kind::Directory)
            && path.file_name().is_some_and(is_quarantine_name);
        (is_quarantine || above.any(is_quarantine_name)).then_some(Untouched::OfLw)
    }
}

/// Returns whether a folder of this name is not moved away: also one that somebody has called so.
pub(super) fn is_private_name(name: &OsStr) -> bool {
    name.as_encoded_bytes()
        .starts_with(PRIVATE_PREFIX.as_bytes())
}
