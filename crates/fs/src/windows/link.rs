//! Links: making, reading, removing the name.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::windows::io::{AsHandle as _, BorrowedHandle, OwnedHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_DIRECTORY_NOT_SUPPORTED, ERROR_INVALID_PARAMETER, ERROR_NOT_A_REPARSE_POINT,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateSymbolicLinkW, DELETE, FILE_WRITE_ATTRIBUTES,
    SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE, SYMBOLIC_LINK_FLAG_DIRECTORY,
    SYMBOLIC_LINK_FLAGS,
};

use super::dir::Dir;
use crate::look::Kind;
use crate::nt::open::{self, How};
use crate::nt::{self, ask, path, tell};
use crate::reparse::{ReparsePoint, Target, WideText};

pub(crate) fn read_link(path: &Path) -> io::Result<OsString> {
    text_of(&open::at(path, How::existing(0))?)
}

pub(crate) fn read_link_at(dir: &Dir, name: &OsStr) -> io::Result<OsString> {
    read_link_in(dir.as_handle(), name)
}

pub(super) fn read_link_in(folder: BorrowedHandle<'_>, name: &OsStr) -> io::Result<OsString> {
    text_of(&open::child(folder, name, How::existing(0))?)
}

/// Returns the target text of an opened link: what the system follows, as it is shown to people.
fn text_of(link: &OwnedHandle) -> io::Result<OsString> {
    let data = ask::reparse_data(link.as_handle())?;
    let point = ReparsePoint::decode(&data).map_err(io::Error::other)?;
    let target = point
        .target()
        .ok_or_else(|| nt::error(ERROR_NOT_A_REPARSE_POINT))?;
    Ok(OsString::from_wide(target.shown().units()))
}

/// Returns whether a link that says `found` was made of `text`: slashes are kept as backslashes, and what Windows takes
/// literally in an absolute path is worked out.
pub(crate) fn is_made_of(found: &OsStr, text: &OsStr) -> bool {
    let target = |text: &OsStr| Target::from_wide(&WideText::new(text.encode_wide().collect()));
    found == text || target(found).is_ok_and(|found| target(text) == Ok(found))
}

/// Makes a symbolic link, to a folder if the text leads to one now, else to a file: `CreateSymbolicLinkW`.
///
/// The call takes a path, so the folder is named as it is called at this moment; the caller looks afterwards whether the
/// link is in the folder. Whether links may be made without the privilege (Developer Mode) is asked first with a flag that
/// Windows before 10 1703 does not know.
pub(crate) fn create_symlink(text: &OsStr, dir: &Dir, name: &OsStr) -> io::Result<()> {
    let folder = path::plain(ask::path(dir.as_handle())?);
    let leads_to_folder = open::followed(&folder.join(text), 0)
        .and_then(|found| ask::facts(found.as_handle()))
        .is_ok_and(|found| found.kind == Kind::Directory);
    let kind = if leads_to_folder {
        SYMBOLIC_LINK_FLAG_DIRECTORY
    } else {
        0
    };
    create_symlink_of(kind, text, &folder, name)
}

/// Makes a symbolic link that says what it leads to by `kind`.
pub(super) fn create_symlink_of(
    kind: SYMBOLIC_LINK_FLAGS,
    text: &OsStr,
    folder: &Path,
    name: &OsStr,
) -> io::Result<()> {
    path::name(name)?;
    let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
    let target = Target::from_wide(&WideText::new(text.encode_wide().collect()));
    let target = target.map_err(invalid)?.shown();
    let text: Vec<u16> = target.units().iter().copied().chain([0]).collect();
    let link = path::wide(&folder.join(name))?;
    let create = |flags| {
        // SAFETY: both texts end in NUL and live as long as the call.
        let made = unsafe { CreateSymbolicLinkW(link.as_ptr(), text.as_ptr(), kind | flags) };
        match made {
            true => Ok(()),
            false => Err(io::Error::last_os_error()),
        }
    };
    match create(SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE) {
        Err(error) if error.raw_os_error() == Some(ERROR_INVALID_PARAMETER.cast_signed()) => {
            create(0)
        }
        other => other,
    }
}

/// Adds a name to what `from_name` is, a link itself: `FileLinkInformation`.
pub(crate) fn create_hard_link(
    from_dir: &Dir,
    from_name: &OsStr,
    dir: &Dir,
    name: &OsStr,
) -> io::Result<()> {
    let how = How::file(FILE_WRITE_ATTRIBUTES);
    let opened = open::child(from_dir.as_handle(), from_name, how)?;
    tell::link(opened.as_handle(), dir.as_handle(), &path::name(name)?)
}

