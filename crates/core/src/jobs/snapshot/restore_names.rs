//! Files with several names: what is one file in the snapshot is one file afterwards, and what is not is not.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};
use lw_fs::snapshot::{EntryKind, FileKey, Folder, LinksAs, Manifest, store_around};

use super::restore::Item;
use super::restore_in_place::is_like;
use super::restore_places::Places;
use super::restore_units::Building;
use super::restore_untouched::Guarded;
use crate::jobs::Refused;
use crate::jobs::refusal::trace_at;
use crate::plan::{Standing, Trace};

/// A name of a file that has others in the snapshot, or stands on an inode that has others.
pub(super) struct Name {
    pub(super) item: Item,
    pub(super) dest: PathBuf,
    /// What stands there.
    pub(super) there: Option<look::Entry>,
    /// Whether that is as recorded.
    pub(super) is_like: bool,
    /// Whether it is only looked at, since it was not asked for.
    pub(super) stays: bool,
}

impl Name {
    /// Returns the inode that it stands on, if what stands there is as recorded.
    fn inode(&self) -> Option<Inode> {
        let there = self.there.as_ref().filter(|_| self.is_like)?;
        Some((there.identity.device, there.identity.inode))
    }
}

/// A folder that is restored whole, as nothing stands there, or something else.
pub(super) struct Tree {
    pub(super) item: Item,
    pub(super) dest: PathBuf,
    pub(super) old: Option<Trace>,
    /// Names in it of files that have others, by their paths below the folder.
    pub(super) files: Vec<(FileKey, PathBuf)>,
}

/// What of a restore has to do with files that have several names.
#[derive(Default)]
pub(super) struct Names {
    pub(super) names: Vec<Name>,
    pub(super) trees: Vec<Tree>,
}

type Inode = (u64, u64);

/// Whose inode it is: of a file of the snapshot, or of the one name at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    File(FileKey),
    Alone(usize),
}

/// The names and trees in which one file of the snapshot has names.
#[derive(Default)]
struct Group {
    names: Vec<usize>,
    trees: Vec<usize>,
}

/// What becomes of the trees: which files in them stand elsewhere, and which trees must be there before.
#[derive(Default)]
struct TreePlan {
    standing: Vec<Standing>,
    after: Vec<usize>,
    round: usize,
}

/// A name that a file gets once the tree is there that it is restored with.
struct Later {
    name: usize,
    tree: usize,
    target: PathBuf,
}

impl Names {
    /// Returns whether a name of the snapshot that was not asked for may have to do with it.
    pub(super) fn has_files(&self) -> bool {
        let files = |tree: &Tree| !tree.files.is_empty();
        self.names.iter().any(|name| name.item.file.is_some()) || self.trees.iter().any(files)
    }

