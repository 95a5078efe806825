//! Google Drive for desktop: `root_preference_sqlite.db`, as files-community/Files reads it (`GoogleDriveCloudDetector`).
//!
//! The bytes are given to SQLite as a database in memory: nothing is opened by its name, nothing is locked, and no file is
//! written beside the client's own. What stands only in its write-ahead log is put in place before.

use std::io::Cursor;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::told::{self, MOST_FOLDERS, NotRead, Telling, Told};

/// What a database begins with: sqlite.org/fileformat2.html.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where it says whether there is a write-ahead log, once for readers and once for writers: 1 without, 2 with.
const LOG_AT: [usize; 2] = [18, 19];

/// The most work of SQLite's machine, in steps: a damaged tree may lead it round and round.
const MOST_STEPS: u32 = 1_000_000;
const STEPS_AT_ONCE: u32 = 1000;

/// Folders that are mirrored, and disks that are streamed, with the files in their `My Drive`.
const QUESTIONS: [(&str, &str); 2] = [
    (
        "roots",
        "SELECT title, last_seen_absolute_path, 10 FROM roots LIMIT 256",
    ),
    (
        "media",
        "SELECT name, last_mount_point, fs_type FROM media LIMIT 256",
    ),
];

/// What the client calls the file system of its own disk.
const STREAMED: i64 = 10;

/// Returns the folders that such a database names.
pub(super) fn told(bytes: &[u8]) -> Telling {
    if !bytes.starts_with(MAGIC) {
        return Err(NotRead::OtherForm);
    }
    asked(bytes).map_err(|_| NotRead::OtherForm)
}

