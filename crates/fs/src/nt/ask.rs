//! What an open handle stands for: attributes, tag, id, times; and the names in an open folder.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};
use std::path::PathBuf;

use windows_sys::Wdk::Storage::FileSystem::{
    FILE_EA_INFORMATION, FileEaInformation, NtQueryInformationFile,
};
use windows_sys::Win32::Foundation::{
    ERROR_CALL_NOT_IMPLEMENTED, ERROR_FILE_NOT_FOUND, ERROR_INVALID_FUNCTION, ERROR_INVALID_LEVEL,
    ERROR_INVALID_PARAMETER, ERROR_NO_MORE_FILES, ERROR_NOT_SUPPORTED,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_DEVICE, FILE_ATTRIBUTE_DIRECTORY,
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_ATTRIBUTE_TAG_INFO, FILE_BASIC_INFO, FILE_ID_BOTH_DIR_INFO,
    FILE_ID_INFO, FILE_INFO_BY_HANDLE_CLASS, FILE_STANDARD_INFO, FileAttributeTagInfo,
    FileBasicInfo, FileIdBothDirectoryInfo, FileIdBothDirectoryRestartInfo, FileIdInfo,
    FileStandardInfo, GetFileInformationByHandle, GetFileInformationByHandleEx,
    GetFinalPathNameByHandleW,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::Ioctl::FSCTL_GET_REPARSE_POINT;
use windows_sys::Win32::System::SystemServices::IO_REPARSE_TAG_AF_UNIX;

use super::control;
use crate::look::Kind;
use crate::reparse::{BUFFER_LIMIT_BYTES, ReparsePoint, Tag, Target};

/// Pipes and devices of the Windows Subsystem for Linux: ntifs.h, `IO_REPARSE_TAG_LX_*`.
const TAG_LX_FIFO: u32 = 0x8000_0024;
const TAG_LX_CHR: u32 = 0x8000_0025;
const TAG_LX_BLK: u32 = 0x8000_0026;

/// The id of a file on its volume: 128 bits, of which NTFS uses the lower half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) volume: u64,
    pub(crate) bytes: [u8; 16],
}

impl Id {
    /// Returns the id in 64 bits: the lower half as it is where the upper one is zero, as on NTFS; else both mixed.
    ///
    /// ReFS numbers files within their folder in the lower half and folders in the upper one; an odd factor moves
    /// the upper half out of the way of the lower one, so that what is told apart by either stays apart but for chance.
    pub(crate) fn folded(self) -> u64 {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let [low, high] = [0, 8].map(|at| {
            let mut half = [0; 8];
            half.copy_from_slice(&self.bytes[at..at + 8]);
            u64::from_le_bytes(half)
        });
        low ^ high.wrapping_mul(ODD)
    }
}

/// What an open handle stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) kind: Kind,
    pub(crate) is_volume: bool,
    pub(crate) attributes: u32,
    pub(crate) id: Id,
    pub(crate) link_count: u32,
    pub(crate) size_bytes: u64,
    pub(crate) allocated_bytes: u64,
    pub(crate) created_ns: i64,
    pub(crate) accessed_ns: i64,
    pub(crate) modified_ns: i64,
    pub(crate) changed_ns: i64,
}

/// Returns what a handle stands for.
pub(crate) fn facts(handle: BorrowedHandle<'_>) -> io::Result<Facts> {
    let basic: FILE_BASIC_INFO = information(handle, FileBasicInfo)?;
    let standard: FILE_STANDARD_INFO = information(handle, FileStandardInfo)?;
    let (kind, is_volume) = match basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT {
        0 => (ordinary(basic.FileAttributes), false),
        _ => tagged(handle)?,
    };
    let modified_ns = nanoseconds(basic.LastWriteTime);
    Ok(Facts {
        kind,
        is_volume,
        attributes: basic.FileAttributes,
        id: id(handle)?,
        link_count: standard.NumberOfLinks,
        size_bytes: standard.EndOfFile.try_into().unwrap_or(0),
        allocated_bytes: standard.AllocationSize.try_into().unwrap_or(0),
        created_ns: nanoseconds(basic.CreationTime),
        accessed_ns: nanoseconds(basic.LastAccessTime),
        modified_ns,
        // FAT keeps no such time and answers zero.
        changed_ns: match basic.ChangeTime {
            0 => modified_ns,
            time => nanoseconds(time),
        },
    })
}

