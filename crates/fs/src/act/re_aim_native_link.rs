//! Leading a link that Windows follows elsewhere, by writing another target into it.

use std::io;
use std::path::Path;

use crate::look::ReAim;
use crate::{FsError, Hand, sys};

const OPERATION: &str = "write another target into the link";

/// Writes another target into the link at `link`, in one call: it stays the thing it is, and is never missing.
///
/// Whatever stands at the name is held open, and only if `was` is written in that, to the byte, and it has no other name is it
/// written into.
/// Stands on setxattr(2) of `system.ntfs_reparse_data` with `XATTR_REPLACE`, by handle, and on `FSCTL_SET_REPARSE_POINT`.
/// Fails with `Changed` and changes nothing if something else stands there, with `Unsupported` where there are no such
/// links, and with `LeftBehind` if the call failed half-way and what was written before could not be written again.
pub fn re_aim_native_link(
    hand: &mut Hand<'_>,
    link: &Path,
    re_aim: ReAim<'_>,
) -> Result<(), FsError> {
    let wrap = |error| FsError::new(OPERATION, link, error);
    let invalid = |error| wrap(io::Error::new(io::ErrorKind::InvalidInput, error));
    let was = re_aim.was.encode().map_err(invalid)?;
    let becomes = re_aim.becomes.encode().map_err(invalid)?;
    if re_aim.was.form != re_aim.becomes.form {
        return Err(wrap(io::ErrorKind::InvalidInput.into()));
    }
    let (dir, name) = super::parent(hand, link).map_err(wrap)?;
    let held = sys::reparse::hold(&dir, name).map_err(wrap)?;
    if !says(&held, &was) || sys::reparse::name_count(&held).map_err(wrap)? > 1 {
        return Err(FsError::changed(OPERATION, link));
    }
    let written = hand.effect("re-aim link", link, || {
        sys::reparse::rewrite(&held, &becomes)
    });
    // An error may come after the deed, or in the middle of it; and the link may have lost its name meanwhile.
    let failure = match written {
        Ok(())
            if super::create_native_link::is_there(&dir, name, re_aim.becomes)
                && super::is_still_in_place(hand, &dir, link) =>
        {
            return Ok(());
        }
        Ok(()) => FsError::changed(OPERATION, link),
        Err(error) => wrap(error),
    };
    if !is_gone(&held) && !says(&held, &was) {
        let again = hand.effect("take back the target", link, || {
            sys::reparse::rewrite(&held, &was)
        });
        if again.is_err() || !says(&held, &was) {
            return Err(FsError::left_behind(OPERATION, link));
        }
    }
    Err(failure)
}

/// Returns whether somebody has removed what is held: then nothing of it can be left in disorder.
fn is_gone(held: &sys::reparse::Held) -> bool {
    sys::reparse::read_held(held).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn says(held: &sys::reparse::Held, bytes: &[u8]) -> bool {
    sys::reparse::read_held(held).is_ok_and(|found| found == bytes)
}
