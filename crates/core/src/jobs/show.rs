//! `lw show`: one path, what it is, where it leads, and what the ledger knows.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Resolution, Volume};

use super::{Refusal, Refused, Surroundings};
use crate::ledger::{Ledger, Operation, Tracked};

/// What is to be said of one path.
#[derive(Debug)]
pub struct Shown {
    /// The path, its folders link-free.
    pub path: PathBuf,
    /// What stands there, not followed.
    pub entry: Entry,
    /// Where it leads, if it is a link.
    pub way: Option<Resolution>,
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
    let way = entry.kind.is_link().then(|| look::resolve(&place));
    let (operations, remembered) = match ledger {
        Some(ledger) => (ledger.operations_on(&place)?, ledger.tracked_at(&place)?),
        None => (Vec::new(), None),
    };
    Ok(Shown {
        volume: look::volume_of(&place)?,
        path: place,
        entry,
        way,
        operations,
        remembered,
    })
}
