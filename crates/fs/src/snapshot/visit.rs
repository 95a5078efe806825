//! One folder of a source, looked at by one thread.

use std::ffi::OsStr;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use super::basis::Trust;
use super::closed::is_quarantine;
use super::manifest::FolderLink;
use super::mounts::is_crossing;
use super::one::Subject;
use super::record::{
    ATTRIBUTES, Attribute, Entry, EntryKind, Facts, Folder, LESSENED, MOUNT, RACY, STORE, TORN,
    Totals, UNREADABLE,
};
use super::take::{Guard, PlaceInBasis, ROOT, Taking, is_unreadable};
use crate::look::Kind;
use crate::stage::handles::Handles;
use crate::stage::record::NodeId;
use crate::stage::{Loss, ROOM_BYTES, StageError, Status};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, sys};

/// What one thread has for itself.
pub(super) struct Worker<'a> {
    pub(super) from: Handles<'a>,
    pub(super) to: Handles<'a>,
    /// The folders of each basis.
    pub(super) bases: Vec<Handles<'a>>,
    pub(super) buffer: sys::tree::Buffer,
    pub(super) room: Vec<u8>,
    pub(super) totals: Totals,
    /// The file that was last counted as not linked, by volume and inode number.
    pub(super) not_linked: Option<(u64, u64)>,
    all_totals: &'a Mutex<Totals>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(taking: &'a Taking<'a, '_>, all_totals: &'a Mutex<Totals>) -> Self {
        let bases = taking.bases.iter();
        Self {
            from: Handles::with(&taking.from, taking.tree, &taking.roots),
            to: Handles::new(taking.to, taking.tree),
            bases: bases
                .map(|basis| Handles::new(&basis.side, taking.tree))
                .collect(),
            buffer: sys::tree::buffer(),
            room: vec![0; ROOM_BYTES],
            totals: Totals::default(),
            not_linked: None,
            all_totals,
        }
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut all = self
            .all_totals
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.add(&self.totals);
    }
}

/// An entry as it was listed.
struct Listed {
    name: Box<[u8]>,
    kind: Kind,
}

/// A folder of a basis that stands for the folder that is looked at.
pub(super) struct Earlier {
    /// Its place among the bases.
    pub(super) number: usize,
    pub(super) folder: Folder,
    /// Opened once something is linked.
    pub(super) dir: Option<Arc<Dir>>,
}

/// One folder.
pub(super) struct Visit<'a, 'b, 'h> {
    pub(super) taking: &'a Taking<'b, 'h>,
    pub(super) id: NodeId,
}

impl<'a, 'b, 'h> Visit<'a, 'b, 'h> {
    pub(super) fn new(taking: &'a Taking<'b, 'h>, id: NodeId) -> Self {
        Self { taking, id }
    }

