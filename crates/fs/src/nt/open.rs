//! Opening: a name in an open folder, a path part by part, and what is open once more.

use std::ffi::OsStr;
use std::io;
use std::os::windows::io::{
    AsHandle as _, AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle,
};
use std::path::Path;
use std::ptr;

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem::{
    FILE_CREATE, FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE, FILE_OPEN,
    FILE_OPEN_FOR_BACKUP_INTENT, FILE_OPEN_REPARSE_POINT, FILE_SYNCHRONOUS_IO_NONALERT,
    NTCREATEFILE_CREATE_DISPOSITION, NTCREATEFILE_CREATE_OPTIONS, NtCreateFile,
};
use windows_sys::Win32::Foundation::{
    ERROR_CANT_RESOLVE_FILENAME, ERROR_FILENAME_EXCED_RANGE, HANDLE, OBJ_CASE_INSENSITIVE,
    UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ACCESS_RIGHTS, FILE_ATTRIBUTE_NORMAL, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE,
    FILE_SHARE_MODE, FILE_SHARE_READ, FILE_SHARE_WRITE, SYNCHRONIZE,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

use super::ask::{self, Stop};
use super::path::{name, nt_root_and_parts};
use super::{checked, error};

/// Others may do with it what they like meanwhile.
pub(crate) const SHARE_ALL: FILE_SHARE_MODE =
    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// What a handle is opened for, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    pub(crate) access: FILE_ACCESS_RIGHTS,
    pub(crate) share: FILE_SHARE_MODE,
    pub(crate) disposition: NTCREATEFILE_CREATE_DISPOSITION,
    pub(crate) options: NTCREATEFILE_CREATE_OPTIONS,
}

impl How {
    /// Something that is there, and a link itself.
    pub(crate) const fn existing(access: FILE_ACCESS_RIGHTS) -> Self {
        Self {
            access: access | FILE_READ_ATTRIBUTES,
            share: SHARE_ALL,
            disposition: FILE_OPEN,
            options: FILE_OPEN_REPARSE_POINT,
        }
    }

    /// A file that is there, and no folder.
    pub(crate) const fn file(access: FILE_ACCESS_RIGHTS) -> Self {
        let how = Self::existing(access);
        Self {
            options: how.options | FILE_NON_DIRECTORY_FILE,
            ..how
        }
    }

    /// Something that must not be there yet.
    pub(crate) const fn not_there_yet(self) -> Self {
        Self {
            disposition: FILE_CREATE,
            ..self
        }
    }

    /// A folder that is there.
    pub(crate) const fn folder(access: FILE_ACCESS_RIGHTS) -> Self {
        let how = Self::existing(access);
        Self {
            options: how.options | FILE_DIRECTORY_FILE,
            ..how
        }
    }
}

