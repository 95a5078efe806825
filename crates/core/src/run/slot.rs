//! The private folder of a unit: made when needed, described, swept when empty.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::act::Durable;
use lw_fs::look;
use lw_fs::stage::{self, BUILDING, MANIFEST, MANIFEST_NEXT};
use lw_fs::{FsError, Hand, act};

use super::description::{About, CONTENTS, Contents, Item, is_described_by_us};
use super::perform::SCRAP;
use crate::ledger::Purpose;
use crate::plan::{PathText, State, Step, Trace, Unit};

/// A private folder that still holds something when its unit is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFolder {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub purpose: Purpose,
}

/// Makes the private folders of `unit` with their descriptions, if a step needs them.
pub(super) fn prepare(
    hand: &mut Hand<'_>,
    (unit, durable): (&Unit, Durable),
    about: &About<'_>,
) -> Result<(), FsError> {
    let needs_slot = |step: &Step| {
        matches!(
            step,
            Step::RemoveScratch { .. }
                | Step::CreateSymbolicLink {
                    native: Some(_),
                    ..
                }
        )
    };
    let needs_slot = unit.steps.iter().any(needs_slot);
    for folder in unit.own_folders() {
        let uses = unit
            .steps
            .iter()
            .flat_map(Step::touches)
            .any(|path| path.starts_with(folder));
        if uses || (needs_slot && folder == unit.slot()) {
            describe(hand, (unit, durable), folder, about)?;
        }
    }
    Ok(())
}

fn describe(
    hand: &mut Hand<'_>,
    (unit, durable): (&Unit, Durable),
    folder: &Path,
    about: &About<'_>,
) -> Result<(), FsError> {
    act::create_private_folder_and_root(hand, folder)?;
    let is_stage = unit.stages().any(|stage| stage == folder);
    let words = if is_stage && folder != unit.slot() {
        "A copy on its way to another volume, not in use. The same 'lw move' again goes on with it, 'lw recover' removes it."
    } else {
        "What this operation displaced. 'lw undo' brings it back, 'lw purge' removes it for good."
    };
    let contents = Contents::recorded(about, words, items(unit, folder));
    if is_stage && is_described_by_us(folder) {
        // Of the run that is gone on with.
        act::remove_file_record(hand, &folder.join(CONTENTS))?;
    }
    contents.write(hand, folder, durable)
}

fn items(unit: &Unit, folder: &Path) -> Vec<Item> {
    let name = |path: &Path| PathText(path.file_name().map(PathBuf::from).unwrap_or_default());
    unit.steps
        .iter()
        .filter_map(|step| match step {
            Step::Quarantine { path, item, what } if item.starts_with(folder) => Some(Item {
                name: name(item),
                was: PathText(path.clone()),
                kind: what.kind,
            }),
            Step::Exchange { a, b, at_b, .. } if a.starts_with(folder) => Some(Item {
                name: name(a),
                was: PathText(b.clone()),
                kind: at_b.kind,
            }),
            Step::Stage { source, what, .. }
                if folder != unit.slot() && unit.stages().any(|stage| stage == folder) =>
            {
                Some(Item {
                    name: PathText(PathBuf::from(BUILDING)),
                    was: PathText(source.clone()),
                    kind: what.kind,
                })
            }
            Step::StageRestore {
                store,
                id,
                path,
                copy,
                ..
            } if folder != unit.slot() && unit.stages().any(|stage| stage == folder) => {
                Some(Item {
                    name: PathText(PathBuf::from(BUILDING)),
                    was: PathText(store.join(id).join(path)),
                    kind: copy.kind,
                })
            }
            _ => None,
        })
        .collect()
}

/// Removes what a unit that was taken back had copied out of a snapshot: no later one goes on with it.
pub(super) fn discard_restored(hand: &mut Hand<'_>, unit: &Unit) {
    for step in &unit.steps {
        if let Step::StageRestore { item, .. } = step {
            // What stays is remembered as what it is, and removed when somebody recovers.
            let _stays = stage::discard(hand, item.parent().unwrap_or(item));
        }
    }
}

/// Removes from the private folders of `unit` what only served the way, and those folders that hold nothing else.
///
/// Returns those of its own that still hold something. Failing to tidy up loses nothing, so it is no error.
pub(super) fn sweep(hand: &mut Hand<'_>, unit: &Unit) -> Vec<KeptFolder> {
    let mut kept = Vec::new();
    for folder in unit.private_folders() {
        if is_out_of_reach(unit, folder) {
            kept.push(KeptFolder {
                path: folder.to_path_buf(),
                purpose: Purpose::Stage,
            });
            continue;
        }
        let gone = sweep_one(hand, folder, unit).unwrap_or(false);
        if !gone && unit.own_folders().any(|own| own == folder) {
            kept.push(kept_folder(unit, folder));
        }
    }
    kept
}

/// Returns whether a stage is missing with all that was around it: then its volume may have been unmounted, and it is
/// remembered for when it is there again.
fn is_out_of_reach(unit: &Unit, folder: &Path) -> bool {
    let is_missing = |path: &Path| matches!(look::entry_if_any(path), Ok(None));
    unit.stages().any(|stage| stage == folder)
        && is_missing(folder)
        && folder.parent().is_some_and(is_missing)
}

/// Returns the private folders of its own that are there.
pub(super) fn standing(unit: &Unit) -> Vec<KeptFolder> {
    let there = unit
        .own_folders()
        .filter(|folder| State::of(folder).is_ok_and(|state| state != State::Absent));
    there.map(|folder| kept_folder(unit, folder)).collect()
}

