//! Links and pipes taken into a snapshot.

use std::ffi::{OsStr, OsString};
use std::io;

use super::follow::Fate;
use super::one::{Subject, leave_out, shared};
use super::record::{Entry, EntryKind, FROM_LINK, KEPT_LINK, LESSENED, LeftOut, RACY, REBASED};
use super::take::{LinkPolicy, Root, is_unreadable};
use super::visit::{Earlier, Visit, Worker, facts_of, is_gone, note_losses};
use crate::look::Kind;
use crate::stage::record::NodeId;
use crate::stage::{Amount, StageError};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, sys};

impl Visit<'_, '_, '_> {
    /// Returns whether a link that was recorded is still the one of the source, and stands in the store as it would now.
    pub(super) fn is_wanted_link(&self, subject: &Subject<'_>, entry: &Entry) -> bool {
        // Within one tick of the clock a link may have given way to another one with the same inode number.
        let is_same = !entry.has(RACY)
            || sys::link::read_link_at(subject.from.0, subject.from.1)
                .is_ok_and(|text| crate::name_bytes(&text) == &*entry.text);
        let text = crate::borrowed_name(&entry.text);
        let stored = text.and_then(|text| self.stored_text(subject, text));
        is_same
            && match stored {
                Some(stored) => {
                    entry.has(REBASED) && *entry.stored_text == *crate::name_bytes(&stored)
                }
                None => !entry.has(REBASED),
            }
    }

    /// Returns the text that a link gets in the store, if that is another one.
    fn stored_text(&self, subject: &Subject<'_>, text: &OsStr) -> Option<OsString> {
        let taking = self.taking;
        match taking.links(self.id, subject.name) {
            LinkPolicy::Rebase => taking.rebased(self.id, text),
            LinkPolicy::FollowOnce => {
                match taking.fates.of(&taking.path_below(self.id, subject.name)) {
                    Fate::Link(stored) => stored,
                    Fate::Kept | Fate::Content(_) => None,
                }
            }
            LinkPolicy::Preserve | LinkPolicy::Follow | LinkPolicy::Skip => None,
        }
    }

    /// Takes what a link leads to in its place, where that is wanted; `None` if the link itself is to be taken.
    ///
    /// A folder is only made, and added to those that are to be looked at.
    pub(super) fn follow(
        &self,
        worker: &mut Worker<'_>,
        (from, name): (&Dir, &OsStr),
        to: &Dir,
        earlier: &mut [Earlier],
        found: &mut Vec<NodeId>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let bytes = crate::name_bytes(name);
        let fate = match taking.links(self.id, bytes) {
            LinkPolicy::Follow => taking.followed(self.id, name),
            LinkPolicy::FollowOnce => taking.fates.of(&taking.path_below(self.id, bytes)),
            LinkPolicy::Preserve | LinkPolicy::Rebase | LinkPolicy::Skip => return Ok(None),
        };
        let Fate::Content(target) = fate else {
            return Ok(None);
        };
        let wrap = |error| taking.failed("follow the link", (self.id, bytes), error);
        let text = match sys::link::read_link_at(from, name) {
            Err(error) if is_gone(&error) => return Ok(None),
            other => other.map_err(wrap)?,
        };
        let (Some(parent), Some(own)) = (target.parent(), target.file_name()) else {
            return Ok(None);
        };
        let opened = sys::tree::open_folder(parent).and_then(|parent| {
            let status = sys::tree::status_at(&parent, own)?;
            Ok((parent, status))
        });
        let Ok((parent, status)) = opened else {
            // It went away, or may not be reached: the link says what was there.
            return Ok(None);
        };
        let mut entry = if status.kind == Kind::Directory {
            let (child, entry) = self.create_folder(worker, bytes, earlier)?;
            taking.roots.add(child, Root::At(target));
            found.push(child);
            entry
        } else {
            let subject = Subject {
                name: bytes,
                from: (&parent, own),
                to,
                status,
                is_racy: taking.is_racy(&status),
                stood_here: false,
            };
            match self.take(worker, &subject, earlier)? {
                Some(entry) if entry.kind == EntryKind::File => entry,
                other => return Ok(other),
            }
        };
        entry.flags |= FROM_LINK;
        entry.text = crate::name_bytes(&text).into();
        Ok(Some(entry))
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
        let stored = self.stored_text(subject, &text);
        let mut entry = Entry::new(subject.name, EntryKind::SymbolicLink);
        entry.text = crate::name_bytes(&text).into();
        if let Some(stored) = &stored {
            entry.flags |= REBASED;
            entry.stored_text = crate::name_bytes(stored).into();
        }
        if taking.links(self.id, subject.name) == LinkPolicy::Follow {
            entry.flags |= KEPT_LINK;
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
                if subject.is_racy {
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
