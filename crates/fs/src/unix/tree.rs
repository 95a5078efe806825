//! Things in an opened folder that both systems open and make alike.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::dir::Dir;
use super::walk::FOLDER;

/// How a file is opened to be read: never through a link, never waiting for the other end of a pipe.
pub(crate) const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);

/// Opens the folder at an absolute path for listing; no link is passed on the way.
pub(crate) fn open_folder(path: &Path) -> io::Result<Dir> {
    let at = crate::sys::dir::open_dir(path)?;
    Ok(Dir::new(rustix::fs::openat(
        &at,
        ".",
        FOLDER,
        Mode::empty(),
    )?))
}

/// Makes a file that must not be there yet, open for writing and reading.
pub(crate) fn create_file(folder: &Dir, name: &OsStr, mode: u32) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(mode as rustix::fs::RawMode);
    Ok(File::from(rustix::fs::openat(folder, name, flags, mode)?))
}
