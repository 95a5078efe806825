//! What was still written to the old tree after the new one had come into use is carried over, where nothing newer
//! stands in its way.
//!
//! A late copy is made in the stage, made durable and read back, and changes places with the file that was staged; it is
//! never written into a file that someone may be using.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::sync::Arc;

use super::copy_entry::Copying;
use super::copy_file::digest_of;
use super::copy_link::has_digest;
use super::record::{CONFIRMED, Entry, NodeId, Staged};
use super::{Kept, LeaseAnswer, StageError, Status};
use crate::look::Kind;
use crate::{FsErrorKind, sys};

/// Names of late copies in the private folder of a stage begin so; a number of the thread follows.
const LATE: &str = "late-";

/// What one thread needs to carry something over.
pub(super) struct Carrier<'a> {
    pub(super) copying: &'a Copying<'a>,
    pub(super) stage: Arc<sys::dir::Dir>,
    pub(super) late: OsString,
    pub(super) room: Vec<u8>,
}

/// One entry of the old tree, by an opened folder, and the folder that has to hold it in the new tree.
#[derive(Clone, Copy)]
pub(super) struct Late<'a> {
    pub(super) id: NodeId,
    pub(super) name: &'a [u8],
    pub(super) old: (&'a sys::dir::Dir, &'a OsStr),
    pub(super) new: (&'a sys::dir::Dir, &'a OsStr),
    pub(super) status: Status,
}

/// Returns the name that late copies of a thread have.
pub(super) fn late_name(thread: usize) -> OsString {
    OsString::from(format!("{LATE}{thread}"))
}

