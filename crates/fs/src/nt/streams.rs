//! Alternate data streams: more content under the name of a file or folder.

use std::fs::File;
use std::io;
use std::mem::offset_of;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle};

use windows_sys::Wdk::Storage::FileSystem::FILE_OVERWRITE_IF;
use windows_sys::Win32::Foundation::{ERROR_HANDLE_EOF, ERROR_MORE_DATA};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_STREAM_INFO, FileStreamInfo,
    GetFileInformationByHandleEx,
};

use super::ask::is_unknown_level;
use super::open::{self, How};

/// One stream beside the content itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    /// `:name:$DATA`.
    name: Vec<u16>,
    size_bytes: u64,
}

impl Stream {
    /// Returns whether it says no more than where the file was fetched from, which each system notes anew.
    pub(crate) fn is_mark_of_the_web(&self) -> bool {
        String::from_utf16_lossy(&self.name).eq_ignore_ascii_case(":Zone.Identifier:$DATA")
    }
}

/// Returns the streams of what is open, the content itself left out: `FileStreamInfo`.
pub(crate) fn list(handle: BorrowedHandle<'_>) -> io::Result<Vec<Stream>> {
    // A volume may hold more than a hundred thousand streams in a file; 1 MiB is more than ten thousand long names.
    const ROOMS_BYTES: [usize; 2] = [4 * 1024, 1024 * 1024];
    for room_bytes in ROOMS_BYTES {
        let mut room = vec![0_u64; room_bytes / size_of::<u64>()];
        // SAFETY: the handle is open for the whole call, which writes as many bytes as the room has at most.
        let answer = unsafe {
            GetFileInformationByHandleEx(
                handle.as_raw_handle(),
                FileStreamInfo,
                room.as_mut_ptr().cast(),
                room_bytes as u32,
            )
        };
        if answer != 0 {
            let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_le_bytes()).collect();
            return Ok(parse(&bytes));
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error().map(i32::cast_unsigned) {
            // A folder without streams.
            Some(ERROR_HANDLE_EOF) => return Ok(Vec::new()),
            Some(ERROR_MORE_DATA) => {}
            _ if is_unknown_level(&error) => return Ok(Vec::new()),
            _ => return Err(error),
        }
    }
    Err(super::error(ERROR_MORE_DATA))
}

fn parse(bytes: &[u8]) -> Vec<Stream> {
    let mut streams = Vec::new();
    let mut rest = bytes;
    loop {
        let number = |at: usize| {
            let four = rest.get(at..at + 4)?;
            Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        };
        let record = || {
            let length = number(offset_of!(FILE_STREAM_INFO, StreamNameLength))? as usize;
            let at = offset_of!(FILE_STREAM_INFO, StreamName);
            let size_at = offset_of!(FILE_STREAM_INFO, StreamSize);
            let size = u64::from(number(size_at)?) | u64::from(number(size_at + 4)?) << 32;
            let units = rest.get(at..at + length)?.chunks_exact(2);
            let name: Vec<u16> = units
                .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
                .collect();
            Some((name, size))
        };
        let Some((name, size_bytes)) = record() else {
            return streams;
        };
        let is_content = name.is_empty() || name.starts_with(&[u16::from(b':'); 2]);
        if !is_content {
            streams.push(Stream { name, size_bytes });
        }
        match number(offset_of!(FILE_STREAM_INFO, NextEntryOffset)) {
            Some(next) if next > 0 => rest = rest.get(next as usize..).unwrap_or_default(),
            _ => return streams,
        }
    }
}

/// Copies a stream from one open file or folder to another, and fails unless all of it came over.
pub(crate) fn copy(
    stream: &Stream,
    from: BorrowedHandle<'_>,
    to: BorrowedHandle<'_>,
) -> io::Result<()> {
    let source = open::stream(from, &stream.name, How::existing(FILE_GENERIC_READ))?;
    let write = How {
        disposition: FILE_OVERWRITE_IF,
        ..How::existing(FILE_GENERIC_READ | FILE_GENERIC_WRITE)
    };
    let mut target = File::from(open::stream(to, &stream.name, write)?);
    let copied_bytes = io::copy(&mut File::from(source), &mut target)?;
    target.sync_all()?;
    let found = list(to.as_handle())?;
    let is_there = found.iter().any(|found| found == stream);
    if copied_bytes != stream.size_bytes || !is_there {
        return Err(io::Error::other("a stream did not come over as it was"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(next: u32, name: &str, size: u64) -> Vec<u8> {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut bytes = next.to_le_bytes().to_vec();
        bytes.extend((units.len() as u32).to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(units);
        bytes.resize(bytes.len().max(next as usize), 0);
        bytes
    }

    #[test]
    fn the_content_itself_is_no_stream() {
        let mut bytes = record(40, "::$DATA", 9);
        bytes.extend(record(72, ":Zone.Identifier:$DATA", 26));
        bytes.extend(record(0, ":x:$DATA", 3));
        let found = parse(&bytes);
        assert_eq!(found.len(), 2);
        assert!(found[0].is_mark_of_the_web() && !found[1].is_mark_of_the_web());
        assert_eq!(found[1].size_bytes, 3);
        for end in 0..bytes.len() {
            assert!(parse(&bytes[..end]).len() <= 2);
        }
    }
}
