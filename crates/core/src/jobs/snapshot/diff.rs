//! What differs between two snapshots, by their manifests alone.

use std::path::{Path, PathBuf};

use lw_fs::FsError;
pub use lw_fs::snapshot::Change;
use lw_fs::snapshot::{Entry, EntryKind, Folder, Manifest};

/// Calls `tell` with each difference of two snapshots, by path; of a folder that only one of them has, also with all in it.
pub fn diff(
    earlier: &Manifest,
    later: &Manifest,
    tell: &mut dyn FnMut(&Path, Change),
) -> Result<(), FsError> {
    // A stack, not the program's own: folders may be thousands of levels deep.
    let mut waiting = vec![(PathBuf::new(), earlier.folder(0)?, later.folder(0)?)];
    while let Some((path, a, b)) = waiting.pop() {
        if let (Some(a), Some(b)) = (&a, &b)
            && !path.as_os_str().is_empty()
            && folder_facts(a) != folder_facts(b)
        {
            tell(&path, Change::Facts);
        }
        let mut below = Vec::new();
        let entries = |folder: &'_ Option<Folder>| {
            folder
                .as_ref()
                .map_or(Vec::new(), |folder| folder.entries.clone())
        };
        let (mut left, mut right) = (
            entries(&a).into_iter().filter(is_kept).peekable(),
            entries(&b).into_iter().filter(is_kept).peekable(),
        );
        loop {
            let (l, r) = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(l), Some(r)) if l.name == r.name => (left.next(), right.next()),
                (Some(l), Some(r)) if l.name > r.name => (None, right.next()),
                (Some(_), _) => (left.next(), None),
                (None, Some(_)) => (None, right.next()),
            };
            let Some(name) = l.as_ref().or(r.as_ref()).map(|entry| entry.name.clone()) else {
                break;
            };
            let path = path.join(lw_fs::name_from_bytes(&name).unwrap_or_default());
            if let Some(change) = change(l.as_ref(), r.as_ref()) {
                tell(&path, change);
            }
            let l = below_of(earlier, (&a, &l))?;
            let r = below_of(later, (&b, &r))?;
            if l.is_some() || r.is_some() {
                below.push((path, l, r));
            }
        }
        waiting.extend(below.into_iter().rev());
    }
    Ok(())
}

/// Returns the folder that an entry stands for, if it is one.
fn below_of(
    manifest: &Manifest,
    (folder, entry): (&Option<Folder>, &Option<Entry>),
) -> Result<Option<Folder>, FsError> {
    match (folder, entry) {
        (Some(folder), Some(entry)) if entry.kind == EntryKind::Folder => {
            manifest.folder_at(&folder.link(entry))
        }
        _ => Ok(None),
    }
}

fn is_kept(entry: &Entry) -> bool {
    !matches!(entry.kind, EntryKind::LeftOut(_))
}

fn change(earlier: Option<&Entry>, later: Option<&Entry>) -> Option<Change> {
    match (earlier, later) {
        (None, None) => None,
        (None, Some(_)) => Some(Change::Added),
        (Some(_), None) => Some(Change::Removed),
        (Some(a), Some(b)) if a.kind != b.kind => Some(Change::Kind),
        (Some(a), Some(_)) if a.kind == EntryKind::Folder => None,
        (Some(a), Some(b)) => {
            if (a.digest, a.facts.size_bytes, &a.text) != (b.digest, b.facts.size_bytes, &b.text) {
                return Some(Change::Content);
            }
            let facts = |entry: &Entry| {
                let facts = &entry.facts;
                (facts.mode, facts.user_id, facts.group_id, facts.modified_ns)
            };
            let same = facts(a) == facts(b) && a.attributes == b.attributes;
            (!same).then_some(Change::Facts)
        }
    }
}

/// What of a folder counts: its time changes with each name in it, and those are told themselves.
fn folder_facts(folder: &Folder) -> impl PartialEq + use<> {
    let facts = &folder.facts;
    let attributes = folder.attributes.clone();
    (facts.mode, facts.user_id, facts.group_id, attributes)
}
