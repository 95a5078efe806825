//! Purging: the only thing that removes content for good.

use std::path::PathBuf;

use lw_fs::{FsError, Hand, act, look};

use super::session::Session;
use super::slot::{CONTENTS, is_described_by_us};
use crate::ledger::{LedgerError, Slot};

/// What became of one slot.
#[derive(Debug)]
pub enum Purged {
    /// It is gone.
    Gone(PathBuf),
    /// Its volume is not there now, so it stays recorded.
    NotReachable(PathBuf),
    /// It could not be removed, or not wholly.
    Failed(FsError),
}

/// Removes these slots for good, each with all it holds.
///
/// Only a folder with linkwright's own description in it is removed.
pub fn purge(session: &mut Session<'_>, slots: &[Slot]) -> Result<Vec<Purged>, LedgerError> {
    let mut results = Vec::new();
    for slot in slots {
        let result = purge_one(&mut Hand::grant(session.witness), slot);
        if let Purged::Gone(path) = &result {
            let now_us = session.now_us();
            session.ledger.record_purged(path, now_us)?;
        }
        results.push(result);
    }
    Ok(results)
}

fn purge_one(hand: &mut Hand<'_>, slot: &Slot) -> Purged {
    let try_it = |hand: &mut Hand<'_>| -> Result<Purged, FsError> {
        let path = slot.path.clone();
        if look::entry_if_any(&path)?.is_none() {
            // With its volume unmounted the whole quarantine is missing, not this slot alone.
            let reachable = matches!(path.parent().map(look::entry_if_any), Some(Ok(Some(_))));
            return Ok(if reachable {
                Purged::Gone(path)
            } else {
                Purged::NotReachable(path)
            });
        }
        if !is_described_by_us(&path) {
            return Err(FsError::changed("purge", &path));
        }
        // The description goes last: as long as something is left, what it is can be told.
        for name in look::content::names(&path)? {
            if name != CONTENTS {
                act::remove_purged(hand, &path.join(name))?;
            }
        }
        act::remove_purged(hand, &path)?;
        if let Some(root) = path.parent() {
            act::remove_empty_folder(hand, root)?;
        }
        Ok(Purged::Gone(path))
    };
    try_it(hand).unwrap_or_else(Purged::Failed)
}
