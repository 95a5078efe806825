//! `lw apply` and `lw status`: what a manifest lists, beside what is there.

mod absorb;
mod chains;
mod made;
mod moves;
mod no_folder;
mod one_name;
mod places;
mod plan;
mod prune;
mod refold;
mod replaced;
mod shared;
mod standing;
mod tree;
mod unfold;
mod wanted;

use std::path::{Path, PathBuf};

use lw_fs::look;

use super::known::{AllKnown, Made, all_known};
use super::{Refusal, Refused, Surroundings, spread};
use crate::ledger::Ledger;
use crate::manifest::{Machine, Manifest};
use crate::plan::{Compared, Notice, State};
use chains::Chains;
use made::{emptied, folders_above, known_as_listed, now_at, unlisted};
use places::Places;
pub use plan::plan;
use refold::Folding;
pub use replaced::{Newer, Replaced};
use shared::Shared;
use standing::{Looker, Seen};
pub use standing::{Standing, Whose};
use wanted::{All, Moved};

/// A manifest, where it lies, and the machine it is read for.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// What it says.
    pub manifest: &'a Manifest,
    /// Its link-free path.
    pub path: &'a Path,
    /// This machine.
    pub machine: &'a Machine,
}

/// What is done about what is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is a reason against the plan.
    Refuse,
    /// A file that a program put in place of a link gives its content to the link's target.
    Absorb,
    /// Such a file goes into quarantine.
    Restore,
    /// Such a file, and any other file or link, goes into quarantine.
    Displace,
}

/// How a manifest is to be applied.
#[derive(Debug, Clone, Copy)]
pub struct ApplyRequest<'a> {
    /// The manifest.
    pub listed: Listed<'a>,
    /// What is done about what is in the way.
    pub way: Way,
    /// Whether links that were made for the manifest and are not listed any more are removed.
    pub prune: Prune,
    /// Whether a folder that is at both ends of a move is merged.
    pub merge: super::relocate::MergeChoice,
}

/// Whether links that are not listed any more are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// They stay.
    Keep,
    /// They go into quarantine, as far as they are as they were made.
    Remove,
}

/// Why an entry cannot be as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The entry makes no sense here, and why.
    Bad(String),
    /// Another entry asks for the same name.
    Twice {
        /// Its line.
        other_line: usize,
    },
    /// Another entry asks for the same name by other capitals, which the volume does not tell apart.
    OneName {
        /// That name.
        other: PathBuf,
        /// Its line.
        other_line: usize,
    },
    /// Another entry asks for a link above it.
    Below {
        /// That link.
        outer: PathBuf,
        /// Its line.
        other_line: usize,
    },
    /// Something that is no folder stands where one has to be.
    NoFolder {
        /// Where.
        at: PathBuf,
        /// What it is.
        kind: look::Kind,
        /// What it leads to, if it leads anywhere.
        end: Option<look::Kind>,
    },
    /// It leads to links that lead to each other.
    Circle {
        /// The lines of those, in order.
        lines: Vec<usize>,
    },
}

/// What is wrong with the entries, by line.
#[derive(Debug)]
pub(super) struct Conflicts {
    manifest: PathBuf,
    found: Vec<Refusal>,
}

impl Conflicts {
    fn add(&mut self, line: usize, path: PathBuf, conflict: Conflict) {
        self.found.push(Refusal::Entry {
            manifest: self.manifest.clone(),
            line,
            path,
            conflict,
        });
    }
}

/// One line of a status.
#[derive(Debug)]
pub struct Row {
    /// The link.
    pub path: PathBuf,
    /// What it is to lead to.
    pub target: PathBuf,
    /// The line of its entry.
    pub line: usize,
    /// How it stands.
    pub standing: Standing,
}

/// How everything stands that a manifest lists.
#[derive(Debug)]
pub struct Status {
    /// By path.
    pub rows: Vec<Row>,
    /// Links that were made for the manifest, are as they were made, and are not listed any more.
    pub unlisted: Vec<PathBuf>,
}

