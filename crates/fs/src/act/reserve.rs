//! A little room kept for the moment when the disk is full.

use std::path::Path;

use crate::{FsError, Hand, look, sys};

/// Keeps `bytes` of room in the file at `path`, written so that the blocks are really taken.
///
/// Does nothing if it is there already.
pub fn keep_reserve(hand: &mut Hand<'_>, path: &Path, bytes: usize) -> Result<(), FsError> {
    if look::entry_if_any(path)?.is_some_and(|entry| entry.size_bytes >= bytes as u64) {
        return Ok(());
    }
    super::remove_file_record(hand, path)?;
    // Not zeros: some file systems compress those away and keep nothing.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(bytes)
    .collect();
    super::write_record(hand, path, &noise)
}

/// Gives the room back; returns whether there was any.
pub fn release_reserve(hand: &mut Hand<'_>, path: &Path) -> Result<bool, FsError> {
    if look::entry_if_any(path)?.is_none() {
        return Ok(false);
    }
    let wrap = |error| FsError::new("give up the reserve", path, error);
    let (dir, name) = super::open_parent(path).map_err(wrap)?;
    hand.effect("release reserve", path, || sys::link::unlink(&dir, name))
        .map_err(wrap)?;
    Ok(true)
}
