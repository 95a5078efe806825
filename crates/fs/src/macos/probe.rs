//! Calls that only a probe makes.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, CloneFlags};

use crate::unix::probe::pathconf;

pub(crate) use crate::unix::probe::{name_limit_bytes, rename_no_replace};

/// fclonefileat(2); the new name must not exist.
pub(crate) fn reflink(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    Ok(rustix::fs::fclonefileat(
        &source,
        CWD,
        to,
        CloneFlags::NOFOLLOW,
    )?)
}

/// There are no leases on macOS.
pub(crate) fn lease(_path: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// pathconf(2) `_PC_LINK_MAX`.
pub(crate) fn link_limit(path: &Path) -> Option<u64> {
    pathconf(path, libc::_PC_LINK_MAX)
}
