//! What the operating system keeps, puts back or rewrites by itself, and by which commands its locks are opened.
//!
//! Each question has an answer on every system; on most it is that there is no such thing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::apple;
use crate::sys;

/// Whether this is macOS.
const IS_MACOS: bool = cfg!(target_os = "macos");

/// Whether the system can say that nobody has a file open for writing, and keep it so for a while. macOS cannot.
pub const HAS_LEASES: bool = !IS_MACOS;

/// The command that opens a locked file or folder, whose path follows.
pub const UNLOCK_COMMAND: &str = match IS_MACOS {
    true => "sudo chflags nouchg,nouappnd,noschg,nosappnd",
    false => "sudo chattr -i -a",
};

/// The command that shows the locks of a folder, whose path follows.
pub const SHOW_LOCKS_COMMAND: &str = match IS_MACOS {
    true => "ls -ldO",
    false => "lsattr -d",
};

/// Returns the host name, its domain perhaps with it; None where it is no call that tells it but the environment.
///
/// Stands on `uname(2)`.
pub fn host_name() -> Option<String> {
    sys::user::host_name()
}

/// Returns a text of this user's settings in the registry of Windows; `None` elsewhere.
///
/// Stands on `RegGetValueW` with `HKEY_CURRENT_USER`.
pub fn setting(key: &str, value: &str) -> Option<OsString> {
    sys::user::setting(key, value)
}

/// Returns why the system or a cloud puts the folder or file back that lies at `below_home` in a home, if it does.
pub fn puts_back(below_home: &Path) -> Option<&'static str> {
    IS_MACOS.then(|| apple::puts_back(below_home)).flatten()
}

/// Returns whether the system replaces a link at the path by a file of its own: the preferences that `cfprefsd` writes.
pub fn rewrites(path: &Path) -> bool {
    IS_MACOS && apple::is_preference_list(path)
}

/// Returns the path on the volume of the user's data that a firmlink of macOS at `path` leads to.
///
/// A firmlink is a folder to every call; which there are stands in `/usr/share/firmlinks`.
pub fn firmlink(path: &Path) -> Option<PathBuf> {
    if !IS_MACOS {
        return None;
    }
    let table = std::fs::read("/usr/share/firmlinks").ok()?;
    apple::firmlink_in(&table, path)
}
