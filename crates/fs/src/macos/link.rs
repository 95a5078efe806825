//! Links as POSIX has them, and the mark of Finder aliases.

use std::path::Path;

use crate::look::apple;

use std::ffi::OsStr;
use std::os::fd::AsFd;

pub(crate) use crate::unix::link::{
    create_hard_link, create_symlink, is_made_of, read_link, read_link_at, unlink,
};

/// No driver shows another text than the link's own.
pub(crate) fn text_instead(_folder: impl AsFd, _name: &OsStr, _text: &[u8]) -> Option<Vec<u8>> {
    None
}

/// Returns whether the file has the flag of a Finder alias: getxattr(2) `com.apple.FinderInfo`, a link not followed.
pub(crate) fn is_marked_alias(path: &Path) -> bool {
    /// `FileInfo` and `ExtendedFileInfo` of Finder.h.
    const INFO_BYTES: usize = 32;
    let mut info = [0_u8; INFO_BYTES];
    rustix::fs::lgetxattr(path, c"com.apple.FinderInfo", &mut info)
        .is_ok_and(|length| info.get(..length).is_some_and(apple::is_alias))
}
