//! Renames: not written yet.

use std::ffi::OsStr;
use std::io;

use super::dir::Dir;

pub(crate) fn rename_no_replace(
    _from_dir: &Dir,
    _from_name: &OsStr,
    _to_dir: &Dir,
    _to_name: &OsStr,
) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn exchange(
    _a_dir: &Dir,
    _a_name: &OsStr,
    _b_dir: &Dir,
    _b_name: &OsStr,
) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn rename(
    _from_dir: &Dir,
    _from_name: &OsStr,
    _to_dir: &Dir,
    _to_name: &OsStr,
) -> io::Result<()> {
    super::not_yet()
}
