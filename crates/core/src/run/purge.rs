//! Purging: the only thing that removes content for good.

use std::path::PathBuf;

use lw_fs::{FsError, Hand, act, look};

use super::description::{CONTENTS, is_described_by_us};
use super::elsewhere::forget_what_is_gone;
use super::session::Session;
use crate::ledger::{LedgerError, Slot};
use crate::plan::{Fact, State, Step};

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

/// What became of a copy that was not finished.
#[derive(Debug)]
pub enum StageEnding {
    /// It is gone.
    Removed(PathBuf),
    /// What it is a copy of is not there any more as it was, so it stays.
    OnlyCopy {
        /// The stage.
        stage: PathBuf,
        /// What it is a copy of.
        source: PathBuf,
    },
    /// It could not be removed, or not wholly.
    Failed(FsError),
}

/// Removes the copies that were not finished, as long as what they are copies of is still there.
pub fn remove_stages(session: &mut Session<'_>) -> Result<Vec<StageEnding>, LedgerError> {
    let mut endings = Vec::new();
    for stage in session.ledger.stages()? {
        let original = stage.unit.steps.iter().find_map(|step| match step {
            Step::Stage { source, what, .. } => Some(Fact::present(source, what)),
            Step::StageRestore { store, id, .. } => Some(Fact::folder(&store.join(id))),
            _ => None,
        });
        let is_there = original
            .as_ref()
            .is_some_and(|fact| State::of(&fact.path).is_ok_and(|found| fact.state.fits(&found)));
        if !is_there {
            endings.push(StageEnding::OnlyCopy {
                stage: stage.slot.path,
                source: original.map_or_else(PathBuf::new, |fact| fact.path),
            });
            continue;
        }
        match purge_one(&mut Hand::grant(session.witness), &stage.slot) {
            Purged::Gone(path) => {
                let now_us = session.now_us();
                session.ledger.record_purged(&path, now_us)?;
                endings.push(StageEnding::Removed(path));
            }
            Purged::NotReachable(_) => {}
            Purged::Failed(error) => endings.push(StageEnding::Failed(error)),
        }
    }
    Ok(endings)
}

/// Removes these slots for good, each with all it holds.
///
/// Only a folder with linkwright's own description in it is removed.
pub fn purge(session: &mut Session<'_>, slots: &[Slot]) -> Result<Vec<Purged>, LedgerError> {
    let mut results = Vec::new();
    for slot in slots {
        let result = purge_one(&mut Hand::grant(session.witness), slot);
        if let Purged::Gone(path) = &result
            && slot.operation_id.is_some()
        {
            let now_us = session.now_us();
            session.ledger.record_purged(path, now_us)?;
        }
        results.push(result);
    }
    let mut hand = Hand::grant(session.witness);
    // A note too many leads to nothing, and the next purge tries again.
    let _stays = forget_what_is_gone(&mut hand, session.ledger.folder());
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
        let names = look::content::names(&path)?;
        // One that is empty may have lost its description, the last thing that goes.
        if !names.is_empty() && !is_described_by_us(&path) {
            return Err(FsError::changed("purge", &path));
        }
        // The description goes last: as long as something is left, what it is can be told.
        for name in names {
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
