//! Users and rights as POSIX has them, and what this process lets the system do for it.

use std::io;

pub(crate) use crate::unix::user::{
    effective_user_id, group_of_new, host_name, is_in_group, may_write, setting,
};

unsafe extern "C" {
    /// sys/resource.h; the libc crate does not have it.
    fn setiopolicy_np(kind: libc::c_int, scope: libc::c_int, policy: libc::c_int) -> libc::c_int;
}

/// sys/resource.h.
const IOPOL_TYPE_VFS_MATERIALIZE_DATALESS_FILES: libc::c_int = 3;
const IOPOL_SCOPE_PROCESS: libc::c_int = 0;
const IOPOL_MATERIALIZE_DATALESS_FILES_OFF: libc::c_int = 1;

/// Lets reading a file whose content lies in the cloud fail with `EDEADLK` instead of fetching it: setiopolicy_np(3), for
/// this process.
pub(crate) fn leave_in_cloud() -> io::Result<()> {
    // SAFETY: the call takes three numbers.
    let answer = unsafe {
        setiopolicy_np(
            IOPOL_TYPE_VFS_MATERIALIZE_DATALESS_FILES,
            IOPOL_SCOPE_PROCESS,
            IOPOL_MATERIALIZE_DATALESS_FILES_OFF,
        )
    };
    if answer == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
