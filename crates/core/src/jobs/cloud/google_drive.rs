//! Reading the database of Google Drive while its client may write it.

use std::path::{Path, PathBuf};

use super::clouds::{Clouds, Unread};
use super::discover::{MOST_BYTES, reading, take};
use super::told::NotRead;
use super::write_ahead_log::HEADER_BYTES;
use super::{Client, Places, parse_with_log};

/// The longest log that is read; SQLite begins anew at some 4 MiB if nobody reads meanwhile (`wal_autocheckpoint`).
const MOST_LOG_BYTES: u64 = 16 * 1024 * 1024;

/// How often a database is read anew that somebody writes meanwhile.
const TRIES: usize = 3;

/// Reads the database of Google Drive together with its write-ahead log, which is never written to an end while the client runs.
///
/// As long as the log begins as it did, all that was put into the database meanwhile stands in the log too. Without the log what
/// is told may be old, and that is named.
pub(super) fn google_drive(places: &Places, clouds: &mut Clouds, path: &Path) {
    let mut beside = path.to_path_buf().into_os_string();
    beside.push("-wal");
    let beside = PathBuf::from(beside);
    let log = || reading(&beside, MOST_LOG_BYTES).unwrap_or(Ok(Vec::new()));
    let begins = |log: &[u8]| log[..log.len().min(HEADER_BYTES)].to_vec();
    let client = Client::GoogleDrive;
    let mut before = log();
    for attempt in 1..=TRIES {
        let database = match reading(path, MOST_BYTES) {
            None => return,
            Some(Ok(database)) => database,
            Some(Err(why)) => return take(places, clouds, (client, path), Err(why)),
        };
        let after = log();
        let why = match (&before, &after) {
            (Ok(before), Ok(after)) if begins(before) == begins(after) => None,
            (_, Err(why)) => Some(*why),
            _ if attempt == TRIES => Some(NotRead::Changing),
            _ => {
                before = after;
                continue;
            }
        };
        let log = after.ok().filter(|_| why.is_none()).unwrap_or_default();
        take(
            places,
            clouds,
            (client, path),
            parse_with_log(database, &log),
        );
        clouds.unread.extend(why.map(|why| Unread {
            client,
            path: beside,
            why,
        }));
        return;
    }
}
