//! Writing a small record beside what it describes.

use std::path::Path;

use crate::{FsError, FsErrorKind, Hand, sys};

/// Writes a new file with these bytes, mode 0600, and syncs it.
///
/// Fails with `AlreadyExists` if the name is taken. What a failed write left behind is removed.
pub fn write_record(hand: &mut Hand<'_>, path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    let wrap = |error| FsError::new("write the record", path, error);
    let (dir, name) = super::open_parent(path).map_err(wrap)?;
    let written = hand
        .effect("write record", path, || {
            sys::dir::write_new_file(&dir, name, bytes)
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
