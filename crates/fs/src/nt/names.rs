//! The names of a file: `FindFirstFileNameW`.

use std::io;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{ERROR_HANDLE_EOF, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{FindClose, FindFirstFileNameW, FindNextFileNameW};

use super::path::{text, wide};

/// The most names that a file of NTFS has.
const MAX_NAMES: usize = 1024;

/// The longest path, and its NUL.
const PATH_UNITS: usize = 32_768;

/// A search for names, closed when it goes.
struct Search(HANDLE);

impl Drop for Search {
    fn drop(&mut self) {
        // SAFETY: the search is open and nobody else has it. A failure leaves nothing to be done.
        let _closed = unsafe { FindClose(self.0) };
    }
}

/// Returns every name of the file at `path`, each as a path that begins with `\\` at the root of the volume.
pub(crate) fn names_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    let path = wide(path)?;
    let mut room = vec![0_u16; PATH_UNITS];
    let mut length = PATH_UNITS as u32;
    // SAFETY: the path ends in NUL, and the call writes to the length and as many units as it says to the room.
    let search =
        unsafe { FindFirstFileNameW(path.as_ptr(), 0, &raw mut length, room.as_mut_ptr()) };
    if search == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    let search = Search(search);
    let mut names = vec![PathBuf::from(text(&room))];
    while names.len() < MAX_NAMES {
        length = PATH_UNITS as u32;
        // SAFETY: the search is open, and the call writes to the length and as many units as it says to the room.
        let answer = unsafe { FindNextFileNameW(search.0, &raw mut length, room.as_mut_ptr()) };
        if answer == 0 {
            let error = io::Error::last_os_error();
            return match error.raw_os_error().map(i32::cast_unsigned) {
                Some(ERROR_HANDLE_EOF) => Ok(names),
                _ => Err(error),
            };
        }
        names.push(PathBuf::from(text(&room)));
    }
    Ok(names)
}
