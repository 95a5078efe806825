//! `lw doctor`: what a folder's volume is, and whether the ledger is sound.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind, Volume};

use super::{Refusal, Refused, Surroundings};
use crate::ledger::{Ledger, LedgerError, OperationState, SlotAge};

/// The folder to probe, and its volume.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The folder.
    pub folder: PathBuf,
    /// Its volume.
    pub volume: Volume,
}

/// Returns the folder that `path` is, leads to, or lies in, and its volume.
pub fn ground(around: &Surroundings, path: &Path) -> Result<Ground, Refused> {
    let whole = around.working_folder.join(path);
    let real = look::real_folder(&whole)?;
    let folder = match look::entry(&real)?.kind {
        Kind::Directory => real,
        _ => real
            .parent()
            .map(Path::to_path_buf)
            .ok_or(Refusal::Missing { path: real })?,
    };
    let volume = look::volume_of(&folder)?;
    Ok(Ground { folder, volume })
}

/// How the ledger is.
#[derive(Debug)]
pub struct LedgerHealth {
    /// Number of operations recorded.
    pub operations: usize,
    /// Operations that were interrupted and not settled yet, or are running now.
    pub running: usize,
    /// Operations that someone has to look at.
    pub diverged: usize,
    /// Private folders that hold what was displaced.
    pub slots: usize,
    /// What is wrong with the database; nothing if it is sound.
    pub faults: Vec<String>,
}

/// Reads the whole ledger.
pub fn ledger_health(ledger: &Ledger) -> Result<LedgerHealth, LedgerError> {
    let faults = ledger.check()?;
    Ok(LedgerHealth {
        operations: ledger.operations(u32::MAX)?.len(),
        running: ledger.operations_in(OperationState::Running)?.len(),
        diverged: ledger.operations_in(OperationState::Diverged)?.len(),
        slots: ledger.present_slots(SlotAge::Any)?.len(),
        faults,
    })
}
