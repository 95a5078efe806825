//! Reading at a place, without the file's own position.

use std::fs::File;
use std::io;

use crate::sys::pages;

/// Fills `room` from `offset` on, as far as the file goes; returns how many bytes there were.
pub(crate) fn read_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < room.len() {
        match pages::read_once_at(file, &mut room[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
