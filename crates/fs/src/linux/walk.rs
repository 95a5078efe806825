//! Reading folders by handle with getdents64(2), with a bound on the handles kept.

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, ResolveFlags, StatxFlags};
use rustix::io::Errno;

use crate::look::Kind;
use crate::stage::Status;

/// The most folder handles kept open for children that wait; beyond it they are opened again from the root.
const MAX_KEPT_HANDLES: usize = 256;

const BUFFER_BYTES: usize = 64 * 1024;

/// Room for one getdents64 call.
pub(crate) type Buffer = Vec<MaybeUninit<u8>>;

/// Returns a buffer for [`OpenFolder::each_entry`].
pub(crate) fn buffer() -> Buffer {
    vec![MaybeUninit::uninit(); BUFFER_BYTES]
}

/// An opened folder that can be listed.
pub(crate) struct OpenFolder(Arc<Handle>);

/// An open folder, counted as long as anyone keeps it.
struct Handle {
    fd: OwnedFd,
    _counted: Arc<()>,
}

const FLAGS: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);

impl OpenFolder {
    /// Calls `visit` with each entry but `.` and `..`.
    pub(crate) fn each_entry(
        &self,
        buffer: &mut Buffer,
        mut visit: impl FnMut(&OsStr, Kind),
    ) -> io::Result<()> {
        list(&self.0.fd, buffer, |name, kind, _inode| visit(name, kind))
    }

    /// Calls `visit` with name, kind and inode number of each entry but `.` and `..`.
    pub(crate) fn each_numbered_entry(
        &self,
        buffer: &mut Buffer,
        visit: impl FnMut(&OsStr, Kind, u64),
    ) -> io::Result<()> {
        list(&self.0.fd, buffer, visit)
    }

    /// Returns what stands at `name`; a link is not followed.
    pub(crate) fn status_of(&self, name: &OsStr) -> io::Result<Status> {
        super::tree::status_at(&self.0.fd, name)
    }

    /// Calls `visit` with the text of the link `name`, unless it vanished.
    pub(crate) fn with_link_text(&self, name: &OsStr, visit: impl FnOnce(&OsStr)) {
        let mut room = [MaybeUninit::<u8>::uninit(); 4096];
        if let Ok((text, _)) = rustix::fs::readlinkat_raw(&self.0.fd, name, &mut room) {
            visit(OsStr::from_bytes(text));
        }
    }
}

/// Calls `visit` with name, kind and inode number of each entry of an open folder but `.` and `..`: getdents64(2).
pub(crate) fn list(
    folder: impl AsFd,
    buffer: &mut Buffer,
    mut visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    let mut entries = RawDir::new(&folder, buffer.as_mut_slice());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let name = OsStr::from_bytes(name);
        let file_type = match entry.file_type() {
            FileType::Unknown => match type_of(&folder, name) {
                Ok(known) => known,
                Err(Errno::NOENT) => continue,
                Err(error) => return Err(error.into()),
            },
            known => known,
        };
        visit(name, super::entry::kind(file_type), entry.ino());
    }
    Ok(())
}

fn type_of(folder: impl AsFd, name: &OsStr) -> Result<FileType, Errno> {
    let stat = rustix::fs::statx(folder, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE)?;
    Ok(FileType::from_raw_mode(stat.stx_mode.into()))
}

/// The handle of a parent, or the promise that it can be opened again from the root.
#[derive(Clone)]
pub(crate) struct ParentHandle(Option<Arc<Handle>>);

/// Opens children below handles, keeping the number of handles bounded and staying on one mount.
pub(crate) struct Parents {
    root: Arc<Handle>,
    counted: Arc<()>,
}

impl Parents {
    pub(crate) fn open_root(root: &Path) -> io::Result<Self> {
        let counted = Arc::new(());
        let fd = rustix::fs::openat(CWD, root, FLAGS, Mode::empty())?;
        let root = Arc::new(Handle {
            fd,
            _counted: Arc::clone(&counted),
        });
        Ok(Self { root, counted })
    }

    pub(crate) fn root(&self) -> ParentHandle {
        ParentHandle(Some(Arc::clone(&self.root)))
    }

    /// Returns what children of `folder` should keep to be opened by.
    pub(crate) fn keep(&self, folder: &OpenFolder) -> ParentHandle {
        let open = Arc::strong_count(&self.counted);
        ParentHandle((open <= MAX_KEPT_HANDLES).then(|| Arc::clone(&folder.0)))
    }

    /// Opens the folder at `path` below the root, or returns `None` if another mount begins there.
    pub(crate) fn open(
        &self,
        parent: &ParentHandle,
        path: &Path,
    ) -> io::Result<Option<OpenFolder>> {
        let Some(name) = path.file_name() else {
            return Ok(Some(OpenFolder(Arc::clone(&self.root))));
        };
        let opened = match &parent.0 {
            Some(parent) => open_child(&parent.fd, name),
            None => self.open_from_root(path),
        };
        match opened {
            Ok(fd) => {
                let handle = Handle {
                    fd,
                    _counted: Arc::clone(&self.counted),
                };
                Ok(Some(OpenFolder(Arc::new(handle))))
            }
            Err(Errno::XDEV) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn open_from_root(&self, path: &Path) -> Result<OwnedFd, Errno> {
        let mut at = open_child(&self.root.fd, OsStr::new("."))?;
        for component in path.components() {
            if let Component::Normal(name) = component {
                at = open_child(&at, name)?;
            }
        }
        Ok(at)
    }
}

/// openat2(2) with `RESOLVE_NO_XDEV` answers `EXDEV` where another mount begins, also for a bind mount of the same
/// disk; without that call (before Linux 5.6, or filtered) mounts inside are entered.
fn open_child(parent: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    match rustix::fs::openat2(parent, name, FLAGS, Mode::empty(), ResolveFlags::NO_XDEV) {
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(parent, name, FLAGS, Mode::empty()),
        other => other,
    }
}
