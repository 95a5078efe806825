//! The numbers that POSIX systems share, as classes.

use std::io;

use rustix::io::Errno;

use crate::FsErrorKind;

/// Returns the class of an answer of the system.
pub(crate) fn kind(error: &io::Error) -> FsErrorKind {
    Errno::from_io_error(error).map_or_else(|| FsErrorKind::of_word(error.kind()), class)
}

/// Returns the class of a number.
pub(crate) fn class(errno: Errno) -> FsErrorKind {
    match errno {
        Errno::NOENT => FsErrorKind::NotFound,
        Errno::EXIST => FsErrorKind::AlreadyExists,
        Errno::ACCESS => FsErrorKind::PermissionDenied,
        Errno::PERM => FsErrorKind::NotPermitted,
        Errno::ROFS => FsErrorKind::ReadOnly,
        Errno::XDEV => FsErrorKind::CrossVolume,
        Errno::NOSPC | Errno::DQUOT => FsErrorKind::NoSpace,
        Errno::MLINK => FsErrorKind::TooManyLinks,
        Errno::NAMETOOLONG => FsErrorKind::NameTooLong,
        Errno::NOTDIR => FsErrorKind::NotADirectory,
        Errno::ISDIR => FsErrorKind::IsADirectory,
        Errno::NOTEMPTY => FsErrorKind::NotEmpty,
        Errno::LOOP => FsErrorKind::Loop,
        Errno::BUSY | Errno::TXTBSY => FsErrorKind::Busy,
        Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL => FsErrorKind::Unsupported,
        Errno::MFILE | Errno::NFILE => FsErrorKind::TooManyOpenFiles,
        Errno::IO => FsErrorKind::Io,
        Errno::STALE => FsErrorKind::Changed,
        _ => FsErrorKind::Other,
    }
}
