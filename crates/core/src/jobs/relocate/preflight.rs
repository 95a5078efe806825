//! Every reason against a move, found in one look.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind, Place, Support};

use super::MergeChoice;
use crate::jobs::link::other_volume;
use crate::jobs::replace;
use crate::jobs::{Held, Refusal, Surroundings};

/// Folders that the system needs where they are: the top of the Filesystem Hierarchy Standard 3.0 and what systems
/// add to it. What lies in them may be moved, where they allow it.
const SYSTEM_FOLDERS: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/var",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/sbin",
    "/usr/share",
    "/var/lib",
    "/var/log",
    "/var/run",
    "/var/tmp",
    "/System",
    "/Library",
    "/Applications",
    "/Users",
    "/Volumes",
    "/private",
    "/nix",
    "/nix/store",
    "/gnu/store",
];

/// Returns every reason why what is at `source` cannot be moved to `dest`, whatever stands there.
pub(in crate::jobs) fn moving_refusals(
    around: &Surroundings,
    source: &Place,
    entry: &Entry,
    dest: &Place,
) -> Vec<Refusal> {
    let path = source.path();
    let mut found = place_refusals(around, &path);
    if let Some(refusal) = relation_refusal(&path, entry, dest) {
        found.push(refusal);
        return found;
    }
    found.extend(replace::leaving_refusals(source, entry));
    found.extend(replace::folder_refusals(dest));
    found.extend(volume_refusals(source, dest));
    if entry.kind == Kind::Directory {
        found.extend(held_refusals(around, &path));
    }
    found.extend(name_refusal(dest));
    found
}

/// Returns every reason why the folder at `path` cannot be displaced into quarantine.
pub(in crate::jobs) fn displacing_refusals(around: &Surroundings, path: &Path) -> Vec<Refusal> {
    let mut found = place_refusals(around, path);
    found.extend(held_refusals(around, path));
    if found.is_empty()
        && let Ok(inside) = look::tree::survey(path, |_, _| false)
    {
        let private: Vec<PathBuf> = inside
            .private_folders
            .iter()
            .map(|below| path.join(below))
            .collect();
        found.extend(quarantine_refusals(path, &private));
    }
    found
}

fn place_refusals(around: &Surroundings, path: &Path) -> Vec<Refusal> {
    if SYSTEM_FOLDERS
        .iter()
        .any(|folder| Path::new(folder) == path)
    {
        return vec![Refusal::SystemFolder {
            path: path.to_path_buf(),
        }];
    }
    match around.real_home() {
        Some(home) if home.starts_with(path) => vec![Refusal::HomeFolder {
            path: path.to_path_buf(),
        }],
        _ => Vec::new(),
    }
}

/// DEST is SOURCE itself by another name, or lies inside it, as far as identities tell: names do not, with bind
/// mounts about.
fn relation_refusal(path: &Path, entry: &Entry, dest: &Place) -> Option<Refusal> {
    let dest_path = dest.path();
    if let Ok(Some(there)) = look::entry_if_any(&dest_path)
        && there.identity.is_same_now(&entry.identity)
        && (there.kind == Kind::Directory || dest_path == path)
    {
        return Some(Refusal::SameThing {
            a: path.to_path_buf(),
            b: dest_path,
        });
    }
    let is_source = |folder: &Path| {
        look::entry(folder).is_ok_and(|above| above.identity.is_same_now(&entry.identity))
    };
    dest.parent
        .ancestors()
        .any(is_source)
        .then(|| Refusal::Inside {
            outer: path.to_path_buf(),
            inner: dest_path,
        })
}

/// Returns the reasons that lie in the volumes of the two places.
fn volume_refusals(source: &Place, dest: &Place) -> Vec<Refusal> {
    let mut found = Vec::new();
    let (Ok(here), Ok(there)) = (look::entry(&source.parent), look::entry(&dest.parent)) else {
        return found;
    };
    if !look::same_volume(&here, &there) {
        match other_volume(source, dest) {
            Ok(refusal) | Err(refusal) => found.push(refusal),
        }
    }
    if let Ok(volume) = look::volume_of(&source.parent)
        && look::link_support(&volume.file_system) == Support::No
    {
        let (folder, file_system) = (source.parent.clone(), volume.file_system);
        found.push(Refusal::NoLinks {
            folder,
            file_system,
        });
    }
    found
}

fn held_refusals(around: &Surroundings, path: &Path) -> Vec<Refusal> {
    let holds = |held: Held, at: Option<PathBuf>| {
        let real = look::real_folder(&at?).ok()?;
        real.starts_with(path).then(|| Refusal::Holds {
            path: path.to_path_buf(),
            held,
            at: real,
        })
    };
    let ledger = holds(Held::Ledger, Some(around.state_folder.clone()));
    let program = holds(Held::Program, around.program.clone());
    ledger.into_iter().chain(program).collect()
}

/// Returns the refusals for quarantines found inside.
pub(in crate::jobs) fn quarantine_refusals(
    path: &Path,
    private_folders: &[PathBuf],
) -> Vec<Refusal> {
    private_folders
        .iter()
        .map(|at| Refusal::Holds {
            path: path.to_path_buf(),
            held: Held::Quarantine,
            at: at.clone(),
        })
        .collect()
}

fn name_refusal(dest: &Place) -> Option<Refusal> {
    let limit_bytes = look::name_limit_bytes(&dest.parent)?;
    let bytes = dest.name.len();
    (bytes as u64 > limit_bytes).then(|| Refusal::NameTooLong {
        path: dest.path(),
        bytes,
        limit_bytes,
    })
}

/// Returns why the place is not free, or `None` if the two folders are to be merged.
pub(super) fn taken(
    choice: MergeChoice,
    dest: &Place,
    ours: Kind,
    theirs: Kind,
) -> Option<Refusal> {
    let path = dest.path();
    match (choice, ours, theirs) {
        (MergeChoice::Merge, Kind::Directory, Kind::Directory) => None,
        (MergeChoice::Merge, Kind::Directory, kind) => Some(Refusal::CannotMerge { path, kind }),
        (MergeChoice::Merge, kind, _) => Some(Refusal::CannotMerge { path, kind }),
        (MergeChoice::Refuse, Kind::Directory, Kind::Directory) => {
            Some(Refusal::ExistsFolder { path })
        }
        (MergeChoice::Refuse, _, kind) => Some(Refusal::Exists { path, kind }),
    }
}
