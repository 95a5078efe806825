//! What links led to when they were sound, so that their targets can be known again.

use std::ffi::OsString;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};

use lw_fs::look::handle::FileHandle;
use lw_fs::look::{Identity, Kind};
use lw_fs::{Hand, path_bytes, path_form, path_from_bytes};
use rusqlite::{Connection, Params, params};
use serde::{Deserialize, Serialize};

use super::operations::json;
use super::{Ledger, LedgerError, schema};
use crate::plan::path_text;

/// The version of the database that first has the table.
const FIRST_VERSION: i64 = 4;

/// A link and what it led to when it was last seen sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    /// Path of the link, its folders link-free.
    #[serde(skip)]
    pub link: PathBuf,
    /// What makes the link itself.
    pub link_identity: Identity,
    /// What sort of link it is.
    pub form: Form,
    /// Link-free path of what it led to; of a hard link, its other name.
    #[serde(with = "path_text::path")]
    pub target: PathBuf,
    /// What that was.
    pub kind: Kind,
    /// What made it itself.
    pub identity: Identity,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When its content was last changed, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Its handle on its volume, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<FileHandle>,
    /// Where its volume was mounted.
    #[serde(with = "path_text::path")]
    pub mount_point: PathBuf,
    /// How its file system tells itself from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system_id: Option<u64>,
    /// Digest of a sample of its content, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// Digest of all of its content, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Tracked {
    /// Returns what a row says: the bytes of the path of a link, and the record of what it led to; `None` if that cannot
    /// be understood.
    ///
    /// Looks at nothing but the bytes, and takes any.
    pub fn from_record(link: &[u8], record: &str) -> Option<Self> {
        let mut tracked: Self = serde_json::from_str(record).ok()?;
        tracked.link = path_from_bytes(link)?;
        let paths = [&tracked.link, &tracked.target, &tracked.mount_point];
        paths
            .iter()
            .all(|path| path.is_absolute())
            .then_some(tracked)
    }
}

/// What sort of link is tracked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A symbolic link with this target text.
    Symbolic(#[serde(with = "path_text::text")] OsString),
    /// One of several names of a file.
    Hard,
}

/// What is known of links.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TrackedLinks {
    /// What could be read, by path of the link.
    pub links: Vec<Tracked>,
    /// The keys of rows that could not be understood; they are passed over.
    pub damaged: Vec<Vec<u8>>,
}

/// What became known of links in the course of an operation.
#[derive(Debug, Default)]
pub struct Learned {
    /// What links lead to.
    pub tracked: Vec<Tracked>,
    /// Links that are gone.
    pub forgotten: Vec<PathBuf>,
}

impl Ledger {
    /// Records durably what became known of links, in place of what was known of the same links.
    pub fn learn(
        &mut self,
        hand: &mut Hand<'_>,
        learned: &Learned,
        now_us: i64,
    ) -> Result<(), LedgerError> {
        if learned.tracked.is_empty() && learned.forgotten.is_empty() {
            return Ok(());
        }
        self.with_reserve(hand, |ledger| {
            ledger.all_or_none(|transaction| write(transaction, learned, now_us))
        })
    }

    /// Lets `read` read as of one moment, which also spares the locks of each question.
    pub fn read_at_once<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let path = self.path();
        let wrap = |error| LedgerError::sql(&path, error);
        // Taken back when it is let go, which is all the same to who only reads.
        let transaction = self.connection.unchecked_transaction().map_err(wrap)?;
        let answer = read(self);
        drop(transaction);
        answer
    }

    /// Returns whether anything is known of any link.
    pub fn tracks_links(&self) -> Result<bool, LedgerError> {
        let path = self.path();
        // Who only reads does not bring an older database up to date.
        if schema::version(&self.connection, &path)? < FIRST_VERSION {
            return Ok(false);
        }
        self.connection
            .query_row("SELECT EXISTS (SELECT 1 FROM tracked)", [], |row| {
                row.get(0)
            })
            .map_err(|error| LedgerError::sql(&path, error))
    }

    /// Returns what is known of the link at `link`, and of links elsewhere that had its inode number.
    pub fn tracked(&self, link: &Path, inode: u64) -> Result<TrackedLinks, LedgerError> {
        self.tracked_where(
            "WHERE link = ?1 OR inode = ?2",
            params![path_bytes(link), inode_column(inode)],
        )
    }

    /// Returns what is known of the link at `link`, if that can be understood.
    pub fn tracked_at(&self, link: &Path) -> Result<Option<Tracked>, LedgerError> {
        let known = self.tracked_where("WHERE link = ?1", params![path_bytes(link)])?;
        Ok(known.links.into_iter().next())
    }

    /// Returns what is known of the links at and below `folder`, a link-free path.
    pub fn tracked_below(&self, folder: &Path) -> Result<TrackedLinks, LedgerError> {
        let mut from = path_bytes(folder).to_vec();
        // The root ends in the separator that others are parted by.
        if !path_form::ends_in_separator(folder.as_os_str()) {
            from.extend(MAIN_SEPARATOR_STR.bytes());
        }
        let mut to = from.clone();
        if let Some(slash) = to.last_mut() {
            *slash += 1;
        }
        self.tracked_where(
            "WHERE link = ?1 OR (link >= ?2 AND link < ?3) ORDER BY link",
            params![path_bytes(folder), from, to],
        )
    }

    /// A row that cannot be understood is counted and passed over: what it said can be found out again.
    fn tracked_where(
        &self,
        condition: &str,
        parameters: impl Params,
    ) -> Result<TrackedLinks, LedgerError> {
        let path = self.path();
        let wrap = |error| LedgerError::sql(&path, error);
        let mut known = TrackedLinks::default();
        if schema::version(&self.connection, &path)? < FIRST_VERSION {
            return Ok(known);
        }
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT link, record FROM tracked {condition}"))
            .map_err(wrap)?;
        let mut rows = statement.query(parameters).map_err(wrap)?;
        while let Some(row) = rows.next().map_err(wrap)? {
            let link = row.get_ref(0).map_err(wrap)?.as_bytes();
            let link = link.unwrap_or_default();
            let record = row.get_ref(1).map_err(wrap)?.as_str().ok();
            match record.and_then(|record| Tracked::from_record(link, record)) {
                Some(tracked) => known.links.push(tracked),
                None => known.damaged.push(link.to_vec()),
            }
        }
        Ok(known)
    }
}

/// Writes what became known of links, as a part of a transaction.
pub(super) fn write(
    transaction: &Connection,
    learned: &Learned,
    now_us: i64,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO tracked (link, inode, record, seen_us) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (link) DO UPDATE SET inode = ?2, record = ?3, seen_us = ?4",
    )?;
    for tracked in &learned.tracked {
        insert.execute(params![
            path_bytes(&tracked.link),
            inode_column(tracked.link_identity.inode),
            json(tracked),
            now_us
        ])?;
    }
    let mut delete = transaction.prepare_cached("DELETE FROM tracked WHERE link = ?1")?;
    for link in &learned.forgotten {
        delete.execute(params![path_bytes(link)])?;
    }
    Ok(())
}

/// SQLite has no unsigned numbers; only equality counts.
fn inode_column(inode: u64) -> i64 {
    inode.cast_signed()
}
