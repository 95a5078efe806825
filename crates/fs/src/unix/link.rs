//! Links: making, reading, removing the name.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use rustix::fs::AtFlags;

use super::dir::Dir;

pub(crate) fn read_link(path: &Path) -> io::Result<OsString> {
    let text = rustix::fs::readlink(path, Vec::new())?;
    Ok(OsString::from_vec(text.into_bytes()))
}

pub(crate) fn read_link_at(dir: &Dir, name: &OsStr) -> io::Result<OsString> {
    let text = rustix::fs::readlinkat(dir, name, Vec::new())?;
    Ok(OsString::from_vec(text.into_bytes()))
}

/// Returns whether a link that says `found` was made of `text`.
pub(crate) fn is_made_of(found: &OsStr, text: &OsStr) -> bool {
    found == text
}

pub(crate) fn create_symlink(text: &OsStr, dir: &Dir, name: &OsStr) -> io::Result<()> {
    Ok(rustix::fs::symlinkat(text, dir, name)?)
}

/// linkat(2) without `AT_SYMLINK_FOLLOW`: a link is linked itself.
pub(crate) fn create_hard_link(
    from_dir: &Dir,
    from_name: &OsStr,
    dir: &Dir,
    name: &OsStr,
) -> io::Result<()> {
    Ok(rustix::fs::linkat(
        from_dir,
        from_name,
        dir,
        name,
        AtFlags::empty(),
    )?)
}

/// unlinkat(2): removes a name that is not a folder.
pub(crate) fn unlink(dir: &Dir, name: &OsStr) -> io::Result<()> {
    Ok(rustix::fs::unlinkat(dir, name, AtFlags::empty())?)
}
