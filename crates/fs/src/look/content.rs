//! The content of files: comparing two, and reading small records.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::Kind;
use crate::FsError;

const COMPARE_BUFFER_BYTES: usize = 256 * 1024;

/// Each of the three parts of a sample.
const SAMPLE_BYTES: usize = 64 * 1024;

/// Returns whether two regular files hold the same bytes.
pub fn same_content(a: &Path, b: &Path) -> Result<bool, FsError> {
    let open = |path: &Path| {
        crate::sys::dir::open_file(path).map_err(|error| FsError::new("read", path, error))
    };
    let (mut file_a, mut file_b) = (open(a)?, open(b)?);
    let (mut buffer_a, mut buffer_b) =
        (vec![0; COMPARE_BUFFER_BYTES], vec![0; COMPARE_BUFFER_BYTES]);
    loop {
        let count_a =
            fill(&mut file_a, &mut buffer_a).map_err(|error| FsError::new("read", a, error))?;
        let count_b =
            fill(&mut file_b, &mut buffer_b).map_err(|error| FsError::new("read", b, error))?;
        if buffer_a[..count_a] != buffer_b[..count_b] {
            return Ok(false);
        }
        if count_a == 0 {
            return Ok(true);
        }
    }
}

/// How much of a file a digest is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Its first, middle and last 64 KiB.
    Sample,
    /// All of it.
    Whole,
}

/// Returns the BLAKE3 digest of a regular file, or of a sample of it, as hexadecimal digits.
///
/// Two files of different sizes have different digests; the size is part of it. Fails if `path` is a link.
pub fn digest(path: &Path, extent: Extent) -> Result<String, FsError> {
    let read = || -> std::io::Result<String> {
        let mut file = crate::sys::dir::open_file(path)?;
        let size_bytes = file.metadata()?.len();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&size_bytes.to_le_bytes());
        let mut buffer = vec![0; SAMPLE_BYTES];
        if extent == Extent::Sample && size_bytes > 3 * SAMPLE_BYTES as u64 {
            let last = size_bytes - SAMPLE_BYTES as u64;
            for at in [0, last / 2, last] {
                file.seek(SeekFrom::Start(at))?;
                let count = fill(&mut file, &mut buffer)?;
                hasher.update(&buffer[..count]);
            }
        } else {
            loop {
                let count = fill(&mut file, &mut buffer)?;
                if count == 0 {
                    break;
                }
                hasher.update(&buffer[..count]);
            }
        }
        Ok(hasher.finalize().to_hex().to_string())
    };
    read().map_err(|error| FsError::new("read", path, error))
}

/// Returns the bytes of a small file, at most `limit_bytes` of them.
///
/// A link is followed. Fails if it leads to something else than a file: a pipe is not waited for.
pub fn read_small(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, FsError> {
    let read = || -> std::io::Result<Vec<u8>> {
        let file = crate::sys::dir::open_followed(path)?;
        if !file.metadata()?.is_file() {
            return Err(std::io::Error::other("it is no file"));
        }
        let mut bytes = Vec::new();
        file.take(limit_bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| FsError::new("read", path, error))
}

/// Does [`read_small`], and fails if there are more than `limit_bytes`.
pub fn read_whole(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, FsError> {
    let bytes = read_small(path, limit_bytes.saturating_add(1))?;
    if bytes.len() as u64 > limit_bytes {
        let why = format!("it has more than {limit_bytes} bytes");
        return Err(FsError::new("read", path, std::io::Error::other(why)));
    }
    Ok(bytes)
}

/// What a name turned out to be that should be a small file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Small {
    /// A file, and all its bytes.
    Bytes(Vec<u8>),
    /// A file with more bytes than were wanted.
    TooLarge,
    /// No file: a link is not followed, and a pipe not waited for.
    NoFile(Kind),
}

/// Returns the bytes of what should be a small file of somebody else's; fails with `NotFound` if nothing is there.
pub fn read_foreign(path: &Path, limit_bytes: u64) -> Result<Small, FsError> {
    let kind = super::entry(path)?.kind;
    if kind != Kind::File {
        return Ok(Small::NoFile(kind));
    }
    let read = || -> std::io::Result<Small> {
        let file = crate::sys::dir::open_file(path)?;
        // Something else may have taken the name meanwhile.
        if !file.metadata()?.is_file() {
            return Ok(Small::NoFile(Kind::Other));
        }
        let mut bytes = Vec::new();
        file.take(limit_bytes.saturating_add(1))
            .read_to_end(&mut bytes)?;
        Ok(match bytes.len() as u64 > limit_bytes {
            true => Small::TooLarge,
            false => Small::Bytes(bytes),
        })
    };
    read().map_err(|error| FsError::new("read", path, error))
}

/// Returns the names in a folder, unsorted.
pub fn names(folder: &Path) -> Result<Vec<std::ffi::OsString>, FsError> {
    let list = || -> std::io::Result<Vec<_>> {
        std::fs::read_dir(folder)?
            .map(|item| item.map(|item| item.file_name()))
            .collect()
    };
    list().map_err(|error| FsError::new("list", folder, error))
}

fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
