//! Files with several names: taken once, and linked under the other names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::record::{Entry, Folder, SHARED};
use crate::stage::Status;
use crate::stage::record::NodeId;

/// The name under which a file with several names stands in the new snapshot.
#[derive(Debug, Clone)]
pub(super) struct Leader {
    pub(super) folder: NodeId,
    pub(super) name: Box<[u8]>,
    pub(super) entry: Entry,
}

/// The place for a leader: whoever holds it decides, all others wait.
pub(super) type Slot = Arc<Mutex<Option<Leader>>>;

/// The files with several names, by volume and inode number.
#[derive(Debug, Default)]
pub(super) struct Groups {
    slots: Mutex<HashMap<(u64, u64), Slot>>,
}

impl Groups {
    /// Returns the place for the leader of a file.
    pub(super) fn slot(&self, status: &Status) -> Slot {
        self.slot_of(status.device, status.inode)
    }

    /// Returns the place for the leader of the file with this inode number on this volume.
    pub(super) fn slot_of(&self, device: u64, inode: u64) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry((device, inode)).or_default())
    }
}

impl Leader {
    /// Returns whether the file is still what was taken.
    pub(super) fn is_of(&self, status: &Status) -> bool {
        let facts = &self.entry.facts;
        facts.changed_ns == status.changed_ns && facts.size_bytes == status.size_bytes
    }
}

/// What tells a file with several names from all others of a snapshot: its names have the same.
pub type FileKey = (u64, u64);

/// Returns what tells the file of an entry of `folder` apart; `None` if it has one name.
pub fn file_key(folder: &Folder, entry: &Entry) -> Option<FileKey> {
    // What was followed to another volume may have the same inode number.
    let start = entry.digest.first_chunk();
    let start = start.map_or(0, |start| u64::from_le_bytes(*start));
    let key = (folder.device ^ start, entry.facts.inode);
    entry.has(SHARED).then_some(key)
}
