//! macOS: Darwin's own calls, under the same file names as in the other platform folders.
//!
//! It compiles and links; nothing of it was ever run. It keeps to what Apple's manual pages say.

pub(crate) mod dir;
pub(crate) mod entry;
pub(crate) mod errno;
pub(crate) mod handle;
pub(crate) mod in_use;
pub(crate) mod keep;
pub(crate) mod lease;
pub(crate) mod link;
pub(crate) mod pages;
pub(crate) mod probe;
pub(crate) mod rename;
pub(crate) mod reparse;
pub(crate) mod tree;
pub(crate) mod user;
pub(crate) mod volume;
pub(crate) mod walk;
