//! Things in an opened folder: opened, looked at and made by name, never through a link and never on another mount.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, CloneFlags, Mode};
use rustix::io::Errno;

use super::dir::Dir;
use crate::look::Kind;
use crate::look::walk::Mounts;
use crate::stage::Status;
use crate::unix::tree::FILE;

pub(crate) use super::walk::{Buffer, buffer};
pub(crate) use crate::unix::tree::{create_file, open_folder};

/// Opens a folder in `folder`; `EXDEV` where another mount begins, `ELOOP` or `ENOTDIR` where a link stands.
pub(crate) fn open_child(folder: &Dir, name: &OsStr) -> io::Result<Dir> {
    let opened = super::walk::open_child(folder.as_fd(), name, Mounts::Stay)?;
    Ok(Dir::new(opened))
}

/// Calls `visit` with name, kind and inode number of each entry of an open folder, from the first one on.
pub(crate) fn list(
    folder: &Dir,
    buffer: &mut Buffer,
    visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    super::walk::list(folder, buffer, visit)
}

/// Opens a file for reading; when it was last read changes, since macOS has no `O_NOATIME`.
pub(crate) fn open_to_read(folder: impl AsFd, name: &OsStr) -> io::Result<File> {
    let opened = rustix::fs::openat(folder, name, FILE, Mode::empty())?;
    Ok(File::from(opened))
}

/// Makes `name` a clone of `from`, which must be on the same volume, and opens it for reading; `None` where there are no
/// clones: fclonefileat(2).
pub(crate) fn clone_file(from: &File, to: &Dir, name: &OsStr) -> io::Result<Option<File>> {
    let clone = || {
        let flags = CloneFlags::NOFOLLOW | CloneFlags::NOOWNERCOPY;
        rustix::fs::fclonefileat(from, to, name, flags)
    };
    let mut made = clone();
    if made == Err(Errno::EXIST) {
        // An interrupted run has left it.
        crate::unix::link::unlink(to, name)?;
        made = clone();
    }
    match made {
        Ok(()) => open_to_read(to, name).map(Some),
        Err(Errno::XDEV | Errno::NOTSUP | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) use list as list_once;

/// Lets a new file share the blocks of another; not done on this system.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn clone_into(_from: &File, _to: &File) -> io::Result<bool> {
    Ok(false)
}

/// Makes a named pipe: mkfifo(2) by the path of the folder, since mkfifoat(2) came with macOS 13 only.
pub(crate) fn create_pipe(folder: &Dir, name: &OsStr) -> io::Result<()> {
    const MODE: libc::mode_t = 0o600;
    let mut path = rustix::fs::getpath(folder)?.into_bytes();
    path.push(b'/');
    path.extend_from_slice(name.as_bytes());
    let path = CString::new(path)?;
    // SAFETY: the path ends in NUL and lives as long as the call.
    let answer = unsafe { libc::mkfifo(path.as_ptr(), MODE) };
    if answer == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Returns what stands at `name`; a link is not followed.
pub(crate) fn status_at(folder: impl AsFd, name: &OsStr) -> io::Result<Status> {
    let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(super::entry::status(&stat))
}

/// Returns what an opened file is.
pub(crate) fn status(file: &File) -> io::Result<Status> {
    Ok(super::entry::status(&rustix::fs::fstat(file)?))
}

/// Returns what an opened folder is.
pub(crate) fn folder_status(folder: &Dir) -> io::Result<Status> {
    Ok(super::entry::status(&rustix::fs::fstat(folder)?))
}

/// There is no way to ask without changing it: nothing is taken to come out as asked, so that it is always set.
pub(crate) fn umask() -> u32 {
    0o7777
}