/// Removes a name that is not a folder: a file, a link to a file, and a junction or a link to a folder as the link it is.
///
/// What is removed is what was opened and looked at, by its handle. A read-only file goes too, as on other systems.
pub(crate) fn unlink(dir: &Dir, name: &OsStr) -> io::Result<()> {
    let opened = open::child(dir.as_handle(), name, How::existing(DELETE))?;
    let facts = ask::facts(opened.as_handle())?;
    if facts.kind == Kind::Directory {
        return Err(nt::error(ERROR_DIRECTORY_NOT_SUPPORTED));
    }
    tell::remove(opened.as_handle())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FsErrorKind, Hand, NoWitness, act, look};

    fn top() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let real = look::real_folder(folder.path()).unwrap();
        (folder, real)
    }

    #[test]
    fn hard_links_share_an_identity_and_never_replace() {
        let (_guard, top) = top();
        std::fs::write(top.join("f"), "x").unwrap();
        std::fs::write(top.join("taken"), "y").unwrap();
        let mut witness = NoWitness;
        let mut hand = Hand::grant(&mut witness);
        let (target, link, taken) = (top.join("f"), top.join("g"), top.join("taken"));
        let mut make = |link| {
            let target = &target;
            act::create_hard_link(&mut hand, act::HardLinkPaths { target, link })
        };
        make(&link).unwrap();
        assert_eq!(make(&taken).unwrap_err().kind, FsErrorKind::AlreadyExists);
        let (f, g) = (look::entry(&target).unwrap(), look::entry(&link).unwrap());
        assert!(f.identity.is_same_now(&g.identity));
        assert_eq!((f.link_count, g.link_count), (2, 2));
        assert_eq!(std::fs::read(&taken).unwrap(), b"y");
        act::remove_extra_name(&mut hand, &link).unwrap();
        let last = act::remove_extra_name(&mut hand, &target).unwrap_err();
        assert_eq!(last.kind, FsErrorKind::Changed);
    }

    #[test]
    fn a_read_only_file_goes_as_elsewhere() {
        let (_guard, top) = top();
        let path = top.join("f");
        std::fs::write(&path, "x").unwrap();
        let mut rights = std::fs::metadata(&path).unwrap().permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&path, rights).unwrap();
        assert_eq!(look::entry(&path).unwrap().mode, 0o400);
        let dir = super::super::dir::open_dir(&top).unwrap();
        unlink(&dir, OsStr::new("f")).unwrap();
        assert!(look::entry_if_any(&path).unwrap().is_none());
    }

    /// Wine 8 answers that it made a symbolic link, and makes nothing; where it is made, it is what was asked for.
    #[test]
    fn a_symbolic_link_is_there_or_the_lie_is_caught() {
        let (_guard, top) = top();
        std::fs::create_dir_all(top.join("d/sub")).unwrap();
        let mut witness = NoWitness;
        let mut hand = Hand::grant(&mut witness);
        let link = top.join("l");
        match act::create_symbolic_link(&mut hand, &link, OsStr::new(r"d\sub")) {
            Ok(()) => {
                assert_eq!(look::entry(&link).unwrap().kind, Kind::SymbolicLink);
                assert_eq!(look::read_link(&link).unwrap(), r"d\sub");
                let through = super::super::dir::open_dir(&link).unwrap_err();
                assert_eq!(super::super::errno::kind(&through), FsErrorKind::Loop);
                act::remove_link(&mut hand, &link).unwrap();
                assert!(top.join("d/sub").is_dir());
            }
            Err(error) => {
                let refused = [FsErrorKind::Unsupported, FsErrorKind::NotPermitted];
                assert!(refused.contains(&error.kind), "{error:?}");
                assert!(look::entry_if_any(&link).unwrap().is_none());
            }
        }
    }

    #[test]
    fn slashes_and_dots_are_the_same_text() {
        for (found, text) in [(r"..\a", "../a"), (r"C:\b", "C:/a/../b"), ("x", "x")] {
            assert!(is_made_of(OsStr::new(found), OsStr::new(text)), "{text}");
        }
        assert!(!is_made_of(OsStr::new("a"), OsStr::new("b")));
        assert!(!is_made_of(OsStr::new(r"..\a"), OsStr::new(r"C:\a")));
    }
}
