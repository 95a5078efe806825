//! Who this process acts as, and what it may write.

use std::io;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY};

use crate::nt::open;
use crate::nt::token;

/// Returns the last number of the user's security identifier, which tells the users of one computer or domain apart.
pub(crate) fn effective_user_id() -> u32 {
    token::user_number()
}

/// Asks for the right to add a file or, where users may only do that (the root of the system's drive), a folder.
pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
    open::followed(folder, FILE_ADD_FILE)
        .or_else(|_| open::followed(folder, FILE_ADD_SUBDIRECTORY))
        .map(drop)
}

/// Nothing: not written yet.
pub(crate) fn leave_in_cloud() -> io::Result<()> {
    Ok(())
}
