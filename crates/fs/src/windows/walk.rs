//! Reading folders by handle, with a bound on the handles kept.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle as _, BorrowedHandle, OwnedHandle};
use std::path::PathBuf;
use std::sync::Arc;

use windows_sys::Win32::Foundation::ERROR_CANT_ACCESS_FILE;
use windows_sys::Win32::Storage::FileSystem::FILE_LIST_DIRECTORY;

use super::tree::{Entered, enter};
use crate::look::walk::Mounts;
use crate::look::{Entry, Kind};
use crate::nt::open::{self, How};
use crate::nt::{self, ask};
use crate::stage::Status;

/// The most folder handles kept open for children that wait; beyond it they are opened again from the root.
const MAX_KEPT_HANDLES: usize = 256;

const BUFFER_BYTES: usize = 64 * 1024;

/// Room for one call that lists.
pub(crate) type Buffer = ask::Room;

/// Returns a buffer for [`OpenFolder::each_entry`].
pub(crate) fn buffer() -> Buffer {
    vec![0; BUFFER_BYTES / size_of::<u64>()]
}

/// An opened folder that can be listed.
pub(crate) struct OpenFolder(Arc<Handle>);

/// An open folder, counted as long as anyone keeps it.
struct Handle {
    folder: OwnedHandle,
    _counted: Arc<()>,
}

impl OpenFolder {
    fn handle(&self) -> BorrowedHandle<'_> {
        self.0.folder.as_handle()
    }

    /// Calls `visit` with name, kind and id of each entry but `.` and `..`.
    pub(crate) fn each_entry(
        &self,
        buffer: &mut Buffer,
        visit: impl FnMut(&OsStr, Kind, u64),
    ) -> io::Result<()> {
        list(self.handle(), buffer, visit)
    }

    /// Returns what stands at `name`; a link is not followed.
    pub(crate) fn status_of(&self, name: &OsStr) -> io::Result<Status> {
        super::tree::status_at(self.handle(), name)
    }

    /// Returns what makes this folder itself: serial number of the volume and id.
    pub(crate) fn identity(&self) -> io::Result<(u64, u64)> {
        let id = ask::id(self.handle())?;
        Ok((id.volume, id.folded()))
    }

    /// Returns the whole of what stands at `name`, its birth time left out; a link is not followed.
    pub(crate) fn entry_at(&self, name: &OsStr) -> io::Result<Entry> {
        entry_of(&open::child(self.handle(), name, How::existing(0))?)
    }

    /// Returns what the name leads to, as the system follows it, its birth time left out.
    pub(crate) fn followed(&self, name: &OsStr) -> io::Result<Entry> {
        entry_of(&open::followed_child(self.handle(), name, 0)?)
    }

    /// Calls `visit` with the text of the link `name`.
    pub(crate) fn with_link_text<R>(
        &self,
        name: &OsStr,
        visit: impl FnOnce(&OsStr) -> R,
    ) -> io::Result<R> {
        Ok(visit(&super::link::read_link_in(self.handle(), name)?))
    }

    /// Opens the file `name` for reading, never through a link, and not if its content lies in a cloud: a look fetches
    /// nothing.
    pub(crate) fn open_to_read(&self, name: &OsStr) -> io::Result<File> {
        let itself = open::child(self.handle(), name, How::existing(0))?;
        if ask::facts(itself.as_handle())?.attributes & super::entry::ELSEWHERE != 0 {
            return Err(nt::error(ERROR_CANT_ACCESS_FILE));
        }
        super::tree::open_to_read(self.handle(), name)
    }
}

fn entry_of(opened: &OwnedHandle) -> io::Result<Entry> {
    let facts = ask::facts(opened.as_handle())?;
    Ok(super::entry::without_birth(super::entry::from_facts(
        &facts,
    )))
}

/// Calls `visit` with name, kind and id of each entry of an open folder but `.` and `..`.
///
/// A mount point is looked at, as it is a junction or the place of a volume; one that cannot be is taken for a junction,
/// which nothing is done below.
pub(crate) fn list(
    folder: BorrowedHandle<'_>,
    buffer: &mut Buffer,
    visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    let mounted = |name: &OsStr| {
        open::child(folder, name, How::existing(0))
            .and_then(|opened| ask::facts(opened.as_handle()))
            .map_or(Kind::Junction, |facts| facts.kind)
    };
    ask::list(folder, buffer, mounted, visit)
}

/// The handle of a parent, or the promise that it can be opened again from the root.
#[derive(Clone)]
pub(crate) struct ParentHandle(Option<Arc<Handle>>);

