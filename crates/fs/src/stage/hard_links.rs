//! Files with several names: copied once, and linked under the other names when everything else is there.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::copy_entry::Copying;
use super::handles::Handles;
use super::manifest::Manifest;
use super::mirror::is_gone;
use super::record::{Entry, NodeId, SHARED, Tree};
use super::{Amount, Loss, StageError, Status};
use crate::look::Kind;
use crate::{FsErrorKind, sys};

/// The name under which a file was copied, and a name that waits to be linked to it.
type Name = (NodeId, Box<[u8]>);

/// The files with several names, by inode number: room for each such file and for each name that waits.
#[derive(Debug, Default)]
pub(super) struct HardLinks {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    leaders: HashMap<u64, Leader>,
    waiting: Vec<(Name, u64)>,
}

#[derive(Debug)]
struct Leader {
    name: Name,
    changed_ns: i64,
    size_bytes: u64,
}

/// What is to be done with a name of a file that has several.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the first one: copy it.
    Copy,
    /// It was put among those that wait.
    Wait,
}

impl HardLinks {
    /// Returns the files with several names that are copied already.
    pub(super) fn of(tree: &Tree) -> Self {
        let links = Self::default();
        for id in 0..tree.len() {
            let node = tree.node(id);
            let folder = node.folder();
            for entry in folder.entries.iter().filter(|entry| entry.has(SHARED)) {
                let leader = Leader {
                    name: (id, folder.name(entry).into()),
                    changed_ns: entry.changed_ns,
                    size_bytes: entry.size_bytes,
                };
                links.lock().leaders.entry(entry.inode).or_insert(leader);
            }
        }
        links
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether this name of the file is copied or waits for the one that is.
    pub(super) fn turn(&self, (id, name): (NodeId, &[u8]), status: &Status) -> Turn {
        let mut state = self.lock();
        let own = || Leader {
            name: (id, name.into()),
            changed_ns: status.changed_ns,
            size_bytes: status.size_bytes,
        };
        match state.leaders.entry(status.inode) {
            Slot::Vacant(slot) => {
                slot.insert(own());
            }
            Slot::Occupied(mut slot) => {
                let leader = slot.get();
                let is_current = leader.changed_ns == status.changed_ns
                    && leader.size_bytes == status.size_bytes
                    && leader.name != (id, name.into());
                if is_current {
                    state.waiting.push(((id, name.into()), status.inode));
                    return Turn::Wait;
                }
                slot.insert(own());
            }
        }
        Turn::Copy
    }

    /// Forgets a name whose copy goes away.
    pub(super) fn forget(&self, (id, name): (NodeId, &[u8]), inode: u64) {
        let mut state = self.lock();
        if let Slot::Occupied(slot) = state.leaders.entry(inode)
            && slot.get().name == (id, name.into())
        {
            slot.remove();
        }
    }
}

/// Links the names that wait to the copies of their files.
pub(super) fn link_waiting(copying: &Copying<'_>, manifest: &Manifest) -> Result<(), StageError> {
    let (mut waiting, mut leaders) = {
        let mut state = copying.links.lock();
        let waiting = std::mem::take(&mut state.waiting);
        (waiting, std::mem::take(&mut state.leaders))
    };
    waiting.sort_unstable();
    let mut to = Handles::new(copying.to, copying.tree);
    let mut from = Handles::new(copying.from, copying.tree);
    let mut room = Vec::new();
    let mut at = 0;
    while at < waiting.len() {
        let id = waiting[at].0.0;
        let end = at + waiting[at..].partition_point(|((node, _), _)| *node == id);
        // Added at the end: a folder is only searched while it is sorted.
        let mut added = Vec::new();
        for ((_, name), inode) in &waiting[at..end] {
            if copying.monitor.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            let known = leaders
                .get(inode)
                .and_then(|leader| Some((&leader.name, copy_of(copying.tree, leader, *inode)?)));
            if let Some((leader, known)) = known {
                let linked = link(copying, &mut to, (id, name), (leader, known))?;
                // Without hard links it is copied by itself.
                let entry = match linked {
                    None => copy_alone(copying, (&mut from, &mut to), (id, name), &mut room)?.map(
                        |(mut entry, _)| {
                            entry.flags &= !SHARED;
                            entry
                        },
                    ),
                    linked => linked,
                };
                added.extend(entry.map(|entry| (name, entry)));
                continue;
            }
            // The first name is gone meanwhile, or the folder it was in: the next ones are linked to this one.
            let copied = copy_alone(copying, (&mut from, &mut to), (id, name), &mut room)?;
            if let Some((entry, status)) = copied {
                let leader = Leader {
                    name: (id, name.clone()),
                    changed_ns: status.changed_ns,
                    size_bytes: status.size_bytes,
                };
                leaders.insert(*inode, leader);
                let node = copying.tree.node(id);
                node.folder().push(name, entry);
                node.folder().sort();
            }
        }
        let node = copying.tree.node(id);
        for (name, entry) in added {
            node.folder().push(name, entry);
        }
        node.folder().sort();
        copying
            .hand
            .effect(
                "record staged",
                || copying.to.folder_path(copying.tree, id),
                || manifest.add(copying.tree, id),
            )
            .map_err(|error| copying.failed("record the copy of", (id, b""), error))?;
        at = end;
    }
    copying.links.lock().leaders = leaders;
    Ok(())
}

/// Returns the record of the copy that others are linked to, if it still stands: its folder may have been renamed since,
/// and another file may have its name.
fn copy_of(tree: &Tree, leader: &Leader, inode: u64) -> Option<Entry> {
    let (id, name) = &leader.name;
    if !tree.holds(*id) {
        return None;
    }
    let node = tree.node(*id);
    let folder = node.folder();
    let entry = &folder.entries[folder.find(name)?];
    (entry.inode == inode).then(|| entry.clone())
}

/// Returns the record of the new name, or `None` if there can be no such link.
fn link(
    copying: &Copying<'_>,
    to: &mut Handles<'_>,
    (id, name): (NodeId, &[u8]),
    ((leader_id, leader_name), known): (&Name, Entry),
) -> Result<Option<Entry>, StageError> {
    let wrap = |error| copying.failed("link the copies of", (id, name), error);
    let (target, folder) = (
        to.open(*leader_id).map_err(wrap)?,
        to.open(id).map_err(wrap)?,
    );
    let target_name = copying.to.name(*leader_id, leader_name).map_err(wrap)?;
    let own_name = copying.to.name(id, name).map_err(wrap)?;
    let path = || copying.path_in_new(id, name);
    super::remove_staged::remove_staged(copying.hand, &folder, own_name, path).map_err(wrap)?;
    let linked = copying.hand.effect("stage hard link", path, || {
        sys::link::create_hard_link(&target, target_name, &folder, own_name)
    });
    match linked {
        Ok(()) => {
            copying.monitor.advance(Amount { bytes: 0, files: 1 });
            Ok(Some(known))
        }
        Err(error) => {
            let kind = sys::errno::kind(&error);
            let has_none = matches!(
                kind,
                FsErrorKind::NotPermitted
                    | FsErrorKind::Guarded
                    | FsErrorKind::Unsupported
                    | FsErrorKind::TooManyLinks
            );
            if !has_none {
                return Err(wrap(error));
            }
            // That two names stand for one link, or one pipe, is nothing that anyone relies on.
            if known.kind == Kind::File {
                copying.note_losses((id, name), &[Loss::HardLink])?;
            }
            Ok(None)
        }
    }
}

/// Copies the file for this name; `None` if the name is gone.
fn copy_alone(
    copying: &Copying<'_>,
    (from, to): (&mut Handles<'_>, &mut Handles<'_>),
    (id, name): (NodeId, &[u8]),
    room: &mut Vec<u8>,
) -> Result<Option<(Entry, Status)>, StageError> {
    let wrap = |error| copying.failed("copy", (id, name), error);
    let from_name = copying.from.name(id, name).map_err(wrap)?;
    let looked = from.open(id).and_then(|folder| {
        let status = sys::tree::status_at(&folder, from_name)?;
        Ok((folder, status))
    });
    let (from, status) = match looked {
        Err(error) if is_gone(&error) => return Ok(None),
        other => other.map_err(wrap)?,
    };
    let to = to.open(id).map_err(wrap)?;
    let to = (&*to, copying.to.name(id, name).map_err(wrap)?);
    if status.kind != Kind::File {
        let entry = copying.copy_special((id, name), &status, (&from, from_name), to)?;
        return Ok(entry.map(|entry| (entry, status)));
    }
    let file = match sys::tree::open_to_read(&from, from_name) {
        Err(error) if is_gone(&error) => return Ok(None),
        other => other.map_err(wrap)?,
    };
    let status = sys::tree::status(&file).map_err(wrap)?;
    let entry = copying.copy_file((id, name), (file, status), to, room)?;
    Ok(Some((entry, status)))
}
