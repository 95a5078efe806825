//! The old tree, once the copy is in use: what was written to it late is carried over, and what was verified is removed.
//!
//! A file is removed only when its copy was read back as it was written, when it has not changed since, and when a
//! read lease on it is granted, so that nobody has it open for writing. Everything else stays where it is, in quarantine.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::copy_entry::{CopyOptions, Copying};
use super::crew::each_folder;
use super::handles::{Handles, Side};
use super::late::{Carrier, Late, late_name};
use super::mirror::is_gone;
use super::record::{CONTAINER, Entry, Folder, NodeId, bytes_of};
use super::remove_old::grave_name;
use super::{Amount, Kept, Monitor, NewTexts, Phase, StageError, manifest};
use crate::look::Kind;
use crate::{FsError, Hand, look, sys};

/// What is retired, and in favour of what.
#[derive(Debug, Clone, Copy)]
pub struct RetireRequest<'a> {
    /// The old tree, in quarantine.
    pub old: &'a Path,
    /// The copy, in use.
    pub new: &'a Path,
    /// The private folder in which the copy was built, with its record.
    pub folder: &'a Path,
    /// Links that were given another text.
    pub re_aims: &'a NewTexts,
    /// Whether anything is removed at all.
    pub removal: Removal,
    /// Whether programs may still be at work in the old tree.
    pub live: bool,
    /// Whether what the volume cannot keep may be lost.
    pub lossy: bool,
}

/// Whether what was verified is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is.
    Verified,
    /// All of it stays.
    Nothing,
}

/// What became of the old tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retired {
    /// How many files, links and pipes were removed.
    pub removed: u64,
    /// How many stay although they should have gone, or could not be carried over; the monitor was told each.
    pub kept: u64,
}

/// Carries over what was written late, and removes what was verified.
///
/// Can be repeated: what is gone is gone, and what is left is looked at again. Stands on fcntl(2) `F_SETLEASE`,
/// `renameat2(2)` and `unlinkat(2)`. Fails only if the trees cannot be reached or the monitor asks to stop; what cannot
/// be removed stays and is counted.
pub fn retire(
    hand: &mut Hand<'_>,
    request: &RetireRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Retired, StageError> {
    if look::entry_if_any(request.old)?.is_none() {
        return Ok(Retired::default());
    }
    let hand = &hand.shared();
    let wrap = |path: &Path, error| FsError::new("clear the old tree at", path, error);
    let Some(tree) = manifest::read(request.folder).map_err(|error| wrap(request.folder, error))?
    else {
        // Without the record nothing is known to be verified.
        monitor.kept(request.old, Kept::Refused);
        return Ok(Retired {
            removed: 0,
            kept: 1,
        });
    };
    let from = Side::open(request.old).map_err(|error| wrap(request.old, error))?;
    let to = Side::open(request.new).map_err(|error| wrap(request.new, error))?;
    let stage = Arc::new(
        sys::tree::open_folder(request.folder).map_err(|error| wrap(request.folder, error))?,
    );
    let options = CopyOptions {
        lossy: request.lossy,
        live: true,
    };
    monitor.begin(Phase::Clear, Amount::default());
    let copying = Copying::new(hand, &tree, (&from, &to), request.re_aims, options, monitor);
    let clearing = Clearing {
        copying: &copying,
        request,
        rehash: !sys::pages::mapped_stores_are_stamped(&from.container),
        stamps: Mutex::default(),
        removed: AtomicU64::new(0),
        kept: AtomicU64::new(0),
        told: Mutex::default(),
    };
    clearing.tidy_up_after_a_kill(&stage)?;
    each_folder(
        monitor,
        vec![CONTAINER],
        |thread| Worker {
            old: Handles::new(&from, &tree),
            new: Handles::new(&to, &tree),
            buffer: sys::tree::buffer(),
            grave: grave_name(thread),
            carrier: Carrier {
                copying: &copying,
                stage: Arc::clone(&stage),
                late: late_name(thread),
                room: vec![0; super::ROOM_BYTES],
            },
        },
        |worker, id, found| clearing.folder(worker, id, found),
    )?;
    if request.removal == Removal::Verified {
        clearing.remove_folders()?;
    }
    Ok(Retired {
        removed: clearing.removed.into_inner(),
        kept: clearing.kept.into_inner(),
    })
}

pub(super) struct Worker<'a> {
    old: Handles<'a>,
    new: Handles<'a>,
    buffer: sys::tree::Buffer,
    pub(super) grave: OsString,
    pub(super) carrier: Carrier<'a>,
}

