//! Volumes: not written yet.

use std::io;
use std::path::{Path, PathBuf};

use crate::look::Volume;

pub(crate) fn volume_of(_path: &Path) -> io::Result<Volume> {
    super::not_yet()
}

pub(crate) fn mount_points() -> io::Result<Vec<PathBuf>> {
    super::not_yet()
}
