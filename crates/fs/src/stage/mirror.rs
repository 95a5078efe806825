//! One pass over the source: what is not copied yet, or has changed since, is copied; what is gone goes from the copy.
//!
//! The first pass copies everything, a later one finds what others changed meanwhile, and one that finds nothing proves
//! that the copy is the source as it was during that pass.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::copy_entry::Copying;
use super::crew::each_folder;
use super::handles::Handles;
use super::hard_links::{Turn, link_waiting};
use super::manifest::Manifest;
use super::record::{CONTAINER, Entry, Folder, NodeId, RACY, bytes_of};
use super::remove_staged::remove_staged;
use super::{MAX_OPEN_FILES, ROOM_BYTES, StageError, Status};
use crate::look::Kind;
use crate::sys;

/// What one thread has for itself.
struct Worker<'a> {
    from: Handles<'a>,
    to: Handles<'a>,
    buffer: sys::tree::Buffer,
    room: Vec<u8>,
}

/// What a pass found.
#[derive(Debug, Default)]
pub(super) struct Changes {
    count: AtomicU64,
    first: std::sync::Mutex<Option<std::path::PathBuf>>,
}

impl Changes {
    /// Returns how many entries were copied, or removed from the copy.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Returns the first of them.
    pub(super) fn into_first(self) -> Option<std::path::PathBuf> {
        self.first
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn add(&self, path: impl FnOnce() -> std::path::PathBuf) {
        if self.count.fetch_add(1, Ordering::Relaxed) == 0 {
            let mut first = self
                .first
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            first.get_or_insert_with(path);
        }
    }
}

/// Makes one pass.
pub(super) fn mirror(copying: &Copying<'_>, manifest: &Manifest) -> Result<Changes, StageError> {
    let changes = Changes::default();
    each_folder(
        copying.monitor,
        vec![CONTAINER],
        |_| Worker {
            from: Handles::new(copying.from, copying.tree),
            to: Handles::new(copying.to, copying.tree),
            buffer: sys::tree::buffer(),
            room: vec![0; ROOM_BYTES],
        },
        |worker, id, found| {
            Visit {
                copying,
                changes: &changes,
                id,
            }
            .run(worker, manifest, found)
        },
    )?;
    link_waiting(copying, manifest)?;
    Ok(changes)
}

/// An entry as it was listed; its name lies in a common buffer.
struct Listed {
    name_at: usize,
    name_bytes: usize,
    kind: Kind,
    inode: u64,
}

struct Listing {
    names: Vec<u8>,
    all: Vec<Listed>,
}

impl Listing {
    fn name(&self, listed: &Listed) -> &[u8] {
        &self.names[listed.name_at..listed.name_at + listed.name_bytes]
    }

    fn has(&self, name: &[u8]) -> bool {
        self.all
            .binary_search_by(|listed| self.name(listed).cmp(name))
            .is_ok()
    }
}

/// The two opened folders of one visit.
struct Pair {
    from: Arc<sys::dir::Dir>,
    to: Arc<sys::dir::Dir>,
}

/// One folder, looked at by one thread.
struct Visit<'a, 'b> {
    copying: &'a Copying<'b>,
    changes: &'a Changes,
    id: NodeId,
}

impl Visit<'_, '_> {
    fn run(
        &self,
        worker: &mut Worker<'_>,
        manifest: &Manifest,
        found: &mut Vec<NodeId>,
    ) -> Result<(), StageError> {
        let copying = self.copying;
        let opened = worker.from.open(self.id);
        let from = match opened {
            // It went away between the listing and now; the next pass finds that.
            Err(error) if is_gone(&error) && self.id != CONTAINER => {
                worker.from.forget(self.id);
                self.changes
                    .add(|| copying.from.folder_path(copying.tree, self.id));
                return Ok(());
            }
            other => other.map_err(|error| self.failed_here("open", error))?,
        };
        let to = worker
            .to
            .open(self.id)
            .map_err(|error| self.failed_here("open the copy of", error))?;
        let pair = Pair { from, to };
        let listing = self
            .list(&pair.from, &mut worker.buffer)
            .map_err(|error| self.failed_here("list", error))?;
        let node = copying.tree.node(self.id);
        let old = std::mem::take(&mut *node.folder());
        let (is_new, before) = (old.entries.is_empty(), self.changes.count());
        for gone in old
            .entries
            .iter()
            .filter(|old_entry| !listing.has(old.name(old_entry)))
        {
            self.drop_copy(&pair, old.name(gone), gone)?;
        }
        let mut new = Folder::default();
        let mut to_copy = Vec::new();
        for listed in &listing.all {
            let name = listing.name(listed);
            let known = old.find(name).map(|at| old.entries[at].clone());
            if let Some(entry) = self.keep(&pair, name, listed.kind, known, &mut worker.room)? {
                if entry.kind == Kind::Directory {
                    found.push(entry.child);
                }
                new.push(name, entry);
            } else {
                to_copy.push(listed);
            }
        }
        // In the order in which their inodes lie on the disk.
        to_copy.sort_unstable_by_key(|listed| listed.inode);
        for batch in to_copy.chunks(MAX_OPEN_FILES) {
            self.copy_batch(&pair, &listing, batch, &mut new, &mut worker.room)?;
        }
        new.sort();
        let has_changed = is_new || self.changes.count() != before;
        *node.folder() = new;
        if has_changed {
            copying
                .hand
                .effect(
                    "record staged",
                    || copying.to.folder_path(copying.tree, self.id),
                    || manifest.add(copying.tree, self.id),
                )
                .map_err(|error| self.failed_here("record the copy of", error))?;
        }
        Ok(())
    }

