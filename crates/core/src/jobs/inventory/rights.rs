//! Who owns a place and who may write there, as far as its permission bits tell.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind};

/// The most places that are remembered.
const MAX_REMEMBERED: usize = 100_000;

/// Owner, group and permission bits of one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    pub(super) kind: Kind,
    pub(super) user: u32,
    pub(super) group: u32,
    mode: u32,
}

impl Rights {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            kind: entry.kind,
            user: entry.user_id,
            group: entry.group_id,
            mode: entry.mode,
        }
    }

    /// Returns whether everybody may write.
    pub(super) fn anyone_may_write(&self) -> bool {
        self.mode & 0o002 != 0
    }

    /// Returns whether its group may write.
    pub(super) fn group_may_write(&self) -> bool {
        self.mode & 0o020 != 0
    }

    /// Returns whether only the owner of a name in this folder may take it away.
    pub(super) fn is_sticky(&self) -> bool {
        self.kind == Kind::Directory && self.mode & 0o1000 != 0
    }
}

/// The rights of the places that were met, remembered by path.
#[derive(Debug, Default)]
pub(super) struct RightsOf {
    known: HashMap<PathBuf, Option<Rights>>,
}

impl RightsOf {
    /// Returns the rights of a link-free folder, or `None` if it cannot be looked at.
    pub(super) fn folder(&mut self, path: &Path) -> Option<Rights> {
        if let Some(known) = self.known.get(path) {
            return *known;
        }
        if self.known.len() >= MAX_REMEMBERED {
            self.known.clear();
        }
        let rights = look::entry(path).ok().map(|entry| Rights::of(&entry));
        self.known.insert(path.to_path_buf(), rights);
        rights
    }
}
