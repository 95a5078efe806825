//! Who this process acts as, and what it may write.

use std::io;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD};

pub(crate) fn effective_user_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    Ok(rustix::fs::accessat(CWD, folder, wanted, AtFlags::EACCESS)?)
}

/// The node name of uname(2).
pub(crate) fn host_name() -> Option<String> {
    let name = rustix::system::uname();
    Some(name.nodename().to_string_lossy().into_owned())
}
