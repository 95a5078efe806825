//! Whether a snapshot's tree is what its manifest says.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::manifest::{FolderLink, Manifest};
use super::record::{Digest, Entry, EntryKind, Folder, FolderId, NO_FOLDER};
use super::store::Store;
use super::take::{Guard, ROOT};
use super::visit::{guarded_mode, is_gone};
use crate::look::Kind;
use crate::stage::crew::each_folder;
use crate::stage::handles::{Handles, Side};
use crate::stage::record::{CONTAINER, NodeId, Tree};
use crate::stage::{Amount, Monitor, Phase, ROOM_BYTES, StageError, Status};
use crate::sys::dir::Dir;
use crate::{FsError, sys};

/// How thoroughly a snapshot is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names, kinds, sizes, times, modes and owners.
    Quick,
    /// Also the content of some files: this many of a hundred, other ones with another seed.
    Sample {
        /// Of a hundred.
        percent: u8,
        /// What the choice is made from.
        seed: u64,
    },
    /// Also the content of all files.
    Full,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not there.
    Missing,
    /// The manifest does not speak of it.
    Unknown,
    /// It is something else, or another file.
    Other,
    /// Mode, owner or times were changed.
    Changed,
    /// Its content is not what it was.
    Content,
    /// It cannot be read.
    Unreadable,
}

impl FaultKind {
    /// Returns its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Other => "replaced",
            Self::Changed => "attributes",
            Self::Content => "content",
            Self::Unreadable => "unreadable",
        }
    }

    /// Returns it in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Missing => "is missing",
            Self::Unknown => "does not belong there",
            Self::Other => "was replaced",
            Self::Changed => "has another mode, owner or time",
            Self::Content => "has other content",
            Self::Unreadable => "cannot be read",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its path below the snapshot.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: FaultKind,
    /// Its inode in the store, if it is a file that other snapshots may share.
    pub store_inode: Option<u64>,
}

/// The files of a store that were read, and their digests: those that snapshots share are read once.
#[derive(Debug, Default)]
pub struct AlreadyRead(Mutex<HashMap<u64, Digest>>);

impl AlreadyRead {
    pub(super) fn get(&self, inode: u64) -> Option<Digest> {
        let read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(&inode).copied()
    }

    pub(super) fn put(&self, inode: u64, digest: Digest) {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(inode, digest);
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct VerifyRequest<'a> {
    /// The store.
    pub store: &'a Store,
    /// The snapshot.
    pub id: &'a str,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// What may not be written in its tree.
    pub guard: Guard,
    /// How thoroughly.
    pub depth: Depth,
    /// What was read of the store before.
    pub read: &'a AlreadyRead,
}

/// Compares a snapshot's tree with its manifest, and returns what is wrong, by path; changes nothing.
///
/// Content is read from the device where the system can drop what it remembers of it.
pub fn verify(
    request: &VerifyRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Vec<Fault>, StageError> {
    let wrap = |error| FsError::new("open", request.store.root(), error);
    let side = Side {
        container: Arc::new(sys::tree::open_folder(request.store.root()).map_err(wrap)?),
        root_name: OsString::from(request.id),
        root: request.store.tree(request.id),
    };
    let tree = Tree::new();
    tree.add(CONTAINER, request.id.as_bytes(), Default::default());
    let verifying = Verifying {
        request: *request,
        monitor,
        tree: &tree,
        side: &side,
        ids: Mutex::new(HashMap::from([(ROOT, (0, NO_FOLDER))])),
        faults: Mutex::default(),
    };
    monitor.begin(Phase::Verify, to_be_read(request));
    each_folder(
        monitor,
        vec![ROOT],
        |_| Worker {
            handles: Handles::new(&side, &tree),
            buffer: sys::tree::buffer(),
            room: vec![0; ROOM_BYTES],
        },
        |worker, id, found| verifying.folder(worker, id, found),
    )?;
    let faults = verifying.faults.into_inner();
    let mut faults = faults.unwrap_or_else(PoisonError::into_inner);
    faults.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(faults)
}

/// Returns how much of the content is read, each name counted; of a sample about so much.
fn to_be_read(request: &VerifyRequest<'_>) -> Amount {
    let percent = match request.depth {
        Depth::Quick => 0,
        Depth::Sample { percent, .. } => u64::from(percent),
        Depth::Full => 100,
    };
    let totals = request.manifest.totals();
    let share = |all: u64| all / 100 * percent + all % 100 * percent / 100;
    Amount {
        bytes: share(totals.bytes),
        files: share(totals.files),
    }
}

pub(super) struct Worker<'a> {
    handles: Handles<'a>,
    buffer: sys::tree::Buffer,
    pub(super) room: Vec<u8>,
}

pub(super) struct Verifying<'a> {
    pub(super) request: VerifyRequest<'a>,
    pub(super) monitor: &'a dyn Monitor,
    tree: &'a Tree,
    side: &'a Side,
    /// The numbers of the folders that wait, and of those that speak of them.
    ids: Mutex<HashMap<NodeId, (FolderId, FolderId)>>,
    faults: Mutex<Vec<Fault>>,
}