pub(super) struct Clearing<'a> {
    pub(super) copying: &'a Copying<'a>,
    pub(super) request: &'a RetireRequest<'a>,
    /// Whether a store through a mapping may leave the times alone, so that only the content tells.
    pub(super) rehash: bool,
    /// Files whose names we have changed, and the time that gave them.
    pub(super) stamps: Mutex<HashMap<u64, i64>>,
    pub(super) removed: AtomicU64,
    pub(super) kept: AtomicU64,
    /// Names of which the monitor was told that they stay.
    told: Mutex<HashSet<(NodeId, Box<[u8]>)>>,
}

impl Clearing<'_> {
    fn folder(
        &self,
        worker: &mut Worker<'_>,
        id: NodeId,
        found: &mut Vec<NodeId>,
    ) -> Result<(), StageError> {
        let copying = self.copying;
        let tree = copying.tree;
        let old = match worker.old.open(id) {
            Err(error) if is_gone(&error) => return Ok(()),
            Err(_) => {
                self.keep_unreadable(id);
                return Ok(());
            }
            Ok(old) => old,
        };
        self.open_old_folder(id, &old);
        // The new folder may be gone by now, or be another: its user has it.
        let new = worker.new.open(id).ok();
        let known = std::mem::take(&mut *tree.node(id).folder());
        let mut listed = Vec::new();
        let listing = if id == CONTAINER {
            sys::tree::status_at(&old, &copying.from.root_name).map(|status| {
                listed.push((copying.from.root_name.clone(), status.kind, status.inode));
            })
        } else {
            sys::tree::list(&old, &mut worker.buffer, |name, kind, inode| {
                listed.push((name.to_os_string(), kind, inode));
            })
        };
        if listing.is_err() {
            self.keep_unreadable(id);
            return Ok(());
        }
        listed.sort_unstable_by_key(|(_, _, inode)| *inode);
        let mut added = Folder::default();
        for (name, kind, _) in &listed {
            if copying.monitor.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            let own = if id == CONTAINER {
                entry_name(&known)
            } else {
                bytes_of(name)
            };
            let record = known.find(own).map(|at| &known.entries[at]);
            if *kind == Kind::Directory {
                let child = match record {
                    Some(entry) if entry.kind == Kind::Directory => Some(entry.child),
                    _ => self.new_folder(id, own, (&old, name), new.as_deref()),
                };
                if let Some(child) = child {
                    added.push(own, Entry::folder(child));
                    found.push(child);
                }
                continue;
            }
            let here = Here {
                id,
                name: own,
                old: (&old, name),
                new: new.as_deref(),
            };
            match self.entry(worker, here, *kind, record)? {
                Ok(()) => {}
                // That was consented to.
                Err(Kept::CannotBeHeld) if self.request.lossy => {
                    self.tell(id, own, Kept::CannotBeHeld);
                }
                Err(why) => self.keep(id, own, why),
            }
        }
        added.sort();
        *tree.node(id).folder() = added;
        Ok(())
    }

    /// Lets its owner take names out of a folder that is about to go; the copy has the mode that it had.
    fn open_old_folder(&self, id: NodeId, old: &sys::dir::Dir) {
        let is_root = look::access::effective_user_id() == 0;
        if is_root || self.request.removal == Removal::Nothing || id == CONTAINER {
            return;
        }
        let path = || self.copying.from.folder_path(self.copying.tree, id);
        let is_closed = sys::tree::folder_status(old).is_ok_and(|now| now.mode & 0o300 != 0o300);
        if is_closed {
            // Where it cannot be opened, what is in it cannot be removed, and is told.
            let open = || sys::dir::set_opened_mode(old, 0o700);
            let _opened = self.copying.hand.effect("open old folder", path, open);
        }
    }

    pub(super) fn keep(&self, id: NodeId, name: &[u8], why: Kept) {
        self.kept.fetch_add(1, Ordering::Relaxed);
        self.tell(id, name, why);
    }

    fn tell(&self, id: NodeId, name: &[u8], why: Kept) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert((id, name.into()));
        drop(told);
        self.copying
            .monitor
            .kept(&self.copying.path_in_old(id, name), why);
    }

    pub(super) fn is_told(&self, id: NodeId, name: &[u8]) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.contains(&(id, name.into()))
    }

    pub(super) fn keep_unreadable(&self, id: NodeId) {
        self.kept.fetch_add(1, Ordering::Relaxed);
        let path = self.copying.from.folder_path(self.copying.tree, id);
        self.copying.monitor.kept(&path, Kept::Refused);
    }

    /// A folder that was made late: it is made in the new tree too, if its name is free there or a folder.
    fn new_folder(
        &self,
        id: NodeId,
        name: &[u8],
        (old, old_name): (&sys::dir::Dir, &OsStr),
        new: Option<&sys::dir::Dir>,
    ) -> Option<NodeId> {
        let copying = self.copying;
        let made = new
            .ok_or_else(|| io::ErrorKind::NotFound.into())
            .and_then(|new| {
                let own_name = copying.to.name(id, name)?;
                let original = sys::tree::open_child(old, old_name)?;
                let status = sys::tree::folder_status(&original)?;
                let path = || copying.path_in_new(id, name);
                let create = || sys::dir::create_dir(new, own_name, 0o700);
                match copying.hand.effect("carry folder", path, create) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        sys::tree::open_child(new, own_name).map(drop)
                    }
                    Err(error) => Err(error),
                    Ok(()) => {
                        let copy = sys::tree::open_child(new, own_name)?;
                        let has = sys::keep::has_now(&copy)?;
                        let give = || sys::keep::give(&original, &status, &copy, has);
                        copying.hand.effect("finish folder", path, give).map(drop)
                    }
                }
            });
        if made.is_ok() {
            return Some(copying.tree.add(id, name, Folder::default()));
        }
        self.keep(id, name, Kept::BothChanged);
        None
    }

    /// Deals with a file, a link or a pipe; says why it stays if it does so unplanned.
    fn entry(
        &self,
        worker: &mut Worker<'_>,
        here: Here<'_>,
        kind: Kind,
        record: Option<&Entry>,
    ) -> Result<Result<(), Kept>, StageError> {
        if !matches!(kind, Kind::File | Kind::SymbolicLink | Kind::Fifo) {
            return Ok(Err(Kept::Special));
        }
        let status = match sys::tree::status_at(here.old.0, here.old.1) {
            Err(error) if is_gone(&error) => return Ok(Ok(())),
            Err(_) => return Ok(Err(Kept::Refused)),
            Ok(status) => status,
        };
        let fresh;
        let mut current = record;
        if !self.is_settled(worker, here, &status, record)? {
            let Some(new) = here.new else {
                return Ok(Err(Kept::BothChanged));
            };
            let new_name = match self.copying.to.name(here.id, here.name) {
                Ok(name) => name,
                Err(_) => return Ok(Err(Kept::CannotBeHeld)),
            };
            let late = Late {
                id: here.id,
                name: here.name,
                old: here.old,
                new: (new, new_name),
                status,
            };
            let known = record.filter(|entry| entry.kind == status.kind);
            match worker.carrier.carry(late, known) {
                Ok(Ok(entry)) => {
                    fresh = entry;
                    current = Some(&fresh);
                }
                Ok(Err(why)) => return Ok(Err(why)),
                Err(StageError::Cancelled) => return Err(StageError::Cancelled),
                Err(StageError::NotAsWritten { .. }) => return Ok(Err(Kept::StillChanging)),
                Err(_) => return Ok(Err(Kept::Refused)),
            }
        }
        match current {
            Some(entry) if self.request.removal == Removal::Verified => {
                self.remove(worker, here, entry)
            }
            _ => Ok(Ok(())),
        }
    }
}

/// One entry of the old tree.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) id: NodeId,
    pub(super) name: &'a [u8],
    pub(super) old: (&'a sys::dir::Dir, &'a OsStr),
    new: Option<&'a sys::dir::Dir>,
}

/// The root's name as it was recorded, which need not be the one it has in quarantine.
fn entry_name(container: &Folder) -> &[u8] {
    container
        .entries
        .first()
        .map_or(b"", |entry| container.name(entry))
}
