//! Where things were when a snapshot was taken, and where that is now: a source may have been moved, and left a link.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, End};
use lw_fs::snapshot::EntryKind;

use super::list::Snapshot;
use super::restore::Item;
use crate::jobs::{Refusal, Refused};
use crate::plan::Notice;

/// The sources of a snapshot, and where they are now.
pub(super) struct Places<'a> {
    snapshot: &'a Snapshot,
    /// Where each source is: behind the links that lead there, since that is what the user works with. None if they lead
    /// nowhere.
    now: Vec<Option<PathBuf>>,
}

impl<'a> Places<'a> {
    /// Looks where the sources of a snapshot are.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let sources = snapshot.header.sources.iter();
        Self {
            snapshot,
            now: sources.map(|source| behind(&source.path).ok()).collect(),
        }
    }

    /// Returns where something stands or would stand that is at this path below the snapshot, if its source can be reached.
    pub(super) fn now(&self, path: &Path) -> Option<PathBuf> {
        let (number, rest) = self.source_of(path).ok()?;
        self.now[number].as_ref().map(|now| joined(now, rest))
    }

    /// Returns where something was when the snapshot was taken.
    pub(super) fn was(&self, path: &Path) -> Result<PathBuf, Refused> {
        let (number, rest) = self.source_of(path)?;
        Ok(joined(&self.snapshot.header.sources[number].path, rest))
    }

    /// Returns where something is brought that was asked for and was at `was`, and what the user should know of that.
    pub(super) fn dest(
        &self,
        path: &Path,
        was: &Path,
    ) -> Result<(PathBuf, Option<Notice>), Refused> {
        let (number, rest) = self.source_of(path)?;
        let source = behind(&self.snapshot.header.sources[number].path)?;
        let now = joined(&source, rest);
        let dest = match (now.parent(), now.file_name()) {
            // What it is itself by now does not matter: it is brought back as it was.
            (Some(parent), Some(name)) if !rest.as_os_str().is_empty() => {
                behind(parent)?.join(name)
            }
            _ => now,
        };
        let notice = (dest != was).then(|| Notice::RestoredBehind {
            path: was.to_path_buf(),
            leads_to: dest.clone(),
        });
        Ok((dest, notice))
    }

    /// Returns why what is not in the snapshot is not deleted from the folder that an item is: its source is a link by now, which
    /// may lead to something much larger than what was taken.
    pub(super) fn behind_link(&self, item: &Item) -> Option<Refusal> {
        let (number, _) = self.source_of(&item.path).ok()?;
        let link = &self.snapshot.header.sources[number].path;
        let is_link = look::entry(link).is_ok_and(|there| there.kind.is_link());
        (is_link && item.entry.kind == EntryKind::Folder).then(|| Refusal::DeletesBehindLink {
            link: link.clone(),
            leads_to: self.now[number].clone().unwrap_or_else(|| link.clone()),
        })
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

/// Returns the link-free path to which one leads that had no links in it once; itself if it is merely missing.
fn behind(path: &Path) -> Result<PathBuf, Refusal> {
    let resolution = look::resolve(path);
    let link = path.to_path_buf();
    match resolution.end {
        End::Found { path, .. } => Ok(path),
        End::Missing { .. } | End::NotADirectory { .. } if resolution.hops.is_empty() => Ok(link),
        // The volume may not be mounted: nothing is made in its place.
        End::Missing {
            first_missing: missing,
        } => Err(Refusal::Dangling { link, missing }),
        End::NotADirectory { at } => Err(Refusal::NoFolder { link, at }),
        End::Loop { cycle } => Err(Refusal::Loop { link, cycle }),
        End::TooDeep => Err(Refusal::TooDeep { link }),
        End::Unreadable(error) => Err(error.into()),
    }
}