/// Returns the id of what is open.
///
/// Servers and Wine do not know 128 bits; the older call gives 64, and the short serial number of the volume.
pub(crate) fn id(handle: BorrowedHandle<'_>) -> io::Result<Id> {
    match information::<FILE_ID_INFO>(handle, FileIdInfo) {
        Ok(found) => {
            return Ok(Id {
                volume: found.VolumeSerialNumber,
                bytes: found.FileId.Identifier,
            });
        }
        Err(error) if !is_unknown_level(&error) => return Err(error),
        Err(_) => {}
    }
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open for the whole call, which writes to the structure alone.
    let answer = unsafe { GetFileInformationByHandle(handle.as_raw_handle(), &raw mut found) };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&found.nFileIndexLow.to_le_bytes());
    bytes[4..8].copy_from_slice(&found.nFileIndexHigh.to_le_bytes());
    Ok(Id {
        volume: found.dwVolumeSerialNumber.into(),
        bytes,
    })
}

/// Returns whether the system or a server says that it does not know a kind of question or order.
pub(crate) fn is_unknown_level(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(i32::cast_unsigned);
    matches!(
        code,
        Some(
            ERROR_INVALID_FUNCTION
                | ERROR_NOT_SUPPORTED
                | ERROR_INVALID_PARAMETER
                | ERROR_INVALID_LEVEL
                | ERROR_CALL_NOT_IMPLEMENTED
        )
    )
}

/// What may stand in the way of whoever opens a name without following it.
pub(crate) enum Stop {
    /// Nothing: it is what it is.
    None,
    /// A symbolic link or a junction.
    Link,
    /// A volume is mounted there, whose root has this name for the kernel.
    Volume(Vec<u16>),
    /// A tag that a driver answers for; what is behind it belongs to the name.
    Filter,
}

/// Returns what stands in the way at a handle that was opened without following.
pub(crate) fn stop(handle: BorrowedHandle<'_>) -> io::Result<Stop> {
    let found: FILE_ATTRIBUTE_TAG_INFO = information(handle, FileAttributeTagInfo)?;
    if found.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT == 0 {
        return Ok(Stop::None);
    }
    Ok(match Tag(found.ReparseTag) {
        Tag::SYMBOLIC_LINK | Tag::WSL_LINK => Stop::Link,
        Tag::MOUNT_POINT => match mounted_volume(handle)? {
            Some(root) => Stop::Volume(root),
            None => Stop::Link,
        },
        _ => Stop::Filter,
    })
}

/// Returns the kind of what has a tag, and whether a volume is mounted there.
///
/// Only two tags are links that Windows follows. Placeholders of clouds, compressed and deduplicated files are what
/// their attributes say; what stands for another thing in some other way is none of the kinds known here.
fn tagged(handle: BorrowedHandle<'_>) -> io::Result<(Kind, bool)> {
    let found: FILE_ATTRIBUTE_TAG_INFO = information(handle, FileAttributeTagInfo)?;
    let tag = Tag(found.ReparseTag);
    if tag == Tag::MOUNT_POINT && mounted_volume(handle)?.is_some() {
        return Ok((Kind::Directory, true));
    }
    Ok((kind_by_tag(found.FileAttributes, tag), false))
}

fn kind_by_tag(attributes: u32, tag: Tag) -> Kind {
    match tag {
        Tag::SYMBOLIC_LINK => Kind::SymbolicLink,
        Tag::MOUNT_POINT => Kind::Junction,
        Tag(IO_REPARSE_TAG_AF_UNIX) => Kind::Socket,
        Tag(TAG_LX_FIFO) => Kind::Fifo,
        Tag(TAG_LX_CHR | TAG_LX_BLK) => Kind::Device,
        Tag::APP_LINK => Kind::Other,
        other if other.is_name_surrogate() => Kind::Other,
        _ => ordinary(attributes),
    }
}