/// Opens or makes `name` in an open folder, or what is open itself if the name is empty; links on the way there are none.
fn create(root: Option<BorrowedHandle<'_>>, name: &[u16], how: How) -> io::Result<OwnedHandle> {
    let bytes = u16::try_from(name.len() * 2).map_err(|_| error(ERROR_FILENAME_EXCED_RANGE))?;
    let object_name = UNICODE_STRING {
        Length: bytes,
        MaximumLength: bytes,
        Buffer: name.as_ptr().cast_mut(),
    };
    let attributes = OBJECT_ATTRIBUTES {
        Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
        RootDirectory: root.map_or(ptr::null_mut(), |root| root.as_raw_handle()),
        ObjectName: &raw const object_name,
        Attributes: OBJ_CASE_INSENSITIVE,
        SecurityDescriptor: ptr::null(),
        SecurityQualityOfService: ptr::null(),
    };
    let mut handle: HANDLE = ptr::null_mut();
    let mut answer = IO_STATUS_BLOCK::default();
    // SAFETY: all pointers are to values that live as long as the call, which writes to the first and the fourth alone.
    let status = unsafe {
        NtCreateFile(
            &raw mut handle,
            how.access | SYNCHRONIZE,
            &raw const attributes,
            &raw mut answer,
            ptr::null(),
            FILE_ATTRIBUTE_NORMAL,
            how.share,
            how.disposition,
            how.options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT,
            ptr::null(),
            0,
        )
    };
    checked(status)?;
    // SAFETY: the call succeeded and gave a handle of our own, which nobody else has.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Opens or makes one name in an open folder; a link is opened itself.
pub(crate) fn child(folder: BorrowedHandle<'_>, own: &OsStr, how: How) -> io::Result<OwnedHandle> {
    create(Some(folder), &name(own)?, how)
}

/// Opens what is open already once more, for something else.
pub(crate) fn again(handle: BorrowedHandle<'_>, how: How) -> io::Result<OwnedHandle> {
    create(Some(handle), &[], how)
}

/// Opens or makes a stream of what is open, by its name with the colon in front.
pub(crate) fn stream(
    handle: BorrowedHandle<'_>,
    name: &[u16],
    how: How,
) -> io::Result<OwnedHandle> {
    create(Some(handle), name, how)
}

/// As [`child`], but fails with `ERROR_CANT_RESOLVE_FILENAME` where a link stands, and gives what is behind a tag that is
/// no link: the content of a file that is compressed, deduplicated or kept in a cloud, the root of a mounted volume.
pub(crate) fn no_link(
    folder: BorrowedHandle<'_>,
    own: &OsStr,
    how: How,
) -> io::Result<OwnedHandle> {
    let opened = child(folder, own, how)?;
    let stop = ask::stop(opened.as_handle())?;
    pass(opened, stop, how)
}

/// Returns what is behind `stop`, which was found at what was `opened`; a link is not passed.
pub(crate) fn pass(opened: OwnedHandle, stop: Stop, how: How) -> io::Result<OwnedHandle> {
    match stop {
        Stop::None => Ok(opened),
        Stop::Link => Err(error(ERROR_CANT_RESOLVE_FILENAME)),
        Stop::Volume(root) => create(None, &root, how),
        Stop::Filter => {
            let followed = How {
                options: how.options & !FILE_OPEN_REPARSE_POINT,
                ..how
            };
            again(opened.as_handle(), followed)
        }
    }
}

/// Opens the folder at an absolute path for `access`; any link on the way makes it fail with `ERROR_CANT_RESOLVE_FILENAME`.
///
/// Each part is opened by itself, as a link is only seen by whoever does not follow it. `OBJ_DONT_REPARSE` would say so in
/// one call, but stops at volumes mounted in folders and at placeholders of clouds too.
pub(crate) fn folder_at(path: &Path, access: FILE_ACCESS_RIGHTS) -> io::Result<OwnedHandle> {
    let (root, parts) = nt_root_and_parts(path)?;
    let step = How::folder(0);
    let last = How::folder(access);
    let how = |number: usize| if number == parts.len() { last } else { step };
    let mut at = create(None, &root, how(0))?;
    for (number, part) in parts.iter().enumerate() {
        at = no_link(at.as_handle(), part, how(number + 1))?;
    }
    Ok(at)
}

/// Opens what stands at a path; links on the way are followed as the system does, the last name only if `how` says so.
pub(crate) fn at(path: &Path, how: How) -> io::Result<OwnedHandle> {
    let (mut whole, parts) = nt_root_and_parts(path)?;
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            whole.push(u16::from(b'\\'));
        }
        whole.extend(name(part)?);
    }
    create(None, &whole, how)
}

/// Opens what a path leads to, as the system follows it.
pub(crate) fn followed(path: &Path, access: FILE_ACCESS_RIGHTS) -> io::Result<OwnedHandle> {
    at(path, following(access))
}

/// Opens what a name in an open folder leads to, as the system follows it.
pub(crate) fn followed_child(
    folder: BorrowedHandle<'_>,
    own: &OsStr,
    access: FILE_ACCESS_RIGHTS,
) -> io::Result<OwnedHandle> {
    child(folder, own, following(access))
}

const fn following(access: FILE_ACCESS_RIGHTS) -> How {
    let how = How::existing(access);
    How {
        options: how.options & !FILE_OPEN_REPARSE_POINT,
        ..how
    }
}
