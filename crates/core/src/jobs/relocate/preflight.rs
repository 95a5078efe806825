//! Every reason against a move, found in one look.

use std::path::Path;

use lw_fs::look::{self, Entry, Kind, Place, Support};

use super::MergeChoice;
use crate::jobs::replace;
use crate::jobs::{Refusal, Surroundings, staying};

/// Returns every reason why what is at `source` cannot be moved to `dest`, whatever stands there.
pub(in crate::jobs) fn moving_refusals(
    around: &Surroundings,
    source: &Place,
    entry: &Entry,
    dest: &Place,
) -> Vec<Refusal> {
    let path = source.path();
    if let Some(refusal) = relation_refusal(&path, entry, dest) {
        let mut found = staying::refusals(around, &path, entry.kind);
        found.push(refusal);
        return found;
    }
    let mut found = replace::leaving_refusals(around, source, entry);
    found.extend(replace::folder_refusals(dest));
    found.extend(volume_refusals(source));
    found.extend(name_refusal(dest));
    found
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

/// Returns the reasons that lie in the volume on which the link is to be.
fn volume_refusals(source: &Place) -> Vec<Refusal> {
    let mut found = Vec::new();
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
