//! The bench of a repair: a private folder of the store, in which new files are made and what was replaced is kept.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::PathBuf;

use super::supply::{open_folder, open_plainly};
use super::wounds::stored_text;
use super::{Member, Supply, Wound};
use crate::FsError;
use crate::hand::SharedHand;
use crate::snapshot::content::{CopyError, Reading, copy};
use crate::snapshot::record::{Entry, EntryKind};
use crate::snapshot::restore::like;
use crate::snapshot::store::Store;
use crate::snapshot::take::Guard;
use crate::snapshot::visit::guarded;
use crate::stage::{Loss, Monitor, ROOM_BYTES, StageError};
use crate::sys;
use crate::sys::dir::Dir;

/// How the names of what is being made begin: whatever is called so was never part of a snapshot under this name.
pub(super) const NEW: &str = "new-";

/// The private folder of one repair.
pub(super) struct Bench<'a, 'h> {
    pub(super) hand: &'a SharedHand<'h>,
    pub(super) dir: Dir,
    pub(super) path: PathBuf,
    pub(super) monitor: &'a dyn Monitor,
    given: u32,
    room: Vec<u8>,
}

/// A sound file that lies on the bench, and takes the place of a damaged one.
pub(super) struct Ready {
    pub(super) name: OsString,
    pub(super) inode: u64,
    /// Whether it lacks something that belongs to it.
    pub(super) is_lessened: bool,
}

impl<'a, 'h> Bench<'a, 'h> {
    pub(super) fn open(
        hand: &'a SharedHand<'h>,
        path: PathBuf,
        monitor: &'a dyn Monitor,
    ) -> Result<Self, FsError> {
        let opened = sys::tree::open_folder(&path);
        let dir = opened.map_err(|error| FsError::new("open", &path, error))?;
        Ok(Self {
            hand,
            dir,
            path,
            monitor,
            given: 0,
            room: vec![0; ROOM_BYTES],
        })
    }

    /// Returns a name that nothing on the bench has.
    pub(super) fn free_name(&mut self, beginning: &str, end: &[u8]) -> OsString {
        /// With its number it is no longer than a name may be.
        const LONGEST_END_BYTES: usize = 200;
        self.given += 1;
        let mut name = OsString::from(format!("{beginning}{}", self.given));
        if (1..=LONGEST_END_BYTES).contains(&end.len())
            && let Some(end) = crate::borrowed_name(end)
        {
            name.push("-");
            name.push(end);
        }
        name
    }

    /// Lays what is to take the place of a damaged file on the bench; `None` if that is not what it was any more.
    pub(super) fn ready(
        &mut self,
        (store, members): (&Store, &[Member]),
        wound: &Wound,
    ) -> Result<Option<Ready>, StageError> {
        let Some(supply) = &wound.supply else {
            return Ok(None);
        };
        let name = self.free_name(NEW, b"");
        let guard = wound
            .places
            .first()
            .map(|place| members[place.at.member].guard);
        let wanted = (&wound.entry, guard.unwrap_or(Guard::None));
        let opened = match supply {
            Supply::Name { at, inode } => {
                let Ok(dir) = open_folder(store, &members[at.member], at.folder) else {
                    return Ok(None);
                };
                let own = crate::borrowed_name(&at.name).unwrap_or_default();
                let link = || sys::link::create_hard_link(&dir, own, &self.dir, &name);
                if let Err(error) = self.act("lay out link", &name, link) {
                    return match sys::errno::kind(&error) {
                        crate::FsErrorKind::NotFound | crate::FsErrorKind::TooManyLinks => Ok(None),
                        _ => Err(self.failed("link", &name, error)),
                    };
                }
                return self.laid_out(name, Some(*inode), false);
            }
            Supply::Copy { from } => open_folder(store, &members[from.member], from.folder)
                .and_then(|dir| {
                    let own = crate::borrowed_name(&from.name).unwrap_or_default();
                    sys::tree::open_to_read(&dir, own)
                }),
            Supply::Source { from } => open_plainly(from),
            Supply::Manifest if wound.entry.kind != EntryKind::File => {
                let lost = self.make(&name, wanted.0)?;
                return self.laid_out(name, None, lost);
            }
            Supply::Manifest => {
                let made = self.copy(&name, None, wanted)?;
                return match made {
                    Some(lost) => self.laid_out(name, None, lost),
                    None => Ok(None),
                };
            }
        };
        let Ok(file) = opened else {
            return Ok(None);
        };
        match self.copy(&name, Some(file), wanted)? {
            Some(lost) => self.laid_out(name, None, lost),
            None => {
                self.drop_new(&name)?;
                Ok(None)
            }
        }
    }

