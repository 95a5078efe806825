//! The text of a new symbolic link, and whether it leads where it should.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use lw_fs::look::{self, End, Entry, Kind, Place};
use lw_fs::{FsErrorKind, path_form};

use super::drive::nearest;
use super::{Refusal, Surroundings};
use crate::plan::Notice;

/// The longest target text: `PATH_MAX` without its NUL (symlink(2), `ENAMETOOLONG`).
const TEXT_LIMIT_BYTES: usize = 4095;

/// How the target is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Relative when both ends lie on one volume under a common folder of their own, else absolute.
    Fitting,
    /// Relative.
    Relative,
    /// Absolute.
    Absolute,
}

/// Whether a link of a doubtful sort may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// It is refused.
    Refuse,
    /// It was asked for by a flag.
    Allow,
}

/// Returns the text of a link at `link` that leads to `target`, which the user wrote as `typed`.
pub(super) fn text_for(
    around: &Surroundings,
    link: &Place,
    target: &Place,
    typed: &Path,
    form: TextForm,
) -> OsString {
    let relative = match form {
        TextForm::Relative => true,
        TextForm::Absolute => false,
        TextForm::Fitting => {
            fitting_form(around, &link.parent, &target.path()) == TextForm::Relative
        }
    };
    if relative {
        return look::lexical_parents(&link.parent, &target.path()).into_os_string();
    }
    absolute_text(around, target, typed).into_os_string()
}

/// Returns in which form a link in this folder to this target is written, if nobody says: it hangs on the folders of both alone.
pub(super) fn fitting_form(around: &Surroundings, link_folder: &Path, target: &Path) -> TextForm {
    match relative_fits(around, link_folder, target) {
        true => TextForm::Relative,
        false => TextForm::Absolute,
    }
}

/// The path as the user wrote it outlives a change of what its links lead to; with `..` in it only the real one is
/// certain.
fn absolute_text(around: &Surroundings, target: &Place, typed: &Path) -> PathBuf {
    let whole = around.working_folder.join(typed);
    if whole.components().any(|part| part == Component::ParentDir) || whole.file_name().is_none() {
        return target.path();
    }
    whole
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// Returns whether the folder that both ends share is one that would be moved as a whole: not the root of the file
/// tree, nor of a volume, nor the home folder.
fn relative_fits(around: &Surroundings, link_folder: &Path, target: &Path) -> bool {
    let target_folder = target.parent().unwrap_or(target);
    let common: PathBuf = link_folder
        .components()
        .zip(target_folder.components())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a)
        .collect();
    let (Ok(a), Ok(b), Ok(top)) = (
        // The folders of a link may be made along with it.
        look::entry(nearest(link_folder)),
        look::entry(nearest(target_folder)),
        look::entry(&common),
    ) else {
        return false;
    };
    look::same_volume(&a, &b)
        && common.parent().is_some()
        && !top.is_mount_root
        && around.real_home().is_none_or(|home| home != common)
}

/// What a text means in absolute terms.
pub(super) struct Meaning {
    /// Where its last `..` leads, or the folder that it is read from: a link-free path.
    pub(super) base: PathBuf,
    /// The whole: what follows the last `..` as it is written.
    pub(super) whole: PathBuf,
}

/// Fails if the text is to be relative and no relative one leads from the link's folder to the target.
pub(super) fn check_roots(form: TextForm, link: &Place, target: &Place) -> Result<(), Refusal> {
    let (link, target) = (link.path(), target.path());
    if form != TextForm::Relative || path_form::have_one_root(&link, &target) {
        return Ok(());
    }
    Err(Refusal::NoRelativeText { link, target })
}

