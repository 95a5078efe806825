//! Calls that only a probe makes.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{CWD, CloneFlags, RenameFlags};

/// The bare call, without the stand-in: renameatx_np(2) `RENAME_EXCL`.
pub(crate) fn rename_no_replace(from: &Path, to: &Path) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(
        CWD,
        from,
        CWD,
        to,
        RenameFlags::NOREPLACE,
    )?)
}

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

/// pathconf(2) `_PC_NAME_MAX`.
pub(crate) fn name_limit_bytes(path: &Path) -> Option<u64> {
    pathconf(path, libc::_PC_NAME_MAX)
}

/// pathconf(2) `_PC_LINK_MAX`.
pub(crate) fn link_limit(path: &Path) -> Option<u64> {
    pathconf(path, libc::_PC_LINK_MAX)
}

pub(crate) fn pathconf(path: &Path, name: libc::c_int) -> Option<u64> {
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: the pointer is to a NUL-ended string that lives as long as the call.
    let answer = unsafe { libc::pathconf(path.as_ptr(), name) };
    u64::try_from(answer).ok()
}