impl Verifying<'_> {
    pub(super) fn note(
        &self,
        (id, name): (NodeId, &[u8]),
        kind: FaultKind,
        store_inode: Option<u64>,
    ) {
        let path = match name {
            b"" if id == ROOT => PathBuf::new(),
            b"" => {
                let node = self.tree.node(id);
                self.tree.path_below_root(node.parent, &node.name)
            }
            name => self.tree.path_below_root(id, name),
        };
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.push(Fault {
            path,
            kind,
            store_inode,
        });
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
            self.request.manifest.folder_at(&FolderLink {
                id: known,
                parent,
                name: if id == ROOT { b"" } else { &node.name },
            })
        })?;
        let Some(record) = record else {
            self.note((id, b""), FaultKind::Unknown, None);
            return Ok(());
        };
        let dir = match worker.handles.open(id) {
            Ok(dir) => dir,
            Err(error) if is_gone(&error) => {
                self.note((id, b""), FaultKind::Missing, None);
                return Ok(());
            }
            Err(_) => {
                self.note((id, b""), FaultKind::Unreadable, None);
                return Ok(());
            }
        };
        let wrap = |error| FsError::new("look at", &self.side.folder_path(self.tree, id), error);
        if id != ROOT {
            let status = sys::tree::folder_status(&dir).map_err(wrap)?;
            if !is_folder_like(&record, &status, self.request.guard) {
                self.note((id, b""), FaultKind::Changed, None);
            }
        }
        let mut names: Vec<Box<[u8]>> = Vec::new();
        let list = sys::tree::list(&dir, &mut worker.buffer, |name, _, _| {
            names.push(crate::name_bytes(name).into());
        });
        if list.is_err() {
            self.note((id, b""), FaultKind::Unreadable, None);
            return Ok(());
        }
        names.sort_unstable();
        for name in &names {
            let entry = record.find(name).map(|(_, entry)| entry);
            if entry.is_none_or(|entry| entry.stored_kind().is_none()) {
                self.note((id, name), FaultKind::Unknown, None);
            }
        }
        let mut to_read = Vec::new();
        for entry in &record.entries {
            let Some(kind) = entry.stored_kind() else {
                continue;
            };
            if names.binary_search(&entry.name).is_err() {
                self.note((id, &entry.name), FaultKind::Missing, inode_of(entry));
                continue;
            }
            if kind == Kind::Directory {
                let child = self.tree.add(id, &entry.name, Default::default());
                let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
                ids.insert(child, (entry.folder, record.id));
                found.push(child);
                continue;
            }
            if let Some(status) = self.entry((id, &dir), entry) {
                to_read.push((entry, status));
            }
        }
        self.read(worker, (id, &dir), to_read)
    }

    /// Compares an entry that is no folder; returns what its file is if its content is to be read.
    fn entry(&self, (id, dir): (NodeId, &Dir), entry: &Entry) -> Option<Status> {
        let here = (id, &*entry.name);
        let Some(name) = crate::borrowed_name(&entry.name) else {
            self.note(here, FaultKind::Unreadable, inode_of(entry));
            return None;
        };
        let status = match sys::tree::status_at(dir, name) {
            Ok(status) => status,
            Err(_) => {
                self.note(here, FaultKind::Unreadable, inode_of(entry));
                return None;
            }
        };
        if Some(status.kind) != entry.stored_kind() || status.inode != entry.facts.store_inode {
            self.note(here, FaultKind::Other, inode_of(entry));
            return None;
        }
        match entry.kind {
            EntryKind::SymbolicLink => {
                let text = match entry.has(super::record::REBASED) {
                    true => &entry.stored_text,
                    false => &entry.text,
                };
                let found = sys::link::read_link_at(dir, name);
                if found.is_ok_and(|found| crate::name_bytes(&found) != &**text) {
                    self.note(here, FaultKind::Content, inode_of(entry));
                }
            }
            EntryKind::File => {
                if status.size_bytes != entry.facts.size_bytes {
                    self.note(here, FaultKind::Content, inode_of(entry));
                } else if self.file(id, entry, &status) {
                    return Some(status);
                }
            }
            _ => {}
        }
        None
    }

    /// Compares what belongs to a file; returns whether its content is to be read.
    fn file(&self, id: NodeId, entry: &Entry, status: &Status) -> bool {
        let here = (id, &*entry.name);
        if !is_file_like(entry, status) {
            self.note(here, FaultKind::Changed, inode_of(entry));
        }
        is_chosen(self.request.depth, status.inode)
    }
}

