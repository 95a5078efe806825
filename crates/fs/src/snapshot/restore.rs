//! Giving back what a snapshot holds: copies, never links to the store.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::amount::amount_of;
use super::groups::{FileKey, Groups, Leader, file_key};
use super::manifest::{FolderLink, Manifest};
use super::record::{Entry, EntryKind, FROM_LINK, Facts, Folder, FolderId, LESSENED};
use super::restore_names::{StandingName, standing};
use super::store::Store;
use crate::act::Durable;
use crate::hand::SharedHand;
use crate::look::{self, Identity};
use crate::stage::crew::each_folder;
use crate::stage::handles::{Handles, Side};
use crate::stage::record::{CONTAINER, NodeId, Tree};
use crate::stage::{Amount, BUILDING, Loss, Monitor, Phase, ROOM_BYTES, StageError, Status};
use crate::sys::dir::Dir;
use crate::{FsError, Hand, sys};

/// The permission of an owner to write.
const OWNER_WRITES: u32 = 0o200;

/// What is given back, and where it is built.
#[derive(Debug, Clone, Copy)]
pub struct RestoreRequest<'a> {
    /// The store.
    pub store: &'a Store,
    /// The snapshot.
    pub id: &'a str,
    /// What of it: a path below the snapshot, the name of the source first.
    pub path: &'a Path,
    /// The private folder to build in, on the volume where it is to be; it must exist.
    pub folder: &'a Path,
    /// The name, in that folder, of what is finished.
    pub item: &'a Path,
    /// What is given back for links in whose place something else stands, or that have another text in the store.
    pub links_as: LinksAs,
    /// Files that stand elsewhere, and of which the snapshot has further names in what is given back.
    pub standing: &'a [StandingName<'a>],
    /// When what is built is made durable.
    pub durable: Durable,
}

/// What is given back for links that were followed or led elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinksAs {
    /// The links, with the texts they had.
    Links,
    /// What is in the store.
    Content,
}

/// Builds at `request.item` what a snapshot holds at a path, and returns its identity.
///
/// The manifest says what it is like, the store's tree gives the content; what is not as recorded is left out, and told to
/// the monitor; if that is all there is, it fails with `NotAsRecorded`. Links get the texts they had in the source. No link is passed, neither in the store nor on the way. Nothing
/// outside `request.folder` is changed. What an interrupted run has left there is built anew.
pub fn restore(
    hand: &mut Hand<'_>,
    request: &RestoreRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Identity, StageError> {
    let manifest = Manifest::open(&request.store.manifest(request.id))?;
    let missing = || {
        let path = request.store.tree(request.id).join(request.path);
        FsError::new("restore", &path, io::ErrorKind::NotFound.into())
    };
    let (folder, place) = super::verify::find(&manifest, request.path)?.ok_or_else(missing)?;
    let hand = &hand.shared();
    let wrap = |error| FsError::new("open", request.folder, error);
    let container = Arc::new(sys::tree::open_folder(request.folder).map_err(wrap)?);
    let building = OsStr::new(BUILDING);
    crate::stage::remove_staged(hand, &container, building, || request.folder.join(BUILDING))
        .map_err(wrap)?;
    let to = Side {
        container: Arc::clone(&container),
        root_name: OsString::from(BUILDING),
        root: request.folder.join(BUILDING),
    };
    let parent = open_in_store(request, &folder, &manifest).map_err(wrap)?;
    let entry = &folder.entries[place];
    let from = Side {
        container: Arc::new(parent),
        root_name: crate::borrowed_name(&entry.name)
            .unwrap_or_default()
            .to_os_string(),
        root: request.store.tree(request.id).join(request.path),
    };
    monitor.begin(
        Phase::Copy,
        amount_of(&manifest, (&folder, entry), request.links_as),
    );
    let standing = standing(&manifest, request)?;
    let ends = (&from, &to, request.links_as, standing);
    build(hand, &manifest, (&folder, entry), ends, monitor)?;
    if let Err(error) = sys::tree::status_at(&container, building) {
        return Err(match (error.kind(), entry.kind) {
            (io::ErrorKind::NotFound, EntryKind::File) => StageError::NotAsRecorded {
                path: from.root.clone(),
            },
            (io::ErrorKind::NotFound, _) => {
                FsError::new("restore", &from.root, io::ErrorKind::Unsupported.into()).into()
            }
            _ => wrap(error).into(),
        });
    }
    monitor.begin(Phase::Sync, Amount::default());
    let name = request.item.file_name().unwrap_or_default();
    let renamed = match request.durable {
        Durable::Now => {
            let sync = || sys::pages::sync_volume(&container);
            hand.effect("sync volume", || to.root.clone(), sync)
                .map_err(|error| FsError::new("make durable", &to.root, error))?;
            crate::stage::rename_in_stage(hand, &to, (building, name))
        }
        Durable::Later => crate::stage::rename_in_stage_only(hand, &to, (building, name)),
    };
    renamed.map_err(|error| FsError::new("finish the stage in", request.folder, error))?;
    Ok(look::entry(request.item)?.identity)
}

/// Opens the folder of the store's tree that holds what is restored.
fn open_in_store(
    request: &RestoreRequest<'_>,
    folder: &Folder,
    manifest: &Manifest,
) -> io::Result<Dir> {
    let mut at = sys::tree::open_folder(request.store.root())?;
    at = sys::tree::open_child(&at, OsStr::new(request.id))?;
    for name in manifest.way_to(folder.id).map_err(io::Error::other)? {
        let name = crate::borrowed_name(&name).ok_or(io::ErrorKind::InvalidFilename)?;
        at = sys::tree::open_child(&at, name)?;
    }
    Ok(at)
}

pub(super) struct Restoring<'a, 'h> {
    pub(super) hand: &'a SharedHand<'h>,
    manifest: &'a Manifest,
    pub(super) tree: &'a Tree,
    pub(super) from: &'a Side,
    to: &'a Side,
    pub(super) monitor: &'a dyn Monitor,
    groups: Groups,
    /// The files that stand elsewhere.
    standing: HashMap<FileKey, StandingName<'a>>,
    /// The numbers of the folders that wait, and of those that speak of them.
    ids: Mutex<HashMap<NodeId, (FolderId, FolderId)>>,
    pub(super) links_as: LinksAs,
    pub(super) sync_each: bool,
    pub(super) umask: u32,
}

pub(super) struct Worker<'a> {
    pub(super) from: Handles<'a>,
    to: Handles<'a>,
    pub(super) room: Vec<u8>,
}

