//! A file copied into a snapshot.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::sync::atomic::Ordering;

use super::content::{Content, CopyError, copy, digest_of};
use super::one::{Read, Subject, leave_out, shared};
use super::record::{ATTRIBUTES, Attribute, Entry, EntryKind, LESSENED, LeftOut, RACY, TORN};
use super::same::is_still;
use super::take::is_unreadable;
use super::visit::{Visit, Worker, facts_of, guarded, note_losses};
use crate::stage::{Amount, Loss, StageError, Status};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, sys};

impl Visit<'_, '_, '_> {
    pub(super) fn copy_file(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        mut file: File,
        attributes: Option<Vec<Attribute>>,
        last: bool,
    ) -> Result<Read, StageError> {
        let taking = self.taking;
        let status = &subject.status;
        let here = (self.id, subject.name);
        let path = || taking.to.path(taking.tree, self.id, subject.name);
        let to_name = crate::borrowed_name(subject.name).unwrap_or_default();
        let kept = guarded(status, taking.request.guard);
        let written = taking.hand.effect("take file", path, || {
            let from = (&mut file, status, &kept);
            match self.write_copy(&mut worker.room, from, (subject.to, to_name)) {
                Err(CopyError::Write(error)) => Err(error),
                other => Ok(other),
            }
        });
        let written = match written {
            Ok(Ok(written)) => written,
            Ok(Err(CopyError::Read(error))) if is_unreadable(&error) || is_broken(&error) => {
                self.take_back(subject)?;
                return Ok(Read::Taken(leave_out(worker, subject, LeftOut::Unreadable)));
            }
            Ok(Err(CopyError::Read(error) | CopyError::Write(error))) => {
                return Err(taking.failed("copy", here, error));
            }
            Err(error) => return Err(taking.failed("copy", here, error)),
        };
        let after = sys::tree::status(&file).map_err(|error| taking.failed("read", here, error))?;
        let is_torn = !is_still(status, &after) || written.content.size_bytes != status.size_bytes;
        if is_torn && !last {
            self.take_back(subject)?;
            return Ok(Read::Changed);
        }
        let mut entry = Entry::new(subject.name, EntryKind::File);
        entry.facts = facts_of(status, written.inode);
        entry.facts.size_bytes = written.content.size_bytes;
        entry.digest = written.content.digest;
        entry.flags |= shared(status);
        if subject.is_racy {
            entry.flags |= RACY;
        }
        if note_losses(worker, &written.lost) {
            entry.flags |= LESSENED;
        }
        entry.attributes = attributes.unwrap_or_default();
        if !entry.attributes.is_empty() {
            entry.flags |= ATTRIBUTES;
        }
        if is_torn {
            entry.flags |= TORN;
            worker.totals.torn += 1;
        }
        if written.is_clone {
            // Its blocks are those of the original: they take no room.
            worker.totals.cloned += 1;
        } else {
            worker.totals.copied += 1;
            worker.totals.copied_bytes += entry.facts.size_bytes;
        }
        taking.monitor.advance(Amount { bytes: 0, files: 1 });
        Ok(Read::Taken(entry))
    }

    fn write_copy(
        &self,
        room: &mut [u8],
        (from, status, kept): (&mut File, &Status, &Status),
        (to, name): (&Dir, &OsStr),
    ) -> Result<Written, CopyError> {
        let taking = self.taking;
        // Writing takes the owner's right, whatever the mode in the end: it was opened before.
        let mode = status.mode & 0o777;
        let mut file = sys::tree::create_file(to, name, mode).map_err(CopyError::Write)?;
        let is_clone = !taking.clones_nothing.load(Ordering::Relaxed)
            && sys::tree::clone_into(from, &file).map_err(CopyError::Write)?;
        let mut reading = self.reading(room);
        let content = if is_clone {
            // What was cloned stays as it is, whoever writes to the original meanwhile.
            digest_of(&mut file, status, &mut reading).map_err(CopyError::Read)?
        } else {
            taking.clones_nothing.store(true, Ordering::Relaxed);
            copy(from, status, &mut file, &mut reading)?
        };
        let has = sys::keep::has_when_new(mode, taking.umask);
        let lost = sys::keep::give(&*from, kept, &file, has).map_err(CopyError::Write)?;
        if taking.sync_each {
            sys::pages::write_out(&file).map_err(CopyError::Write)?;
        }
        let made = sys::tree::status(&file).map_err(CopyError::Write)?;
        Ok(Written {
            content,
            inode: made.inode,
            lost,
            is_clone,
        })
    }

    /// Removes a copy that was made just now.
    fn take_back(&self, subject: &Subject<'_>) -> Result<(), StageError> {
        let taking = self.taking;
        let path = || taking.to.path(taking.tree, self.id, subject.name);
        let name = crate::borrowed_name(subject.name).unwrap_or_default();
        taking
            .hand
            .effect("take back file", path, || {
                sys::link::unlink(subject.to, name)
            })
            .map_err(|error| taking.failed("take back the copy of", (self.id, subject.name), error))
    }
}

/// A copy that was written.
struct Written {
    content: Content,
    inode: u64,
    lost: Vec<Loss>,
    is_clone: bool,
}

/// Returns whether the device could not read something.
fn is_broken(error: &io::Error) -> bool {
    sys::errno::kind(error) == FsErrorKind::Io
}
