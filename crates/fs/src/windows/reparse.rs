//! Reparse points, as the file system hands them out and takes them: `FSCTL_GET_REPARSE_POINT`, `FSCTL_SET_REPARSE_POINT`.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::windows::io::{AsHandle as _, BorrowedHandle, OwnedHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::ERROR_NOT_A_REPARSE_POINT;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_SYSTEM, FILE_GENERIC_READ, FILE_WRITE_ATTRIBUTES,
    FILE_WRITE_DATA, SYMBOLIC_LINK_FLAG_DIRECTORY,
};
use windows_sys::Win32::System::SystemServices::FILE_SUPPORTS_REPARSE_POINTS;

use super::dir::Dir;
use crate::look::{Entry, Kind, NativeForm, Raw};
use crate::nt::open::{self, How};
use crate::nt::{ask, path, tell};

/// How files begin that are links to Interix and to ntfs-3g; they have the system attribute.
const INTERIX: &[u8] = b"IntxLNK\x01";

/// Returns the reparse point of what stands at `path`, `None` if it has none and is nothing that others take for a link.
pub(crate) fn read(path: &Path, _entry: &Entry) -> io::Result<Option<Raw>> {
    let opened = open::at(path, How::existing(0))?;
    match read_opened(&opened)? {
        None if is_interix(&opened)? => Ok(Some(Raw::None)),
        other => Ok(other),
    }
}

fn is_interix(opened: &OwnedHandle) -> io::Result<bool> {
    let facts = ask::facts(opened.as_handle())?;
    if facts.kind != Kind::File || facts.attributes & FILE_ATTRIBUTE_SYSTEM == 0 {
        return Ok(false);
    }
    // What may not be read is not known to be one.
    let Ok(file) = open::again(opened.as_handle(), How::file(FILE_GENERIC_READ)) else {
        return Ok(false);
    };
    let mut begin = Vec::new();
    File::from(file)
        .take(INTERIX.len() as u64)
        .read_to_end(&mut begin)?;
    Ok(begin == INTERIX)
}

pub(crate) fn read_at(dir: &Dir, name: &OsStr) -> io::Result<Option<Raw>> {
    read_opened(&open::child(dir.as_handle(), name, How::existing(0))?)
}

