//! File ids: what names a file on its volume whatever its path, fsgetpath(2).

use std::ffi::CStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::look::handle::{FileHandle, Reached};

unsafe extern "C" {
    /// sys/fsgetpath.h, since macOS 10.13; the libc crate does not have it.
    fn fsgetpath(
        room: *mut libc::c_char,
        room_bytes: libc::size_t,
        file_system: *mut libc::fsid_t,
        object: u64,
    ) -> libc::ssize_t;
}

/// Marks handles of this form: the inode number and the birth time in nanoseconds, eight bytes each, the lowest first.
const INODE_AND_BIRTH: i32 = 0x4d41_4331;

/// Returns the handle of what stands at `path`, not followed; `None` where the file system gives no lasting numbers.
///
/// Numbers of APFS are not used again; on HFS+ they may be, and the birth time tells.
pub(crate) fn file_handle(path: &Path) -> io::Result<Option<FileHandle>> {
    let identity = super::entry::entry(path)?.identity;
    let file_system = super::volume::volume_of(path)?.file_system;
    let Some(birth_ns) = identity.birth_ns else {
        return Ok(None);
    };
    if !matches!(file_system.as_str(), "apfs" | "hfs") {
        return Ok(None);
    }
    let mut bytes = identity.inode.to_le_bytes().to_vec();
    bytes.extend_from_slice(&birth_ns.to_le_bytes());
    let kind = INODE_AND_BIRTH;
    Ok(Some(FileHandle { kind, bytes }))
}

/// Returns where the thing of that number is now on the volume mounted at `mount_point`: fsgetpath(2), which anyone may
/// call for what their own rights reach.
pub(crate) fn reach(mount_point: &Path, handle: &FileHandle) -> io::Result<Reached> {
    let (inode, birth) = match handle.bytes.as_chunks::<8>() {
        ([inode, birth], []) if handle.kind == INODE_AND_BIRTH => (inode, birth),
        _ => return Ok(Reached::Unknown),
    };
    let inode = u64::from_le_bytes(*inode);
    let birth_ns = i64::from_le_bytes(*birth);
    let mut file_system = rustix::fs::statfs(mount_point)?.f_fsid;
    let mut room = [0_u8; super::dir::PATH_LIMIT_BYTES];
    // SAFETY: the room is as large as it is said to be, and the id of the file system lives as long as the call.
    let answer = unsafe {
        fsgetpath(
            room.as_mut_ptr().cast(),
            room.len(),
            &raw mut file_system,
            inode,
        )
    };
    if answer < 0 {
        let error = io::Error::last_os_error();
        return match Errno::from_io_error(&error) {
            Some(Errno::NOENT) => Ok(Reached::Gone),
            Some(Errno::PERM | Errno::ACCESS) => Ok(Reached::NotAllowed),
            Some(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS | Errno::NOSPC | Errno::RANGE) => {
                Ok(Reached::Unknown)
            }
            _ => Err(error),
        };
    }
    let Ok(path) = CStr::from_bytes_until_nul(&room) else {
        return Ok(Reached::Unknown);
    };
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(path.to_bytes()));
    let Ok(found) = super::entry::entry(&path) else {
        return Ok(Reached::Unknown);
    };
    if !path.is_absolute() || found.identity.inode != inode {
        return Ok(Reached::Unknown);
    }
    Ok(match found.identity.birth_ns {
        Some(born) if born == birth_ns => Reached::At(path),
        // The number was given to something else.
        Some(_) => Reached::Gone,
        None => Reached::Unknown,
    })
}
