//! Volumes: not written yet.

use std::io;
use std::path::{Path, PathBuf};

use crate::look::{Unmounted, Volume};

pub(crate) fn volume_of(_path: &Path) -> io::Result<Volume> {
    super::not_yet()
}

pub(crate) fn mount_points() -> io::Result<Vec<PathBuf>> {
    super::not_yet()
}

pub(crate) fn free(_folder: &Path) -> io::Result<(u64, Option<u64>)> {
    super::not_yet()
}

pub(crate) fn file_system_id(_folder: &Path) -> io::Result<u64> {
    super::not_yet()
}

pub(crate) fn is_ntfs3g(_mount_point: &Path) -> bool {
    false
}

pub(crate) fn unmounted(_fstab: &Path) -> io::Result<Vec<Unmounted>> {
    super::not_yet()
}

/// Not asked yet.
pub(crate) fn is_case_sensitive(_folder: &Path) -> Option<bool> {
    None
}
