//! Notes in the state folder of quarantines that no ledger knows and that lie where nobody would look: hidden beside what
//! a command displaced that keeps no record.

use std::path::{Path, PathBuf};

use lw_fs::{FsError, Hand, act, look};
use serde::{Deserialize, Serialize};

use crate::plan::PathText;

/// Name of the folder of notes in the state folder. A note is called as the private folder of which it tells.
pub(crate) const ELSEWHERE: &str = "elsewhere";

/// The longest note that is read.
const LONGEST_BYTES: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct Note {
    /// The quarantine that holds the private folder.
    quarantine: PathText,
}

/// Writes down, for good, which quarantine holds the private folder of the same name.
pub(super) fn write_note(hand: &mut Hand<'_>, note: &Path, root: &Path) -> Result<(), FsError> {
    let folder = note.parent().unwrap_or(note);
    if let Some(state_folder) = folder.parent() {
        act::create_folder_tree(hand, state_folder)?;
    }
    act::create_private_folder(hand, folder)?;
    let content = Note {
        quarantine: PathText(root.to_path_buf()),
    };
    let json = serde_json::to_vec(&content).expect("a note holds no maps");
    act::write_record(hand, note, &json)?;
    act::sync_folder(hand, folder)
}

/// Returns the quarantines of which there are notes in this state folder and that can be reached now, each where it is by
/// now if a link was left in the place of a folder above it.
pub fn noted_quarantines(state_folder: &Path) -> Vec<PathBuf> {
    let notes = notes(&state_folder.join(ELSEWHERE));
    let mut roots: Vec<PathBuf> = notes.iter().filter_map(|note| root_of(note)).collect();
    roots.sort();
    roots.dedup();
    roots
}

/// Removes the notes of private folders that are gone. What cannot be reached may be there again, so its note stays.
pub(super) fn forget_what_is_gone(hand: &mut Hand<'_>, state_folder: &Path) -> Result<(), FsError> {
    let folder = state_folder.join(ELSEWHERE);
    for note in notes(&folder) {
        if let Some((root, name)) = root_of(&note).zip(note.file_name())
            && look::entry_if_any(&root.join(name))?.is_none()
        {
            act::remove_file_record(hand, &note)?;
        }
    }
    Ok(())
}

fn notes(folder: &Path) -> Vec<PathBuf> {
    // Without a folder there are none.
    let names = look::content::names(folder).unwrap_or_default();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Returns where the quarantine of a note is, if the folder that holds it can be reached.
fn root_of(note: &Path) -> Option<PathBuf> {
    let bytes = look::content::read_small(note, LONGEST_BYTES).ok()?;
    let note: Note = serde_json::from_slice(&bytes).ok()?;
    let root = note.quarantine.0;
    let name = root.file_name().filter(|_| root.is_absolute())?;
    let folder = look::real_folder(root.parent()?).ok()?;
    look::tree::is_quarantine_name(name).then(|| folder.join(name))
}
