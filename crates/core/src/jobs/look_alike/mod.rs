//! What the look-alikes of other programs' commands decide: `ln`, `mklink`, `New-Item`.
//!
//! These keep no record, so there is no plan of units here: one link at a time is made, or put in place of what stands
//! at its name, by [`crate::run::create`] and [`crate::run::replace`].

mod backup;
mod relative;
mod spot;
mod wanted;

pub use backup::{BackupNaming, backup_name};
pub use relative::{missing_allowed, relative_text};
pub use spot::{Spot, spot};
pub use wanted::{Unavailable, Wanted, leads_to, wanted_link};

use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look::{self, Entry, Kind, Place};

use super::names_left::NamesLeft;
use super::{Surroundings, quarantine};
use crate::ledger::Ledger;
use crate::plan::{Fate, NewLink, Quarantining, Replacement, Victim};

/// A link that is wanted where something stands.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The name.
    pub place: &'a Place,
    /// What is to stand there.
    pub new: &'a NewLink,
    /// The name that what stands there is to get, in the same folder.
    pub backup: Option<&'a Path>,
    /// The command, for the description of what is kept.
    pub job: &'static str,
    /// Which of the links of this command it is; names its private folder.
    pub number: usize,
    /// The time, microseconds since 1970.
    pub time_us: i64,
}

/// Looks at what stands at the name, and returns how the link gets there so that nothing is lost.
///
/// Fails with `NotFound` if nothing stands there any more.
pub fn replacement(around: &Surroundings, wish: &Wish<'_>) -> Result<Replacement, FsError> {
    let path = wish.place.path();
    let old = look::entry(&path)?;
    let victim = match wish.backup {
        None => Some(victim(around, path.clone(), &old)),
        Some(backup) => {
            look::entry_if_any(backup)?.map(|entry| victim(around, backup.to_path_buf(), &entry))
        }
    };
    let is_kept = victim
        .as_ref()
        .is_some_and(|victim| victim.fate == Fate::Kept);
    let slots = if is_kept || wish.backup.is_some() {
        quarantine::slots_without_ledger(around, &wish.place.parent, wish.number)
    } else {
        Vec::new()
    };
    let beside = format!(".lw-{}-{}-{}", wish.job, around.token, wish.number);
    Ok(Replacement {
        path,
        new: wish.new.clone(),
        backup: wish.backup.map(Path::to_path_buf),
        victim,
        beside: wish.place.parent.join(beside),
        quarantining: Quarantining {
            slots,
            state_folder: quarantine::nearest_existing(&around.state_folder)
                .map(|(folder, _)| folder),
            job: wish.job,
            time_us: wish.time_us,
        },
    })
}

fn victim(around: &Surroundings, path: PathBuf, entry: &Entry) -> Victim {
    let goes = match entry.kind {
        // Where that cannot be told, it is kept.
        kind if kind.is_link() => {
            look::only_looks_like_link(&path, entry).is_ok_and(|only_looks| !only_looks)
        }
        Kind::File => has_another_name(around, entry),
        _ => false,
    };
    Victim {
        path,
        identity: entry.identity,
        fate: if goes { Fate::Goes } else { Fate::Kept },
    }
}

/// Returns whether the file keeps a name outside of quarantine; where the ledger cannot tell, it is taken not to.
fn has_another_name(around: &Surroundings, file: &Entry) -> bool {
    if file.link_count < 2 {
        return false;
    }
    let Ok(ledger) = Ledger::open_to_read(&around.state_folder) else {
        return false;
    };
    NamesLeft::new(ledger.as_ref()).take(file).unwrap_or(false)
}
