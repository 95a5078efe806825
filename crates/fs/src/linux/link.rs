//! Links: as POSIX has them, but for one thing that ntfs-3g does.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use super::dir::Dir;
pub(crate) use crate::unix::link::{create_hard_link, create_symlink, is_made_of, unlink};

/// What ntfs-3g shows as the text of every reparse point that it cannot follow at the moment, a relative link whose target
/// is gone among them.
const NOT_FOLLOWED: &[u8] = b"unsupported reparse";

/// Returns the text of a link; that of a relative link of Windows also where ntfs-3g shows something else.
pub(crate) fn read_link(path: &Path) -> io::Result<OsString> {
    let text = crate::unix::link::read_link(path)?;
    Ok(text_or(text, || super::reparse::relative_text(path)))
}

/// As [`read_link`], by the handle of the folder.
pub(crate) fn read_link_at(dir: &Dir, name: &OsStr) -> io::Result<OsString> {
    let text = crate::unix::link::read_link_at(dir, name)?;
    Ok(text_or(text, || {
        super::reparse::relative_text(&super::keep::named(dir, name))
    }))
}

/// Returns the text of a relative link of Windows where ntfs-3g shows `text` instead.
pub(crate) fn text_instead(folder: impl AsFd, name: &OsStr, text: &[u8]) -> Option<Vec<u8>> {
    let may_be = text.starts_with(NOT_FOLLOWED);
    may_be.then(|| super::reparse::relative_text_at(folder, name))?
}

fn text_or(text: OsString, real: impl FnOnce() -> Option<Vec<u8>>) -> OsString {
    if !text.as_encoded_bytes().starts_with(NOT_FOLLOWED) {
        return text;
    }
    real().map_or(text, OsString::from_vec)
}
