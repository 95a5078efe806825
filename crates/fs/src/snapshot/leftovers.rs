//! What interrupted runs have left in the private folders of a store.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::manifest::Manifest;
use super::record::EntryKind;
use super::remove;
use super::store::{self, Store};
use crate::hand::SharedHand;
use crate::look::{self, Kind};
use crate::stage::BUILDING;
use crate::{FsError, sys};

/// What an interrupted run has left that can be gone on with.
pub(super) struct Left {
    /// The name that its snapshot was to have.
    pub(super) name: String,
    /// The folder that holds its tree and its manifest.
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
}

/// Returns of what interrupted runs have left that of which most is recorded.
pub(super) fn interrupted(store: &Store, id: &str) -> Result<Option<Left>, FsError> {
    let mut most: Option<(u64, String, PathBuf)> = None;
    for name in store.unfinished()?.into_iter().filter(|name| name != id) {
        for folder in [store.staging(&name).join(BUILDING), store.staged(&name)] {
            let manifest = look::entry_if_any(&folder.join(store::MANIFEST));
            let bytes = match manifest {
                Ok(Some(entry)) if entry.kind == Kind::File => entry.size_bytes,
                _ => continue,
            };
            if bytes > most.as_ref().map_or(0, |(most, ..)| *most) {
                most = Some((bytes, name.clone(), folder));
            }
        }
    }
    let Some((_, name, folder)) = most else {
        return Ok(None);
    };
    let Some(manifest) = Manifest::open_unfinished(&folder.join(store::MANIFEST))? else {
        return Ok(None);
    };
    let tree = look::entry_if_any(&folder.join(store::TREE))?;
    let is_there = tree.is_some_and(|tree| tree.kind == Kind::Directory);
    Ok((is_there && has_files(&manifest)?).then_some(Left {
        name,
        folder,
        manifest,
    }))
}

/// Removes what other runs than those that are named have left; what another user's have stays, if it may not be removed.
pub(super) fn discard(
    hand: &SharedHand<'_>,
    store: &Store,
    but: &[Option<&str>],
) -> Result<(), FsError> {
    let all = store.all_staging();
    let wrap = |error| FsError::new("remove what was left in", &all, error);
    let folder = sys::tree::open_folder(&all).map_err(wrap)?;
    for name in store.unfinished()? {
        if !but.contains(&Some(&name)) {
            let path = all.join(&name);
            match remove::remove_tree(hand, (&folder, OsStr::new(&name)), &path) {
                Err(error) if error.kind.is_denied() => {}
                other => other?,
            }
        }
    }
    Ok(())
}

/// Returns whether a file is recorded: folders that were not finished are not, nor is what is in them.
fn has_files(manifest: &Manifest) -> Result<bool, FsError> {
    for id in manifest.folder_ids() {
        let entries = manifest.folder(id)?.map(|folder| folder.entries);
        let mut entries = entries.iter().flatten();
        if entries.any(|entry| entry.kind == EntryKind::File) {
            return Ok(true);
        }
    }
    Ok(false)
}
