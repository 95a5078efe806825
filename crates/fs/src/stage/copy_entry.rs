//! One entry of a tree copied: a file, a link or a pipe, with all that belongs to it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use super::clone::clone_file;
use super::copy_file::{content_of, copy_content};
use super::copy_link::NewTexts;
use super::handles::Side;
use super::hard_links::HardLinks;
use super::record::{Entry, NodeId, RACY, SHARED, Tree};
use super::remove_staged::remove_staged;
use super::{Amount, LeaseAnswer, Loss, Monitor, ROOM_BYTES, StageError, Status};
use crate::hand::SharedHand;
use crate::look::Kind;
use crate::{FsError, FsErrorKind, sys};

/// File systems stamp changes by a clock that ticks; two changes within a tick may have one time.
///
/// Linux before 6.13 ticks at most every 10 ms (`CONFIG_HZ`), FAT and exFAT every two seconds.
const FINE_TICK_NS: i64 = 20_000_000;
const COARSE_TICK_NS: i64 = 2_100_000_000;

/// What is wanted of a copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct CopyOptions {
    /// What the new volume cannot keep may be lost.
    pub(super) lossy: bool,
    /// Others may write to the tree meanwhile.
    pub(super) live: bool,
}

/// Which of two volumes keep links as reparse points.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnNtfs {
    pub(super) from: bool,
    pub(super) to: bool,
}

fn is_ntfs(container: &sys::dir::Dir) -> bool {
    matches!(
        sys::reparse::read_at(container, OsStr::new(".")),
        Ok(Some(_))
    )
}

/// What all threads of one copy share.
pub(super) struct Copying<'a> {
    pub(super) hand: &'a SharedHand<'a>,
    pub(super) tree: &'a Tree,
    pub(super) from: &'a Side,
    pub(super) to: &'a Side,
    /// Links that get another text, by their paths below the root.
    pub(super) re_aims: &'a NewTexts,
    pub(super) options: CopyOptions,
    pub(super) monitor: &'a dyn Monitor,
    pub(super) links: HardLinks,
    /// Whether syncing the new volume is not known to be enough for its files.
    pub(super) sync_each: bool,
    /// Whether links are reparse points there and here.
    pub(super) on_ntfs: OnNtfs,
    umask: u32,
    trust_holes: bool,
    tick_ns: i64,
}

impl<'a> Copying<'a> {
    pub(super) fn new(
        hand: &'a SharedHand<'a>,
        tree: &'a Tree,
        (from, to): (&'a Side, &'a Side),
        re_aims: &'a NewTexts,
        options: CopyOptions,
        monitor: &'a dyn Monitor,
    ) -> Self {
        let stamped = sys::pages::mapped_stores_are_stamped(&from.container);
        Self {
            hand,
            tree,
            from,
            to,
            re_aims,
            options,
            monitor,
            links: HardLinks::of(tree),
            sync_each: !sys::pages::volume_sync_suffices(&to.container),
            on_ntfs: OnNtfs {
                from: is_ntfs(&from.container),
                to: is_ntfs(&to.container),
            },
            umask: sys::tree::umask(),
            trust_holes: sys::pages::holes_are_told(&from.container),
            tick_ns: if stamped {
                FINE_TICK_NS
            } else {
                COARSE_TICK_NS
            },
        }
    }

    pub(super) fn path_in_old(&self, id: NodeId, name: &[u8]) -> PathBuf {
        self.from.path(self.tree, id, name)
    }

    pub(super) fn path_in_new(&self, id: NodeId, name: &[u8]) -> PathBuf {
        self.to.path(self.tree, id, name)
    }

    /// Says what was tried on which entry, and why it failed.
    pub(super) fn failed(
        &self,
        operation: &'static str,
        (id, name): (NodeId, &[u8]),
        error: io::Error,
    ) -> StageError {
        if error.kind() == io::ErrorKind::Interrupted && self.monitor.is_cancelled() {
            return StageError::Cancelled;
        }
        let (from, to) = (self.path_in_old(id, name), self.path_in_new(id, name));
        FsError::on_two(operation, &from, &to, error).into()
    }

    /// Notes what the new volume did not keep; fails if that needs a consent that nobody gave.
    pub(super) fn note_losses(
        &self,
        (id, name): (NodeId, &[u8]),
        lost: &[Loss],
    ) -> Result<(), StageError> {
        for loss in lost {
            let path = self.path_in_old(id, name);
            if loss.needs_consent() && !self.options.lossy {
                return Err(StageError::Loss { path, loss: *loss });
            }
            self.monitor.lost(&path, *loss);
        }
        Ok(())
    }

    /// Flags for an entry that was looked at just now.
    fn racy(&self, status: &Status) -> u8 {
        let age_ns = self.monitor.now_ns().saturating_sub(status.changed_ns);
        if age_ns < self.tick_ns { RACY } else { 0 }
    }

    /// Returns whether a file that was racy holds what it held when it was copied.
    pub(super) fn holds_the_same(
        &self,
        (id, name): (NodeId, &[u8]),
        entry: &mut Entry,
        file: &mut File,
        room: &mut [u8],
    ) -> Result<bool, StageError> {
        let wrap = |error| self.failed("read", (id, name), error);
        let status = sys::tree::status(file).map_err(wrap)?;
        sys::pages::clean(file).map_err(wrap)?;
        let (digest, size_bytes) =
            super::copy_file::digest_of(file, status.size_bytes, entry.flags, room, self.monitor)
                .map_err(wrap)?;
        let same =
            entry.is_as_copied(&status) && size_bytes == entry.size_bytes && digest == entry.digest;
        entry.flags = entry.flags & !RACY | self.racy(&status);
        Ok(same)
    }

