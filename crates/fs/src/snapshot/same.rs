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
