//! What somebody has put into what a unit made: the way back would take it along, and nobody would look for it in quarantine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};

use crate::jobs::{Refusal, Refused};
use crate::plan::{State, Step, Unit};

/// The longest text that is compared: that of a manifest.
const LONGEST_BYTES: u64 = 64 * 1024 * 1024;

/// Returns the texts that a unit wrote and that say something else now, and what is new or is something else in folders that it
/// made beside their places and put there whole.
pub(super) fn since(id: i64, unit: &Unit) -> Result<Vec<Refusal>, Refused> {
    let mut found = Vec::new();
    let made = made(unit);
    for step in &unit.steps {
        let path = match step {
            Step::WriteFile { file: path, .. } => arrived_at(unit, path),
            Step::CreateFolder { folder: path, .. } if unit.is_private(path) => {
                arrived_at(unit, path)
            }
            _ => continue,
        };
        // What is gone, or is something else, is told where the steps are looked at.
        if unit.is_private(&path) || look::entry_if_any(&path)?.is_none() {
            continue;
        }
        match step {
            Step::WriteFile { text, .. } => {
                let now = look::content::read_small(&path, LONGEST_BYTES);
                if !now.is_ok_and(|now| now == text.as_bytes()) {
                    found.push(Refusal::EditedSince { id, path });
                }
            }
            _ => found.extend(changed_in(id, &path, &made)?),
        }
    }
    Ok(found)
}

/// What a unit made, by where it lies once all steps are done.
fn made(unit: &Unit) -> BTreeMap<PathBuf, State> {
    let mut made = BTreeMap::new();
    for step in &unit.steps {
        let fact = match step {
            Step::CreateSymbolicLink { link: path, .. }
            | Step::CreateHardLink { link: path, .. }
            | Step::CreateFolder { folder: path, .. }
            | Step::WriteFile { file: path, .. } => {
                step.ensures().into_iter().find(|fact| fact.path == *path)
            }
            _ => None,
        };
        made.extend(fact.map(|fact| (arrived_at(unit, &fact.path), fact.state)));
    }
    made
}

/// What is new in a folder that was made, is something else than what was made there, or is gone.
fn changed_in(
    id: i64,
    folder: &Path,
    made: &BTreeMap<PathBuf, State>,
) -> Result<Vec<Refusal>, Refused> {
    let mut changed = Vec::new();
    let below = made.range(folder.to_path_buf()..);
    let below = below.take_while(|(path, _)| path.starts_with(folder));
    for (path, expected) in below.filter(|(path, _)| path.parent() == Some(folder)) {
        let found = State::of(path)?;
        if !expected.fits(&found) {
            let (path, expected) = (path.clone(), expected.clone());
            changed.push(Refusal::ChangedSince {
                id,
                path,
                expected,
                found,
            });
        }
    }
    for name in look::content::names(folder)? {
        let path = folder.join(name);
        if !made.contains_key(&path) {
            changed.push(Refusal::EditedSince { id, path });
        }
    }
    Ok(changed)
}

/// A hard link that the way back takes, by itself or with the folder that it came in, where it is the only name by now.
pub(super) fn last_name(unit: &Unit, link: &Path) -> Result<Option<Refusal>, Refused> {
    let path = arrived_at(unit, link);
    if unit.is_private(&path) {
        return Ok(None);
    }
    let entry = look::entry_if_any(&path)?;
    let is_last = entry.is_some_and(|entry| entry.kind == Kind::File && entry.link_count < 2);
    Ok(is_last.then_some(Refusal::LastName { path }))
}

/// Where something of a unit lies once all its steps are done.
fn arrived_at(unit: &Unit, path: &Path) -> PathBuf {
    let path = path.to_path_buf();
    let steps = unit.steps.iter();
    steps.fold(path, |at, step| step.carries(&at).unwrap_or(at))
}
