//! Whether a snapshot's source is still what it was.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::change::Change;
use super::closed::is_quarantine;
use super::content::{Reading, digest_of};
use super::manifest::{FolderLink, Manifest};
use super::mounts::is_crossing;
use super::record::{
    Entry, EntryKind, FROM_LINK, Folder, FolderId, MOUNT, STORE, TORN, UNREADABLE,
};
use super::request::{Excluded, LinkPolicy, LinksAt, Source};
use super::same::has_same_owner_and_mode;
use super::take::ROOT;
use super::visit::is_gone;
use crate::look::Kind;
use crate::stage::crew::each_folder;
use crate::stage::handles::{Handles, Root, Roots, Side};
use crate::stage::record::{CONTAINER, NodeId, Tree};
use crate::stage::{Amount, Monitor, Phase, ROOM_BYTES, StageError, Status};
use crate::sys::dir::Dir;
use crate::{FsError, sys};

/// What is compared.
#[derive(Clone, Copy)]
pub struct AgainstRequest<'a> {
    /// The store's folder, which is not entered.
    pub store: &'a Path,
    /// The snapshot's manifest.
    pub manifest: &'a Manifest,
    /// What the snapshot is of.
    pub sources: &'a [Source],
    /// What became of links.
    pub links: LinkPolicy,
    /// What became of some of them instead.
    pub links_at: Option<LinksAt<'a>>,
    /// What was left out.
    pub excluded: Option<Excluded<'a>>,
    /// Whether content and extended attributes are read: without, only size and time tell of another content.
    pub reads: bool,
}

/// Compares a snapshot's sources, as they are now, with its manifest, and returns what differs, by path below the snapshot.
///
/// Changes nothing, and looks at nothing of the snapshot's tree. Other volumes are entered where they were.
pub fn against_source(
    request: &AgainstRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Vec<(PathBuf, Change)>, StageError> {
    let tree = Tree::new();
    tree.add(CONTAINER, b"", Default::default());
    let wrap = |error| FsError::new("open", request.store, error);
    let container = Arc::new(sys::tree::open_folder(request.store).map_err(wrap)?);
    let store = sys::tree::folder_status(&container).map_err(wrap)?;
    let side = Side {
        container,
        root_name: OsString::new(),
        root: PathBuf::new(),
    };
    let roots = Roots::default();
    let comparing = Comparing {
        request: *request,
        monitor,
        tree: &tree,
        store: (store.device, store.inode),
        roots: &roots,
        places: Mutex::default(),
        found: Mutex::default(),
    };
    let totals = request.manifest.totals();
    let to_be_read = match request.reads {
        true => Amount {
            bytes: totals.bytes,
            files: totals.files,
        },
        false => Amount::default(),
    };
    monitor.begin(Phase::Verify, to_be_read);
    let opened = comparing.begin()?;
    let mut first = Vec::new();
    for (id, dir) in opened {
        roots.add(id, Root::Open(dir));
        first.push(id);
    }
    each_folder(
        monitor,
        first,
        |_| Worker {
            from: Handles::with(&side, &tree, &roots),
            buffer: sys::tree::buffer(),
            room: vec![0; ROOM_BYTES],
        },
        |worker, id, found| comparing.folder(worker, id, found),
    )?;
    let found = comparing.found.into_inner();
    let mut found = found.unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable();
    Ok(found)
}

struct Worker<'a> {
    from: Handles<'a>,
    buffer: sys::tree::Buffer,
    room: Vec<u8>,
}

pub(super) struct Comparing<'a> {
    pub(super) request: AgainstRequest<'a>,
    monitor: &'a dyn Monitor,
    tree: &'a Tree,
    store: (u64, u64),
    /// Sources, and other volumes that are mounted in them.
    roots: &'a Roots,
    /// The numbers, in the manifest, of the folders that wait, and of those that speak of them; none of what is new.
    places: Mutex<HashMap<NodeId, (FolderId, FolderId)>>,
    found: Mutex<Vec<(PathBuf, Change)>>,
}

