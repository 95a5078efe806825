//! A set file on this machine: what its paths mean, and which snapshots its rules are for.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use lw_fs::snapshot::Store;

use super::list::{Listing, Snapshot, list_to_go_on_from};
use super::retention::{Dated, Keep, Reason, reasons};
use super::take::source;
use crate::jobs::apply::{Conflict, read_bytes};
use crate::jobs::link::refuse_if_any;
use crate::jobs::{Refusal, Refused, Surroundings, cloud};
use crate::manifest::{ExpandError, Machine, Paths};
use crate::snapshot_set::{SnapshotSet, Written};

/// A set file, its paths made whole.
#[derive(Debug, Clone)]
pub struct SetFile {
    /// Its link-free path.
    pub path: PathBuf,
    /// What it says.
    pub set: SnapshotSet,
    /// The store.
    pub store: PathBuf,
    /// What is taken.
    pub sources: Vec<PathBuf>,
}

/// Reads a set file; a link that leads to it is followed, so that paths count from where it lies.
pub fn read_set(around: &Surroundings, machine: &Machine, path: &Path) -> Result<SetFile, Refused> {
    let (path, bytes) = read_bytes(around, path).map_err(|refused| {
        let reasons = refused.0.into_iter().map(|reason| match reason {
            Refusal::Missing { path } => Refusal::NoSetFile { path },
            other => other,
        });
        Refused(reasons.collect())
    })?;
    let set = match SnapshotSet::parse(&bytes) {
        Ok(set) => set,
        Err(error) => return Err(Refusal::NoSet { path, error }.into()),
    };
    let folder = path.parent().unwrap_or(&path);
    let whole = Whole {
        file: &path,
        paths: Paths::of_environment(machine, folder),
        // What is really called as a cloud is counts beside the file, wherever one is.
        beside: Surroundings {
            working_folder: folder.to_path_buf(),
            ..around.clone()
        },
    };
    let mut refusals = Vec::new();
    let mut meant = |written: &Written| {
        let path = whole.path(written);
        path.map_err(|refusal| refusals.push(refusal)).ok()
    };
    let store = meant(&set.store);
    let sources: Vec<PathBuf> = set.sources.iter().filter_map(&mut meant).collect();
    refuse_if_any(refusals)?;
    Ok(SetFile {
        store: store.unwrap_or_default(),
        sources,
        path,
        set,
    })
}

/// Makes the paths of a set file whole.
struct Whole<'a> {
    file: &'a Path,
    paths: Paths<'a>,
    beside: Surroundings,
}

impl Whole<'_> {
    fn path(&self, written: &Written) -> Result<PathBuf, Refusal> {
        let path = self
            .paths
            .whole(&written.text)
            .map_err(|error| Refusal::Entry {
                manifest: self.file.to_path_buf(),
                line: written.line,
                path: PathBuf::from(&written.text),
                conflict: Conflict::Bad(match error {
                    ExpandError::Unknown(name) => {
                        format!("the environment does not say what ${{{name}}} is")
                    }
                    other => other.to_string(),
                }),
            })?;
        if path.is_absolute() {
            return Ok(path);
        }
        let cloud = cloud::meant(&self.beside, &path)?;
        Ok(cloud.unwrap_or_else(|| self.paths.beside(&path)))
    }
}

/// Whether the snapshot after which others are removed is in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is the newest one there.
    Already,
    /// It is still to be taken.
    Coming,
}

/// Returns what a store holds, and why each of it is kept after a snapshot by a set file; one without a reason goes.
///
/// The rules of a set are for what was taken as it says: a snapshot of other sources, or with other excludes, stays.
pub fn retention_of_set(
    around: &Surroundings,
    (file, store): (&SetFile, &Store),
    keep: &Keep,
    taken: Taken,
    (now_us, zone): (i64, &TimeZone),
) -> Result<(Listing, Vec<Vec<Reason>>), Refused> {
    let mut sources = Vec::new();
    for given in &file.sources {
        sources.push(source(around, given)?.path);
    }
    let listing = list_to_go_on_from(store)?;
    sources.sort_unstable();
    let is_another = |snapshot: &Snapshot| {
        let mut of: Vec<PathBuf> = snapshot.source_paths().cloned().collect();
        of.sort_unstable();
        let header = &snapshot.header;
        let same_reach =
            header.excluded == file.set.exclude && header.cross_mounts == file.set.cross_mounts;
        of != sources || !same_reach
    };
    let mut all = vec![vec![Reason::NotOfSet]; listing.snapshots.len()];
    let (places, mut dated): (Vec<usize>, Vec<Dated<'_>>) = listing
        .snapshots
        .iter()
        .enumerate()
        .filter(|(_, snapshot)| !is_another(snapshot))
        .map(|(place, snapshot)| (place, Dated::of(snapshot)))
        .unzip();
    if taken == Taken::Coming {
        dated.push(Dated {
            taken_us: now_us,
            tags: &file.set.tags,
            lacks: false,
        });
    }
    for (place, why) in places.into_iter().zip(reasons(&dated, keep, now_us, zone)) {
        all[place] = why;
    }
    Ok((listing, all))
}
