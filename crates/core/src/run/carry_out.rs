//! Carrying a plan out: record, act, go back where it must, record.

use std::path::Path;

use lw_fs::stage::{Monitor, StageError};
use lw_fs::{FsError, Hand, act, look};

use super::description;
use super::go_back::go_back;
use super::perform::{Failure, StepError, Work, perform};
use super::record::{begin, record};
use super::session::Session;
use super::side_by_side;
use super::slot::{self, KeptFolder};
use crate::ledger::{Ledger, LedgerError, UnitState};
use crate::plan::{Fact, Outcome, Plan, Shape, Step, Unit};

/// What a plan that was carried out whole left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The operation's number; none if there was nothing to do.
    pub operation_id: Option<i64>,
    /// The private folders that hold what was displaced.
    pub slots: Vec<KeptFolder>,
    /// How much of an old tree stays in quarantine although it should have gone; the monitor was told each.
    pub kept: u64,
}

/// Why a plan was not carried out whole.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be recorded; nothing was changed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It was begun and not finished.
    #[error("it was not finished")]
    Unfinished(Box<Unfinished>),
    /// What was asked for is done, but what it replaced is not cleared; settling goes on with that.
    #[error("it was not finished")]
    NotCleared {
        /// The operation's number.
        operation_id: i64,
        /// Why.
        failure: Failure,
    },
    /// All of it is done, but that could not be recorded; the next settling will.
    #[error("it is done, but that could not be recorded: {source}")]
    NotRecorded {
        /// The operation's number.
        operation_id: i64,
        /// Why.
        source: LedgerError,
    },
}

/// How far a plan came that was not finished.
#[derive(Debug)]
pub struct Unfinished {
    /// The operation's number.
    pub operation_id: i64,
    /// The number of units that are done.
    pub done_units: usize,
    /// The number of units there were.
    pub units: usize,
    /// Why it stopped.
    pub failure: Failure,
    /// Why the unit it stopped in could not be taken back; `None` if it is wholly as before.
    pub stuck: Option<Failure>,
    /// The private folders that still hold something.
    pub slots: Vec<KeptFolder>,
}

/// Carries `plan` out: one durable record before it, one after.
///
/// Each unit ends wholly done or wholly taken back; after the first that cannot be done nothing more is begun.
pub fn run(
    session: &mut Session<'_>,
    plan: &Plan,
    monitor: &dyn Monitor,
) -> Result<Report, RunError> {
    if plan.is_empty() {
        return Ok(Report {
            operation_id: None,
            slots: Vec::new(),
            kept: 0,
        });
    }
    let lock_path = session.lock_path(&session.context.token);
    let lock = act::hold_lock(&mut Hand::grant(session.witness), &lock_path).map_err(|source| {
        LedgerError::Folder {
            folder: session.context.state_folder.clone(),
            source,
        }
    })?;
    let operation_id = match begin(session, plan) {
        Ok(id) => id,
        Err(error) => {
            release(session, lock);
            return Err(error.into());
        }
    };
    let ran = run_units(session, plan, operation_id, monitor);
    let ran = match ran {
        // Not recorded as ended: it is settled like what a killed process left, and that goes on with it.
        Ran {
            stopped:
                Some(Stopped {
                    failure,
                    is_interrupted: true,
                    ..
                }),
            ..
        } => {
            release(session, lock);
            return Err(RunError::NotCleared {
                operation_id,
                failure,
            });
        }
        ran => ran,
    };
    let recorded = record(session, plan, operation_id, &ran);
    release(session, lock);
    match (ran.stopped, recorded) {
        (Some(stopped), _) => Err(RunError::Unfinished(Box::new(Unfinished {
            operation_id,
            done_units: ran.done_units,
            units: plan.units.len(),
            failure: stopped.failure,
            stuck: stopped.stuck,
            slots: ran.slots,
        }))),
        (None, Err(source)) => Err(RunError::NotRecorded {
            operation_id,
            source,
        }),
        (None, Ok(())) => Ok(Report {
            operation_id: Some(operation_id),
            slots: ran.slots,
            kept: ran.kept,
        }),
    }
}