    /// Removes something that was made here.
    pub(super) fn drop_new(&self, name: &OsStr) -> Result<(), StageError> {
        let unlink = || sys::link::unlink(&self.dir, name);
        self.act("clear bench", name, unlink)
            .map_err(|error| self.failed("remove", name, error))
    }

    fn laid_out(
        &self,
        name: OsString,
        inode: Option<u64>,
        is_lessened: bool,
    ) -> Result<Option<Ready>, StageError> {
        let status = sys::tree::status_at(&self.dir, &name);
        let status = status.map_err(|error| self.failed("look at", &name, error))?;
        if inode.is_some_and(|inode| inode != status.inode) {
            self.drop_new(&name)?;
            return Ok(None);
        }
        Ok(Some(Ready {
            name,
            inode: status.inode,
            is_lessened,
        }))
    }

    /// Copies a file, or makes an empty one; `None` if its content is not what was recorded.
    fn copy(
        &mut self,
        name: &OsStr,
        from: Option<File>,
        (entry, guard): (&Entry, Guard),
    ) -> Result<Option<bool>, StageError> {
        let (hand, path, dir, monitor) = (self.hand, self.path.join(name), &self.dir, self.monitor);
        let room = &mut self.room;
        let write = || {
            let mode = entry.facts.mode & 0o777;
            let mut made = sys::tree::create_file(dir, name, mode)?;
            if let Some(mut from) = from {
                let status = sys::tree::status(&from)?;
                let mut reading = Reading { room, monitor };
                match copy(&mut from, &status, &mut made, &mut reading) {
                    Ok(content) if content.digest == entry.digest => {}
                    Err(CopyError::Write(error)) => return Err(error),
                    Err(CopyError::Read(error)) if error.kind() == io::ErrorKind::Interrupted => {
                        return Err(error);
                    }
                    Ok(_) | Err(CopyError::Read(_)) => return Ok(None),
                }
            }
            // Attributes are not set on a file that its owner may not write (xattr(7)).
            let lost = sys::keep::give_attributes(&made, &entry.attributes)?;
            let status = sys::tree::status(&made)?;
            let wanted = guarded(&like(&status, &entry.facts), guard);
            let has = sys::keep::has_now(&made)?;
            let more = sys::keep::give_facts(&made, &wanted, &made, has)?;
            sys::keep::sync_file(&made)?;
            Ok(Some(is_lessened(&lost) || is_lessened(&more)))
        };
        let written = hand.effect("make sound file", || path, write);
        written.map_err(|error| self.failed("make", name, error))
    }

    /// Makes a link or a pipe.
    fn make(&self, name: &OsStr, entry: &Entry) -> Result<bool, StageError> {
        let make = || {
            match entry.kind {
                EntryKind::Pipe => sys::tree::create_pipe(&self.dir, name)?,
                _ => {
                    let text = crate::name_from_bytes(stored_text(entry));
                    let text = text.ok_or(io::ErrorKind::InvalidFilename)?;
                    sys::link::create_symlink(&text, &self.dir, name)?;
                }
            }
            let status = sys::tree::status_at(&self.dir, name)?;
            let wanted = like(&status, &entry.facts);
            sys::keep::give_by_name((&self.dir, name), &wanted, (&self.dir, name))
        };
        let made = self.act("make link", name, make);
        let lost = made.map_err(|error| self.failed("make", name, error))?;
        Ok(is_lessened(&lost))
    }

    pub(super) fn act<T>(
        &self,
        effect: &'static str,
        name: &OsStr,
        act: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        self.hand.effect(effect, || self.path.join(name), act)
    }

    pub(super) fn failed(
        &self,
        operation: &'static str,
        name: &OsStr,
        error: io::Error,
    ) -> StageError {
        if error.kind() == io::ErrorKind::Interrupted && self.monitor.is_cancelled() {
            return StageError::Cancelled;
        }
        FsError::new(operation, &self.path.join(name), error).into()
    }
}

fn is_lessened(lost: &[Loss]) -> bool {
    lost.iter().any(|loss| *loss != Loss::Label)
}
