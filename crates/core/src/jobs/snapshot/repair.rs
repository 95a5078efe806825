//! Which snapshots take part in a repair.

use lw_fs::FsError;
use lw_fs::snapshot::{Manifest, Member, Source, Store};

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
        let manifest = Manifest::open(&store.manifest(&snapshot.id))?;
        if !manifest.check()? {
            let source =
                std::io::Error::new(std::io::ErrorKind::InvalidData, "a part of it is damaged");
            unreadable.push(Unreadable {
                error: FsError::new("read the manifest", manifest.path(), source),
                id: snapshot.id,
            });
            continue;
        }
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
        })
        .collect()
}
