//! Folders of a walk, opened from each other by handle, with a bound on the handles kept.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use crate::look::walk::Mounts;
use crate::look::{Entry, Kind};
use crate::stage::Status;
use crate::sys::walk::{Buffer, list, open_child};

/// The most folder handles kept open for children that wait; beyond it they are opened again from the root.
const MAX_KEPT_HANDLES: usize = 256;

/// How a folder is opened to be listed.
pub(crate) const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);

/// An opened folder that can be listed.
pub(crate) struct OpenFolder(Arc<Handle>);

/// An open folder, counted as long as anyone keeps it.
struct Handle {
    fd: OwnedFd,
    _counted: Arc<()>,
}

impl OpenFolder {
    /// Calls `visit` with name, kind and inode number of each entry but `.` and `..`.
    pub(crate) fn each_entry(
        &self,
        buffer: &mut Buffer,
        visit: impl FnMut(&OsStr, Kind, u64),
    ) -> io::Result<()> {
        list(&self.0.fd, buffer, visit)
    }

    /// Returns what stands at `name`; a link is not followed.
    pub(crate) fn status_of(&self, name: &OsStr) -> io::Result<Status> {
        crate::sys::tree::status_at(&self.0.fd, name)
    }

    /// Returns what makes this folder itself: device and inode number, fstat(2).
    pub(crate) fn identity(&self) -> io::Result<(u64, u64)> {
        super::entry::identity(&self.0.fd)
    }

    /// Returns the whole of what stands at `name`; a link is not followed.
    pub(crate) fn entry_at(&self, name: &OsStr) -> io::Result<Entry> {
        crate::sys::entry::entry_at(&self.0.fd, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Returns what the name leads to, as the kernel follows it.
    pub(crate) fn followed(&self, name: &OsStr) -> io::Result<Entry> {
        crate::sys::entry::entry_at(&self.0.fd, name, AtFlags::empty())
    }

    /// Calls `visit` with the text of the link `name`.
    pub(crate) fn with_link_text<R>(
        &self,
        name: &OsStr,
        visit: impl FnOnce(&OsStr) -> R,
    ) -> io::Result<R> {
        let mut room = [MaybeUninit::<u8>::uninit(); 4096];
        let (text, _) = rustix::fs::readlinkat_raw(&self.0.fd, name, &mut room)?;
        match crate::sys::link::text_instead(&self.0.fd, name, text) {
            Some(real) => Ok(visit(OsStr::from_bytes(&real))),
            None => Ok(visit(OsStr::from_bytes(text))),
        }
    }

    /// Opens the file `name` for reading, never through a link and never waiting for the other end of a pipe.
    pub(crate) fn open_to_read(&self, name: &OsStr) -> io::Result<File> {
        crate::sys::tree::open_to_read(&self.0.fd, name)
    }
}

/// The handle of a parent, or the promise that it can be opened again from the root.
#[derive(Clone)]
pub(crate) struct ParentHandle(Option<Arc<Handle>>);

/// What opening a child came to.
pub(crate) enum Opened {
    /// It is open.
    Folder(OpenFolder),
    /// Another mount begins there.
    OtherMount,
}

/// Opens children below the roots of a walk, keeping the number of handles bounded.
pub(crate) struct Parents {
    roots: Vec<Arc<Handle>>,
    counted: Arc<()>,
    mounts: Mounts,
}

impl Parents {
    /// Opens the folders at the paths `roots`.
    pub(crate) fn open_roots(
        roots: &[PathBuf],
        mounts: Mounts,
    ) -> Result<Self, (usize, io::Error)> {
        let counted = Arc::new(());
        let open = |(index, root): (usize, &PathBuf)| {
            let fd = rustix::fs::openat(CWD, root, FOLDER, Mode::empty())
                .map_err(|error| (index, error.into()))?;
            let _counted = Arc::clone(&counted);
            Ok(Arc::new(Handle { fd, _counted }))
        };
        let opened = roots
            .iter()
            .enumerate()
            .map(open)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            roots: opened,
            counted,
            mounts,
        })
    }

    /// Returns a root, open.
    pub(crate) fn root(&self, index: usize) -> OpenFolder {
        OpenFolder(Arc::clone(&self.roots[index]))
    }

    /// Returns what children of `folder` should keep to be opened by.
    pub(crate) fn keep(&self, folder: &OpenFolder) -> ParentHandle {
        let open = Arc::strong_count(&self.counted);
        ParentHandle((open <= MAX_KEPT_HANDLES).then(|| Arc::clone(&folder.0)))
    }

    /// Opens the folder `name`, which stands in the folder that the names `above` lead to from the root `root`.
    ///
    /// Where the walk stays on its volume, a child on another mount answers `EXDEV`.
    pub(crate) fn open<'a>(
        &self,
        root: usize,
        parent: &ParentHandle,
        above: impl FnOnce() -> Vec<&'a OsStr>,
        name: &OsStr,
    ) -> io::Result<Opened> {
        let opened = match &parent.0 {
            Some(parent) => open_child(parent.fd.as_fd(), name, self.mounts),
            None => self
                .open_from_root(root, &above())
                .and_then(|parent| open_child(parent.as_fd(), name, self.mounts)),
        };
        match opened {
            Ok(fd) => {
                let _counted = Arc::clone(&self.counted);
                let handle = Handle { fd, _counted };
                Ok(Opened::Folder(OpenFolder(Arc::new(handle))))
            }
            Err(Errno::XDEV) => Ok(Opened::OtherMount),
            Err(error) => Err(error.into()),
        }
    }

    fn open_from_root(&self, root: usize, names: &[&OsStr]) -> Result<OwnedFd, Errno> {
        let mut at = open_child(self.roots[root].fd.as_fd(), OsStr::new("."), self.mounts)?;
        for name in names {
            at = open_child(at.as_fd(), name, self.mounts)?;
        }
        Ok(at)
    }
}