fn release(session: &mut Session<'_>, lock: Option<act::Lock>) {
    if let Some(lock) = lock {
        // A lock file that stays is empty, and free as soon as this process ends.
        let _released = act::release_lock(&mut Hand::grant(session.witness), lock);
    }
}

#[derive(Default)]
pub(super) struct Ran {
    pub(super) units: Vec<(UnitState, Vec<Outcome>)>,
    done_units: usize,
    pub(super) slots: Vec<KeptFolder>,
    kept: u64,
    stopped: Option<Stopped>,
}

/// Why a unit was not done, and whether it is wholly as before.
pub(super) struct Stopped {
    pub(super) failure: Failure,
    pub(super) stuck: Option<Failure>,
    /// Whether it is left for settling to go on with.
    is_interrupted: bool,
}

impl Stopped {
    fn new(failure: Failure, stuck: Option<Failure>) -> Self {
        Self {
            failure,
            stuck,
            is_interrupted: false,
        }
    }
}

fn run_units(
    session: &mut Session<'_>,
    plan: &Plan,
    operation_id: i64,
    monitor: &dyn Monitor,
) -> Ran {
    let about = description::About {
        operation_id,
        job: plan.subject.job(),
        time_us: session.now_us(),
    };
    if side_by_side::is_for(plan) {
        return side_by_side::run_units(session.witness, plan, &about, monitor);
    }
    let mut recorder = Recorder {
        operation_id,
        position: 0,
        ledger: &mut session.ledger,
    };
    let mut hand = Hand::grant(session.witness);
    let mut ran = Ran::default();
    for (position, unit) in plan.units.iter().enumerate() {
        if ran.stopped.is_some() {
            ran.units.push((UnitState::WentBack, Vec::new()));
            continue;
        }
        recorder.position = position;
        let result = run_unit(&mut hand, unit, &about, (monitor, &mut recorder));
        ran.add(end_of(&mut hand, unit, result));
    }
    ran
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

/// Records of a running unit what is known only once a copy stands.
pub(super) struct Recorder<'a> {
    operation_id: i64,
    position: usize,
    ledger: &'a mut Ledger,
}

impl Recorder<'_> {
    /// Notes in all steps, and durably in the ledger, what makes the finished copy itself.
    fn learn(&mut self, hand: &mut Hand<'_>, unit: &mut Unit, item: &Path) -> Result<(), Failure> {
        let identity = look::entry(item)?.identity;
        for step in &mut unit.steps {
            step.learn(item, identity);
        }
        self.ledger
            .update_unit(hand, (self.operation_id, self.position), unit)
            .map_err(|error| Failure::NotRecorded(Box::new(error)))
    }
}

/// Carries out one unit, durably.
fn run_unit(
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
    if let Err(error) = slot::prepare(hand, unit, about) {
        return Err(Stopped::new(error.into(), None));
    }
    let own = unit.slot();
    let mut unit = unit.clone();
    let mut outcomes = Vec::with_capacity(unit.steps.len());
    let mut seen = Vec::new();
    for index in 0..unit.steps.len() {
        let work = Work {
            slot: slot::near(&unit, &unit.steps[index]),
            monitor,
            seen: &seen,
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
                    seen = hand_on(&mut unit.steps[index..], outcome, own);
                }
                outcomes.push(outcome);
            }
            Err(StepError::NotDone(failure))
                if outcomes.len() >= unit.go_on_from && unit.is_cleared_in_the_end() =>
            {
                // Never back from here: what could not be cleared stays, and settling tries again.
                return Err(Stopped {
                    failure,
                    stuck: None,
                    is_interrupted: true,
                });
            }
            Err(StepError::NotDone(failure)) => {
                let stuck = go_back(hand, &unit, &outcomes, monitor).err();
                return Err(Stopped::new(failure, stuck));
            }
            Err(StepError::Interrupted) => {
                return Err(Stopped {
                    failure: StageError::Cancelled.into(),
                    stuck: None,
                    is_interrupted: true,
                });
            }
            Err(StepError::Stuck(failure)) => {
                let expected =
                    Failure::Refused(FsError::changed("put back what was caught at", unit.slot()));
                return Err(Stopped::new(failure, Some(expected)));
            }
        }
    }
    Ok(outcomes)
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
