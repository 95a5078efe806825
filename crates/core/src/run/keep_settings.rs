//! The settings are written.

use std::path::Path;
use std::time::Duration;

use lw_fs::act::Lock;
use lw_fs::{FsError, FsErrorKind, Hand, act, look};

use super::Session;
use super::session::locks_folder;
use crate::jobs::Drive;
use crate::settings::{SETTINGS, SETTINGS_NEXT, Settings, SettingsError};

/// Name of the lock, among those of the sessions. Its file stays: others may be waiting for it.
const LOCK: &str = "settings";

/// How often the lock is asked for, and how long is waited in between.
const ATTEMPTS: usize = 50;
const WAIT: Duration = Duration::from_millis(40);

/// Adds drives to the settings, as [`keep`] does.
pub fn keep_drives(session: &mut Session<'_>, drives: &[Drive]) -> Result<(), SettingsError> {
    keep(session, |settings| {
        for drive in drives {
            settings.set_drive(drive.clone());
        }
    })
}

/// Changes the settings as they are by now: another command may have changed them since this one began.
///
/// The new file is whole before the old one goes, and reading finds it by either name. A link in its place is not followed and
/// not replaced: what it leads to is somebody else's to change. Fails with `Busy` if others hold the lock for two seconds.
pub fn keep(
    session: &mut Session<'_>,
    change: impl FnOnce(&mut Settings),
) -> Result<(), SettingsError> {
    let folder = session.ledger.folder().to_path_buf();
    let path = folder.join(SETTINGS);
    if look::entry_if_any(&path)?.is_some_and(|entry| entry.kind.is_link()) {
        let linked = FsError {
            kind: FsErrorKind::Loop,
            ..FsError::changed("replace", &path)
        };
        return Err(linked.into());
    }
    let mut hand = Hand::grant(session.witness);
    let _lock = lock(&mut hand, &locks_folder(&folder).join(LOCK))?;
    let mut settings = Settings::read(&folder)?;
    change(&mut settings);
    write(&mut hand, &folder, &settings).map_err(SettingsError::File)
}

fn lock(hand: &mut Hand<'_>, path: &Path) -> Result<Lock, FsError> {
    for _ in 0..ATTEMPTS {
        if let Some(lock) = act::hold_lock(hand, path)? {
            return Ok(lock);
        }
        std::thread::sleep(WAIT);
    }
    Err(FsError {
        kind: FsErrorKind::Busy,
        ..FsError::changed("lock", path)
    })
}

fn write(hand: &mut Hand<'_>, folder: &Path, settings: &Settings) -> Result<(), FsError> {
    let (path, next) = (folder.join(SETTINGS), folder.join(SETTINGS_NEXT));
    act::remove_file_record(hand, &next)?;
    act::write_record(hand, &next, settings.to_text().as_bytes())?;
    act::sync_folder(hand, folder)?;
    act::remove_file_record(hand, &path)?;
    let paths = act::RenamePaths {
        from: &next,
        to: &path,
    };
    act::rename_no_replace(hand, paths, folder)?;
    act::sync_folder(hand, folder)
}
