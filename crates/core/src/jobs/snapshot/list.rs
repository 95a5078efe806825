//! The snapshots of a store.

use std::path::PathBuf;

use lw_fs::snapshot::{Guard, LATEST, LinkPolicy, Manifest, Store, Totals, is_whole_id};
use lw_fs::{FsError, FsErrorKind};
use serde::{Deserialize, Serialize};

use super::incomplete::checked;
use crate::jobs::Refusal;
use crate::plan::{LinkRule, PathText, SnapshotSource};

/// What a manifest says of its snapshot: the JSON in its header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The snapshot's name.
    pub id: String,
    /// Its place in the order in which the store's snapshots were taken, whatever the clock said.
    pub sequence: u64,
    /// When it was begun, microseconds since 1970.
    pub taken_us: i64,
    /// The program that took it.
    pub program: String,
    /// What it is of.
    pub sources: Vec<SnapshotSource>,
    /// What became of links.
    pub links: LinkPolicy,
    /// What became of some of them instead; the first rule that means one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links_at: Vec<LinkRule>,
    /// Whether other volumes that are mounted in a source were taken along.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cross_mounts: bool,
    /// What may not be written in the store.
    pub guard: Guard,
    /// Patterns of what was left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// The snapshot that it linked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Words to find it by; `pin` keeps it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The user's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One snapshot of a store.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its name.
    pub id: String,
    /// What its manifest says of it.
    pub header: Header,
    /// How much it holds.
    pub totals: Totals,
}

/// One whose manifest cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its name.
    pub id: String,
    /// Why.
    pub error: FsError,
}

/// What a store holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// The snapshots, in the order in which they were taken.
    pub snapshots: Vec<Snapshot>,
    /// Those whose manifests cannot be read; they are left alone by everything.
    pub unreadable: Vec<Unreadable>,
    /// The last place in the order that is taken; 0 if none is.
    pub last_sequence: u64,
}

/// Returns the snapshots of a store.
pub fn list(store: &Store) -> Result<Listing, FsError> {
    let mut listing = Listing::default();
    for id in store.ids()? {
        match read(store, &id) {
            Ok(snapshot) => listing.snapshots.push(snapshot),
            // It was removed just now.
            Err(error) if error.kind == FsErrorKind::NotFound => {}
            Err(error) => listing.unreadable.push(Unreadable { id, error }),
        }
    }
    let order = |snapshot: &Snapshot| (snapshot.header.sequence, snapshot.id.clone());
    listing.snapshots.sort_by_key(order);
    let newest = listing.snapshots.last();
    listing.last_sequence = newest.map_or(0, |newest| newest.header.sequence);
    Ok(listing)
}

/// Returns the snapshots of a store, of which the newest has a manifest that is as it was written from beginning to end.
///
/// Newer ones that have not are among the unreadable: nothing can go on from them. Older ones are not read through.
pub fn list_to_go_on_from(store: &Store) -> Result<Listing, FsError> {
    let mut listing = list(store)?;
    while let Some(newest) = listing.snapshots.last() {
        let Err(error) = checked(&store.manifest(&newest.id)) else {
            break;
        };
        let id = newest.id.clone();
        listing.snapshots.pop();
        listing.unreadable.push(Unreadable { id, error });
    }
    Ok(listing)
}

fn read(store: &Store, id: &str) -> Result<Snapshot, FsError> {
    let path = store.manifest(id);
    let manifest = Manifest::open(&path)?;
    let header = serde_json::from_slice(manifest.header()).map_err(|error| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string());
        FsError::new("read the manifest", &path, source)
    })?;
    Ok(Snapshot {
        id: id.to_owned(),
        header,
        totals: *manifest.totals(),
    })
}

/// Returns the snapshot that a word means: `latest`, a name, or the beginning of one. A whole name means nothing else.
pub fn choose<'a>(
    store: &Store,
    listing: &'a Listing,
    word: &str,
) -> Result<&'a Snapshot, Refusal> {
    let all = &listing.snapshots;
    let missing = || Refusal::NoSnapshot {
        store: store.root().to_path_buf(),
        word: word.to_owned(),
    };
    if word == LATEST {
        return all.last().ok_or_else(missing);
    }
    if let Some(exact) = all.iter().find(|snapshot| snapshot.id == word) {
        return Ok(exact);
    }
    if is_whole_id(word) {
        return Err(missing());
    }
    let mut meant = all.iter().filter(|snapshot| snapshot.id.starts_with(word));
    match (meant.next(), meant.next()) {
        (Some(one), None) if !word.is_empty() => Ok(one),
        (Some(a), Some(b)) => Err(Refusal::ManySnapshots {
            word: word.to_owned(),
            first: a.id.clone(),
            second: b.id.clone(),
        }),
        _ => Err(missing()),
    }
}

impl Snapshot {
    /// Returns whether something of the source may be missed in it.
    pub fn lacks(&self) -> bool {
        self.totals.left_out + self.totals.torn > 0
    }

    /// Returns the paths of what it is of, as they are in the source.
    pub fn source_paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.header.sources.iter().map(|source| &source.path)
    }
}

impl Header {
    /// Returns the sources as they are told in plans.
    pub(super) fn source_texts(&self) -> Vec<PathText> {
        let paths = self.sources.iter().map(|source| source.path.clone());
        paths.map(PathText).collect()
    }
}