/// Returns what `text` means when it stands in the link-free folder `folder`, or how the way to its last `..` ends.
///
/// The text is cut behind its last `..`: up to there it is resolved as the kernel would, since `..` behind a link goes
/// up from where that link leads; the rest is kept as it is.
pub(super) fn meaning(folder: &Path, text: &OsStr) -> Result<Meaning, End> {
    let parts: Vec<Component<'_>> = Path::new(text).components().collect();
    let cut = parts
        .iter()
        .rposition(|part| *part == Component::ParentDir)
        .map_or(0, |at| at + 1);
    let climb: PathBuf = parts[..cut].iter().collect();
    let base = match look::resolve_from(folder, climb.as_os_str()).end {
        End::Found { path, .. } => path,
        other => return Err(other),
    };
    let mut whole = base.clone();
    whole.extend(
        parts[cut..]
            .iter()
            .filter(|part| **part != Component::CurDir),
    );
    Ok(Meaning { base, whole })
}

/// Returns the text that leads from the link-free `folder` to `target`, absolute or relative as `old_text` is.
pub(super) fn in_the_form_of(old_text: &OsStr, folder: &Path, target: PathBuf) -> OsString {
    match Path::new(old_text).is_absolute() {
        true => target.into_os_string(),
        false => look::lexical_parents(folder, &target).into_os_string(),
    }
}

/// Fails if `text` is longer than a link takes.
pub(super) fn check_length(link: &Path, text: &OsStr) -> Result<(), Refusal> {
    if text.len() <= TEXT_LIMIT_BYTES {
        return Ok(());
    }
    Err(Refusal::TextTooLong {
        link: link.to_path_buf(),
        bytes: text.len(),
        limit_bytes: TEXT_LIMIT_BYTES,
    })
}

/// What may be made on request only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubtful {
    pub(super) dangling: Allowance,
    pub(super) recursive: Allowance,
}

/// Looks where a link at `link` with this text would lead; returns what to tell the user of it.
pub(super) fn check(
    link: &Place,
    text: &OsString,
    doubtful: Doubtful,
) -> Result<Option<Notice>, Refusal> {
    let path = link.path();
    check_length(&path, text)?;
    let way = look::resolve_from(&link.parent, text);
    if let Some(start) = way.hops.iter().position(|hop| hop.link == path) {
        let mut cycle = vec![path.clone()];
        cycle.extend(way.hops[..start].iter().map(|hop| hop.link.clone()));
        return Err(Refusal::Loop { link: path, cycle });
    }
    match way.end {
        End::Found { path: end, .. } if end == path => Err(Refusal::SameThing {
            a: path.clone(),
            b: path,
        }),
        End::Found {
            path: folder,
            entry,
        } if holds(&folder, &entry, &link.parent) => {
            if doubtful.recursive == Allowance::Refuse {
                return Err(Refusal::Recursive { link: path, folder });
            }
            Ok(Some(Notice::Recursive { folder }))
        }
        End::Found { .. } => Ok(None),
        End::Missing { first_missing } if first_missing == path => Err(Refusal::Loop {
            link: path.clone(),
            cycle: vec![path],
        }),
        End::NotADirectory { at } if doubtful.dangling == Allowance::Refuse => {
            Err(Refusal::NoFolder { link: path, at })
        }
        End::Missing {
            first_missing: missing,
        }
        | End::NotADirectory { at: missing } => {
            if doubtful.dangling == Allowance::Refuse {
                return Err(Refusal::Dangling {
                    link: path,
                    missing,
                });
            }
            Ok(Some(Notice::Dangling { missing }))
        }
        End::Loop { cycle } => Err(Refusal::Loop { link: path, cycle }),
        End::TooDeep => Err(Refusal::TooDeep { link: path }),
        // No link with such a name in it can ever lead anywhere.
        End::Unreadable(error) if error.kind == FsErrorKind::NameTooLong => Err(error.into()),
        // A target that may not be looked at is no broken target.
        End::Unreadable(_) => Ok(None),
    }
}

/// Returns whether `folder` is `inner` or a folder above it; by identity, since a bind mount gives a folder two paths.
pub(super) fn holds(folder: &Path, entry: &Entry, inner: &Path) -> bool {
    inner.starts_with(folder)
        || (entry.kind == Kind::Directory
            && inner.ancestors().any(|above| {
                look::entry(above).is_ok_and(|above| above.identity.is_same_now(&entry.identity))
            }))
}
