//! Removing the old tree, a file at a time, and only what was verified, is unchanged, and is open for writing nowhere.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::copy_file::digest_of;
use super::handles::Handles;
use super::late::late_name;
use super::mirror::is_gone;
use super::record::{CONFIRMED, CONTAINER, Entry, NodeId, RACY, SHARED, bytes_of};
use super::remove_staged::remove_staged;
use super::retire::{Clearing, Here, Removal, Worker};
use super::{Amount, Kept, LeaseAnswer, StageError, Status};
use crate::look::Kind;
use crate::{FsErrorKind, sys};

impl Clearing<'_> {
    /// Returns whether the old one is as it was copied.
    pub(super) fn is_settled(
        &self,
        worker: &mut Worker<'_>,
        here: Here<'_>,
        status: &Status,
        record: Option<&Entry>,
    ) -> Result<bool, StageError> {
        let Some(entry) = record else {
            return Ok(false);
        };
        let as_copied = self.is_as_copied(entry, status);
        if !as_copied && !may_be_stamped_by_us(here.id, entry, status) {
            return Ok(false);
        }
        let is_sure = as_copied && !entry.has(RACY) && !self.rehash;
        if is_sure || entry.kind != Kind::File {
            return Ok(true);
        }
        let Ok(mut file) = sys::tree::open_to_read(here.old.0, here.old.1) else {
            return Ok(false);
        };
        let digest = digest_of(
            &mut file,
            entry.size_bytes,
            entry.flags,
            &mut worker.carrier.room,
            self.copying.monitor,
        );
        let same = digest.is_ok_and(|read| read == (entry.digest, entry.size_bytes));
        if same && !as_copied {
            self.note_stamp(status);
        }
        Ok(same)
    }

    /// A change of its names stamps a file: where this run looked at it after that, the stamp is known.
    fn is_as_copied(&self, entry: &Entry, now: &Status) -> bool {
        if entry.is_as_copied(now) {
            return true;
        }
        let stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        holds_as_much(entry, now) && stamps.get(&now.inode) == Some(&now.changed_ns)
    }

    pub(super) fn remove(
        &self,
        worker: &mut Worker<'_>,
        here: Here<'_>,
        entry: &Entry,
    ) -> Result<Result<(), Kept>, StageError> {
        if !entry.has(CONFIRMED) {
            return Ok(Err(Kept::Refused));
        }
        let removed = match entry.kind {
            Kind::File => self.remove_file(worker, here, entry),
            _ => self.unlink(here).map(Ok),
        };
        match removed {
            Ok(Ok(())) => {
                self.removed.fetch_add(1, Ordering::Relaxed);
                let bytes = if entry.kind == Kind::File {
                    entry.size_bytes
                } else {
                    0
                };
                self.copying.monitor.advance(Amount { bytes, files: 1 });
                Ok(Ok(()))
            }
            Ok(Err(why)) => Ok(Err(why)),
            Err(error) if is_gone(&error) => Ok(Ok(())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(StageError::Cancelled),
            Err(_) => Ok(Err(Kept::Refused)),
        }
    }

    fn unlink(&self, here: Here<'_>) -> io::Result<()> {
        let path = || self.copying.path_in_old(here.id, here.name);
        self.copying.hand.effect("remove old copy", path, || {
            sys::link::unlink(here.old.0, here.old.1)
        })
    }

    /// Removes a file while a lease on it says that nobody writes to it, and only as it was copied.
    fn remove_file(
        &self,
        worker: &mut Worker<'_>,
        here: Here<'_>,
        entry: &Entry,
    ) -> io::Result<Result<(), Kept>> {
        let mut file = sys::tree::open_to_read(here.old.0, here.old.1)?;
        let _held = match sys::lease::take(&file)? {
            LeaseAnswer::Granted(held) => held,
            LeaseAnswer::OpenForWriting => return Ok(Err(Kept::OpenForWriting)),
            LeaseAnswer::Unknown => return Ok(Err(Kept::NoLease)),
        };
        if !self.is_as_copied(entry, &sys::tree::status(&file)?) {
            return Ok(Err(Kept::StillChanging));
        }
        if self.rehash {
            let read = digest_of(
                &mut file,
                entry.size_bytes,
                entry.flags,
                &mut worker.carrier.room,
                self.copying.monitor,
            )?;
            if read != (entry.digest, entry.size_bytes) {
                return Ok(Err(Kept::StillChanging));
            }
        }
        if self.request.live {
            return self.remove_by_grave(worker, here, &file, entry);
        }
        self.unlink(here)?;
        self.note_unlinked(entry, &file)
    }

    /// Where programs may have folders of the old tree open: the name goes away first, so that nobody can begin to open
    /// the file any more, and the file only if nobody has begun.
    fn remove_by_grave(
        &self,
        worker: &Worker<'_>,
        here: Here<'_>,
        file: &File,
        entry: &Entry,
    ) -> io::Result<Result<(), Kept>> {
        let copying = self.copying;
        let (slot, grave) = (&copying.from.container, &worker.grave);
        let path = || copying.path_in_old(here.id, here.name);
        let bury = || sys::rename::rename_no_replace(here.old.0, here.old.1, slot, grave);
        match copying.hand.effect("take away the name", path, bury) {
            // Without the flag, as on FUSE: the lease alone has to do.
            Err(error) if sys::errno::kind(&error) == FsErrorKind::Unsupported => {
                self.unlink(here)?;
                return self.note_unlinked(entry, file);
            }
            other => other?,
        }
        let is_it = sys::tree::status_at(slot, grave)?.inode == entry.inode;
        if !is_it || !sys::lease::stands(file) {
            copying.hand.effect("put back", path, || {
                sys::rename::rename_no_replace(slot, grave, here.old.0, here.old.1)
            })?;
            return Ok(Err(Kept::OpenForWriting));
        }
        copying
            .hand
            .effect("remove old copy", path, || sys::link::unlink(slot, grave))?;
        self.note_unlinked(entry, file)
    }

    fn note_unlinked(&self, entry: &Entry, file: &File) -> io::Result<Result<(), Kept>> {
        if entry.has(SHARED) {
            self.note_stamp(&sys::tree::status(file)?);
        }
        Ok(Ok(()))
    }

    /// Notes the time by which a file is known from now on.
    fn note_stamp(&self, status: &Status) {
        let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        stamps.insert(status.inode, status.changed_ns);
    }

    /// What a run that was killed had in its hands: late copies are copies of what still stands, or were replaced by
    /// such; a file whose name was taken away is removed if it is one that was copied, and stays otherwise.
    pub(super) fn tidy_up_after_a_kill(&self, stage: &sys::dir::Dir) -> Result<(), StageError> {
        let copying = self.copying;
        let wrap = |error| copying.failed("clear what was left of", (CONTAINER, b""), error);
        for thread in 0..super::MAX_WORKERS {
            let late = late_name(thread);
            let path = || copying.to.root.with_file_name(&late);
            remove_staged(copying.hand, stage, &late, path).map_err(wrap)?;
            let (slot, grave) = (&copying.from.container, grave_name(thread));
            let Ok(mut file) = sys::tree::open_to_read(slot, &grave) else {
                continue;
            };
            let path = copying.from.root.with_file_name(&grave);
            let is_verified = self
                .was_copied(&mut file)
                .is_ok_and(|was_copied| was_copied && self.request.removal == Removal::Verified);
            if is_verified && let Ok(LeaseAnswer::Granted(_held)) = sys::lease::take(&file) {
                copying
                    .hand
                    .effect(
                        "remove old copy",
                        || path.clone(),
                        || sys::link::unlink(slot, &grave),
                    )
                    .map_err(wrap)?;
            } else {
                self.kept.fetch_add(1, Ordering::Relaxed);
                copying.monitor.kept(&path, Kept::StillChanging);
            }
        }
        Ok(())
    }

    /// Returns whether a file holds what was copied of it.
    fn was_copied(&self, file: &mut File) -> io::Result<bool> {
        let status = sys::tree::status(file)?;
        let tree = self.copying.tree;
        let known = (0..tree.len()).find_map(|id| {
            let node = tree.node(id);
            let folder = node.folder();
            let mut entries = folder.entries.iter();
            entries
                .find(|entry| entry.kind == Kind::File && entry.inode == status.inode)
                .cloned()
        });
        let Some(entry) = known.filter(|entry| entry.has(CONFIRMED)) else {
            return Ok(false);
        };
        let mut room = vec![0; super::ROOM_BYTES];
        let monitor = self.copying.monitor;
        let read = digest_of(file, status.size_bytes, entry.flags, &mut room, monitor)?;
        Ok(read == (entry.digest, entry.size_bytes))
    }

    /// Removes the folders that are empty now, the inner ones first: those have the higher numbers.
    pub(super) fn remove_folders(&self) -> Result<(), StageError> {
        let copying = self.copying;
        let mut handles = Handles::new(copying.from, copying.tree);
        let mut staying = HashSet::new();
        for id in (CONTAINER + 1..copying.tree.len()).rev() {
            let node = copying.tree.node(id);
            // Windows before 10 1709 keeps a folder until nobody has it open.
            handles.forget(id);
            let removed = handles.open(node.parent).and_then(|parent| {
                let name = copying.from.name(node.parent, &node.name)?;
                copying.hand.effect(
                    "remove old folder",
                    || copying.from.folder_path(copying.tree, id),
                    || sys::dir::remove_dir(&parent, name),
                )
            });
            match removed {
                Ok(()) => {}
                Err(error) => match sys::errno::kind(&error) {
                    FsErrorKind::NotEmpty | FsErrorKind::AlreadyExists => {
                        staying.insert(id);
                        self.tell_what_came_late(&mut handles, id, &staying);
                    }
                    _ if is_gone(&error) => {}
                    _ => self.keep_unreadable(id),
                },
            }
        }
        Ok(())
    }

    /// Tells of what a folder that stays holds and was not told: made through an opened folder after it was listed.
    ///
    /// Whoever has the folder open can make more at any time, but only as long as it is there: where all folders are
    /// gone, nothing is left untold.
    fn tell_what_came_late(
        &self,
        handles: &mut Handles<'_>,
        id: NodeId,
        staying: &HashSet<NodeId>,
    ) {
        let mut names = Vec::new();
        let listed = handles.open(id).and_then(|folder| {
            sys::tree::list(&folder, &mut sys::tree::buffer(), |name, _, _| {
                names.push(name.to_os_string());
            })
        });
        if listed.is_err() {
            return self.keep_unreadable(id);
        }
        let node = self.copying.tree.node(id);
        let known = node.folder().clone();
        for name in &names {
            let name = bytes_of(name);
            let child = known.find(name).map(|at| known.entries[at].child);
            let is_told = self.is_told(id, name) || child.is_some_and(|id| staying.contains(&id));
            if !is_told {
                self.keep(id, name, Kept::StillChanging);
            }
        }
    }
}

/// Returns whether the names of a file may be all that has changed, by our own doing: then the content decides.
///
/// A run that was killed may have taken one of several names away. What was moved as a whole has got another name.
fn may_be_stamped_by_us(id: NodeId, entry: &Entry, now: &Status) -> bool {
    (entry.has(SHARED) || id == CONTAINER) && holds_as_much(entry, now)
}

/// Returns whether all but the time of the last change of the inode is as it was copied.
fn holds_as_much(entry: &Entry, now: &Status) -> bool {
    entry.kind == now.kind
        && entry.inode == now.inode
        && entry.size_bytes == now.size_bytes
        && entry.modified_ns == now.modified_ns
}

/// Returns the name that a file has, in the quarantine, between losing its own and being removed.
pub(super) fn grave_name(thread: usize) -> OsString {
    OsString::from(format!("grave-{thread}"))
}
