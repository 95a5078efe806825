//! Links on volumes of NTFS become links that Windows follows.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use lw_fs::look::{self, End, Entry, Kind, NativeLink, Place};
use lw_fs::reparse::Target;

use super::{Candidate, ConvertRequest, Which};
use crate::jobs::drive::{self, Drive};
use crate::jobs::new_link::{self, Fitting, NewLink};
use crate::jobs::{Refusal, Surroundings, TextForm};
use crate::plan::LinkForm;

/// Returns the link of Windows in place of one with this text, or `None` if it is that already.
///
/// A junction becomes a symbolic link only if it is to have a relative text.
pub(super) fn new_link(
    around: &Surroundings,
    (place, entry): (&Place, &Entry),
    text: &OsStr,
    to: LinkForm,
) -> Result<Option<NewLink>, Refusal> {
    let path = place.path();
    let now = look::native_link(&path, entry)?;
    let is_so = match to {
        LinkForm::Junction => now.as_ref().is_some_and(NativeLink::is_junction),
        _ => now.is_some(),
    };
    if is_so && to != LinkForm::Relative {
        return Ok(None);
    }
    let meant = match &now {
        Some(now) => meant(around, &path, now)?,
        None => None,
    };
    let (end, target) = match look::resolve(meant.as_ref().unwrap_or(&path)).end {
        End::Found { path, entry } => (path, entry),
        // Windows must be told whether it leads to a folder.
        End::Missing {
            first_missing: missing,
        }
        | End::NotADirectory { at: missing } => {
            return Err(Refusal::Dangling {
                link: path,
                missing,
            });
        }
        End::Loop { cycle } => return Err(Refusal::Loop { link: path, cycle }),
        End::TooDeep => return Err(Refusal::TooDeep { link: path }),
        End::Unreadable(error) => return Err(error.into()),
    };
    if to == LinkForm::Junction {
        if target.kind != Kind::Directory {
            return Err(Refusal::JunctionToFile { target: end });
        }
        return Ok(Some(new_link::junction(around, &place.parent, &end)?.0));
    }
    if !look::takes_native_links(&place.parent) {
        return Err(not_taken(place.parent.clone(), to)?);
    }
    let relative = look::lexical_parents(&place.parent, &end);
    let (text, form) = match to {
        LinkForm::Relative => (relative.as_os_str(), TextForm::Relative),
        // Windows takes a `..` by the text, this system by where the link before it leads.
        _ if climbs_behind_a_name(text) && Path::new(text).is_relative() => {
            (relative.as_os_str(), TextForm::Relative)
        }
        _ if climbs_behind_a_name(text) => (end.as_os_str(), TextForm::Fitting),
        _ => (text, TextForm::Fitting),
    };
    let wish = Fitting {
        link: place,
        text,
        form,
        leads_to: Some(target.kind),
    };
    let (new, _notice) = new_link::fitting(around, wish);
    match new.native {
        Some(_) => Ok(Some(new)),
        None => Err(Refusal::NotForWindows { target: end }),
    }
}

/// Returns where a link to a drive leads on Windows, where that is known: the driver may lead it to the same path on the
/// volume it stands on.
fn meant(around: &Surroundings, path: &Path, now: &NativeLink) -> Result<Option<PathBuf>, Refusal> {
    let Ok(target) = Target::from_text(&now.text) else {
        return Ok(None);
    };
    let Some(letter) = target.drive_letter() else {
        return Ok(None);
    };
    let there = drive::there(&around.drives, &target);
    // Which letter this volume has must be known to say that another one is elsewhere.
    let is_here = |drive: &Drive| drive::is_on_mount(&drive.folder, path);
    if there.is_none() && around.drives.iter().any(is_here) {
        return Err(Refusal::CannotReAim {
            link: path.to_path_buf(),
            why: format!("where drive {letter}: is mounted is not known"),
        });
    }
    Ok(there)
}

fn climbs_behind_a_name(text: &OsStr) -> bool {
    let parts = Path::new(text).components();
    let mut rest = parts.skip_while(|part| !matches!(part, Component::Normal(_)));
    rest.any(|part| part == Component::ParentDir)
}

/// Returns the reason why none of the links can be one that Windows follows: no volume takes such.
pub(super) fn reason_against_all(
    request: &ConvertRequest,
    candidates: &[Candidate],
) -> Result<Vec<Refusal>, Refusal> {
    let takes = |candidate: &Candidate| look::takes_native_links(&candidate.place.parent);
    let folder = match (candidates.first(), &request.which) {
        (Some(first), _) => first.place.parent.clone(),
        (None, Which::Below(roots, _)) => roots.real().first().cloned().unwrap_or_default(),
        (None, Which::Named(_)) => return Ok(Vec::new()),
    };
    if candidates.iter().any(takes) || look::takes_native_links(&folder) {
        return Ok(Vec::new());
    }
    Ok(vec![not_taken(folder, request.to)?])
}

/// Returns the refusal that says that the volume of the folder takes no such links.
fn not_taken(folder: PathBuf, to: LinkForm) -> Result<Refusal, Refusal> {
    let file_system = look::volume_of(&folder)?.file_system;
    Ok(match to {
        LinkForm::Junction => Refusal::NoJunctions {
            folder,
            file_system,
        },
        _ => Refusal::NoNativeLinks {
            folder,
            file_system,
        },
    })
}

/// Returns whether the link is a junction, which has no relative text.
pub(super) fn is_junction(place: &Place, entry: &Entry) -> Result<bool, Refusal> {
    let now = look::native_link(&place.path(), entry)?;
    Ok(now.is_some_and(|link| link.is_junction()))
}
