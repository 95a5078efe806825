//! `lw import`: what another manager of dotfiles lays out, as entries of a manifest.
//!
//! The manifest is to lie where the other's files do: in the folder of GNU Stow, or beside the configuration of dotbot.

mod dotbot;
mod found;
mod stow;

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};

use super::{Refusal, Refused, Surroundings};
use crate::import::{ImportError, LONGEST_BYTES, LeftOut};
use crate::manifest::{DotNames, Entry, Machine, Manifest, Paths, written};

/// What is to be imported, and how.
#[derive(Debug, Clone, Copy)]
pub struct ImportRequest<'a> {
    /// A folder of GNU Stow, or a configuration of dotbot.
    pub path: &'a Path,
    /// Where the links of a folder of Stow stand, if that is told.
    pub into: Option<&'a Path>,
    /// Whether `dot-name` becomes `.name`, as far as that is told.
    pub dot_names: DotNames,
    /// This machine.
    pub machine: &'a Machine,
}

/// What was imported.
#[derive(Debug, Default)]
pub struct Imported {
    /// The entries; their lines count for nothing.
    pub entries: Vec<Entry>,
    /// What is not in them, or is not as it was.
    pub notes: Vec<ImportNote>,
}

/// Something that the user should know of what was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportNote {
    /// The file or folder that it comes from.
    pub path: PathBuf,
    /// The line in it.
    pub line: Option<usize>,
    /// What it is.
    pub why: String,
}

/// Looks at what another manager reads, and at the disk where that is what it goes by; changes nothing.
pub fn import(around: &Surroundings, request: &ImportRequest<'_>) -> Result<Imported, Refused> {
    let real = look::real_folder(&around.working_folder.join(request.path))?;
    let entry = look::entry(&real)?;
    match (entry.kind, request.into) {
        (Kind::Directory, _) => stow::import(around, request, &real),
        (Kind::File, None) => dotbot::import(request, &real),
        (Kind::File, Some(_)) => {
            let why = "a place for all links is for a folder of GNU Stow, and it is a file";
            Err(no_import(&real, None, why).into())
        }
        (kind, _) => Err(Refusal::NotAFolder { path: real, kind }.into()),
    }
}

fn no_import(path: &Path, line: Option<usize>, why: &str) -> Refusal {
    let error = ImportError {
        why: why.to_owned(),
        line,
    };
    refused(path, error)
}

fn refused(path: &Path, error: ImportError) -> Refusal {
    Refusal::NoImport {
        path: path.to_path_buf(),
        error,
    }
}

/// Reads a file that the other manager reads; one byte more than is taken, so that a longer one is seen.
fn read(path: &Path) -> Result<Vec<u8>, Refused> {
    Ok(look::content::read_small(path, LONGEST_BYTES as u64 + 1)?)
}

impl Imported {
    fn note(&mut self, path: &Path, line: Option<usize>, why: impl Into<String>) {
        self.notes.push(ImportNote {
            path: path.to_path_buf(),
            line,
            why: why.into(),
        });
    }

    fn left_out(&mut self, path: &Path, left_out: Vec<LeftOut>) {
        for left in left_out {
            self.note(path, left.line, left.why);
        }
    }
}

/// Paths as the manifest in one folder will have them.
struct Here<'a> {
    folder: &'a Path,
    machine: &'a Machine,
    /// The home folder, and where it really is.
    homes: Vec<PathBuf>,
    manifest: Manifest,
}

impl<'a> Here<'a> {
    fn new(machine: &'a Machine, folder: &'a Path) -> Self {
        let told = machine.home.clone();
        let real = told.as_deref().map(look::real_folder);
        Self {
            folder,
            machine,
            homes: told.into_iter().chain(real.and_then(Result::ok)).collect(),
            manifest: Manifest::default(),
        }
    }

    fn paths(&self) -> Paths<'_> {
        Paths::new(&self.manifest, self.machine, self.folder)
    }

    /// Returns an absolute path as the manifest has it.
    fn written(&self, path: &Path) -> Option<String> {
        let home = self.homes.iter().find(|home| path.starts_with(home));
        written(home.map(PathBuf::as_path), path)
    }
}
