//! Making names durable.

use std::path::Path;

use crate::{FsError, Hand, sys};

/// Makes the names in the folder at `path` durable.
///
/// Stands on `fsync(2)` of the folder. Where a file system has no such call it does nothing.
pub fn sync_folder(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    hand.effect("sync folder", path, || sys::dir::sync_dir(path))
        .map_err(|error| FsError::new("make durable the names in", path, error))
}
