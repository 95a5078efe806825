//! File ids: what names a file on its volume whatever its path.

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    ExtendedFileIdType, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_ID_128,
    FILE_ID_DESCRIPTOR, FILE_ID_DESCRIPTOR_0, FILE_READ_ATTRIBUTES, FileIdType, OpenFileById,
};

use crate::look::handle::{FileHandle, Reached};
use crate::nt::open::{self, How, SHARE_ALL};
use crate::nt::path::plain;
use crate::nt::{ask, names};

/// Says that the bytes are an id of Windows, of 128 bits; Linux numbers its own kinds from 0 to 0xff.
const WINDOWS_ID: i32 = 0x1_0080;

/// Returns the id of what stands at `path`, not followed.
pub(crate) fn file_handle(path: &Path) -> io::Result<Option<FileHandle>> {
    let opened = open::at(path, How::existing(0))?;
    Ok(Some(FileHandle {
        kind: WINDOWS_ID,
        bytes: ask::id(opened.as_handle())?.bytes.to_vec(),
    }))
}

/// Opens what has the id on the volume mounted at `mount_point`, and returns where it is now: `OpenFileById`, which anyone
/// may call, and `GetFinalPathNameByHandleW`.
pub(crate) fn reach(mount_point: &Path, handle: &FileHandle) -> io::Result<Reached> {
    let Ok(bytes) = <[u8; 16]>::try_from(handle.bytes.as_slice()) else {
        return Ok(Reached::Unknown);
    };
    if handle.kind != WINDOWS_ID {
        return Ok(Reached::Unknown);
    }
    let volume = open::followed(mount_point, 0)?;
    let opened = match open_by_id(&volume, extended(bytes)) {
        // NTFS takes its own 64 bits in either form; servers and Wine only in the short one.
        Err(error) if ask::is_unknown_level(&error) && bytes[8..] == [0; 8] => {
            open_by_id(&volume, short(bytes))
        }
        other => other,
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => {
            return match error.raw_os_error().map(i32::cast_unsigned) {
                // NTFS answers so where the place in its table is free, or used again.
                Some(ERROR_INVALID_PARAMETER | ERROR_FILE_NOT_FOUND) => Ok(Reached::Gone),
                Some(ERROR_ACCESS_DENIED) => Ok(Reached::NotAllowed),
                _ if ask::is_unknown_level(&error) => Ok(Reached::Unknown),
                _ => Err(error),
            };
        }
    };
    if ask::id(opened.as_handle())?.bytes != bytes {
        return Ok(Reached::Unknown);
    }
    match ask::path(opened.as_handle()) {
        Ok(path) => Ok(Reached::At(plain(path))),
        // It may be opened, but a folder above it may not be listed.
        Err(_) => Ok(Reached::Unknown),
    }
}

/// Returns every name of the file at `path`; `None` where the volume does not tell. Names in folders that this user may not
/// open are left out.
pub(crate) fn names_of(path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    let opened = open::at(path, How::existing(0))?;
    let names = match names::names_of(opened.as_handle()) {
        Err(error) if ask::is_unknown_level(&error) => return Ok(None),
        other => other?,
    };
    let volume = open::followed(&super::volume::mount_point(path)?, 0)?;
    let whole = |found: names::Name| {
        let id = descriptor(
            FileIdType,
            FILE_ID_DESCRIPTOR_0 {
                FileId: found.folder,
            },
        );
        let folder = open_by_id(&volume, id).ok()?;
        let folder = ask::path(folder.as_handle()).ok()?;
        Some(plain(folder).join(found.name))
    };
    Ok(Some(names.into_iter().filter_map(whole).collect()))
}

fn extended(bytes: [u8; 16]) -> FILE_ID_DESCRIPTOR {
    let id = FILE_ID_128 { Identifier: bytes };
    descriptor(
        ExtendedFileIdType,
        FILE_ID_DESCRIPTOR_0 { ExtendedFileId: id },
    )
}

fn short(bytes: [u8; 16]) -> FILE_ID_DESCRIPTOR {
    let mut low = [0; 8];
    low.copy_from_slice(&bytes[..8]);
    let id = i64::from_le_bytes(low);
    descriptor(FileIdType, FILE_ID_DESCRIPTOR_0 { FileId: id })
}

fn descriptor(kind: i32, id: FILE_ID_DESCRIPTOR_0) -> FILE_ID_DESCRIPTOR {
    FILE_ID_DESCRIPTOR {
        dwSize: size_of::<FILE_ID_DESCRIPTOR>() as u32,
        Type: kind,
        Anonymous: id,
    }
}

fn open_by_id(volume: &OwnedHandle, id: FILE_ID_DESCRIPTOR) -> io::Result<OwnedHandle> {
    // SAFETY: the volume is open and the descriptor lives for the whole call, which only reads them.
    let handle = unsafe {
        OpenFileById(
            volume.as_raw_handle(),
            &raw const id,
            FILE_READ_ATTRIBUTES,
            SHARE_ALL,
            ptr::null(),
            FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded and gave a handle of our own.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}
