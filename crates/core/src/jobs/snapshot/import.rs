//! The plan that makes snapshots of another tool's store: by further names for its files.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};
use lw_fs::path_form;
use lw_fs::snapshot::{Guard, LinkPolicy, Share, Store};

use super::list::Header;
use super::store_of::store_to_be;
use super::take::{
    free_id, latest_steps, listed, place_in, published, store_refusals, text_of, usual_guard,
};
use crate::jobs::link::refuse_if_any;
use crate::jobs::{Refusal, Refused, Surroundings, replace};
use crate::plan::{Imported, Notice, PathText, Plan, SnapshotSource, SnapshotWish, Subject};

/// A wish for snapshots of what another tool has kept.
#[derive(Debug, Clone)]
pub struct ImportWish {
    /// What it has kept, the oldest first.
    pub folders: Vec<PathBuf>,
    /// When each was made, microseconds since 1970; of none if that is when it last changed.
    pub times_us: Vec<i64>,
    /// Whereto.
    pub store: PathBuf,
    /// What they are copies of.
    pub source: PathBuf,
    /// Returns a time as the beginning of a name.
    pub stamp: fn(i64) -> String,
    /// The program and its version.
    pub program: String,
    /// The user's own words.
    pub note: Option<String>,
}

/// Returns the plan that imports.
pub fn plan(around: &Surroundings, wish: &ImportWish) -> Result<Plan, Refused> {
    let store = store_to_be(around, &wish.store)?;
    let source = source(around, wish)?;
    let folders = folders(around, wish, &store, &source.path)?;
    refuse_if_any(store_refusals(&store)?)?;
    let listing = listed(&store)?;
    let newest = listing.snapshots.last();
    let before = newest.map(|newest| (store.tree(&newest.id), newest.header.taken_us));
    refuse_if_any(order_refusals(before, &folders))?;
    let first = listing.last_sequence.saturating_add(1);
    let guard = usual_guard(newest);
    let mut basis = newest.map(|newest| newest.id.clone());
    let mut ids: Vec<String> = Vec::new();
    let mut units = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        let header = Header {
            id: free_id(&store, &(wish.stamp)(folder.taken_us), &ids)?,
            sequence: first + number as u64,
            taken_us: folder.taken_us,
            program: wish.program.clone(),
            sources: vec![source.clone()],
            links: LinkPolicy::Preserve,
            links_at: Vec::new(),
            cross_mounts: false,
            // The mode of a file is that of the other store, too.
            guard: if guard == Guard::Ro {
                Guard::Dirs
            } else {
                guard
            },
            excluded: Vec::new(),
            basis: basis.clone(),
            tags: Vec::new(),
            note: wish.note.clone(),
        };
        let staged = SnapshotWish {
            store: store.root().to_path_buf(),
            id: header.id.clone(),
            sources: vec![SnapshotSource {
                path: folder.path.clone(),
                ..source.clone()
            }],
            header: text_of(&header)?,
            basis,
            links: header.links,
            links_at: Vec::new(),
            cross_mounts: false,
            guard: header.guard,
            share: Share::Hardlink,
            compares_all: false,
            allows_empty: true,
            resumes: false,
            excluded: Vec::new(),
            closed: Vec::new(),
            adopts: true,
        };
        let is_last = number + 1 == folders.len();
        let (latest, notice) = match is_last {
            true => latest_steps(around, &store, &header.id)?,
            false => Default::default(),
        };
        let slot = replace::slot_at(around, &place_in(&store), number)?;
        units.push((published(&store, staged, latest, slot), notice));
        basis = Some(header.id.clone());
        ids.push(header.id);
    }
    let mut plan = Plan::new(Subject::Snapshot {
        store: store.root().to_path_buf(),
        id: ids.pop().unwrap_or_default(),
        sources: vec![PathText(source.path)],
        basis: None,
        imported: folders.clone(),
    });
    if let Some(first) = folders.first() {
        let folder = first.path.clone();
        plan.notices.push(Notice::SharesFiles { folder });
    }
    if wish.times_us.is_empty() {
        plan.notices.push(Notice::TimesOfFolders);
    }
    for (unit, notice) in units {
        plan.units.push(unit);
        plan.notices.extend(notice);
    }
    Ok(plan)
}

