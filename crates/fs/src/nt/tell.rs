//! What is done to an open handle: another name, one name more, gone; attributes and times.

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle};

use windows_sys::Wdk::Storage::FileSystem::{
    FILE_DISPOSITION_DELETE, FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK,
    FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE, FILE_DISPOSITION_POSIX_SEMANTICS,
    FILE_INFORMATION_CLASS, FILE_RENAME_INFORMATION, FILE_RENAME_POSIX_SEMANTICS,
    FILE_RENAME_REPLACE_IF_EXISTS, FileBasicInformation, FileDispositionInformation,
    FileDispositionInformationEx, FileLinkInformation, FileRenameInformation,
    FileRenameInformationEx, NtSetInformationFile,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_NORMAL,
    FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_READONLY,
    FILE_ATTRIBUTE_SYSTEM, FILE_ATTRIBUTE_TEMPORARY, FILE_BASIC_INFO, FILE_WRITE_ATTRIBUTES,
    FileBasicInfo, FlushFileBuffers,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::Ioctl::FSCTL_SET_REPARSE_POINT;

use super::ask::{information, is_unknown_level};
use super::open::{self, How};
use super::{checked, control};

/// What a rename does to what has the new name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It stays, and the rename fails.
    Fail,
    /// It goes, if it is a file.
    Replace,
}

/// Renames what is open, itself and not what it leads to, to `name` in an open folder.
///
/// First by `FileRenameInformationEx` with POSIX semantics, by which others may have it open meanwhile (Windows 10
/// 1607, NTFS and ReFS); then by the older call.
pub(crate) fn rename(
    handle: BorrowedHandle<'_>,
    folder: BorrowedHandle<'_>,
    name: &[u16],
    taken: Taken,
) -> io::Result<()> {
    let replace = match taken {
        Taken::Fail => 0,
        Taken::Replace => FILE_RENAME_REPLACE_IF_EXISTS,
    };
    let request = naming(folder, name, FILE_RENAME_POSIX_SEMANTICS | replace);
    match set(handle, FileRenameInformationEx, &request) {
        Err(error) if is_unknown_level(&error) => {
            // The older structure has a truth value in the first byte, which is the bit that asks to replace.
            let request = naming(folder, name, replace);
            set(handle, FileRenameInformation, &request)
        }
        other => other,
    }
}

/// Gives what is open one name more, `name` in an open folder; fails if that is taken.
pub(crate) fn link(
    handle: BorrowedHandle<'_>,
    folder: BorrowedHandle<'_>,
    name: &[u16],
) -> io::Result<()> {
    set(handle, FileLinkInformation, &naming(folder, name, 0))
}

/// Removes the name by which a handle was opened with the right to delete.
///
/// By `FileDispositionInformationEx` the name is gone at once, also if others have it open (Windows 10 1709); by the older
/// call, when the last of them closes it. A file that a program has mapped stays in both cases.
pub(crate) fn remove(handle: BorrowedHandle<'_>) -> io::Result<()> {
    let flags = FILE_DISPOSITION_DELETE
        | FILE_DISPOSITION_POSIX_SEMANTICS
        | FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK
        | FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
    match set(handle, FileDispositionInformationEx, &flags.to_le_bytes()) {
        Err(error) if is_unknown_level(&error) => remove_as_of_old(handle),
        other => other,
    }
}

/// The older call refuses what is read-only.
fn remove_as_of_old(handle: BorrowedHandle<'_>) -> io::Result<()> {
    let delete = || set(handle, FileDispositionInformation, &[1]);
    let now: FILE_BASIC_INFO = information(handle, FileBasicInfo)?;
    if now.FileAttributes & FILE_ATTRIBUTE_READONLY == 0 {
        return delete();
    }
    let itself = open::again(handle, How::existing(FILE_WRITE_ATTRIBUTES))?;
    make_writable(itself.as_handle())?;
    delete().inspect_err(|_| {
        let was = FILE_BASIC_INFO {
            FileAttributes: settable(now.FileAttributes),
            ..FILE_BASIC_INFO::default()
        };
        // The answer that counts is that of the removal.
        let _put_back = set_basic(itself.as_handle(), was);
    })
}

