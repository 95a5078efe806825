//! Making all of a volume durable.

use std::path::Path;

use crate::{FsError, Hand, sys};

/// Makes what was written and removed on the volume of the folder at `path` durable.
///
/// Stands on `syncfs(2)`. What was removed counts as free on btrfs only then.
pub fn sync_volume(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    hand.effect("sync volume", path, || {
        sys::pages::sync_volume(&sys::tree::open_folder(path)?)
    })
    .map_err(|error| FsError::new("make durable the volume of", path, error))
}
