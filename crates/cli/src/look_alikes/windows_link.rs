//! One link as Windows' commands ask for it, made at a free name or in place of what stands there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_core::jobs::look_alike::{
    self, Spot, Unavailable, Wanted, Wish, leads_to, spot, wanted_link,
};
use lw_core::jobs::{NotForWindows, Surroundings};
use lw_core::plan::NewLink;
use lw_core::run::{self, ReplaceError};
use lw_fs::look::{self, Kind, Place};
use lw_fs::reparse::Target;
use lw_fs::{FsError, FsErrorKind, Witness};

use super::ground::Ground;
use super::voice::Voice;
use crate::ui::{quote, quote_path};

/// How often it is looked again when others change the same name.
const TRIES: usize = 20;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) path: &'a Path,
    pub(super) wanted: Wanted,
    /// As it was written.
    pub(super) target: &'a OsStr,
    pub(super) existing: Existing,
    /// The command.
    pub(super) job: &'static str,
}

/// What becomes of something that stands at the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    Stays,
    IsReplaced,
}

/// Why the link was not made.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No such link can be made here.
    Unavailable(Unavailable),
    /// A folder stands at the name, and folders are not replaced.
    Folder,
    /// The link would lead to itself.
    Itself,
    /// What stands at the name could not be kept.
    NotKept(FsError),
    /// The link is there; what it replaced, a link or a further name of a file, is left here.
    Remains(PathBuf),
    System(FsError),
}

/// Makes the link; says on stderr where something is kept that had to give way.
pub(super) fn make(
    voice: &Voice,
    ground: &Ground,
    witness: &mut dyn Witness,
    asked: Asked<'_>,
) -> Result<(), Trouble> {
    let place = match spot(asked.path).map_err(Trouble::System)? {
        Spot::Name(place) => place,
        Spot::Folder => return Err(Trouble::Folder),
    };
    let target = match asked.wanted {
        // A junction is always absolute; Windows' commands write it so too.
        Wanted::Junction if !is_rooted_on_windows(asked.target) => {
            ground.around.working_folder.join(asked.target)
        }
        _ => PathBuf::from(asked.target),
    };
    let new =
        wanted_link(&ground.around, &place, asked.wanted, &target).map_err(Trouble::Unavailable)?;
    for _ in 0..TRIES {
        match run::create(witness, &place, &new) {
            Ok(()) => return Ok(()),
            Err(error)
                if error.kind == FsErrorKind::AlreadyExists
                    && asked.existing == Existing::IsReplaced => {}
            Err(error) => return Err(Trouble::System(error)),
        }
        if is_so_already(&ground.around, &place, &new)? {
            return Ok(());
        }
        let wish = Wish {
            place: &place,
            new: &new,
            backup: None,
            job: asked.job,
            number: 0,
            time_us: ground.time_us,
        };
        let replaced = look_alike::replacement(&ground.around, &wish)
            .map_err(ReplaceError::Changed)
            .and_then(|replacement| run::replace(witness, &replacement));
        match replaced {
            Ok(None) => return Ok(()),
            Ok(Some(kept)) => {
                voice.say(&format!(
                    "note: {} was the last name of its content, which is kept in {}",
                    quote_path(asked.path),
                    quote_path(&kept)
                ));
                return Ok(());
            }
            Err(ReplaceError::Changed(_)) => {}
            Err(ReplaceError::Link(error) | ReplaceError::Backup(error)) => {
                return Err(Trouble::System(error));
            }
            Err(ReplaceError::Keep(error)) => return Err(Trouble::NotKept(error)),
            Err(ReplaceError::Remains(rest, _)) => return Err(Trouble::Remains(rest)),
        }
    }
    Err(Trouble::System(FsError::changed("replace", asked.path)))
}

/// Returns whether the name is a name of the target already; fails if what stands there must stay.
fn is_so_already(around: &Surroundings, place: &Place, new: &NewLink) -> Result<bool, Trouble> {
    let Ok(old) = look::entry(&place.path()) else {
        return Ok(false);
    };
    if old.kind == Kind::Directory {
        return Err(Trouble::Folder);
    }
    let there = leads_to(around, place, new);
    let target = there.and_then(|there| match new {
        NewLink::Hard(_) => look::entry(&there).ok(),
        NewLink::Symbolic(_) | NewLink::Native(_) => look::followed(&there).ok(),
    });
    let is_itself = target.is_some_and(|target| target.identity.is_same_now(&old.identity));
    match new {
        // A further name of the target may give way to a link to it; its only name may not.
        NewLink::Symbolic(_) | NewLink::Native(_) if is_itself && old.link_count == 1 => {
            Err(Trouble::Itself)
        }
        NewLink::Symbolic(_) | NewLink::Native(_) => Ok(false),
        NewLink::Hard(_) => Ok(is_itself),
    }
}

/// Returns why Windows could not follow a link to the target, and what helps.
pub(super) fn not_for_windows(why: &NotForWindows, target: &OsStr) -> Vec<String> {
    let target = quote(target);
    match why {
        NotForWindows::NoLetter => vec![
            format!("Windows cannot follow a link to {target}: which drive it is on is not known."),
            "Name the target as Windows does, C:\\folder, or say once where the drive is: lw link --drive C=/mnt/win …"
                .to_owned(),
        ],
        NotForWindows::BadName => vec![format!(
            "Windows cannot follow a link to {target}: it does not take all of its letters in names."
        )],
    }
}

/// Returns whether the target begins at a drive or a share, in the words of Windows.
fn is_rooted_on_windows(target: &OsStr) -> bool {
    let of_windows = target.to_str().map(Target::from_text);
    matches!(
        of_windows,
        Some(Ok(Target::Drive { .. }
            | Target::Volume { .. }
            | Target::Nt(_)))
    ) || target.as_encoded_bytes().starts_with(br"\\")
}

/// Returns what the target is as seen from the link, if it is there.
pub(super) fn kind_of_target(path: &Path, target: &OsStr) -> Option<Kind> {
    let folder = path.parent().unwrap_or(Path::new(""));
    Some(look::followed(&folder.join(target)).ok()?.kind)
}
