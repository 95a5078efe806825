//! The page cache: what is dirty is written, what was written is dropped and read again.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd as _, AsRawFd as _};

use rustix::io::Errno;

use super::dir::Dir;

pub(crate) use crate::unix::pages::{read_once_at, write_at};

/// Writes the dirty pages of a file to the drive, whose own memory they may stay in: fsync(2).
pub(crate) fn clean(file: &File) -> io::Result<()> {
    match rustix::fs::fsync(file) {
        // A file system that keeps no pages has none that are dirty.
        Err(Errno::INVAL | Errno::NOTSUP | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        other => Ok(other?),
    }
}

/// Writes a file to the drive; [`sync_volume`] then makes it durable with all others: fsync(2).
pub(crate) fn write_out(file: &File) -> io::Result<()> {
    clean(file)
}

/// macOS has no call that begins to write and does not wait; it begins by itself.
pub(crate) fn begin_writing(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Drops the clean pages of a file and keeps new ones from being kept, so that the next read comes from the device:
/// msync(2) `MS_INVALIDATE` on a mapping of the file, then fcntl(2) `F_NOCACHE`.
///
/// `F_NOCACHE` alone gives out what is in memory already.
pub(crate) fn forget(file: &File) -> io::Result<()> {
    /// What is mapped at a time.
    const WINDOW_BYTES: u64 = 1 << 30;
    let size_bytes = file.metadata()?.len();
    let mut offset = 0;
    while offset < size_bytes {
        let length = WINDOW_BYTES.min(size_bytes - offset);
        forget_window(file, offset, length)?;
        offset += length;
    }
    match rustix::fs::fcntl_nocache(file, true) {
        Err(Errno::INVAL | Errno::NOTSUP | Errno::NOTTY) => Ok(()),
        other => Ok(other?),
    }
}

fn forget_window(file: &File, offset: u64, length: u64) -> io::Result<()> {
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
    // SAFETY: a new mapping at a place that the system chooses, which nobody reads or writes through.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            length,
            libc::PROT_READ,
            libc::MAP_SHARED,
            file.as_fd().as_raw_fd(),
            offset,
        )
    };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: start and length are those of the mapping that was just made.
    let dropped = unsafe { libc::msync(start, length, libc::MS_INVALIDATE) };
    let error = io::Error::last_os_error();
    // SAFETY: start and length are those of the mapping, to which nothing points any more.
    unsafe { libc::munmap(start, length) };
    if dropped == 0 { Ok(()) } else { Err(error) }
}

/// Nothing: what is read back must come from the device, and the system reads ahead by itself.
pub(crate) fn read_ahead(_file: &File, _bytes: u64) {}

/// Returns what is left of the file from `offset` on: all of it is read, and zeros are found by looking at them.
///
/// Where a file has holes is not asked (lseek(2) `SEEK_HOLE`): whether that can be relied upon while the file is written to
/// has not been tried on any macOS.
pub(crate) fn next_data(
    _file: &File,
    offset: u64,
    size_bytes: u64,
) -> io::Result<Option<Range<u64>>> {
    Ok((offset < size_bytes).then_some(offset..size_bytes))
}

/// Makes everything durable that was synced to the drive before: fcntl(2) `F_FULLFSYNC`, which asks the drive to empty its
/// own memory.
pub(crate) fn sync_volume(folder: &Dir) -> io::Result<()> {
    super::keep::flush(folder.as_fd())
}

/// No: `F_FULLFSYNC` on a folder says nothing of the pages of files, so each is synced by itself first.
pub(crate) fn volume_sync_suffices(_folder: &Dir) -> bool {
    false
}

/// When a store through a mapping is seen in the times of a file is not promised.
pub(crate) fn mapped_stores_are_stamped(_folder: &Dir) -> bool {
    false
}

/// Holes are found by looking at the bytes, see [`next_data`].
pub(crate) fn holes_are_told<T>(_opened: &T) -> bool {
    true
}
