//! A scratch folder with made-up files, for showing the program on something that nobody needs.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Identity};
use lw_fs::{FsError, Hand, Witness, act};

/// Why a scratch folder could not be made or removed.
pub type ScratchError = FsError;

/// A folder that this process made and may remove with all it holds.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    identity: Identity,
}

impl Scratch {
    /// Makes the folder, which must not exist.
    pub fn create(witness: &mut dyn Witness, folder: &Path) -> Result<Self, ScratchError> {
        let parent = folder.parent().unwrap_or(folder);
        let name = folder.file_name().unwrap_or_default();
        let folder = look::real_folder(parent)?.join(name);
        if look::entry_if_any(&folder)?.is_some() {
            return Err(FsError::changed("create the scratch folder", &folder));
        }
        act::create_private_folder(&mut Hand::grant(witness), &folder)?;
        let identity = look::entry(&folder)?.identity;
        Ok(Self { folder, identity })
    }

    /// Returns its link-free path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a folder in it.
    pub fn add_folder(witness: &mut dyn Witness, path: &Path) -> Result<(), ScratchError> {
        act::create_private_folder(&mut Hand::grant(witness), path)
    }

    /// Makes a file in it.
    pub fn add_file(
        witness: &mut dyn Witness,
        path: &Path,
        bytes: &[u8],
    ) -> Result<(), ScratchError> {
        act::write_record(&mut Hand::grant(witness), path, bytes)
    }

    /// Removes the folder and all in it, if it is still the one that was made.
    pub fn remove(witness: &mut dyn Witness, scratch: Self) -> Result<(), ScratchError> {
        if !look::entry(&scratch.folder)?
            .identity
            .is_same_now(&scratch.identity)
        {
            return Err(FsError::changed(
                "remove the scratch folder",
                &scratch.folder,
            ));
        }
        act::remove_purged(&mut Hand::grant(witness), &scratch.folder)
    }
}
