//! Read leases: granted only while nobody has a file open for writing, or mapped to be written.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;

use rustix::io::Errno;

use crate::stage::{Held, LeaseAnswer};

/// asm-generic/fcntl.h; the libc crate does not have it.
const F_SETSIG: libc::c_int = 10;

/// Takes a read lease on a file that is open for reading only: fcntl(2) `F_SETLEASE`, `F_RDLCK`.
///
/// While it is held, an open for writing waits. It ends when the file is closed. It needs the owner or `CAP_LEASE`.
pub(crate) fn take(file: &File) -> io::Result<LeaseAnswer> {
    // Whoever is kept waiting would otherwise send SIGIO, which ends a process; SIGURG does nothing (signal(7)).
    // SAFETY: the descriptor is open for the whole call, and F_SETSIG takes one integer.
    let signal = unsafe { libc::fcntl(file.as_raw_fd(), F_SETSIG, libc::SIGURG) };
    if signal == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is open for the whole call, and F_SETLEASE takes one integer.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK) };
    if answer == 0 {
        return Ok(LeaseAnswer::Granted(Held::by_the_file()));
    }
    let error = io::Error::last_os_error();
    Ok(match Errno::from_io_error(&error) {
        Some(Errno::AGAIN | Errno::BUSY) => LeaseAnswer::OpenForWriting,
        Some(Errno::ACCESS | Errno::PERM | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            LeaseAnswer::Unknown
        }
        _ => return Err(error),
    })
}

/// Returns whether the lease still stands and nobody waits for its end: fcntl(2) `F_GETLEASE`.
pub(crate) fn stands(file: &File) -> bool {
    // SAFETY: the descriptor is open for the whole call, and F_GETLEASE takes no argument.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLEASE) };
    answer == libc::F_RDLCK
}
