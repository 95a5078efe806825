//! Who this process acts as, and what it may write.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD};

use crate::look::Entry;

pub(crate) fn effective_user_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Returns the group that something new in this folder has (open(2)).
pub(crate) fn group_of_new(folder: &Entry) -> u32 {
    const SET_GROUP_ID: u32 = 0o2000;
    match cfg!(target_os = "macos") || folder.mode & SET_GROUP_ID != 0 {
        true => folder.group_id,
        false => rustix::process::getegid().as_raw(),
    }
}

/// Returns whether the process acts in this group (getgroups(2)); if that cannot be asked, in its effective one alone.
pub(crate) fn is_in_group(group: u32) -> bool {
    let others = || rustix::process::getgroups().unwrap_or_default();
    rustix::process::getegid().as_raw() == group
        || others().iter().any(|other| other.as_raw() == group)
}

pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    Ok(rustix::fs::accessat(CWD, folder, wanted, AtFlags::EACCESS)?)
}

/// There is no registry.
pub(crate) fn setting(_key: &str, _value: &str) -> Option<OsString> {
    None
}

/// The node name of uname(2).
pub(crate) fn host_name() -> Option<String> {
    let name = rustix::system::uname();
    Some(name.nodename().to_string_lossy().into_owned())
}
