//! Things in an opened folder: not written yet.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

use super::dir::Dir;
use crate::look::Kind;
use crate::stage::Status;

pub(crate) use super::walk::{Buffer, buffer};

pub(crate) fn list(
    _folder: &Dir,
    _buffer: &mut Buffer,
    _visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn open_folder(_path: &Path) -> io::Result<Dir> {
    super::not_yet()
}

pub(crate) fn open_child(_folder: &Dir, _name: &OsStr) -> io::Result<Dir> {
    super::not_yet()
}

pub(crate) fn open_to_read(_folder: &Dir, _name: &OsStr) -> io::Result<File> {
    super::not_yet()
}

pub(crate) fn create_file(_folder: &Dir, _name: &OsStr, _mode: u32) -> io::Result<File> {
    super::not_yet()
}

pub(crate) fn create_pipe(_folder: &Dir, _name: &OsStr) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn status_at<Folder>(_folder: Folder, _name: &OsStr) -> io::Result<Status> {
    super::not_yet()
}

pub(crate) fn status(_file: &File) -> io::Result<Status> {
    super::not_yet()
}

pub(crate) fn folder_status(_folder: &Dir) -> io::Result<Status> {
    super::not_yet()
}

pub(crate) fn umask() -> u32 {
    0
}
