//! Which folder is a store and which path means a snapshot, and why another one does not.

use std::path::{Path, PathBuf};

use lw_fs::FsErrorKind;
use lw_fs::look::{self, Kind};
use lw_fs::snapshot::{Store, StoreForm, store_around};

use super::incomplete;
use super::list::list;
use crate::jobs::{Refusal, Refused, Surroundings};

/// What is where a store should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStore {
    /// Nothing.
    Missing,
    /// Something else than a folder.
    NoFolder(Kind),
    /// A folder in this store.
    InStore(PathBuf),
    /// A folder like any other.
    Folder,
}

/// What is where a snapshot should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSnapshot {
    /// Nothing.
    Missing,
    /// A store.
    Store,
    /// Something in this snapshot.
    InSnapshot(PathBuf),
    /// Something that is not in a store.
    Elsewhere,
}

/// A store, and the word for one of its snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The store.
    pub store: Store,
    /// The word: a name, the beginning of one, or `latest`.
    pub word: String,
}

/// Returns the store at a path that must be one.
pub fn existing_store(around: &Surroundings, path: &Path) -> Result<Store, Refused> {
    let store = store_at(around, path)?;
    Ok(store.ok_or_else(|| no_store(around, path))?)
}

/// Returns the store at a path, if it is one.
pub fn store_at(around: &Surroundings, path: &Path) -> Result<Option<Store>, Refused> {
    let store = Store::new(around.leading_to(path)?);
    Ok(match form(&store)? {
        StoreForm::Known => Some(store),
        StoreForm::Newer => return Err(newer(&store).into()),
        StoreForm::Empty | StoreForm::Other => None,
    })
}

/// Returns the store at a path, which may have to be made there.
pub(super) fn store_to_be(around: &Surroundings, path: &Path) -> Result<Store, Refused> {
    let store = Store::new(around.leading_to(path)?);
    match form(&store)? {
        StoreForm::Known | StoreForm::Empty => Ok(store),
        StoreForm::Newer => Err(newer(&store).into()),
        StoreForm::Other => {
            let path = store.root().to_path_buf();
            Err(match look::entry_if_any(&path)? {
                Some(entry) if entry.kind != Kind::Directory => Refusal::NotAFolder {
                    path,
                    kind: entry.kind,
                },
                _ => Refusal::StoreTaken { path },
            }
            .into())
        }
    }
}

/// Returns why there is no store at a path.
pub fn no_store(around: &Surroundings, path: &Path) -> Refusal {
    let path = match around.leading_to(path) {
        Ok(path) => path,
        Err(refusal) => return refusal,
    };
    let found = match look::entry_if_any(&path) {
        Ok(None) => NoStore::Missing,
        Ok(Some(entry)) if entry.kind != Kind::Directory => NoStore::NoFolder(entry.kind),
        Ok(Some(_)) => match store_around(&path) {
            Some(store) => NoStore::InStore(store),
            None => NoStore::Folder,
        },
        Err(error) => return error.into(),
    };
    Refusal::NoStore { path, found }
}

/// Splits the path of a snapshot, which may be a link to it, into its store and a word for it; a name alone is one of the store
/// that one is in.
pub fn named(around: &Surroundings, path: &Path) -> Result<Named, Refused> {
    let real = around.leading_to(path)?;
    for way in [path, &real] {
        let Some(name) = way.file_name() else {
            continue;
        };
        let folder = match way.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if let Some(store) = store_at(around, folder)? {
            let word = name.to_string_lossy().into_owned();
            return Ok(Named { store, word });
        }
    }
    let found = match (look::entry_if_any(&real)?, store_around(&real)) {
        (None, _) => NoSnapshot::Missing,
        (Some(_), Some(store)) if store == real => NoSnapshot::Store,
        (Some(_), Some(store)) => {
            let below = real.strip_prefix(&store).unwrap_or(&real);
            let first = below.components().next();
            NoSnapshot::InSnapshot(first.map_or_else(|| store.clone(), |id| store.join(id)))
        }
        (Some(_), None) => NoSnapshot::Elsewhere,
    };
    Err(Refusal::NoSnapshotAt { path: real, found }.into())
}

/// Returns what is to be said instead where a store has no snapshot of a name: what has that name may lack something.
pub fn why_not_there(refusal: Refusal) -> Refusal {
    let Refusal::NoSnapshot { store: root, word } = refusal else {
        return refusal;
    };
    let store = Store::new(root.clone());
    let listing = match list(&store) {
        Ok(listing) => listing,
        Err(error) => return error.into(),
    };
    match incomplete::named(&store, &listing, &word) {
        Ok(incomplete) => Refusal::SnapshotLacks(Box::new(incomplete)),
        Err(_) if listing.snapshots.is_empty() && listing.unreadable.is_empty() => {
            Refusal::EmptyStore { path: root }
        }
        Err(Refused(reasons)) => {
            let first = reasons.into_iter().next();
            first.unwrap_or(Refusal::NoSnapshot { store: root, word })
        }
    }
}

fn newer(store: &Store) -> Refusal {
    Refusal::NewerStore {
        path: store.root().to_path_buf(),
    }
}

fn form(store: &Store) -> Result<StoreForm, Refusal> {
    store.form().map_err(|error| {
        let is_control = || {
            let control = look::entry(&store.control());
            control.is_ok_and(|control| control.kind == Kind::Directory)
        };
        match error.kind {
            FsErrorKind::PermissionDenied if is_control() => Refusal::ClosedStore {
                path: store.root().to_path_buf(),
            },
            _ => error.into(),
        }
    })
}
