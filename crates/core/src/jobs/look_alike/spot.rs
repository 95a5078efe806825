//! The name that a path means to a system call which makes it.

use std::io;
use std::path::Path;

use lw_fs::look::{self, Place, PlaceError};
use lw_fs::path_form;
use lw_fs::{FsError, FsErrorKind};

/// The name that a path means to a system call which makes it.
#[derive(Debug)]
pub enum Spot {
    /// A name in a folder, which may be free.
    Name(Place),
    /// A folder that is there: `.`, `..`, the root.
    Folder,
}

/// Returns what `path` means to symlink(2) and link(2), which follow every part of it but the last.
///
/// A slash behind a name that is free makes them fail with `NotFound` (path_resolution(7)); behind one that is taken it
/// does not matter. Fails as those calls do where the folder cannot be reached.
pub fn spot(path: &Path) -> Result<Spot, FsError> {
    let failed = |kind, source: io::ErrorKind| FsError {
        kind,
        ..FsError::new("reach", path, source.into())
    };
    let place = match look::place(Path::new("."), path) {
        Ok(place) => place,
        Err(PlaceError::Root) => return Ok(Spot::Folder),
        Err(PlaceError::Empty) => {
            return Err(failed(FsErrorKind::NotFound, io::ErrorKind::NotFound));
        }
        Err(PlaceError::TooLong { .. }) => {
            return Err(failed(
                FsErrorKind::NameTooLong,
                io::ErrorKind::InvalidFilename,
            ));
        }
        Err(PlaceError::Parent(error)) => return Err(error),
    };
    let text = path.as_os_str().as_encoded_bytes();
    if is_dots(text) {
        // `free/.` is not there, and `file/.` is no way.
        look::followed(path)?;
        return Ok(Spot::Folder);
    }
    if path_form::ends_in_separator(path.as_os_str())
        && look::entry_if_any(&place.path())?.is_none()
    {
        return Err(failed(FsErrorKind::NotFound, io::ErrorKind::NotFound));
    }
    Ok(Spot::Name(place))
}

/// Returns whether the last part is `.` or `..`, whatever slashes stand behind it.
fn is_dots(path: &[u8]) -> bool {
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let end = path
        .iter()
        .rposition(|byte| !is_separator(byte))
        .map_or(0, |at| at + 1);
    let last = path[..end].rsplit(is_separator).next();
    matches!(last, Some(b"." | b".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_behind_a_free_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        std::fs::write(top.join("file"), "").unwrap();
        let at = |name: &str| spot(&top.join(name));
        for taken_or_free in ["file", "file/", "free"] {
            assert!(
                matches!(at(taken_or_free), Ok(Spot::Name(_))),
                "{taken_or_free}"
            );
        }
        for folder in [".", "./", "..", "..//"] {
            assert!(matches!(at(folder), Ok(Spot::Folder)), "{folder}");
        }
        for (bad, kind) in [
            ("free/", FsErrorKind::NotFound),
            ("free/x", FsErrorKind::NotFound),
        ] {
            assert_eq!(at(bad).unwrap_err().kind, kind, "{bad}");
        }
        assert_eq!(spot(Path::new("")).unwrap_err().kind, FsErrorKind::NotFound);
    }

    /// Windows takes a dot at the end away by the letters.
    #[cfg(unix)]
    #[test]
    fn a_dot_behind_what_is_no_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let top = look::real_folder(folder.path()).unwrap();
        std::fs::write(top.join("file"), "").unwrap();
        let kind = |name: &str| spot(&top.join(name)).unwrap_err().kind;
        assert_eq!(kind("free/."), FsErrorKind::NotFound);
        assert_eq!(kind("file/."), FsErrorKind::NotADirectory);
    }
}
