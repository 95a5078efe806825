//! What belongs to a file besides its bytes: alternate streams, owner and access list, attributes, times.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle, BorrowedHandle};
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_COMPRESSED, FILE_ATTRIBUTE_ENCRYPTED,
    FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_INTEGRITY_STREAM, FILE_ATTRIBUTE_NOT_CONTENT_INDEXED,
    FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_SYSTEM, FILE_BASIC_INFO, FILE_READ_EA,
    FILE_WRITE_ATTRIBUTES, FILE_WRITE_DATA, READ_CONTROL, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::SystemServices::FILE_PERSISTENT_ACLS;

use super::dir::Dir;
use crate::FsErrorKind;
use crate::look::Kind;
use crate::nt::open::{self, How};
use crate::nt::security::Security;
use crate::nt::{ask, streams, tell};
use crate::snapshot::Attribute;
use crate::stage::{Loss, Status};

/// Attributes that mean the same on every volume.
const CARRIED: u32 = FILE_ATTRIBUTE_READONLY
    | FILE_ATTRIBUTE_HIDDEN
    | FILE_ATTRIBUTE_SYSTEM
    | FILE_ATTRIBUTE_ARCHIVE
    | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

/// Attributes that say how a volume keeps the content, which a copy does not take along.
const HOW_IT_IS_KEPT: u32 = FILE_ATTRIBUTE_COMPRESSED | FILE_ATTRIBUTE_INTEGRITY_STREAM;

/// What a new file or folder has by itself; on Windows it is looked at when it matters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Has;

/// Gives an opened file or folder streams, owner, access list, attributes and times of another; returns what could not be
/// kept.
///
/// The access list is set as it is, with what was handed down to it, as a rename on one volume leaves it. One that was only
/// handed down is no loss on a volume that keeps none.
pub(crate) fn give(
    from: impl AsHandle,
    wanted: &Status,
    to: impl AsHandle,
    _has: Has,
) -> io::Result<Vec<Loss>> {
    let (from, to) = (from.as_handle(), to.as_handle());
    let mut lost = Vec::new();
    for stream in streams::list(from)? {
        let loss = match stream.is_mark_of_the_web() {
            true => Loss::Label,
            false => Loss::Stream,
        };
        noted(streams::copy(&stream, from, to), loss, &mut lost)?;
    }
    // Whose attributes may not be read, of that it is not known that any are lost.
    let attribute_bytes = open::again(from, How::existing(FILE_READ_EA))
        .map_or(0, |from| ask::extended_attribute_bytes(from.as_handle()));
    if attribute_bytes > 0 {
        lost.push(Loss::Attribute);
    }
    give_security(from, to, &mut lost)?;
    give_attributes_and_times(from, wanted, to, &mut lost)?;
    Ok(lost)
}

fn give_security(
    from: BorrowedHandle<'_>,
    to: BorrowedHandle<'_>,
    lost: &mut Vec<Loss>,
) -> io::Result<()> {
    let read = |handle| Security::of(open::again(handle, How::existing(READ_CONTROL))?.as_handle());
    let Ok(wanted) = read(from) else {
        // Who may not read it cannot know what is lost, or the volume has none.
        if keeps_access_lists(from) {
            lost.push(Loss::AccessList);
        }
        return Ok(());
    };
    if !keeps_access_lists(from) {
        return Ok(());
    }
    if !keeps_access_lists(to) {
        if wanted.has_entries_of_its_own() {
            lost.push(Loss::AccessList);
        }
        return Ok(());
    }
    let has = read(to)?;
    if !wanted.has_same_owner(&has) {
        let set = open::again(to, How::existing(WRITE_OWNER))
            .and_then(|to| wanted.give_owner(to.as_handle()));
        noted(set, Loss::Owner, lost)?;
    }
    if !wanted.has_same_access_list(&has) {
        let set = open::again(to, How::existing(WRITE_DAC))
            .and_then(|to| wanted.give_access_list(to.as_handle()));
        noted(set, Loss::AccessList, lost)?;
    }
    Ok(())
}

