//! Telling a store from any other folder, where nothing but that is asked.

use std::path::{Path, PathBuf};

use super::store::{FORMAT, FORMAT_TEXT, LATEST, Store};
use crate::FsErrorKind;
use crate::look::{self, Kind};

/// With what the file begins that makes a folder a store, of whatever form.
const ANY_FORMAT: &[u8] = b"linkwright store ";

/// Returns whether the folder is a store of snapshots, of this or a newer form.
///
/// One small file is read; where this user may not read it, as that of another one, the link to the newest snapshot
/// tells.
pub fn is_store(folder: &Path) -> bool {
    let store = Store::new(folder.to_path_buf());
    let format = store.control().join(FORMAT);
    match look::content::read_small(&format, FORMAT_TEXT.len() as u64 * 2) {
        Ok(text) => text.starts_with(ANY_FORMAT),
        Err(error) if error.kind == FsErrorKind::PermissionDenied => {
            look::entry(&folder.join(LATEST)).is_ok_and(|latest| latest.kind == Kind::SymbolicLink)
        }
        Err(_) => false,
    }
}

/// Returns the nearest store that is the folder at a link-free path or lies above it.
pub fn store_around(folder: &Path) -> Option<PathBuf> {
    let mut all = folder.ancestors();
    all.find(|folder| is_store(folder)).map(Path::to_path_buf)
}