    /// Takes all that is in the folder, and adds the folders in it to those that are to be looked at.
    pub(super) fn run(
        &self,
        worker: &mut Worker<'_>,
        found: &mut Vec<NodeId>,
    ) -> Result<(), StageError> {
        let taking = self.taking;
        let to = worker
            .to
            .open(self.id)
            .map_err(|error| self.failed_here("open the copy of", error))?;
        let opened = worker
            .from
            .open(self.id)
            .or_else(|error| match is_crossing(&error) {
                true => self.enter_mount(worker, error),
                false => Err(error),
            });
        let opened = opened.and_then(|dir| {
            let status = sys::tree::folder_status(&dir)?;
            Ok((dir, status, taking.is_racy(&status)))
        });
        let (from, status, is_racy) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.not_entered(worker, error),
        };
        worker.totals.folders += 1;
        let identity = (status.device, status.inode);
        if identity == taking.store || taking.closed.contains(&identity) {
            return self.closed(&status, STORE);
        }
        let listing = match list(&from, worker) {
            Err(error) if is_unreadable(&error) => return self.unreadable(worker, &status),
            other => other.map_err(|error| self.failed_here("list", error))?,
        };
        let mut earlier = self.earlier()?;
        let mut entries = Vec::with_capacity(listing.len());
        for listed in &listing {
            if taking.monitor.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            if self.is_excluded(listed) {
                continue;
            }
            let name = &*listed.name;
            if listed.kind == Kind::Directory {
                let (child, entry) = self.create_folder(worker, name, &earlier)?;
                entries.push(entry);
                found.push(child);
                continue;
            }
            let wrap = |error| taking.failed("look at", (self.id, name), error);
            let own = crate::borrowed_name(name)
                .ok_or_else(|| wrap(io::ErrorKind::InvalidFilename.into()))?;
            if listed.kind == Kind::SymbolicLink {
                let place = (&*from, own);
                let followed = self.follow(worker, place, &to, &mut earlier, found)?;
                if let Some(entry) = followed {
                    entries.push(entry);
                    continue;
                }
            }
            let status = match sys::tree::status_at(&from, own) {
                Err(error) if is_gone(&error) => continue,
                other => other.map_err(wrap)?,
            };
            let subject = Subject {
                name,
                from: (&from, own),
                to: &to,
                status,
                is_racy: taking.is_racy(&status),
                stood_here: false,
            };
            entries.extend(self.take(worker, &subject, &mut earlier)?);
        }
        self.finish(worker, (&from, &to), (&status, is_racy), &earlier, entries)
    }

    /// Takes a source that is no folder.
    pub(super) fn source_file(
        &self,
        worker: &mut Worker<'_>,
        name: &[u8],
        from: (&Dir, &OsStr),
        status: &Status,
    ) -> Result<Option<Entry>, StageError> {
        let to = worker
            .to
            .open(self.id)
            .map_err(|error| self.failed_here("open the copy of", error))?;
        let mut earlier = self.earlier()?;
        let subject = Subject {
            name,
            from,
            to: &to,
            status: *status,
            is_racy: self.taking.is_racy(status),
            stood_here: false,
        };
        self.take(worker, &subject, &mut earlier)
    }

    /// Makes a folder in the copy, and gives it a number.
    pub(super) fn create_folder(
        &self,
        worker: &mut Worker<'_>,
        name: &[u8],
        earlier: &[Earlier],
    ) -> Result<(NodeId, Entry), StageError> {
        let taking = self.taking;
        let wrap = |error| taking.failed("copy the folder", (self.id, name), error);
        let to = worker.to.open(self.id).map_err(wrap)?;
        let own = crate::borrowed_name(name)
            .ok_or_else(|| wrap(io::ErrorKind::InvalidFilename.into()))?;
        let path = || taking.to.path(taking.tree, self.id, name);
        let create = || sys::dir::create_dir(&to, own, 0o700);
        taking
            .hand
            .effect("take folder", path, create)
            .map_err(wrap)?;
        let child = taking.tree.add(self.id, name, Default::default());
        for earlier in earlier {
            if let Some((_, known)) = earlier.folder.find(name)
                && known.kind == EntryKind::Folder
            {
                let place = PlaceInBasis {
                    id: known.folder,
                    parent: earlier.folder.id,
                };
                taking.note_place(earlier.number, child, place);
            }
        }
        let mut entry = Entry::new(name, EntryKind::Folder);
        entry.folder = child - ROOT;
        Ok((child, entry))
    }

    /// Writes down what is known of a folder.
    pub(super) fn record(&self, folder: &Folder) -> Result<(), StageError> {
        let written = self.taking.writer.add(self.taking.hand, folder);
        written.map_err(|error| self.failed_here("record the copy of", error))
    }

    fn failed_here(&self, operation: &'static str, error: io::Error) -> StageError {
        let node = self.taking.tree.node(self.id);
        self.taking
            .failed(operation, (node.parent, &node.name), error)
    }

    fn is_excluded(&self, listed: &Listed) -> bool {
        if is_quarantine(&listed.name, listed.kind) {
            return true;
        }
        let Some(excluded) = self.taking.request.excluded else {
            return false;
        };
        excluded(&self.taking.path_below(self.id, &listed.name), listed.kind)
    }

    /// Returns the folders of the bases that stand at this place.
    pub(super) fn earlier(&self) -> Result<Vec<Earlier>, StageError> {
        let mut all = Vec::new();
        for (number, basis) in self.taking.bases.iter().enumerate() {
            let Some(place) = self.taking.place_in(number, self.id) else {
                continue;
            };
            let node = self.taking.tree.node(self.id);
            let link = FolderLink {
                id: place.id,
                parent: place.parent,
                name: if self.id == ROOT { b"" } else { &node.name },
            };
            if let Some(folder) = basis.manifest.folder_at(&link)? {
                all.push(Earlier {
                    number,
                    folder,
                    dir: None,
                });
            }
        }
        Ok(all)
    }

    /// What cannot be entered is there all the same, and says why it is empty.
    fn not_entered(&self, worker: &mut Worker<'_>, error: io::Error) -> Result<(), StageError> {
        worker.from.forget(self.id);
        worker.totals.folders += 1;
        let none = sys::tree::folder_status(&self.taking.from.container)
            .map_err(|error| self.failed_here("look at", error))?;
        let status = Status {
            mode: 0o700,
            modified_ns: 0,
            changed_ns: 0,
            inode: 0,
            ..none
        };
        match sys::errno::kind(&error) {
            _ if is_crossing(&error) => self.closed(&status, MOUNT),
            // It went away after it was listed; nothing is missed that is there.
            FsErrorKind::NotFound => self.closed(&status, TORN),
            // It is something else now.
            FsErrorKind::NotADirectory | FsErrorKind::Loop => {
                worker.totals.torn += 1;
                self.closed(&status, TORN)
            }
            _ if is_unreadable(&error) => self.unreadable(worker, &status),
            _ => Err(self.failed_here("open", error)),
        }
    }

    fn unreadable(&self, worker: &mut Worker<'_>, status: &Status) -> Result<(), StageError> {
        worker.totals.left_out += 1;
        self.closed(status, UNREADABLE)
    }

    /// Records a folder of which nothing is taken but that it is there.
    fn closed(&self, status: &Status, flags: u16) -> Result<(), StageError> {
        let mut folder = self.empty_folder(status);
        folder.flags = flags;
        self.record(&folder)
    }

    fn empty_folder(&self, status: &Status) -> Folder {
        let node = self.taking.tree.node(self.id);
        Folder {
            id: self.id - ROOT,
            parent: node.parent - ROOT,
            name: node.name.clone(),
            flags: 0,
            device: status.device,
            facts: facts_of(status, 0),
            attributes: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Gives the copy what belongs to the folder, and writes down all that is known of it.
    fn finish(
        &self,
        worker: &mut Worker<'_>,
        (from, to): (&Dir, &Dir),
        (status, is_racy): (&Status, bool),
        earlier: &[Earlier],
        entries: Vec<Entry>,
    ) -> Result<(), StageError> {
        let taking = self.taking;
        let wrap = |error| self.failed_here("finish the copy of", error);
        let is_bare = earlier.iter().any(|earlier| {
            let facts = &earlier.folder.facts;
            facts.changed_ns == status.changed_ns
                && facts.inode == status.inode
                && earlier.folder.flags & (ATTRIBUTES | LESSENED | RACY) == 0
                && !is_racy
        });
        let attributes: Vec<Attribute> = match is_bare {
            true => Vec::new(),
            false => sys::keep::attributes_of(from)
                .map_err(wrap)?
                .unwrap_or_default(),
        };
        let guarded = guarded(status, taking.request.guard);
        let give = || {
            let has = taking.new_folder;
            match is_bare {
                true => sys::keep::give_facts(from, &guarded, to, has),
                false => sys::keep::give(from, &guarded, to, has),
            }
        };
        let path = || taking.to.folder_path(taking.tree, self.id);
        let lost = taking
            .hand
            .effect("finish folder", path, give)
            .map_err(wrap)?;
        let mut folder = self.empty_folder(status);
        if is_racy {
            folder.flags |= RACY;
        }
        if !attributes.is_empty() {
            folder.flags |= ATTRIBUTES;
            folder.attributes = attributes;
        }
        if note_losses(worker, &lost) {
            folder.flags |= LESSENED;
        }
        let held_some = earlier.iter().any(|earlier| {
            let is_published = taking.bases[earlier.number].trust == Trust::Published;
            is_published && !earlier.folder.entries.is_empty()
        });
        if entries.is_empty() && held_some && taking.tree.node(self.id).parent == ROOT {
            taking.was_emptied.store(true, Ordering::Relaxed);
        }
        folder.entries = entries;
        if taking.sync_each {
            sys::dir::sync_opened(to).map_err(wrap)?;
        }
        self.record(&folder)
    }
}

fn list(from: &Dir, worker: &mut Worker<'_>) -> io::Result<Vec<Listed>> {
    let mut listing = Vec::new();
    sys::tree::list_once(from, &mut worker.buffer, |name, kind, _| {
        listing.push(Listed {
            name: crate::name_bytes(name).into(),
            kind,
        });
    })?;
    listing.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(listing)
}

/// Returns whether an answer says that a name is gone, or stands for something else now.
pub(super) fn is_gone(error: &io::Error) -> bool {
    use FsErrorKind::{Loop, NotADirectory, NotFound};
    matches!(sys::errno::kind(error), NotFound | NotADirectory | Loop)
}

/// Counts what the volume of the store could not keep; returns whether it was anything that matters.
pub(super) fn note_losses(worker: &mut Worker<'_>, lost: &[Loss]) -> bool {
    let is_lessened = lost.iter().any(|loss| *loss != Loss::Label);
    worker.totals.lessened += u64::from(is_lessened);
    is_lessened
}

/// Returns what a copy in the store is to be like.
pub(super) fn guarded(status: &Status, guard: Guard) -> Status {
    Status {
        mode: guarded_mode(status.kind, status.mode, guard),
        ..*status
    }
}

/// Returns the permission bits that something of this mode has in the store.
pub(super) fn guarded_mode(kind: Kind, mode: u32, guard: Guard) -> u32 {
    const WRITES: u32 = 0o222;
    let is_guarded = match kind {
        Kind::Directory => guard != Guard::None,
        _ => guard == Guard::Ro,
    };
    if is_guarded { mode & !WRITES } else { mode }
}

/// Returns what is recorded of an entry.
pub(super) fn facts_of(status: &Status, store_inode: u64) -> Facts {
    Facts {
        mode: status.mode,
        user_id: status.user_id,
        group_id: status.group_id,
        size_bytes: status.size_bytes,
        modified_ns: status.modified_ns,
        changed_ns: status.changed_ns,
        inode: status.inode,
        store_inode,
    }
}