fn keeps_access_lists(handle: BorrowedHandle<'_>) -> bool {
    super::volume::flags(handle).is_ok_and(|flags| flags & FILE_PERSISTENT_ACLS != 0)
}

fn give_attributes_and_times(
    from: BorrowedHandle<'_>,
    wanted: &Status,
    to: BorrowedHandle<'_>,
    lost: &mut Vec<Loss>,
) -> io::Result<()> {
    let (original, copy) = (ask::facts(from)?, ask::facts(to)?);
    if original.attributes & !copy.attributes & FILE_ATTRIBUTE_ENCRYPTED != 0 {
        lost.push(Loss::Encryption);
    }
    if original.attributes & !copy.attributes & HOW_IT_IS_KEPT != 0 {
        lost.push(Loss::Flags);
    }
    let carried = original.attributes & CARRIED;
    let times = FILE_BASIC_INFO {
        CreationTime: ask::windows_time(original.created_ns),
        LastAccessTime: ask::windows_time(wanted.accessed_ns),
        LastWriteTime: ask::windows_time(wanted.modified_ns),
        ChangeTime: 0,
        FileAttributes: tell::settable(carried),
    };
    if original.kind == Kind::File && carried & FILE_ATTRIBUTE_READONLY != 0 {
        // Nobody can ask for that any more once it is read-only.
        tell::flush(to)?;
    }
    // By the handle that has written, where there is one: the end of that one would stamp the file anew, but for times that
    // were set by itself.
    let set = match tell::set_basic(to, times) {
        Err(error) if super::errno::kind(&error) == FsErrorKind::PermissionDenied => {
            open::again(to, How::existing(FILE_WRITE_ATTRIBUTES))
                .and_then(|to| tell::set_basic(to.as_handle(), times))
        }
        other => other,
    };
    noted(set, Loss::Times, lost)?;
    if ask::facts(to)?.attributes & CARRIED != carried {
        lost.push(Loss::Flags);
    }
    Ok(())
}

/// As [`give`]: what is known to be missing is not left out here.
pub(crate) fn give_facts(
    from: impl AsHandle,
    wanted: &Status,
    to: impl AsHandle,
    has: Has,
) -> io::Result<Vec<Loss>> {
    give(from, wanted, to, has)
}

/// Returns the names and values of the attributes that are carried; `None`, since this system is not asked.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn attributes_of(_open: impl AsHandle) -> io::Result<Option<Vec<Attribute>>> {
    Ok(None)
}

/// Gives attributes that another system has told, which this one cannot keep.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn give_attributes(_to: impl AsHandle, wanted: &[Attribute]) -> io::Result<Vec<Loss>> {
    Ok(wanted.iter().map(|_| Loss::Attribute).collect())
}

/// Takes away attributes that another system has told, of which this one keeps none.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn remove_attributes(_to: impl AsHandle, names: &[&[u8]]) -> io::Result<Vec<Loss>> {
    Ok(names.iter().map(|_| Loss::Attribute).collect())
}

/// Gives an opened folder its times; owner, list and attributes stay.
pub(crate) fn give_to_folder(wanted: &Status, folder: &Dir) -> io::Result<Vec<Loss>> {
    let mut lost = Vec::new();
    give_attributes_and_times(folder.as_handle(), wanted, folder.as_handle(), &mut lost)?;
    Ok(lost)
}

/// Gives a link the attributes and times of another.
pub(crate) fn give_by_name(
    from: (&Dir, &OsStr),
    wanted: &Status,
    to: (&Dir, &OsStr),
) -> io::Result<Vec<Loss>> {
    let open = |(dir, name): (&Dir, &OsStr)| {
        open::child(dir.as_handle(), name, How::existing(READ_CONTROL))
    };
    let (from, to) = (open(from)?, open(to)?);
    let mut lost = Vec::new();
    give_security(from.as_handle(), to.as_handle(), &mut lost)?;
    give_attributes_and_times(from.as_handle(), wanted, to.as_handle(), &mut lost)?;
    Ok(lost)
}

