//! What differs between a snapshot and its source as it is now.

use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::snapshot::{AgainstRequest, Change, Manifest, Store, against_source};
use lw_fs::stage::{Monitor, StageError};

use super::list::Snapshot;
use super::repair::sources;
use crate::jobs::inventory::Names;

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
    let names = Names::new(&[], patterns).map_err(|error| {
        let source = std::io::Error::other(error.to_string());
        FsError::new("leave out", manifest.path(), source)
    })?;
    // A pattern with a slash is counted from the source.
    let excluded = |below: &Path, _kind| {
        let mut parts = below.components();
        parts.next();
        !names.enters(parts.as_path())
    };
    let request = AgainstRequest {
        store: store.root(),
        manifest: &manifest,
        sources: &sources(snapshot),
        links: snapshot.header.links,
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
