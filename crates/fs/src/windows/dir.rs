//! Folders by handle: not written yet.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io;
use std::path::Path;

/// The most UTF-16 units of an extended-length path.
pub(crate) const PATH_LIMIT_BYTES: usize = 32_767;

/// An opened folder.
#[derive(Debug)]
pub(crate) struct Dir;

pub(crate) fn open_dir(_path: &Path) -> io::Result<Dir> {
    super::not_yet()
}

pub(crate) fn create_dir(_dir: &Dir, _name: &OsStr, _mode: u32) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn remove_dir(_dir: &Dir, _name: &OsStr) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn is_same_dir(_a: &Dir, _b: &Dir) -> io::Result<bool> {
    super::not_yet()
}

pub(crate) fn open_file(_path: &Path) -> io::Result<File> {
    super::not_yet()
}

pub(crate) fn write_new_file(_dir: &Dir, _name: &OsStr, _bytes: &[u8]) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn sync_dir(_path: &Path) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn sync_opened(_dir: &Dir) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn set_opened_mode(_dir: &Dir, _mode: u32) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn set_mode(_dir: &Dir, _name: &OsStr, _mode: u32) -> io::Result<()> {
    super::not_yet()
}

/// A folder in the user's profile is private by its inherited access list.
pub(crate) fn make_private(_builder: &mut DirBuilder) {}
