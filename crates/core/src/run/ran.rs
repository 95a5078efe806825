//! What became of the units of a plan.

use std::path::{Path, PathBuf};

use lw_fs::stage::StageError;
use lw_fs::{FsErrorKind, Hand};

use super::perform::Failure;
use super::slot::{self, KeptFolder};
use crate::ledger::UnitState;
use crate::plan::{AfterFailure, Outcome, Unit};

#[derive(Default)]
pub(super) struct Ran {
    pub(super) units: Vec<(UnitState, Vec<Outcome>)>,
    pub(super) done_units: usize,
    pub(super) slots: Vec<KeptFolder>,
    pub(super) kept: u64,
    pub(super) stopped: Option<Stopped>,
    pub(super) left_out: Vec<LeftOut>,
}

/// A unit that was not done where the others are.
#[derive(Debug)]
pub struct LeftOut {
    /// What it was to change.
    pub paths: Vec<PathBuf>,
    /// Why it was not done.
    pub failure: Failure,
    /// Why it could not be taken back; `None` if it is wholly as before.
    pub stuck: Option<Failure>,
}

/// Why a unit was not done, and whether it is wholly as before.
pub(super) struct Stopped {
    pub(super) failure: Failure,
    pub(super) stuck: Option<Failure>,
    /// Whether it is left for settling to go on with.
    pub(super) is_interrupted: bool,
}

impl Stopped {
    pub(super) fn new(failure: Failure, stuck: Option<Failure>) -> Self {
        Self {
            failure,
            stuck,
            is_interrupted: false,
        }
    }

    /// Returns whether other units may fare better: not with a full disk or a ledger that cannot be written.
    pub(super) fn is_of_one_unit(&self) -> bool {
        let is_of_all = match &self.failure {
            Failure::NotRecorded(_) | Failure::Stage(StageError::Cancelled) => true,
            Failure::Refused(error) => error.kind == FsErrorKind::NoSpace,
            _ => false,
        };
        !is_of_all && !self.is_interrupted
    }
}

/// What became of one unit.
pub(super) struct UnitEnd {
    state: UnitState,
    outcomes: Vec<Outcome>,
    slots: Vec<KeptFolder>,
    stopped: Option<Stopped>,
}

impl UnitEnd {
    /// Returns the end of a unit that was not begun.
    pub(super) fn not_begun() -> Self {
        Self {
            state: UnitState::WentBack,
            outcomes: Vec::new(),
            slots: Vec::new(),
            stopped: None,
        }
    }
}

/// Returns why nothing more is begun once somebody has said that it is enough.
pub(super) fn cancelled() -> Stopped {
    Stopped::new(StageError::Cancelled.into(), None)
}

/// Sweeps up the private folders of a unit that has ended.
pub(super) fn end_of(
    hand: &mut Hand<'_>,
    unit: &Unit,
    result: Result<Vec<Outcome>, Stopped>,
) -> UnitEnd {
    if let Err(stopped) = &result
        && stopped.stuck.is_none()
        && !stopped.is_interrupted
        && !matches!(stopped.failure, Failure::Stage(StageError::Cancelled))
    {
        slot::discard_restored(hand, unit);
    }
    match result {
        Ok(outcomes) => UnitEnd {
            // A folder may keep its time, if all that was to be changed in it was left out.
            state: match unit.gives_facts().is_some() && outcomes == [Outcome::Skipped] {
                true => UnitState::WentBack,
                false => UnitState::Done,
            },
            outcomes,
            slots: slot::sweep(hand, unit),
            stopped: None,
        },
        Err(stopped) => UnitEnd {
            state: match stopped.stuck {
                Some(_) => UnitState::Diverged,
                None => UnitState::WentBack,
            },
            outcomes: Vec::new(),
            slots: match stopped.stuck.is_some() || stopped.is_interrupted {
                true => slot::standing(unit),
                false => slot::sweep(hand, unit),
            },
            stopped: Some(stopped),
        },
    }
}

impl Ran {
    /// Adds the end of the next unit. Of failures after which nothing more is begun the first is told.
    pub(super) fn add(&mut self, unit: &Unit, end: UnitEnd, after_failure: AfterFailure) {
        self.kept += kept(&end.outcomes);
        self.done_units += usize::from(end.state == UnitState::Done);
        self.units.push((end.state, end.outcomes));
        self.slots.extend(end.slots);
        match end.stopped {
            Some(stopped) if after_failure == AfterFailure::GoOn && stopped.is_of_one_unit() => {
                let paths = unit.touches().into_iter().map(Path::to_path_buf);
                self.left_out.push(LeftOut {
                    paths: paths.collect(),
                    failure: stopped.failure,
                    stuck: stopped.stuck,
                });
            }
            stopped if self.stopped.is_none() => self.stopped = stopped,
            _ => {}
        }
    }
}

/// Returns how much of old trees stays in quarantine unplanned.
pub(super) fn kept(outcomes: &[Outcome]) -> u64 {
    let kept = outcomes.iter().map(|outcome| match outcome {
        Outcome::Retired { kept } => *kept,
        Outcome::Done { .. } | Outcome::Skipped => 0,
    });
    kept.sum()
}
