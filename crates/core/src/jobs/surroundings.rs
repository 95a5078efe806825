//! Who asks, and from where: what a planner needs to know besides the disk.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Place};

use super::Refusal;

/// Who asks, and from where; the values come from the command line program.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What relative paths are relative to.
    pub working_folder: PathBuf,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The state folder, which holds the ledger.
    pub state_folder: PathBuf,
    /// The running program.
    pub program: Option<PathBuf>,
    /// A word no other session has; names private folders and links of the way.
    pub token: String,
}

impl Surroundings {
    /// Returns where `path` stands.
    pub(super) fn place(&self, path: &Path) -> Result<Place, Refusal> {
        look::place(&self.working_folder, path).map_err(|source| Refusal::BadPath {
            path: path.to_path_buf(),
            source,
        })
    }

    /// Returns the link-free path of the home folder, if there is one.
    pub(super) fn real_home(&self) -> Option<PathBuf> {
        look::real_folder(self.home.as_deref()?).ok()
    }
}
