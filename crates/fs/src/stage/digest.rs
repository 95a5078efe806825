//! The digest of a file's content: BLAKE3 of its bytes; of a file with holes, of what is not zero; of a large file, of
//! the digests of its segments.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::read_at::read_at;
use crate::queue::worker_count;
use crate::sys::pages;

/// A BLAKE3 digest.
pub(crate) type Digest = [u8; blake3::OUT_LEN];

/// What one thread reads of a segment at a time: small enough to stay in a processor's cache between the read, the digest
/// and the write.
const SEGMENT_ROOM_BYTES: usize = 256 * 1024;

/// Blocks of this size, counted from the start of the file, are left out of a sparse digest if they are all zero.
pub(crate) const BLOCK_BYTES: usize = 64 * 1024;

/// The digest of a file with holes: the number and the bytes of each block that is not all zero, then the size.
///
/// It does not depend on which zeros are holes, so two file systems with holes of other sizes agree on it.
pub(crate) struct SparseDigest(blake3::Hasher);

impl SparseDigest {
    pub(crate) fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    /// Adds the block that begins at `offset`, a multiple of [`BLOCK_BYTES`]; returns whether it counts.
    pub(crate) fn add(&mut self, offset: u64, block: &[u8]) -> bool {
        if is_zero(block) {
            return false;
        }
        self.0.update(&offset.to_le_bytes());
        self.0.update(block);
        true
    }

    pub(crate) fn finish(mut self, size_bytes: u64) -> Digest {
        self.0.update(b"size");
        self.0.update(&size_bytes.to_le_bytes());
        *self.0.finalize().as_bytes()
    }
}

/// Returns whether all bytes are zero.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    let (words, tail) = bytes.as_chunks::<16>();
    tail.iter().all(|byte| *byte == 0) && words.iter().all(|word| *word == [0; 16])
}

/// The digest of a large file: BLAKE3 of the digests of its segments, which several threads can make.
pub(crate) struct Segments {
    next: AtomicU64,
    count: u64,
    size_bytes: u64,
    done: Mutex<BTreeMap<u64, Digest>>,
}

/// Files of at least so many bytes are read in segments.
const LARGE_BYTES: u64 = 64 * 1024 * 1024;

const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;

/// Returns whether a file of this size has a digest of segments.
pub(crate) fn is_large(size_bytes: u64) -> bool {
    size_bytes >= LARGE_BYTES
}

impl Segments {
    /// Calls `visit` with the offset and the bytes of each piece of the first `size_bytes` of a file, on several
    /// threads, and returns the digest, and how many bytes there were.
    pub(crate) fn read(
        file: &File,
        size_bytes: u64,
        visit: impl Fn(u64, &[u8]) -> io::Result<()> + Sync,
    ) -> io::Result<(Digest, u64)> {
        let segments = Self {
            next: AtomicU64::new(0),
            count: size_bytes.div_ceil(SEGMENT_BYTES),
            size_bytes,
            done: Mutex::default(),
        };
        let read_bytes = AtomicU64::new(0);
        let results: Vec<io::Result<()>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..worker_count(super::MAX_WORKERS))
                .map(|_| scope.spawn(|| segments.work(file, &read_bytes, &visit)))
                .collect();
            let joined = handles.into_iter().map(|handle| match handle.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect()
        });
        results.into_iter().collect::<io::Result<()>>()?;
        let mut whole = blake3::Hasher::new();
        let done = segments
            .done
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for digest in done.values() {
            whole.update(digest);
        }
        Ok((*whole.finalize().as_bytes(), read_bytes.into_inner()))
    }

    fn work(
        &self,
        file: &File,
        read_bytes: &AtomicU64,
        visit: &(impl Fn(u64, &[u8]) -> io::Result<()> + Sync),
    ) -> io::Result<()> {
        let mut room = vec![0; SEGMENT_ROOM_BYTES];
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.count {
                return Ok(());
            }
            let end = self.size_bytes.min((number + 1) * SEGMENT_BYTES);
            let mut hasher = blake3::Hasher::new();
            let mut at = number * SEGMENT_BYTES;
            while at < end {
                let wanted = usize::try_from(end - at).map_or(room.len(), |n| n.min(room.len()));
                let count = read_at(file, &mut room[..wanted], at)?;
                hasher.update(&room[..count]);
                read_bytes.fetch_add(count as u64, Ordering::Relaxed);
                visit(at, &room[..count])?;
                at += count as u64;
                if count < wanted {
                    break;
                }
            }
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(number, *hasher.finalize().as_bytes());
        }
    }
}

/// Reads all of a file and returns its digest and how many bytes it has.
pub(crate) fn dense(
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
pub(crate) fn sparse(
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
pub(crate) fn each_block(
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
            let count = read_at(file, block, at)?;
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
pub(crate) fn read(file: &mut File, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