impl Carrier<'_> {
    /// Brings an entry of the old tree into the new one; `known` is what was staged of it.
    ///
    /// Returns the record of what stands in the new tree now, or why the old one has to stay.
    pub(super) fn carry(
        &mut self,
        late: Late<'_>,
        known: Option<&Entry>,
    ) -> Result<Result<Entry, Kept>, StageError> {
        let Some(fresh) = self.copy(late)? else {
            return Ok(Err(Kept::CannotBeHeld));
        };
        let placed = match known {
            Some(known) => self.put_in_place_of(late, known),
            None => self.put_at_free_name(late),
        };
        let wrap = |error| {
            self.copying
                .failed("carry over", (late.id, late.name), error)
        };
        match placed.map_err(wrap)? {
            Placed::Yes => {
                sys::dir::sync_opened(late.new.0).map_err(wrap)?;
                Ok(Ok(fresh))
            }
            Placed::No => {
                let same = self.holds_the_same(late, &fresh);
                self.discard().map_err(wrap)?;
                Ok(if same {
                    Ok(fresh)
                } else {
                    Err(Kept::BothChanged)
                })
            }
        }
    }

    /// Copies it into the stage, durably, and reads the copy back.
    fn copy(&mut self, late: Late<'_>) -> Result<Option<Entry>, StageError> {
        let copying = self.copying;
        let here = (late.id, late.name);
        let wrap = |error| copying.failed("carry over", here, error);
        let stage = Arc::clone(&self.stage);
        let to = (&*stage, &*self.late.clone());
        self.discard().map_err(wrap)?;
        let copied = match late.status.kind {
            Kind::SymbolicLink | Kind::Fifo => {
                copying.copy_special(here, &late.status, late.old, to)?
            }
            _ => {
                let file = sys::tree::open_to_read(late.old.0, late.old.1).map_err(wrap)?;
                let status = sys::tree::status(&file).map_err(wrap)?;
                Some(copying.copy_file(here, (file, status), to, &mut self.room)?)
            }
        };
        let Some(mut entry) = copied else {
            return Ok(None);
        };
        if entry.kind == Kind::File {
            let mut file = sys::tree::open_to_read(to.0, to.1).map_err(wrap)?;
            sys::keep::sync_file(&file).map_err(wrap)?;
            sys::pages::forget(&file).map_err(wrap)?;
            let read = self.digest(&mut file, &entry).map_err(wrap)?;
            // The old file may have grown while it was read: what counts is what was written.
            if read.0 != entry.digest {
                let path = copying.path_in_old(late.id, late.name);
                return Err(StageError::NotAsWritten { path });
            }
            entry.size_bytes = read.1;
        }
        entry.flags |= CONFIRMED;
        Ok(Some(entry))
    }

    fn digest(
        &mut self,
        file: &mut File,
        entry: &Entry,
    ) -> io::Result<(super::digest::Digest, u64)> {
        digest_of(
            file,
            entry.size_bytes,
            entry.flags,
            &mut self.room,
            self.copying.monitor,
        )
    }

    /// Lets the late copy change places with what was staged, if that is still exactly as it was staged and nobody has
    /// it open for writing.
    fn put_in_place_of(&self, late: Late<'_>, known: &Entry) -> io::Result<Placed> {
        let (dir, name) = late.new;
        let now = match sys::tree::status_at(dir, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Placed::No),
            other => other?,
        };
        if now.kind != known.kind || Staged::of(&now) != known.staged {
            return Ok(Placed::No);
        }
        let leased = match now.kind {
            Kind::File => {
                let file = sys::tree::open_to_read(dir, name)?;
                let LeaseAnswer::Granted(held) = sys::lease::take(&file)? else {
                    return Ok(Placed::No);
                };
                Some((file, held))
            }
            _ => None,
        };
        let path = || self.copying.path_in_new(late.id, late.name);
        let swap = || sys::rename::exchange(&self.stage, &self.late, dir, name);
        match self.copying.hand.effect("exchange", path, swap) {
            Err(error) if sys::errno::kind(&error) == FsErrorKind::Unsupported => {
                return Ok(Placed::No);
            }
            other => other?,
        }
        let caught = sys::tree::status_at(&self.stage, &self.late)?;
        let is_it = caught.inode == now.inode
            && caught.modified_ns == now.modified_ns
            && leased
                .as_ref()
                .is_none_or(|(file, _)| sys::lease::stands(file));
        if !is_it {
            self.copying
                .hand
                .effect("take back the exchange", path, swap)?;
            return Ok(Placed::No);
        }
        self.discard()?;
        Ok(Placed::Yes)
    }

    fn put_at_free_name(&self, late: Late<'_>) -> io::Result<Placed> {
        let (dir, name) = late.new;
        let path = || self.copying.path_in_new(late.id, late.name);
        let renamed = self.copying.hand.effect("rename", path, || {
            sys::rename::rename_no_replace(&self.stage, &self.late, dir, name)
        });
        match renamed {
            Ok(()) => Ok(Placed::Yes),
            Err(error) => match sys::errno::kind(&error) {
                FsErrorKind::AlreadyExists => Ok(Placed::No),
                // Without the flag: a hard link fails if the name is taken, too.
                FsErrorKind::Unsupported => {
                    let linked = self.copying.hand.effect("add the new name", path, || {
                        sys::link::create_hard_link(&self.stage, &self.late, dir, name)
                    });
                    match linked {
                        Ok(()) => self.discard().map(|()| Placed::Yes),
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                            Ok(Placed::No)
                        }
                        Err(error) => Err(error),
                    }
                }
                _ => Err(error),
            },
        }
    }

    /// Returns whether what stands in the new tree holds what the late copy holds: then nothing is to be carried.
    fn holds_the_same(&mut self, late: Late<'_>, fresh: &Entry) -> bool {
        let (dir, name) = late.new;
        let Ok(now) = sys::tree::status_at(dir, name) else {
            return false;
        };
        if now.kind != fresh.kind {
            return false;
        }
        match now.kind {
            Kind::File => {
                now.size_bytes == fresh.size_bytes
                    && sys::tree::open_to_read(dir, name)
                        .and_then(|mut file| self.digest(&mut file, fresh))
                        .is_ok_and(|(digest, _)| digest == fresh.digest)
            }
            Kind::SymbolicLink => has_digest(dir, name, &fresh.digest),
            _ => true,
        }
    }

    /// Removes the late copy: its original still stands, or the copy has taken its place.
    pub(super) fn discard(&self) -> io::Result<()> {
        super::remove_staged::remove_staged(self.copying.hand, &self.stage, &self.late, || {
            self.copying.to.root.with_file_name(&self.late)
        })
    }
}

enum Placed {
    Yes,
    No,
}
