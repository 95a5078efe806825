//! Whether something is still what was recorded, or what it was at the look before.

use super::record::{Attribute, Entry, EntryKind, RACY, TORN};
use crate::look::Kind;
use crate::stage::Status;

/// Returns whether a source is what was recorded, as far as a look without reading can tell.
pub(super) fn is_as_recorded(entry: &Entry, now: &Status) -> bool {
    let facts = &entry.facts;
    entry.stored_kind() == Some(now.kind)
        && now.kind != Kind::Directory
        && !(entry.kind == EntryKind::File && entry.flags & (RACY | TORN) != 0)
        && facts.size_bytes == now.size_bytes
        && facts.modified_ns == now.modified_ns
        && facts.changed_ns == now.changed_ns
        && facts.inode == now.inode
        && has_same_owner_and_mode(entry, now)
}

/// Returns whether a file can be the one that was recorded, if its content is the same.
pub(super) fn may_be(entry: &Entry, now: &Status, attributes: &[Attribute]) -> bool {
    entry.kind == EntryKind::File
        && !entry.has(TORN)
        && entry.facts.size_bytes == now.size_bytes
        && entry.facts.modified_ns == now.modified_ns
        && has_same_owner_and_mode(entry, now)
        && entry.attributes == attributes
}

pub(super) fn has_same_owner_and_mode(entry: &Entry, now: &Status) -> bool {
    let facts = &entry.facts;
    (facts.mode, facts.user_id, facts.group_id) == (now.mode, now.user_id, now.group_id)
}

/// Returns whether nothing happened to a file between two looks. When it was read, and how many names it has, is no matter.
pub(super) fn is_still(before: &Status, after: &Status) -> bool {
    before.size_bytes == after.size_bytes
        && before.modified_ns == after.modified_ns
        && (before.changed_ns == after.changed_ns || before.link_count != after.link_count)
        && before.inode == after.inode
}

#[cfg(test)]
mod tests {
    use super::super::visit::facts_of;
    use super::*;

    const STATUS: Status = Status {
        kind: Kind::File,
        device: 1,
        inode: 2,
        link_count: 1,
        size_bytes: 3,
        allocated_bytes: 4,
        mode: 0o644,
        user_id: 5,
        group_id: 6,
        accessed_ns: 7,
        modified_ns: 8,
        changed_ns: 9,
        is_locked: false,
        is_in_cloud_only: false,
    };

    /// Most changes show in several facts, and each is to tell for itself: not every volume keeps all of them.
    #[test]
    fn each_fact_tells_alone() {
        let mut entry = Entry::new(b"x", EntryKind::File);
        entry.facts = facts_of(&STATUS, 10);
        assert!(is_as_recorded(&entry, &STATUS));
        let read_since = Status {
            accessed_ns: 0,
            ..STATUS
        };
        assert!(is_as_recorded(&entry, &read_since));
        let changes: [fn(&mut Status); 8] = [
            |status| status.kind = Kind::SymbolicLink,
            |status| status.inode = 0,
            |status| status.size_bytes = 0,
            |status| status.mode = 0o600,
            |status| status.user_id = 0,
            |status| status.group_id = 0,
            |status| status.modified_ns = 0,
            |status| status.changed_ns = 0,
        ];
        for (place, change) in changes.iter().enumerate() {
            let mut status = STATUS;
            change(&mut status);
            assert!(!is_as_recorded(&entry, &status), "{place}");
        }
        for flag in [RACY, TORN] {
            entry.flags = flag;
            assert!(!is_as_recorded(&entry, &STATUS), "{flag}");
        }
        let mut folder = Entry::new(b"x", EntryKind::Folder);
        folder.facts = entry.facts;
        let status = Status {
            kind: Kind::Directory,
            ..STATUS
        };
        assert!(!is_as_recorded(&folder, &status));
    }
}
