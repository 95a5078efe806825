//! Settling: what an interrupted operation left is brought to wholly before or wholly after.

use std::path::PathBuf;
use std::time::Duration;

use lw_fs::act::Durable;
use lw_fs::look::{Identity, Kind};
use lw_fs::stage::{Monitor, StageError};
use lw_fs::{FsError, FsErrorKind, Hand, act};

use super::folder_facts;
use super::go_back::go_back;
use super::one_unit::sync_folders;
use super::perform::{Failure, StepError, Work, made, perform};
use super::record::state_of;
use super::session::Session;
use super::slot::{self, KeptFolder};
use crate::ledger::{Finished, Learned, LedgerError, Operation, OperationState, UnitState};
use crate::plan::{FactsProgress, Outcome, Position, State, Step, Subject, Unit, position};

/// How often and how long another process that is settling is waited for.
const SETTLE_TRIES: u32 = 50;
/// File systems stamp births by a clock that may lag behind by one tick of the kernel.
const CLOCK_GRAIN_US: i64 = 20_000;

const SETTLE_WAIT: Duration = Duration::from_millis(100);

/// One operation that was settled.
#[derive(Debug)]
pub struct Settled {
    /// Its number.
    pub operation_id: i64,
    /// What it was about.
    pub subject: Subject,
    /// How it stands now.
    pub state: OperationState,
    /// How each of its units ended.
    pub units: Vec<UnitEnding>,
    /// How much of an old tree stays in quarantine although it should have gone; the monitor was told each.
    pub kept: u64,
    /// The private folders that still hold something.
    pub slots: Vec<KeptFolder>,
}

/// How a unit ended.
#[derive(Debug)]
pub enum UnitEnding {
    /// It was done, or has been finished now.
    Done,
    /// It is as before.
    WentBack,
    /// It is neither, and was left as it is.
    Left(Box<Ending>),
}

/// Why a unit was left as it is.
#[derive(Debug)]
pub enum Ending {
    /// The disk is in no state that the unit passes through: path, what was expected, what is there.
    Diverged(Vec<(PathBuf, State, State)>),
    /// Going on or back failed.
    Failed(Failure),
}

/// Settles every operation whose process is gone, and tries once more those that had diverged if `scope` says so.
///
/// Believes the disk, not the record. Returns what was settled, oldest first.
pub fn settle(
    session: &mut Session<'_>,
    scope: Scope,
    monitor: &dyn Monitor,
) -> Result<Vec<Settled>, LedgerError> {
    let mut open = session.ledger.operations_in(OperationState::Running)?;
    open.retain(|operation| !act::is_lock_held(&session.lock_path(&operation.token)));
    if scope == Scope::AlsoDiverged {
        open.extend(session.ledger.operations_in(OperationState::Diverged)?);
    }
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let Some(lock) = settle_lock(session)? else {
        let path = session.ledger.path();
        return Err(LedgerError::Locked { path });
    };
    let mut settled = Vec::new();
    for operation in open {
        // Another process may have settled it while this one waited.
        let now = session.ledger.operation(operation.id)?.map(|now| now.state);
        if now == Some(operation.state) {
            settled.push(settle_operation(session, operation, monitor)?);
        }
    }
    // Its file stays: others wait for it by name.
    drop(lock);
    Ok(settled)
}

/// Leaves an operation that could not be settled as it is; returns whether there was one with this number.
pub fn accept(session: &mut Session<'_>, id: i64) -> Result<bool, LedgerError> {
    session.ledger.accept(id)
}

/// Which operations are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those that were interrupted.
    Interrupted,
    /// Also those that could not be settled before.
    AlsoDiverged,
}

fn settle_lock(session: &mut Session<'_>) -> Result<Option<act::Lock>, LedgerError> {
    let path = session.lock_path("settling");
    for _ in 0..SETTLE_TRIES {
        let held = act::hold_lock(&mut Hand::grant(session.witness), &path).map_err(|source| {
            LedgerError::Folder {
                folder: path.clone(),
                source,
            }
        })?;
        if held.is_some() {
            return Ok(held);
        }
        std::thread::sleep(SETTLE_WAIT);
    }
    Ok(None)
}

