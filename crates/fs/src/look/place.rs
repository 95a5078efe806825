//! A name in a real folder: the form in which every path of a plan is kept.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use crate::{FsError, path_form, sys};

/// A last name and the real, link-free path of the folder that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Absolute path of the folder; no part of it is a symbolic link.
    pub parent: PathBuf,
    /// The name in that folder.
    pub name: OsString,
}

impl Place {
    /// Returns the whole path.
    pub fn path(&self) -> PathBuf {
        self.parent.join(&self.name)
    }
}

/// Why a path could not be turned into a [`Place`].
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The path is the root of a file tree: it has no name that could be changed.
    #[error("the root folder has no name that could be changed")]
    Root,
    /// The path is empty.
    #[error("the path is empty")]
    Empty,
    /// The path is longer than the system takes.
    #[error("the path has {bytes} bytes, the system takes {limit_bytes}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The longest that is allowed.
        limit_bytes: usize,
    },
    /// The folder that should hold the name cannot be reached.
    #[error(transparent)]
    Parent(#[from] FsError),
}

/// Returns where `path` stands, seen from `base` if it is relative.
///
/// Links on the way are resolved, the last name is not, and trailing slashes are dropped: `link/` is the link. Where case
/// does not matter, a name that stands is given as its folder keeps it.
/// `.` and `..` as last name mean the folder they lead to. Stands on `realpath(3)` for the parent.
pub fn place(base: &Path, path: &Path) -> Result<Place, PlaceError> {
    if path.as_os_str().is_empty() {
        return Err(PlaceError::Empty);
    }
    let joined = base.join(path);
    // Before it is made absolute: a dot at the end does not outlast that.
    let ends_in_dot = path_form::ends_in_dot(joined.as_os_str());
    let joined = path_form::absolute(joined)
        .map_err(|error| FsError::new("reach the folder", path, error))?;
    let bytes = joined.as_os_str().len();
    if bytes >= sys::dir::PATH_LIMIT_BYTES {
        let limit_bytes = sys::dir::PATH_LIMIT_BYTES - 1;
        return Err(PlaceError::TooLong { bytes, limit_bytes });
    }
    match joined.components().next_back() {
        Some(Component::Normal(name)) if !ends_in_dot => {
            let parent = real_folder(joined.parent().unwrap_or(base))?;
            let name = kept_name(&parent, name);
            Ok(Place { parent, name })
        }
        _ => {
            let whole = real_folder(&joined)?;
            let name = whole.file_name().ok_or(PlaceError::Root)?.to_os_string();
            let parent = whole.parent().ok_or(PlaceError::Root)?.to_path_buf();
            Ok(Place { parent, name })
        }
    }
}

/// Returns the name as the folder keeps it, so that one thing has one path where `a` and `A` are one name; the name itself
/// where nothing stands, or where the system does not say.
fn kept_name(parent: &Path, name: &OsStr) -> OsString {
    let kept = sys::entry::kept_name(parent, name).ok().flatten();
    kept.unwrap_or_else(|| name.to_os_string())
}

/// Returns whether the system takes no path as long as this one: `PATH_MAX` of limits.h. A walk gets further, by handle.
pub fn is_longer_than_paths_are(path: &Path) -> bool {
    path.as_os_str().len() >= sys::dir::PATH_LIMIT_BYTES
}

/// Returns the link-free path of the folder or file that `path` leads to.
///
/// Stands on `realpath(3)`; fails with `NotFound` if nothing is there.
pub fn real_folder(path: &Path) -> Result<PathBuf, FsError> {
    sys::dir::real_path(path).map_err(|error| FsError::new("reach the folder", path, error))
}

/// Returns the relative text that leads from the folder `from` to `to`, both absolute and link-free; `to` itself if it
/// lies on another drive, to which no relative text leads.
pub fn lexical_parents(from: &Path, to: &Path) -> PathBuf {
    let mut from_parts = from.components().peekable();
    let mut to_parts = to.components().peekable();
    while let (Some(a), Some(b)) = (from_parts.peek(), to_parts.peek()) {
        if a != b {
            break;
        }
        from_parts.next();
        to_parts.next();
    }
    let mut text = PathBuf::new();
    for _ in from_parts {
        text.push("..");
    }
    text.extend(to_parts);
    if text.as_os_str().is_empty() {
        text.push(".");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_text_climbs_and_descends() {
        let text = |from: &str, to: &str| lexical_parents(Path::new(from), Path::new(to));
        assert_eq!(text("/a/b", "/a/c/d"), Path::new("../c/d"));
        assert_eq!(text("/a", "/a/c"), Path::new("c"));
        assert_eq!(text("/a/b", "/a/b"), Path::new("."));
        assert_eq!(text("/x", "/"), Path::new(".."));
    }

    #[cfg(unix)]
    #[test]
    fn a_trailing_slash_does_not_follow_the_link() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        std::fs::create_dir(real.join("target")).unwrap();
        std::os::unix::fs::symlink("target", real.join("link")).unwrap();
        let found = place(&real, Path::new("link/")).unwrap();
        assert_eq!(found.path(), real.join("link"));
        let inside = place(&real, Path::new("link/x")).unwrap();
        assert_eq!(inside.path(), real.join("target/x"));
        let dot = place(&real, Path::new("link/.")).unwrap();
        assert_eq!(dot.path(), real.join("target"));
        assert!(matches!(
            place(&real, Path::new("/")),
            Err(PlaceError::Root)
        ));
        assert!(matches!(
            place(&real, Path::new("")),
            Err(PlaceError::Empty)
        ));
    }
}
