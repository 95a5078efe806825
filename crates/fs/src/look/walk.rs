//! Walking: every entry below some folders, on several threads, by handle.

mod content;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::tree::is_quarantine_name;
use super::{Entry, Kind};
use crate::queue::{Queue, worker_count};
use crate::snapshot::{CONTROL, LATEST, is_store};
use crate::stage::Status;
use crate::sys::walk::{Buffer, OpenFolder, Opened, ParentHandle, Parents, buffer};
use crate::{FsError, FsErrorKind};

pub use content::Beginning;

/// The most worker threads of one walk.
const MAX_WORKERS: usize = 8;

/// The most folders of one sort that are listed by name; all are counted.
const MAX_LISTED: usize = 1000;

/// What is done where another mount begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounts {
    /// It is named and not entered.
    Stay,
    /// It is entered, and a folder that shows up at several places is gone through at one of them.
    Enter,
}

/// A folder on the way of a walk. It knows its parent and not its path, which is put together when it is asked for.
#[derive(Debug)]
pub struct Folder {
    parent: Option<Arc<Folder>>,
    /// The name in the parent; the whole path for a root.
    name: OsString,
    depth: usize,
    root: usize,
    identity: Option<(u64, u64)>,
}

impl Folder {
    /// Returns its path.
    pub fn path(&self) -> PathBuf {
        self.path_and(0)
    }

    /// Returns its path with room for some bytes more.
    fn path_and(&self, more_bytes: usize) -> PathBuf {
        let (root, names) = (&self.root_folder().name, self.names());
        let bytes: usize = names.iter().map(|name| name.len() + 1).sum();
        let mut path = PathBuf::with_capacity(root.len() + bytes + more_bytes);
        path.push(root);
        path.extend(names);
        path
    }

    /// Returns its path below the root of the walk.
    pub fn path_below_root(&self) -> PathBuf {
        self.names().into_iter().collect()
    }

    /// Returns how far below its root it is: 0 for the root itself.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Returns the number of its root among those of the walk.
    pub fn root(&self) -> usize {
        self.root
    }

    /// Returns whether the folder of this device and inode number is this one or lies above it in the walk; false unless
    /// the visitor [compares folders](Visitor::COMPARES_FOLDERS).
    pub fn is_at_or_below(&self, device: u64, inode: u64) -> bool {
        self.identities().any(|found| found == (device, inode))
    }

    /// Returns device and inode number of this folder and of those above it, up to the root of the walk.
    pub fn identities(&self) -> impl Iterator<Item = (u64, u64)> {
        self.above().filter_map(|folder| folder.identity)
    }

    fn above(&self) -> impl Iterator<Item = &Folder> {
        std::iter::successors(Some(self), |folder| folder.parent.as_deref())
    }

    fn root_folder(&self) -> &Folder {
        self.above().last().unwrap_or(self)
    }

    fn names(&self) -> Vec<&OsStr> {
        let mut names: Vec<&OsStr> = Vec::with_capacity(self.depth);
        let above = self.above().take(self.depth);
        names.extend(above.map(|folder| folder.name.as_os_str()));
        names.reverse();
        names
    }
}

/// A chain of ten thousand folders is let go one by one, not each inside the other.
impl Drop for Folder {
    fn drop(&mut self) {
        let mut next = self.parent.take();
        while let Some(mut folder) = next.and_then(Arc::into_inner) {
            next = folder.parent.take();
        }
    }
}

/// One entry met on a walk.
pub struct Found<'a> {
    /// The folder it stands in.
    pub folder: &'a Arc<Folder>,
    /// Its name.
    pub name: &'a OsStr,
    /// What it is.
    pub kind: Kind,
    /// Its inode number as the folder tells it; where a mount begins, that of what lies below the mount.
    pub inode: u64,
    open: &'a OpenFolder,
}

impl Found<'_> {
    /// Returns its path.
    pub fn path(&self) -> PathBuf {
        let mut path = self.folder.path_and(self.name.len() + 1);
        path.push(self.name);
        path
    }

    /// Calls `visit` with its target text, byte for byte: readlinkat(2).
    pub fn with_link_text<R>(&self, visit: impl FnOnce(&OsStr) -> R) -> Result<R, FsError> {
        self.open
            .with_link_text(self.name, visit)
            .map_err(|error| FsError::new("read the link", &self.path(), error))
    }

    /// Returns the whole of it, not followed, its birth time left out: statx(2).
    pub fn entry(&self) -> Result<Entry, FsError> {
        self.open
            .entry_at(self.name)
            .map_err(|error| FsError::new("look at", &self.path(), error))
    }

    /// Returns the whole of the folder it stands in, its birth time left out: statx(2).
    pub fn folder_entry(&self) -> Result<Entry, FsError> {
        let entry = self.open.entry_at(OsStr::new("."));
        entry.map_err(|error| FsError::new("look at", &self.folder.path(), error))
    }

    /// Returns what the system follows it to, its birth time left out: statx(2).
    pub fn followed(&self) -> Result<Entry, FsError> {
        self.open
            .followed(self.name)
            .map_err(|error| FsError::new("follow", &self.path(), error))
    }
}

