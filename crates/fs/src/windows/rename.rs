//! Renames by handle: what is opened without following it gets another name, so a link is moved itself.

use std::ffi::OsStr;
use std::io;
use std::os::windows::io::AsHandle as _;

use windows_sys::Win32::Foundation::ERROR_NOT_SUPPORTED;
use windows_sys::Win32::Storage::FileSystem::DELETE;

use super::dir::Dir;
use crate::nt::open::{self, How};
use crate::nt::path;
use crate::nt::tell::{self, Taken};

/// Renames without replacing: `FileRenameInformationEx`, or the older call, without the bit that replaces.
pub(crate) fn rename_no_replace(
    from_dir: &Dir,
    from_name: &OsStr,
    to_dir: &Dir,
    to_name: &OsStr,
) -> io::Result<()> {
    by_handle((from_dir, from_name), (to_dir, to_name), Taken::Fail)
}

/// Renames, and replaces a file; the system replaces no folder that holds something.
pub(crate) fn rename(
    from_dir: &Dir,
    from_name: &OsStr,
    to_dir: &Dir,
    to_name: &OsStr,
) -> io::Result<()> {
    by_handle((from_dir, from_name), (to_dir, to_name), Taken::Replace)
}

fn by_handle(from: (&Dir, &OsStr), to: (&Dir, &OsStr), taken: Taken) -> io::Result<()> {
    let opened = open::child(from.0.as_handle(), from.1, How::existing(DELETE))?;
    tell::rename(
        opened.as_handle(),
        to.0.as_handle(),
        &path::name(to.1)?,
        taken,
    )
}

/// Windows has no such call: the caller does it by two renames.
pub(crate) fn exchange(
    _a_dir: &Dir,
    _a_name: &OsStr,
    _b_dir: &Dir,
    _b_name: &OsStr,
) -> io::Result<()> {
    Err(crate::nt::error(ERROR_NOT_SUPPORTED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FsErrorKind;
    use crate::look::{self, Kind};
    use crate::windows::dir::{create_dir, open_dir};
    use crate::windows::errno::kind;

    #[test]
    fn names_move_and_nothing_is_replaced_but_a_file_by_the_plain_call() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        let (a, b) = (top.join("a"), top.join("b"));
        for path in [&a, &b] {
            std::fs::create_dir(path).unwrap();
        }
        let (a_dir, b_dir) = (open_dir(&a).unwrap(), open_dir(&b).unwrap());
        let name = OsStr::new;
        std::fs::write(a.join("f"), "from").unwrap();
        let before = look::entry(&a.join("f")).unwrap();
        rename_no_replace(&a_dir, name("f"), &b_dir, name("g")).unwrap();
        let after = look::entry(&b.join("g")).unwrap();
        assert!(before.identity.is_same_now(&after.identity));
        assert_eq!(before.identity.birth_ns, after.identity.birth_ns);
        std::fs::write(a.join("f"), "other").unwrap();
        create_dir(&a_dir, name("empty"), 0o700).unwrap();
        for taken in ["f", "empty"] {
            let error = rename_no_replace(&b_dir, name("g"), &a_dir, name(taken)).unwrap_err();
            assert_eq!(kind(&error), FsErrorKind::AlreadyExists, "{taken}");
        }
        rename(&b_dir, name("g"), &a_dir, name("f")).unwrap();
        assert_eq!(std::fs::read(a.join("f")).unwrap(), b"from");
        assert!(rename(&a_dir, name("f"), &a_dir, name("empty")).is_err());
        assert_eq!(look::entry(&a.join("empty")).unwrap().kind, Kind::Directory);
        let error = exchange(&a_dir, name("f"), &a_dir, name("empty")).unwrap_err();
        assert_eq!(kind(&error), FsErrorKind::Unsupported);
    }

    #[test]
    fn a_file_that_others_have_open_moves_and_a_folder_of_them_too() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        std::fs::create_dir(top.join("d")).unwrap();
        std::fs::write(top.join("d/f"), "x").unwrap();
        let _open = std::fs::File::open(top.join("d/f")).unwrap();
        let dir = open_dir(&top).unwrap();
        let inner = open_dir(&top.join("d")).unwrap();
        rename_no_replace(&inner, OsStr::new("f"), &dir, OsStr::new("g")).unwrap();
        assert_eq!(std::fs::read(top.join("g")).unwrap(), b"x");
        rename_no_replace(&dir, OsStr::new("d"), &dir, OsStr::new("e")).unwrap();
        assert!(look::entry_if_any(&top.join("d")).unwrap().is_none());
    }
}
