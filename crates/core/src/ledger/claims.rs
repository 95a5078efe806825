//! Claims: the paths of a running operation, which no other one may change meanwhile.

use std::path::{Path, PathBuf};

use lw_fs::path_form;
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
    let wanted: Vec<_> = wanted.iter().map(|path| path_form::folded(path)).collect();
    for claimed in rows {
        let bytes = claimed.map_err(wrap)?;
        let Some(claimed) = lw_fs::path_from_bytes(&bytes) else {
            continue;
        };
        let folded = path_form::folded(&claimed);
        if wanted.iter().any(|wanted| nested(wanted, &folded)) {
            return Ok(Some(claimed));
        }
    }
    Ok(None)
}

/// Returns whether one path is the other or lies below it; both as [`path_form::folded`] has them.
fn nested(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let is_parted =
        |byte: Option<&u8>| byte.is_some_and(|byte| path_form::is_separator_byte(*byte));
    long.starts_with(short)
        && (long.len() == short.len()
            || is_parted(long.get(short.len()))
            || is_parted(short.last()))
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
