//! The two records of an operation: what is going to be done, and how it ended.

use std::time::Duration;

use lw_fs::{Hand, act};

use super::ran::Ran;
use super::session::{Session, locks_folder};
use crate::ledger::{Begun, Finished, LedgerError, OperationState, UnitState};
use crate::plan::Plan;
use crate::track;

/// How often and how long another process's claim is waited for: three seconds in all.
const CLAIM_TRIES: u32 = 31;
const CLAIM_WAIT: Duration = Duration::from_millis(100);

/// Records what is going to be done; another process that has the paths is waited for.
pub(super) fn begin(session: &mut Session<'_>, plan: &Plan) -> Result<i64, LedgerError> {
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

/// Records how it ended, and what links lead to now.
pub(super) fn record(
    session: &mut Session<'_>,
    plan: &Plan,
    operation_id: i64,
    ran: &Ran,
) -> Result<(), LedgerError> {
    // Only a help for later repairs: that it cannot be read does not make the operation fail.
    let learned = track::after(&session.ledger, plan).unwrap_or_default();
    let finished = Finished {
        operation_id,
        state: state_of(ran.units.iter().map(|(state, _)| *state)),
        units: &ran.units,
        slots: &ran.slots,
        learned: &learned,
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
