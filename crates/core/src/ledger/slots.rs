//! Slots: the private folders in quarantine that hold what operations displaced.

use std::path::{Path, PathBuf};

use lw_fs::{look, path_bytes, path_from_bytes};
use rusqlite::params;

use super::{Ledger, LedgerError};
use crate::plan::Unit;

/// A private folder in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Where it is.
    pub path: PathBuf,
    /// The operation that filled it; none, if it was a command that keeps no record.
    pub operation_id: Option<i64>,
    /// When, microseconds since 1970.
    pub made_us: i64,
    /// What it holds.
    pub purpose: Purpose,
}

/// What a private folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What an operation displaced.
    Quarantine,
    /// A copy that is not finished.
    Stage,
}

impl Purpose {
    /// Returns the stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Stage => "stage",
        }
    }
}

/// A copy that was not finished.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The private folder that holds it.
    pub slot: Slot,
    /// The unit that began it.
    pub unit: Unit,
}

/// Which slots are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotAge {
    /// All of them.
    Any,
    /// Those made at or before this time, microseconds since 1970.
    UpTo(i64),
}

impl Ledger {
    /// Returns the slots that have not been purged, oldest first; those of operations that are not settled are left
    /// out, since their way back may need what lies there.
    pub fn slots(&self, age: SlotAge) -> Result<Vec<Slot>, LedgerError> {
        let path = self.path();
        let wrap = |error| LedgerError::sql(&path, error);
        let newest_us = match age {
            SlotAge::Any => i64::MAX,
            SlotAge::UpTo(time_us) => time_us,
        };
        let mut statement = self
            .connection
            .prepare(
                "SELECT path, operation_id, made_us, purpose FROM slot
                 WHERE purged_us IS NULL AND made_us <= ?1
                   AND operation_id NOT IN
                       (SELECT id FROM operation WHERE state IN ('running', 'diverged'))
                 ORDER BY made_us, path",
            )
            .map_err(wrap)?;
        let mut rows = statement.query([newest_us]).map_err(wrap)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(wrap)? {
            let bytes: Vec<u8> = row.get(0).map_err(wrap)?;
            found.push(Slot {
                path: path_from_bytes(&bytes)
                    .ok_or_else(|| LedgerError::row(&path, "a slot's path is no path here"))?,
                operation_id: Some(row.get(1).map_err(wrap)?),
                made_us: row.get(2).map_err(wrap)?,
                purpose: match row.get::<_, String>(3).map_err(wrap)?.as_str() {
                    "stage" => Purpose::Stage,
                    _ => Purpose::Quarantine,
                },
            });
        }
        Ok(found)
    }

    /// Returns those of [`Ledger::slots`] that are there now: on a volume that is not mounted there are none, and undo
    /// empties some.
    pub fn present_slots(&self, age: SlotAge) -> Result<Vec<Slot>, LedgerError> {
        let mut slots = self.slots(age)?;
        slots.retain(|slot| !matches!(look::entry_if_any(&slot.path), Ok(None)));
        Ok(slots)
    }

    /// Returns the stages that were not finished and are there now, each with what it is a copy of.
    pub fn stages(&self) -> Result<Vec<Stage>, LedgerError> {
        let mut stages = Vec::new();
        for slot in self.present_slots(SlotAge::Any)? {
            if slot.purpose != Purpose::Stage {
                continue;
            }
            let Some(operation_id) = slot.operation_id else {
                continue;
            };
            for record in self.units(operation_id)? {
                let unit = record.unit;
                let is_its = unit.stages().any(|stage| stage == slot.path);
                if is_its {
                    stages.push(Stage {
                        slot: slot.clone(),
                        unit,
                    });
                }
            }
        }
        Ok(stages)
    }

    /// Records that a slot is gone.
    pub fn record_purged(&mut self, slot: &Path, now_us: i64) -> Result<(), LedgerError> {
        let path = self.path();
        self.connection
            .execute(
                "UPDATE slot SET purged_us = ?2 WHERE path = ?1",
                params![path_bytes(slot), now_us],
            )
            .map(|_rows| ())
            .map_err(|error| LedgerError::sql(&path, error))
    }
}