    /// Adds the names of the same files that were not asked for and stand as recorded: they can be linked to.
    pub(super) fn add_others(
        &mut self,
        (manifest, places, guarded): (&Manifest, &Places<'_>, &Guarded),
        links_as: LinksAs,
    ) {
        let in_trees = self.trees.iter().flat_map(|tree| {
            let files = tree.files.iter();
            files.map(|(key, below)| (*key, tree.item.path.join(below)))
        });
        let names = self.names.iter();
        let named = names.filter_map(|name| Some((name.item.file?, name.item.path.clone())));
        let (keys, known): (HashSet<FileKey>, HashSet<PathBuf>) = named.chain(in_trees).unzip();
        for id in manifest.folder_ids() {
            // What cannot be read of the manifest gives no names: they are not asked for.
            let (Ok(Some(folder)), Ok(way)) = (manifest.folder(id), manifest.way_to(id)) else {
                continue;
            };
            let way: Option<PathBuf> = way
                .iter()
                .map(|name| lw_fs::name_from_bytes(name))
                .collect();
            let Some(way) = way else { continue };
            for entry in &folder.entries {
                let name = lw_fs::name_from_bytes(&entry.name).unwrap_or_default();
                let item = Item::of(way.join(name), &folder, entry).like(links_as);
                if !item.file.is_some_and(|key| keys.contains(&key)) || known.contains(&item.path) {
                    continue;
                }
                let Some(dest) = places.now(&item.path) else {
                    continue;
                };
                let there = look::entry_if_any(&dest).ok().flatten();
                // A file of another store would be many snapshots' and the user's at once.
                let is_in_store = || dest.parent().and_then(store_around).is_some();
                if guarded.why(&dest, there.as_ref()).is_some() || is_in_store() {
                    continue;
                }
                let likes = |there: &look::Entry| is_like((&item.entry, links_as), there, &dest);
                if there
                    .as_ref()
                    .is_some_and(|there| likes(there).unwrap_or(false))
                {
                    self.names.push(Name {
                        item,
                        dest,
                        there,
                        is_like: true,
                        stays: true,
                    });
                }
            }
        }
    }

    /// Adds the units that restore these names and trees.
    pub(super) fn add_units(&self, building: &mut Building<'_>) -> Result<(), Refused> {
        let holders = self.holders();
        let holds = |place: usize| {
            let inode = self.names[place].inode()?;
            (holders.get(&inode) == Some(&self.owner(place))).then_some(inode)
        };
        for (place, name) in self.names.iter().enumerate() {
            if name.item.file.is_none() && holds(place).is_none() {
                self.alone(building, name)?;
            }
        }
        let mut plans: Vec<TreePlan> = Vec::new();
        plans.resize_with(self.trees.len(), TreePlan::default);
        let mut later = Vec::new();
        for (key, group) in self.groups() {
            self.one_file(building, (key, &group), &holds, (&mut plans, &mut later))?;
        }
        self.trees(building, &mut plans)?;
        for Later { name, tree, target } in later {
            building.round = plans[tree].round + 1;
            let file = Trace::any(Kind::File);
            self.further(building, &self.names[name], (&target, &file))?;
        }
        building.round = 0;
        Ok(())
    }

    fn owner(&self, place: usize) -> Owner {
        let file = self.names[place].item.file;
        file.map_or(Owner::Alone(place), Owner::File)
    }

    /// Says of each inode whose it is: of names that the snapshot has as different files, the first keeps it.
    fn holders(&self) -> HashMap<Inode, Owner> {
        let mut holders = HashMap::new();
        for (place, name) in self.names.iter().enumerate() {
            if let Some(inode) = name.inode() {
                holders.entry(inode).or_insert_with(|| self.owner(place));
            }
        }
        holders
    }

    /// Returns the files with several names, in the order of their first ones.
    fn groups(&self) -> Vec<(FileKey, Group)> {
        let mut places: HashMap<FileKey, usize> = HashMap::new();
        let mut groups: Vec<(FileKey, Group)> = Vec::new();
        let mut place_of = |groups: &mut Vec<(FileKey, Group)>, key| {
            *places.entry(key).or_insert_with(|| {
                groups.push((key, Group::default()));
                groups.len() - 1
            })
        };
        for (place, name) in self.names.iter().enumerate() {
            if let Some(key) = name.item.file {
                let group = place_of(&mut groups, key);
                groups[group].1.names.push(place);
            }
        }
        for (place, tree) in self.trees.iter().enumerate() {
            for (key, _) in &tree.files {
                let group = place_of(&mut groups, *key);
                let trees = &mut groups[group].1.trees;
                if trees.last() != Some(&place) {
                    trees.push(place);
                }
            }
        }
        groups
    }

    /// Adds what makes the names of one file names of one inode.
    fn one_file(
        &self,
        building: &mut Building<'_>,
        (key, group): (FileKey, &Group),
        holds: &dyn Fn(usize) -> Option<Inode>,
        (plans, later): (&mut [TreePlan], &mut Vec<Later>),
    ) -> Result<(), Refused> {
        let mut on: Vec<(Inode, Vec<usize>)> = Vec::new();
        for place in &group.names {
            if let Some(inode) = holds(*place) {
                match on.iter_mut().find(|(known, _)| *known == inode) {
                    Some((_, places)) => places.push(*place),
                    None => on.push((inode, vec![*place])),
                }
            }
        }
        let wanted: Vec<usize> = group
            .names
            .iter()
            .copied()
            .filter(|place| !self.names[*place].stays)
            .collect();
        let is_all =
            |(_, places): &(Inode, Vec<usize>)| wanted.iter().all(|place| places.contains(place));
        if group.trees.is_empty() && on.iter().any(is_all) {
            return Ok(());
        }
        // An inode with further names, of which the snapshot does not know, is left to them.
        on.retain(|(_, places)| {
            let there = self.names[places[0]].there.as_ref();
            there.is_some_and(|there| there.link_count == places.len() as u64)
        });
        // The first of those with the most names.
        let leader = on.iter().rev().max_by_key(|(_, places)| places.len());
        if let Some((_, places)) = leader {
            let target = &self.names[places[0]];
            let file = trace_at(&target.dest)?;
            for tree in &group.trees {
                plans[*tree].standing.push(Standing {
                    path: target.item.path.clone(),
                    target: target.dest.clone(),
                    file: file.clone(),
                });
            }
            for place in wanted.iter().filter(|place| !places.contains(place)) {
                self.further(building, &self.names[*place], (&target.dest, &file))?;
            }
            return Ok(());
        }
        let Some((first, others)) = group.trees.split_first() else {
            let names: Vec<&Name> = wanted.iter().map(|place| &self.names[*place]).collect();
            return self.anew(building, &names);
        };
        let tree = &self.trees[*first];
        let Some((_, below)) = tree.files.iter().find(|(known, _)| *known == key) else {
            return Ok(());
        };
        let target = tree.dest.join(below);
        for other in others {
            plans[*other].after.push(*first);
            plans[*other].standing.push(Standing {
                path: tree.item.path.join(below),
                target: target.clone(),
                file: Trace::any(Kind::File),
            });
        }
        later.extend(wanted.into_iter().map(|name| Later {
            name,
            tree: *first,
            target: target.clone(),
        }));
        Ok(())
    }

    /// Adds the units of the trees, each after those whose files it is to share.
    fn trees(&self, building: &mut Building<'_>, plans: &mut [TreePlan]) -> Result<(), Refused> {
        for (place, tree) in self.trees.iter().enumerate() {
            let after = plans[place]
                .after
                .iter()
                .map(|other| plans[*other].round + 1);
            plans[place].round = after.max().unwrap_or_default();
            building.round = plans[place].round;
            let standing = std::mem::take(&mut plans[place].standing);
            let added = match &tree.old {
                Some(old) => building.in_place_of(&tree.item, &tree.dest, old, standing),
                None => building.at_free_name(&tree.item, &tree.dest, standing),
            };
            if let Err(refused) = added {
                building.left_out(&tree.dest, refused)?;
            }
        }
        building.round = 0;
        Ok(())
    }

    /// Adds the unit that restores one name by itself.
    fn alone(&self, building: &mut Building<'_>, name: &Name) -> Result<(), Refused> {
        let added = match name.there {
            Some(_) => trace_at(&name.dest)
                .map_err(Refused::from)
                .and_then(|old| building.in_place_of(&name.item, &name.dest, &old, Vec::new())),
            None => building.at_free_name(&name.item, &name.dest, Vec::new()),
        };
        match added {
            Err(refused) => building.left_out(&name.dest, refused),
            Ok(()) => Ok(()),
        }
    }

    /// Adds the unit that makes a name one of a file that stands, or will by then; on another volume it becomes a file by itself.
    fn further(
        &self,
        building: &mut Building<'_>,
        name: &Name,
        (target, file): (&Path, &Trace),
    ) -> Result<(), Refused> {
        if !is_on_one_volume(target, &name.dest) {
            return self.alone(building, name);
        }
        let added = match name.there {
            Some(_) => trace_at(&name.dest)
                .map_err(Refused::from)
                .and_then(|old| building.further_name((target, file), &name.dest, Some(&old))),
            None => building.further_name((target, file), &name.dest, None),
        };
        match added {
            Err(refused) => building.left_out(&name.dest, refused),
            Ok(()) => Ok(()),
        }
    }

    /// Adds the unit that restores a file under all its names.
    fn anew(&self, building: &mut Building<'_>, names: &[&Name]) -> Result<(), Refused> {
        let Some(first) = names.first() else {
            return Ok(());
        };
        let (here, elsewhere): (Vec<&Name>, Vec<&Name>) = names
            .iter()
            .partition(|name| is_on_one_volume(&first.dest, &name.dest));
        for name in elsewhere {
            self.alone(building, name)?;
        }
        let mut paths = Vec::new();
        for name in here {
            match name
                .there
                .as_ref()
                .map(|_| trace_at(&name.dest))
                .transpose()
            {
                Ok(old) => paths.push((&*name.dest, old)),
                Err(refusal) => building.left_out(&name.dest, refusal.into())?,
            }
        }
        match building.names_of_one(&first.item, &paths) {
            Err(refused) => building.left_out(&first.dest, refused),
            Ok(()) => Ok(()),
        }
    }
}

/// Returns whether two names lie on one volume; what cannot be looked at is left to the system.
fn is_on_one_volume(a: &Path, b: &Path) -> bool {
    let folder = |path: &Path| {
        let there = path.ancestors().skip(1).map(look::entry);
        there.flatten().next()
    };
    match (folder(a), folder(b)) {
        (Some(a), Some(b)) => look::same_volume(&a, &b),
        _ => true,
    }
}

/// Returns the names below a folder of the snapshot of files that have several.
pub(super) fn files_below(
    manifest: &Manifest,
    folder: Folder,
    links_as: LinksAs,
) -> Result<Vec<(FileKey, PathBuf)>, Refused> {
    let mut files = Vec::new();
    let mut waiting = vec![(folder, PathBuf::new())];
    while let Some((folder, below)) = waiting.pop() {
        for entry in &folder.entries {
            let name = lw_fs::name_from_bytes(&entry.name).unwrap_or_default();
            let item = Item::of(below.join(name), &folder, entry).like(links_as);
            if item.entry.kind == EntryKind::Folder {
                let child = manifest.folder_at(&folder.link(entry))?;
                waiting.extend(child.map(|child| (child, item.path)));
            } else {
                files.extend(item.file.map(|key| (key, item.path)));
            }
        }
    }
    Ok(files)
}
