//! Removing names for good: only links and linkwright's own records, and, when purging, what lies in quarantine.

use std::path::Path;

use crate::look::Kind;
use crate::{FsError, FsErrorKind, Hand, look, sys};

/// Removes the symbolic link or junction at `path`, which must lie in a private folder where nobody else changes names.
///
/// Looks first and refuses all that is not a link with `Changed`. Stands on `unlinkat(2)`.
pub fn remove_link(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    if !look::entry(path)?.kind.is_link() {
        return Err(FsError::changed("remove the link", path));
    }
    unlink(hand, "remove link", path)
}

/// Removes one of at least two names of a file; the name must lie in a private folder.
///
/// Refuses the last name of a file with `Changed`. Stands on `unlinkat(2)`.
pub fn remove_extra_name(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    let entry = look::entry(path)?;
    if entry.kind == Kind::Directory || entry.link_count < 2 {
        return Err(FsError::changed("remove the extra name", path));
    }
    unlink(hand, "remove extra name", path)
}

/// Removes a record that linkwright itself wrote; it is no error if there is none.
pub fn remove_file_record(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    match look::entry_if_any(path)? {
        Some(entry) if entry.kind == Kind::File => unlink(hand, "remove record", path),
        Some(_) => Err(FsError::changed("remove the record", path)),
        None => Ok(()),
    }
}

/// Removes for good what a purge was asked to remove: `path` and, if it is a folder, all below it on its volume.
///
/// Links inside are removed, never followed; another mount inside makes it fail with `Busy` before anything is
/// removed. Folders that are closed to their owner are opened. Stands on `unlinkat(2)` by handle.
pub fn remove_purged(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    let Some(entry) = look::entry_if_any(path)? else {
        return Ok(());
    };
    if entry.kind != Kind::Directory {
        return unlink(hand, "purge", path);
    }
    if let Some(mount) = look::mount_points_below(path)?.first() {
        let source = std::io::Error::from(std::io::ErrorKind::ResourceBusy);
        let kind = FsErrorKind::Busy;
        return Err(FsError {
            kind,
            ..FsError::on_two("purge", path, mount, source)
        });
    }
    let wrap = |error| FsError::new("purge", path, error);
    let (dir, name) = super::open_parent(path).map_err(wrap)?;
    hand.effect("purge", path, || crate::stage::remove_tree(&dir, name))
        .map_err(wrap)
}

pub(super) fn unlink(
    hand: &mut Hand<'_>,
    effect: &'static str,
    path: &Path,
) -> Result<(), FsError> {
    let wrap = |error| FsError::new("remove", path, error);
    let (dir, name) = super::open_parent(path).map_err(wrap)?;
    hand.effect(effect, path, || sys::link::unlink(&dir, name))
        .map_err(wrap)
}