fn asked(bytes: &[u8]) -> rusqlite::Result<Vec<Told>> {
    let mut bytes = bytes.to_vec();
    for at in LOG_AT {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = 1;
        }
    }
    let mut database = Connection::open_in_memory()?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    let mut steps = 0;
    let is_too_much = move || {
        steps += STEPS_AT_ONCE;
        steps > MOST_STEPS
    };
    database.progress_handler(STEPS_AT_ONCE as i32, Some(is_too_much))?;
    let length = bytes.len();
    database.deserialize_read_exact("main", Cursor::new(bytes), length, true)?;
    let mut folders: Vec<Told> = Vec::new();
    for (table, question) in QUESTIONS {
        // A view or a virtual table could make any work of the question.
        let is_table = "SELECT count(*) FROM sqlite_schema \
            WHERE type = 'table' AND name = ?1 AND rootpage > 0";
        let tables: u32 = database.query_row(is_table, [table], |row| row.get(0))?;
        if tables == 0 {
            continue;
        }
        // Another version of the client may have other columns.
        let Ok(mut statement) = database.prepare(question) else {
            continue;
        };
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (title, path): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            let sort: Option<i64> = row.get(2)?;
            let mut path = path.filter(|_| sort == Some(STREAMED)).unwrap_or_default();
            if table == "media" && !path.is_empty() {
                // What else the disk shows is not the account's own.
                path.push_str("/My Drive");
            }
            let folder = told::folder(path.strip_prefix(r"\\?\").unwrap_or(&path));
            folders.extend(folder.map(|folder| Told {
                account: title.as_deref().and_then(told::label),
                folder,
            }));
        }
    }
    folders.truncate(MOST_FOLDERS);
    Ok(folders)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A database as the client writes it, as far as its columns are known.
    pub(in super::super) fn database(script: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let made = Connection::open(&path).unwrap();
        made.execute_batch(script).unwrap();
        drop(made);
        std::fs::read(&path).unwrap()
    }

    /// A database and its log as they lie there while the client runs.
    pub(in super::super) fn unfinished(script: &str) -> (Vec<u8>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let made = Connection::open(&path).unwrap();
        made.execute_batch(&format!("PRAGMA journal_mode = WAL; {script}"))
            .unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        (read("x.db"), read("x.db-wal"))
    }

    pub(in super::super) const SCRIPT: &str = r"
        CREATE TABLE roots (root_id INTEGER, media_id TEXT, title TEXT, root_path TEXT, sync_type INTEGER,
                            last_seen_absolute_path TEXT);
        CREATE TABLE media (media_id TEXT, name TEXT, fs_type INTEGER, last_mount_point TEXT);
        INSERT INTO roots VALUES (1, 'm', 'My Drive', '', 1, '\\?\C:\Users\ada\My Drive');
        INSERT INTO roots VALUES (2, 'm', NULL, '', 1, NULL);
        INSERT INTO media VALUES ('m', 'ada@example.org', 10, 'G:');
        INSERT INTO media VALUES ('n', 'stick', 4, 'E:');";

    #[test]
    fn folders_and_disks_are_named() {
        let expected = [
            (Some("My Drive"), r"C:\Users\ada\My Drive"),
            (Some("ada@example.org"), "G:/My Drive"),
        ];
        let with_log = format!("PRAGMA journal_mode = WAL; {SCRIPT} PRAGMA wal_checkpoint;");
        for script in [SCRIPT, &with_log] {
            let told = told(&database(script)).unwrap();
            let named = told::named(&told);
            assert_eq!(named, expected);
        }
    }

    #[test]
    fn what_stands_in_the_log_alone_is_named() {
        let newest = "PRAGMA wal_checkpoint; UPDATE media SET last_mount_point = 'H:';";
        for script in [SCRIPT.to_owned(), format!("{SCRIPT} {newest}")] {
            let (database, log) = unfinished(&script);
            let told = super::super::parse_with_log(database, &log).unwrap();
            let disk = match script.contains("'H:'") {
                true => "H:/My Drive",
                false => "G:/My Drive",
            };
            let expected = [
                (Some("My Drive"), r"C:\Users\ada\My Drive"),
                (Some("ada@example.org"), disk),
            ];
            assert_eq!(told::named(&told), expected);
        }
    }

    #[test]
    fn other_things_are_not_read() {
        for bytes in [&b""[..], b"x", MAGIC, b"SQLite format 3\0\0\0\0\0"] {
            assert_eq!(told(bytes), Err(NotRead::OtherForm));
        }
        let whole = database(SCRIPT);
        for length in (0..whole.len()).step_by(97) {
            let _told = told(&whole[..length]);
        }
        let none = database("CREATE TABLE a (b)");
        assert_eq!(told(&none), Ok(Vec::new()));
        let endless = database(
            "CREATE VIEW roots AS WITH RECURSIVE n(title) AS (SELECT 1 UNION ALL SELECT title + 1 FROM n)
             SELECT title, max(title) AS last_seen_absolute_path FROM n",
        );
        assert_eq!(told(&endless), Ok(Vec::new()));
    }

    /// A tree whose pages lead to one page again and again has more rows than can ever be gone through; of the schema, and of a
    /// table.
    #[test]
    fn a_tree_without_end_ends() {
        const PAGE: usize = 512;
        const DEPTH: usize = 12;
        let whole = database(
            "PRAGMA page_size = 512; CREATE TABLE roots (title TEXT, last_seen_absolute_path TEXT);
             INSERT INTO roots VALUES (NULL, NULL);",
        );
        let count = whole.len() / PAGE;
        let begin = |page: usize| if page == 1 { 100 } else { 0 };
        for root in [1, 2] {
            let mut bytes = whole.clone();
            bytes.resize((count + DEPTH) * PAGE, 0);
            // The last page is the leaf that was the root; its header stands at the beginning there.
            let (root_at, leaf_at) = ((root - 1) * PAGE, (count + DEPTH - 1) * PAGE);
            bytes.copy_within(root_at..root_at + PAGE, leaf_at);
            let header_at = leaf_at + begin(root);
            bytes.copy_within(header_at..header_at + 16, leaf_at);
            for level in 0..DEPTH {
                let page = if level == 0 { root } else { count + level };
                let next = u32::try_from(count + level + 1).unwrap().to_be_bytes();
                let header = (page - 1) * PAGE + begin(page);
                let cells = 40_usize;
                let content = PAGE - cells * 5;
                bytes[header..header + 12].fill(0);
                bytes[header] = 5;
                bytes[header + 4] = cells as u8;
                bytes[header + 5..header + 7].copy_from_slice(&(content as u16).to_be_bytes());
                bytes[header + 8..header + 12].copy_from_slice(&next);
                for cell in 0..cells {
                    let at = content + cell * 5;
                    let pointer = header + 12 + cell * 2;
                    bytes[pointer..pointer + 2].copy_from_slice(&(at as u16).to_be_bytes());
                    let cell_at = (page - 1) * PAGE + at;
                    bytes[cell_at..cell_at + 4].copy_from_slice(&next);
                    bytes[cell_at + 4] = 1;
                }
            }
            let pages = u32::try_from(count + DEPTH).unwrap().to_be_bytes();
            bytes[28..32].copy_from_slice(&pages);
            let begun = std::time::Instant::now();
            let told = told(&bytes);
            assert!(begun.elapsed().as_secs() < 30, "{told:?}");
        }
    }
}