/// A folder of a walk that has been read to its end.
pub struct Read<'a> {
    /// The folder.
    pub folder: &'a Arc<Folder>,
    open: &'a OpenFolder,
}

impl Read<'_> {
    /// Returns what stands at `name`; a link is not followed.
    pub(crate) fn status_of(&self, name: &OsStr) -> std::io::Result<Status> {
        self.open.status_of(name)
    }
}

/// What is done with what a walk meets; each thread has one of its own.
pub trait Visitor: Send {
    /// Whether it asks [`Folder::is_at_or_below`]: then each folder is asked what makes it itself, one more system call.
    const COMPARES_FOLDERS: bool = false;

    /// Whether it is kept out of stores of snapshots, but for what a walk begins with. Of the entries of a store itself it may
    /// have been told, but for the link to the newest snapshot: only what stands in a folder shows that it is one.
    const LEAVES_STORES_OUT: bool = false;

    /// Is told of one entry.
    fn visit(&mut self, found: &Found<'_>);

    /// Says whether a folder it was told of is entered.
    fn enters(&mut self, _folder: &Found<'_>) -> bool {
        true
    }

    /// Is told that all entries of a folder have been met.
    fn folder_read(&mut self, _read: &Read<'_>) {}
}

/// What a walk ended with.
#[derive(Debug)]
pub struct Walked<V> {
    /// The visitors, one a thread.
    pub visitors: Vec<V>,
    /// Number of folders that could not be read.
    pub unreadable_count: u64,
    /// The first of them, sorted, with the reason.
    pub unreadable: Vec<(PathBuf, FsErrorKind)>,
    /// Where other mounts begin, which were not entered.
    pub other_mounts: Vec<PathBuf>,
    /// Folders of linkwright's own (quarantine); they are not entered.
    pub private_folders: Vec<PathBuf>,
    /// Stores of snapshots that were left out.
    pub stores: Vec<PathBuf>,
}

/// Goes through everything below the folders `roots`, which must be link-free; `visitor` makes one visitor a thread.
///
/// Never follows a link. Names that vanish meanwhile are passed over; folders that may not be read are counted. Memory
/// grows with the folders that wait, not with what they hold; at most 256 folders are open at a time. Fails if a root
/// cannot be opened. Stands on `getdents64(2)`, `openat2(2)`.
pub fn walk<V: Visitor>(
    roots: &[PathBuf],
    mounts: Mounts,
    visitor: impl Fn() -> V + Sync,
) -> Result<Walked<V>, FsError> {
    let parents = Parents::open_roots(roots, mounts)
        .map_err(|(index, error)| FsError::new("read the folder", &roots[index], error))?;
    // A root is read as a root, also where the way from another one leads to it: only so is a store read that was named.
    let compares = mounts == Mounts::Enter || roots.len() > 1;
    let mut seen = HashSet::new();
    let mut first = Vec::new();
    for (root, path) in roots.iter().enumerate() {
        let open = parents.root(root);
        if compares && open.identity().is_ok_and(|identity| !seen.insert(identity)) {
            continue;
        }
        first.push(Waiting {
            parent: parents.keep(&open),
            folder: Unopened {
                parent: None,
                name: path.clone().into_os_string(),
                depth: 0,
                root,
            },
        });
    }
    first.reverse();
    let crew = Crew {
        queue: Queue::new(first),
        parents,
        seen: compares.then_some(Mutex::new(seen)),
    };
    let workers = worker_count(MAX_WORKERS);
    let parts = std::thread::scope(|scope| {
        let work = || crew.work(visitor());
        let handles: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut parts = vec![work()];
        parts.extend(handles.into_iter().map(|handle| match handle.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        }));
        parts
    });
    Ok(together(parts))
}

fn together<V>(parts: Vec<Walked<V>>) -> Walked<V> {
    let mut whole = Walked {
        visitors: Vec::new(),
        unreadable_count: 0,
        unreadable: Vec::new(),
        other_mounts: Vec::new(),
        private_folders: Vec::new(),
        stores: Vec::new(),
    };
    for part in parts {
        whole.visitors.extend(part.visitors);
        whole.unreadable_count += part.unreadable_count;
        whole.unreadable.extend(part.unreadable);
        whole.other_mounts.extend(part.other_mounts);
        whole.private_folders.extend(part.private_folders);
        whole.stores.extend(part.stores);
    }
    whole.unreadable.sort_by(|a, b| a.0.cmp(&b.0));
    whole.unreadable.truncate(MAX_LISTED);
    whole.other_mounts.sort();
    whole.private_folders.sort();
    whole.stores.sort();
    whole
}

/// A folder that waits to be read.
struct Waiting {
    parent: ParentHandle,
    folder: Unopened,
}

/// A folder before anything is known of it but its name.
struct Unopened {
    parent: Option<Arc<Folder>>,
    name: OsString,
    depth: usize,
    root: usize,
}

impl Unopened {
    fn opened(self, identity: Option<(u64, u64)>) -> Arc<Folder> {
        Arc::new(Folder {
            parent: self.parent,
            name: self.name,
            depth: self.depth,
            root: self.root,
            identity,
        })
    }

