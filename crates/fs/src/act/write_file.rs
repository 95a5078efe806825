//! Writing small files: records beside what they describe, and texts.

use std::path::Path;

use super::Durable;
use crate::{FsError, FsErrorKind, Hand, sys};

/// Writes a new file with these bytes and this mode, and syncs it: what people are to have, and not a record of ours.
///
/// Fails as [`write_record`] does.
pub fn write_file(
    hand: &mut Hand<'_>,
    path: &Path,
    bytes: &[u8],
    mode: u32,
) -> Result<(), FsError> {
    write_record(hand, path, bytes)?;
    let wrap = |error| FsError::new("set the mode of", path, error);
    let (dir, name) = super::open_parent(path).map_err(wrap)?;
    let set = hand
        .effect("set mode", path, || sys::dir::set_mode(&dir, name, mode))
        .map_err(wrap);
    match set {
        // A volume without permission bits of its own shows what its mount options say.
        Err(error)
            if matches!(
                error.kind,
                FsErrorKind::NotPermitted | FsErrorKind::Guarded | FsErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Writes a new file with these bytes, mode 0600, and syncs it.
///
/// Fails with `AlreadyExists` if the name is taken. What a failed write left behind is removed.
pub fn write_record(hand: &mut Hand<'_>, path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    write_record_for(hand, path, bytes, Durable::Now)
}

/// Does [`write_record`], and syncs the file then.
pub fn write_record_for(
    hand: &mut Hand<'_>,
    path: &Path,
    bytes: &[u8],
    durable: Durable,
) -> Result<(), FsError> {
    let wrap = |error| FsError::new("write the record", path, error);
    let (dir, name) = super::open_parent(path).map_err(wrap)?;
    let written = hand
        .effect("write record", path, || {
            let file = sys::dir::write_new_file(&dir, name, bytes)?;
            match durable {
                Durable::Now => sys::keep::sync_file(&file),
                Durable::Later => Ok(()),
            }
        })
        .map_err(wrap);
    if let Err(error) = &written
        && error.kind != FsErrorKind::AlreadyExists
    {
        // The write's own error is the one to report; a torn record left behind is harmless and settled later.
        let _torn = super::remove_file_record(hand, path);
    }
    written
}
