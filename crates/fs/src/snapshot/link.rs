//! Further names for files of the store.

use std::sync::Arc;

use super::one::{Known, Subject};
use super::record::Entry;
use super::visit::{Earlier, Visit, Worker};
use crate::stage::{Amount, StageError};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, sys};

impl Visit<'_, '_, '_> {
    /// Links to a file of a basis; `false` if that cannot be, or the file stands for another one.
    pub(super) fn link(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut Earlier,
        known: &Known<'_>,
    ) -> Result<bool, StageError> {
        let taking = self.taking;
        let basis = &taking.bases[earlier.number];
        let place = (earlier.folder.id, known.place);
        if !basis.claim(place, known.entry, subject.status.inode) {
            return Ok(false);
        }
        let dir = match &earlier.dir {
            Some(dir) => Arc::clone(dir),
            None => {
                let opened = worker.bases[earlier.number].open(self.id);
                let Ok(dir) = opened else {
                    // Somebody was at work in the store.
                    worker.totals.not_linked += 1;
                    return Ok(false);
                };
                Arc::clone(earlier.dir.insert(dir))
            }
        };
        self.link_to(worker, subject, (&dir, known.entry))
    }

    /// Gives a file of the store one more name.
    pub(super) fn link_to(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        (dir, entry): (&Dir, &Entry),
    ) -> Result<bool, StageError> {
        let taking = self.taking;
        let names = crate::borrowed_name(&entry.name).zip(crate::borrowed_name(subject.name));
        let Some((name, own)) = names else {
            return Ok(false);
        };
        let path = || taking.to.path(taking.tree, self.id, subject.name);
        let link = || sys::link::create_hard_link(dir, name, subject.to, own);
        match taking.hand.effect("take by link", path, link) {
            Ok(()) => {
                taking.monitor.advance(Amount { bytes: 0, files: 1 });
                Ok(true)
            }
            Err(error) => match sys::errno::kind(&error) {
                // It has as many names as it can, the volume knows none, or somebody was at work in the store.
                FsErrorKind::TooManyLinks
                | FsErrorKind::NotPermitted
                | FsErrorKind::Guarded
                | FsErrorKind::Unsupported
                | FsErrorKind::PermissionDenied
                | FsErrorKind::CrossVolume
                | FsErrorKind::NotFound => {
                    worker.totals.not_linked += 1;
                    Ok(false)
                }
                _ => Err(taking.failed("link the copy of", (self.id, subject.name), error)),
            },
        }
    }
}