fn read_opened(opened: &OwnedHandle) -> io::Result<Option<Raw>> {
    let handle = opened.as_handle();
    match ask::reparse_data(handle) {
        Ok(bytes) => Ok(Some(Raw::Point {
            bytes,
            is_folder: is_folder(handle)?,
        })),
        Err(error) if is_no_reparse_point(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_folder(handle: BorrowedHandle<'_>) -> io::Result<bool> {
    Ok(ask::facts(handle)?.attributes & FILE_ATTRIBUTE_DIRECTORY != 0)
}

fn is_no_reparse_point(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_NOT_A_REPARSE_POINT.cast_signed())
        || ask::is_unknown_level(error)
}

/// Any volume may hold reparse points.
pub(crate) fn volumes() -> io::Result<Option<Vec<u64>>> {
    Ok(None)
}

/// Returns whether the volume keeps reparse points: NTFS and ReFS do, FAT and exFAT do not.
pub(crate) fn takes_native_links(folder: &Path) -> bool {
    open::followed(folder, 0)
        .and_then(|opened| super::volume::flags(opened.as_handle()))
        .is_ok_and(|flags| flags & FILE_SUPPORTS_REPARSE_POINTS != 0)
}

/// A junction is written onto an empty folder. To write a symbolic link so takes the privilege, which the call that makes
/// one does without in Developer Mode.
pub(crate) fn needs_carrier(form: NativeForm) -> bool {
    form == NativeForm::Junction
}

/// Makes the empty file or folder that is to become a link.
pub(crate) fn create_carrier(dir: &Dir, name: &OsStr, form: NativeForm) -> io::Result<()> {
    let how = match form.is_folder() {
        true => How::folder(0),
        false => How::file(0),
    };
    open::child(dir.as_handle(), name, how.not_there_yet()).map(drop)
}

/// Gives an empty folder or file its reparse point, in one step.
///
/// The file system refuses a folder that holds something, and a tag that is not the one that is there.
pub(crate) fn write(dir: &Dir, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
    rewrite(&hold(dir, name)?, bytes)
}

/// Whatever stands at a name, held.
pub(crate) type Held = OwnedHandle;

/// Holds what stands at a name; a link is not followed.
pub(crate) fn hold(dir: &Dir, name: &OsStr) -> io::Result<Held> {
    let how = How::existing(FILE_WRITE_ATTRIBUTES | FILE_WRITE_DATA);
    open::child(dir.as_handle(), name, how)
}

/// Returns how many names a held thing has.
pub(crate) fn name_count(held: &Held) -> io::Result<u64> {
    Ok(ask::facts(held.as_handle())?.link_count.into())
}

/// Returns the reparse point of a held thing.
pub(crate) fn read_held(held: &Held) -> io::Result<Vec<u8>> {
    ask::reparse_data(held.as_handle())
}

/// Gives a held link another reparse point of the same tag, in one step; the file system refuses another tag.
pub(crate) fn rewrite(held: &Held, bytes: &[u8]) -> io::Result<()> {
    tell::set_reparse_point(held.as_handle(), bytes)
}

/// Returns whether a link of this form can be given another target where it stands: to write a symbolic link so takes the
/// privilege.
pub(crate) fn can_be_rewritten(form: NativeForm, _name: &OsStr, _longest_bytes: usize) -> bool {
    form == NativeForm::Junction
}

/// Returns whether the system takes the name for a folder by what it remembers: nothing is remembered here.
pub(crate) fn passes_for_folder(_dir: &Dir, _name: &OsStr) -> io::Result<bool> {
    Ok(false)
}

/// Nothing is remembered that could be old.
pub(crate) fn refresh(_dir: &Dir, _name: &OsStr) -> io::Result<()> {
    Ok(())
}

/// Makes a symbolic link in one call.
pub(crate) fn create_directly(
    form: NativeForm,
    text: &str,
    dir: &Dir,
    name: &OsStr,
) -> io::Result<()> {
    let kind = match form {
        NativeForm::FileLink => 0,
        NativeForm::FolderLink => SYMBOLIC_LINK_FLAG_DIRECTORY,
        NativeForm::Junction => return Err(io::ErrorKind::Unsupported.into()),
    };
    let folder = path::plain(ask::path(dir.as_handle())?);
    super::link::create_symlink_of(kind, &OsString::from(text), &folder, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::{self, NativeLink, OnNtfs};
    use crate::{FsErrorKind, Hand, NoWitness, act};

    /// Wine 8 has no junctions (error 50); where there are, they are what was asked for and go as the links they are.
    #[test]
    fn a_junction_is_there_to_the_byte_or_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        std::fs::create_dir_all(top.join("d/sub")).unwrap();
        std::fs::create_dir(top.join("private")).unwrap();
        let mut witness = NoWitness;
        let mut hand = Hand::grant(&mut witness);
        let (link, private) = (top.join("j"), top.join("private"));
        let native = NativeLink {
            form: NativeForm::Junction,
            text: top.join("d").to_str().unwrap().to_owned(),
        };
        match act::create_native_link(&mut hand, &link, &native, &private) {
            Ok(()) => {
                let entry = look::entry(&link).unwrap();
                assert_eq!(entry.kind, Kind::Junction);
                assert_eq!(look::read_link(&link).unwrap(), top.join("d"));
                assert_eq!(look::native_link(&link, &entry).unwrap(), Some(native));
                let through = crate::windows::dir::open_dir(&link.join("sub")).unwrap_err();
                let kind = crate::windows::errno::kind(&through);
                assert_eq!(kind, FsErrorKind::Loop);
                act::remove_link(&mut hand, &link).unwrap();
                assert!(top.join("d/sub").is_dir());
            }
            Err(error) => assert_eq!(error.kind, FsErrorKind::Unsupported, "{error:?}"),
        }
        assert!(look::entry_if_any(&link).unwrap().is_none());
        assert_eq!(std::fs::read_dir(&private).unwrap().count(), 0);
    }

    #[test]
    fn a_symbolic_link_is_there_to_the_byte_or_the_lie_is_caught() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        std::fs::create_dir(top.join("d")).unwrap();
        let mut witness = NoWitness;
        let mut hand = Hand::grant(&mut witness);
        for form in [NativeForm::FolderLink, NativeForm::FileLink] {
            let link = top.join("l");
            let native = NativeLink {
                form,
                text: "d".to_owned(),
            };
            match act::create_native_link(&mut hand, &link, &native, &top.join("private")) {
                Ok(()) => {
                    let entry = look::entry(&link).unwrap();
                    assert_eq!(entry.kind, Kind::SymbolicLink);
                    assert_eq!(look::native_link(&link, &entry).unwrap(), Some(native));
                    act::remove_link(&mut hand, &link).unwrap();
                }
                Err(error) => {
                    let refused = [FsErrorKind::Unsupported, FsErrorKind::NotPermitted];
                    assert!(refused.contains(&error.kind), "{error:?}");
                }
            }
            assert!(look::entry_if_any(&link).unwrap().is_none());
        }
        assert!(top.join("d").is_dir());
    }

    #[test]
    fn what_is_no_link_has_no_reparse_point() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        let entry = look::entry(&top).unwrap();
        assert!(read(&top, &entry).unwrap().is_none());
        assert!(look::on_ntfs(&top, &entry).unwrap().is_none());
        let old = top.join("old");
        std::fs::write(&old, b"IntxLNK\x01t\0a\0").unwrap();
        let is_marked = std::process::Command::new("attrib")
            .arg("+s")
            .arg(&old)
            .status();
        let entry = look::entry(&old).unwrap();
        match is_marked.is_ok_and(|status| status.success()) {
            true => assert_eq!(look::on_ntfs(&old, &entry).unwrap(), Some(OnNtfs::Interix)),
            false => println!("skipped: a link of Interix: no attrib"),
        }
    }
}
