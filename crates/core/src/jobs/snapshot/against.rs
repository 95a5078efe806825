//! What differs between a snapshot and its source as it is now.

use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::snapshot::{AgainstRequest, Change, Manifest, Store, against_source};
use lw_fs::stage::{Monitor, StageError};

use super::list::Snapshot;
use super::patterns::{LeftOut, LinkRules};
use super::repair::sources;
use crate::jobs::inventory::BadPattern;

/// Returns what differs between a snapshot and its source, by path below the snapshot.
///
/// Content is read only if `reads`; without, another size or time tells of a change.
pub fn differences(
    store: &Store,
    snapshot: &Snapshot,
    reads: Reads,
    monitor: &dyn Monitor,
) -> Result<Vec<(PathBuf, Change)>, StageError> {
    let manifest = Manifest::open(&store.manifest(&snapshot.id))?;
    let patterns = &snapshot.header.excluded;
    let bad = |error: BadPattern| {
        let source = std::io::Error::other(error.to_string());
        FsError::new("understand the patterns in", manifest.path(), source)
    };
    let left_out = LeftOut::new(patterns).map_err(bad)?;
    let excluded = |below: &Path, _kind| left_out.includes(below);
    let rules = &snapshot.header.links_at;
    let known = LinkRules::new(rules).map_err(bad)?;
    let links_at = |below: &Path| known.of(below);
    let request = AgainstRequest {
        store: store.root(),
        manifest: &manifest,
        sources: &sources(snapshot),
        links: snapshot.header.links,
        links_at: (!rules.is_empty()).then_some(&links_at),
        excluded: (!patterns.is_empty()).then_some(&excluded),
        reads: reads == Reads::Content,
    };
    against_source(&request, monitor)
}

/// How thoroughly a source is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// By names, kinds, sizes, times, modes and owners.
    Nothing,
    /// Also by content and extended attributes.
    Content,
}