impl Status {
    /// Returns whether everything is as listed.
    pub fn is_in_step(&self) -> bool {
        self.unlisted.is_empty() && self.rows.iter().all(|row| row.standing.is_in_step())
    }
}

/// Looks how everything stands; changes nothing.
pub fn status(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    listed: Listed<'_>,
) -> Result<Status, Refused> {
    let looked = look_around(around, ledger, listed, Prune::Keep)?;
    let refolded = looked.refolded.into_iter().map(|(seen, _)| seen);
    let of_links = looked.seen.into_iter().chain(refolded).map(|seen| Row {
        path: seen.path,
        target: seen.target,
        line: seen.line,
        standing: seen.standing,
    });
    let of_moves = looked.moves.into_iter().map(|(moved, standing)| Row {
        path: wanted::place_of(around, &moved.source),
        target: wanted::place_of(around, &moved.dest),
        line: moved.line,
        standing,
    });
    let mut rows: Vec<Row> = of_links.chain(of_moves).collect();
    // One link that is to become a folder stands for all that will be in it.
    rows.extend(looked.all.unfolded.into_iter().map(|unfolded| Row {
        target: unfolded.folder.clone(),
        path: unfolded.folder,
        line: unfolded.line,
        standing: Standing::Missing,
    }));
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Status {
        rows,
        unlisted: looked.unlisted.into_iter().map(|(path, _)| path).collect(),
    })
}

/// What is listed and what is there.
struct Looked {
    all: All,
    seen: Vec<Seen>,
    /// What is not only a link to be made.
    moves: Vec<(Moved, Standing)>,
    unlisted: Vec<(PathBuf, Made)>,
    shared: Shared,
    /// Folders that become one link, with what was found in them.
    refolded: Vec<(Seen, Vec<Compared>)>,
    /// Folders that were made for this manifest and hold nothing that it lists, outer ones first.
    idle_folders: Vec<PathBuf>,
}

