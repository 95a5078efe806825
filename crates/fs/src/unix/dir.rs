//! Folders by handle, and the files linkwright itself writes.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path};
use std::sync::OnceLock;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::FsErrorKind;

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
        let identity = super::entry::identity(&self.fd)?;
        Ok(*self.identity.get_or_init(|| identity))
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Opens the folder at an absolute path part by part, each with `O_NOFOLLOW`; a link on the way answers `ELOOP`.
///
/// `open` opens one name in an open folder, or the root if there is none yet.
pub(crate) fn open_by_parts(
    path: &Path,
    open: impl Fn(Option<BorrowedFd<'_>>, &OsStr) -> Result<OwnedFd, Errno>,
) -> io::Result<Dir> {
    let mut at = open(None, OsStr::new("/"))?;
    for component in path.components() {
        match component {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => {
                at = open(Some(at.as_fd()), name).map_err(|error| {
                    // O_NOFOLLOW with O_DIRECTORY answers ENOTDIR for a link (open(2)).
                    if error == Errno::NOTDIR {
                        Errno::LOOP
                    } else {
                        error
                    }
                })?;
            }
            Component::ParentDir | Component::Prefix(_) => return Err(Errno::INVAL.into()),
        }
    }
    Ok(Dir::new(at))
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

/// Returns the link-free path of what `path` leads to: realpath(3).
pub(crate) fn real_path(path: &Path) -> io::Result<std::path::PathBuf> {
    std::fs::canonicalize(path)
}

/// Opens a regular file for reading, never through a link and never blocking on a pipe.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Opens whatever `path` leads to for reading, never blocking on a pipe.
pub(crate) fn open_followed(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Writes a new file of mode 0600 and syncs it; the name must not exist.
pub(crate) fn write_new_file(dir: &Dir, name: &OsStr, bytes: &[u8]) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(dir, name, flags, Mode::RUSR | Mode::WUSR)?;
    let mut file = File::from(file);
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes what was done to the names in the folder durable.
///
/// A file system without such a call (FUSE drivers may answer EINVAL, ENOSYS or EOPNOTSUPP) has nothing to sync.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = match rustix::fs::open(path, flags, Mode::empty()) {
        // A folder one may enter but not read cannot be opened to be synced.
        Err(Errno::ACCESS) => return Ok(()),
        other => other?,
    };
    sync_opened(&Dir::new(dir))
}

/// Does [`sync_dir`] for a folder that is open for reading.
pub(crate) fn sync_opened(dir: &Dir) -> io::Result<()> {
    match crate::sys::dir::flush(dir.as_fd()) {
        Err(error) if crate::sys::errno::kind(&error) == FsErrorKind::Unsupported => Ok(()),
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
