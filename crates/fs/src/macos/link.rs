//! Links: as POSIX has them.

use std::ffi::OsStr;
use std::os::fd::AsFd;

pub(crate) use crate::unix::link::{
    create_hard_link, create_symlink, read_link, read_link_at, unlink,
};

/// No driver shows another text than the link's own.
pub(crate) fn text_instead(_folder: impl AsFd, _name: &OsStr, _text: &[u8]) -> Option<Vec<u8>> {
    None
}
