//! One entry given back: a file, a link or a pipe.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::sync::Arc;

use super::content::{CopyError, Reading, copy};
use super::record::{Entry, EntryKind, Facts, LESSENED};
use super::restore::{Restoring, Worker, like};
use crate::stage::record::{CONTAINER, NodeId};
use crate::stage::{Amount, Loss, StageError, Status};
use crate::sys;
use crate::sys::dir::Dir;

impl Restoring<'_, '_> {
    /// Restores one that is no folder; `false` if it was left out.
    pub(super) fn one(
        &self,
        worker: &mut Worker<'_>,
        id: NodeId,
        entry: &Entry,
    ) -> Result<bool, StageError> {
        let here = (id, &*entry.name);
        let wrap = |error| self.failed("restore", here, error);
        let (to, name) = self.place(worker, here).map_err(wrap)?;
        let stored = worker.from.open(id).and_then(|from| {
            let own = self.from.name(id, &entry.name)?.to_os_string();
            let status = sys::tree::status_at(&from, &own)?;
            Ok((from, own, status))
        });
        let stored = stored
            .ok()
            .filter(|(_, _, status)| Some(status.kind) == entry.stored_kind());
        let restored = match (entry.kind, stored) {
            (EntryKind::File, Some((from, own, _))) => {
                match sys::tree::open_to_read(&*from, &own) {
                    Ok(file) => self.file(worker, here, entry, file, (&to, &name))?,
                    Err(_) => None,
                }
            }
            (EntryKind::File, None) => None,
            (_, stored) => Some(self.special(here, entry, stored, (&to, &name))?),
        };
        let Some(lost) = restored else {
            // Of what is all there is, the error tells.
            if id != CONTAINER {
                self.monitor
                    .lost(&self.from.path(self.tree, here.0, here.1), Loss::Content);
            }
            return Ok(false);
        };
        self.note_losses(here, &lost);
        self.monitor.advance(Amount { bytes: 0, files: 1 });
        Ok(true)
    }

    /// Restores a file; `None`, and nothing is there, if its content is not what was recorded.
    fn file(
        &self,
        worker: &mut Worker<'_>,
        here: (NodeId, &[u8]),
        entry: &Entry,
        mut file: File,
        (to, name): (&Dir, &OsStr),
    ) -> Result<Option<Vec<Loss>>, StageError> {
        let wrap = |error| self.failed("restore", here, error);
        let status = sys::tree::status(&file).map_err(wrap)?;
        let wanted = like(&status, &entry.facts);
        let room = &mut worker.room;
        let write = || {
            let mode = wanted.mode & 0o777;
            let mut copied = sys::tree::create_file(to, name, mode)?;
            let mut reading = Reading {
                room,
                monitor: self.monitor,
            };
            let content = match copy(&mut file, &status, &mut copied, &mut reading) {
                Ok(content) => content,
                Err(CopyError::Write(error)) => return Err(error),
                Err(CopyError::Read(error)) if error.kind() == io::ErrorKind::Interrupted => {
                    return Err(error);
                }
                Err(CopyError::Read(_)) => return Ok(None),
            };
            if content.digest != entry.digest {
                return Ok(None);
            }
            let has = sys::keep::has_when_new(mode, self.umask);
            let mut lost = sys::keep::give(&file, &wanted, &copied, has)?;
            if entry.has(LESSENED) {
                lost.extend(sys::keep::give_attributes(&copied, &entry.attributes)?);
            }
            if self.sync_each {
                sys::pages::write_out(&copied)?;
            }
            Ok(Some(lost))
        };
        let path = || self.path(here.0, here.1);
        let written = self
            .hand
            .effect("restore file", path, write)
            .map_err(wrap)?;
        if written.is_none() {
            let remove = || sys::link::unlink(to, name);
            self.hand
                .effect("take back file", path, remove)
                .map_err(wrap)?;
        }
        Ok(written)
    }

    /// Restores a link or a pipe, by what is in the store or, without that, by the manifest alone.
    fn special(
        &self,
        here: (NodeId, &[u8]),
        entry: &Entry,
        stored: Option<(Arc<Dir>, OsString, Status)>,
        (to, name): (&Dir, &OsStr),
    ) -> Result<Vec<Loss>, StageError> {
        let wrap = |error| self.failed("restore", here, error);
        let text = crate::name_from_bytes(entry.text_as(self.links_as));
        let make = || {
            match (entry.kind, &text) {
                (EntryKind::Pipe, _) => sys::tree::create_pipe(to, name)?,
                (_, Some(text)) => sys::link::create_symlink(text, to, name)?,
                (_, None) => return Err(io::ErrorKind::InvalidFilename.into()),
            }
            if entry.facts == Facts::default() {
                // Of a link in whose place something stood nothing is known but its text.
                return Ok(Vec::new());
            }
            let (from, own, status) = match &stored {
                Some((from, own, status)) => (&**from, own.as_os_str(), *status),
                None => (to, name, sys::tree::status_at(to, name)?),
            };
            sys::keep::give_by_name((from, own), &like(&status, &entry.facts), (to, name))
        };
        let path = || self.path(here.0, here.1);
        let lost = match entry.kind {
            EntryKind::Pipe => Loss::Pipe,
            _ => Loss::SymbolicLink,
        };
        match self.hand.effect("restore link", path, make) {
            Err(error) => {
                use crate::FsErrorKind::{Guarded, NotPermitted, Unsupported};
                match sys::errno::kind(&error) {
                    NotPermitted | Guarded | Unsupported => Ok(vec![lost]),
                    _ => Err(wrap(error)),
                }
            }
            other => other.map_err(wrap),
        }
    }
}
