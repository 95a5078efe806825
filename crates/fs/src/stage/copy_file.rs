//! The content of one file: read, hashed, written.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use super::digest::{self, BLOCK_BYTES, Digest, Segments, SparseDigest, is_large};
use super::read_at::read_at;
use super::record::SPARSE;
use super::{Amount, Monitor, Status};
use crate::sys::pages;

/// After so many bytes of one large file the device is given something to do.
const WRITE_BEHIND_BYTES: u64 = 64 * 1024 * 1024;

/// What was copied.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) digest: Digest,
    /// How much there was; not what the file's status said, if it grew or was cut short meanwhile.
    pub(super) size_bytes: u64,
    /// [`SPARSE`], or nothing.
    pub(super) flags: u8,
}

/// Copies the content of `from`, of which `status` was taken just before, to the new file `to`.
///
/// Whoever changes the file meanwhile is found by a later look at its times: `status` is taken first, then the dirty
/// pages are written, so that each store after that stamps the file.
pub(super) fn copy_content(
    from: &mut File,
    status: &Status,
    to: &mut File,
    trust_holes: bool,
    room: &mut [u8],
    monitor: &dyn Monitor,
) -> io::Result<Content> {
    let has_holes = status.allocated_bytes < status.size_bytes;
    if has_holes && trust_holes {
        return copy_with_holes(from, status, to, room, monitor);
    }
    if is_large(status.size_bytes) {
        return copy_segments(from, status, to, monitor);
    }
    let mut hasher = blake3::Hasher::new();
    let mut size_bytes = 0_u64;
    loop {
        let count = digest::read(from, room)?;
        if count > 0 {
            hasher.update(&room[..count]);
            to.write_all(&room[..count])?;
            size_bytes += count as u64;
            advance(monitor, count as u64)?;
        }
        // A regular file that gives less than was asked for has no more (read(2)), unless it was cut short meanwhile.
        if count < room.len() && size_bytes >= status.size_bytes || count == 0 {
            break;
        }
    }
    Ok(Content {
        digest: *hasher.finalize().as_bytes(),
        size_bytes,
        flags: 0,
    })
}

/// Returns what a clone holds of a file that was as `status` says.
pub(super) fn content_of(
    clone: &mut File,
    status: &Status,
    room: &mut [u8],
    monitor: &dyn Monitor,
) -> io::Result<Content> {
    let (digest, size_bytes) = digest_of(clone, status.size_bytes, 0, room, monitor)?;
    Ok(Content {
        digest,
        size_bytes,
        flags: 0,
    })
}

/// Copies a large file on several threads.
fn copy_segments(
    from: &File,
    status: &Status,
    to: &File,
    monitor: &dyn Monitor,
) -> io::Result<Content> {
    let waiting_bytes = AtomicU64::new(0);
    let (digest, size_bytes) = Segments::read(from, status.size_bytes, |offset, bytes| {
        pages::write_at(to, bytes, offset)?;
        let length = bytes.len() as u64;
        let waiting = waiting_bytes.fetch_add(length, Ordering::Relaxed) + length;
        if waiting / WRITE_BEHIND_BYTES != (waiting - length) / WRITE_BEHIND_BYTES {
            pages::begin_writing(to)?;
        }
        advance(monitor, length)
    })?;
    Ok(Content {
        digest,
        size_bytes,
        flags: 0,
    })
}

/// Copies what is no hole, so that holes are holes in the copy too.
fn copy_with_holes(
    from: &File,
    status: &Status,
    to: &File,
    room: &mut [u8],
    monitor: &dyn Monitor,
) -> io::Result<Content> {
    #[cfg(windows)]
    pages::allow_holes(from, to)?;
    to.set_len(status.size_bytes)?;
    let mut digest = SparseDigest::new();
    digest::each_block(from, status.size_bytes, room, |offset, block| {
        if digest.add(offset, block) {
            write_pieces(to, offset, block)?;
        }
        advance(monitor, block.len() as u64)
    })?;
    Ok(Content {
        digest: digest.finish(status.size_bytes),
        size_bytes: status.size_bytes,
        flags: SPARSE,
    })
}

/// Writes what is not zero of a block, in pieces of a page, so that a hole next to data stays one.
fn write_pieces(to: &File, offset: u64, block: &[u8]) -> io::Result<()> {
    const PIECE_BYTES: usize = 4096;
    let mut start = None;
    let ends = block.len().div_ceil(PIECE_BYTES);
    for number in 0..=ends {
        let at = number * PIECE_BYTES;
        let piece = block
            .get(at..block.len().min(at + PIECE_BYTES))
            .unwrap_or_default();
        match (start, digest::is_zero(piece)) {
            (None, false) => start = Some(at),
            (Some(begun), true) => {
                let end = at.min(block.len());
                pages::write_at(to, &block[begun..end], offset + begun as u64)?;
                start = None;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads a copy, or a file again, and returns its digest of the kind that `flags` says, and its size.
pub(super) fn digest_of(
    file: &mut File,
    size_bytes: u64,
    flags: u8,
    room: &mut [u8],
    monitor: &dyn Monitor,
) -> io::Result<(Digest, u64)> {
    let advance = |bytes| advance(monitor, bytes);
    if flags & SPARSE != 0 {
        let digest = digest::sparse(file, size_bytes, room, advance)?;
        return Ok((digest, size_bytes));
    }
    if is_large(size_bytes) {
        let read = Segments::read(file, size_bytes, |_, bytes| advance(bytes.len() as u64))?;
        // Something behind the end that is expected makes it another file.
        let more = read_at(file, &mut room[..1], size_bytes)? as u64;
        return Ok((read.0, read.1 + more));
    }
    digest::dense(file, room, advance)
}

/// Tells the monitor; a wish to stop ends the reading of a large file too.
fn advance(monitor: &dyn Monitor, bytes: u64) -> io::Result<()> {
    const ASK_AFTER_BYTES: u64 = BLOCK_BYTES as u64;
    monitor.advance(Amount { bytes, files: 0 });
    if bytes >= ASK_AFTER_BYTES && monitor.is_cancelled() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    Ok(())
}
