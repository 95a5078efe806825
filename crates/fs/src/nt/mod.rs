//! What the Windows folder stands on: opening by handle and part by part, asking and telling an open handle, paths in UTF-16.
//!
//! Win32 takes paths alone, and walks through every link on them. `NtCreateFile` takes an open folder and a name in it,
//! as `openat(2)` does, and neither follows a link in the last name nor changes it (no `..`, no dropped dots, no `NUL`).

pub(crate) mod ask;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod path;
pub(crate) mod registry;
pub(crate) mod security;
pub(crate) mod streams;
pub(crate) mod tell;
pub(crate) mod token;

use std::io;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::{
    ERROR_DELETE_PENDING, ERROR_DIRECTORY_NOT_SUPPORTED, NTSTATUS, RtlNtStatusToDosError,
    STATUS_DELETE_PENDING, STATUS_FILE_IS_A_DIRECTORY,
};
use windows_sys::Win32::System::IO::DeviceIoControl;

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

/// Gives the file system an order of its own about what is open, and returns how many bytes it answered.
pub(crate) fn control(
    handle: BorrowedHandle<'_>,
    code: u32,
    input: &[u8],
    output: &mut [u8],
) -> io::Result<usize> {
    let mut written = 0;
    // SAFETY: the handle is open for the whole call, which reads and writes as many bytes as are there at most.
    let answer = unsafe {
        DeviceIoControl(
            handle.as_raw_handle(),
            code,
            input.as_ptr().cast(),
            input.len() as u32,
            output.as_mut_ptr().cast(),
            output.len() as u32,
            &raw mut written,
            ptr::null_mut(),
        )
    };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(written as usize)
}
