//! Taking back what a unit has done so far: it leaves nothing behind, also nothing in quarantine.

use lw_fs::act::Durable;
use lw_fs::stage::{self, Monitor, StageError};
use lw_fs::{FsError, Hand, act};

use super::one_unit::sync_folders;
use super::perform::{Failure, StepError, Work, perform, remove_name};
use super::slot;
use crate::plan::{Lasting, Outcome, Step, Unit, inverse_of_step};

/// Takes back the first steps of a unit, as many as there are outcomes, last one first.
pub(super) fn go_back(
    hand: &mut Hand<'_>,
    unit: &Unit,
    outcomes: &[Outcome],
    monitor: &dyn Monitor,
) -> Result<(), Failure> {
    if outcomes.is_empty() {
        return Ok(());
    }
    act::create_private_folder_and_root(hand, unit.slot())?;
    for (step, outcome) in unit.steps.iter().zip(outcomes).rev() {
        let work = Work {
            slot: slot::near(unit, step),
            monitor,
            seen: &[],
            durable: Durable::Now,
        };
        match perform_back(hand, step, *outcome, work) {
            Ok(()) => {}
            Err(StepError::NotDone(failure) | StepError::Stuck(failure)) => return Err(failure),
            Err(StepError::Interrupted) => return Err(StageError::Cancelled.into()),
        }
    }
    Ok(sync_folders(hand, unit)?)
}

fn perform_back(
    hand: &mut Hand<'_>,
    step: &Step,
    outcome: Outcome,
    work: Work<'_>,
) -> Result<(), StepError> {
    let slot = work.slot;
    let back = match step {
        _ if outcome == Outcome::Skipped => return Ok(()),
        // Going back leaves nothing behind, also nothing in quarantine.
        Step::CreateSymbolicLink {
            link, text, native, ..
        } => Step::RemoveScratch {
            link: link.clone(),
            text: text.clone(),
            native: native.clone(),
        },
        Step::CreateHardLink { link, file, .. } => return remove_name(hand, link, file, slot),
        // Also in the private folder, where the step before expects it.
        Step::RemoveScratch { link, text, native } => Step::CreateSymbolicLink {
            link: link.clone(),
            text: text.clone(),
            lasting: Lasting::Scratch,
            native: native.clone(),
        },
        // It was made for what comes after, in a private folder, and perhaps not to its end.
        Step::WriteFile { file, .. } if file.starts_with(slot) => {
            return act::remove_file_record(hand, file)
                .map_err(|error| StepError::NotDone(error.into()));
        }
        // Also in the private folder.
        Step::CreateFolder { folder, mode } => Step::RemoveFolder {
            folder: folder.clone(),
            mode: *mode,
        },
        // The copy stays, to be gone on with.
        Step::Stage { item, .. }
        | Step::StageSnapshot { item, .. }
        | Step::StageRestore { item, .. } => {
            let stage = item.parent().unwrap_or(item);
            return stage::unready(hand, stage, item)
                .map_err(|error| StepError::NotDone(error.into()));
        }
        _ => match inverse_of_step(step, outcome, slot, |path| {
            slot::item_numbered(slot, path, 1)
        }) {
            Ok(Some(back)) => back,
            Ok(None) => return Ok(()),
            Err(crate::plan::InverseError::Purged(path)) => {
                let failure = Failure::Refused(FsError::changed("take back", &path));
                return Err(StepError::NotDone(failure));
            }
        },
    };
    perform(hand, &back, work).map(|_outcome| ())
}
