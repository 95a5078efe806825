//! The private folder of a unit: made when needed, described, swept when empty.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};
use lw_fs::{FsError, Hand, act};
use serde::Serialize;

use super::perform::SCRAP;
use crate::plan::{PathText, Step, Unit};

/// Name of the description in a slot.
pub(crate) const CONTENTS: &str = "contents.json";

#[derive(Serialize)]
struct Contents<'a> {
    made_by: &'static str,
    about: &'static str,
    operation: i64,
    job: &'a str,
    time_us: i64,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    name: PathText,
    was: PathText,
    kind: Kind,
}

/// What the description says of the operation.
pub(super) struct About<'a> {
    pub(super) operation_id: i64,
    pub(super) job: &'a str,
    pub(super) time_us: i64,
}

/// Makes the private folder of `unit` with its description, if a step needs one.
pub(super) fn prepare(hand: &mut Hand<'_>, unit: &Unit, about: &About<'_>) -> Result<(), FsError> {
    let removes = unit
        .steps
        .iter()
        .any(|step| matches!(step, Step::RemoveScratch { .. }));
    let uses = unit
        .steps
        .iter()
        .flat_map(Step::touches)
        .any(|path| path.starts_with(unit.slot()));
    if !uses && !removes {
        return Ok(());
    }
    make(hand, unit.slot())?;
    let contents = Contents {
        made_by: "linkwright",
        about: "What this operation displaced. 'lw undo' brings it back, 'lw purge' removes it for good.",
        operation: about.operation_id,
        job: about.job,
        time_us: about.time_us,
        items: items(unit),
    };
    let json = serde_json::to_vec_pretty(&contents).expect("the description holds no maps");
    let path = unit.slot().join(CONTENTS);
    match act::write_record(hand, &path, &json) {
        Ok(()) => act::sync_folder(hand, unit.slot()),
        Err(error) => Err(error),
    }
}

/// Makes the bare private folder, for going back.
pub(super) fn make(hand: &mut Hand<'_>, slot: &Path) -> Result<(), FsError> {
    if let Some(root) = slot.parent() {
        act::create_private_folder(hand, root)?;
    }
    act::create_private_folder(hand, slot)
}

fn items(unit: &Unit) -> Vec<Item> {
    let name = |path: &Path| PathText(path.file_name().map(PathBuf::from).unwrap_or_default());
    unit.steps
        .iter()
        .filter_map(|step| match step {
            Step::Quarantine { path, item, what } => Some(Item {
                name: name(item),
                was: PathText(path.clone()),
                kind: what.kind,
            }),
            Step::Exchange { a, b, at_b, .. } if a.starts_with(unit.slot()) => Some(Item {
                name: name(a),
                was: PathText(b.clone()),
                kind: at_b.kind,
            }),
            _ => None,
        })
        .collect()
}

/// Removes what only served the way from every slot of `unit`, and the slots that hold nothing else.
///
/// Returns the slots that still hold something. Failing to tidy up loses nothing, so it is no error.
pub(super) fn sweep(hand: &mut Hand<'_>, unit: &Unit) -> Vec<PathBuf> {
    let mut slots: BTreeSet<PathBuf> = unit
        .steps
        .iter()
        .flat_map(Step::touches)
        .filter_map(slot_of)
        .map(Path::to_path_buf)
        .collect();
    slots.insert(unit.slot().to_path_buf());
    slots
        .into_iter()
        .filter(|slot| !sweep_one(hand, slot).unwrap_or(false))
        .collect()
}

/// Returns whether the slot is gone.
fn sweep_one(hand: &mut Hand<'_>, slot: &Path) -> Result<bool, FsError> {
    if look::entry_if_any(slot)?.is_none() {
        return Ok(true);
    }
    let scrap = slot.join(SCRAP);
    if look::entry_if_any(&scrap)?.is_some() {
        act::remove_link(hand, &scrap)?;
    }
    let names = look::content::names(slot)?;
    if names.iter().any(|name| name != CONTENTS) {
        return Ok(false);
    }
    act::remove_file_record(hand, &slot.join(CONTENTS))?;
    let gone = act::remove_empty_folder(hand, slot)?;
    if let Some(root) = slot.parent()
        && is_hidden_root(root)
    {
        act::remove_empty_folder(hand, root)?;
    }
    Ok(gone)
}

/// Returns the slot that `path` lies directly in, if it lies in one.
pub(crate) fn slot_of(path: &Path) -> Option<&Path> {
    let slot = path.parent()?;
    let root = slot.parent()?;
    let name = root.file_name()?;
    (is_hidden_root(root) || name == crate::jobs::QUARANTINE).then_some(slot)
}

fn is_hidden_root(root: &Path) -> bool {
    root.file_name()
        .map(OsStr::as_encoded_bytes)
        .is_some_and(|name| name.starts_with(look::tree::PRIVATE_PREFIX.as_bytes()))
}

/// Returns a name in `slot` for what stood at `path`: its own name behind a number that is free, cut to fit.
pub(crate) fn item(slot: &Path, path: &Path) -> PathBuf {
    item_numbered(slot, path, 1)
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