fn ordinary(attributes: u32) -> Kind {
    if attributes & FILE_ATTRIBUTE_DIRECTORY != 0 {
        Kind::Directory
    } else if attributes & FILE_ATTRIBUTE_DEVICE != 0 {
        Kind::Device
    } else {
        Kind::File
    }
}

/// Returns the root of the volume that is mounted at an opened mount point; `None` for a junction, which leads to a folder.
fn mounted_volume(handle: BorrowedHandle<'_>) -> io::Result<Option<Vec<u16>>> {
    let data = match reparse_data(handle) {
        Err(error) if is_unknown_level(&error) => return Ok(None),
        other => other?,
    };
    let target = ReparsePoint::decode(&data)
        .ok()
        .and_then(|point| point.target());
    Ok(match target {
        Some(root @ Target::Volume { .. }) if is_root(&root) => {
            Some(root.substitute().units().to_vec())
        }
        _ => None,
    })
}

fn is_root(target: &Target) -> bool {
    matches!(target, Target::Volume { path, .. } if path.is_empty())
}

/// Returns the data of a reparse point that was opened without following it: `FSCTL_GET_REPARSE_POINT`.
pub(crate) fn reparse_data(handle: BorrowedHandle<'_>) -> io::Result<Vec<u8>> {
    let mut room = vec![0_u8; BUFFER_LIMIT_BYTES];
    let length = control(handle, FSCTL_GET_REPARSE_POINT, &[], &mut room)?;
    room.truncate(length);
    Ok(room)
}

/// Returns how many bytes of extended attributes (of OS/2, and of WSL) there are; none where they are not known.
pub(crate) fn extended_attribute_bytes(handle: BorrowedHandle<'_>) -> u32 {
    let mut found = FILE_EA_INFORMATION::default();
    let mut answer = IO_STATUS_BLOCK::default();
    // SAFETY: the handle is open for the whole call, which writes as many bytes as the structure has at most.
    let status = unsafe {
        NtQueryInformationFile(
            handle.as_raw_handle(),
            &raw mut answer,
            (&raw mut found).cast(),
            size_of::<FILE_EA_INFORMATION>() as u32,
            FileEaInformation,
        )
    };
    match status {
        0 => found.EaSize,
        _ => 0,
    }
}

/// Structures that the system fills, of plain numbers, for which all bytes are valid.
pub(crate) trait Plain: Copy + Default {}
impl Plain for FILE_BASIC_INFO {}
impl Plain for FILE_ATTRIBUTE_TAG_INFO {}
impl Plain for FILE_ID_INFO {}
/// Its two truth values are written by the system as 0 or 1.
impl Plain for FILE_STANDARD_INFO {}

/// Asks an open handle for one of the structures that have a fixed size.
pub(crate) fn information<T: Plain>(
    handle: BorrowedHandle<'_>,
    class: FILE_INFO_BY_HANDLE_CLASS,
) -> io::Result<T> {
    let mut found = T::default();
    // SAFETY: the handle is open for the whole call, which writes as many bytes as the structure has at most.
    let answer = unsafe {
        GetFileInformationByHandleEx(
            handle.as_raw_handle(),
            class,
            (&raw mut found).cast(),
            size_of::<T>() as u32,
        )
    };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(found)
}

