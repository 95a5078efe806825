//! What the Windows folder stands on: opening by handle and part by part, asking and telling an open handle, paths in UTF-16.
//!
//! Win32 takes paths alone, and walks through every link on them. `NtCreateFile` takes an open folder and a name in it,
//! as `openat(2)` does, and neither follows a link in the last name nor changes it (no `..`, no dropped dots, no `NUL`).

pub(crate) mod ask;
pub(crate) mod open;
pub(crate) mod path;
pub(crate) mod tell;
pub(crate) mod token;

use std::io;

use windows_sys::Win32::Foundation::{
    ERROR_DELETE_PENDING, ERROR_DIRECTORY_NOT_SUPPORTED, NTSTATUS, RtlNtStatusToDosError,
    STATUS_DELETE_PENDING, STATUS_FILE_IS_A_DIRECTORY,
};

/// Returns an error of Win32 by its number.
pub(crate) fn error(code: u32) -> io::Error {
    io::Error::from_raw_os_error(code.cast_signed())
}

/// Turns a status of the kernel into the error of Win32, but for two that Win32 calls "access denied".
fn checked(status: NTSTATUS) -> io::Result<()> {
    if status >= 0 {
        return Ok(());
    }
    Err(error(match status {
        STATUS_DELETE_PENDING => ERROR_DELETE_PENDING,
        STATUS_FILE_IS_A_DIRECTORY => ERROR_DIRECTORY_NOT_SUPPORTED,
        // SAFETY: takes and returns a number.
        other => unsafe { RtlNtStatusToDosError(other) },
    }))
}
