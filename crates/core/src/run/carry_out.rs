//! Carrying a plan out: record, act, go back where it must, record.

use lw_fs::stage::Monitor;
use lw_fs::{Hand, act};

use super::description;
use super::one_unit::{Recorder, run_unit};
use super::perform::Failure;
use super::ran::{LeftOut, Ran, Stopped, cancelled, end_of};
use super::record::{begin, record};
use super::session::Session;
use super::side_by_side;
use super::slot::KeptFolder;
use super::together;
use crate::ledger::{LedgerError, UnitState};
use crate::plan::{AfterFailure, Plan};

/// What a plan that was carried out whole left behind.
#[derive(Debug)]
pub struct Report {
    /// The operation's number; none if there was nothing to do.
    pub operation_id: Option<i64>,
    /// The private folders that hold what was displaced.
    pub slots: Vec<KeptFolder>,
    /// How much of an old tree stays in quarantine although it should have gone; the monitor was told each.
    pub kept: u64,
    /// How many units are done.
    pub done_units: usize,
    /// The units that were not done, where the others are.
    pub left_out: Vec<LeftOut>,
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
    /// The units before it that were not done either.
    pub left_out: Vec<LeftOut>,
}

/// Carries `plan` out: one durable record before it, one after.
///
/// Each unit ends wholly done or wholly taken back; after the first that cannot be done nothing more is begun, unless the plan
/// says that the others have nothing to do with it.
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
            done_units: 0,
            left_out: Vec::new(),
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
            left_out: ran.left_out,
        }))),
        (None, Err(source)) => Err(RunError::NotRecorded {
            operation_id,
            source,
        }),
        (None, Ok(())) => Ok(Report {
            operation_id: Some(operation_id),
            slots: ran.slots,
            kept: ran.kept,
            done_units: ran.done_units,
            left_out: ran.left_out,
        }),
    }
}

fn release(session: &mut Session<'_>, lock: Option<act::Lock>) {
    if let Some(lock) = lock {
        // A lock file that stays is empty, and free as soon as this process ends.
        let _released = act::release_lock(&mut Hand::grant(session.witness), lock);
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
    while let Some(unit) = plan.units.get(recorder.position) {
        if ran.stopped.is_some() {
            ran.units.push((UnitState::WentBack, Vec::new()));
        } else if plan.after_failure == AfterFailure::GoOn && monitor.is_cancelled() {
            let end = end_of(&mut hand, unit, Err(cancelled()));
            ran.add(unit, end, plan.after_failure);
        } else if let Some(together) = together::next(plan, recorder.position) {
            together.run(&mut hand, &about, (monitor, &mut recorder), &mut ran);
            recorder.position += together.count();
            continue;
        } else {
            let result = run_unit(&mut hand, unit, &about, (monitor, &mut recorder));
            let end = end_of(&mut hand, unit, result);
            ran.add(unit, end, plan.after_failure);
        }
        recorder.position += 1;
    }
    ran
}
