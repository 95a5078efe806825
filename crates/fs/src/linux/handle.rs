//! File handles: what names a file on its volume whatever its path, name_to_handle_at(2).

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::look::handle::{FileHandle, Reached};

/// `MAX_HANDLE_SZ` of linux/exportfs.h.
const MAX_HANDLE_BYTES: usize = 128;

/// `struct file_handle` with room for the longest handle.
#[repr(C)]
struct Room {
    header: libc::file_handle,
    bytes: [u8; MAX_HANDLE_BYTES],
}

impl Room {
    fn new(kind: i32, bytes: &[u8]) -> Option<Self> {
        let mut room = Self {
            header: libc::file_handle {
                handle_bytes: u32::try_from(bytes.len()).ok()?,
                handle_type: kind,
                f_handle: [],
            },
            bytes: [0; MAX_HANDLE_BYTES],
        };
        room.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(room)
    }
}

/// Returns the handle of what stands at `path`, not followed; `None` where the file system has none.
pub(crate) fn file_handle(path: &Path) -> io::Result<Option<FileHandle>> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let Some(mut room) = Room::new(0, &[0; MAX_HANDLE_BYTES]) else {
        return Ok(None);
    };
    let mut mount_id = 0;
    // SAFETY: the path ends in NUL, and behind the header lies as much room as it says.
    let answer = unsafe {
        libc::name_to_handle_at(
            libc::AT_FDCWD,
            path.as_ptr(),
            &raw mut room.header,
            &raw mut mount_id,
            0,
        )
    };
    if answer != 0 {
        let error = io::Error::last_os_error();
        return match Errno::from_io_error(&error) {
            Some(Errno::OPNOTSUPP | Errno::OVERFLOW | Errno::NOSYS | Errno::PERM) => Ok(None),
            _ => Err(error),
        };
    }
    let length = room.header.handle_bytes as usize;
    Ok(room.bytes.get(..length).map(|bytes| FileHandle {
        kind: room.header.handle_type,
        bytes: bytes.to_vec(),
    }))
}

/// Opens what the handle names on the volume mounted at `mount_point`, and returns where it is now: open_by_handle_at(2),
/// which needs `CAP_DAC_READ_SEARCH`.
pub(crate) fn reach(mount_point: &Path, handle: &FileHandle) -> io::Result<Reached> {
    let mount = rustix::fs::open(
        mount_point,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let Some(mut room) = Room::new(handle.kind, &handle.bytes) else {
        return Ok(Reached::Unknown);
    };
    let flags = libc::O_PATH | libc::O_CLOEXEC;
    // SAFETY: the descriptor is open for the whole call, and behind the header lie as many bytes as it says.
    let answer = unsafe { libc::open_by_handle_at(mount.as_raw_fd(), &raw mut room.header, flags) };
    if answer < 0 {
        let error = io::Error::last_os_error();
        return match Errno::from_io_error(&error) {
            Some(Errno::STALE) => Ok(Reached::Gone),
            Some(Errno::PERM | Errno::ACCESS) => Ok(Reached::NotAllowed),
            Some(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS | Errno::NOENT) => {
                Ok(Reached::Unknown)
            }
            _ => Err(error),
        };
    }
    // SAFETY: the call returned a descriptor of its own, which nobody else has.
    let file = unsafe { OwnedFd::from_raw_fd(answer) };
    let stat = rustix::fs::statx(
        &file,
        c"",
        AtFlags::EMPTY_PATH,
        rustix::fs::StatxFlags::NLINK,
    )?;
    if stat.stx_nlink == 0 {
        return Ok(Reached::Gone);
    }
    Ok(match path_of(&file)? {
        Some(path) => Reached::At(path),
        None => Reached::Unknown,
    })
}

/// Returns the path of an open file as the system tells it, if it is one that leads there.
fn path_of(file: &OwnedFd) -> io::Result<Option<PathBuf>> {
    let path = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    let stat = rustix::fs::fstat(file)?;
    let found = match rustix::fs::lstat(&path) {
        Ok(found) => found,
        Err(_) => return Ok(None),
    };
    let is_it = (found.st_dev, found.st_ino) == (stat.st_dev, stat.st_ino);
    Ok((is_it && path.is_absolute()).then_some(path))
}
