//! Making all of a volume durable.

use std::path::{Path, PathBuf};

use crate::sys::dir::Dir;
use crate::{FsError, Hand, sys};

const OPERATION: &str = "make durable the volume of";

/// Makes what was written and removed on the volume of the folder at `path` durable.
///
/// Stands on `syncfs(2)`. What was removed counts as free on btrfs only then.
pub fn sync_volume(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    hand.effect("sync volume", path, || {
        sys::pages::sync_volume(&sys::tree::open_folder(path)?)
    })
    .map_err(|error| FsError::new(OPERATION, path, error))
}

/// When something is made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durable {
    /// Before it is said to be done.
    Now,
    /// By whoever asked for it, with [the whole volume](OpenVolume).
    Later,
}

/// A volume that is made durable once for much that is done on it.
#[derive(Debug)]
pub struct OpenVolume {
    folder: Dir,
    path: PathBuf,
}

impl OpenVolume {
    /// Opens the volume of the folder at `path`; none if to sync it as a whole is not known to reach the device.
    ///
    /// To be opened before anything is written: syncfs(2) tells what could not be written since.
    pub fn open(path: &Path) -> Result<Option<Self>, FsError> {
        let folder = sys::tree::open_folder(path);
        let folder = folder.map_err(|error| FsError::new(OPERATION, path, error))?;
        let path = path.to_path_buf();
        let suffices = sys::pages::volume_sync_suffices(&folder);
        Ok(suffices.then_some(Self { folder, path }))
    }

    /// Makes what was written on it durable, and what was done to names.
    pub fn sync(&self, hand: &mut Hand<'_>) -> Result<(), FsError> {
        hand.effect("sync volume", &self.path, || {
            sys::pages::sync_volume(&self.folder)
        })
        .map_err(|error| FsError::new(OPERATION, &self.path, error))
    }
}