    fn path(&self) -> PathBuf {
        match &self.parent {
            Some(parent) => parent.path().join(&self.name),
            None => PathBuf::from(&self.name),
        }
    }
}

/// What the threads of one walk share.
struct Crew {
    queue: Queue<Waiting>,
    parents: Parents,
    /// The folders that were read, where one can be reached by several ways.
    seen: Option<Mutex<HashSet<(u64, u64)>>>,
}

impl Crew {
    fn work<V: Visitor>(&self, visitor: V) -> Walked<V> {
        let mut part = together(Vec::new());
        let mut visitor = visitor;
        let mut buffer = buffer();
        let mut found = Vec::new();
        while let Some(job) = self.queue.next() {
            self.read(job, &mut visitor, &mut buffer, &mut found, &mut part);
            self.queue.finish(&mut found);
        }
        part.visitors.push(visitor);
        part
    }

    fn read<V: Visitor>(
        &self,
        job: Waiting,
        visitor: &mut V,
        buffer: &mut Buffer,
        found: &mut Vec<Waiting>,
        part: &mut Walked<V>,
    ) {
        let unopened = job.folder;
        let open = match self.open(&unopened, &job.parent) {
            Ok(Opened::Folder(open)) => open,
            Ok(Opened::OtherMount) => return part.other_mounts.push(unopened.path()),
            Err(error) => return part.add_unreadable(&unopened.path(), error),
        };
        let identity = match V::COMPARES_FOLDERS || self.seen.is_some() {
            true => open.identity().ok(),
            false => None,
        };
        if let (Some(seen), Some(identity), 1..) = (&self.seen, identity, unopened.depth) {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            if !seen.insert(identity) {
                return;
            }
        }
        let folder = unopened.opened(identity);
        let handle = self.parents.keep(&open);
        let mut meet = |name: &OsStr, kind, inode| {
            let met = Found {
                folder: &folder,
                name,
                kind,
                inode,
                open: &open,
            };
            visitor.visit(&met);
            if kind != Kind::Directory {
                return;
            }
            if is_quarantine_name(name) {
                part.private_folders.push(met.path());
                return;
            }
            if !visitor.enters(&met) {
                return;
            }
            found.push(Waiting {
                parent: handle.clone(),
                folder: Unopened {
                    parent: Some(Arc::clone(&folder)),
                    name: name.to_os_string(),
                    depth: folder.depth + 1,
                    root: folder.root,
                },
            });
        };
        // What shows that the folder is a store may come late in the listing.
        let may_be_left_out = V::LEAVES_STORES_OUT && folder.depth > 0;
        let mut held_back = Vec::new();
        let read = open.each_entry(buffer, |name, kind, inode| {
            let shows_store = (kind == Kind::Directory && name == CONTROL)
                || (kind == Kind::SymbolicLink && name == LATEST);
            match may_be_left_out && shows_store {
                true => held_back.push((name.to_os_string(), kind, inode)),
                false => meet(name, kind, inode),
            }
        });
        let has_control = held_back.iter().any(|(name, ..)| name == CONTROL);
        if has_control && is_store(&folder.path()) {
            found.clear();
            return part.stores.push(folder.path());
        }
        for (name, kind, inode) in held_back {
            meet(&name, kind, inode);
        }
        if let Err(error) = read {
            part.add_unreadable(&folder.path(), error);
        }
        visitor.folder_read(&Read {
            folder: &folder,
            open: &open,
        });
    }

    fn open(&self, folder: &Unopened, parent: &ParentHandle) -> std::io::Result<Opened> {
        match &folder.parent {
            None => Ok(Opened::Folder(self.parents.root(folder.root))),
            Some(above) => {
                let names = || above.names();
                self.parents.open(folder.root, parent, names, &folder.name)
            }
        }
    }
}

impl<V> Walked<V> {
    fn add_unreadable(&mut self, path: &Path, error: std::io::Error) {
        let kind = FsErrorKind::at(path, &error);
        // It vanished, or something else took its name, since its folder was read.
        if matches!(kind, FsErrorKind::NotFound | FsErrorKind::NotADirectory) {
            return;
        }
        self.unreadable_count += 1;
        if self.unreadable.len() < MAX_LISTED {
            self.unreadable.push((path.to_path_buf(), kind));
        }
    }
}
