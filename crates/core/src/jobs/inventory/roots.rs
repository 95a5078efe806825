//! The folders that are searched, and what of them was not seen.

use std::path::{Path, PathBuf};

use lw_fs::look::walk::{Found, Mounts, Read, Visitor, Walked, walk};
use lw_fs::look::{self, Kind, NtfsVolumes};
use lw_fs::snapshot::store_around;
use lw_fs::{FsError, FsErrorKind, borrowed_name, path_bytes};

use crate::jobs::{QUARANTINE, Refusal, Refused, Surroundings};

/// The folders that are searched: where they really are, and how they were named.
#[derive(Debug, Clone)]
pub struct Roots {
    real: Vec<PathBuf>,
    named: Vec<PathBuf>,
    mounts: Mounts,
    /// The quarantine of the state folder, link-free, if there is one. Those on other volumes are known by their names.
    quarantine: Option<PathBuf>,
}

/// Returns what of a link-free path lies below a link-free folder, by their letters: both are written in one way, and lists
/// ask for each of their lines.
fn below<'a>(folder: &Path, path: &'a Path) -> Option<&'a Path> {
    let rest = path_bytes(path).strip_prefix(path_bytes(folder))?;
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let is_root = path_bytes(folder).last().is_some_and(is_separator);
    let below = match rest.split_first() {
        None => rest,
        Some(_) if is_root => rest,
        Some((first, below)) if is_separator(first) => below,
        Some(_) => return None,
    };
    borrowed_name(below).map(Path::new)
}

impl Roots {
    /// Finds the folders; one that lies within another one of them is searched with it.
    pub fn find(
        around: &Surroundings,
        folders: &[PathBuf],
        mounts: Mounts,
    ) -> Result<Self, Refused> {
        let mut found: Vec<(PathBuf, PathBuf, u64)> = Vec::new();
        let mut refusals = Vec::new();
        for named in folders {
            match real_folder(around, named) {
                Ok((real, mount_id)) => found.push((real, named.clone(), mount_id)),
                Err(refusal) => refusals.push(refusal),
            }
        }
        if !refusals.is_empty() {
            return Err(Refused(refusals));
        }
        let is_searched_with = |inner: usize, outer: usize| {
            let ((inside, _, inside_mount), (above, _, above_mount)) =
                (&found[inner], &found[outer]);
            let is_reached = mounts == Mounts::Enter || inside_mount == above_mount;
            let is_inside = inside.starts_with(above) && (inside != above || outer < inner);
            is_reached && is_inside && !lies_in_store_below(above, inside)
        };
        let kept: Vec<usize> = (0..found.len())
            .filter(|inner| {
                !(0..found.len()).any(|outer| outer != *inner && is_searched_with(*inner, outer))
            })
            .collect();
        Ok(Self {
            real: kept.iter().map(|index| found[*index].0.clone()).collect(),
            named: kept.iter().map(|index| found[*index].1.clone()).collect(),
            mounts,
            quarantine: look::real_folder(&around.state_folder.join(QUARANTINE)).ok(),
        })
    }

    /// Makes other, link-free folders to be searched in the same way, each outside of the others.
    pub(super) fn elsewhere(&self, folders: Vec<PathBuf>) -> Self {
        Self {
            named: folders.clone(),
            real: folders,
            mounts: self.mounts,
            quarantine: self.quarantine.clone(),
        }
    }

    /// Returns the link-free paths of the folders.
    pub fn real(&self) -> &[PathBuf] {
        &self.real
    }

    /// Returns the volumes of NTFS that a walk through the folders can come to.
    pub(super) fn ntfs_volumes(&self) -> Result<NtfsVolumes, FsError> {
        let all = NtfsVolumes::mounted()?;
        if self.mounts == Mounts::Enter || all.is_empty() {
            return Ok(all);
        }
        let devices = self
            .real
            .iter()
            .filter_map(|root| Some(look::entry(root).ok()?.identity.device));
        Ok(all.among(&devices.collect::<Vec<_>>()))
    }

    /// Returns what is done where another mount begins.
    pub(super) fn mounts(&self) -> Mounts {
        self.mounts
    }

    /// Returns a path below one of the folders as it begins with what was named.
    pub fn named(&self, path: &Path) -> PathBuf {
        let roots = self.real.iter().zip(&self.named);
        let nearest = roots
            .filter_map(|(real, named)| Some((named, below(real, path)?)))
            .min_by_key(|(_, below)| below.as_os_str().len());
        match nearest {
            Some((named, below)) if named == Path::new(".") && below != Path::new("") => {
                below.to_path_buf()
            }
            Some((named, below)) if below == Path::new("") => named.clone(),
            Some((named, below)) => named.join(below),
            None => path.to_path_buf(),
        }
    }

