//! Calls that only a probe makes: not written yet.

use std::io;
use std::path::Path;

pub(crate) fn rename_no_replace(_from: &Path, _to: &Path) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn reflink(_from: &Path, _to: &Path) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn lease(_path: &Path) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn name_limit_bytes(_path: &Path) -> Option<u64> {
    None
}

pub(crate) fn link_limit(_path: &Path) -> Option<u64> {
    None
}
