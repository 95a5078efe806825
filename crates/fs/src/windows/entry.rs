//! Entries: not written yet.

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
