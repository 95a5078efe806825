//! Claims: the paths of a running operation, which no other one may change meanwhile.

use std::path::{Path, PathBuf};

use lw_fs::path_bytes;
use rusqlite::Transaction;

use super::LedgerError;

/// An operation that says it is running.
pub(super) struct Running {
    pub(super) id: i64,
    pub(super) pid: u32,
    pub(super) token: String,
}

/// Returns the operations that say they are running.
pub(super) fn running(
    transaction: &Transaction<'_>,
    path: &Path,
) -> Result<Vec<Running>, LedgerError> {
    let wrap = |error| LedgerError::sql(path, error);
    let mut statement = transaction
        .prepare("SELECT id, pid, token FROM operation WHERE state = 'running'")
        .map_err(wrap)?;
    let rows = statement
        .query_map([], |row| {
            Ok(Running {
                id: row.get(0)?,
                pid: row.get(1)?,
                token: row.get(2)?,
            })
        })
        .map_err(wrap)?;
    rows.collect::<Result<_, _>>().map_err(wrap)
}

/// Returns the first of `wanted` that is, lies in, or contains a path of the running operation.
pub(super) fn overlap(
    transaction: &Transaction<'_>,
    path: &Path,
    operation_id: i64,
    wanted: &[&Path],
) -> Result<Option<PathBuf>, LedgerError> {
    let wrap = |error| LedgerError::sql(path, error);
    let mut statement = transaction
        .prepare("SELECT path FROM touched WHERE operation_id = ?1")
        .map_err(wrap)?;
    let rows = statement
        .query_map([operation_id], |row| row.get::<_, Vec<u8>>(0))
        .map_err(wrap)?;
    for claimed in rows {
        let claimed = claimed.map_err(wrap)?;
        if wanted
            .iter()
            .any(|wanted| nested(path_bytes(wanted), &claimed))
        {
            return Ok(lw_fs::path_from_bytes(&claimed));
        }
    }
    Ok(None)
}

/// Returns whether one path is the other or lies below it.
fn nested(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.starts_with(short)
        && (long.len() == short.len() || long[short.len()] == b'/' || short.ends_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_by_parts_not_by_letters() {
        assert!(nested(b"/a/b", b"/a/b"));
        assert!(nested(b"/a/b", b"/a/b/c"));
        assert!(nested(b"/a/b/c", b"/a/b"));
        assert!(!nested(b"/a/b", b"/a/bc"));
        assert!(nested(b"/", b"/a"));
    }
}
