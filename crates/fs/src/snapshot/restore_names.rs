//! Further names of what was given back: files that have several are one file again.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

use super::groups::{FileKey, Leader, file_key};
use super::manifest::Manifest;
use super::record::Entry;
use super::restore::{RestoreRequest, Restoring, Worker};
use super::same::has_same_owner_and_mode;
use crate::look::{self, Identity};
use crate::stage::record::NodeId;
use crate::stage::{Loss, StageError, Status};
use crate::sys::dir::Dir;
use crate::{FsError, sys};

/// A file that stands where it is to be, and gets further names.
#[derive(Debug, Clone, Copy)]
pub struct StandingName<'a> {
    /// A name of it in the snapshot.
    pub path: &'a Path,
    /// Where it stands.
    pub target: &'a Path,
    /// What makes it itself, where that is known.
    pub identity: Option<Identity>,
}

/// Returns the files that stand elsewhere, by what tells them apart.
pub(super) fn standing<'a>(
    manifest: &Manifest,
    request: &RestoreRequest<'a>,
) -> Result<HashMap<FileKey, StandingName<'a>>, FsError> {
    let mut standing = HashMap::new();
    for name in request.standing {
        let found = super::verify::find(manifest, name.path)?;
        let key = found.and_then(|(folder, place)| file_key(&folder, &folder.entries[place]));
        standing.extend(key.map(|key| (key, *name)));
    }
    Ok(standing)
}

impl Restoring<'_, '_> {
    /// Gives a file that was restored one more name; `false` if that cannot be.
    pub(super) fn further_name(
        &self,
        worker: &mut Worker<'_>,
        (id, entry): (NodeId, &Entry),
        leader: &Leader,
    ) -> Result<bool, StageError> {
        let place = self.place(worker, (leader.folder, &leader.name));
        let (dir, name) =
            place.map_err(|error| self.failed("link the copies of", (id, &entry.name), error))?;
        self.name_of(worker, (id, entry), (&dir, &name))
    }

    /// Gives a file that stands elsewhere one more name; `false` if that cannot be, or it is not as recorded any more.
    pub(super) fn name_of_standing(
        &self,
        worker: &mut Worker<'_>,
        (id, entry): (NodeId, &Entry),
        standing: &StandingName<'_>,
    ) -> Result<bool, StageError> {
        let (parent, name) = (standing.target.parent(), standing.target.file_name());
        let found = parent.zip(name).and_then(|(parent, name)| {
            let dir = sys::dir::open_dir(parent).ok()?;
            let status = sys::tree::status_at(&dir, name).ok()?;
            Some((dir, name, status))
        });
        let is_it = |status: &Status| {
            let identity = standing.identity;
            status.kind == look::Kind::File
                && entry.facts.size_bytes == status.size_bytes
                && entry.facts.modified_ns == status.modified_ns
                && has_same_owner_and_mode(entry, status)
                && identity.is_none_or(|identity| identity.inode == status.inode)
        };
        match found.filter(|(_, _, status)| is_it(status)) {
            Some((dir, name, _)) => self.name_of(worker, (id, entry), (&dir, name)),
            None => {
                self.note_losses((id, &entry.name), &[Loss::HardLink]);
                Ok(false)
            }
        }
    }

    fn name_of(
        &self,
        worker: &mut Worker<'_>,
        (id, entry): (NodeId, &Entry),
        (target, target_name): (&Dir, &OsStr),
    ) -> Result<bool, StageError> {
        let here = (id, &*entry.name);
        let wrap = |error| self.failed("link the copies of", here, error);
        let (to, name) = self.place(worker, here).map_err(wrap)?;
        let link = || sys::link::create_hard_link(target, target_name, &to, &name);
        let path = || self.path(here.0, here.1);
        match self.hand.effect("restore hard link", path, link) {
            Ok(()) => Ok(true),
            Err(error) => {
                use crate::FsErrorKind::{
                    CrossVolume, Guarded, NotPermitted, TooManyLinks, Unsupported,
                };
                match sys::errno::kind(&error) {
                    NotPermitted | Guarded | Unsupported | TooManyLinks | CrossVolume => {
                        self.note_losses(here, &[Loss::HardLink]);
                        Ok(false)
                    }
                    _ => Err(wrap(error)),
                }
            }
        }
    }
}
