//! Where things were when a snapshot was taken.

use std::path::{Path, PathBuf};

use super::list::Snapshot;
use crate::jobs::{Refusal, Refused};

/// The sources of a snapshot.
pub(super) struct Places<'a> {
    snapshot: &'a Snapshot,
}

impl<'a> Places<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot }
    }

    /// Returns where something was when the snapshot was taken.
    pub(super) fn was(&self, path: &Path) -> Result<PathBuf, Refused> {
        let (number, rest) = self.source_of(path)?;
        Ok(joined(&self.snapshot.header.sources[number].path, rest))
    }

    /// Returns the number of the source that a path below the snapshot lies in, and the path below that.
    fn source_of<'b>(&self, path: &'b Path) -> Result<(usize, &'b Path), Refused> {
        let mut parts = path.components();
        let first = parts.next();
        let mut names = self.snapshot.header.sources.iter();
        let number = names
            .position(|source| first.is_some_and(|first| source.name == first.as_os_str()))
            .ok_or_else(|| Refusal::NotInSnapshot {
                id: self.snapshot.id.clone(),
                path: path.to_path_buf(),
            })?;
        Ok((number, parts.as_path()))
    }
}

fn joined(source: &Path, rest: &Path) -> PathBuf {
    match rest.as_os_str().is_empty() {
        true => source.to_path_buf(),
        false => source.join(rest),
    }
}
