//! The kinds of links that Windows' commands ask for, and what is made of them on a volume.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, NativeForm, NativeLink, Place};
use lw_fs::reparse::Target;
use lw_fs::{FsError, FsErrorKind};

use super::{Spot, spot};
use crate::jobs::drive::{there, windows_text};
use crate::jobs::{NotForWindows, Surroundings};
use crate::plan::NewLink;

/// A kind of link as Windows' commands ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A symbolic link that on Windows leads to a file.
    SymbolicFile,
    /// A symbolic link that on Windows leads to a folder.
    SymbolicFolder,
    /// A junction; its target is absolute.
    Junction,
    /// One more name of a file.
    Hard,
}

/// Why a link of the wanted kind cannot be made at a place.
#[derive(Debug)]
pub enum Unavailable {
    /// Windows could not follow it: its letter, or a name, is missing.
    NotForWindows(NotForWindows),
    /// The volume has no junctions.
    NoJunctions {
        /// Its file system.
        file_system: String,
    },
    /// A hard link was wanted to a folder.
    HardLinkToFolder,
    /// What a hard link was wanted to cannot be reached.
    Target(FsError),
}

/// Returns what is made at `place` for a link of the wanted kind to `target`, which is as it was written but for junctions.
///
/// This is the one place where the kind is chosen for a volume; [`crate::run::create`] makes it. A volume with POSIX
/// links alone knows no difference between links to files and to folders. On NTFS a link is made that Windows follows; its
/// target may be written as Windows writes it.
pub fn wanted_link(
    around: &Surroundings,
    place: &Place,
    wanted: Wanted,
    target: &Path,
) -> Result<NewLink, Unavailable> {
    let form = match wanted {
        Wanted::SymbolicFile => Some(NativeForm::FileLink),
        Wanted::SymbolicFolder => Some(NativeForm::FolderLink),
        Wanted::Junction => Some(NativeForm::Junction),
        Wanted::Hard => None,
    };
    if let Some(form) = form.filter(|_| look::takes_native_links(&place.parent)) {
        let text =
            windows_text(&around.drives, target.as_os_str()).map_err(Unavailable::NotForWindows)?;
        return Ok(NewLink::Native(NativeLink { form, text }));
    }
    match wanted {
        Wanted::SymbolicFile | Wanted::SymbolicFolder => {
            Ok(NewLink::Symbolic(target.as_os_str().to_os_string()))
        }
        Wanted::Junction => Err(Unavailable::NoJunctions {
            file_system: look::volume_of(&place.parent)
                .map_or_else(|_| "unknown".to_owned(), |volume| volume.file_system),
        }),
        Wanted::Hard => {
            let missing = |error: FsError| Unavailable::Target(error);
            let entry = look::entry(target).map_err(missing)?;
            if entry.kind == look::Kind::Directory {
                return Err(Unavailable::HardLinkToFolder);
            }
            match spot(target).map_err(missing)? {
                Spot::Name(place)
                    if look::is_folder_on_ntfs(&place.path(), &entry).map_err(missing)? =>
                {
                    Err(Unavailable::HardLinkToFolder)
                }
                Spot::Name(place) => Ok(NewLink::Hard(place.path())),
                Spot::Folder => Err(Unavailable::Target(FsError {
                    kind: FsErrorKind::IsADirectory,
                    ..FsError::changed("link", target)
                })),
            }
        }
    }
}

/// Returns where a link at `place` leads by its text, if that is in reach here.
pub fn leads_to(around: &Surroundings, place: &Place, new: &NewLink) -> Option<PathBuf> {
    match new {
        NewLink::Hard(target) => Some(target.clone()),
        NewLink::Symbolic(text) => Some(place.parent.join(text)),
        NewLink::Native(native) => match Target::from_text(&native.text).ok()? {
            Target::Relative(_) => Some(place.parent.join(native.text.replace('\\', "/"))),
            target => there(&around.drives, &target),
        },
    }
}
