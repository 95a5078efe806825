//! Entries: not written yet.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use crate::look::Entry;

pub(crate) fn entry(_path: &Path) -> io::Result<Entry> {
    super::not_yet()
}

pub(crate) fn glance(_path: &Path) -> io::Result<Entry> {
    super::not_yet()
}

pub(crate) fn followed(_path: &Path) -> io::Result<Entry> {
    super::not_yet()
}

/// Not asked yet: the name is taken as it is written.
pub(crate) fn kept_name(_folder: &Path, _name: &OsStr) -> io::Result<Option<OsString>> {
    Ok(None)
}
