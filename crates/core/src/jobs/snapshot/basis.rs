//! Which snapshot of a store the next one links to.

use std::cmp::Reverse;
use std::path::Path;

use lw_fs::path_form;
use lw_fs::snapshot::Store;

use super::incomplete::checked;
use super::list::{Listing, Snapshot};
use crate::plan::SnapshotSource;

/// How much a snapshot has to do with what is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kinship {
    None,
    /// A source of one is, or lies in, one of the other.
    Some,
    /// The sources are the same.
    All,
}

/// Returns the newest snapshot of the same sources, else one that has to do with them, else the newest of all; only those
/// whose manifests are as they were written count.
///
/// Where several things are taken into one store by turns, each goes on from its own last one, and a source that is empty
/// by now is compared with what it held.
pub(super) fn basis<'a>(
    store: &Store,
    listing: &'a Listing,
    sources: &[SnapshotSource],
) -> Option<&'a Snapshot> {
    let mut all: Vec<(usize, &Snapshot)> = listing.snapshots.iter().enumerate().collect();
    all.sort_by_cached_key(|(place, snapshot)| Reverse((kinship(snapshot, sources), *place)));
    // The last one of a listing was looked at when that was made.
    let last = listing.snapshots.len().checked_sub(1);
    let mut all = all.into_iter();
    all.find(|(place, snapshot)| {
        Some(*place) == last || checked(&store.manifest(&snapshot.id)).is_ok()
    })
    .map(|(_, snapshot)| snapshot)
}

fn kinship(snapshot: &Snapshot, sources: &[SnapshotSource]) -> Kinship {
    let had: Vec<&Path> = snapshot.source_paths().map(AsRef::as_ref).collect();
    let has = |path: &Path| sources.iter().any(|source| source.path == path);
    if had.len() == sources.len() && had.iter().all(|path| has(path)) {
        return Kinship::All;
    }
    let meets = |path: &Path| {
        sources.iter().any(|source| {
            path_form::lies_in(path, &source.path) || path_form::lies_in(&source.path, path)
        })
    };
    match had.iter().any(|path| meets(path)) {
        true => Kinship::Some,
        false => Kinship::None,
    }
}
