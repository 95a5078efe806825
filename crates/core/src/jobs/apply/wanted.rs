//! What the entries of a manifest ask for on this machine, link by link.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::no_folder::blocked;
use super::one_name::WithoutCapitals;
use super::places::Places;
use super::standing::Whose;
use super::tree::{self, Tree};
use super::{Conflict, Conflicts, Listed};
use crate::jobs::link::LinkKind;
use crate::jobs::{Refusal, Refused, Surroundings, TextForm, cloud};
use crate::manifest::{Entry, ExpandError, Paths, Wish, WishForm, WishKind};

/// A link that is to be there.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Where it stands, as written.
    pub(super) link: PathBuf,
    /// What it leads to, as written.
    pub(super) target: PathBuf,
    pub(super) kind: LinkKind,
    pub(super) form: TextForm,
    /// The line of its entry.
    pub(super) line: usize,
}

/// Something that is to live elsewhere and leave a link.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    pub(super) source: PathBuf,
    pub(super) dest: PathBuf,
    pub(super) line: usize,
}

/// A link to a whole folder where a folder is wanted: several trees share it, or no link is to stand for it.
#[derive(Debug, Clone)]
pub(super) struct Unfolded {
    /// The link that becomes a folder.
    pub(super) folder: PathBuf,
    /// What is put into it.
    pub(super) links: Vec<Wanted>,
    /// The folders in it, outer ones first.
    pub(super) folders: Vec<PathBuf>,
    /// Whose link it is; one that leads to one of the trees counts as ours if no manifest made it.
    pub(super) whose: Whose,
    pub(super) line: usize,
}

/// A folder of which one link could stand for all, if it holds nothing else.
#[derive(Debug, Clone)]
pub(super) struct Foldable {
    pub(super) folder: PathBuf,
    /// What the link would lead to.
    pub(super) source: PathBuf,
    pub(super) line: usize,
}

/// Everything that is to be there.
#[derive(Debug, Default)]
pub(super) struct All {
    pub(super) links: Vec<Wanted>,
    pub(super) moves: Vec<Moved>,
    /// Folders that links need, outer ones first.
    pub(super) folders: Vec<PathBuf>,
    pub(super) unfolded: Vec<Unfolded>,
    /// Outer ones first.
    pub(super) foldable: Vec<Foldable>,
    /// The folders that trees fill, whether there is anything in the trees or not.
    pub(super) into: Vec<PathBuf>,
}

/// Returns what the entries that hold here ask for, or what is wrong with them.
pub(super) fn all(
    around: &Surroundings,
    listed: &Listed<'_>,
    places: &mut Places,
    conflicts: &mut Conflicts,
) -> Result<All, Refused> {
    let folder = listed.path.parent().unwrap_or(listed.path);
    let paths = Paths::new(listed.manifest, listed.machine, folder);
    // What is really called as a cloud is counts beside the manifest, wherever one is.
    let beside = Surroundings {
        working_folder: folder.to_path_buf(),
        ..around.clone()
    };
    let mut all = All::default();
    let mut trees = Vec::new();
    let here = listed
        .manifest
        .entries
        .iter()
        .filter(|entry| entry.when.holds_on(listed.machine));
    for entry in here {
        let line = entry.line;
        match wish(&beside, &paths, entry) {
            Ok(Asked::Link(wanted)) => all.links.push(wanted),
            Ok(Asked::Move(moved)) => all.moves.push(moved),
            Ok(Asked::Tree(tree)) => match blocked(&tree.into) {
                Ok(None) => trees.push(Tree {
                    // Names below are counted from where the folder really is.
                    into: around.leading_to(&tree.into).unwrap_or(tree.into),
                    ..tree
                }),
                Ok(Some(conflict)) => conflicts.add(line, tree.into, conflict),
                Err(refusal) => conflicts.found.push(refusal),
            },
            Err((path, NoPath::Text(error))) => {
                conflicts.add(line, path.into(), Conflict::Bad(error.to_string()));
            }
            Err((_, NoPath::Cloud(refusal))) => conflicts.found.push(*refusal),
        }
    }
    tree::expand(&trees, &mut all, conflicts)?;
    all.into = trees.iter().map(|tree| tree.into.clone()).collect();
    twice(around, places, (&all, &trees), conflicts);
    folders_for_links(around, places, &mut all);
    Ok(all)
}

enum Asked {
    Link(Wanted),
    Move(Moved),
    Tree(Tree),
}

/// Why a path is none.
enum NoPath {
    Text(ExpandError),
    Cloud(Box<Refusal>),
}

