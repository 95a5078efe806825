//! Where the thing is now that a link was known to lead to.

use std::path::{Path, PathBuf};

use lw_fs::look::content::{self, Extent};
use lw_fs::look::handle::{self, Reached};
use lw_fs::look::{self, Entry, Kind};

use super::candidates::Candidates;
use super::trash;
use super::{Evidence, NotMended, ambiguous};
use crate::ledger::Tracked;

/// What became of a thing that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is here, for this reason.
    At(PathBuf, Evidence),
    /// It has several names, none of them better than the others.
    Several(NotMended),
    /// It was deleted.
    Deleted,
    /// Somebody threw it away: it lies here.
    ThrownAway(PathBuf),
    /// It cannot be told.
    Unknown,
}

/// Finds the thing itself, whatever it is called now: where it was, by its handle, by inode and birth time.
pub(super) fn fate(tracked: &Tracked, candidates: &Candidates) -> Fate {
    if look::entry(&tracked.target).is_ok_and(|entry| is_it(tracked, &entry)) {
        return Fate::At(tracked.target.clone(), Evidence::StillThere);
    }
    let by_handle = by_handle(tracked);
    if let Fate::At(..) | Fate::ThrownAway(_) = by_handle {
        return by_handle;
    }
    let same = candidates
        .of_inode(tracked.identity.inode)
        .iter()
        .filter(|path| look::entry(path).is_ok_and(|entry| is_it(tracked, &entry)));
    let same: Vec<PathBuf> = same.cloned().collect();
    let name = tracked.target.file_name();
    let mut named_so = same.iter().filter(|path| path.file_name() == name);
    match (&same[..], named_so.next(), named_so.next()) {
        ([], ..) => by_handle,
        ([only], ..) | (_, Some(only), None) => Fate::At(only.clone(), Evidence::Identity),
        _ => Fate::Several(ambiguous(&same)),
    }
}

fn by_handle(tracked: &Tracked) -> Fate {
    let Some(handle) = &tracked.handle else {
        return Fate::Unknown;
    };
    let is_same_volume = || {
        let now = look::file_system_id(&tracked.mount_point).ok().flatten();
        now.is_some() && now == tracked.file_system_id
    };
    match handle::reach(&tracked.mount_point, handle) {
        Ok(Reached::At(path)) => match look::entry(&path) {
            Ok(entry) if !is_it(tracked, &entry) => Fate::Unknown,
            Ok(_) if trash::holds(&path) => Fate::ThrownAway(path),
            // The system tells any one of several names.
            Ok(entry) if entry.kind != Kind::Directory && entry.link_count > 1 => Fate::Unknown,
            Ok(_) => Fate::At(path, Evidence::Handle),
            Err(_) => Fate::Unknown,
        },
        // On another volume the handle means nothing.
        Ok(Reached::Gone) if is_same_volume() => Fate::Deleted,
        Ok(Reached::Gone | Reached::NotAllowed | Reached::Unknown) | Err(_) => Fate::Unknown,
    }
}

/// Returns whether this is the very thing that was written down. Inode numbers are used again: without a birth time a
/// file must look the same, and a folder is not known again but at its place.
pub(super) fn is_it(tracked: &Tracked, entry: &Entry) -> bool {
    let has_births = tracked.identity.birth_ns.is_some() && entry.identity.birth_ns.is_some();
    let looks_same = || {
        entry.kind == Kind::File
            && (entry.size_bytes, entry.modified_ns) == (tracked.size_bytes, tracked.modified_ns)
    };
    entry.kind == tracked.kind
        && entry.identity.is_same(&tracked.identity)
        && (has_births || looks_same())
}

/// What a thing elsewhere has in common with what was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It has the same content, as far as that was read.
    SameContent(Extent),
    /// Nothing speaks against it.
    Possible,
    /// It is something else: another kind of thing, another size or other content.
    Other,
}

/// Compares something at another place with what was written down; its name is not asked for.
pub(super) fn likeness(tracked: &Tracked, path: &Path) -> Likeness {
    let Ok(entry) = look::entry(path) else {
        return Likeness::Other;
    };
    if entry.kind != tracked.kind {
        return Likeness::Other;
    }
    if entry.kind != Kind::File {
        return Likeness::Possible;
    }
    if entry.size_bytes != tracked.size_bytes {
        return Likeness::Other;
    }
    let (known, extent) = match (&tracked.digest, &tracked.sample) {
        (Some(digest), _) => (digest, Extent::Whole),
        (None, Some(sample)) => (sample, Extent::Sample),
        (None, None) => return Likeness::Possible,
    };
    match content::digest(path, extent) {
        Ok(found) if found == *known => Likeness::SameContent(extent),
        Ok(_) => Likeness::Other,
        // What may not be read is not known to be something else.
        Err(_) => Likeness::Possible,
    }
}
