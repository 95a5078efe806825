//! `lw show`: one path, what it is, where it leads, and what the ledger knows.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind, OnNtfs, Resolution, Volume};
use lw_fs::path_form;
use lw_fs::reparse::{Tag, Target};

use super::{Refusal, Refused, Surroundings};
use crate::ledger::{Ledger, Operation, Tracked};

/// What is to be said of one path.
#[derive(Debug)]
pub struct Shown {
    /// The path, its folders link-free.
    pub path: PathBuf,
    /// What stands there, not followed.
    pub entry: Entry,
    /// What it is to NTFS, if it is a link on such a volume.
    pub on_ntfs: Option<OnNtfs>,
    /// Where it leads, if it is a link that this system can follow.
    pub way: Option<Resolution>,
    /// Where it leads, if it is a firmlink of macOS, which is no link to any call.
    pub firmlink: Option<PathBuf>,
    /// The other names of a file that has several, where the system knows them without a search.
    pub other_names: Option<Vec<PathBuf>>,
    /// The volume it lies on.
    pub volume: Volume,
    /// The operations that changed its name, newest first.
    pub operations: Vec<Operation>,
    /// What it led to when it was last seen sound, if that was written down.
    pub remembered: Option<Tracked>,
}

/// Looks at one path.
pub fn show(around: &Surroundings, path: &Path, ledger: Option<&Ledger>) -> Result<Shown, Refused> {
    // The root has no name that could be changed, but it can be looked at.
    let place = around.shown_place(path)?.path();
    let Some(entry) = look::entry_if_any(&place)? else {
        return Err(Refusal::Missing { path: place }.into());
    };
    let on_ntfs = match entry.kind.is_link() {
        true => look::on_ntfs(&place, &entry)?,
        false => None,
    };
    let is_followed = entry.kind.is_link() && !on_ntfs.as_ref().is_some_and(is_for_windows_alone);
    let way = is_followed.then(|| look::resolve(&place));
    let (operations, remembered) = match ledger {
        Some(ledger) => (ledger.operations_on(&place)?, ledger.tracked_at(&place)?),
        None => (Vec::new(), None),
    };
    Ok(Shown {
        firmlink: look::system::firmlink(&place),
        other_names: other_names(&place, &entry),
        volume: look::volume_of(&place)?,
        path: place,
        entry,
        on_ntfs,
        way,
        operations,
        remembered,
    })
}

fn other_names(path: &Path, entry: &Entry) -> Option<Vec<PathBuf>> {
    if entry.kind != Kind::File || entry.link_count < 2 {
        return None;
    }
    // What the system does not tell can be searched for, and keeps nobody from the rest.
    let mut names = look::names_of(path).ok().flatten()?;
    names.retain(|name| path_form::folded(name) != path_form::folded(path));
    names.sort();
    Some(names)
}

/// Returns whether the driver shows something made up as the text of a link.
fn is_for_windows_alone(what: &OnNtfs) -> bool {
    match what {
        OnNtfs::Native(_, point) => !matches!(
            point.target(),
            Some(Target::Relative(_) | Target::FromRoot(_) | Target::Drive { .. })
        ),
        OnNtfs::Other(point) => point.tag() != Tag::WSL_LINK,
        OnNtfs::Damaged(_) => true,
        OnNtfs::Interix => false,
    }
}
