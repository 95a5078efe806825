//! Which snapshots take part in a repair.

use lw_fs::FsError;
use lw_fs::snapshot::{Member, Source, Store};

use super::incomplete::checked;
use super::list::{Listing, Snapshot, Unreadable};

/// Opens all snapshots of a store for a repair, and returns also those whose manifests are damaged: they are left alone.
///
/// Damage is looked for in the snapshots with the names `examined`, or in all.
pub fn members(
    store: &Store,
    listing: Listing,
    examined: Option<&[String]>,
) -> Result<(Vec<Member>, Vec<Unreadable>), FsError> {
    let mut members = Vec::new();
    let mut unreadable = listing.unreadable;
    for snapshot in listing.snapshots {
        let manifest = match checked(&store.manifest(&snapshot.id)) {
            Ok(manifest) => manifest,
            Err(error) => {
                let id = snapshot.id;
                unreadable.push(Unreadable { id, error });
                continue;
            }
        };
        let is_examined = examined.is_none_or(|examined| examined.contains(&snapshot.id));
        members.push(Member {
            manifest,
            guard: snapshot.header.guard,
            sources: sources(&snapshot),
            is_examined,
            id: snapshot.id,
        });
    }
    Ok((members, unreadable))
}

/// Returns what a snapshot is of.
pub(super) fn sources(snapshot: &Snapshot) -> Vec<Source> {
    let sources = snapshot.header.sources.iter();
    sources
        .map(|source| Source {
            name: source.name.clone(),
            path: source.path.clone(),
            given: source.given.as_ref().map(|given| given.0.clone()),
        })
        .collect()
}
