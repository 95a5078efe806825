//! Folders by handle, and the files linkwright itself writes.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

use rustix::fs::{AtFlags, Mode, OFlags};

/// An opened folder; names are changed relative to it.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: OwnedFd,
    /// Device and inode number, once asked for.
    identity: OnceLock<(u64, u64)>,
}

impl Dir {
    pub(crate) fn new(fd: OwnedFd) -> Self {
        Self {
            fd,
            identity: OnceLock::new(),
        }
    }

    fn identity(&self) -> io::Result<(u64, u64)> {
        if let Some(known) = self.identity.get() {
            return Ok(*known);
        }
        let stat = rustix::fs::fstat(&self.fd)?;
        #[allow(
            clippy::useless_conversion,
            clippy::unnecessary_cast,
            reason = "the types differ between systems"
        )]
        let identity = (stat.st_dev as u64, stat.st_ino as u64);
        Ok(*self.identity.get_or_init(|| identity))
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

pub(crate) fn create_dir(dir: &Dir, name: &OsStr, mode: u32) -> io::Result<()> {
    Ok(rustix::fs::mkdirat(
        dir,
        name,
        Mode::from_raw_mode(mode as rustix::fs::RawMode),
    )?)
}

pub(crate) fn remove_dir(dir: &Dir, name: &OsStr) -> io::Result<()> {
    Ok(rustix::fs::unlinkat(dir, name, AtFlags::REMOVEDIR)?)
}

/// Returns whether both handles are of one folder.
pub(crate) fn is_same_dir(a: &Dir, b: &Dir) -> io::Result<bool> {
    Ok(a.identity()? == b.identity()?)
}

/// Opens a regular file for reading, never through a link and never blocking on a pipe.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Writes a new file of mode 0600 and syncs it; the name must not exist.
pub(crate) fn write_new_file(dir: &Dir, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(dir, name, flags, Mode::RUSR | Mode::WUSR)?;
    let mut file = File::from(file);
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes what was done to the names in the folder durable.
///
/// A file system without such a call (FUSE drivers may answer EINVAL, ENOSYS or EOPNOTSUPP) has nothing to sync.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = match rustix::fs::open(path, flags, Mode::empty()) {
        // A folder one may enter but not read cannot be opened to be synced.
        Err(rustix::io::Errno::ACCESS) => return Ok(()),
        other => other?,
    };
    sync_opened(&Dir::new(dir))
}

/// Does [`sync_dir`] for a folder that is open for reading.
pub(crate) fn sync_opened(dir: &Dir) -> io::Result<()> {
    match rustix::fs::fsync(dir) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
            Ok(())
        }
        other => Ok(other?),
    }
}

/// Sets mode 0700 for what the builder makes.
pub(crate) fn make_private(builder: &mut std::fs::DirBuilder) {
    use std::os::unix::fs::DirBuilderExt as _;
    builder.mode(0o700);
}

/// fchmod(2) on an opened folder.
pub(crate) fn set_opened_mode(dir: &Dir, mode: u32) -> io::Result<()> {
    let mode = Mode::from_raw_mode(mode as rustix::fs::RawMode);
    Ok(rustix::fs::fchmod(dir, mode)?)
}

/// fchmodat(2): on the name itself, which the caller has looked at and found to be a folder.
pub(crate) fn set_mode(dir: &Dir, name: &OsStr, mode: u32) -> io::Result<()> {
    let mode = Mode::from_raw_mode(mode as rustix::fs::RawMode);
    Ok(rustix::fs::chmodat(dir, name, mode, AtFlags::empty())?)
}
