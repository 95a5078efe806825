//! Reading and writing at a place, without the file's own position.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Reads at `offset` once: pread(2), which may fill less than `room`.
pub(crate) fn read_once_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(room, offset)
}

/// Writes all of `bytes` at `offset`: pwrite(2).
pub(crate) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}
