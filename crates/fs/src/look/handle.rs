//! File handles: what names a file on its volume whatever its path.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{FsError, sys};

/// What names a file on its volume as long as it exists, whatever it is called and wherever it lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHandle {
    /// Its type, which the file system understands.
    pub kind: i32,
    /// Its bytes, at most 128.
    pub bytes: Vec<u8>,
}

/// Where what a handle names is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// Here, by a link-free path.
    At(PathBuf),
    /// It was deleted.
    Gone,
    /// This user may not ask.
    NotAllowed,
    /// It cannot be told.
    Unknown,
}

/// Returns the handle of what stands at `path`, not followed; `None` where the file system has none.
///
/// Stands on `name_to_handle_at(2)`, which anyone may call.
pub fn file_handle(path: &Path) -> Result<Option<FileHandle>, FsError> {
    sys::handle::file_handle(path)
        .map_err(|error| FsError::new("ask for the handle of", path, error))
}

/// Returns where the thing is that the handle names on the volume mounted at `mount_point`.
///
/// A handle means nothing on another volume, so whoever asks compares the identity of what is found. Of something with
/// several names it is any one of them. Stands on `open_by_handle_at(2)`, which needs `CAP_DAC_READ_SEARCH`; `ESTALE` is
/// how it says that the thing was deleted.
pub fn reach(mount_point: &Path, handle: &FileHandle) -> Result<Reached, FsError> {
    sys::handle::reach(mount_point, handle)
        .map_err(|error| FsError::new("open by handle on", mount_point, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_follows_a_rename_and_knows_of_a_deletion() {
        let folder = tempfile::tempdir().unwrap();
        let real = crate::look::real_folder(folder.path()).unwrap();
        let (old, new) = (real.join("old"), real.join("new"));
        std::fs::write(&old, "x").unwrap();
        let Some(handle) = file_handle(&old).unwrap() else {
            println!("skipped: handles: this file system has none");
            return;
        };
        std::fs::rename(&old, &new).unwrap();
        let mount = crate::look::volume_of(&real).unwrap().mount_point;
        match reach(&mount, &handle).unwrap() {
            Reached::At(path) => assert_eq!(path, new),
            Reached::NotAllowed => return,
            other => panic!("{other:?}"),
        }
        std::fs::remove_file(&new).unwrap();
        assert_eq!(reach(&mount, &handle).unwrap(), Reached::Gone);
    }
}
