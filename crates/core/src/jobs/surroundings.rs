//! Who asks, and from where: what a planner needs to know besides the disk.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Place, PlaceError};
use lw_fs::{FsError, FsErrorKind, path_form};

use super::cloud::{Places, Quota};
use super::{Drive, Refusal};

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
    /// The table of what is mounted where: `/etc/fstab`.
    pub fstab: PathBuf,
    /// Drives of Windows that are mounted here.
    pub drives: Vec<Drive>,
    /// Where the clients of clouds keep what they know.
    pub places: Places,
    /// How much room accounts of clouds have, as the user has told.
    pub quotas: Vec<Quota>,
    /// A word no other session has; names private folders and links of the way.
    pub token: String,
}

impl Surroundings {
    /// Returns where `path` stands.
    pub(super) fn place(&self, path: &Path) -> Result<Place, Refusal> {
        let place = look::place(&self.working_folder, path).map_err(|source| Refusal::BadPath {
            path: path.to_path_buf(),
            source,
        })?;
        match look::entry_if_any(&place.path()) {
            Err(error) if error.kind == FsErrorKind::NameTooLong => Err(too_long(&place, error)),
            _ => Ok(place),
        }
    }

    /// Returns where something stands that must be there; if its folder is missing, so is it.
    pub(super) fn existing_place(&self, path: &Path) -> Result<Place, Refusal> {
        self.place(path).map_err(|refusal| match refusal {
            Refusal::BadPath {
                source: PlaceError::Parent(error),
                ..
            } if error.kind == FsErrorKind::NotFound => Refusal::Missing {
                path: self.working_folder.join(path),
            },
            other => other,
        })
    }

    /// Returns where something stands that is only looked at; that may be the root, which has no name.
    pub(super) fn shown_place(&self, path: &Path) -> Result<Place, Refusal> {
        self.or_root(path, self.existing_place(path))
    }

    /// Returns where what a link is to lead to stands or would stand; that may be the root, which has no name.
    pub(super) fn target_place(&self, path: &Path) -> Result<Place, Refusal> {
        match self.or_root(path, self.place(path)) {
            Err(Refusal::BadPath {
                source: PlaceError::Parent(error),
                ..
            }) if error.kind == FsErrorKind::NotFound => self.missing_place(path),
            other => other,
        }
    }

    /// Returns the link-free path that `path` leads to, also if nothing is there.
    pub fn leading_to(&self, path: &Path) -> Result<PathBuf, Refusal> {
        match look::real_folder(&self.working_folder.join(path)) {
            Ok(real) => Ok(real),
            Err(error) if error.kind == FsErrorKind::NotFound => {
                self.target_place(path).map(|place| place.path())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn or_root(&self, path: &Path, place: Result<Place, Refusal>) -> Result<Place, Refusal> {
        match place {
            Err(Refusal::BadPath {
                source: PlaceError::Root,
                ..
            }) => Ok(Place {
                parent: path_form::root_of(&self.working_folder.join(path)),
                name: OsString::new(),
            }),
            other => other,
        }
    }

    /// The place of something whose folder is missing: the nearest folder that is there, and the rest as written.
    fn missing_place(&self, path: &Path) -> Result<Place, Refusal> {
        let whole = self.working_folder.join(path);
        let missing = || Refusal::Missing {
            path: whole.clone(),
        };
        let name = whole.file_name().ok_or_else(missing)?.to_os_string();
        let mut rest = Vec::new();
        for above in whole.ancestors().skip(1) {
            if let Ok(real) = look::real_folder(above) {
                let mut parent = real;
                parent.extend(rest.iter().rev());
                return Ok(Place { parent, name });
            }
            // What '..' means behind something that is missing, nobody can tell.
            rest.push(above.file_name().ok_or_else(missing)?);
        }
        Err(missing())
    }

    /// Returns the same for a part of a plan: private folders of units that are planned apart from each other must not have one
    /// name.
    pub(super) fn for_part(&self, word: &str) -> Self {
        Self {
            token: format!("{}-{word}", self.token),
            ..self.clone()
        }
    }

    /// Returns the link-free path of the home folder, if there is one.
    pub(super) fn real_home(&self) -> Option<PathBuf> {
        look::real_folder(self.home.as_deref()?).ok()
    }
}

fn too_long(place: &Place, error: FsError) -> Refusal {
    let bytes = place.name.len();
    match look::name_limit_bytes(&place.parent) {
        Some(limit_bytes) if bytes as u64 > limit_bytes => Refusal::NameTooLong {
            path: place.path(),
            bytes,
            limit_bytes,
        },
        _ => error.into(),
    }
}
