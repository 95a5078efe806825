//! Snapshots of which a part is damaged or missing.

use std::path::{Path, PathBuf};

use lw_fs::snapshot::{Manifest, Store, is_whole_id};
use lw_fs::{FsError, FsErrorKind};

use super::list::{Listing, Snapshot};
use crate::jobs::{Refusal, Refused};

/// A snapshot that cannot be used as one.
#[derive(Debug)]
pub struct Incomplete {
    /// Its name.
    pub id: String,
    /// The part that is meant.
    pub path: PathBuf,
    /// What it lacks.
    pub lack: Lack,
}

/// What a snapshot lacks.
#[derive(Debug)]
pub enum Lack {
    /// Its tree.
    Tree,
    /// Its manifest.
    Manifest,
    /// A manifest that can be read, or all parts of it.
    SoundManifest(FsError),
}

impl Lack {
    /// Returns its name for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tree => "missing",
            Self::Manifest => "no_manifest",
            Self::SoundManifest(_) => "manifest",
        }
    }

    /// Returns it in words for people.
    pub fn words(&self) -> String {
        match self {
            Self::Tree => "is missing".to_owned(),
            Self::Manifest => "has no manifest: nothing is known of it".to_owned(),
            Self::SoundManifest(error) => format!("is damaged: {}", error.cause()),
        }
    }
}

/// Looks for snapshots of a store that are incomplete; returns those that are not, with their manifests checked, beside them.
pub fn apart(store: &Store, listing: Listing) -> Result<(Vec<Snapshot>, Vec<Incomplete>), FsError> {
    let mut incomplete = Vec::new();
    let damaged = |id: String, error| Incomplete {
        path: store.manifest(&id),
        lack: Lack::SoundManifest(error),
        id,
    };
    for unreadable in listing.unreadable {
        incomplete.push(damaged(unreadable.id, unreadable.error));
    }
    let mut whole = Vec::new();
    for snapshot in listing.snapshots {
        match checked(&store.manifest(&snapshot.id)) {
            Ok(_) => whole.push(snapshot),
            // It was removed just now.
            Err(error) if error.kind == FsErrorKind::NotFound => {}
            Err(error) => incomplete.push(damaged(snapshot.id, error)),
        }
    }
    for id in store.without_tree()? {
        let path = store.tree(&id);
        incomplete.push(Incomplete {
            id,
            path,
            lack: Lack::Tree,
        });
    }
    for id in store.without_manifest()? {
        let path = store.tree(&id);
        incomplete.push(Incomplete {
            id,
            path,
            lack: Lack::Manifest,
        });
    }
    Ok((whole, incomplete))
}

/// Returns what the snapshot of this name lacks; fails if there is none, or nothing is known to be wrong with it.
///
/// A folder without a manifest counts only if its name is one as they are given: others may lie in a store, too.
pub fn named(store: &Store, listing: &Listing, word: &str) -> Result<Incomplete, Refused> {
    let id = word.to_owned();
    let is_among = |ids: Vec<String>| ids.iter().any(|id| id == word);
    if listing.unreadable.iter().any(|one| one.id == word)
        && let Err(error) = checked(&store.manifest(word))
    {
        let path = store.manifest(word);
        let lack = Lack::SoundManifest(error);
        return Ok(Incomplete { id, path, lack });
    }
    let path = store.tree(word);
    if is_among(store.without_tree()?) {
        let lack = Lack::Tree;
        return Ok(Incomplete { id, path, lack });
    }
    if is_whole_id(word) && is_among(store.without_manifest()?) {
        let lack = Lack::Manifest;
        return Ok(Incomplete { id, path, lack });
    }
    Err(Refusal::NoSnapshot {
        store: store.root().to_path_buf(),
        word: id,
    }
    .into())
}

/// Opens a manifest of which each part is as it was written.
pub(super) fn checked(path: &Path) -> Result<Manifest, FsError> {
    let manifest = Manifest::open(path)?;
    match manifest.check()? {
        true => Ok(manifest),
        false => {
            let source =
                std::io::Error::new(std::io::ErrorKind::InvalidData, "a part of it is damaged");
            Err(FsError::new("read the manifest", path, source))
        }
    }
}
