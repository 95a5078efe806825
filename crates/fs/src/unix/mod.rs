//! What Linux and macOS share: POSIX calls through rustix.

pub(crate) mod dir;
pub(crate) mod entry;
pub(crate) mod errno;
pub(crate) mod fstab;
pub(crate) mod link;
pub(crate) mod pages;
pub(crate) mod probe;
pub(crate) mod rename;
pub(crate) mod tree;
pub(crate) mod user;
pub(crate) mod walk;
