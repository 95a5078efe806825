//! Calls that only a probe makes, and what pathconf tells.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags};

/// The bare call, without the stand-in: renameat2(2) `RENAME_NOREPLACE`, renameatx_np(2) `RENAME_EXCL` on macOS.
pub(crate) fn rename_no_replace(from: &Path, to: &Path) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(
        CWD,
        from,
        CWD,
        to,
        RenameFlags::NOREPLACE,
    )?)
}

/// pathconf(3) `_PC_NAME_MAX`.
pub(crate) fn name_limit_bytes(path: &Path) -> Option<u64> {
    pathconf(path, libc::_PC_NAME_MAX)
}

/// Returns a limit by its name; `None` where there is none, or it is not told: pathconf(3), pathconf(2) on macOS.
pub(crate) fn pathconf(path: &Path, name: libc::c_int) -> Option<u64> {
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: the pointer is to a NUL-ended string that lives as long as the call.
    let answer = unsafe { libc::pathconf(path.as_ptr(), name) };
    u64::try_from(answer).ok()
}