    fn failed_here(&self, operation: &'static str, error: io::Error) -> StageError {
        let node = self.copying.tree.node(self.id);
        let parent = if self.id == CONTAINER {
            CONTAINER
        } else {
            node.parent
        };
        self.copying.failed(operation, (parent, &node.name), error)
    }

    fn list(&self, from: &sys::dir::Dir, buffer: &mut sys::tree::Buffer) -> io::Result<Listing> {
        let mut listing = Listing {
            names: Vec::new(),
            all: Vec::new(),
        };
        let mut add = |name: &OsStr, kind, inode| {
            let name = bytes_of(name);
            listing.all.push(Listed {
                name_at: listing.names.len(),
                name_bytes: name.len(),
                kind,
                inode,
            });
            listing.names.extend_from_slice(name);
        };
        if self.id == CONTAINER {
            let root = &self.copying.from.root_name;
            let status = sys::tree::status_at(from, root)?;
            add(root, status.kind, status.inode);
        } else {
            sys::tree::list(from, buffer, add)?;
        }
        let names = &listing.names;
        let name = |listed: &Listed| &names[listed.name_at..listed.name_at + listed.name_bytes];
        listing.all.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        Ok(listing)
    }

    /// Returns what is known of an entry if its copy can stay, and of a folder in any case; otherwise `None`, and the
    /// copy is gone.
    fn keep(
        &self,
        pair: &Pair,
        name: &[u8],
        kind: Kind,
        known: Option<Entry>,
        room: &mut [u8],
    ) -> Result<Option<Entry>, StageError> {
        let copying = self.copying;
        if let Some(mut entry) = known {
            if entry.kind == kind && kind == Kind::Directory {
                return Ok(Some(entry));
            }
            if entry.kind == kind && self.is_unchanged(pair, name, &mut entry, room)? {
                return Ok(Some(entry));
            }
            self.drop_copy(pair, name, &entry)?;
        }
        if kind != Kind::Directory {
            return Ok(None);
        }
        let wrap = |error| copying.failed("copy the folder", (self.id, name), error);
        let to_name = copying.to.name(self.id, name).map_err(wrap)?;
        let path = || copying.path_in_new(self.id, name);
        let create = || sys::dir::create_dir(&pair.to, to_name, 0o700);
        match copying.hand.effect("stage folder", path, create) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                remove_staged(copying.hand, &pair.to, to_name, path).map_err(wrap)?;
                copying
                    .hand
                    .effect("stage folder", path, create)
                    .map_err(wrap)?;
            }
            other => other.map_err(wrap)?,
        }
        self.changes.add(|| copying.path_in_old(self.id, name));
        let child = copying.tree.add(self.id, name, Folder::default());
        Ok(Some(Entry::folder(child)))
    }

    fn is_unchanged(
        &self,
        pair: &Pair,
        name: &[u8],
        entry: &mut Entry,
        room: &mut [u8],
    ) -> Result<bool, StageError> {
        let copying = self.copying;
        let wrap = |error| copying.failed("look at", (self.id, name), error);
        let from_name = copying.from.name(self.id, name).map_err(wrap)?;
        let status = match sys::tree::status_at(&pair.from, from_name) {
            Err(error) if is_gone(&error) => return Ok(false),
            other => other.map_err(wrap)?,
        };
        if !entry.is_as_copied(&status) {
            return Ok(false);
        }
        if !entry.has(RACY) || entry.kind != Kind::File {
            return Ok(true);
        }
        match sys::tree::open_to_read(&pair.from, from_name) {
            Ok(mut file) => copying.holds_the_same((self.id, name), entry, &mut file, room),
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(wrap(error)),
        }
    }

    fn drop_copy(&self, pair: &Pair, name: &[u8], entry: &Entry) -> Result<(), StageError> {
        let copying = self.copying;
        let wrap = |error| copying.failed("take back the copy of", (self.id, name), error);
        let to_name = copying.to.name(self.id, name).map_err(wrap)?;
        copying.links.forget((self.id, name), entry.inode);
        self.changes.add(|| copying.path_in_old(self.id, name));
        let path = || copying.path_in_new(self.id, name);
        remove_staged(copying.hand, &pair.to, to_name, path).map_err(wrap)
    }

    /// Copies some entries; the files are opened first, so that the device has several to read at a time.
    fn copy_batch(
        &self,
        pair: &Pair,
        listing: &Listing,
        batch: &[&Listed],
        new: &mut Folder,
        room: &mut Vec<u8>,
    ) -> Result<(), StageError> {
        let copying = self.copying;
        let mut opened = Vec::with_capacity(batch.len());
        for listed in batch {
            let name = listing.name(listed);
            opened.push(match listed.kind {
                Kind::File => self.open(pair, name)?,
                _ => None,
            });
        }
        for (listed, opened) in batch.iter().zip(opened) {
            let name = listing.name(listed);
            let here = (self.id, name);
            let wrap = |error| copying.failed("copy", here, error);
            if copying.monitor.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            let from = (&*pair.from, copying.from.name(self.id, name).map_err(wrap)?);
            let to = (&*pair.to, copying.to.name(self.id, name).map_err(wrap)?);
            let entry = match listed.kind {
                Kind::File => match opened {
                    Some((_, status))
                        if status.link_count > 1
                            && copying.links.turn(here, &status) == Turn::Wait =>
                    {
                        self.changes.add(|| copying.path_in_old(self.id, name));
                        continue;
                    }
                    Some(opened) => Some(copying.copy_file(here, opened, to, room)?),
                    None => None,
                },
                Kind::SymbolicLink | Kind::Fifo => match sys::tree::status_at(from.0, from.1) {
                    Ok(status)
                        if copying.may_be_linked(&status)
                            && copying.links.turn(here, &status) == Turn::Wait =>
                    {
                        self.changes.add(|| copying.path_in_old(self.id, name));
                        continue;
                    }
                    Ok(status) => copying.copy_special(here, &status, from, to)?,
                    Err(error) if is_gone(&error) => None,
                    Err(error) => return Err(wrap(error)),
                },
                kind => {
                    copying.refuse_special(here, kind)?;
                    continue;
                }
            };
            if let Some(entry) = entry {
                self.changes.add(|| copying.path_in_old(self.id, name));
                new.push(name, entry);
            }
        }
        Ok(())
    }

    /// Opens a file to be copied; `None` if it is gone, or no file any more.
    fn open(&self, pair: &Pair, name: &[u8]) -> Result<Option<(File, Status)>, StageError> {
        let copying = self.copying;
        let wrap = |error| copying.failed("read", (self.id, name), error);
        let from_name = copying.from.name(self.id, name).map_err(wrap)?;
        let file = match sys::tree::open_to_read(&pair.from, from_name) {
            Err(error) if is_gone(&error) => return Ok(None),
            other => other.map_err(wrap)?,
        };
        let status = sys::tree::status(&file).map_err(wrap)?;
        if status.kind != Kind::File {
            return Ok(None);
        }
        sys::pages::read_ahead(&file, status.size_bytes.min(ROOM_BYTES as u64));
        Ok(Some((file, status)))
    }
}

/// Returns whether an answer says that a name is gone, or stands for something else now.
pub(super) fn is_gone(error: &io::Error) -> bool {
    use crate::FsErrorKind::{Loop, NotADirectory, NotFound};
    matches!(sys::errno::kind(error), NotFound | NotADirectory | Loop)
}