fn settle_operation(
    session: &mut Session<'_>,
    operation: Operation,
    monitor: &dyn Monitor,
) -> Result<Settled, LedgerError> {
    let records = session.ledger.units(operation.id)?;
    let mut hand = Hand::grant(session.witness);
    let mut rows = Vec::new();
    let mut endings = Vec::new();
    let mut slots = Vec::new();
    let mut kept = 0;
    for record in records {
        if matches!(record.state, UnitState::Done | UnitState::WentBack) {
            endings.push(match record.state {
                UnitState::Done => UnitEnding::Done,
                _ => UnitEnding::WentBack,
            });
            // What it displaced, the process that died could not record.
            slots.extend(slot::sweep(&mut hand, &record.unit));
            rows.push((record.state, record.outcomes));
            continue;
        }
        let (ending, unit_kept) = settle_unit(&mut hand, &record.unit, monitor);
        kept += unit_kept;
        let row = match &ending {
            UnitEnding::Done => (
                UnitState::Done,
                outcomes(&record.unit, operation.started_us),
            ),
            UnitEnding::WentBack => (UnitState::WentBack, Vec::new()),
            UnitEnding::Left(_) => (UnitState::Diverged, Vec::new()),
        };
        if matches!(ending, UnitEnding::WentBack) && !restores_folder(&record.unit) {
            slot::discard_restored(&mut hand, &record.unit);
        }
        if !matches!(ending, UnitEnding::Left(_)) {
            slots.extend(slot::sweep(&mut hand, &record.unit));
        } else {
            slots.extend(slot::standing(&record.unit));
        }
        rows.push(row);
        endings.push(ending);
    }
    let state = state_of(rows.iter().map(|(state, _)| *state));
    let now_us = session.now_us();
    let finished = Finished {
        operation_id: operation.id,
        state,
        units: &rows,
        slots: &slots,
        learned: &Learned::default(),
        now_us,
    };
    session
        .ledger
        .finish(&mut Hand::grant(session.witness), &finished)?;
    let stale_lock = session.lock_path(&operation.token);
    // Swept up for tidiness only: a lock file without a holder counts as no lock.
    let _swept = act::remove_file_record(&mut Hand::grant(session.witness), &stale_lock);
    Ok(Settled {
        operation_id: operation.id,
        subject: operation.subject,
        state,
        units: endings,
        kept,
        slots,
    })
}

/// Returns whether what the unit copies out of a snapshot may be much: removing that can wait.
fn restores_folder(unit: &Unit) -> bool {
    let is_folder = |step: &Step| {
        let kind = Kind::Directory;
        matches!(step, Step::StageRestore { copy, .. } if copy.kind == kind)
    };
    unit.steps.iter().any(is_folder)
}

/// Returns how the unit ended, and how much of an old tree stays in quarantine unplanned.
fn settle_unit(hand: &mut Hand<'_>, unit: &Unit, monitor: &dyn Monitor) -> (UnitEnding, u64) {
    if let Err(error) = undo_half_renames(hand, unit) {
        return (failed(error), 0);
    }
    let done = match reached(unit) {
        // Whether a folder was given what belongs to it, its name does not tell.
        Ok(Position::Done(done)) => match folder_facts::progress(unit) {
            Ok(Some(FactsProgress::Before)) => 0,
            Ok(_) => done,
            Err(error) => return (failed(error), 0),
        },
        Ok(Position::Diverged { at }) => {
            return (UnitEnding::Left(Box::new(Ending::Diverged(at))), 0);
        }
        Err(error) => return (failed(error), 0),
    };
    if (done >= unit.go_on_from || done == unit.steps.len()) && is_as_looked_at(hand, unit, monitor)
    {
        return go_on(hand, unit, done, monitor);
    }
    let outcomes = vec![Outcome::Done { made: None }; done];
    match go_back(hand, unit, &outcomes, monitor) {
        Ok(()) => (UnitEnding::WentBack, 0),
        Err(failure) => (UnitEnding::Left(Box::new(Ending::Failed(failure))), 0),
    }
}

