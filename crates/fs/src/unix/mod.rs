//! What Linux and macOS share: POSIX calls through rustix.

pub(crate) mod dir;
pub(crate) mod link;
pub(crate) mod user;
