//! Files with several names: taken once, and linked under the other names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::record::Entry;
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
