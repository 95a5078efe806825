//! Folders that get back what belonged to them: after what is changed in them, and before it where they must be opened.

use std::cmp::Reverse;
use std::path::Path;

use crate::plan::{Step, Unit};

/// What its owner needs to change names in a folder.
const OPEN: u32 = 0o300;

/// Returns the units in an order in which each can be done, and leaves the folders as they were.
///
/// What is changed in a folder changes its time, so it comes back last. A folder that its owner may not write by now gets all
/// but the time first, if something is changed in it.
pub(super) fn in_order(units: Vec<Unit>) -> Vec<Unit> {
    let (mut facts, others): (Vec<Unit>, Vec<Unit>) = units
        .into_iter()
        .partition(|unit| unit.gives_facts().is_some());
    let mut opened: Vec<Unit> = facts
        .iter_mut()
        .filter_map(|unit| opening(unit, &others))
        .collect();
    // Those inside may be closed with the folder that holds them.
    opened.sort_by_cached_key(depth);
    facts.sort_by_cached_key(|unit| Reverse(depth(unit)));
    opened.into_iter().chain(others).chain(facts).collect()
}

fn depth(unit: &Unit) -> Option<usize> {
    let (folder, _) = unit.gives_facts()?;
    Some(folder.components().count())
}

/// Leaves only the time to a unit that gives a folder more and has to do so before the others, and returns what does.
fn opening(unit: &mut Unit, others: &[Unit]) -> Option<Unit> {
    let mut first = unit.clone();
    let [Step::GiveFacts { folder, facts, .. }] = first.steps.as_mut_slice() else {
        return None;
    };
    let is_opened = facts.was.mode & OPEN != OPEN && facts.becomes.mode & OPEN == OPEN;
    if !is_opened || !others.iter().any(|other| changes_in(other, folder)) {
        return None;
    }
    facts.becomes.modified_ns = None;
    let name = format!("{}-opened", unit.slot().file_name()?.to_str()?);
    first.slot.0 = unit.slot().with_file_name(name);
    let [Step::GiveFacts { facts, .. }] = unit.steps.as_mut_slice() else {
        return None;
    };
    let time = facts.was.modified_ns;
    facts.was = facts.becomes.clone();
    facts.was.modified_ns = time;
    Some(first)
}

fn changes_in(unit: &Unit, folder: &Path) -> bool {
    unit.touches().iter().any(|path| path.starts_with(folder))
}
