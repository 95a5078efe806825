//! The plan that gives back what a snapshot holds.

use std::path::{Path, PathBuf};

use lw_fs::snapshot::{
    Entry, EntryKind, FROM_LINK, FileKey, Folder, FolderId, LinksAs, Manifest, Store, file_key,
    find,
};

use super::list::{Snapshot, choose, list};
use super::restore_in_place::{self, Asked};
use super::restore_units::Building;
use super::store_of::existing_store;
use crate::jobs::link::refuse_if_any;
use crate::jobs::{Refusal, Refused, Surroundings};
use crate::plan::Plan;

/// Where what is restored goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereto {
    /// Into this folder, each under its own name; it is made if need be.
    Folder(PathBuf),
    /// Where it was. What is there and differs goes to quarantine; what is not in the snapshot stays, unless `deletes`.
    InPlace {
        /// Whether what is not in the snapshot goes to quarantine.
        deletes: bool,
    },
}

/// A wish to have something back.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The store.
    pub store: PathBuf,
    /// The snapshot: a name, the beginning of one, or `latest`.
    pub word: String,
    /// What of it: paths below the snapshot, or paths as they were in the source; all of it if there are none.
    pub paths: Vec<PathBuf>,
    /// Where it goes.
    pub whereto: Whereto,
    /// What is given back for links that were followed or led elsewhere.
    pub links_as: LinksAs,
}

/// One thing that is restored.
pub(super) struct Item {
    /// Its path below the snapshot.
    pub(super) path: PathBuf,
    pub(super) entry: Entry,
    /// The number of the folder that holds it.
    pub(super) parent: FolderId,
    /// What tells a file with several names from all others.
    pub(super) file: Option<FileKey>,
}

impl Item {
    /// Makes an item of an entry of a folder.
    pub(super) fn of(path: PathBuf, folder: &Folder, entry: &Entry) -> Self {
        Self {
            path,
            entry: entry.clone(),
            parent: folder.id,
            file: file_key(folder, entry).filter(|_| entry.kind == EntryKind::File),
        }
    }

    /// Returns it as what is given back: of something in place of a link, the link.
    pub(super) fn like(mut self, links_as: LinksAs) -> Self {
        if links_as == LinksAs::Links && self.entry.has(FROM_LINK) {
            self.entry.kind = EntryKind::SymbolicLink;
            self.file = None;
        }
        self
    }
}

/// Returns the plan that gives back what a snapshot holds; an empty one if it is there already.
pub fn plan(around: &Surroundings, wish: &Restored) -> Result<Plan, Refused> {
    let store = existing_store(around, &wish.store)?;
    let listing = list(&store)?;
    let snapshot = choose(&store, &listing, &wish.word)?;
    let manifest = Manifest::open(&store.manifest(&snapshot.id))?;
    let items = items(around, &store, snapshot, &manifest, &wish.paths)?;
    let items: Vec<Item> = items
        .into_iter()
        .map(|item| item.like(wish.links_as))
        .collect();
    let mut building = Building::new(around, (&store, &snapshot.id), wish.links_as);
    match &wish.whereto {
        Whereto::Folder(folder) => building.below_folder(folder, &items)?,
        Whereto::InPlace { deletes } => {
            let asked = Asked {
                deletes: *deletes,
                is_part: !wish.paths.is_empty(),
            };
            let of = (&store, snapshot, &manifest);
            restore_in_place::add(&mut building, of, without_nested(items), &asked)?;
        }
    }
    building.into_plan()
}

/// Leaves out what lies in another one.
fn without_nested(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by(|a, b| a.path.cmp(&b.path));
    items.dedup_by(|later, earlier| later.path.starts_with(&earlier.path));
    items
}

/// Returns what is meant: each path with what the snapshot knows of it.
fn items(
    around: &Surroundings,
    store: &Store,
    snapshot: &Snapshot,
    manifest: &Manifest,
    paths: &[PathBuf],
) -> Result<Vec<Item>, Refused> {
    let all: Vec<PathBuf> = match paths.is_empty() {
        true => {
            let names = snapshot.header.sources.iter();
            names.map(|source| PathBuf::from(&source.name)).collect()
        }
        false => {
            let below = |path: &PathBuf| below_snapshot(around, store, snapshot, path);
            paths.iter().map(below).collect()
        }
    };
    let mut refusals = Vec::new();
    let mut items = Vec::new();
    for path in all {
        let found = find(manifest, &path)?;
        let found =
            found.map(|(folder, place)| Item::of(path.clone(), &folder, &folder.entries[place]));
        match found.filter(|item| item.entry.stored_kind().is_some()) {
            Some(item) => items.push(item),
            None => refusals.push(Refusal::NotInSnapshot {
                id: snapshot.id.clone(),
                path,
            }),
        }
    }
    refuse_if_any(refusals)?;
    Ok(items)
}

/// Returns the path below the snapshot that a path means: one in its tree, one of a source, or one below the snapshot.
fn below_snapshot(
    around: &Surroundings,
    store: &Store,
    snapshot: &Snapshot,
    path: &Path,
) -> PathBuf {
    let whole = around.working_folder.join(path);
    for tree in [store.tree(&snapshot.id), store.latest()] {
        if let Ok(below) = whole.strip_prefix(&tree) {
            return below.to_path_buf();
        }
    }
    if path.is_relative()
        && path.components().next().is_some_and(|first| {
            let mut sources = snapshot.header.sources.iter();
            sources.any(|source| source.name == first.as_os_str())
        })
    {
        return path.to_path_buf();
    }
    let given = |path: &Path| {
        let mut sources = snapshot.header.sources.iter();
        sources.find_map(|source| {
            let starts = [
                Some(&source.path),
                source.given.as_ref().map(|given| &given.0),
            ];
            let mut starts = starts.into_iter().flatten();
            let rest = starts.find_map(|start| path.strip_prefix(start).ok())?;
            Some(Path::new(&source.name).join(rest))
        })
    };
    // Of one source alone, its name need not be told.
    let below_source = || match snapshot.header.sources.as_slice() {
        [only] if path.is_relative() => Path::new(&only.name).join(path),
        _ => path.to_path_buf(),
    };
    given(&whole)
        .or_else(|| given(&around.leading_to(path).ok()?))
        .unwrap_or_else(below_source)
}