/// Returns what the snapshots are of. It need not be there.
fn source(around: &Surroundings, wish: &ImportWish) -> Result<SnapshotSource, Refusal> {
    let place = around.target_place(&wish.source)?;
    let name = match place.name.is_empty() {
        true => "root".into(),
        false => place.name.clone(),
    };
    Ok(SnapshotSource {
        name,
        path: place.path(),
        given: None,
    })
}

fn folders(
    around: &Surroundings,
    wish: &ImportWish,
    store: &Store,
    source: &Path,
) -> Result<Vec<Imported>, Refused> {
    let (folders, times) = (wish.folders.len(), wish.times_us.len());
    if times != 0 && times != folders {
        return Err(Refusal::ImportTimes { folders, times }.into());
    }
    let place = place_in(store).parent;
    let volume = look::entry(&place)?;
    let mut refusals = Vec::new();
    let mut found = Vec::new();
    for (number, given) in wish.folders.iter().enumerate() {
        let time = wish.times_us.get(number).copied();
        match folder(around, given, store) {
            Ok((path, entry)) if !look::same_volume(&entry, &volume) => {
                refusals.push(Refusal::ImportAcross {
                    folder: path,
                    store: store.root().to_path_buf(),
                });
            }
            Ok((path, _)) if holds_source(&path, source) => {
                refusals.push(Refusal::ImportOfSource {
                    folder: path,
                    source: source.to_path_buf(),
                });
            }
            Ok((path, entry)) => found.push(Imported {
                path,
                taken_us: time.unwrap_or(entry.modified_ns.div_euclid(1_000)),
            }),
            Err(refusal) => refusals.push(refusal),
        }
    }
    refuse_if_any(refusals)?;
    Ok(found)
}

/// Returns whether the folder holds what the snapshots would be of, or is it: then they would share files with what goes on to be
/// written.
fn holds_source(folder: &Path, source: &Path) -> bool {
    let real = look::real_folder(source);
    let is_same = || match (look::entry(folder), &real) {
        (Ok(folder), Ok(real)) => {
            look::entry(real).is_ok_and(|source| source.identity == folder.identity)
        }
        _ => false,
    };
    let source = real.as_deref().unwrap_or(source);
    path_form::lies_in(source, folder) || is_same()
}

fn folder(
    around: &Surroundings,
    given: &Path,
    store: &Store,
) -> Result<(PathBuf, look::Entry), Refusal> {
    let path = around.shown_place(given)?.path();
    let Some(entry) = look::entry_if_any(&path)? else {
        return Err(Refusal::Missing { path });
    };
    // rsnapshot keeps no links to folders: what is one here is somebody's own.
    if entry.kind != Kind::Directory {
        let kind = entry.kind;
        return Err(Refusal::NotAFolder { path, kind });
    }
    if path_form::lies_in(&path, store.root()) {
        return Err(Refusal::SourceInStore {
            source: path,
            store: store.root().to_path_buf(),
        });
    }
    Ok((path, entry))
}

/// Each is to be newer than what comes before it, or as new: the newest snapshot is what the next one links to.
fn order_refusals(mut before: Option<(PathBuf, i64)>, folders: &[Imported]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for folder in folders {
        if let Some((path, taken_us)) = before
            && folder.taken_us < taken_us
        {
            refusals.push(Refusal::ImportOrder {
                folder: folder.path.clone(),
                taken_us: folder.taken_us,
                before: path,
                before_us: taken_us,
            });
        }
        before = Some((folder.path.clone(), folder.taken_us));
    }
    refusals
}
