//! The names of a file, which NTFS notes with it: `FileHardLinkInformation`.

use std::ffi::OsString;
use std::io;
use std::mem::offset_of;
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};

use windows_sys::Wdk::Storage::FileSystem::{
    FILE_LINK_ENTRY_INFORMATION, FILE_LINKS_INFORMATION, FileHardLinkInformation,
    NtQueryInformationFile,
};
use windows_sys::Win32::Foundation::ERROR_MORE_DATA;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

/// One name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// The id of the folder that holds it.
    pub(crate) folder: i64,
    /// The name in that folder.
    pub(crate) name: OsString,
}

/// Returns every name of what is open, in no order.
///
/// `FindFirstFileNameW` tells the same by path; Wine 8 ends a process that calls it.
pub(crate) fn names_of(handle: BorrowedHandle<'_>) -> io::Result<Vec<Name>> {
    // A file has at most 1024 names, of 255 letters.
    const ROOMS_BYTES: [usize; 2] = [4 * 1024, 1024 * 1024];
    for room_bytes in ROOMS_BYTES {
        let mut room = vec![0_u64; room_bytes / size_of::<u64>()];
        let mut answer = IO_STATUS_BLOCK::default();
        // SAFETY: the handle is open for the whole call, which writes as many bytes as the room has at most.
        let status = unsafe {
            NtQueryInformationFile(
                handle.as_raw_handle(),
                &raw mut answer,
                room.as_mut_ptr().cast(),
                room_bytes as u32,
                FileHardLinkInformation,
            )
        };
        match super::checked(status) {
            Ok(()) => {
                let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_le_bytes()).collect();
                return Ok(parse(&bytes));
            }
            Err(error) if error.raw_os_error() == Some(ERROR_MORE_DATA.cast_signed()) => {}
            Err(error) => return Err(error),
        }
    }
    Err(super::error(ERROR_MORE_DATA))
}

fn parse(bytes: &[u8]) -> Vec<Name> {
    let number = |bytes: &[u8], at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    };
    let count_at = offset_of!(FILE_LINKS_INFORMATION, EntriesReturned);
    let count = number(bytes, count_at).unwrap_or(0);
    let first_at = offset_of!(FILE_LINKS_INFORMATION, Entry);
    let mut rest = bytes.get(first_at..).unwrap_or_default();
    let mut names = Vec::new();
    for _ in 0..count {
        let record = || {
            let folder_at = offset_of!(FILE_LINK_ENTRY_INFORMATION, ParentFileId);
            let (low, high) = (number(rest, folder_at)?, number(rest, folder_at + 4)?);
            let units = number(
                rest,
                offset_of!(FILE_LINK_ENTRY_INFORMATION, FileNameLength),
            )?;
            let at = offset_of!(FILE_LINK_ENTRY_INFORMATION, FileName);
            let name = rest.get(at..)?.get(..(units as usize).checked_mul(2)?)?;
            let units: Vec<u16> = name
                .chunks_exact(2)
                .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
                .collect();
            Some(Name {
                folder: (u64::from(low) | u64::from(high) << 32).cast_signed(),
                name: OsString::from_wide(&units),
            })
        };
        let Some(name) = record() else {
            return names;
        };
        names.push(name);
        match number(
            rest,
            offset_of!(FILE_LINK_ENTRY_INFORMATION, NextEntryOffset),
        ) {
            Some(next) if next > 0 => rest = rest.get(next as usize..).unwrap_or_default(),
            _ => return names,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(next: u32, folder: i64, name: &str) -> Vec<u8> {
        let units: Vec<u16> = name.encode_utf16().collect();
        let mut bytes = next.to_le_bytes().to_vec();
        bytes.extend([0; 4]);
        bytes.extend(folder.to_le_bytes());
        bytes.extend((units.len() as u32).to_le_bytes());
        bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
        bytes.resize(bytes.len().max(next as usize), 0);
        bytes
    }

    #[test]
    fn each_name_has_its_folder() {
        let mut bytes = [64_u32, 2].map(u32::to_le_bytes).concat();
        bytes.extend(record(32, 5, "letter"));
        bytes.extend(record(0, 1 << 48 | 7, "again"));
        let name = |folder, name: &str| Name {
            folder,
            name: name.into(),
        };
        assert_eq!(
            parse(&bytes),
            [name(5, "letter"), name(1 << 48 | 7, "again")]
        );
        for end in 0..bytes.len() {
            assert!(parse(&bytes[..end]).len() <= 2);
        }
    }
}
