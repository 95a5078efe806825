//! Making a symbolic link.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::{FsError, FsErrorKind, Hand, sys};

/// Name under which a link that is taken back is caught, in the folder it was made in.
const CAUGHT: &str = ".linkwright-caught";

/// Creates a symbolic link at `link` whose target text is `text`, and looks whether it is really there.
///
/// Stands on `symlinkat(2)`. Fails with `AlreadyExists` and changes nothing if the name is taken; a volume without
/// links answers `NotPermitted` or `Unsupported`. If the folder is moved away in the meantime the link is taken back:
/// `Changed`, or `LeftBehind` if that fails.
pub fn create_symbolic_link(hand: &mut Hand<'_>, link: &Path, text: &OsStr) -> Result<(), FsError> {
    const OPERATION: &str = "create the symbolic link";
    let wrap = |error| FsError::new(OPERATION, link, error);
    let (dir, name) = super::parent(hand, link).map_err(wrap)?;
    hand.effect("create symbolic link", link, || {
        sys::link::create_symlink(text, &dir, name)
    })
    .map_err(wrap)?;
    // By its path: so it is there, and the folder is still the one that was meant.
    if sys::link::read_link(link).is_ok_and(|found| sys::link::is_made_of(&found, text)) {
        return Ok(());
    }
    if !super::is_still_in_place(hand, &dir, link) {
        return Err(match take_back(hand, (&dir, name), link, text) {
            Ok(()) => FsError::changed(OPERATION, link),
            Err(_) => FsError::left_behind(OPERATION, link),
        });
    }
    // Some systems answer success and make nothing, and some drivers rewrite the text.
    match sys::link::read_link_at(&dir, name).map_err(wrap) {
        Ok(found) if sys::link::is_made_of(&found, text) => Ok(()),
        Ok(_) => Err(FsError::left_behind(OPERATION, link)),
        Err(error) if error.kind == FsErrorKind::NotFound => Err(made_nothing(OPERATION, link)),
        Err(error) => Err(error),
    }
}

/// Says that the system answered that it had made the link, and had made none.
pub(super) fn made_nothing(operation: &'static str, link: &Path) -> FsError {
    let lie = "the system answered that the link was made, and made none";
    FsError {
        kind: FsErrorKind::Unsupported,
        ..FsError::new(operation, link, io::Error::other(lie))
    }
}

/// Removes the link by the handle of its folder: caught by a rename first, so that nothing else is ever removed.
fn take_back(
    hand: &mut Hand<'_>,
    (dir, name): (&sys::dir::Dir, &OsStr),
    link: &Path,
    text: &OsStr,
) -> io::Result<()> {
    let caught = OsStr::new(CAUGHT);
    hand.effect("catch the link", link, || {
        sys::rename::rename_no_replace(dir, name, dir, caught)
    })?;
    if sys::link::read_link_at(dir, caught).is_ok_and(|found| sys::link::is_made_of(&found, text)) {
        return hand.effect("take back the link", link, || {
            sys::link::unlink(dir, caught)
        });
    }
    hand.effect("put back what was caught", link, || {
        sys::rename::rename_no_replace(dir, caught, dir, name)
    })?;
    Err(io::ErrorKind::NotFound.into())
}
