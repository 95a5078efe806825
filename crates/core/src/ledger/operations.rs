//! Operations and their units: begun, finished, read back.

use std::path::Path;

use lw_fs::{Hand, path_bytes};
use rusqlite::{Connection, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::{Learned, Ledger, LedgerError, claims, tracked};
use crate::plan::{Outcome, Plan, Subject, Unit};
use crate::run::KeptFolder;

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationState {
    /// Begun, and its process lives or was cut off.
    Running,
    /// All of it is done.
    Done,
    /// Some of its units are done, the others are as before.
    Partly,
    /// All of it was taken back; nothing changed.
    WentBack,
    /// What stands on the disk is neither before nor after: someone has to look.
    Diverged,
    /// Someone has looked, and leaves it as it is.
    Accepted,
}

impl OperationState {
    /// Returns the stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Partly => "partly",
            Self::WentBack => "went-back",
            Self::Diverged => "diverged",
            Self::Accepted => "accepted",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [
            Self::Running,
            Self::Done,
            Self::Partly,
            Self::WentBack,
            Self::Diverged,
            Self::Accepted,
        ]
        .into_iter()
        .find(|state| state.word() == word)
    }
}

/// How a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitState {
    /// Recorded, perhaps begun.
    Begun,
    /// Done.
    Done,
    /// As before.
    WentBack,
    /// Neither.
    Diverged,
}

impl UnitState {
    fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::WentBack => "went-back",
            Self::Diverged => "diverged",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Begun, Self::Done, Self::WentBack, Self::Diverged]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// An operation as recorded.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub subject: Subject,
    /// The user's words.
    pub note: Option<String>,
    /// The operation it takes back.
    pub undoes: Option<i64>,
    /// The operation that took it back, if that one still stands.
    pub undone_by: Option<i64>,
    /// How it stands.
    pub state: OperationState,
    /// The process that ran it.
    pub pid: u32,
    /// Names its lock and its private folders.
    pub token: String,
    /// When it began, microseconds since 1970.
    pub started_us: i64,
    /// When it ended, microseconds since 1970.
    pub finished_us: Option<i64>,
}

/// A unit as recorded.
#[derive(Debug, Clone)]
pub struct UnitRecord {
    /// What was to be done.
    pub unit: Unit,
    /// How it stands.
    pub state: UnitState,
    /// What became of each step, once done.
    pub outcomes: Vec<Outcome>,
}

/// What [`Ledger::begin`] records.
#[derive(Debug)]
pub struct Begun<'a> {
    /// What is going to be done.
    pub plan: &'a Plan,
    /// This process.
    pub pid: u32,
    /// Names the lock of this process and the private folders of the operation.
    pub token: &'a str,
    /// Now, microseconds since 1970.
    pub now_us: i64,
}

/// What [`Ledger::finish`] records.
#[derive(Debug)]
pub struct Finished<'a> {
    /// The operation.
    pub operation_id: i64,
    /// How it stands.
    pub state: OperationState,
    /// How each unit stands, and what became of its steps.
    pub units: &'a [(UnitState, Vec<Outcome>)],
    /// The private folders that hold something.
    pub slots: &'a [KeptFolder],
    /// What became known of links.
    pub learned: &'a Learned,
    /// Now, microseconds since 1970.
    pub now_us: i64,
}

const COLUMNS: &str = "id, subject, note, undoes, state, pid, token, started_us, finished_us,
    (SELECT max(later.id) FROM operation AS later
     WHERE later.undoes = operation.id AND later.state IN ('done', 'partly')
       AND NOT EXISTS (SELECT 1 FROM operation AS redo WHERE redo.undoes = later.id AND redo.state = 'done'))";

/// Notes in a unit what became known of it.
fn update_unit(
    connection: &Connection,
    (operation_id, position): (i64, usize),
    unit: &Unit,
) -> rusqlite::Result<()> {
    connection
        .execute(
            "UPDATE unit SET record = ?3 WHERE operation_id = ?1 AND position = ?2",
            params![operation_id, position as i64, json(unit)],
        )
        .map(|_rows| ())
}

/// Records how a unit ended.
fn end_unit(
    connection: &Connection,
    (operation_id, position): (i64, usize),
    state: UnitState,
    outcomes: &[Outcome],
) -> rusqlite::Result<()> {
    connection
        .execute(
            "UPDATE unit SET state = ?3, outcomes = ?4 WHERE operation_id = ?1 AND position = ?2",
            params![operation_id, position as i64, state.word(), json(&outcomes)],
        )
        .map(|_rows| ())
}

