//! The system's numbers as classes: what macOS adds to POSIX.

use std::io;

use rustix::io::Errno;

use crate::FsErrorKind;

/// Returns the class of an answer of the system.
pub(crate) fn kind(error: &io::Error) -> FsErrorKind {
    match Errno::from_io_error(error) {
        // Another number than EOPNOTSUPP here.
        Some(Errno::NOTSUP) => FsErrorKind::Unsupported,
        // What a file answers whose content lies in the cloud, to a process that does not fetch it: getiopolicy_np(3).
        Some(Errno::DEADLK) => FsErrorKind::InCloudOnly,
        _ => crate::unix::errno::kind(error),
    }
}