fn wish<'e>(
    around: &Surroundings,
    paths: &Paths<'_>,
    entry: &'e Entry,
) -> Result<Asked, (&'e str, NoPath)> {
    let whole = |written: &'e str| {
        let path = paths
            .whole(written)
            .map_err(|error| (written, NoPath::Text(error)))?;
        if path.is_absolute() {
            return Ok(path);
        }
        match cloud::meant(around, &path) {
            Ok(Some(meant)) => Ok(meant),
            Ok(None) => Ok(paths.beside(&path)),
            Err(refusal) => Err((written, NoPath::Cloud(Box::new(refusal)))),
        }
    };
    let line = entry.line;
    Ok(match &entry.what {
        Wish::Link {
            link,
            target,
            kind,
            form,
        } => Asked::Link(Wanted {
            link: whole(link)?,
            target: whole(target)?,
            kind: match kind {
                WishKind::Fitting => LinkKind::Fitting,
                WishKind::Symbolic => LinkKind::Symbolic,
                WishKind::Hard => LinkKind::Hard,
                WishKind::Junction => LinkKind::Junction,
            },
            form: match form {
                WishForm::Fitting => TextForm::Fitting,
                WishForm::Relative => TextForm::Relative,
                WishForm::Absolute => TextForm::Absolute,
            },
            line,
        }),
        Wish::Move { source, dest } => Asked::Move(Moved {
            source: whole(source)?,
            dest: whole(dest)?,
            line,
        }),
        Wish::Tree {
            source,
            into,
            kind,
            folding,
            dot_names,
            ignore,
        } => Asked::Tree(Tree {
            source: whole(source)?,
            into: whole(into)?,
            kind: *kind,
            folding: *folding,
            dot_names: *dot_names,
            ignore: ignore.clone(),
            line,
        }),
    })
}

/// Names every link that two entries ask for, every link below another one, since it would lie in the other's target, and every one
/// that would lie in a tree from which links are made.
fn twice(
    around: &Surroundings,
    places: &mut Places,
    (all, trees): (&All, &[Tree]),
    conflicts: &mut Conflicts,
) {
    let links = all.links.iter().map(|wanted| (&wanted.link, wanted.line));
    let moves = all.moves.iter().map(|moved| (&moved.source, moved.line));
    let unfolded = all.unfolded.iter();
    let folders = unfolded.map(|unfolded| (&unfolded.folder, unfolded.line));
    let mut at: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut as_written: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let sources: Vec<(PathBuf, usize)> = trees
        .iter()
        .filter_map(|tree| Some((around.leading_to(&tree.source).ok()?, tree.line)))
        .collect();
    for (link, line) in links.chain(moves).chain(folders) {
        let place = places.path_of(around, link);
        for (_, tree_line) in sources
            .iter()
            .filter(|(source, _)| place.starts_with(source))
        {
            let why = format!("it would lie in the tree of line {tree_line}");
            conflicts.add(line, place.clone(), Conflict::Bad(why));
        }
        match at.get(&place) {
            Some(first) => conflicts.add(line, place, Conflict::Twice { other_line: *first }),
            None => {
                at.insert(place, line);
                // A link that is there now may lead away from where it is listed to be.
                as_written
                    .entry(link.components().collect())
                    .or_insert(line);
            }
        }
    }
    one_name(&at, conflicts);
    let dests = all.moves.iter().map(|moved| (&moved.dest, moved.line));
    let mut into: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (dest, line) in dests {
        let place = places.path_of(around, dest);
        match into.get(&place) {
            Some(first) => conflicts.add(line, place, Conflict::Twice { other_line: *first }),
            None => drop(into.insert(place, line)),
        }
    }
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for names in [&at, &as_written] {
        let mut above: Option<(&PathBuf, usize)> = None;
        for (place, line) in names {
            match above {
                Some((outer, other_line)) if place.starts_with(outer) => {
                    if named.insert(*line) {
                        let outer = outer.clone();
                        let conflict = Conflict::Below { outer, other_line };
                        conflicts.add(*line, place.clone(), conflict);
                    }
                }
                _ => above = Some((place, *line)),
            }
        }
    }
}

/// Names every link that is the same name as another one, or lies below it, where capitals do not count.
fn one_name(at: &BTreeMap<PathBuf, usize>, conflicts: &mut Conflicts) {
    let mut known = WithoutCapitals::new(at.keys().map(PathBuf::as_path));
    for (place, line) in at {
        if let Some(other) = known.same_as(place) {
            let conflict = Conflict::OneName {
                other: other.to_path_buf(),
                other_line: at[other],
            };
            conflicts.add(*line, place.clone(), conflict);
        }
    }
    for (place, outer) in known.below() {
        let conflict = Conflict::Below {
            outer: outer.to_path_buf(),
            other_line: at[outer],
        };
        conflicts.add(at[place], place.to_path_buf(), conflict);
    }
}

/// Returns the link-free path of a name, as far as its folders are there.
pub(super) fn place_of(around: &Surroundings, path: &Path) -> PathBuf {
    Places::default().path_of(around, path)
}

/// Adds the folders that are missing for links.
fn folders_for_links(around: &Surroundings, places: &mut Places, all: &mut All) {
    let mut missing: BTreeSet<PathBuf> = all.folders.drain(..).collect();
    let parents: BTreeSet<&Path> = all
        .links
        .iter()
        .map(|wanted| wanted.link.as_path())
        .chain(all.moves.iter().map(|moved| moved.source.as_path()))
        .filter_map(Path::parent)
        .collect();
    for parent in parents {
        let mut folder = Some(places.path_of(around, parent));
        while let Some(path) = folder {
            // What stands in the way is told where the link is looked at.
            if !matches!(lw_fs::look::entry_if_any(&path), Ok(None)) {
                break;
            }
            folder = path.parent().map(Path::to_path_buf);
            missing.insert(path);
        }
    }
    all.folders = missing.into_iter().collect();
}
