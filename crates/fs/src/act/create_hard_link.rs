//! Making a hard link.

use std::path::Path;

use crate::{FsError, Hand, look, sys};

/// The file and the new name of a hard link.
#[derive(Debug, Clone, Copy)]
pub struct HardLinkPaths<'a> {
    /// A name the file has already.
    pub target: &'a Path,
    /// The name to add.
    pub link: &'a Path,
}

/// Creates a hard link at `paths.link` to what `paths.target` names, without following a link there.
///
/// Stands on `linkat(2)`; both names must lie on one volume. Fails with `AlreadyExists` and changes nothing if the
/// name is taken, with `TooManyLinks` if the file has as many names as its file system allows,
/// with `IsADirectory` if the target is a folder to NTFS, as a junction is: ntfs-3g would give it a second name, and the
/// volume would be damaged,
/// with `LeftBehind` if its folder is moved away in the meantime: then the new name is there, in that folder.
pub fn create_hard_link(hand: &mut Hand<'_>, paths: HardLinkPaths<'_>) -> Result<(), FsError> {
    let wrap = |error| FsError::on_two("create the hard link", paths.link, paths.target, error);
    let (from_dir, from_name) = super::open_parent(paths.target).map_err(wrap)?;
    let (dir, name) = super::open_parent(paths.link).map_err(wrap)?;
    if look::is_folder_on_ntfs(paths.target, &look::entry(paths.target)?)? {
        return Err(wrap(std::io::ErrorKind::IsADirectory.into()));
    }
    hand.effect("create hard link", paths.link, || {
        sys::link::create_hard_link(&from_dir, from_name, &dir, name)
    })
    .map_err(wrap)?;
    if super::is_in_place(&dir, paths.link) {
        Ok(())
    } else {
        Err(FsError::left_behind("create the hard link", paths.link))
    }
}
