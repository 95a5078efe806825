//! A name moves to a free name.

use super::RenamePaths;
use crate::{FsError, Hand, sys};

/// Renames `paths.from` to `paths.to`, which must not exist; nothing is ever replaced.
///
/// Stands on `renameat2(2)` `RENAME_NOREPLACE`, with a stand-in where the flag is missing. Fails with
/// `AlreadyExists` and changes nothing if the name is taken, with `CrossVolume` if no rename gets there. If one of the two
/// folders is moved away in the meantime it is taken back: `Changed`, or `LeftBehind` if that fails.
pub fn rename_no_replace(hand: &mut Hand<'_>, paths: RenamePaths<'_>) -> Result<(), FsError> {
    let wrap = |error| FsError::on_two("rename", paths.from, paths.to, error);
    let (from_dir, from_name) = super::open_parent(paths.from).map_err(wrap)?;
    let (to_dir, to_name) = super::open_parent(paths.to).map_err(wrap)?;
    hand.effect("rename", paths.from, || {
        sys::rename::rename_no_replace(&from_dir, from_name, &to_dir, to_name)
    })
    .map_err(wrap)?;
    if super::is_in_place(&from_dir, paths.from) && super::is_in_place(&to_dir, paths.to) {
        return Ok(());
    }
    // By the handles, which still are the folders it was done in.
    match hand.effect("take back the rename", paths.from, || {
        sys::rename::rename_no_replace(&to_dir, to_name, &from_dir, from_name)
    }) {
        Ok(()) => Err(FsError::changed("rename", paths.from)),
        Err(_) => Err(FsError::left_behind("rename", paths.from)),
    }
}
