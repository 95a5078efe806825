//! Folders get what belongs to them besides the names in them.

use std::path::Path;

use lw_fs::stage::Monitor;
use lw_fs::{FsError, Hand, act, look};

use super::perform::{StepError, not_done};
use crate::plan::{FactsChange, FactsProgress, Outcome, Trace, Unit};

/// Gives a folder what belongs to it, unless somebody has changed that; what was cut off before is done again.
pub(super) fn give(
    hand: &mut Hand<'_>,
    (folder, what): (&Path, &Trace),
    facts: &FactsChange,
    monitor: &dyn Monitor,
) -> Result<Outcome, StepError> {
    let now = look::folder_facts(folder).map_err(not_done)?;
    match facts.progress(&now) {
        FactsProgress::After => return Ok(Outcome::Skipped),
        FactsProgress::Before | FactsProgress::Between => {}
        FactsProgress::Other => {
            let changed = FsError::changed("give what belongs to it to", folder);
            return Err(not_done(changed));
        }
    }
    let given = act::give_folder_facts(hand, folder, what.identity, &facts.becomes);
    let lost = match given {
        Ok(lost) => lost,
        Err(error) => {
            // A part may be given already, and that what it had is not to be lost.
            let is_before = look::folder_facts(folder).is_ok_and(|then| then == now);
            let back =
                is_before || act::give_folder_facts(hand, folder, what.identity, &now).is_ok();
            return Err(match back {
                true => not_done(error),
                false => StepError::Stuck(error.into()),
            });
        }
    };
    for loss in lost {
        monitor.lost(folder, loss);
    }
    Ok(Outcome::Done { made: None })
}

/// Returns how far a unit has come that gives a folder what belongs to it; `None` if it does something else.
pub(super) fn progress(unit: &Unit) -> Result<Option<FactsProgress>, FsError> {
    let Some((folder, facts)) = unit.gives_facts() else {
        return Ok(None);
    };
    Ok(Some(facts.progress(&look::folder_facts(folder)?)))
}