type Ends<'a> = (
    &'a Side,
    &'a Side,
    LinksAs,
    HashMap<FileKey, StandingName<'a>>,
);

fn build(
    hand: &SharedHand<'_>,
    manifest: &Manifest,
    (folder, entry): (&Folder, &Entry),
    (from, to, links_as, standing): Ends<'_>,
    monitor: &dyn Monitor,
) -> Result<(), StageError> {
    let tree = Tree::new();
    let restoring = Restoring {
        hand,
        manifest,
        tree: &tree,
        from,
        to,
        monitor,
        groups: Groups::default(),
        standing,
        links_as,
        ids: Mutex::default(),
        sync_each: !sys::pages::volume_sync_suffices(&to.container),
        umask: sys::tree::umask(),
    };
    let worker = || Worker {
        from: Handles::new(from, &tree),
        to: Handles::new(to, &tree),
        room: vec![0; ROOM_BYTES],
    };
    let first = restoring.entry(&mut worker(), (CONTAINER, folder), entry)?;
    each_folder(
        monitor,
        first.into_iter().collect(),
        |_| worker(),
        |worker, id, found| restoring.folder(worker, id, found),
    )
}

impl Restoring<'_, '_> {
    pub(super) fn path(&self, id: NodeId, name: &[u8]) -> PathBuf {
        self.to.path(self.tree, id, name)
    }

    pub(super) fn failed(
        &self,
        operation: &'static str,
        (id, name): (NodeId, &[u8]),
        error: io::Error,
    ) -> StageError {
        if error.kind() == io::ErrorKind::Interrupted && self.monitor.is_cancelled() {
            return StageError::Cancelled;
        }
        let (from, to) = (self.from.path(self.tree, id, name), self.path(id, name));
        FsError::on_two(operation, &from, &to, error).into()
    }