    /// Copies an opened file to `to_name` in `to`.
    pub(super) fn copy_file(
        &self,
        (id, name): (NodeId, &[u8]),
        (mut file, status): (File, Status),
        (to, to_name): (&sys::dir::Dir, &OsStr),
        room: &mut Vec<u8>,
    ) -> Result<Entry, StageError> {
        let wrap = |error| self.failed("copy", (id, name), error);
        if !self.options.live
            && let LeaseAnswer::OpenForWriting = sys::lease::take(&file).map_err(wrap)?
        {
            let path = self.path_in_old(id, name);
            return Err(StageError::OpenForWriting { path });
        }
        let racy = self.racy(&status);
        sys::pages::clean(&file).map_err(wrap)?;
        room.resize(ROOM_BYTES, 0);
        let copy = || {
            let (copy, content) = match clone_file(&file, (to, to_name))? {
                Some(mut copy) => {
                    let content = content_of(&mut copy, &status, room, self.monitor)?;
                    (copy, content)
                }
                None => {
                    let mut copy = self.create_file((to, to_name), status.mode)?;
                    let content = copy_content(
                        &mut file,
                        &status,
                        &mut copy,
                        self.trust_holes,
                        room,
                        self.monitor,
                    )?;
                    (copy, content)
                }
            };
            let has = sys::keep::has_when_new(status.mode & 0o777, self.umask);
            let lost = sys::keep::give(&file, &status, &copy, has)?;
            Ok((content, lost))
        };
        let (content, lost) = self
            .hand
            .effect("stage file", || self.path_in_new(id, name), copy)
            .map_err(wrap)?;
        self.note_losses((id, name), &lost)?;
        self.monitor.advance(Amount { bytes: 0, files: 1 });
        let shared = if status.link_count > 1 { SHARED } else { 0 };
        let flags = content.flags | racy | shared;
        let mut entry = Entry::new(&status, content.digest, flags);
        // What is read back is what was written. A file that grew is found by its times.
        entry.size_bytes = content.size_bytes;
        Ok(entry)
    }

    /// Makes the file anew, also where an interrupted run has left one.
    fn create_file(&self, (to, name): (&sys::dir::Dir, &OsStr), mode: u32) -> io::Result<File> {
        // Writing takes the owner's right, whatever the mode in the end: it was opened before.
        let mode = mode & 0o777;
        match sys::tree::create_file(to, name, mode) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                sys::link::unlink(to, name)?;
                sys::tree::create_file(to, name, mode)
            }
            other => other,
        }
    }

    /// Returns whether the names of a link or a pipe can stand for one thing in the copy too: not where links get other
    /// texts, since one text means something else in each folder.
    pub(super) fn may_be_linked(&self, status: &Status) -> bool {
        status.link_count > 1
            && match status.kind {
                Kind::SymbolicLink => self.re_aims.is_empty(),
                kind => kind == Kind::Fifo,
            }
    }

    /// Copies a link or a pipe; `None` if it has become something else, or the new volume has no such thing.
    pub(super) fn copy_special(
        &self,
        here: (NodeId, &[u8]),
        status: &Status,
        from: (&sys::dir::Dir, &OsStr),
        to: (&sys::dir::Dir, &OsStr),
    ) -> Result<Option<Entry>, StageError> {
        match status.kind {
            Kind::SymbolicLink => self.copy_link(here, status, from, to),
            Kind::Fifo => self.copy_pipe(here, status, from, to),
            // The next pass finds that.
            _ => Ok(None),
        }
    }

    /// Makes a pipe like another.
    fn copy_pipe(
        &self,
        (id, name): (NodeId, &[u8]),
        status: &Status,
        (from, from_name): (&sys::dir::Dir, &OsStr),
        (to, to_name): (&sys::dir::Dir, &OsStr),
    ) -> Result<Option<Entry>, StageError> {
        let wrap = |error| self.failed("copy the pipe", (id, name), error);
        remove_staged(self.hand, to, to_name, || self.path_in_new(id, name)).map_err(wrap)?;
        let made = self.hand.effect(
            "stage pipe",
            || self.path_in_new(id, name),
            || {
                sys::tree::create_pipe(to, to_name)?;
                sys::keep::give_by_name((from, from_name), status, (to, to_name))
            },
        );
        self.made((id, name), status, made, (Default::default(), Loss::Pipe))
    }

    /// A volume that has no such thing loses it, where that is consented to.
    pub(super) fn made(
        &self,
        (id, name): (NodeId, &[u8]),
        status: &Status,
        made: io::Result<Vec<Loss>>,
        (digest, loss): (super::digest::Digest, Loss),
    ) -> Result<Option<Entry>, StageError> {
        match made {
            Ok(lost) => {
                self.note_losses((id, name), &lost)?;
                let shared = if status.link_count > 1 { SHARED } else { 0 };
                Ok(Some(Entry::new(status, digest, shared)))
            }
            Err(error) => {
                let failure = self.failed("copy", (id, name), error);
                match &failure {
                    StageError::System(error)
                        if matches!(
                            error.kind,
                            FsErrorKind::NotPermitted
                                | FsErrorKind::Guarded
                                | FsErrorKind::Unsupported
                        ) =>
                    {
                        self.note_losses((id, name), &[loss])?;
                        Ok(None)
                    }
                    _ => Err(failure),
                }
            }
        }
    }

    /// Refuses what can only stay where it is, unless others are at work and may make such things at any time.
    pub(super) fn refuse_special(
        &self,
        (id, name): (NodeId, &[u8]),
        kind: Kind,
    ) -> Result<(), StageError> {
        if self.options.live {
            return Ok(());
        }
        let path = self.path_in_old(id, name);
        Err(StageError::CannotBeCopied { path, kind })
    }
}
