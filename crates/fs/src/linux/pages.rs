//! The page cache: what is dirty is written, what was written is dropped and read again, holes are found.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};

use rustix::fs::{Advice, SeekFrom};
use rustix::io::Errno;

use super::dir::Dir;

pub(crate) use crate::unix::pages::{read_once_at, write_at};

/// Writes the dirty pages of a file, so that the next store through a mapping is seen in its times.
///
/// A store to a page that is dirty already changes the content and leaves the times alone; a page that was written
/// back is protected again, and the next store stamps the file (`file_update_time` in mm/memory.c).
/// Stands on sync_file_range(2), which sends no flush to the device.
pub(crate) fn clean(file: &File) -> io::Result<()> {
    let flags = libc::SYNC_FILE_RANGE_WAIT_BEFORE
        | libc::SYNC_FILE_RANGE_WRITE
        | libc::SYNC_FILE_RANGE_WAIT_AFTER;
    range(file, flags)
}

/// Begins to write the dirty pages of a file, and does not wait.
pub(crate) fn begin_writing(file: &File) -> io::Result<()> {
    range(file, libc::SYNC_FILE_RANGE_WRITE)
}

fn range(file: &File, flags: libc::c_uint) -> io::Result<()> {
    // SAFETY: the descriptor is open for the whole call, and the other arguments are plain numbers.
    let answer = unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, flags) };
    if answer == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    match Errno::from_io_error(&error) {
        // A file system that keeps no pages has none that are dirty.
        Some(Errno::INVAL | Errno::SPIPE | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(()),
        _ => Err(error),
    }
}

/// Writes a file to its volume, where syncing the volume is not known to reach the device for its files: fsync(2).
pub(crate) fn write_out(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Drops the clean pages of a file, so that the next read comes from the device: posix_fadvise(2) `DONTNEED`.
pub(crate) fn forget(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fadvise(file, 0, None, Advice::DontNeed)?)
}

/// Begins to read the first `bytes` of a file, and does not wait: posix_fadvise(2) `WILLNEED`.
pub(crate) fn read_ahead(file: &File, bytes: u64) {
    if let Some(bytes) = std::num::NonZeroU64::new(bytes) {
        // Advice only: what is not read now is read later.
        let _advised = rustix::fs::fadvise(file, 0, Some(bytes), Advice::WillNeed);
    }
}

/// Returns the next range at or behind `offset` that holds data, `None` if there is none: lseek(2) `SEEK_DATA`.
///
/// Where a file system knows of no holes, all is data up to `size_bytes`.
pub(crate) fn next_data(
    file: &File,
    offset: u64,
    size_bytes: u64,
) -> io::Result<Option<std::ops::Range<u64>>> {
    if offset >= size_bytes {
        return Ok(None);
    }
    let start = match rustix::fs::seek(file, SeekFrom::Data(offset)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(None),
        Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(Some(offset..size_bytes)),
        Err(error) => return Err(error.into()),
    };
    let end = match rustix::fs::seek(file, SeekFrom::Hole(start)) {
        Ok(end) => end.min(size_bytes),
        Err(Errno::NXIO) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok((start < end).then_some(start..end))
}

/// Makes everything that was written to a volume durable: syncfs(2) on a folder that was opened before it was written.
///
/// Since Linux 5.8 it reports what could not be written since the folder was opened.
pub(crate) fn sync_volume(folder: &Dir) -> io::Result<()> {
    Ok(rustix::fs::syncfs(folder)?)
}

/// Returns whether syncing the volume of a folder is known to reach the device; elsewhere (FUSE) each file is synced.
pub(crate) fn volume_sync_suffices(folder: &Dir) -> bool {
    // linux/magic.h.
    const EXT: u64 = 0xef53;
    const XFS: u64 = 0x5846_5342;
    const BTRFS: u64 = 0x9123_683e;
    const TMPFS: u64 = 0x0102_1994;
    const F2FS: u64 = 0xf2f5_2010;
    const BCACHEFS: u64 = 0xca45_1a4e;
    rustix::fs::fstatfs(folder)
        .is_ok_and(|stat| [EXT, XFS, BTRFS, TMPFS, F2FS, BCACHEFS].contains(&(stat.f_type as u64)))
}

/// Returns whether stores through a mapping are known to be seen in the times of a file on the volume of a folder.
pub(crate) fn mapped_stores_are_stamped(folder: &Dir) -> bool {
    const EXT: u64 = 0xef53;
    const XFS: u64 = 0x5846_5342;
    const BTRFS: u64 = 0x9123_683e;
    const F2FS: u64 = 0xf2f5_2010;
    rustix::fs::fstatfs(folder)
        .is_ok_and(|stat| [EXT, XFS, BTRFS, F2FS].contains(&(stat.f_type as u64)))
}

/// Returns whether the holes that the file system of something opened tells of can be relied upon.
pub(crate) fn holes_are_told(opened: &impl AsFd) -> bool {
    // linux/magic.h.
    const EXT: u64 = 0xef53;
    const XFS: u64 = 0x5846_5342;
    const BTRFS: u64 = 0x9123_683e;
    const F2FS: u64 = 0xf2f5_2010;
    const TMPFS: u64 = 0x0102_1994;
    rustix::fs::fstatfs(opened)
        .is_ok_and(|stat| [EXT, XFS, BTRFS, F2FS, TMPFS].contains(&(stat.f_type as u64)))
}