    fn folder(
        &self,
        worker: &mut Worker<'_>,
        id: NodeId,
        found: &mut Vec<NodeId>,
    ) -> Result<(), StageError> {
        let known = self
            .ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
        let node = self.tree.node(id);
        let record = known.map_or(Ok(None), |(known, parent)| {
            self.manifest.folder_at(&FolderLink {
                id: known,
                parent,
                name: &node.name,
            })
        })?;
        let here = (node.parent, &*node.name);
        let Some(record) = record else {
            self.monitor
                .lost(&self.from.path(self.tree, here.0, here.1), Loss::Content);
            return Ok(());
        };
        for entry in &record.entries {
            if self.monitor.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            found.extend(self.entry(worker, (id, &record), entry)?);
        }
        let wrap = |error| self.failed("finish the copy of", here, error);
        let to = worker.to.open(id).map_err(wrap)?;
        // Without the folder of the store what belongs to it is given by the manifest.
        let from = worker.from.open(id).unwrap_or_else(|_| Arc::clone(&to));
        let status = sys::tree::folder_status(&from).map_err(wrap)?;
        let mut wanted = like(&status, &record.facts);
        // A folder that its owner may not write does not change the folder it is in (rename(2)), unless root moves it.
        let must_be_open = node.parent == CONTAINER
            && wanted.mode & OWNER_WRITES == 0
            && look::access::effective_user_id() != 0;
        if must_be_open {
            wanted.mode |= OWNER_WRITES;
        }
        let give = || {
            let has = sys::keep::has_when_new(0o700, 0);
            let mut lost = sys::keep::give(&*from, &wanted, &*to, has)?;
            if record.flags & LESSENED != 0 {
                lost.extend(sys::keep::give_attributes(&*to, &record.attributes)?);
            }
            if must_be_open {
                lost.push(Loss::Mode);
            }
            if self.sync_each {
                sys::dir::sync_opened(&to)?;
            }
            Ok(lost)
        };
        let path = || self.path(here.0, here.1);
        let lost = self
            .hand
            .effect("finish folder", path, give)
            .map_err(wrap)?;
        self.note_losses(here, &lost);
        Ok(())
    }

    /// Restores an entry; a folder is only made, and its number returned.
    fn entry(
        &self,
        worker: &mut Worker<'_>,
        (id, parent): (NodeId, &Folder),
        entry: &Entry,
    ) -> Result<Option<NodeId>, StageError> {
        let here = (id, &*entry.name);
        if entry.has(FROM_LINK) && self.links_as == LinksAs::Links {
            self.one(worker, id, &as_link(entry))?;
            return Ok(None);
        }
        match entry.kind {
            EntryKind::Folder => {
                let wrap = |error| self.failed("restore the folder", here, error);
                let (to, name) = self.place(worker, here).map_err(wrap)?;
                let create = || sys::dir::create_dir(&to, &name, 0o700);
                let path = || self.path(here.0, here.1);
                self.hand
                    .effect("restore folder", path, create)
                    .map_err(wrap)?;
                let child = self.tree.add(id, &entry.name, Default::default());
                let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
                ids.insert(child, (entry.folder, parent.id));
                return Ok(Some(child));
            }
            EntryKind::LeftOut(_) => return Ok(None),
            _ => {}
        }
        // The source had several names for it; which of them are one file, the manifest says.
        let Some(key) = file_key(parent, entry) else {
            self.one(worker, id, entry)?;
            return Ok(None);
        };
        let slot = self.groups.slot_of(key.0, key.1);
        let mut leader = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let has_name = match (leader.as_ref(), self.standing.get(&key)) {
            (Some(leader), _) => self.further_name(worker, (id, entry), leader)?,
            (None, Some(standing)) => self.name_of_standing(worker, (id, entry), standing)?,
            (None, None) => false,
        };
        if has_name && leader.is_some() {
            return Ok(None);
        }
        if has_name || self.one(worker, id, entry)? {
            *leader = Some(Leader {
                folder: id,
                name: entry.name.clone(),
                entry: entry.clone(),
            });
        }
        Ok(None)
    }

    /// Returns where an entry is to stand.
    pub(super) fn place(
        &self,
        worker: &mut Worker<'_>,
        (id, name): (NodeId, &[u8]),
    ) -> io::Result<(Arc<Dir>, OsString)> {
        let name = self.to.name(id, name)?.to_os_string();
        Ok((worker.to.open(id)?, name))
    }

    pub(super) fn note_losses(&self, (id, name): (NodeId, &[u8]), lost: &[Loss]) {
        for loss in lost {
            self.monitor
                .lost(&self.from.path(self.tree, id, name), *loss);
        }
    }
}

/// Returns the link in whose place something stands.
fn as_link(entry: &Entry) -> Entry {
    Entry {
        text: entry.text.clone(),
        ..Entry::new(&entry.name, EntryKind::SymbolicLink)
    }
}

/// Returns what something is to be like: as the source had it.
pub(super) fn like(stored: &Status, facts: &Facts) -> Status {
    Status {
        mode: facts.mode,
        user_id: facts.user_id,
        group_id: facts.group_id,
        modified_ns: facts.modified_ns,
        // When it was last read is not recorded.
        accessed_ns: stored.accessed_ns.max(facts.modified_ns),
        ..*stored
    }
}
