//! What became of the units of a plan.

use lw_fs::Hand;

use super::perform::Failure;
use super::slot::{self, KeptFolder};
use crate::ledger::UnitState;
use crate::plan::{Outcome, Unit};

#[derive(Default)]
pub(super) struct Ran {
    pub(super) units: Vec<(UnitState, Vec<Outcome>)>,
    pub(super) done_units: usize,
    pub(super) slots: Vec<KeptFolder>,
    pub(super) kept: u64,
    pub(super) stopped: Option<Stopped>,
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

/// Sweeps up the private folders of a unit that has ended.
pub(super) fn end_of(
    hand: &mut Hand<'_>,
    unit: &Unit,
    result: Result<Vec<Outcome>, Stopped>,
) -> UnitEnd {
    match result {
        Ok(outcomes) => UnitEnd {
            state: UnitState::Done,
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
    /// Adds the end of the next unit; of several failures the first is told.
    pub(super) fn add(&mut self, end: UnitEnd) {
        self.kept += kept(&end.outcomes);
        self.done_units += usize::from(end.state == UnitState::Done);
        self.units.push((end.state, end.outcomes));
        self.slots.extend(end.slots);
        if self.stopped.is_none() {
            self.stopped = end.stopped;
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