impl Comparing<'_> {
    pub(super) fn note(&self, path: PathBuf, change: Change) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.push((path, change));
    }

    /// Compares the sources themselves, and returns those that are folders, open.
    fn begin(&self) -> Result<Vec<(NodeId, Arc<Dir>)>, StageError> {
        let root = self.request.manifest.folder(0)?;
        let mut opened = Vec::new();
        let mut room = vec![0; ROOM_BYTES];
        for source in self.request.sources {
            let name = crate::name_bytes(&source.name);
            let known = root.as_ref().and_then(|root| root.find(name));
            let Some((_, entry)) = known else {
                continue;
            };
            let path = PathBuf::from(&source.name);
            if entry.kind == EntryKind::Folder {
                match sys::tree::open_folder(&source.path) {
                    Ok(dir) => {
                        let child = self.add(ROOT, name, Some((entry.folder, 0)));
                        opened.push((child, Arc::new(dir)));
                    }
                    Err(error) if is_gone(&error) => self.lost((0, entry), path)?,
                    Err(error) => return Err(FsError::new("open", &source.path, error).into()),
                }
                continue;
            }
            let place = source.path.parent().zip(source.path.file_name());
            let Some((parent, own)) = place else {
                continue;
            };
            let looked = sys::tree::open_folder(parent).and_then(|dir| {
                let status = sys::tree::status_at(&dir, own)?;
                Ok((dir, status))
            });
            match looked {
                Ok((dir, status)) => {
                    let change = self.change(&mut room, (&dir, own), (&status, &path), entry)?;
                    change
                        .into_iter()
                        .for_each(|change| self.note(path.clone(), change));
                }
                Err(error) if is_gone(&error) => self.lost((0, entry), path)?,
                Err(error) => return Err(FsError::new("look at", &source.path, error).into()),
            }
        }
        Ok(opened)
    }

    /// Returns what became of a link, by its path below the folder of the sources.
    fn links(&self, path: &Path) -> LinkPolicy {
        let own = self.request.links_at.and_then(|links_at| links_at(path));
        own.unwrap_or(self.request.links)
    }

    /// Returns the path in the source.
    fn in_source(&self, below: &Path) -> PathBuf {
        let mut parts = below.components();
        let first = parts.next();
        let mut sources = self.request.sources.iter();
        let source =
            sources.find(|source| first.is_some_and(|first| first.as_os_str() == source.name));
        source.map_or_else(
            || below.to_path_buf(),
            |source| source.path.join(parts.as_path()),
        )
    }

    fn add(&self, parent: NodeId, name: &[u8], place: Option<(FolderId, FolderId)>) -> NodeId {
        let child = self.tree.add(parent, name, Default::default());
        if let Some(place) = place {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.insert(child, place);
        }
        child
    }

    fn folder(
        &self,
        worker: &mut Worker<'_>,
        id: NodeId,
        found: &mut Vec<NodeId>,
    ) -> Result<(), StageError> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.remove(&id);
        drop(places);
        let node = self.tree.node(id);
        let record = place.map_or(Ok(None), |(known, parent)| {
            self.request.manifest.folder_at(&FolderLink {
                id: known,
                parent,
                name: &node.name,
            })
        })?;
        let flags = record.as_ref().map_or(0, |record| record.flags);
        if flags & (MOUNT | STORE | TORN | UNREADABLE) != 0 {
            return Ok(());
        }
        let path = self.tree.path_below_root(node.parent, &node.name);
        let wrap = |error| FsError::new("look at", &self.in_source(&path), error);
        let opened = worker.from.open(id).or_else(|error| {
            // It was entered when the snapshot was taken.
            if !is_crossing(&error) || record.is_none() {
                return Err(error);
            }
            self.roots.add(id, Root::At(self.in_source(&path)));
            worker.from.open(id)
        });
        let opened = opened.and_then(|dir| {
            let status = sys::tree::folder_status(&dir)?;
            Ok((dir, status))
        });
        let (dir, status) = match opened {
            Ok(opened) => opened,
            // Another volume, which would not be entered, or gone just now.
            Err(error) if is_gone(&error) || is_crossing(&error) => {
                return self.all_lost(record, path);
            }
            Err(error) => return Err(wrap(error).into()),
        };
        if (status.device, status.inode) == self.store {
            return Ok(());
        }
        if let Some(record) = &record
            && self
                .is_folder_changed((&dir, &status), record)
                .map_err(wrap)?
        {
            self.note(path.clone(), Change::Facts);
        }
        let mut listing: Vec<(Box<[u8]>, Kind)> = Vec::new();
        sys::tree::list(&dir, &mut worker.buffer, |name, kind, _| {
            listing.push((crate::name_bytes(name).into(), kind));
        })
        .map_err(wrap)?;
        listing.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let entries = record.iter().flat_map(|record| &record.entries);
        for entry in entries.filter(|entry| entry.stored_kind().is_some()) {
            let is_there = listing.binary_search_by(|(name, _)| name.cmp(&entry.name));
            if is_there.is_err() {
                let parent = record.as_ref().map_or(0, |record| record.id);
                self.lost((parent, entry), below(&path, &entry.name))?;
            }
        }
        for (name, kind) in &listing {
            let known = record.as_ref().and_then(|record| record.find(name));
            let known = known.map(|(_, entry)| entry);
            let place = record.as_ref().map_or(0, |record| record.id);
            found.extend(self.listed(worker, (id, &dir, place), (name, *kind), known)?);
        }
        Ok(())
    }

    /// Compares one entry of a folder; returns the number of one that is to be entered.
    fn listed(
        &self,
        worker: &mut Worker<'_>,
        (id, dir, place): (NodeId, &Dir, FolderId),
        (name, kind): (&[u8], Kind),
        known: Option<&Entry>,
    ) -> Result<Option<NodeId>, StageError> {
        if is_quarantine(name, kind) {
            return Ok(None);
        }
        let path = self.tree.path_below_root(id, name);
        if self
            .request
            .excluded
            .is_some_and(|excluded| excluded(&path, kind))
        {
            return Ok(None);
        }
        let Some(entry) = known else {
            let is_taken = match kind {
                Kind::SymbolicLink => self.links(&path) != LinkPolicy::Skip,
                Kind::File | Kind::Directory | Kind::Fifo => true,
                _ => false,
            };
            if !is_taken {
                return Ok(None);
            }
            self.note(path, Change::Added);
            return Ok((kind == Kind::Directory).then(|| self.add(id, name, None)));
        };
        match entry.source_kind() {
            None => return Ok(None),
            Some(Kind::Directory) if kind == Kind::Directory => {
                return Ok(Some(self.add(id, name, Some((entry.folder, place)))));
            }
            Some(_) => {}
        }
        let wrap = |error| FsError::new("look at", &self.in_source(&path), error);
        let own = crate::borrowed_name(name)
            .ok_or_else(|| wrap(io::ErrorKind::InvalidFilename.into()))?;
        let change = match sys::tree::status_at(dir, own) {
            Err(error) if is_gone(&error) => Some(Change::Removed),
            Err(error) => return Err(wrap(error).into()),
            Ok(status) => self.change(&mut worker.room, (dir, own), (&status, &path), entry)?,
        };
        let Some(change) = change else {
            return Ok(None);
        };
        self.note(path.clone(), change);
        if change != Change::Kind {
            return Ok(None);
        }
        // One of the two is a folder, and what is in it is told, too.
        if entry.kind == EntryKind::Folder && !entry.has(FROM_LINK) {
            let link = FolderLink {
                id: entry.folder,
                parent: place,
                name: &entry.name,
            };
            self.lost_below(self.request.manifest.folder_at(&link)?, path)?;
        }
        Ok((kind == Kind::Directory).then(|| self.add(id, name, None)))
    }

    /// Returns how something that is no folder, or was none, differs from what is recorded.
    fn change(
        &self,
        room: &mut [u8],
        (dir, name): (&Dir, &OsStr),
        (status, path): (&Status, &Path),
        entry: &Entry,
    ) -> Result<Option<Change>, StageError> {
        if Some(status.kind) != entry.source_kind() {
            return Ok(Some(Change::Kind));
        }
        if entry.has(FROM_LINK) {
            // Of one that was followed the text is compared; what it leads to is no part of the source.
            let text = sys::link::read_link_at(dir, name);
            let is_same = text.is_ok_and(|text| crate::name_bytes(&text) == &*entry.text);
            return Ok((!is_same).then_some(Change::Content));
        }
        let is_other = match entry.kind {
            EntryKind::SymbolicLink => sys::link::read_link_at(dir, name)
                .is_ok_and(|text| crate::name_bytes(&text) != &*entry.text),
            EntryKind::File => status.size_bytes != entry.facts.size_bytes,
            _ => false,
        };
        if is_other {
            return Ok(Some(Change::Content));
        }
        let mut has_other_facts = status.modified_ns != entry.facts.modified_ns
            || !has_same_owner_and_mode(entry, status);
        if entry.kind == EntryKind::File && self.request.reads {
            let mut reading = Reading {
                room,
                monitor: self.monitor,
            };
            let read = sys::tree::open_to_read(dir, name).and_then(|mut file| {
                let content = digest_of(&mut file, status, &mut reading)?;
                Ok((content.digest, sys::keep::attributes_of(&file)?))
            });
            let (digest, attributes) = match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    return Err(StageError::Cancelled);
                }
                Err(error) if is_gone(&error) => return Ok(Some(Change::Removed)),
                other => {
                    other.map_err(|error| FsError::new("read", &self.in_source(path), error))?
                }
            };
            if digest != entry.digest {
                return Ok(Some(Change::Content));
            }
            has_other_facts |= attributes.is_some_and(|found| found != entry.attributes);
            self.monitor.advance(Amount { bytes: 0, files: 1 });
        }
        Ok(has_other_facts.then_some(Change::Facts))
    }

    /// Its time changes with each name in it, and those are told themselves.
    fn is_folder_changed(
        &self,
        (dir, status): (&Dir, &Status),
        record: &Folder,
    ) -> io::Result<bool> {
        let facts = &record.facts;
        let has_other_attributes = self.request.reads
            && sys::keep::attributes_of(dir)?.is_some_and(|found| found != record.attributes);
        let (then, now) = (
            (facts.mode, facts.user_id, facts.group_id),
            (status.mode, status.user_id, status.group_id),
        );
        Ok(then != now || has_other_attributes)
    }
}

pub(super) fn below(path: &Path, name: &[u8]) -> PathBuf {
    path.join(crate::name_from_bytes(name).unwrap_or_default())
}
