//! Opening folders so that no link is passed on the way.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

pub(crate) use crate::unix::dir::{
    Dir, create_dir, is_same_dir, make_private, open_file, open_followed, real_path, remove_dir,
    set_opened_mode, sync_dir, sync_opened, write_new_file,
};

/// `PATH_MAX` of sys/syslimits.h, the closing NUL included.
pub(crate) const PATH_LIMIT_BYTES: usize = 1024;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// `O_EXEC` of sys/fcntl.h, which makes `O_SEARCH` of a folder: enter it, not read it. Systems before macOS 13 pass it over.
const SEARCH: OFlags = OFlags::from_bits_retain(libc::O_EXEC as u32);

/// Opens the folder at an absolute path; any symbolic link on the way makes it fail with `ELOOP`.
///
/// Stands on `O_NOFOLLOW_ANY` of open(2) where the system is seen to know it; elsewhere each part is opened by itself with
/// `O_NOFOLLOW`. Firmlinks are passed: they are folders to every call.
pub(crate) fn open_dir(path: &Path) -> io::Result<Dir> {
    if !refuses_links_anywhere() {
        let flags = FOLDER | OFlags::NOFOLLOW;
        return crate::unix::dir::open_by_parts(path, |at, name| {
            open(at.unwrap_or(CWD), name, flags)
        });
    }
    let opened = open(CWD, path.as_os_str(), FOLDER | OFlags::NOFOLLOW_ANY)?;
    Ok(Dir::new(opened))
}

/// A folder that may be entered and not read is opened to be entered.
fn open(at: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    match rustix::fs::openat(at, name, flags, Mode::empty()) {
        Err(Errno::ACCESS) => rustix::fs::openat(at, name, flags | SEARCH, Mode::empty()),
        other => other,
    }
}

/// A system passes over flags of open(2) that it does not know, so it is asked once: `/etc` is a link on every macOS.
fn refuses_links_anywhere() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let flags = FOLDER | OFlags::NOFOLLOW_ANY;
        let through_a_link = rustix::fs::open("/etc/.", flags, Mode::empty());
        through_a_link.err() == Some(Errno::LOOP)
    })
}

/// Gives what stands at a name these permission bits; where that is a link, it is not followed.
///
/// Stands on fchmodat(2) with `AT_SYMLINK_NOFOLLOW`.
pub(crate) fn set_mode(dir: &Dir, name: &OsStr, mode: u32) -> io::Result<()> {
    let mode = Mode::from_raw_mode(mode as rustix::fs::RawMode);
    Ok(rustix::fs::chmodat(
        dir,
        name,
        mode,
        AtFlags::SYMLINK_NOFOLLOW,
    )?)
}

/// Makes the names in an opened folder durable: fcntl(2) `F_FULLFSYNC`, since fsync(2) leaves them in the drive's own memory.
pub(crate) fn flush(dir: BorrowedFd<'_>) -> io::Result<()> {
    super::keep::flush(dir)
}
