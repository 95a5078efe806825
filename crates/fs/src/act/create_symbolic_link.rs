//! Making a symbolic link.

use std::ffi::OsStr;
use std::path::Path;

use crate::{FsError, Hand, look, sys};

/// Creates a symbolic link at `link` whose target text is `text`, and looks whether it is really there.
///
/// Stands on `symlinkat(2)`. Fails with `AlreadyExists` and changes nothing if the name is taken; a volume without
/// links answers `NotPermitted` or `Unsupported`.
pub fn create_symbolic_link(hand: &mut Hand<'_>, link: &Path, text: &OsStr) -> Result<(), FsError> {
    const OPERATION: &str = "create the symbolic link";
    let wrap = |error| FsError::new(OPERATION, link, error);
    let (dir, name) = super::open_parent(link).map_err(wrap)?;
    hand.effect("create symbolic link", link, || {
        sys::link::create_symlink(text, &dir, name)
    })
    .map_err(wrap)?;
    // Some systems answer success and make nothing, and some drivers rewrite the text.
    if look::read_link(link)? != text {
        return Err(FsError::changed(OPERATION, link));
    }
    Ok(())
}
