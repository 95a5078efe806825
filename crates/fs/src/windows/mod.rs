//! Windows: calls by handle, under the same file names as in the other platform folders; `nt` is what they stand on.

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