/// Returns how far a unit has come.
///
/// What it builds is recorded before anything else is done with it. Without that record nothing was, whatever stands where it
/// was to go: that is somebody else's.
fn reached(unit: &Unit) -> Result<Position, FsError> {
    let Some(last) = unit.steps.iter().position(Step::is_unrecorded_copy) else {
        return position(unit);
    };
    let mut begun = unit.clone();
    begun.steps.truncate(last + 1);
    position(&begun)
}

/// Looks once more at what a unit looks at last of all: whether it came to that, the disk does not tell.
fn is_as_looked_at(hand: &mut Hand<'_>, unit: &Unit, monitor: &dyn Monitor) -> bool {
    let last = unit.steps.iter().rev();
    let mut last = last.take_while(|step| matches!(step, Step::Check { .. }));
    last.all(|step| {
        let work = Work {
            slot: slot::near(unit, step),
            monitor,
            seen: &[],
            durable: Durable::Now,
        };
        perform(hand, step, work).is_ok()
    })
}

/// Does what is left of a unit, from the steps on that are done again in any case.
fn go_on(
    hand: &mut Hand<'_>,
    unit: &Unit,
    done: usize,
    monitor: &dyn Monitor,
) -> (UnitEnding, u64) {
    let repeated = unit.steps.iter().position(Step::is_repeated);
    let from = repeated.map_or(done, |repeated| done.min(repeated));
    let mut kept = 0;
    for step in &unit.steps[from..] {
        let work = Work {
            slot: slot::near(unit, step),
            monitor,
            seen: &[],
            durable: Durable::Now,
        };
        match perform(hand, step, work) {
            Ok(Outcome::Retired { kept: more }) => kept += more,
            // What someone changed since is theirs and stays; the others of these steps do not depend on it.
            Ok(_) | Err(StepError::NotDone(Failure::Changed { .. })) => {}
            Err(StepError::NotDone(Failure::Refused(error)))
                if error.kind == FsErrorKind::Changed && unit.gives_facts().is_some() => {}
            Err(StepError::NotDone(failure) | StepError::Stuck(failure)) => {
                return (UnitEnding::Left(Box::new(Ending::Failed(failure))), kept);
            }
            Err(StepError::Interrupted) => {
                let failure = StageError::Cancelled.into();
                return (UnitEnding::Left(Box::new(Ending::Failed(failure))), kept);
            }
        }
    }
    match sync_folders(hand, unit) {
        Ok(()) => (UnitEnding::Done, kept),
        Err(error) => (failed(error), kept),
    }
}

/// Where a rename takes two names for a moment, the process may have died in that moment.
fn undo_half_renames(hand: &mut Hand<'_>, unit: &Unit) -> Result<(), FsError> {
    for step in &unit.steps {
        if let Step::Rename { from, to, what }
        | Step::Quarantine {
            path: from,
            item: to,
            what,
        } = step
            && what.kind != Kind::Directory
        {
            let expected = State::Present(what.clone());
            let is_there = |path| State::of(path).is_ok_and(|found| expected.fits(&found));
            if is_there(from) && is_there(to) {
                let paths = act::RenamePaths { from, to };
                act::undo_half_rename(hand, paths, slot::near(unit, step))?;
            }
        }
    }
    Ok(())
}

fn failed(error: FsError) -> UnitEnding {
    UnitEnding::Left(Box::new(Ending::Failed(error.into())))
}

/// What the steps of a finished unit made, as far as it still stands where it was made.
///
/// What is older than the operation was there before: that step was skipped, and must never be undone.
fn outcomes(unit: &Unit, started_us: i64) -> Vec<Outcome> {
    let outcome = |step: &Step| match (step, made(step)) {
        (
            Step::CreateSymbolicLink { .. },
            Some(Identity {
                birth_ns: Some(birth_ns),
                ..
            }),
        ) if birth_ns / 1000 < started_us - CLOCK_GRAIN_US => Outcome::Skipped,
        (_, made) => Outcome::Done { made },
    };
    unit.steps.iter().map(outcome).collect()
}
