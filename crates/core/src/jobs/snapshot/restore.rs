//! The plan that gives back what a snapshot holds.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind, Place};
use lw_fs::snapshot::{Entry, EntryKind, FROM_LINK, FolderId, LinksAs, Manifest, Store, find};

use super::list::{Snapshot, choose, list};
use super::restore_in_place::{self, InPlace};
use super::store_of::existing_store;
use crate::jobs::inventory::Names;
use crate::jobs::link::refuse_if_any;
use crate::jobs::replace;
use crate::jobs::{Refusal, Refused, Surroundings};
use crate::plan::{AfterFailure, Notice, Plan, Step, Subject, Trace, Unit};
use crate::run::item_numbered;

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
}

impl Item {
    /// Returns it as what is given back: of something in place of a link, the link.
    pub(super) fn like(mut self, links_as: LinksAs) -> Self {
        if links_as == LinksAs::Links && self.entry.has(FROM_LINK) {
            self.entry.kind = EntryKind::SymbolicLink;
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
    let mut building = Building {
        around,
        store: &store,
        id: &snapshot.id,
        links_as: wish.links_as,
        units: Vec::new(),
        dests: Vec::new(),
        replaced: 0,
        notices: Vec::new(),
        refusals: Vec::new(),
    };
    match &wish.whereto {
        Whereto::Folder(folder) => building.below_folder(folder, &items)?,
        Whereto::InPlace { deletes } => {
            let names = Names::new(&[], &snapshot.header.excluded).map_err(|error| {
                let why = error.to_string();
                Refusal::BadPattern { why }
            })?;
            let in_place = InPlace {
                manifest: &manifest,
                deletes: *deletes,
                names,
            };
            for item in items {
                let dest = restore_in_place::original(snapshot, &item.path)?;
                in_place.add(&mut building, item, dest)?;
            }
        }
    }
    refuse_if_any(building.refusals)?;
    let mut plan = Plan::new(Subject::Restore {
        store: store.root().to_path_buf(),
        id: snapshot.id.clone(),
        items: building.dests.len() as u64,
        first: building.dests.first().cloned().unwrap_or_default(),
        replaced: building.replaced,
    });
    plan.units = building.units;
    plan.notices = building.notices;
    plan.after_failure = AfterFailure::GoOn;
    Ok(plan)
}

/// The units of a plan as they are made.
pub(super) struct Building<'a> {
    pub(super) around: &'a Surroundings,
    store: &'a Store,
    id: &'a str,
    pub(super) links_as: LinksAs,
    pub(super) units: Vec<Unit>,
    pub(super) dests: Vec<PathBuf>,
    pub(super) replaced: u64,
    notices: Vec<Notice>,
    pub(super) refusals: Vec<Refusal>,
}

impl Building<'_> {
    fn below_folder(&mut self, folder: &Path, items: &[Item]) -> Result<(), Refused> {
        let folder = self.around.leading_to(folder)?;
        let there = look::entry_if_any(&folder)?;
        match &there {
            Some(entry) if entry.kind != Kind::Directory => {
                let kind = entry.kind;
                return Err(Refusal::NotAFolder { path: folder, kind }.into());
            }
            _ => {}
        }
        for item in items {
            let name = item.path.file_name().unwrap_or_default();
            let dest = folder.join(name);
            if let Some(entry) = look::entry_if_any(&dest)? {
                self.refusals.push(Refusal::Exists {
                    path: dest,
                    kind: entry.kind,
                });
                continue;
            }
            if let Some(other) = self.dests.iter().find(|other| **other == dest) {
                self.refusals.push(Refusal::SameName {
                    a: other.clone(),
                    b: item.path.clone(),
                    dest,
                });
                continue;
            }
            if there.is_none() && self.units.is_empty() {
                // By itself: what cannot be restored does not take it away from the others.
                let slot = self.slot_for(&folder)?;
                let step = Step::CreateFolder {
                    folder: folder.clone(),
                    mode: None,
                };
                self.units.push(Unit::plain(vec![step], slot));
            }
            self.at_free_name(item, &dest)?;
        }
        Ok(())
    }

