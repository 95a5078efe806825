//! Why the ledger cannot be used.

use std::path::{Path, PathBuf};

use lw_fs::FsError;

/// Why the ledger cannot be used. Whatever it is, nothing was changed for want of it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The state folder cannot be made or reached.
    #[error("the state folder '{}' cannot be used: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: FsError,
    },
    /// The state folder belongs to someone else, as happens under sudo.
    #[error("the state folder '{}' belongs to user {owner}, not to you", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Its owner's id.
        owner: u32,
    },
    /// A newer linkwright wrote it.
    #[error("the ledger '{}' has format {found}, this program knows up to {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// It is no database, or a damaged one.
    #[error("the ledger '{}' is damaged: {why}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No room is left to record anything.
    #[error("no space left to write the ledger '{}'", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Another process keeps it locked.
    #[error("the ledger '{}' is locked by another program", path.display())]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// Another running linkwright works on the same path or one above or below it.
    #[error("process {pid} of linkwright is working on '{}'", path.display())]
    Claimed {
        /// The path it claimed.
        path: PathBuf,
        /// Its process id.
        pid: u32,
    },
    /// An operation on the same path was interrupted since the last settling.
    #[error("operation {operation_id} on '{}' was interrupted", path.display())]
    Unsettled {
        /// The path it claimed.
        path: PathBuf,
        /// Its number.
        operation_id: i64,
    },
    /// Anything else SQLite said.
    #[error("the ledger '{}' cannot be used: {why}", path.display())]
    Other {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        why: String,
    },
}

impl LedgerError {
    /// Wraps SQLite's answer.
    pub(super) fn sql(path: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let why = error.to_string();
        let path = path.to_path_buf();
        let Some(failure) = error.sqlite_error() else {
            return Self::Other { path, why };
        };
        // The low byte is the class; SQLITE_IOERR covers a device that failed and, on some systems, a full one.
        match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged { path, why },
            ErrorCode::DiskFull => Self::Full { path },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked { path },
            // A database without our tables: SQLite has no code of its own for that.
            _ if why.starts_with("no such ") => Self::Damaged {
                path,
                why: format!("it is not a ledger of linkwright, or part of it is missing: {why}"),
            },
            _ => Self::Other { path, why },
        }
    }

    /// Says that a row cannot be understood.
    pub(super) fn row(path: &Path, why: impl ToString) -> Self {
        Self::Damaged {
            path: path.to_path_buf(),
            why: format!("a record in it cannot be understood: {}", why.to_string()),
        }
    }
}