/// What opening a child came to.
pub(crate) enum Opened {
    /// It is open.
    Folder(OpenFolder),
    /// Another volume is mounted there.
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
            let folder = open::folder_at(root, FILE_LIST_DIRECTORY);
            let folder = folder.map_err(|error| (index, error))?;
            let _counted = Arc::clone(&counted);
            Ok(Arc::new(Handle { folder, _counted }))
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
    pub(crate) fn open<'a>(
        &self,
        root: usize,
        parent: &ParentHandle,
        above: impl FnOnce() -> Vec<&'a OsStr>,
        name: &OsStr,
    ) -> io::Result<Opened> {
        let opened = match &parent.0 {
            Some(parent) => self.open_child(parent.folder.as_handle(), name)?,
            None => {
                let parent = self.open_from_root(root, &above())?;
                self.open_child(parent.as_handle(), name)?
            }
        };
        let Some(folder) = opened else {
            return Ok(Opened::OtherMount);
        };
        let _counted = Arc::clone(&self.counted);
        Ok(Opened::Folder(OpenFolder(Arc::new(Handle {
            folder,
            _counted,
        }))))
    }

    fn open_from_root(&self, root: usize, names: &[&OsStr]) -> io::Result<OwnedHandle> {
        let root = self.roots[root].folder.as_handle();
        let mut at = open::again(root, How::folder(FILE_LIST_DIRECTORY))?;
        for name in names {
            let gone = || io::Error::from(io::ErrorKind::NotFound);
            at = self.open_child(at.as_handle(), name)?.ok_or_else(gone)?;
        }
        Ok(at)
    }

    /// Opens a child; `None` where a volume is mounted that is not entered.
    fn open_child(
        &self,
        parent: BorrowedHandle<'_>,
        name: &OsStr,
    ) -> io::Result<Option<OwnedHandle>> {
        if self.mounts == Mounts::Enter {
            let how = How::folder(FILE_LIST_DIRECTORY);
            return open::no_link(parent, name, how).map(Some);
        }
        Ok(match enter(parent, name)? {
            Entered::Folder(folder) => Some(folder),
            Entered::Volume => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Storage::FileSystem::{
        FILE_ATTRIBUTE_OFFLINE, FILE_BASIC_INFO, FILE_WRITE_ATTRIBUTES,
    };

    use super::*;
    use crate::look::{self, tree::survey};

    #[test]
    fn every_entry_is_met_once_with_the_id_that_it_has() {
        const FILES: usize = 2000;
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        for number in 0..FILES {
            std::fs::write(
                top.join(format!("a/b/a file with a long name {number}")),
                "",
            )
            .unwrap();
        }
        let found = survey(&top, |_, _| true).unwrap();
        assert_eq!((found.files, found.directories), (FILES as u64, 2));
        assert_eq!(found.unreadable_count, 0);
        let parents =
            Parents::open_roots(&[top.join("a/b")], Mounts::Stay).map_err(|(_, error)| error);
        let root = parents.unwrap().root(0);
        let (mut names, mut room) = (Vec::new(), buffer());
        // Twice: each listing begins anew.
        for _ in 0..2 {
            names.clear();
            root.each_entry(&mut room, |name, kind, id| {
                names.push((name.to_owned(), kind, id))
            })
            .unwrap();
            assert_eq!(names.len(), FILES);
        }
        for (name, kind, id) in names.iter().take(20) {
            let status = root.status_of(name).unwrap();
            assert_eq!((status.kind, status.inode), (*kind, *id), "{name:?}");
        }
        let name = &names[0].0;
        assert!(root.open_to_read(name).is_ok());
        let path = top.join("a/b").join(name);
        let marked = open::at(&path, How::existing(FILE_WRITE_ATTRIBUTES)).unwrap();
        let offline = FILE_BASIC_INFO {
            FileAttributes: FILE_ATTRIBUTE_OFFLINE,
            ..FILE_BASIC_INFO::default()
        };
        nt::tell::set_basic(marked.as_handle(), offline).unwrap();
        let attributes = ask::facts(marked.as_handle()).unwrap().attributes;
        match attributes & FILE_ATTRIBUTE_OFFLINE {
            0 => println!("skipped: what lies elsewhere: not marked here"),
            _ => assert!(root.open_to_read(name).is_err()),
        }
        let itself = root.entry_at(OsStr::new(".")).unwrap();
        assert_eq!(root.identity().unwrap().1, itself.identity.inode);
    }
}