/// Returns those of the attributes that can be set, and the one that stands for none if there are none: with zero they would
/// stay as they are.
pub(crate) fn settable(attributes: u32) -> u32 {
    const SETTABLE: u32 = FILE_ATTRIBUTE_READONLY
        | FILE_ATTRIBUTE_HIDDEN
        | FILE_ATTRIBUTE_SYSTEM
        | FILE_ATTRIBUTE_ARCHIVE
        | FILE_ATTRIBUTE_TEMPORARY
        | FILE_ATTRIBUTE_OFFLINE
        | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;
    match attributes & SETTABLE {
        0 => FILE_ATTRIBUTE_NORMAL,
        some => some,
    }
}

/// Makes durable what was written by a handle that was opened to write.
pub(crate) fn flush(handle: BorrowedHandle<'_>) -> io::Result<()> {
    // SAFETY: the handle is open for the whole call.
    let answer = unsafe { FlushFileBuffers(handle.as_raw_handle()) };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Takes the read-only attribute away.
pub(crate) fn make_writable(handle: BorrowedHandle<'_>) -> io::Result<()> {
    let now: FILE_BASIC_INFO = information(handle, FileBasicInfo)?;
    let wanted = FILE_BASIC_INFO {
        FileAttributes: settable(now.FileAttributes & !FILE_ATTRIBUTE_READONLY),
        ..FILE_BASIC_INFO::default()
    };
    set_basic(handle, wanted)
}

/// Sets times and attributes; what is zero stays as it is.
pub(crate) fn set_basic(handle: BorrowedHandle<'_>, wanted: FILE_BASIC_INFO) -> io::Result<()> {
    let times = [
        wanted.CreationTime,
        wanted.LastAccessTime,
        wanted.LastWriteTime,
        wanted.ChangeTime,
    ];
    let mut bytes: Vec<u8> = times.iter().flat_map(|time| time.to_le_bytes()).collect();
    bytes.extend(wanted.FileAttributes.to_le_bytes());
    bytes.resize(size_of::<FILE_BASIC_INFO>(), 0);
    set(handle, FileBasicInformation, &bytes)
}

/// Writes the reparse point of what is open: an empty file or folder without one, or with one of the same tag.
pub(crate) fn set_reparse_point(handle: BorrowedHandle<'_>, bytes: &[u8]) -> io::Result<()> {
    control(handle, FSCTL_SET_REPARSE_POINT, bytes, &mut []).map(drop)
}

/// Writes `FILE_RENAME_INFORMATION`, which is laid out as `FILE_LINK_INFORMATION` is.
fn naming(folder: BorrowedHandle<'_>, name: &[u16], flags: u32) -> Vec<u8> {
    use std::mem::offset_of;
    let mut bytes = vec![0_u8; offset_of!(FILE_RENAME_INFORMATION, FileName)];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &flags.to_le_bytes());
    let root = folder.as_raw_handle().addr();
    put(
        offset_of!(FILE_RENAME_INFORMATION, RootDirectory),
        &root.to_le_bytes(),
    );
    let name_bytes = (name.len() * 2) as u32;
    put(
        offset_of!(FILE_RENAME_INFORMATION, FileNameLength),
        &name_bytes.to_le_bytes(),
    );
    bytes.extend(name.iter().flat_map(|unit| unit.to_le_bytes()));
    // The system wants room for the whole structure, also with a short name.
    bytes.resize(bytes.len().max(size_of::<FILE_RENAME_INFORMATION>()), 0);
    bytes
}

fn set(
    handle: BorrowedHandle<'_>,
    class: FILE_INFORMATION_CLASS,
    request: &[u8],
) -> io::Result<()> {
    // Aligned as the structures are.
    let mut aligned = vec![0_u64; request.len().div_ceil(size_of::<u64>())];
    for (place, part) in aligned.iter_mut().zip(request.chunks(size_of::<u64>())) {
        let mut word = [0; size_of::<u64>()];
        word[..part.len()].copy_from_slice(part);
        *place = u64::from_le_bytes(word);
    }
    let mut answer = IO_STATUS_BLOCK::default();
    // SAFETY: the handle is open for the whole call, which reads as many bytes as are there, and writes the answer.
    let status = unsafe {
        NtSetInformationFile(
            handle.as_raw_handle(),
            &raw mut answer,
            aligned.as_ptr().cast(),
            request.len() as u32,
            class,
        )
    };
    checked(status)
}
