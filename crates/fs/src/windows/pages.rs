//! What is written and not yet on the disk, and holes.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::windows::fs::FileExt as _;
use std::os::windows::io::AsHandle;

use windows_sys::Win32::Foundation::ERROR_MORE_DATA;
use windows_sys::Win32::Storage::FileSystem::FILE_ATTRIBUTE_SPARSE_FILE;
use windows_sys::Win32::System::Ioctl::{FSCTL_QUERY_ALLOCATED_RANGES, FSCTL_SET_SPARSE};
use windows_sys::Win32::System::SystemServices::FILE_SUPPORTS_SPARSE_FILES;

use super::dir::Dir;
use crate::nt::{ask, control};

/// Does nothing: to write out what another program has mapped takes the right to write, and the times of a file follow
/// some time later. So a file is hashed again before it is removed: see [`mapped_stores_are_stamped`].
pub(crate) fn clean(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Does nothing: the system begins by itself.
pub(crate) fn begin_writing(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Writes a file of ours out before it is read back.
pub(crate) fn write_out(file: &File) -> io::Result<()> {
    super::keep::sync_file(file)
}

/// Does nothing: Windows has no call that drops the pages of a file that is open, so what is read back may be what the
/// system holds of what it has written (`FlushFileBuffers`), and not what the device gives.
pub(crate) fn forget(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Does nothing: the system reads ahead by itself.
pub(crate) fn read_ahead(_file: &File, _bytes: u64) {}

/// Returns the next range at or behind `offset` that holds data, `None` if there is none: `FSCTL_QUERY_ALLOCATED_RANGES`.
///
/// Where a file system knows of no holes, all is data up to `size_bytes`.
pub(crate) fn next_data(
    file: &File,
    offset: u64,
    size_bytes: u64,
) -> io::Result<Option<Range<u64>>> {
    if offset >= size_bytes {
        return Ok(None);
    }
    let mut asked = [0; 16];
    asked[..8].copy_from_slice(&offset.to_le_bytes());
    asked[8..].copy_from_slice(&(size_bytes - offset).to_le_bytes());
    // One range is wanted; that there are more is an answer too, which says so by an error.
    let mut found = [0; 16];
    let length = match control(
        file.as_handle(),
        FSCTL_QUERY_ALLOCATED_RANGES,
        &asked,
        &mut found,
    ) {
        Err(error) if error.raw_os_error() == Some(ERROR_MORE_DATA.cast_signed()) => found.len(),
        Err(error) if ask::is_unknown_level(&error) => return Ok(Some(offset..size_bytes)),
        other => other?,
    };
    if length < found.len() {
        return Ok(None);
    }
    Ok(range(found, offset, size_bytes))
}

fn range(found: [u8; 16], offset: u64, size_bytes: u64) -> Option<Range<u64>> {
    let [start, length] = [0, 8].map(|at| {
        let mut number = [0; 8];
        number.copy_from_slice(&found[at..at + 8]);
        u64::from_le_bytes(number)
    });
    // Ranges begin and end where the file system allocates, also before what was asked for.
    let end = start.saturating_add(length).min(size_bytes);
    let start = start.max(offset);
    (start < end).then_some(start..end)
}

/// Lets a new file have holes where the original is one that has: elsewhere Windows fills what is passed over with zeros.
pub(crate) fn allow_holes(original: &File, copy: &File) -> io::Result<()> {
    let facts = ask::facts(original.as_handle())?;
    if facts.attributes & FILE_ATTRIBUTE_SPARSE_FILE == 0 {
        return Ok(());
    }
    match control(copy.as_handle(), FSCTL_SET_SPARSE, &[], &mut []) {
        Err(error) if ask::is_unknown_level(&error) => Ok(()),
        other => other.map(drop),
    }
}

/// Makes the names in a folder durable: the log of NTFS goes out in order, so with it goes what was done before anywhere on
/// the volume. To flush a volume as such takes an administrator.
pub(crate) fn sync_volume(folder: &Dir) -> io::Result<()> {
    super::dir::sync_opened(folder)
}

/// It is not: each file is flushed.
pub(crate) fn volume_sync_suffices(_folder: &Dir) -> bool {
    false
}

/// They are not: the times follow when the system writes the pages.
pub(crate) fn mapped_stores_are_stamped(_folder: &Dir) -> bool {
    false
}

/// Returns whether the volume of something opened knows of holes.
pub(crate) fn holes_are_told(opened: &impl AsHandle) -> bool {
    super::volume::flags(opened.as_handle())
        .is_ok_and(|flags| flags & FILE_SUPPORTS_SPARSE_FILES != 0)
}

/// Reads at `offset` once, which may fill less than `room`.
///
/// Moves the place from which the file is read on; nobody who calls this reads on.
pub(crate) fn read_once_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(room, offset)
}

/// Writes all of `bytes` at `offset`.
pub(crate) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        match file.seek_write(&bytes[written..], offset + written as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_what_was_asked_for() {
        let found = |start: u64, length: u64| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&start.to_le_bytes());
            bytes[8..].copy_from_slice(&length.to_le_bytes());
            bytes
        };
        assert_eq!(range(found(0, 65536), 100, 1000), Some(100..1000));
        assert_eq!(
            range(found(65536, 65536), 100, 200_000),
            Some(65536..131_072)
        );
        assert_eq!(range(found(0, 64), 100, 1000), None);
        assert_eq!(range(found(u64::MAX, 9), 0, 1000), None);
    }

    #[test]
    fn written_is_read_wherever_it_stands() {
        let mut file = tempfile::tempfile().unwrap();
        write_at(&file, b"end", 100_000).unwrap();
        write_at(&file, b"begin", 0).unwrap();
        let mut room = [0; 8];
        assert_eq!(read_once_at(&file, &mut room, 99_998).unwrap(), 5);
        assert_eq!(&room[..5], b"\0\0end");
        assert_eq!(read_once_at(&file, &mut room, 100_003).unwrap(), 0);
        let mut covered = 0;
        while let Some(data) = next_data(&file, covered, 100_003).unwrap() {
            covered = data.end;
        }
        assert_eq!(covered, 100_003);
        io::Seek::rewind(&mut file).unwrap();
    }
}
