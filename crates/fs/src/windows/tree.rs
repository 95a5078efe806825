//! Things in an opened folder: opened, looked at and made by name, never through a link and never on another volume.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle, BorrowedHandle, OwnedHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::{ERROR_NOT_SAME_DEVICE, ERROR_NOT_SUPPORTED};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_LIST_DIRECTORY, WRITE_DAC,
};

use super::dir::Dir;
use crate::look::Kind;
use crate::nt::ask::{self, Facts, Stop};
use crate::nt::{self, open, open::How};
use crate::stage::Status;

pub(crate) use super::walk::{Buffer, buffer};

/// A folder that is listed.
const FOLDER: How = How::folder(FILE_LIST_DIRECTORY);

/// Opens the folder at an absolute path for listing; no link is passed on the way.
pub(crate) fn open_folder(path: &Path) -> io::Result<Dir> {
    Ok(Dir::new(open::folder_at(path, FOLDER.access)?))
}

/// Opens a folder in `folder`; `CrossVolume` where another volume is mounted, `Loop` or `NotADirectory` where a link stands.
pub(crate) fn open_child(folder: &Dir, name: &OsStr) -> io::Result<Dir> {
    match enter(folder.as_handle(), name)? {
        Entered::Folder(opened) => Ok(Dir::new(opened)),
        Entered::Volume => Err(nt::error(ERROR_NOT_SAME_DEVICE)),
    }
}

/// What a name turned out to be on the way down.
pub(super) enum Entered {
    Folder(OwnedHandle),
    Volume,
}

/// Opens a folder of the same volume for listing.
pub(super) fn enter(folder: BorrowedHandle<'_>, name: &OsStr) -> io::Result<Entered> {
    let opened = open::child(folder, name, FOLDER)?;
    match ask::stop(opened.as_handle())? {
        Stop::Volume(_) => Ok(Entered::Volume),
        stop => Ok(Entered::Folder(open::pass(opened, stop, FOLDER)?)),
    }
}

/// Calls `visit` with name, kind and id of each entry of an open folder, from the first one on.
pub(crate) fn list(
    folder: &Dir,
    buffer: &mut Buffer,
    visit: impl FnMut(&OsStr, Kind, u64),
) -> io::Result<()> {
    super::walk::list(folder.as_handle(), buffer, visit)
}

/// Opens a file for reading; others may go on with it as they like.
pub(crate) fn open_to_read(folder: impl AsHandle, name: &OsStr) -> io::Result<File> {
    let how = How::file(FILE_GENERIC_READ);
    Ok(File::from(open::no_link(folder.as_handle(), name, how)?))
}

/// Makes a file that must not be there yet, open for writing and reading; there are no permission bits.
pub(crate) fn create_file(folder: &Dir, name: &OsStr, _mode: u32) -> io::Result<File> {
    let how = How::file(FILE_GENERIC_READ | FILE_GENERIC_WRITE | WRITE_DAC).not_there_yet();
    Ok(File::from(open::child(folder.as_handle(), name, how)?))
}

pub(crate) use list as list_once;

/// Lets a new file share the blocks of another; not done on this system.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn clone_into(_from: &File, _to: &File) -> io::Result<bool> {
    Ok(false)
}

/// Pipes of Windows have no place in folders.
pub(crate) fn create_pipe(_folder: &Dir, _name: &OsStr) -> io::Result<()> {
    Err(nt::error(ERROR_NOT_SUPPORTED))
}

/// Returns what stands at `name`; a link is not followed.
pub(crate) fn status_at(folder: impl AsHandle, name: &OsStr) -> io::Result<Status> {
    let opened = open::child(folder.as_handle(), name, How::existing(0))?;
    Ok(from_facts(&ask::facts(opened.as_handle())?))
}

/// Returns what an opened file is.
pub(crate) fn status(file: &File) -> io::Result<Status> {
    Ok(from_facts(&ask::facts(file.as_handle())?))
}

/// Returns what an opened folder is.
pub(crate) fn folder_status(folder: &Dir) -> io::Result<Status> {
    Ok(from_facts(&ask::facts(folder.as_handle())?))
}

fn from_facts(facts: &Facts) -> Status {
    let entry = super::entry::from_facts(facts);
    Status {
        kind: entry.kind,
        device: entry.identity.device,
        inode: entry.identity.inode,
        link_count: entry.link_count,
        size_bytes: entry.size_bytes,
        allocated_bytes: facts.allocated_bytes,
        mode: entry.mode,
        user_id: entry.user_id,
        group_id: entry.group_id,
        accessed_ns: facts.accessed_ns,
        modified_ns: facts.modified_ns,
        changed_ns: facts.changed_ns,
        is_locked: entry.is_locked,
        is_in_cloud_only: entry.is_in_cloud_only,
    }
}

/// There are no permission bits that a new file could lack.
pub(crate) fn umask() -> u32 {
    0
}
