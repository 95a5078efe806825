//! A lock that lives as long as its process, however that ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::{FsError, Hand, look};

/// A held lock; dropping it lets it go, and so does the end of the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    path: PathBuf,
}

impl Lock {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes the lock at `path`, making its file; `None` if another process holds it.
///
/// Stands on `flock(2)` (std's `File::try_lock`), which the system lets go when the process dies.
pub fn hold_lock(hand: &mut Hand<'_>, path: &Path) -> Result<Option<Lock>, FsError> {
    let wrap = |error| FsError::new("lock", path, error);
    let open = || {
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
    };
    let file = hand.effect("make lock", path, open).map_err(wrap)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock {
            _file: file,
            path: path.to_path_buf(),
        })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(wrap(error)),
    }
}

/// Removes the file of a lock and lets it go.
///
/// Only for a lock whose name no other process ever takes: one that waits for the name would hold a file that is gone.
pub fn release_lock(hand: &mut Hand<'_>, lock: Lock) -> Result<(), FsError> {
    super::remove_file_record(hand, &lock.path)
}

/// Returns whether a living process holds the lock at `path`.
///
/// Where that cannot be told the answer is yes: waiting is safer than settling another's work.
pub fn is_lock_held(path: &Path) -> bool {
    match look::entry_if_any(path) {
        Ok(None) => false,
        Ok(Some(_)) => match File::options().write(true).open(path) {
            Ok(file) => file.try_lock().is_err(),
            Err(_) => true,
        },
        Err(_) => true,
    }
}
