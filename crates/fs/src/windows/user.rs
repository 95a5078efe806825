//! Who this process acts as, and what it may write.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY};

use crate::look::Entry;
use crate::look::rights::{Evaluation, Rights};
use crate::nt::open;
use crate::nt::registry::{machine_number, user_text};
use crate::nt::token;

/// Returns the last number of the user's security identifier, which tells the users of one computer or domain apart.
pub(crate) fn effective_user_id() -> u32 {
    token::user_number()
}

/// Nobody has set one apart from the folder's.
pub(crate) fn group_of_new(folder: &Entry) -> u32 {
    folder.group_id
}

/// Groups are not told apart.
pub(crate) fn is_in_group(_group: u32) -> bool {
    true
}

pub(crate) fn setting(key: &str, value: &str) -> Option<OsString> {
    user_text(key, value)
}

/// Asks for the right to add a file or, where users may only do that (the root of the system's drive), a folder.
pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
    open::followed(folder, FILE_ADD_FILE)
        .or_else(|_| open::followed(folder, FILE_ADD_SUBDIRECTORY))
        .map(drop)
}

/// The environment tells it: `COMPUTERNAME`.
pub(crate) fn host_name() -> Option<String> {
    None
}

/// Nothing: not written yet.
pub(crate) fn leave_in_cloud() -> io::Result<()> {
    Ok(())
}

/// The settings of the file system, and where an administrator's policy stands above them.
const FILE_SYSTEM: &str = r"SYSTEM\CurrentControlSet\Control\FileSystem";
const POLICY: &str = r"SOFTWARE\Policies\Microsoft\Windows\Filesystems\NTFS";
const DEVELOPER_MODE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\AppModelUnlock";

/// Returns what this process may do with links, and how the system is set to follow them.
pub(crate) fn rights() -> Rights {
    let is_on = |key, value| machine_number(key, value).is_some_and(|number| number != 0);
    Rights {
        has_developer_mode: Some(is_on(DEVELOPER_MODE, "AllowDevelopmentWithoutDevLicense")),
        holds_link_privilege: token::holds_privilege("SeCreateSymbolicLinkPrivilege").ok(),
        is_elevated: token::is_elevated().ok(),
        follows: Some(Evaluation {
            local_to_local: follows("SymlinkLocalToLocalEvaluation", true),
            local_to_remote: follows("SymlinkLocalToRemoteEvaluation", true),
            remote_to_local: follows("SymlinkRemoteToLocalEvaluation", false),
            remote_to_remote: follows("SymlinkRemoteToRemoteEvaluation", false),
        }),
        has_long_paths: Some(is_on(FILE_SYSTEM, "LongPathsEnabled")),
        is_guarded: token::is_guarded(),
    }
}

/// Returns whether links of a sort are followed: by policy, else as set (`fsutil behavior query SymlinkEvaluation`).
fn follows(value: &str, unless_set: bool) -> bool {
    machine_number(POLICY, value)
        .or_else(|| machine_number(FILE_SYSTEM, value))
        .map_or(unless_set, |number| number != 0)
}
