//! Repair: what is damaged in a store gives way to files with the same content, found elsewhere.
//!
//! A file of the store may be shared by many snapshots and is never changed: a new one is made in private, and takes the
//! place of the damaged one under each of its names. [`diagnose`] looks, [`mend`] acts. The order in which it acts, and why a
//! kill at any moment does no harm, is told in docs/design/snapshots.md.

mod folders;
mod mend;
mod place;
mod ready;
mod supply;
mod wounds;

use std::path::PathBuf;

use super::manifest::Manifest;
use super::record::{Entry, FolderId};
use super::store::Store;
use super::take::{Guard, Source};
use super::verify::FaultKind;

pub use mend::{MendRequest, is_to_be_swept, mend};
pub use wounds::diagnose;

/// A snapshot of the store.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub id: String,
    /// Its manifest, which is whole.
    pub manifest: Manifest,
    /// What may not be written in its tree.
    pub guard: Guard,
    /// What it is of.
    pub sources: Vec<Source>,
    /// Whether damage is looked for in it; if not, it is repaired where it shares what is damaged in others.
    pub is_examined: bool,
}

/// How something is put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// It is right; the manifest is to say so.
    Record,
    /// The folder gets back its mode, owner and time.
    Facts,
    /// It is made anew: a folder, a link, a pipe, an empty file.
    Anew,
    /// It becomes a further name of this file of the store.
    Link(PathBuf),
    /// It is copied from this file of the store.
    Copy(PathBuf),
    /// It is copied from this file of the source.
    Source(PathBuf),
    /// Nothing was found that could stand for it.
    None,
}

/// One name at which something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The snapshot's place among the members.
    pub member: usize,
    /// The path below the snapshot.
    pub path: PathBuf,
    /// What is wrong.
    pub fault: FaultKind,
    /// How it is put right.
    pub remedy: Remedy,
}

/// What is wrong in a store, and how it can be put right.
#[derive(Debug, Default)]
pub struct Diagnosis {
    wounds: Vec<Wound>,
    folders: Vec<FolderWound>,
    hopeless: Vec<Repair>,
}

/// A file, link or pipe that is not as recorded at one of its names at least.
#[derive(Debug)]
struct Wound {
    /// What it is to be.
    entry: Entry,
    /// All its names, in all snapshots.
    places: Vec<Place>,
    supply: Option<Supply>,
}

/// One name of a file.
#[derive(Debug)]
struct Place {
    at: Location,
    fault: FaultKind,
    /// Whether what is there is what the others are to be.
    is_right: bool,
}

/// A folder that is not as recorded.
#[derive(Debug)]
struct FolderWound {
    member: usize,
    folder: FolderId,
    path: PathBuf,
    /// [`FaultKind::Missing`] or [`FaultKind::Changed`].
    fault: FaultKind,
}

/// Where a name is in a store.
#[derive(Debug, Clone)]
struct Location {
    member: usize,
    folder: FolderId,
    name: Box<[u8]>,
    /// The path below the snapshot.
    path: PathBuf,
}

/// What takes the place of a file.
#[derive(Debug)]
enum Supply {
    /// The sound file of this name and this inode number.
    Name { at: Location, inode: u64 },
    /// A copy of this one.
    Copy { from: Location },
    /// A copy of this one in the source.
    Source { from: PathBuf },
    /// Nothing but the manifest is needed.
    Manifest,
}

impl Diagnosis {
    /// Returns all that is wrong, by snapshot and path.
    pub fn repairs(&self, store: &Store, members: &[Member]) -> Vec<Repair> {
        let shown = |at: &Location| store.tree(&members[at.member].id).join(&at.path);
        let mut all = self.hopeless.clone();
        for wound in &self.wounds {
            for place in &wound.places {
                let remedy = match &wound.supply {
                    Some(_) if place.is_right => Remedy::Record,
                    Some(Supply::Name { at, .. }) => Remedy::Link(shown(at)),
                    Some(Supply::Copy { from }) => Remedy::Copy(shown(from)),
                    Some(Supply::Source { from }) => Remedy::Source(from.clone()),
                    Some(Supply::Manifest) => Remedy::Anew,
                    None => Remedy::None,
                };
                all.push(place.repair(remedy));
            }
        }
        all.extend(self.folders.iter().map(|folder| folder.repair()));
        all.sort_by(|a, b| (a.member, &a.path).cmp(&(b.member, &b.path)));
        all
    }
}

impl Place {
    fn repair(&self, remedy: Remedy) -> Repair {
        Repair {
            member: self.at.member,
            path: self.at.path.clone(),
            fault: self.fault,
            remedy,
        }
    }
}

impl FolderWound {
    fn repair(&self) -> Repair {
        Repair {
            member: self.member,
            path: self.path.clone(),
            fault: self.fault,
            remedy: match self.fault {
                FaultKind::Missing => Remedy::Anew,
                _ => Remedy::Facts,
            },
        }
    }
}