impl Ledger {
    /// Records durably what is going to be done and claims its paths; returns the operation's number.
    ///
    /// `is_alive` tells whether the process with this token still runs. Fails with [`LedgerError::Claimed`] and
    /// records nothing if a living operation has a path that is, lies in, or contains one of the plan's, and with
    /// [`LedgerError::Unsettled`] if one that was interrupted has.
    pub fn begin(
        &mut self,
        hand: &mut Hand<'_>,
        begun: &Begun<'_>,
        is_alive: impl Fn(&str) -> bool,
    ) -> Result<i64, LedgerError> {
        self.with_reserve(hand, |ledger| ledger.try_begin(begun, &is_alive))
    }

    fn try_begin(
        &mut self,
        begun: &Begun<'_>,
        is_alive: &impl Fn(&str) -> bool,
    ) -> Result<i64, LedgerError> {
        let path = self.path();
        let wrap = |error| LedgerError::sql(&path, error);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(wrap)?;
        let wanted = begun.plan.touches();
        for running in claims::running(&transaction, &path)? {
            if let Some(claimed) = claims::overlap(&transaction, &path, running.id, &wanted)? {
                return Err(if is_alive(&running.token) {
                    LedgerError::Claimed {
                        path: claimed,
                        pid: running.pid,
                    }
                } else {
                    LedgerError::Unsettled {
                        path: claimed,
                        operation_id: running.id,
                    }
                });
            }
        }
        transaction
            .execute(
                "INSERT INTO operation (subject, note, undoes, state, pid, token, program_version, started_us)
                 VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7)",
                params![
                    json(&begun.plan.subject),
                    begun.plan.note,
                    begun.plan.undoes,
                    begun.pid,
                    begun.token,
                    env!("CARGO_PKG_VERSION"),
                    begun.now_us
                ],
            )
            .map_err(wrap)?;
        let id = transaction.last_insert_rowid();
        for (position, unit) in begun.plan.units.iter().enumerate() {
            transaction
                .execute(
                    "INSERT INTO unit (operation_id, position, state, record) VALUES (?1, ?2, 'begun', ?3)",
                    params![id, position as i64, json(unit)],
                )
                .map_err(wrap)?;
        }
        for touched in wanted {
            transaction
                .prepare_cached("INSERT INTO touched (operation_id, path) VALUES (?1, ?2)")
                .and_then(|mut insert| insert.execute(params![id, path_bytes(touched)]))
                .map_err(wrap)?;
        }
        transaction.commit().map_err(wrap)?;
        Ok(id)
    }

    /// Records durably what became known of a unit while it ran.
    pub fn update_unit(
        &mut self,
        hand: &mut Hand<'_>,
        (operation_id, position): (i64, usize),
        unit: &Unit,
    ) -> Result<(), LedgerError> {
        self.with_reserve(hand, |ledger| {
            let path = ledger.path();
            update_unit(&ledger.connection, (operation_id, position), unit)
                .map_err(|error| LedgerError::sql(&path, error))
        })
    }

    /// Does [`Self::update_unit`] for many, each with its place among the units of the operation, all of them or none.
    pub fn update_units(
        &mut self,
        hand: &mut Hand<'_>,
        operation_id: i64,
        units: &[(usize, &Unit)],
    ) -> Result<(), LedgerError> {
        self.with_reserve(hand, |ledger| {
            ledger.all_or_none(|transaction| {
                for (position, unit) in units {
                    update_unit(transaction, (operation_id, *position), unit)?;
                }
                Ok(())
            })
        })
    }

    /// Records that these units of a running operation are done, all of them or none.
    pub fn note_done(
        &mut self,
        hand: &mut Hand<'_>,
        operation_id: i64,
        units: &[(usize, &[Outcome])],
    ) -> Result<(), LedgerError> {
        self.with_reserve(hand, |ledger| {
            ledger.all_or_none(|transaction| {
                for (position, outcomes) in units {
                    let place = (operation_id, *position);
                    end_unit(transaction, place, UnitState::Done, outcomes)?;
                }
                Ok(())
            })
        })
    }

    /// Records durably how an operation ended, which also gives its paths free.
    pub fn finish(
        &mut self,
        hand: &mut Hand<'_>,
        finished: &Finished<'_>,
    ) -> Result<(), LedgerError> {
        self.with_reserve(hand, |ledger| ledger.try_finish(finished))?;
        self.restore_reserve(hand);
        Ok(())
    }

    fn try_finish(&mut self, finished: &Finished<'_>) -> Result<(), LedgerError> {
        let id = finished.operation_id;
        self.all_or_none(|transaction| {
            for (position, (state, outcomes)) in finished.units.iter().enumerate() {
                end_unit(transaction, (id, position), *state, outcomes)?;
            }
            for slot in finished.slots {
                transaction.execute(
                    // A stage that is gone on with belongs to the later operation.
                    "INSERT INTO slot (path, operation_id, made_us, purpose) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (path) DO UPDATE SET operation_id = ?2, purpose = ?4, purged_us = NULL",
                    params![path_bytes(&slot.path), id, finished.now_us, slot.purpose.word()],
                )?;
            }
            tracked::write(transaction, finished.learned, finished.now_us)?;
            transaction
                .execute(
                    "UPDATE operation SET state = ?2, finished_us = ?3 WHERE id = ?1",
                    params![id, finished.state.word(), finished.now_us],
                )
                .map(|_rows| ())
        })
    }

    /// Records that someone has looked at an operation that could not be settled and leaves it as it is; returns
    /// whether there was such an operation.
    pub fn accept(&mut self, id: i64) -> Result<bool, LedgerError> {
        let path = self.path();
        self.connection
            .execute(
                "UPDATE operation SET state = 'accepted' WHERE id = ?1 AND state = 'diverged'",
                [id],
            )
            .map(|rows| rows > 0)
            .map_err(|error| LedgerError::sql(&path, error))
    }

    /// Returns the newest operations first, at most `limit`.
    pub fn operations(&self, limit: u32) -> Result<Vec<Operation>, LedgerError> {
        self.select("ORDER BY id DESC LIMIT ?1", [limit])
    }

    /// Returns the operation with this number.
    pub fn operation(&self, id: i64) -> Result<Option<Operation>, LedgerError> {
        Ok(self.select("WHERE id = ?1", [id])?.pop())
    }

    /// Returns the operations in this state, oldest first.
    pub fn operations_in(&self, state: OperationState) -> Result<Vec<Operation>, LedgerError> {
        self.select("WHERE state = ?1 ORDER BY id", [state.word()])
    }

    /// Returns the operations that changed the name `path`, newest first.
    pub fn operations_on(&self, path: &Path) -> Result<Vec<Operation>, LedgerError> {
        self.select(
            "WHERE id IN (SELECT operation_id FROM touched WHERE path = ?1) ORDER BY id DESC",
            [path_bytes(path)],
        )
    }

    fn select(
        &self,
        rest: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<Operation>, LedgerError> {
        let path = self.path();
        let wrap = |error| LedgerError::sql(&path, error);
        let sql = format!("SELECT {COLUMNS} FROM operation {rest}");
        let mut statement = self.connection.prepare(&sql).map_err(wrap)?;
        let mut rows = statement.query(values).map_err(wrap)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(wrap)? {
            found.push(read_operation(row, &path)?);
        }
        Ok(found)
    }

    /// Returns the units of an operation, in order.
    pub fn units(&self, operation_id: i64) -> Result<Vec<UnitRecord>, LedgerError> {
        let path = self.path();
        let wrap = |error| LedgerError::sql(&path, error);
        let mut statement = self
            .connection
            .prepare("SELECT record, state, outcomes FROM unit WHERE operation_id = ?1 ORDER BY position")
            .map_err(wrap)?;
        let mut rows = statement.query([operation_id]).map_err(wrap)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(wrap)? {
            let record: String = row.get(0).map_err(wrap)?;
            let state: String = row.get(1).map_err(wrap)?;
            let outcomes: Option<String> = row.get(2).map_err(wrap)?;
            found.push(UnitRecord {
                unit: Unit::from_record(&record).map_err(|error| LedgerError::row(&path, error))?,
                state: UnitState::from_word(&state).ok_or_else(|| {
                    LedgerError::row(&path, format!("unknown unit state {state}"))
                })?,
                outcomes: outcomes.map_or(Ok(Vec::new()), |text| parse(&text, &path))?,
            });
        }
        Ok(found)
    }
}

fn read_operation(row: &Row<'_>, path: &Path) -> Result<Operation, LedgerError> {
    let wrap = |error| LedgerError::sql(path, error);
    let subject: String = row.get(1).map_err(wrap)?;
    let state: String = row.get(4).map_err(wrap)?;
    Ok(Operation {
        id: row.get(0).map_err(wrap)?,
        subject: parse(&subject, path)?,
        note: row.get(2).map_err(wrap)?,
        undoes: row.get(3).map_err(wrap)?,
        state: OperationState::from_word(&state)
            .ok_or_else(|| LedgerError::row(path, format!("unknown state {state}")))?,
        pid: row.get(5).map_err(wrap)?,
        token: row.get(6).map_err(wrap)?,
        started_us: row.get(7).map_err(wrap)?,
        finished_us: row.get(8).map_err(wrap)?,
        undone_by: row.get(9).map_err(wrap)?,
    })
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("records hold no maps with keys that are not text")
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str, path: &Path) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(|error| LedgerError::row(path, error))
}