/// Returns that private folder of the unit which is on the volume where the step works; a name is caught there.
pub(super) fn near<'a>(unit: &'a Unit, step: &Step) -> &'a Path {
    if unit.own_folders().count() == 1 {
        return unit.slot();
    }
    let there = step
        .touches()
        .first()
        .and_then(|path| look::entry(path.parent()?).ok());
    let is_near = |folder: &&Path| match (look::entry(folder), &there) {
        (Ok(folder), Some(there)) => look::same_volume(&folder, there),
        _ => false,
    };
    unit.own_folders().find(is_near).unwrap_or(unit.slot())
}

fn kept_folder(unit: &Unit, folder: &Path) -> KeptFolder {
    let building = folder.join(BUILDING);
    // What cannot be looked at, as on a volume that has failed, may be there.
    let is_stage = unit.stages().any(|stage| stage == folder)
        && !matches!(look::entry_if_any(&building), Ok(None));
    KeptFolder {
        path: folder.to_path_buf(),
        purpose: if is_stage {
            Purpose::Stage
        } else {
            Purpose::Quarantine
        },
    }
}

/// Returns whether the slot is gone.
fn sweep_one(hand: &mut Hand<'_>, slot: &Path, unit: &Unit) -> Result<bool, FsError> {
    if look::entry_if_any(slot)?.is_none() {
        remove_hidden_root(hand, slot)?;
        return Ok(true);
    }
    act::remove_carrier(hand, &slot.join(act::CARRIER))?;
    let mut names = look::content::names(slot)?;
    // Most have none, and thousands of names.
    if names.iter().any(|name| is_scrap(name)) {
        clear_scrap(hand, slot, unit, &names)?;
        names = look::content::names(slot)?;
    }
    let is_record = |name: &OsStr| name == MANIFEST || name == MANIFEST_NEXT;
    if names
        .iter()
        .any(|name| name != CONTENTS && !is_record(name))
    {
        return Ok(false);
    }
    if !names.is_empty() && !is_described_by_us(slot) {
        return Ok(false);
    }
    // Those of a copy whose work is over.
    for name in names.iter().filter(|name| is_record(name)) {
        act::remove_file_record(hand, &slot.join(name))?;
    }
    act::remove_file_record(hand, &slot.join(CONTENTS))?;
    let gone = act::remove_empty_folder(hand, slot)?;
    remove_hidden_root(hand, slot)?;
    Ok(gone)
}

/// Removes the hidden quarantine that held `slot`, if nothing is in it any more.
pub(super) fn remove_hidden_root(hand: &mut Hand<'_>, slot: &Path) -> Result<(), FsError> {
    match slot.parent() {
        Some(root) if is_hidden_root(root) && look::entry_if_any(root)?.is_some() => {
            act::remove_empty_folder(hand, root).map(drop)
        }
        _ => Ok(()),
    }
}

/// Removes a link that was on its way out, if it is one that `unit` made for the way, and a second name of a file that
/// is left of a rename or of a link taken back. Anything else stays, and with it the folder.
fn clear_scrap(
    hand: &mut Hand<'_>,
    slot: &Path,
    unit: &Unit,
    names: &[OsString],
) -> Result<(), FsError> {
    for name in names.iter().filter(|name| is_scrap(name)) {
        let scrap = slot.join(name);
        match State::of(&scrap)? {
            State::Present(found) if found.text.is_some() => {
                if made_for_the_way(unit, &found) {
                    act::remove_link(hand, &scrap)?;
                }
            }
            // A last name is refused, and stays.
            State::Present(_) => act::remove_extra_name(hand, &scrap)?,
            State::Absent | State::AtMost(_) => {}
        }
    }
    Ok(())
}

/// Returns whether a name in a private folder is one under which something is caught, or was put aside by
/// [`put_scrap_aside`].
fn is_scrap(name: &OsStr) -> bool {
    let aside = || {
        name.as_encoded_bytes()
            .strip_prefix(SCRAP.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"-"))
    };
    name == act::HALF || name == SCRAP || aside()
}

/// Returns whether the unit itself makes, or removes, links like this one.
fn made_for_the_way(unit: &Unit, found: &Trace) -> bool {
    unit.steps.iter().any(|step| match step {
        Step::CreateSymbolicLink { text, native, .. }
        | Step::RemoveScratch { text, native, .. } => {
            Trace::new_link(text, native.as_deref()).fits(found)
        }
        _ => false,
    })
}

/// Gives what an earlier removal caught and could not remove another name, so that the next one can be caught.
pub(super) fn put_scrap_aside(hand: &mut Hand<'_>, slot: &Path) -> Result<(), FsError> {
    let scrap = slot.join(SCRAP);
    if look::entry_if_any(&scrap)?.is_none() {
        return Ok(());
    }
    let taken = look::content::names(slot)?.len();
    let aside = slot.join(format!("{SCRAP}-{taken}"));
    let paths = act::RenamePaths {
        from: &scrap,
        to: &aside,
    };
    act::rename_no_replace(hand, paths, slot)
}

fn is_hidden_root(root: &Path) -> bool {
    root.file_name().is_some_and(look::tree::is_quarantine_name)
}

/// Returns the name in `slot` for the `number`-th thing, which stood at `path`.
pub(crate) fn item_numbered(slot: &Path, path: &Path, number: usize) -> PathBuf {
    const LONGEST_BYTES: usize = 200;
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let name = &name[..name.len().min(LONGEST_BYTES)];
    let mut bytes = format!("{number:04}-").into_bytes();
    bytes.extend_from_slice(name);
    // A cut inside a letter is no harm on Unix; elsewhere the number alone serves.
    let name = lw_fs::name_from_bytes(&bytes).unwrap_or_else(|| format!("{number:04}").into());
    slot.join(name)
}
