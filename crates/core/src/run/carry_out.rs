//! Carrying a plan out: record, act, go back where it must, record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lw_fs::{FsError, Hand, act};

use super::perform::{Failure, StepError, perform, remove_name};
use super::session::{Session, locks_folder};
use super::slot;
use crate::ledger::{Begun, Finished, LedgerError, OperationState, UnitState};
use crate::plan::{Outcome, Plan, Step, Unit, inverse_of_step};

/// How often and how long another process's claim is waited for: three seconds in all.
const CLAIM_TRIES: u32 = 31;
const CLAIM_WAIT: Duration = Duration::from_millis(100);

/// What a plan that was carried out whole left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The operation's number; none if there was nothing to do.
    pub operation_id: Option<i64>,
    /// The private folders that hold what was displaced.
    pub slots: Vec<PathBuf>,
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
}

/// Carries `plan` out: one durable record before it, one after.
///
/// Each unit ends wholly done or wholly taken back; after the first that cannot be done nothing more is begun.
pub fn run(session: &mut Session<'_>, plan: &Plan) -> Result<Report, RunError> {
    if plan.is_empty() {
        return Ok(Report {
            operation_id: None,
            slots: Vec::new(),
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
    let ran = run_units(session, plan, operation_id);
    let recorded = record(session, operation_id, &ran);
    release(session, lock);
    match (ran.stopped, recorded) {
        (Some(stopped), _) => Err(RunError::Unfinished(Box::new(Unfinished {
            operation_id,
            done_units: ran.done_units,
            units: plan.units.len(),
            failure: stopped.failure,
            stuck: stopped.stuck,
        }))),
        (None, Err(source)) => Err(RunError::NotRecorded {
            operation_id,
            source,
        }),
        (None, Ok(())) => Ok(Report {
            operation_id: Some(operation_id),
            slots: ran.slots,
        }),
    }
}

fn release(session: &mut Session<'_>, lock: Option<act::Lock>) {
    if let Some(lock) = lock {
        // A lock file that stays is empty, and free as soon as this process ends.
        let _released = act::release_lock(&mut Hand::grant(session.witness), lock);
    }
}

fn begin(session: &mut Session<'_>, plan: &Plan) -> Result<i64, LedgerError> {
    let begun = Begun {
        plan,
        pid: session.context.pid,
        token: &session.context.token,
        now_us: (session.context.now_us)(),
    };
    let locks = locks_folder(session.ledger.folder());
    let is_alive = |token: &str| act::is_lock_held(&locks.join(token));
    let mut tries = 0;
    loop {
        tries += 1;
        match session
            .ledger
            .begin(&mut Hand::grant(session.witness), &begun, is_alive)
        {
            Err(LedgerError::Claimed { .. }) if tries < CLAIM_TRIES => {
                std::thread::sleep(CLAIM_WAIT)
            }
            other => return other,
        }
    }
}

struct Ran {
    units: Vec<(UnitState, Vec<Outcome>)>,
    done_units: usize,
    slots: Vec<PathBuf>,
    stopped: Option<Stopped>,
}

/// Why a unit was not done, and whether it is wholly as before.
pub(super) struct Stopped {
    pub(super) failure: Failure,
    pub(super) stuck: Option<Failure>,
}

fn run_units(session: &mut Session<'_>, plan: &Plan, operation_id: i64) -> Ran {
    let about = slot::About {
        operation_id,
        job: plan.subject.job(),
        time_us: session.now_us(),
    };
    let mut hand = Hand::grant(session.witness);
    let mut ran = Ran {
        units: Vec::new(),
        done_units: 0,
        slots: Vec::new(),
        stopped: None,
    };
    for unit in &plan.units {
        if ran.stopped.is_some() {
            ran.units.push((UnitState::WentBack, Vec::new()));
            continue;
        }
        match run_unit(&mut hand, unit, &about) {
            Ok(outcomes) => {
                ran.units.push((UnitState::Done, outcomes));
                ran.done_units += 1;
                ran.slots.extend(slot::sweep(&mut hand, unit));
            }
            Err(stopped) => {
                let state = if stopped.stuck.is_some() {
                    UnitState::Diverged
                } else {
                    UnitState::WentBack
                };
                ran.units.push((state, Vec::new()));
                if stopped.stuck.is_some() {
                    ran.slots.push(unit.slot().to_path_buf());
                } else {
                    ran.slots.extend(slot::sweep(&mut hand, unit));
                }
                ran.stopped = Some(stopped);
            }
        }
    }
    ran
}

fn run_unit(
    hand: &mut Hand<'_>,
    unit: &Unit,
    about: &slot::About<'_>,
) -> Result<Vec<Outcome>, Stopped> {
    if let Err(error) = slot::prepare(hand, unit, about) {
        return Err(Stopped {
            failure: error.into(),
            stuck: None,
        });
    }
    let mut outcomes = Vec::with_capacity(unit.steps.len());
    for step in &unit.steps {
        match perform(hand, step, unit.slot()) {
            Ok(outcome) => outcomes.push(outcome),
            Err(StepError::NotDone(failure)) => {
                let stuck = go_back(hand, unit, &outcomes).err();
                return Err(Stopped { failure, stuck });
            }
            Err(StepError::Stuck(failure)) => {
                let expected =
                    Failure::Refused(FsError::changed("put back what was caught at", unit.slot()));
                return Err(Stopped {
                    failure,
                    stuck: Some(expected),
                });
            }
        }
    }
    if let Err(error) = sync_folders(hand, unit) {
        let stuck = go_back(hand, unit, &outcomes).err();
        return Err(Stopped {
            failure: error.into(),
            stuck,
        });
    }
    Ok(outcomes)
}

/// Takes back the first steps of a unit, as many as there are outcomes, last one first.
pub(super) fn go_back(
    hand: &mut Hand<'_>,
    unit: &Unit,
    outcomes: &[Outcome],
) -> Result<(), Failure> {
    if outcomes.is_empty() {
        return Ok(());
    }
    act::create_private_folder_and_root(hand, unit.slot())?;
    for (step, outcome) in unit.steps.iter().zip(outcomes).rev() {
        match perform_back(hand, step, *outcome, unit.slot()) {
            Ok(()) => {}
            Err(StepError::NotDone(failure) | StepError::Stuck(failure)) => return Err(failure),
        }
    }
    Ok(sync_folders(hand, unit)?)
}

fn perform_back(
    hand: &mut Hand<'_>,
    step: &Step,
    outcome: Outcome,
    slot: &Path,
) -> Result<(), StepError> {
    let back = match step {
        _ if outcome == Outcome::Skipped => return Ok(()),
        // Going back leaves nothing behind, also nothing in quarantine.
        Step::CreateSymbolicLink { link, text, .. } => Step::RemoveScratch {
            link: link.clone(),
            text: text.clone(),
        },
        Step::CreateHardLink { link, file, .. } => return remove_name(hand, link, file, slot),
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
    perform(hand, &back, slot).map(|_outcome| ())
}

/// Makes durable what the unit did to names.
pub(super) fn sync_folders(hand: &mut Hand<'_>, unit: &Unit) -> Result<(), FsError> {
    let folders: BTreeSet<&Path> = unit
        .steps
        .iter()
        .flat_map(Step::touches)
        .filter_map(Path::parent)
        .collect();
    for folder in folders {
        match act::sync_folder(hand, folder) {
            // A folder that the unit itself moved away, or made unreachable by this name, is synced by its new name.
            Err(error) if error.kind == lw_fs::FsErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

fn record(session: &mut Session<'_>, operation_id: i64, ran: &Ran) -> Result<(), LedgerError> {
    let finished = Finished {
        operation_id,
        state: state_of(ran.units.iter().map(|(state, _)| *state)),
        units: &ran.units,
        slots: &ran.slots,
        now_us: session.now_us(),
    };
    session
        .ledger
        .finish(&mut Hand::grant(session.witness), &finished)
}

/// Returns how an operation stands whose units stand like this.
pub(super) fn state_of(units: impl Iterator<Item = UnitState>) -> OperationState {
    let units: Vec<UnitState> = units.collect();
    if units.contains(&UnitState::Diverged) || units.contains(&UnitState::Begun) {
        OperationState::Diverged
    } else if units.iter().all(|state| *state == UnitState::Done) {
        OperationState::Done
    } else if units.contains(&UnitState::Done) {
        OperationState::Partly
    } else {
        OperationState::WentBack
    }
}
