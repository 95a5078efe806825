//! Calls that only a probe makes.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::Path;

use crate::unix::probe::pathconf;

pub(crate) use crate::unix::probe::{name_limit_bytes, rename_no_replace};

/// ioctl_ficlone(2).
pub(crate) fn reflink(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    let clone = File::create_new(to)?;
    Ok(rustix::fs::ioctl_ficlone(&clone, &source)?)
}

/// Takes a read lease and lets it go: fcntl(2) `F_SETLEASE`.
pub(crate) fn lease(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    for kind in [libc::F_RDLCK, libc::F_UNLCK] {
        // SAFETY: the descriptor is open for the whole call, and F_SETLEASE takes one integer.
        let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) };
        if answer == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// pathconf(3) `_PC_LINK_MAX`.
///
/// glibc answers 127 (`LINUX_LINK_MAX`) for every file system that it does not know, btrfs and tmpfs among them:
/// that means unknown.
pub(crate) fn link_limit(path: &Path) -> Option<u64> {
    const GLIBC_UNKNOWN: u64 = 127;
    pathconf(path, libc::_PC_LINK_MAX).filter(|limit| *limit != GLIBC_UNKNOWN)
}
