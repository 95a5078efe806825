//! Removing an empty folder of linkwright's own.

use std::path::Path;

use crate::{FsError, FsErrorKind, Hand, sys};

/// Removes the folder at `path` if it is empty; returns whether it is gone.
///
/// A folder that holds something stays and is no error. Stands on `unlinkat(2)` `AT_REMOVEDIR`.
pub fn remove_empty_folder(hand: &mut Hand<'_>, path: &Path) -> Result<bool, FsError> {
    let wrap = |error| FsError::new("remove the folder", path, error);
    let (dir, name) = match super::open_parent(path).map_err(wrap) {
        Err(error) if error.kind == FsErrorKind::NotFound => return Ok(true),
        other => other?,
    };
    let removed = hand
        .effect("remove folder", path, || sys::dir::remove_dir(&dir, name))
        .map_err(wrap);
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind == FsErrorKind::NotFound => Ok(true),
        // POSIX allows either answer for a folder that is not empty (rmdir(3p)).
        Err(error)
            if matches!(
                error.kind,
                FsErrorKind::NotEmpty | FsErrorKind::AlreadyExists
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