/// Returns whether mode, owner and time of a folder in the store are what was recorded, as far as they are kept there.
pub(super) fn is_folder_like(record: &Folder, status: &Status, guard: Guard) -> bool {
    use super::record::{LESSENED, MOUNT, STORE, TORN, UNREADABLE};
    if record.flags & (LESSENED | MOUNT | STORE | TORN | UNREADABLE) != 0 {
        return true;
    }
    let facts = &record.facts;
    let mode = guarded_mode(Kind::Directory, facts.mode, guard);
    status.mode == mode
        && status.modified_ns == facts.modified_ns
        && (status.user_id, status.group_id) == (facts.user_id, facts.group_id)
}

/// Returns whether mode, owner and time of a file in the store are what was recorded, as far as they are kept there.
///
/// The permission to write is no matter: another guard may have been wanted when it was copied.
pub(super) fn is_file_like(entry: &Entry, status: &Status) -> bool {
    const WRITES: u32 = 0o222;
    let facts = &entry.facts;
    entry.has(super::record::LESSENED)
        || (status.mode & !WRITES == facts.mode & !WRITES)
            && status.modified_ns == facts.modified_ns
            && (status.user_id, status.group_id) == (facts.user_id, facts.group_id)
}

pub(super) fn inode_of(entry: &Entry) -> Option<u64> {
    match entry.kind {
        EntryKind::Folder | EntryKind::LeftOut(_) => None,
        _ => Some(entry.facts.store_inode),
    }
}

/// Returns whether the content of a file is read. All snapshots choose the same of the files that they share.
fn is_chosen(depth: Depth, inode: u64) -> bool {
    match depth {
        Depth::Quick => false,
        Depth::Full => true,
        Depth::Sample { percent, seed } => {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&seed.to_le_bytes());
            hasher.update(&inode.to_le_bytes());
            let digest = hasher.finalize();
            let [a, b, ..] = *digest.as_bytes();
            u32::from(u16::from_le_bytes([a, b])) * 100 < u32::from(percent) * (1 << 16)
        }
    }
}

/// Returns the entry of a path below a snapshot, with the folder that holds it; `None` if there is none.
///
/// The path is given by its names, from that of the source on. Of no names it is `None`: the folder that holds the sources
/// is no entry.
pub fn find(manifest: &Manifest, path: &Path) -> Result<Option<(Folder, usize)>, FsError> {
    let mut next = manifest.folder(0)?;
    let mut names = path.iter().peekable();
    while let Some(name) = names.next() {
        let Some(folder) = next.take() else {
            return Ok(None);
        };
        let Some((place, entry)) = folder.find(crate::name_bytes(name)) else {
            return Ok(None);
        };
        if names.peek().is_none() {
            return Ok(Some((folder, place)));
        }
        if entry.kind != EntryKind::Folder {
            return Ok(None);
        }
        next = manifest.folder_at(&folder.link(entry))?;
    }
    Ok(None)
}
