//! Restoring where things were: what differs is replaced one by one, what is the same is left alone.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};
use lw_fs::snapshot::{
    Entry, EntryKind, Facts, Folder, FolderLink, LinksAs, MOUNT, Manifest, STORE, Store, TORN,
    UNREADABLE,
};

use super::list::Snapshot;
use super::patterns::LeftOut;
use super::restore::Item;
use super::restore_away::Away;
use super::restore_facts::{self, Standing};
use super::restore_names::{Name, Names, Tree, files_below};
use super::restore_places::Places;
use super::restore_units::Building;
use super::restore_untouched::Guarded;
use crate::jobs::link::refuse_if_any;
use crate::jobs::refusal::trace_at;
use crate::jobs::{Refusal, Refused};
use crate::plan::Untouched;

/// Adds the units that bring the places of items to what the snapshot holds.
pub(super) fn add(
    building: &mut Building<'_>,
    (store, snapshot, manifest): (&Store, &Snapshot, &Manifest),
    items: Vec<Item>,
    asked: &Asked,
) -> Result<(), Refused> {
    let left_out = LeftOut::new(&snapshot.header.excluded).map_err(|error| {
        let why = error.to_string();
        Refusal::BadPattern { why }
    })?;
    let places = Places::of(snapshot);
    let guarded = Guarded::of(building.around, store);
    let mut wanted = Vec::new();
    for item in items {
        let was = places.was(&item.path)?;
        match places.dest(&item.path, &was) {
            Ok((dest, notice)) => {
                building.tell(notice);
                wanted.push(Wanted { item, dest });
            }
            Err(refused) => building.left_out(&was, refused)?,
        }
    }
    refuse_same(&wanted)?;
    if asked.deletes {
        let items = wanted.iter().map(|wanted| &wanted.item);
        let refusals = items.filter_map(|item| places.behind_link(item));
        refuse_if_any(refusals.collect())?;
    }
    let tops = wanted.iter().map(|top| Top {
        item: top.item.path.clone(),
        dest: top.dest.clone(),
    });
    let tops: Vec<Top> = tops.collect();
    let in_place = InPlace {
        manifest,
        tops: &tops,
        guarded: &guarded,
        away: asked.deletes.then(|| Away {
            guarded: &guarded,
            left_out: (!snapshot.header.excluded.is_empty()).then_some(&left_out),
            tops: &tops,
        }),
    };
    let (mut names, mut folders) = (Names::default(), Vec::new());
    for wanted in wanted {
        in_place.add(building, (&mut names, &mut folders), wanted)?;
    }
    if asked.is_part && names.has_files() {
        names.add_others((manifest, &places, &guarded), building.links_as);
    }
    names.add_units(building)?;
    restore_facts::add_units(building, folders)
}

/// What was asked for besides the things themselves.
pub(super) struct Asked {
    /// Whether what is not in the snapshot goes to quarantine.
    pub(super) deletes: bool,
    /// Whether only some of the snapshot was asked for.
    pub(super) is_part: bool,
}

/// One of the things that were asked for.
pub(super) struct Top {
    item: PathBuf,
    pub(super) dest: PathBuf,
}

/// Links may have made one place of two.
fn refuse_same(wanted: &[Wanted]) -> Result<(), Refused> {
    for (number, Wanted { item, dest }) in wanted.iter().enumerate() {
        let others = wanted[..number].iter();
        if let Some(other) = others.clone().find(|other| other.dest == *dest) {
            return Err(same(&other.item, item, dest).into());
        }
    }
    Ok(())
}

fn same(a: &Item, b: &Item, dest: &Path) -> Refusal {
    Refusal::SameName {
        a: a.path.clone(),
        b: b.path.clone(),
        dest: dest.to_path_buf(),
    }
}

/// How what stands there is treated.
struct InPlace<'a> {
    manifest: &'a Manifest,
    tops: &'a [Top],
    guarded: &'a Guarded,
    /// What moves away what is not in the snapshot, if that was asked for.
    away: Option<Away<'a>>,
}

/// What is to be brought to a place.
struct Wanted {
    item: Item,
    dest: PathBuf,
}

