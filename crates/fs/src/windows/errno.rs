//! The system's answers as classes, as far as std knows them.

use std::io;

use crate::FsErrorKind;

/// Returns the class of an answer of the system.
pub(crate) fn kind(error: &io::Error) -> FsErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => FsErrorKind::NotFound,
        io::ErrorKind::AlreadyExists => FsErrorKind::AlreadyExists,
        io::ErrorKind::PermissionDenied => FsErrorKind::PermissionDenied,
        io::ErrorKind::StorageFull => FsErrorKind::NoSpace,
        _ => FsErrorKind::Other,
    }
}