fn look_around(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    listed: Listed<'_>,
    prune: Prune,
) -> Result<Looked, Refused> {
    let mut conflicts = Conflicts {
        manifest: listed.path.to_path_buf(),
        found: Vec::new(),
    };
    let mut places = Places::default();
    let mut all = wanted::all(around, &listed, &mut places, &mut conflicts)?;
    let mut known = match ledger {
        Some(ledger) => all_known(ledger, now_at(around))?,
        None => AllKnown::default(),
    };
    let mut moves = Vec::new();
    let dests = all.moves.iter().map(|moved| &moved.dest);
    let dests: Vec<PathBuf> = dests.map(|dest| wanted::place_of(around, dest)).collect();
    for moved in std::mem::take(&mut all.moves) {
        match standing::of_move(around, listed.path, &moved) {
            Ok(Some(standing)) => moves.push((moved, standing)),
            // Only its link is left to be made.
            Ok(None) => all.links.push(wanted::Wanted {
                link: moved.source,
                target: moved.dest,
                kind: super::link::LinkKind::Fitting,
                form: super::TextForm::Fitting,
                line: moved.line,
            }),
            Err(refusal) => conflicts.found.push(refusal),
        }
    }
    if !conflicts.found.is_empty() {
        return Err(Refused(conflicts.found));
    }
    for unfolded in &mut all.unfolded {
        let State::Present(now) = State::of(&unfolded.folder)? else {
            continue;
        };
        // Where it leads tells whose it is only if no manifest is known to have made it.
        match Whose::of(listed.path, known.links.get(&unfolded.folder), &now) {
            Whose::Nobodys => {}
            whose => unfolded.whose = whose,
        }
    }
    let coming: Vec<PathBuf> = moves
        .iter()
        .map(|(moved, _)| wanted::place_of(around, &moved.dest))
        .collect();
    let chains = Chains::new((around, &mut places), listed.path, &all.links, coming);
    known_as_listed(around, listed.path, &mut known.links, chains.places());
    let mut seen: Vec<Seen> = spread::map(&all.links, Places::default, |places, wanted| {
        Looker::new((around, places), listed.path, &known.links, &chains).look(wanted)
    });
    // What leads to others is made after them.
    seen.sort_by_key(|seen| seen.depth);
    let shared = Shared::of(listed.path, &known.links, &seen);
    let mut unlisted = unlisted(around, listed.path, &known.links, (&all, &seen, &moves))?;
    let folders = all.unfolded.iter().map(|unfolded| unfolded.folder.clone());
    let sources = moves.iter().map(|(moved, _)| moved.source.clone());
    let others = folders.chain(sources).chain(dests);
    let others: Vec<PathBuf> = others.chain(all.into.iter().cloned()).collect();
    let folding = Folding {
        listed,
        known: &known,
        seen: &seen,
        others: &others,
        prune,
    };
    let mut refolded = Vec::new();
    for one in folding.refolded(&all.foldable)? {
        let wanted = wanted::Wanted {
            link: one.foldable.folder.clone(),
            target: one.foldable.source.clone(),
            kind: super::link::LinkKind::Fitting,
            form: super::TextForm::Fitting,
            line: one.foldable.line,
        };
        let looker = Looker::new((around, &mut places), listed.path, &known.links, &chains);
        refolded.push((looker.look_as_foldable(&wanted), one.compared));
    }
    let goes_along = |path: &Path| {
        let mut folders = refolded.iter();
        folders.any(|(folded, _)| path.starts_with(&folded.path))
    };
    seen.retain(|seen| !goes_along(&seen.path));
    unlisted.retain(|(path, _)| !goes_along(path));
    let links = all.unfolded.iter().flat_map(|unfolded| &unfolded.links);
    let names = seen
        .iter()
        .map(|seen| seen.path.as_path())
        .chain(links.map(|wanted| wanted.link.as_path()))
        .chain(moves.iter().map(|(moved, _)| moved.source.as_path()))
        .chain(refolded.iter().map(|(folded, _)| folded.path.as_path()));
    let in_use = folders_above(names);
    let is_idle = |(folder, manifest): &(PathBuf, PathBuf)| {
        manifest == listed.path
            && !in_use.contains(folder.as_path())
            && !goes_along(folder)
            && wanted::place_of(around, folder) == *folder
            && look::entry(folder).is_ok_and(|entry| entry.kind == look::Kind::Directory)
    };
    let idle_folders = known.folders.into_iter().filter(is_idle);
    let idle_folders = emptied(idle_folders.map(|(folder, _)| folder), &unlisted)?;
    Ok(Looked {
        all,
        seen,
        moves,
        unlisted,
        shared,
        refolded,
        idle_folders,
    })
}

/// Reads a manifest; a link that leads to it is followed, so that it is known by one name.
pub fn read(around: &Surroundings, path: &Path) -> Result<(Manifest, PathBuf), Refused> {
    let (real, bytes) = read_bytes(around, path)?;
    match Manifest::parse(&bytes) {
        Ok(manifest) => Ok((manifest, real)),
        Err(error) => Err(Refusal::NoManifest { path: real, error }.into()),
    }
}

/// Returns the link-free path of a file that people write, and what is in it.
pub(super) fn read_bytes(
    around: &Surroundings,
    path: &Path,
) -> Result<(PathBuf, Vec<u8>), Refused> {
    const LONGEST_BYTES: u64 = 64 * 1024 * 1024;
    let place = around.existing_place(path)?;
    let real = match look::resolve(&place.path()).end {
        look::End::Found { path, .. } => path,
        _ => return Err(Refusal::Missing { path: place.path() }.into()),
    };
    let bytes = look::content::read_whole(&real, LONGEST_BYTES)?;
    Ok((real, bytes))
}

/// Says what the user should know of links that are made.
fn said(notices: Vec<Notice>) -> Vec<Notice> {
    let mut said: Vec<Notice> = Vec::new();
    for notice in notices {
        // Of thousands of links each has the same reason for its kind.
        if !matches!(notice, Notice::KindChosen { .. }) && !said.contains(&notice) {
            said.push(notice);
        }
    }
    said
}
