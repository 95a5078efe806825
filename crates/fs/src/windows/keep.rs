//! What belongs to a file besides its bytes: not written yet.

use std::ffi::OsStr;
use std::fs::File;
use std::io;

use super::dir::Dir;
use crate::stage::{Loss, Status};

/// What a new file or folder has by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Has;

pub(crate) fn give<From, To>(
    _from: From,
    _wanted: &Status,
    _to: To,
    _has: Has,
) -> io::Result<Vec<Loss>> {
    super::not_yet()
}

pub(crate) fn give_by_name(
    _from: (&Dir, &OsStr),
    _wanted: &Status,
    _to: (&Dir, &OsStr),
) -> io::Result<Vec<Loss>> {
    super::not_yet()
}

pub(crate) fn forget_inherited(_folder: &Dir) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn has_now(_folder: &Dir) -> io::Result<Has> {
    super::not_yet()
}

pub(crate) fn has_when_new(_mode: u32, _umask: u32) -> Has {
    Has
}

pub(crate) fn sync_file(file: &File) -> io::Result<()> {
    file.sync_all()
}