    /// Returns the path below its root.
    pub(super) fn below<'a>(&self, path: &'a Path) -> &'a Path {
        let root = self.root_of(path);
        root.and_then(|root| path.strip_prefix(root).ok())
            .unwrap_or(path)
    }

    /// Returns the innermost of the folders that is the link-free path or lies above it.
    pub(super) fn root_of(&self, path: &Path) -> Option<&Path> {
        let above = self.real.iter().filter(|root| below(root, path).is_some());
        above
            .max_by_key(|root| root.as_os_str().len())
            .map(PathBuf::as_path)
    }

    /// Returns whether the link-free path is one of the folders or lies below one.
    pub(super) fn hold(&self, path: &Path) -> bool {
        self.root_of(path).is_some()
    }

    /// Goes through the folders.
    pub(in crate::jobs) fn walk<V: Visitor>(
        &self,
        visitor: impl Fn() -> V + Sync,
    ) -> Result<(Vec<V>, Unseen), FsError> {
        let walked: Walked<Outside<'_, V>> = walk(&self.real, self.mounts, || Outside {
            visitor: visitor(),
            quarantine: self.quarantine.as_deref(),
            met: None,
        })?;
        let mut unseen = Unseen {
            unreadable_count: walked.unreadable_count,
            unreadable: walked.unreadable,
            other_mounts: walked.other_mounts,
            quarantines: walked.private_folders,
            stores: walked.stores,
        };
        let mut visitors = Vec::with_capacity(walked.visitors.len());
        for outside in walked.visitors {
            unseen.quarantines.extend(outside.met);
            visitors.push(outside.visitor);
        }
        unseen.quarantines.sort();
        Ok((visitors, unseen))
    }
}

/// A visitor that is kept out of the quarantine of the state folder: what lies there is not in use.
struct Outside<'a, V> {
    visitor: V,
    quarantine: Option<&'a Path>,
    met: Option<PathBuf>,
}

impl<V: Visitor> Visitor for Outside<'_, V> {
    const COMPARES_FOLDERS: bool = V::COMPARES_FOLDERS;
    const LEAVES_STORES_OUT: bool = true;

    fn visit(&mut self, found: &Found<'_>) {
        self.visitor.visit(found);
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        let own = self
            .quarantine
            .filter(|quarantine| folder.name == QUARANTINE && folder.path() == *quarantine);
        if let Some(quarantine) = own {
            self.met = Some(quarantine.to_path_buf());
            return false;
        }
        self.visitor.enters(folder)
    }

    fn folder_read(&mut self, read: &Read<'_>) {
        self.visitor.folder_read(read);
    }
}

/// Returns whether a search through the folder `above` leaves out the one `inside`: that lies in a store of snapshots, or is one.
fn lies_in_store_below(above: &Path, inside: &Path) -> bool {
    inside != above
        && store_around(inside).is_some_and(|store| store != above && store.starts_with(above))
}

fn real_folder(around: &Surroundings, named: &Path) -> Result<(PathBuf, u64), Refusal> {
    let path = around.working_folder.join(named);
    let real = look::real_folder(&path).map_err(|error| match error.kind {
        FsErrorKind::NotFound => Refusal::Missing { path: path.clone() },
        _ => Refusal::System(error),
    })?;
    let entry = look::entry(&real).map_err(Refusal::System)?;
    if entry.kind != Kind::Directory {
        return Err(Refusal::NotAFolder {
            path: named.to_path_buf(),
            kind: entry.kind,
        });
    }
    Ok((real, entry.mount_id))
}

/// What lies below the folders and was not seen.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Number of folders that could not be read.
    pub unreadable_count: u64,
    /// The first of them, with the reason.
    pub unreadable: Vec<(PathBuf, FsErrorKind)>,
    /// Where other volumes are mounted.
    pub other_mounts: Vec<PathBuf>,
    /// Quarantines of linkwright's.
    pub quarantines: Vec<PathBuf>,
    /// Stores of snapshots, but for one that was named itself or in which a folder that was named lies.
    pub stores: Vec<PathBuf>,
}

impl Unseen {
    /// Adds what another search did not see.
    pub(super) fn add(&mut self, other: Self) {
        self.unreadable_count += other.unreadable_count;
        self.unreadable.extend(other.unreadable);
        self.other_mounts.extend(other.other_mounts);
        self.quarantines.extend(other.quarantines);
        self.stores.extend(other.stores);
    }
}