/// Does nothing: each thing in the folder gets the access list that it had, whatever is handed down to it first.
pub(crate) fn forget_inherited(_folder: &Dir) -> io::Result<()> {
    Ok(())
}

/// Returns the bits as they are: there are none of a group.
pub(crate) fn mode_without_list(_folder: &Path, mode: u32) -> u32 {
    mode
}

/// Returns nothing: whether an access list is more than what its folder hands down is not looked at.
pub(crate) fn besides_mode(_folder: &Dir) -> io::Result<Vec<Loss>> {
    Ok(Vec::new())
}

pub(crate) fn has_now<T>(_opened: &T) -> io::Result<Has> {
    Ok(Has)
}

pub(crate) fn has_when_new(_mode: u32, _umask: u32) -> Has {
    Has
}

/// Makes what was written to a file durable, also if it is open for reading only: flushing asks for the right to write.
///
/// A file that is read-only was flushed when [`give`] made it so.
pub(crate) fn sync_file(file: &File) -> io::Result<()> {
    let is_denied = |error: &io::Error| super::errno::kind(error) == FsErrorKind::PermissionDenied;
    match file.sync_all() {
        Err(error) if is_denied(&error) => {}
        other => return other,
    }
    match open::again(file.as_handle(), How::existing(FILE_WRITE_DATA)) {
        Err(error)
            if is_denied(&error)
                && ask::facts(file.as_handle())?.attributes & FILE_ATTRIBUTE_READONLY != 0 =>
        {
            Ok(())
        }
        other => tell::flush(other?.as_handle()),
    }
}

/// What a file system refuses because it has no such thing, or because this user may not, is lost and noted; a full or
/// failing disk is an error.
fn noted(set: io::Result<()>, loss: Loss, lost: &mut Vec<Loss>) -> io::Result<()> {
    let Err(error) = set else {
        return Ok(());
    };
    match super::errno::kind(&error) {
        FsErrorKind::NoSpace
        | FsErrorKind::Io
        | FsErrorKind::TooManyOpenFiles
        | FsErrorKind::Busy
        | FsErrorKind::ReadOnly => Err(error),
        _ => {
            lost.push(loss);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look;
    use crate::windows::{dir::open_dir, tree};

    #[test]
    fn times_and_attributes_come_over() {
        const CREATED_NS: i64 = 1_234_567_890_123_456_700;
        const MODIFIED_NS: i64 = 1_400_000_000_500_000_000;
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        let dir = open_dir(&top).unwrap();
        std::fs::write(top.join("from"), "content").unwrap();
        let marked = open::at(&top.join("from"), How::existing(FILE_WRITE_ATTRIBUTES)).unwrap();
        let times = FILE_BASIC_INFO {
            CreationTime: ask::windows_time(CREATED_NS),
            LastWriteTime: ask::windows_time(MODIFIED_NS),
            FileAttributes: FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_READONLY,
            ..FILE_BASIC_INFO::default()
        };
        tell::set_basic(marked.as_handle(), times).unwrap();
        let from = tree::open_to_read(&dir, OsStr::new("from")).unwrap();
        let status = tree::status(&from).unwrap();
        assert_eq!(status.modified_ns, MODIFIED_NS);
        let copy = tree::create_file(&dir, OsStr::new("to"), 0o600).unwrap();
        let lost = give(&from, &status, &copy, Has).unwrap();
        sync_file(&copy).unwrap();
        sync_file(&tree::open_to_read(&dir, OsStr::new("to")).unwrap()).unwrap();
        let now = tree::status(&copy).unwrap();
        assert_eq!((now.modified_ns, now.mode), (MODIFIED_NS, 0o400));
        let facts = ask::facts(copy.as_handle()).unwrap();
        let was = ask::facts(from.as_handle()).unwrap();
        assert_eq!(facts.attributes & CARRIED, was.attributes & CARRIED);
        // Wine keeps no time of creation.
        if was.created_ns == CREATED_NS {
            assert_eq!(facts.created_ns, CREATED_NS);
        } else {
            println!("skipped: the time of creation: not kept here");
        }
        assert_eq!(lost, []);
    }
}
