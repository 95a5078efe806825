//! The settings are written.

use lw_fs::{FsError, FsErrorKind, Hand, act, look};

use super::Session;
use crate::settings::{SETTINGS, SETTINGS_NEXT, Settings};

/// Writes the settings in place of those that are there.
///
/// The new file is whole before the old one goes, and reading finds it by either name. A link in its place is not followed and
/// not replaced: what it leads to is somebody else's to change.
pub fn keep_settings(session: &mut Session<'_>, settings: &Settings) -> Result<(), FsError> {
    let folder = session.ledger.folder().to_path_buf();
    let (path, next) = (folder.join(SETTINGS), folder.join(SETTINGS_NEXT));
    if look::entry_if_any(&path)?.is_some_and(|entry| entry.kind.is_link()) {
        return Err(FsError {
            kind: FsErrorKind::Loop,
            ..FsError::changed("replace", &path)
        });
    }
    let mut hand = Hand::grant(session.witness);
    act::remove_file_record(&mut hand, &next)?;
    act::write_record(&mut hand, &next, settings.to_text().as_bytes())?;
    act::sync_folder(&mut hand, &folder)?;
    act::remove_file_record(&mut hand, &path)?;
    let paths = act::RenamePaths {
        from: &next,
        to: &path,
    };
    act::rename_no_replace(&mut hand, paths, &folder)?;
    act::sync_folder(&mut hand, &folder)
}
