//! Making folders: those of linkwright's own, and those that links are put into.

use std::path::Path;

use crate::look::Kind;
use crate::{FsError, FsErrorKind, Hand, look, sys};

const PRIVATE_MODE: u32 = 0o700;

/// Creates the folder at `path` with mode 0700, or accepts one that is there already if it is ours: a folder and no
/// link, owned by this user, closed to others.
///
/// Fails with `Changed` if something else stands there. Stands on `mkdirat(2)`.
pub fn create_private_folder(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    const OPERATION: &str = "create the private folder";
    let wrap = |error| FsError::new(OPERATION, path, error);
    if look::entry_if_any(path)?.is_none() {
        let (dir, name) = super::open_parent(path).map_err(wrap)?;
        let made = hand
            .effect("create folder", path, || {
                sys::dir::create_dir(&dir, name, PRIVATE_MODE)
            })
            .map_err(wrap);
        match made {
            Err(error) if error.kind != FsErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let entry = look::entry(path)?;
    let mine = entry.user_id == look::access::effective_user_id();
    if entry.kind != Kind::Directory || !mine {
        return Err(FsError::changed(OPERATION, path));
    }
    if entry.mode & 0o077 != 0 {
        // A volume without permission bits of its own shows what its mount options say, and closes nothing.
        let (dir, name) = super::open_parent(path).map_err(wrap)?;
        let closed = hand
            .effect("close folder", path, || {
                sys::dir::set_mode(&dir, name, PRIVATE_MODE)
            })
            .map_err(wrap);
        match closed {
            Err(error)
                if !matches!(
                    error.kind,
                    FsErrorKind::NotPermitted | FsErrorKind::Guarded | FsErrorKind::Unsupported
                ) =>
            {
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Creates a folder at `path` with these permission bits; without any, an ordinary one, as open to others as the user's mask
/// says (umask(2)).
///
/// Bits that the mask takes away come by a second call; cut off before that, the folder is less open than asked for. If the
/// system refuses them, the folder is taken back.
/// Fails with `AlreadyExists` and changes nothing if the name is taken, and with `Changed` if the folder that holds it
/// was moved away meanwhile; the new one is taken back then, if nothing is in it. Stands on `mkdirat(2)`.
pub fn create_folder(hand: &mut Hand<'_>, path: &Path, mode: Option<u32>) -> Result<(), FsError> {
    const OPERATION: &str = "create the folder";
    const OPEN_MODE: u32 = 0o777;
    const ALL_BITS: u32 = 0o7777;
    let wrap = |error| FsError::new(OPERATION, path, error);
    let (dir, name) = super::parent(hand, path).map_err(wrap)?;
    hand.effect("create folder", path, || {
        sys::dir::create_dir(&dir, name, mode.unwrap_or(OPEN_MODE))
    })
    .map_err(wrap)?;
    let given = match (mode, super::is_still_in_place(hand, &dir, path)) {
        (_, false) => Err(FsError::changed(OPERATION, path)),
        (Some(mode), true) if look::entry(path).is_ok_and(|now| now.mode & ALL_BITS != mode) => {
            hand.effect("set mode", path, || sys::dir::set_mode(&dir, name, mode))
                .map_err(wrap)
        }
        (_, true) => Ok(()),
    };
    let Err(error) = given else {
        return Ok(());
    };
    match hand.effect("take back the folder", path, || {
        sys::dir::remove_dir(&dir, name)
    }) {
        Ok(()) => Err(error),
        Err(_) => Err(FsError::left_behind(OPERATION, path)),
    }
}

/// Does [`create_private_folder`] for the folder that holds `path`, and then for `path`.
pub fn create_private_folder_and_root(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    if let Some(root) = path.parent() {
        create_private_folder(hand, root)?;
    }
    create_private_folder(hand, path)
}

/// Creates the folder at `path` and every missing folder above it, mode 0700 each.
pub fn create_folder_tree(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    if std::fs::metadata(path).is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    hand.effect("create folders", path, || {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        sys::dir::make_private(&mut builder);
        builder.create(path)
    })
    .map_err(|error| FsError::new("create the folder", path, error))
}
