//! The tables, and how an older database becomes a current one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::LedgerError;

/// One statement list a version: index 0 makes version 1 of nothing. Never edited, only added to; each version has a
/// fixture in `crates/core/fixtures/ledger`.
pub(super) const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE operation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        subject TEXT NOT NULL,
        note TEXT,
        undoes INTEGER REFERENCES operation (id),
        state TEXT NOT NULL,
        pid INTEGER NOT NULL,
        token TEXT NOT NULL,
        program_version TEXT NOT NULL,
        started_us INTEGER NOT NULL,
        finished_us INTEGER
    );
    CREATE INDEX operation_by_state ON operation (state);
    CREATE INDEX operation_by_undoes ON operation (undoes);
    CREATE TABLE unit (
        operation_id INTEGER NOT NULL REFERENCES operation (id),
        position INTEGER NOT NULL,
        state TEXT NOT NULL,
        record TEXT NOT NULL,
        outcomes TEXT,
        PRIMARY KEY (operation_id, position)
    ) WITHOUT ROWID;
    CREATE TABLE touched (
        operation_id INTEGER NOT NULL REFERENCES operation (id),
        path BLOB NOT NULL,
        PRIMARY KEY (operation_id, path)
    ) WITHOUT ROWID;
    CREATE INDEX touched_by_path ON touched (path);
    CREATE TABLE slot (
        path BLOB PRIMARY KEY,
        operation_id INTEGER NOT NULL REFERENCES operation (id),
        made_us INTEGER NOT NULL,
        purged_us INTEGER
    ) WITHOUT ROWID;
",
    "
    ALTER TABLE slot ADD COLUMN purpose TEXT NOT NULL DEFAULT 'quarantine';
",
    // No new column: units of the shape `links`, and the subject `repair`, which older programs do not know.
    "",
    // Also the subject `convert`.
    "
    CREATE TABLE tracked (
        link BLOB PRIMARY KEY,
        inode INTEGER NOT NULL,
        record TEXT NOT NULL,
        seen_us INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX tracked_by_inode ON tracked (inode);
",
    // No new column: the subject `apply`, and steps that make and remove folders.
    "",
    // No new column: the subjects `snapshot` and `restore`, the steps that stage them, the step that writes another target into
    // a link, the steps `share` and `give_facts`, and the permission bits of folders in steps.
    "",
];

/// Returns the version of the database; 0 for an empty one.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, LedgerError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| LedgerError::sql(path, error))
}

/// Fails if the version is newer than this program.
pub(super) fn check(found: i64, path: &Path) -> Result<(), LedgerError> {
    let known = MIGRATIONS.len() as i64;
    if found < 0 || found > known {
        return Err(LedgerError::Newer {
            path: path.to_path_buf(),
            found,
            known,
        });
    }
    Ok(())
}

/// Brings the database to the newest version, all in one transaction.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), LedgerError> {
    let wrap = |error| LedgerError::sql(path, error);
    let known = migrations.len() as i64;
    let found = version(connection, path)?;
    if found < 0 || found > known {
        return Err(LedgerError::Newer {
            path: path.to_path_buf(),
            found,
            known,
        });
    }
    if found == known {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(wrap)?;
    // Another process may have done it while this one waited for the lock.
    let found = version(&transaction, path)?;
    if found == 0 {
        let tables: i64 = transaction
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(wrap)?;
        if tables > 0 {
            return Err(LedgerError::Damaged {
                path: path.to_path_buf(),
                why: "it is another program's database".to_owned(),
            });
        }
    }
    for migration in &migrations[usize::try_from(found).unwrap_or(0).min(migrations.len())..] {
        transaction.execute_batch(migration).map_err(wrap)?;
    }
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(wrap)?;
    transaction.commit().map_err(wrap)
}
