//! Folders by handle, and the files linkwright itself writes.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::windows::io::{AsHandle, BorrowedHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_DIRECTORY, ERROR_INVALID_HANDLE};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ADD_FILE, FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_WRITE_ATTRIBUTES,
};

use crate::look::Kind;
use crate::nt::ask::{self, Id};
use crate::nt::open::{self, How};
use crate::nt::{self, tell};

/// The most UTF-16 units of a path of the kernel; each is at least one byte here.
pub(crate) const PATH_LIMIT_BYTES: usize = 32_767;

/// An opened folder; names are changed relative to it.
#[derive(Debug)]
pub(crate) struct Dir {
    handle: OwnedHandle,
    id: OnceLock<Id>,
}

impl Dir {
    pub(crate) fn new(handle: OwnedHandle) -> Self {
        Self {
            handle,
            id: OnceLock::new(),
        }
    }

    fn id(&self) -> io::Result<Id> {
        if let Some(known) = self.id.get() {
            return Ok(*known);
        }
        let found = ask::id(self.as_handle())?;
        Ok(*self.id.get_or_init(|| found))
    }
}

impl AsHandle for Dir {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.handle.as_handle()
    }
}

/// Opens the folder at an absolute path; any link on the way makes it fail with `Loop`.
pub(crate) fn open_dir(path: &Path) -> io::Result<Dir> {
    Ok(Dir::new(open::folder_at(path, 0)?))
}

/// Returns the link-free path of what `path` leads to, in the form that other programs understand.
pub(crate) fn real_path(path: &Path) -> io::Result<PathBuf> {
    Ok(nt::path::plain(std::fs::canonicalize(path)?))
}

/// Makes a folder with the access list that its place hands down to it; there are no permission bits.
pub(crate) fn create_dir(dir: &Dir, name: &OsStr, _mode: u32) -> io::Result<()> {
    open::child(dir.as_handle(), name, How::folder(0).not_there_yet())?;
    Ok(())
}

/// Removes a folder if it is empty; a junction or a link to a folder is none.
pub(crate) fn remove_dir(dir: &Dir, name: &OsStr) -> io::Result<()> {
    let folder = open::child(dir.as_handle(), name, How::folder(DELETE))?;
    if ask::facts(folder.as_handle())?.kind != Kind::Directory {
        return Err(nt::error(ERROR_DIRECTORY));
    }
    tell::remove(folder.as_handle())
}

/// Returns whether both handles are of one folder: the 128-bit id and the serial number of the volume.
pub(crate) fn is_same_dir(a: &Dir, b: &Dir) -> io::Result<bool> {
    Ok(a.id()? == b.id()?)
}

/// Opens a regular file for reading, never through a link.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let how = How::file(FILE_GENERIC_READ);
    let opened = open::at(path, how)?;
    let stop = ask::stop(opened.as_handle())?;
    Ok(File::from(open::pass(opened, stop, how)?))
}

