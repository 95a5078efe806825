//! Things in an opened folder: opened, looked at and made by name, never through a link and never on another mount.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, StatxFlags};
use rustix::io::Errno;

use super::dir::Dir;
use crate::look::Kind;
use crate::stage::Status;
use crate::unix::tree::FILE;
use crate::unix::walk::FOLDER;

pub(crate) use super::walk::{Buffer, buffer};
pub(crate) use crate::unix::tree::{create_file, open_folder};

/// Opens a folder in `folder`; `EXDEV` where another mount begins, `ELOOP` or `ENOTDIR` where a link stands.
pub(crate) fn open_child(folder: &Dir, name: &OsStr) -> io::Result<Dir> {
    let resolve = ResolveFlags::NO_XDEV | ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    let opened = match rustix::fs::openat2(folder, name, FOLDER, Mode::empty(), resolve) {
        // Before Linux 5.6, or filtered.
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(folder, name, FOLDER, Mode::empty()),
        other => other,
    };
    Ok(Dir::new(opened?))
}

/// Calls `visit` with name, kind and inode number of each entry of an open folder, from the first one on.
pub(crate) fn list(
    folder: &Dir,
    buffer: &mut Buffer,
    visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    rustix::fs::seek(folder, rustix::fs::SeekFrom::Start(0))?;
    super::walk::list(folder, buffer, visit)
}

/// As [`list`], for a folder that was opened just now: it stands at its first entry.
pub(crate) fn list_once(
    folder: &Dir,
    buffer: &mut Buffer,
    visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    super::walk::list(folder, buffer, visit)
}

/// Opens a file for reading and, where the system lets us, without changing when it was last read.
///
/// `O_NOATIME` is for the owner and for those with `CAP_FOWNER` (open(2)).
pub(crate) fn open_to_read(folder: impl AsFd, name: &OsStr) -> io::Result<File> {
    let quiet = rustix::fs::openat(&folder, name, FILE | OFlags::NOATIME, Mode::empty());
    let opened = match quiet {
        Err(Errno::PERM) => rustix::fs::openat(folder, name, FILE, Mode::empty()),
        other => other,
    };
    Ok(File::from(opened?))
}

/// Lets a new file share the blocks of another: ioctl_ficlone(2); returns whether that can be there.
pub(crate) fn clone_into(from: &File, to: &File) -> io::Result<bool> {
    match rustix::fs::ioctl_ficlone(to, from) {
        Ok(()) => Ok(true),
        Err(
            Errno::XDEV
            | Errno::OPNOTSUPP
            | Errno::NOTTY
            | Errno::NOSYS
            | Errno::INVAL
            | Errno::PERM
            | Errno::TXTBSY
            | Errno::BADF,
        ) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes a named pipe.
pub(crate) fn create_pipe(folder: &Dir, name: &OsStr) -> io::Result<()> {
    Ok(rustix::fs::mknodat(
        folder,
        name,
        FileType::Fifo,
        Mode::RUSR | Mode::WUSR,
        0,
    )?)
}

/// Returns what stands at `name`; a link is not followed.
pub(crate) fn status_at(folder: impl AsFd, name: &OsStr) -> io::Result<Status> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    let stat = super::entry::statx_anew(folder, name, flags, StatxFlags::BASIC_STATS)?;
    Ok(from_statx(&stat))
}

/// Returns what an opened file is.
pub(crate) fn status(file: &File) -> io::Result<Status> {
    let stat = rustix::fs::statx(file, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS)?;
    Ok(from_statx(&stat))
}

/// Returns what an opened folder is.
pub(crate) fn folder_status(folder: &Dir) -> io::Result<Status> {
    let stat = rustix::fs::statx(folder, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS)?;
    Ok(from_statx(&stat))
}

fn from_statx(stat: &rustix::fs::Statx) -> Status {
    let nanoseconds = |time: &rustix::fs::StatxTimestamp| {
        time.tv_sec
            .saturating_mul(1_000_000_000)
            .saturating_add(i64::from(time.tv_nsec))
    };
    Status {
        kind: crate::unix::entry::kind(FileType::from_raw_mode(stat.stx_mode.into())),
        device: rustix::fs::makedev(stat.stx_dev_major, stat.stx_dev_minor),
        inode: stat.stx_ino,
        link_count: stat.stx_nlink.into(),
        size_bytes: stat.stx_size,
        allocated_bytes: stat.stx_blocks.saturating_mul(512),
        mode: u32::from(stat.stx_mode) & 0o7777,
        user_id: stat.stx_uid,
        group_id: stat.stx_gid,
        accessed_ns: nanoseconds(&stat.stx_atime),
        modified_ns: nanoseconds(&stat.stx_mtime),
        changed_ns: nanoseconds(&stat.stx_ctime),
        is_locked: stat.stx_attributes.intersects(
            rustix::fs::StatxAttributes::IMMUTABLE | rustix::fs::StatxAttributes::APPEND,
        ),
        is_in_cloud_only: false,
    }
}

/// Returns the permission bits that a new file of this process does not get: proc_pid_status(5), `Umask`.
pub(crate) fn umask() -> u32 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("Umask:"))
        .and_then(|value| u32::from_str_radix(value.trim(), 8).ok())
        // Unknown: nothing is taken to come out as asked, so that it is always set.
        .unwrap_or(0o7777)
}