    /// Says that something is left out, if that is for what the system says; all else is against the whole plan.
    pub(super) fn left_out(&mut self, dest: &Path, refused: Refused) -> Result<(), Refused> {
        let why = |refusal: &Refusal| match refusal {
            Refusal::System(error) => Some(error.cause()),
            Refusal::Missing { path } if dest.parent() == Some(path) => {
                Some("the folder that holds it is missing".to_owned())
            }
            Refusal::Missing { .. } => Some("it went away in the meantime".to_owned()),
            _ => None,
        };
        let Some(why) = refused.0.iter().find_map(why) else {
            return Err(refused);
        };
        let path = dest.to_path_buf();
        self.notices.push(Notice::NotRestored { path, why });
        Ok(())
    }

    /// Adds the unit that restores something at a name that is free.
    pub(super) fn at_free_name(&mut self, item: &Item, dest: &Path) -> Result<(), Refused> {
        let slot = self.slot_for(dest)?;
        let (stage, built) = self.stage(item, dest, &slot);
        let rename = Step::Rename {
            from: built,
            to: dest.to_path_buf(),
            what: trace_of(&item.entry),
        };
        self.push(vec![stage, rename], slot, dest);
        Ok(())
    }

    /// Adds the unit that restores something in place of what is there, which goes to quarantine.
    pub(super) fn in_place_of(
        &mut self,
        item: &Item,
        dest: &Path,
        old: &Trace,
    ) -> Result<(), Refused> {
        let slot = self.slot_for(dest)?;
        let (stage, built) = self.stage(item, dest, &slot);
        let exchange = replace::exchange_in(dest.parent().unwrap_or(dest));
        let change = replace::ChangeOfPlaces {
            path: dest,
            old,
            item: match exchange {
                replace::Exchange::Yes => built.clone(),
                replace::Exchange::No { .. } => item_numbered(&slot, dest, 2),
            },
            fresh: built,
        };
        let mut steps = vec![stage];
        steps.extend(change.steps(trace_of(&item.entry), &exchange));
        self.replaced += 1;
        self.push(steps, slot, dest);
        Ok(())
    }

    /// Adds the unit that moves something into quarantine.
    pub(super) fn away(&mut self, path: &Path, what: Trace) -> Result<(), Refused> {
        let slot = self.slot_for(path)?;
        let step = Step::Quarantine {
            path: path.to_path_buf(),
            item: item_numbered(&slot, path, 1),
            what,
        };
        self.replaced += 1;
        self.push(vec![step], slot, path);
        Ok(())
    }

    fn push(&mut self, steps: Vec<Step>, slot: PathBuf, dest: &Path) {
        self.units.push(Unit::plain(steps, slot));
        self.dests.push(dest.to_path_buf());
    }

    fn slot_for(&self, dest: &Path) -> Result<PathBuf, Refused> {
        // The nearest folder that is there: others are made by the plan.
        let mut parent = dest.parent().unwrap_or(dest);
        while look::entry_if_any(parent)?.is_none() {
            parent = parent.parent().unwrap_or(parent);
        }
        let place = Place {
            parent: parent.to_path_buf(),
            name: dest.file_name().unwrap_or_default().to_os_string(),
        };
        Ok(replace::slot_at(self.around, &place, self.units.len())?)
    }

    fn stage(&self, item: &Item, dest: &Path, slot: &Path) -> (Step, PathBuf) {
        let built = item_numbered(slot, dest, 1);
        let step = Step::StageRestore {
            store: self.store.root().to_path_buf(),
            id: self.id.to_owned(),
            path: item.path.clone(),
            item: built.clone(),
            copy: trace_of(&item.entry),
            links_as: self.links_as,
        };
        (step, built)
    }
}

fn trace_of(entry: &Entry) -> Trace {
    Trace::any(entry.stored_kind().unwrap_or(Kind::Other))
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
        let found = found.map(|(folder, place)| (folder.id, folder.entries[place].clone()));
        match found.filter(|(_, entry)| entry.stored_kind().is_some()) {
            Some((parent, entry)) => items.push(Item {
                path,
                entry,
                parent,
            }),
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
