//! Where what is displaced goes.

use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look::{self, Entry, Kind};

use super::Surroundings;
use crate::ledger::{Slot, SlotAge};
use crate::plan::Keeping;
use crate::run;

/// Name of the quarantine in the state folder.
pub const QUARANTINE: &str = "quarantine";

/// Returns the private folder for what the `number`-th unit of a plan displaces from `folder`.
///
/// It lies in the state folder if a rename gets there, else at the top of the mount, else hidden in `folder` itself.
pub(super) fn slot_for(
    around: &Surroundings,
    folder: &Path,
    number: usize,
) -> Result<PathBuf, FsError> {
    Ok(root_for(around, folder)?.join(slot_name(around, number)))
}

/// Returns the name of the private folder for the `number`-th unit of a plan.
pub(super) fn slot_name(around: &Surroundings, number: usize) -> String {
    match number {
        0 => around.token.clone(),
        _ => format!("{}-{number}", around.token),
    }
}

/// Returns where the private folders are for what is displaced from `folder`.
pub(super) fn root_for(around: &Surroundings, folder: &Path) -> Result<PathBuf, FsError> {
    let here = look::entry(folder)?;
    if let Some((state_folder, entry)) = nearest_existing(&around.state_folder)
        && look::same_volume(&here, &entry)
    {
        return Ok(state_folder.join(QUARANTINE));
    }
    let me = look::access::effective_user_id();
    let name = format!("{}{me}", look::tree::PRIVATE_PREFIX);
    if let Ok(volume) = look::volume_of(folder) {
        let top = look::entry(&volume.mount_point)?;
        let root = volume.mount_point.join(&name);
        if look::same_volume(&here, &top) && is_usable(&volume.mount_point, &root, me) {
            return Ok(root);
        }
    }
    Ok(folder.join(name))
}

/// Returns where the `number`-th thing that is displaced from `folder` may be kept without a ledger, the best place first.
///
/// The state folder counts only if it is this user's: under sudo it may be another's.
pub(super) fn slots_without_ledger(
    around: &Surroundings,
    folder: &Path,
    number: usize,
) -> Vec<Keeping> {
    let me = look::access::effective_user_id();
    let state = nearest_existing(&around.state_folder)
        .filter(|(_, entry)| entry.user_id == me && entry.kind == Kind::Directory)
        .map(|(state, _)| state);
    let name = slot_name(around, number);
    let tops = look::mount_points().unwrap_or_default();
    let is_searched = |root: &Path| {
        root.parent().is_some_and(|folder| {
            state.as_deref() == Some(folder) || tops.iter().any(|top| top == folder)
        })
    };
    roots_without_ledger(around, state.as_deref(), folder)
        .into_iter()
        .map(|root| Keeping {
            slot: root.join(&name),
            note: state
                .as_ref()
                .filter(|_| !is_searched(&root))
                .map(|state| state.join(run::ELSEWHERE).join(&name)),
        })
        .collect()
}

fn roots_without_ledger(
    around: &Surroundings,
    state: Option<&Path>,
    folder: &Path,
) -> Vec<PathBuf> {
    let me = look::access::effective_user_id();
    let without_state = Surroundings {
        state_folder: PathBuf::new(),
        ..around.clone()
    };
    let chosen = |around: &Surroundings| root_for(around, folder).ok();
    let first = state.and_then(|_| chosen(around));
    let mut roots: Vec<PathBuf> = first.into_iter().chain(chosen(&without_state)).collect();
    roots.push(folder.join(format!("{}{me}", look::tree::PRIVATE_PREFIX)));
    roots.dedup();
    roots
}

/// Returns the private folders of this user that a command filled which keeps no record, of this age:
/// in the state folder, at the tops of the volumes that are mounted, and where notes in the state folder say.
pub fn unrecorded_slots(around: &Surroundings, age: SlotAge) -> Result<Vec<Slot>, FsError> {
    let me = look::access::effective_user_id();
    let name = format!("{}{me}", look::tree::PRIVATE_PREFIX);
    let mut roots = vec![around.state_folder.join(QUARANTINE)];
    roots.extend(look::mount_points()?.into_iter().map(|top| top.join(&name)));
    roots.extend(run::noted_quarantines(&around.state_folder));
    // A folder of another user, or one that others may write to, is none of ours.
    let is_ours = |root: &PathBuf| {
        look::entry(root).is_ok_and(|entry| entry.kind == Kind::Directory && entry.user_id == me)
    };
    let mut slots: Vec<Slot> = roots
        .iter()
        .filter(|root| is_ours(root))
        .flat_map(|root| run::unrecorded_below(root))
        .filter(|slot| match age {
            SlotAge::Any => true,
            SlotAge::UpTo(until_us) => slot.made_us <= until_us,
        })
        .collect();
    slots.sort_by(|a, b| (a.made_us, &a.path).cmp(&(b.made_us, &b.path)));
    slots.dedup_by(|a, b| a.path == b.path);
    Ok(slots)
}

/// Returns the link-free path of the state folder and the entry that tells its volume; the folder may not be made yet.
pub(super) fn nearest_existing(state_folder: &Path) -> Option<(PathBuf, Entry)> {
    let mut missing = Vec::new();
    for above in state_folder.ancestors() {
        if let Ok(real) = look::real_folder(above) {
            let entry = look::entry(&real).ok()?;
            let mut whole = real;
            whole.extend(missing.iter().rev());
            return Some((whole, entry));
        }
        missing.push(above.file_name()?);
    }
    None
}

fn is_usable(top: &Path, root: &Path, me: u32) -> bool {
    match look::entry_if_any(root) {
        Ok(Some(entry)) => entry.kind == Kind::Directory && entry.user_id == me,
        Ok(None) => look::access::may_change_names(top).is_ok(),
        Err(_) => false,
    }
}
