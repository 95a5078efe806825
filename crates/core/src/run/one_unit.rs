//! One unit: its steps in order, made durable, or taken back.

use std::path::Path;

use lw_fs::act::Durable;
use lw_fs::stage::{Monitor, StageError};
use lw_fs::{FsError, Hand, act, look};

use super::description;
use super::go_back::go_back;
use super::perform::{Failure, StepError, Work, perform};
use super::ran::Stopped;
use super::slot;
use crate::ledger::Ledger;
use crate::plan::{Fact, Outcome, Shape, Step, Unit};

/// Records of a running unit what is known only once a copy stands.
pub(super) struct Recorder<'a> {
    pub(super) operation_id: i64,
    pub(super) position: usize,
    pub(super) ledger: &'a mut Ledger,
}

impl Recorder<'_> {
    /// Notes in all steps, and durably in the ledger, what makes the finished copy itself.
    fn learn(&mut self, hand: &mut Hand<'_>, unit: &mut Unit, item: &Path) -> Result<(), Failure> {
        let identity = look::entry(item)?.identity;
        unit.learn(item, identity);
        self.ledger
            .update_unit(hand, (self.operation_id, self.position), unit)
            .map_err(|error| Failure::NotRecorded(Box::new(error)))
    }
}

/// Carries out one unit, durably.
pub(super) fn run_unit(
    hand: &mut Hand<'_>,
    unit: &Unit,
    about: &description::About<'_>,
    (monitor, recorder): (&dyn Monitor, &mut Recorder<'_>),
) -> Result<Vec<Outcome>, Stopped> {
    let outcomes = run_steps(hand, unit, about, (monitor, Some(recorder)))?;
    make_durable(hand, unit, outcomes, monitor)
}

/// Carries out the steps of one unit. What becomes known only once a copy stands goes to the recorder; units without copies
/// need none.
pub(super) fn run_steps(
    hand: &mut Hand<'_>,
    unit: &Unit,
    about: &description::About<'_>,
    (monitor, mut recorder): (&dyn Monitor, Option<&mut Recorder<'_>>),
) -> Result<Vec<Outcome>, Stopped> {
    if let Err(error) = slot::prepare(hand, (unit, Durable::Now), about) {
        return Err(Stopped::new(error.into(), None));
    }
    let begun = Begun {
        unit: unit.clone(),
        outcomes: Vec::with_capacity(unit.steps.len()),
    };
    go_through(hand, begun, (monitor, recorder.take()))
}

/// A unit some of whose steps are done.
pub(super) struct Begun {
    /// The unit, with what became known of it since.
    pub(super) unit: Unit,
    /// The outcomes of its first steps.
    pub(super) outcomes: Vec<Outcome>,
}

/// Carries out the steps of a unit that are left.
pub(super) fn go_through(
    hand: &mut Hand<'_>,
    Begun {
        mut unit,
        mut outcomes,
    }: Begun,
    (monitor, mut recorder): (&dyn Monitor, Option<&mut Recorder<'_>>),
) -> Result<Vec<Outcome>, Stopped> {
    let own = unit.slot().to_path_buf();
    let mut seen = Vec::new();
    for index in outcomes.len()..unit.steps.len() {
        let work = Work {
            slot: slot::near(&unit, &unit.steps[index]),
            monitor,
            seen: &seen,
            durable: Durable::Now,
        };
        let mut result = perform(hand, &unit.steps[index], work);
        if let Some(item) = unit.steps[index].builds()
            && let Some(recorder) = recorder.as_deref_mut()
            && result.is_ok()
        {
            let item = item.to_path_buf();
            if let Err(failure) = recorder.learn(hand, &mut unit, &item) {
                outcomes.push(Outcome::Done { made: None });
                result = Err(StepError::NotDone(failure));
            }
        }
        match result {
            Ok(outcome) => {
                if unit.shape == Shape::Links {
                    // There are thousands of steps, and what one leaves is what the next one takes.
                    seen = hand_on(&mut unit.steps[index..], outcome, &own);
                }
                outcomes.push(outcome);
            }
            Err(error) => return Err(stopped(hand, (&unit, &outcomes), error, monitor)),
        }
    }
    Ok(outcomes)
}

/// Takes a unit back of which a step was not done, unless it is gone on with.
pub(super) fn stopped(
    hand: &mut Hand<'_>,
    (unit, outcomes): (&Unit, &[Outcome]),
    error: StepError,
    monitor: &dyn Monitor,
) -> Stopped {
    match error {
        StepError::NotDone(failure)
            if outcomes.len() >= unit.go_on_from && unit.is_cleared_in_the_end() =>
        {
            // Never back from here: what could not be cleared stays, and settling tries again.
            Stopped {
                failure,
                stuck: None,
                is_interrupted: true,
            }
        }
        StepError::NotDone(failure) => {
            let stuck = go_back(hand, unit, outcomes, monitor).err();
            Stopped::new(failure, stuck)
        }
        StepError::Interrupted => Stopped {
            failure: StageError::Cancelled.into(),
            stuck: None,
            is_interrupted: true,
        },
        StepError::Stuck(failure) => {
            let expected =
                Failure::Refused(FsError::changed("put back what was caught at", unit.slot()));
            Stopped::new(failure, Some(expected))
        }
    }
}

/// Makes durable what the steps of a unit did to names, or takes them back.
pub(super) fn make_durable(
    hand: &mut Hand<'_>,
    unit: &Unit,
    outcomes: Vec<Outcome>,
    monitor: &dyn Monitor,
) -> Result<Vec<Outcome>, Stopped> {
    let Err(error) = sync_folders(hand, unit) else {
        return Ok(outcomes);
    };
    if unit.is_cleared_in_the_end() {
        return Err(Stopped {
            failure: error.into(),
            stuck: None,
            is_interrupted: true,
        });
    }
    let stuck = go_back(hand, unit, &outcomes, monitor).err();
    Err(Stopped::new(error.into(), stuck))
}

/// Returns what the first of the steps has left, and tells the second one what makes it itself: that very thing is then
/// looked for, and nothing that only looks like it.
///
/// Names in the private folder are this unit's alone, and a link is made at none that is taken: those are not looked at before.
fn hand_on(steps: &mut [Step], outcome: Outcome, slot: &Path) -> Vec<Fact> {
    let mut left = steps[0].ensures();
    if let Outcome::Done {
        made: Some(identity),
    } = outcome
        && identity.birth_ns.is_some()
        && let [Step::CreateSymbolicLink { link, .. }, next, ..] = steps
    {
        next.learn(link, identity);
        for fact in &mut left {
            fact.learn(link, identity);
        }
    }
    if let [_, Step::CreateSymbolicLink { link, .. }, ..] = steps
        && link.starts_with(slot)
    {
        left.push(Fact::absent(link));
    }
    left
}

/// Makes durable what the unit did to names.
pub(super) fn sync_folders(hand: &mut Hand<'_>, unit: &Unit) -> Result<(), FsError> {
    let mut folders: Vec<&Path> = Vec::new();
    for folder in unit
        .steps
        .iter()
        .flat_map(Step::touches)
        .filter_map(Path::parent)
    {
        // Thousands of names lie side by side.
        if folders.last() != Some(&folder) {
            folders.push(folder);
        }
    }
    folders.sort_unstable_by_key(|folder| folder.as_os_str());
    folders.dedup();
    for folder in folders {
        match act::sync_folder(hand, folder) {
            // A folder that the unit itself moved away, or made unreachable by this name, is synced by its new name.
            Err(error) if error.kind == lw_fs::FsErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}
