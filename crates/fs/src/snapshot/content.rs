//! The content of a file: read, hashed, written.

use std::fs::File;
use std::io::{self, Write as _};

use super::record::Digest;
use crate::stage::digest::{BLOCK_BYTES, is_zero, read};
use crate::stage::{Amount, Monitor, Status, read_at};
use crate::sys::pages;

/// On which side a copy failed.
#[derive(Debug)]
pub(super) enum CopyError {
    /// The original could not be read.
    Read(io::Error),
    /// The copy could not be written.
    Write(io::Error),
}

/// What a file held when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) digest: Digest,
    pub(super) size_bytes: u64,
}

/// What reading takes.
pub(super) struct Reading<'a> {
    pub(super) room: &'a mut [u8],
    pub(super) monitor: &'a dyn Monitor,
}

impl Reading<'_> {
    fn advance(&self, bytes: u64) -> io::Result<()> {
        self.monitor.advance(Amount { bytes, files: 0 });
        if bytes >= BLOCK_BYTES as u64 && self.monitor.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }
}

/// Reads a file from its beginning, of which `status` was taken just before.
pub(super) fn digest_of(
    file: &mut File,
    status: &Status,
    reading: &mut Reading<'_>,
) -> io::Result<Content> {
    let result = if has_holes(file, status) {
        sparse(file, status, reading, |_, _| Ok(()))
    } else {
        dense(file, status, reading, |_| Ok(()))
    };
    result.map_err(|error| match error {
        CopyError::Read(error) | CopyError::Write(error) => error,
    })
}

/// Copies a file from its beginning to one that is new; holes stay holes.
pub(super) fn copy(
    from: &mut File,
    status: &Status,
    to: &mut File,
    reading: &mut Reading<'_>,
) -> Result<Content, CopyError> {
    if !has_holes(from, status) {
        return dense(from, status, reading, |bytes| to.write_all(bytes));
    }
    #[cfg(windows)]
    pages::allow_holes(from, to).map_err(CopyError::Write)?;
    to.set_len(status.size_bytes).map_err(CopyError::Write)?;
    sparse(from, status, reading, |offset, bytes| {
        write_pieces(to, offset, bytes)
    })
}

/// Returns whether a file has holes, and its file system tells of them so that they can be relied upon.
fn has_holes(file: &File, status: &Status) -> bool {
    status.allocated_bytes < status.size_bytes && pages::holes_are_told(file)
}

fn dense(
    file: &mut File,
    status: &Status,
    reading: &mut Reading<'_>,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Content, CopyError> {
    let mut hasher = blake3::Hasher::new();
    let mut size_bytes = 0;
    loop {
        let count = read(file, reading.room).map_err(CopyError::Read)?;
        if count == 0 {
            break;
        }
        hasher.update(&reading.room[..count]);
        write(&reading.room[..count]).map_err(CopyError::Write)?;
        size_bytes += count as u64;
        reading.advance(count as u64).map_err(CopyError::Read)?;
        // A regular file that gives less than was asked for has no more (read(2)); what comes later is seen by its times.
        if count < reading.room.len() && size_bytes >= status.size_bytes {
            break;
        }
    }
    Ok(Content {
        digest: *hasher.finalize().as_bytes(),
        size_bytes,
    })
}

/// Reads what is no hole; what is one is hashed as zeros.
fn sparse(
    file: &File,
    status: &Status,
    reading: &mut Reading<'_>,
    mut write: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> Result<Content, CopyError> {
    let mut hasher = blake3::Hasher::new();
    let size_bytes = status.size_bytes;
    let mut at = 0;
    let next = |at| pages::next_data(file, at, size_bytes).map_err(CopyError::Read);
    while let Some(data) = next(at)? {
        hash_zeros(&mut hasher, data.start.saturating_sub(at), reading)?;
        at = at.max(data.start);
        while at < data.end {
            let room = &mut reading.room[..];
            let wanted = usize::try_from(data.end - at).map_or(room.len(), |n| n.min(room.len()));
            let count = read_at(file, &mut room[..wanted], at).map_err(CopyError::Read)?;
            if count == 0 {
                // It was cut short meanwhile; its times say so.
                break;
            }
            hasher.update(&room[..count]);
            write(at, &room[..count]).map_err(CopyError::Write)?;
            at += count as u64;
            reading.advance(count as u64).map_err(CopyError::Read)?;
        }
        if at < data.end {
            break;
        }
    }
    hash_zeros(&mut hasher, size_bytes.saturating_sub(at), reading)?;
    Ok(Content {
        digest: *hasher.finalize().as_bytes(),
        size_bytes,
    })
}

fn hash_zeros(
    hasher: &mut blake3::Hasher,
    mut bytes: u64,
    reading: &Reading<'_>,
) -> Result<(), CopyError> {
    static ZEROS: [u8; BLOCK_BYTES] = [0; BLOCK_BYTES];
    while bytes > 0 {
        let count = usize::try_from(bytes).map_or(BLOCK_BYTES, |bytes| bytes.min(BLOCK_BYTES));
        hasher.update(&ZEROS[..count]);
        bytes -= count as u64;
        if reading.monitor.is_cancelled() {
            return Err(CopyError::Read(io::ErrorKind::Interrupted.into()));
        }
    }
    Ok(())
}

/// Writes what is not zero, in pieces of a page, so that a hole next to data stays one.
fn write_pieces(to: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    const PIECE_BYTES: usize = 4096;
    let mut at = offset;
    for piece in bytes.chunks(PIECE_BYTES) {
        if !is_zero(piece) {
            pages::write_at(to, piece, at)?;
        }
        at += piece.len() as u64;
    }
    Ok(())
}
