//! The digest of a file's content: BLAKE3 of its bytes; of a file with holes, of what is not zero.

use std::fs::File;
use std::io::{self, Read as _};

use crate::sys::pages;

/// A BLAKE3 digest.
pub(super) type Digest = [u8; blake3::OUT_LEN];

/// Blocks of this size, counted from the start of the file, are left out of a sparse digest if they are all zero.
pub(super) const BLOCK_BYTES: usize = 64 * 1024;

/// The digest of a file with holes: the number and the bytes of each block that is not all zero, then the size.
///
/// It does not depend on which zeros are holes, so two file systems with holes of other sizes agree on it.
pub(super) struct SparseDigest(blake3::Hasher);

impl SparseDigest {
    pub(super) fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    /// Adds the block that begins at `offset`, a multiple of [`BLOCK_BYTES`]; returns whether it counts.
    pub(super) fn add(&mut self, offset: u64, block: &[u8]) -> bool {
        if is_zero(block) {
            return false;
        }
        self.0.update(&offset.to_le_bytes());
        self.0.update(block);
        true
    }

    pub(super) fn finish(mut self, size_bytes: u64) -> Digest {
        self.0.update(b"size");
        self.0.update(&size_bytes.to_le_bytes());
        *self.0.finalize().as_bytes()
    }
}

/// Returns whether all bytes are zero.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    let (words, tail) = bytes.as_chunks::<16>();
    tail.iter().all(|byte| *byte == 0) && words.iter().all(|word| *word == [0; 16])
}

/// Reads all of a file and returns its digest and how many bytes it has.
pub(super) fn dense(
    file: &mut File,
    room: &mut [u8],
    mut advance: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<(Digest, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut size_bytes = 0;
    loop {
        let count = read(file, room)?;
        if count == 0 {
            return Ok((*hasher.finalize().as_bytes(), size_bytes));
        }
        hasher.update(&room[..count]);
        size_bytes += count as u64;
        advance(count as u64)?;
    }
}

/// Reads what is no hole of a file of `size_bytes` and returns the sparse digest.
pub(super) fn sparse(
    file: &File,
    size_bytes: u64,
    room: &mut [u8],
    mut advance: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<Digest> {
    let mut digest = SparseDigest::new();
    each_block(file, size_bytes, room, |offset, block| {
        digest.add(offset, block);
        advance(block.len() as u64)
    })?;
    Ok(digest.finish(size_bytes))
}

/// Calls `visit` with each block of [`BLOCK_BYTES`] that holds data; what of it is a hole reads as zeros.
pub(super) fn each_block(
    file: &File,
    size_bytes: u64,
    room: &mut [u8],
    mut visit: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    const BLOCK: u64 = BLOCK_BYTES as u64;
    let mut offset = 0;
    while let Some(data) = pages::next_data(file, offset, size_bytes)? {
        let mut at = data.start / BLOCK * BLOCK;
        at = at.max(offset);
        while at < data.end {
            let wanted =
                usize::try_from(size_bytes - at).map_or(BLOCK_BYTES, |n| n.min(BLOCK_BYTES));
            let block = &mut room[..wanted];
            let count = pages::read_at(file, block, at)?;
            visit(at, &block[..count])?;
            if count < wanted {
                return Ok(());
            }
            at += BLOCK;
        }
        offset = at;
    }
    Ok(())
}

/// read(2), once more if a signal came between.
pub(super) fn read(file: &mut File, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
