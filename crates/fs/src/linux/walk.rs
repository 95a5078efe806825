//! Listing folders with getdents64(2), and opening the ones inside with openat2(2).

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, FileType, Mode, RawDir, ResolveFlags, StatxFlags};
use rustix::io::Errno;

use crate::look::Kind;
use crate::look::walk::Mounts;
use crate::unix::walk::FOLDER;

pub(crate) use crate::unix::walk::{OpenFolder, Opened, ParentHandle, Parents};

const BUFFER_BYTES: usize = 64 * 1024;

/// Room for one getdents64 call.
pub(crate) type Buffer = Vec<MaybeUninit<u8>>;

/// Returns a buffer for [`OpenFolder::each_entry`].
pub(crate) fn buffer() -> Buffer {
    vec![MaybeUninit::uninit(); BUFFER_BYTES]
}

/// Calls `visit` with name, kind and inode number of each entry of an open folder but `.` and `..`: getdents64(2).
pub(crate) fn list(
    folder: impl AsFd,
    buffer: &mut Buffer,
    mut visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    let mut entries = RawDir::new(&folder, buffer.as_mut_slice());
    while let Some(entry) = entries.next() {
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
    let stat = rustix::fs::statx(folder, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE)?;
    Ok(FileType::from_raw_mode(stat.stx_mode.into()))
}

/// Opens the folder `name` in an open one; if mounts are not entered, `EXDEV` where another one begins.
///
/// openat2(2) with `RESOLVE_NO_XDEV` answers so also for a bind mount of the same disk; without that call (before Linux
/// 5.6, or filtered) mounts inside are entered.
pub(crate) fn open_child(
    parent: BorrowedFd<'_>,
    name: &OsStr,
    mounts: Mounts,
) -> Result<OwnedFd, Errno> {
    if mounts == Mounts::Enter {
        return rustix::fs::openat(parent, name, FOLDER, Mode::empty());
    }
    match rustix::fs::openat2(parent, name, FOLDER, Mode::empty(), ResolveFlags::NO_XDEV) {
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(parent, name, FOLDER, Mode::empty()),
        other => other,
    }
}