impl InPlace<'_> {
    /// Adds what brings the place of an item to what the snapshot holds. What cannot be looked at is left out, and said.
    ///
    /// Files with several names are left to `names`: they are decided upon when all are known.
    fn add(
        &self,
        building: &mut Building<'_>,
        (names, folders): (&mut Names, &mut Vec<Standing>),
        top: Wanted,
    ) -> Result<(), Refused> {
        let mut waiting = vec![top];
        while let Some(wanted) = waiting.pop() {
            let dest = wanted.dest.clone();
            match self.one(building, (names, folders), wanted) {
                Ok(below) => waiting.extend(below),
                Err(refused) => building.left_out(&dest, refused)?,
            }
        }
        Ok(())
    }

    /// Adds what brings one place to what the snapshot holds, and returns what is to be looked at in it.
    fn one(
        &self,
        building: &mut Building<'_>,
        (names, folders): (&mut Names, &mut Vec<Standing>),
        wanted: Wanted,
    ) -> Result<Vec<Wanted>, Refused> {
        let Wanted { item, dest } = &wanted;
        // What was asked for by itself is restored by itself.
        let top = self.tops.iter().find(|top| top.dest == *dest);
        if top.is_some_and(|top| top.item != item.path) {
            return Ok(Vec::new());
        }
        let there = look::entry_if_any(dest)?;
        let why = self.guarded.why(dest, there.as_ref());
        // A store that was asked for by itself is not passed over: the plan is refused for it.
        if let Some(why) = why.filter(|why| top.is_none() || *why != Untouched::OtherStore) {
            building.untouched(dest, why);
            return Ok(Vec::new());
        }
        let parent = dest.parent().unwrap_or(dest);
        if there.is_none() && look::entry_if_any(parent)?.is_none() {
            let path = parent.to_path_buf();
            return Err(Refusal::Missing { path }.into());
        }
        let folder = match item.entry.kind {
            EntryKind::Folder => self.manifest.folder_at(&FolderLink {
                id: item.entry.folder,
                parent: item.parent,
                name: &item.entry.name,
            })?,
            _ => {
                thing(building, names, wanted, there)?;
                return Ok(Vec::new());
            }
        };
        if there
            .as_ref()
            .is_none_or(|there| there.kind != Kind::Directory)
        {
            let files = match folder {
                Some(folder) => files_below(self.manifest, folder, building.links_as)?,
                None => Vec::new(),
            };
            may_be_there(building, dest, there.as_ref())?;
            let old = there.map(|_| trace_at(dest)).transpose()?;
            let Wanted { item, dest } = wanted;
            names.trees.push(Tree {
                item,
                dest,
                old,
                files,
            });
            return Ok(Vec::new());
        }
        let Some(folder) = folder else {
            return Ok(Vec::new());
        };
        // Of such a folder the snapshot holds nothing but that it was there.
        if folder.flags & (MOUNT | STORE | TORN | UNREADABLE) != 0 {
            return Ok(Vec::new());
        }
        match restore_facts::standing(&folder, dest) {
            Ok(standing) => folders.extend(standing),
            Err(refused) => building.left_out(dest, refused)?,
        }
        if let Some(away) = &self.away {
            add_away(building, away, &wanted, &folder)?;
        }
        let taken = folder.entries.iter().rev();
        let taken = taken.filter(|entry| entry.stored_kind().is_some());
        let below = taken.map(|entry| {
            let name = lw_fs::name_from_bytes(&entry.name).unwrap_or_default();
            let item = Item::of(item.path.join(&name), &folder, entry);
            Wanted {
                item: item.like(building.links_as),
                dest: dest.join(name),
            }
        });
        Ok(below.collect())
    }
}

/// Adds what moves away what stands in a folder and is not in the snapshot.
fn add_away(
    building: &mut Building<'_>,
    away: &Away<'_>,
    Wanted { item, dest }: &Wanted,
    folder: &Folder,
) -> Result<(), Refused> {
    for name in look::content::names(dest)? {
        // What was left out was there: it is none of what came later.
        if folder.find(lw_fs::name_bytes(&name)).is_some() {
            continue;
        }
        let path = dest.join(&name);
        if let Err(refused) = away.add(building, path.clone(), item.path.join(name)) {
            building.left_out(&path, refused)?;
        }
    }
    Ok(())
}

/// Fails if what stands at a place, or nothing, cannot give way to something else, as far as that can be seen.
fn may_be_there(
    building: &Building<'_>,
    dest: &Path,
    there: Option<&look::Entry>,
) -> Result<(), Refused> {
    match there {
        Some(there) => building.may_go(dest, there),
        None => building.may_come(dest),
    }
}

/// Adds what restores something that is no folder, if what stands there is not like it.
fn thing(
    building: &mut Building<'_>,
    names: &mut Names,
    Wanted { item, dest }: Wanted,
    there: Option<look::Entry>,
) -> Result<(), Refused> {
    let is_like = match &there {
        Some(there) => is_like((&item.entry, building.links_as), there, &dest)?,
        None => false,
    };
    if !is_like {
        may_be_there(building, &dest, there.as_ref())?;
    }
    let link_count = there.as_ref().map_or(0, |there| there.link_count);
    let is_shared = item.entry.kind == EntryKind::File && is_like && link_count > 1;
    if item.file.is_some() || is_shared {
        names.names.push(Name {
            item,
            dest,
            there,
            is_like,
            stays: false,
        });
        return Ok(());
    }
    match there {
        _ if is_like => Ok(()),
        Some(_) => building.in_place_of(&item, &dest, &trace_at(&dest)?, Vec::new()),
        None => building.at_free_name(&item, &dest, Vec::new()),
    }
}

/// Returns whether what stands there is what would be given back, as far as size, time, text, mode and owner tell.
pub(super) fn is_like(
    (entry, links_as): (&Entry, LinksAs),
    there: &look::Entry,
    path: &Path,
) -> Result<bool, Refused> {
    if entry.stored_kind() != Some(there.kind) {
        return Ok(false);
    }
    let facts = &entry.facts;
    Ok(match entry.kind {
        EntryKind::File => {
            there.size_bytes == facts.size_bytes
                && there.modified_ns == facts.modified_ns
                && there.mode & 0o7777 == facts.mode
                && is_of_owner(there, facts)
        }
        EntryKind::SymbolicLink => {
            lw_fs::name_bytes(&look::read_link(path)?) == entry.text_as(links_as)
        }
        _ => true,
    })
}

/// Returns whether it has the owner and group that it can have: only root gives files to others, and others to groups that they
/// are not in (chown(2)). Both are given at once, or neither.
fn is_of_owner(there: &look::Entry, recorded: &Facts) -> bool {
    let me = look::access::effective_user_id();
    let is_given = || look::access::may_give_to_group(recorded.group_id);
    match (
        there.user_id == recorded.user_id,
        there.group_id == recorded.group_id,
    ) {
        (true, true) => true,
        _ if me == 0 => false,
        (true, false) => !is_given(),
        (false, _) => there.user_id == me,
    }
}
