//! Listing folders with readdir(3), and opening the ones inside.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, Dir, FileType, Mode};
use rustix::io::Errno;

use crate::look::Kind;
use crate::look::walk::Mounts;
use crate::unix::walk::FOLDER;

pub(crate) use crate::unix::walk::{OpenFolder, Opened, ParentHandle, Parents};

/// readdir(3) keeps room of its own.
pub(crate) struct Buffer;

/// Returns a buffer for [`OpenFolder::each_entry`].
pub(crate) fn buffer() -> Buffer {
    Buffer
}

/// Calls `visit` with name, kind and inode number of each entry of an open folder but `.` and `..`, from the first one on.
pub(crate) fn list(
    folder: impl AsFd,
    _buffer: &mut Buffer,
    mut visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    // The folder is opened once more, so that its place in the list is its own.
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let name = OsStr::from_bytes(name);
        let file_type = match entry.file_type() {
            FileType::Unknown => match type_of(&folder, name) {
                Ok(known) => known,
                Err(Errno::NOENT) => continue,
                Err(error) => return Err(error.into()),
            },
            known => known,
        };
        visit(name, crate::unix::entry::kind(file_type), entry.ino());
    }
    Ok(())
}

fn type_of(folder: impl AsFd, name: &OsStr) -> Result<FileType, Errno> {
    let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(stat.st_mode))
}

/// Opens the folder `name` in an open one; if mounts are not entered, `EXDEV` where another one begins.
///
/// Each mount has a device number of its own. A firmlink leads to another volume too, and is passed over like a mount.
pub(crate) fn open_child(
    parent: BorrowedFd<'_>,
    name: &OsStr,
    mounts: Mounts,
) -> Result<OwnedFd, Errno> {
    let child = rustix::fs::openat(parent, name, FOLDER, Mode::empty())?;
    if mounts == Mounts::Stay
        && rustix::fs::fstat(&child)?.st_dev != rustix::fs::fstat(parent)?.st_dev
    {
        return Err(Errno::XDEV);
    }
    Ok(child)
}
