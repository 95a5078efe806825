//! A changing command's session: the ledger, and who and when it is.

use std::path::{Path, PathBuf};

use lw_fs::{Hand, Witness, act};

use crate::ledger::{Ledger, LedgerError};

/// Who and when this is; the values come from the command line program.
#[derive(Debug, Clone)]
pub struct Context {
    /// The state folder.
    pub state_folder: PathBuf,
    /// This process.
    pub pid: u32,
    /// A word no other session has; names its lock and its private folders.
    pub token: String,
    /// Tells the time, microseconds since 1970.
    pub now_us: fn() -> i64,
}

/// A session of a changing command.
pub struct Session<'a> {
    pub(super) context: Context,
    pub(super) ledger: Ledger,
    pub(super) witness: &'a mut dyn Witness,
}

/// Opens a session: the ledger is there and can be written.
pub fn open(context: Context, witness: &mut dyn Witness) -> Result<Session<'_>, LedgerError> {
    let mut hand = Hand::grant(witness);
    let ledger = Ledger::open(&mut hand, &context.state_folder)?;
    let locks = locks_folder(ledger.folder());
    act::create_private_folder(&mut hand, &locks).map_err(|source| LedgerError::Folder {
        folder: context.state_folder.clone(),
        source,
    })?;
    Ok(Session {
        context,
        ledger,
        witness,
    })
}

impl Session<'_> {
    /// Returns the ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the word that names this session's lock and private folders.
    pub fn token(&self) -> &str {
        &self.context.token
    }

    pub(super) fn lock_path(&self, token: &str) -> PathBuf {
        locks_folder(self.ledger.folder()).join(token)
    }

    pub(super) fn now_us(&self) -> i64 {
        (self.context.now_us)()
    }
}

pub(super) fn locks_folder(state_folder: &Path) -> PathBuf {
    state_folder.join("locks")
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}
