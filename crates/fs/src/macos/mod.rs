//! macOS: compiles, and refuses every call with a clear message; the file names are those of the other platforms.

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

/// The answer of every call that is not written yet.
fn not_yet<T>() -> std::io::Result<T> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "linkwright does not work on macOS yet",
    ))
}