/// Returns the path of what is open, as the system tells it, by a drive letter where there is one.
pub(crate) fn path(handle: BorrowedHandle<'_>) -> io::Result<PathBuf> {
    // The longest path of the kernel, and its NUL.
    let mut room = vec![0_u16; 32_768];
    // SAFETY: the handle is open for the whole call, which writes to the room alone.
    let length = unsafe {
        GetFinalPathNameByHandleW(
            handle.as_raw_handle(),
            room.as_mut_ptr(),
            room.len() as u32,
            0,
        )
    };
    match room.get(..length as usize) {
        Some(text) if length > 0 => Ok(PathBuf::from(OsString::from_wide(text))),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Room for one call that lists names; the system wants it aligned to eight bytes.
pub(crate) type Room = Vec<u64>;

/// Calls `visit` with name, kind and id (64 bits) of each entry of an open folder but `.` and `..`, from the first one on.
///
/// A name with the tag of a mount point is looked at, as it may be a junction or a volume: `mounted` says which.
/// Stands on `FileIdBothDirectoryInfo`, where `EaSize` is the tag of what has one (\[MS-FSCC\] 2.4.17).
pub(crate) fn list(
    handle: BorrowedHandle<'_>,
    room: &mut Room,
    mut mounted: impl FnMut(&OsStr) -> Kind,
    mut visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    let mut class = FileIdBothDirectoryRestartInfo;
    let mut units = Vec::new();
    loop {
        // SAFETY: the handle is open for the whole call, which writes as many bytes as the room has at most.
        let answer = unsafe {
            GetFileInformationByHandleEx(
                handle.as_raw_handle(),
                class,
                room.as_mut_ptr().cast(),
                size_of_val(room.as_slice()) as u32,
            )
        };
        if answer == 0 {
            let error = io::Error::last_os_error();
            return match error.raw_os_error().map(i32::cast_unsigned) {
                // The root of a drive that holds nothing does not even hold `.`.
                Some(ERROR_NO_MORE_FILES | ERROR_FILE_NOT_FOUND) => Ok(()),
                _ => Err(error),
            };
        }
        class = FileIdBothDirectoryInfo;
        let mut rest = Some(bytes_of(room));
        while let Some(record) = rest.and_then(Record::parse) {
            rest = record.next;
            units.clear();
            let name = record.name.chunks_exact(2);
            units.extend(name.map(|unit| u16::from_le_bytes([unit[0], unit[1]])));
            let name = OsString::from_wide(&units);
            if name == "." || name == ".." {
                continue;
            }
            let kind = match record.attributes & FILE_ATTRIBUTE_REPARSE_POINT {
                0 => ordinary(record.attributes),
                _ if record.tag == Tag::MOUNT_POINT => mounted(&name),
                _ => kind_by_tag(record.attributes, record.tag),
            };
            visit(&name, kind, record.id);
        }
    }
}

fn bytes_of(room: &Room) -> &[u8] {
    // SAFETY: a slice of numbers is a slice of as many bytes, and lives as long as the borrow.
    unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), size_of_val(room.as_slice())) }
}

/// One entry of a listing: `FILE_ID_BOTH_DIR_INFO`, read by the places of its fields.
struct Record<'a> {
    attributes: u32,
    tag: Tag,
    id: u64,
    name: &'a [u8],
    next: Option<&'a [u8]>,
}

impl<'a> Record<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        use std::mem::offset_of;
        let number = |at: usize| {
            let four = bytes.get(at..at + 4)?;
            Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        };
        let id_at = offset_of!(FILE_ID_BOTH_DIR_INFO, FileId);
        let name_at = offset_of!(FILE_ID_BOTH_DIR_INFO, FileName);
        let name_bytes = number(offset_of!(FILE_ID_BOTH_DIR_INFO, FileNameLength))? as usize;
        let next = number(offset_of!(FILE_ID_BOTH_DIR_INFO, NextEntryOffset))? as usize;
        Some(Self {
            attributes: number(offset_of!(FILE_ID_BOTH_DIR_INFO, FileAttributes))?,
            tag: Tag(number(offset_of!(FILE_ID_BOTH_DIR_INFO, EaSize))?),
            id: u64::from(number(id_at)?) | u64::from(number(id_at + 4)?) << 32,
            name: bytes.get(name_at..name_at + name_bytes)?,
            next: (next != 0).then(|| bytes.get(next..)).flatten(),
        })
    }
}

/// Returns a time of Windows, which counts 100 ns since 1601, in nanoseconds since 1970.
fn nanoseconds(time: i64) -> i64 {
    time.saturating_sub(UNIX_EPOCH).saturating_mul(100)
}

/// Returns a time in nanoseconds since 1970 as Windows counts it.
pub(crate) fn windows_time(ns: i64) -> i64 {
    ns.div_euclid(100) + UNIX_EPOCH
}

/// 1970-01-01 in units of 100 ns since 1601-01-01.
const UNIX_EPOCH: i64 = 116_444_736_000_000_000;