/// Opens the file that `path` leads to for reading.
pub(crate) fn open_followed(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Writes a new file and syncs it; the name must not exist.
pub(crate) fn write_new_file(dir: &Dir, name: &OsStr, bytes: &[u8]) -> io::Result<File> {
    let how = How::file(FILE_GENERIC_WRITE).not_there_yet();
    let mut file = File::from(open::child(dir.as_handle(), name, how)?);
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes what was done to the names in the folder durable: `FlushFileBuffers`.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    match open::followed(path, FILE_ADD_FILE) {
        // Flushing asks for the right to write, which a folder that is not ours does not give.
        Err(error) if is_code(&error, ERROR_ACCESS_DENIED) => Ok(()),
        other => flush(other?),
    }
}

/// Does [`sync_dir`] for an open folder.
pub(crate) fn sync_opened(dir: &Dir) -> io::Result<()> {
    match open::again(dir.as_handle(), How::folder(FILE_ADD_FILE)) {
        Err(error) if is_code(&error, ERROR_ACCESS_DENIED) => Ok(()),
        other => flush(other?),
    }
}

fn flush(folder: OwnedHandle) -> io::Result<()> {
    match File::from(folder).sync_all() {
        // A file system that has no such call for folders has nothing to sync: FAT, and some servers.
        Err(error)
            if ask::is_unknown_level(&error)
                || is_code(&error, ERROR_INVALID_HANDLE)
                || is_code(&error, ERROR_ACCESS_DENIED) =>
        {
            Ok(())
        }
        other => other,
    }
}

fn is_code(error: &io::Error, code: u32) -> bool {
    error.raw_os_error().map(i32::cast_unsigned) == Some(code)
}

/// A folder has no bits that close it.
pub(crate) fn set_opened_mode(_dir: &Dir, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Sets the one bit there is: whether a file can be written.
pub(crate) fn set_mode(dir: &Dir, name: &OsStr, mode: u32) -> io::Result<()> {
    const OWNER_WRITES: u32 = 0o200;
    let opened = open::child(dir.as_handle(), name, How::existing(0))?;
    if ask::facts(opened.as_handle())?.kind == Kind::Directory || mode & OWNER_WRITES == 0 {
        return Ok(());
    }
    let opened = open::child(dir.as_handle(), name, How::existing(FILE_WRITE_ATTRIBUTES))?;
    tell::make_writable(opened.as_handle())
}

/// A folder in the user's profile is private by its inherited access list.
pub(crate) fn make_private(_builder: &mut DirBuilder) {}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Foundation::ERROR_MORE_DATA;

    use super::*;
    use crate::FsErrorKind;

    fn kind(error: &io::Error) -> FsErrorKind {
        super::super::errno::kind(error)
    }

    fn top() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let real = real_path(folder.path()).unwrap();
        (folder, real)
    }

    #[test]
    fn folders_are_made_known_again_and_removed_when_empty() {
        let (_guard, top) = top();
        let dir = open_dir(&top).unwrap();
        let name = OsStr::new("ü dir. ");
        create_dir(&dir, name, 0o700).unwrap();
        let taken = create_dir(&dir, name, 0o700).unwrap_err();
        assert_eq!(kind(&taken), FsErrorKind::AlreadyExists);
        let inner = open_dir(&top.join(name)).unwrap();
        assert!(is_same_dir(&inner, &open_dir(&top.join(name)).unwrap()).unwrap());
        assert!(!is_same_dir(&inner, &dir).unwrap());
        write_new_file(&inner, OsStr::new("f"), b"held").unwrap();
        sync_opened(&inner).unwrap();
        sync_dir(&top).unwrap();
        let full = remove_dir(&dir, name).unwrap_err();
        assert_eq!(kind(&full), FsErrorKind::NotEmpty);
        super::super::link::unlink(&inner, OsStr::new("f")).unwrap();
        drop(inner);
        remove_dir(&dir, name).unwrap();
        let gone = open_dir(&top.join(name)).unwrap_err();
        assert_eq!(kind(&gone), FsErrorKind::NotFound);
    }

    #[test]
    fn a_file_is_no_folder_and_a_folder_no_file() {
        let (_guard, top) = top();
        let dir = open_dir(&top).unwrap();
        write_new_file(&dir, OsStr::new("f"), b"x").unwrap();
        let error = open_dir(&top.join("f")).unwrap_err();
        assert_eq!(kind(&error), FsErrorKind::NotADirectory);
        let error = open_dir(&top.join("f").join("deeper")).unwrap_err();
        assert_eq!(kind(&error), FsErrorKind::NotADirectory);
        let error = remove_dir(&dir, OsStr::new("f")).unwrap_err();
        assert_eq!(kind(&error), FsErrorKind::NotADirectory);
        let error = open_file(&top).unwrap_err();
        assert_eq!(kind(&error), FsErrorKind::IsADirectory);
        let error = super::super::link::unlink(
            &open_dir(top.parent().unwrap()).unwrap(),
            top.file_name().unwrap(),
        )
        .unwrap_err();
        assert_eq!(kind(&error), FsErrorKind::IsADirectory);
        let mut text = String::new();
        io::Read::read_to_string(&mut open_file(&top.join("f")).unwrap(), &mut text).unwrap();
        assert_eq!(text, "x");
    }

    #[test]
    fn a_path_longer_than_win32_takes() {
        let (_guard, top) = top();
        let part = "part".repeat(20);
        let mut path = top.clone();
        for _ in 0..5 {
            create_dir(&open_dir(&path).unwrap(), OsStr::new(&part), 0o700).unwrap();
            path.push(&part);
        }
        assert!(path.as_os_str().len() > 400);
        write_new_file(&open_dir(&path).unwrap(), OsStr::new("f"), b"deep").unwrap();
        assert_eq!(crate::look::entry(&path.join("f")).unwrap().size_bytes, 4);
        assert!(crate::look::volume_of(&path).is_ok());
        match real_path(&path) {
            Err(error) if is_code(&error, ERROR_MORE_DATA) => {
                println!("skipped: the real path of a long one: Wine has no room for it");
            }
            other => assert_eq!(other.unwrap(), path),
        }
    }
}
