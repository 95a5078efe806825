//! Links: not written yet.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::dir::Dir;

pub(crate) fn read_link(_path: &Path) -> io::Result<OsString> {
    super::not_yet()
}

pub(crate) fn read_link_at(_dir: &Dir, _name: &OsStr) -> io::Result<OsString> {
    super::not_yet()
}

pub(crate) fn create_symlink(_text: &OsStr, _dir: &Dir, _name: &OsStr) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn create_hard_link(
    _from_dir: &Dir,
    _from_name: &OsStr,
    _dir: &Dir,
    _name: &OsStr,
) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn unlink(_dir: &Dir, _name: &OsStr) -> io::Result<()> {
    super::not_yet()
}
