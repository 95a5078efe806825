//! The record of every operation: SQLite in the state folder, and the only place with SQL.
//!
//! A rollback journal and `synchronous=EXTRA`: what [`Ledger::begin`] and [`Ledger::finish`] return from is on disk. With
//! `FULL` the removal of the journal is not synced, and a power cut can bring it back with what it rolls back
//! (<https://sqlite.org/pragma.html#pragma_synchronous>). `fullfsync` is for macOS, where fsync(2) leaves data in the drive's
//! own memory; elsewhere it does nothing.

mod claims;
mod error;
mod operations;
mod schema;
mod slots;
mod tracked;

pub use error::LedgerError;
pub use operations::{Begun, Finished, Operation, OperationState, UnitRecord, UnitState};
pub use slots::{Purpose, Slot, SlotAge, Stage};
pub use tracked::{Form, Learned, Tracked, TrackedLinks};

use std::path::{Path, PathBuf};
use std::time::Duration;

use lw_fs::Hand;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

/// Name of the database in the state folder.
const FILE_NAME: &str = "ledger.db";

/// Name of the reserve in the state folder.
const RESERVE_NAME: &str = "reserve";

/// What is kept free for the ledger on a disk that fills up.
const RESERVE_BYTES: usize = 1024 * 1024;

/// How long one transaction of another process is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    folder: PathBuf,
}

impl Ledger {
    /// Opens the ledger in `folder` for changing, making folder, database and reserve if they are missing.
    ///
    /// Fails with [`LedgerError::Newer`] or [`LedgerError::Damaged`] and changes nothing if it cannot be understood,
    /// with [`LedgerError::Foreign`] if the folder belongs to another user.
    pub fn open(hand: &mut Hand<'_>, folder: &Path) -> Result<Self, LedgerError> {
        let unusable = |error| LedgerError::Folder {
            folder: folder.to_path_buf(),
            source: error,
        };
        if let Some(owner) = foreign_owner_above(folder) {
            return Err(LedgerError::Foreign {
                folder: folder.to_path_buf(),
                owner,
            });
        }
        lw_fs::act::create_folder_tree(hand, folder).map_err(unusable)?;
        // The real path: everything in it is reached without passing a link.
        let folder = &lw_fs::look::real_folder(folder).map_err(unusable)?;
        let owner = lw_fs::look::entry(folder).map_err(unusable)?.user_id;
        if owner != lw_fs::look::access::effective_user_id() {
            return Err(LedgerError::Foreign {
                folder: folder.to_path_buf(),
                owner,
            });
        }
        let path = folder.join(FILE_NAME);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut ledger = Self::connect(&path, folder, flags)?;
        ledger.with_reserve(hand, |ledger| {
            schema::migrate(&mut ledger.connection, &path, schema::MIGRATIONS)
        })?;
        ledger.restore_reserve(hand);
        Ok(ledger)
    }

    /// Opens the ledger in `folder` for reading; `None` if there is none yet.
    ///
    /// A transaction of the ledger itself that was cut off is rolled back by SQLite; users' files are not touched.
    pub fn open_to_read(folder: &Path) -> Result<Option<Self>, LedgerError> {
        let path = folder.join(FILE_NAME);
        match lw_fs::look::entry_if_any(&path) {
            Ok(Some(entry)) if entry.size_bytes > 0 => {}
            Ok(_) => return Ok(None),
            Err(error) => {
                return Err(LedgerError::Folder {
                    folder: folder.to_path_buf(),
                    source: error,
                });
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let ledger = Self::connect(&path, folder, flags)?;
        match schema::version(&ledger.connection, &path)? {
            0 => Ok(None),
            version => schema::check(version, &path).map(|()| Some(ledger)),
        }
    }

    fn connect(path: &Path, folder: &Path, flags: OpenFlags) -> Result<Self, LedgerError> {
        let wrap = |error| LedgerError::sql(path, error);
        let connection = Connection::open_with_flags(path, flags).map_err(wrap)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(wrap)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON; \
                 PRAGMA fullfsync=ON; PRAGMA cache_size=-65536;",
            )
            .map_err(wrap)?;
        Ok(Self {
            connection,
            folder: folder.to_path_buf(),
        })
    }

    /// Returns the state folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the path of the database.
    pub fn path(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// Reads the whole database and returns what is wrong with it, nothing if it is sound.
    pub fn check(&self) -> Result<Vec<String>, LedgerError> {
        let wrap = |error| LedgerError::sql(&self.path(), error);
        let mut statement = self
            .connection
            .prepare("PRAGMA integrity_check")
            .map_err(wrap)?;
        let lines = statement
            .query_map([], |row| row.get::<_, String>(0))
            .map_err(wrap)?;
        let lines: Vec<String> = lines.collect::<Result<_, _>>().map_err(wrap)?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// Does `work`; if the disk is full, gives up the reserve and does it once more.
    fn with_reserve<T>(
        &mut self,
        hand: &mut Hand<'_>,
        mut work: impl FnMut(&mut Self) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        match work(self) {
            Err(LedgerError::Full { .. }) => {
                let reserve = self.folder.join(RESERVE_NAME);
                // Whether there was a reserve or not, the second try gives the answer that counts.
                let _given_up = lw_fs::act::release_reserve(hand, &reserve);
                work(self)
            }
            other => other,
        }
    }

    /// Lets `work` change rows, durably all of them or none.
    fn all_or_none(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), LedgerError> {
        let path = self.path();
        self.connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                work(&transaction)?;
                transaction.commit()
            })
            .map_err(|error| LedgerError::sql(&path, error))
    }

    /// Keeps the reserve again. Where there is no room for it now there will be later, so a failure is no error.
    fn restore_reserve(&self, hand: &mut Hand<'_>) {
        let _kept = lw_fs::act::keep_reserve(hand, &self.folder.join(RESERVE_NAME), RESERVE_BYTES);
    }
}

/// Under sudo the state folder may be that of the user who called it: root must not make it in their place.
///
/// Returns the owner of the nearest folder that exists, if this is root and that is someone else.
fn foreign_owner_above(folder: &Path) -> Option<u32> {
    const ROOT: u32 = 0;
    let existing = folder
        .ancestors()
        .find_map(|above| lw_fs::look::real_folder(above).ok())?;
    let owner = lw_fs::look::entry(&existing).ok()?.user_id;
    let me = lw_fs::look::access::effective_user_id();
    (me == ROOT && owner != ROOT).then_some(owner)
}

#[cfg(test)]
mod tests;
