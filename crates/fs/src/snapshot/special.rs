//! Links and pipes taken into a snapshot.

use std::ffi::OsStr;
use std::io;

use super::one::{Subject, leave_out, shared};
use super::record::{Entry, EntryKind, LESSENED, LeftOut, RACY, REBASED};
use super::take::{LinkPolicy, is_unreadable};
use super::visit::{Visit, Worker, facts_of, is_gone, note_losses};
use crate::stage::{Amount, StageError};
use crate::{FsErrorKind, sys};

impl Visit<'_, '_, '_> {
    /// Returns whether a link that was recorded is still the one of the source, and stands in the store as it would now.
    pub(super) fn is_wanted_link(&self, subject: &Subject<'_>, entry: &Entry) -> bool {
        // Within one tick of the clock a link may have given way to another one with the same inode number.
        let is_same = !entry.has(RACY)
            || sys::link::read_link_at(subject.from.0, subject.from.1)
                .is_ok_and(|text| crate::name_bytes(&text) == &*entry.text);
        let stored = match self.taking.request.links {
            LinkPolicy::Rebase => crate::borrowed_name(&entry.text)
                .and_then(|text| self.taking.rebased(self.id, text)),
            LinkPolicy::Preserve | LinkPolicy::Skip => None,
        };
        is_same
            && match stored {
                Some(stored) => {
                    entry.has(REBASED) && *entry.stored_text == *crate::name_bytes(&stored)
                }
                None => !entry.has(REBASED),
            }
    }

    pub(super) fn link_itself(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let here = (self.id, subject.name);
        let text = match sys::link::read_link_at(subject.from.0, subject.from.1) {
            Err(error) if is_gone(&error) || error.kind() == io::ErrorKind::InvalidInput => {
                return Ok(None);
            }
            Err(error) if is_unreadable(&error) => {
                return Ok(Some(leave_out(worker, subject, LeftOut::Unreadable)));
            }
            other => other.map_err(|error| taking.failed("read the link", here, error))?,
        };
        let stored = match taking.request.links {
            LinkPolicy::Rebase => taking.rebased(self.id, &text),
            LinkPolicy::Preserve | LinkPolicy::Skip => None,
        };
        let mut entry = Entry::new(subject.name, EntryKind::SymbolicLink);
        entry.text = crate::name_bytes(&text).into();
        if let Some(stored) = &stored {
            entry.flags |= REBASED;
            entry.stored_text = crate::name_bytes(stored).into();
        }
        let made = stored.unwrap_or(text);
        let create = |name: &OsStr| sys::link::create_symlink(&made, subject.to, name);
        self.special(worker, subject, entry, create)
    }

    pub(super) fn pipe(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
    ) -> Result<Option<Entry>, StageError> {
        let entry = Entry::new(subject.name, EntryKind::Pipe);
        let create = |name: &OsStr| sys::tree::create_pipe(subject.to, name);
        self.special(worker, subject, entry, create)
    }

    /// Makes a link or a pipe, and gives it what belongs to it.
    fn special(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        mut entry: Entry,
        create: impl Fn(&OsStr) -> io::Result<()>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let name = crate::borrowed_name(subject.name).unwrap_or_default();
        let path = || taking.to.path(taking.tree, self.id, subject.name);
        let make = || {
            create(name)?;
            let lost = sys::keep::give_by_name(subject.from, &subject.status, (subject.to, name))?;
            let made = sys::tree::status_at(subject.to, name)?;
            Ok((lost, made.inode))
        };
        match taking.hand.effect("take link", path, make) {
            Ok((lost, inode)) => {
                entry.facts = facts_of(&subject.status, inode);
                entry.flags |= shared(&subject.status);
                if taking.is_racy(&subject.status) {
                    entry.flags |= RACY;
                }
                if note_losses(worker, &lost) {
                    entry.flags |= LESSENED;
                }
                taking.monitor.advance(Amount { bytes: 0, files: 1 });
                Ok(Some(entry))
            }
            Err(error)
                if matches!(
                    sys::errno::kind(&error),
                    FsErrorKind::NotPermitted | FsErrorKind::Guarded | FsErrorKind::Unsupported
                ) =>
            {
                Ok(Some(leave_out(worker, subject, LeftOut::CannotBeHeld)))
            }
            Err(error) => Err(taking.failed("copy", (self.id, subject.name), error)),
        }
    }
}
