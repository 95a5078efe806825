//! What somebody has put into what a unit made: the way back would take it along, and nobody would look for it in quarantine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind};
use lw_fs::path_form;

use crate::jobs::names_left::NamesLeft;
use crate::jobs::{Refusal, Refused};
use crate::plan::{Compared, State, Step, Unit};

/// The longest text that is compared: that of a manifest.
const LONGEST_BYTES: u64 = 64 * 1024 * 1024;

/// Returns the texts that a unit wrote and that say something else now, and what is new or is something else in folders that it
/// made beside their places and put there whole, or brought back.
pub(super) fn since(
    id: i64,
    unit: &Unit,
    names: &mut NamesLeft<'_>,
) -> Result<Vec<Refusal>, Refused> {
    let mut found = Vec::new();
    let made = made(unit);
    for (index, step) in unit.steps.iter().enumerate() {
        let path = match step {
            Step::WriteFile { file: path, .. } => arrived_at(unit, index, path),
            Step::CreateFolder { folder: path, .. } if unit.is_private(path) => {
                arrived_at(unit, index, path)
            }
            Step::Check { compared } => {
                found.extend(changed_in_folders(id, unit, (index, compared), names)?);
                continue;
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

/// Returns how the folders are now that a unit made beside their places, took away, or brought back, and what is in them.
///
/// The way back looks at it once more, so what comes into them meanwhile is seen. And its own way back knows by that what was in
/// them.
pub(super) fn folders(unit: &Unit) -> Result<Vec<Compared>, Refused> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for (index, step) in unit.steps.iter().enumerate() {
        match step {
            Step::CreateFolder { folder, .. } if unit.is_private(folder) => {
                paths.push(arrived_at(unit, index, folder));
            }
            Step::Check { compared } => {
                let now = compared.iter();
                paths.extend(now.map(|one| arrived_at(unit, index, &one.path)));
            }
            _ => {}
        }
    }
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let entry = look::entry_if_any(&path)?;
        let Some(folder) = entry.filter(|entry| entry.kind == Kind::Directory) else {
            continue;
        };
        // Before the names are read: a name that comes after that is seen.
        found.push(compared(path.clone(), &folder));
        for name in look::content::names(&path)? {
            let path = path.join(name);
            let entry = look::entry_if_any(&path)?;
            let entry = entry.filter(|entry| entry.kind != Kind::Directory);
            found.extend(entry.map(|entry| compared(path, &entry)));
        }
    }
    Ok(found)
}

fn compared(path: PathBuf, entry: &Entry) -> Compared {
    Compared {
        path,
        size_bytes: entry.size_bytes,
        modified_ns: entry.modified_ns,
    }
}

/// Returns the folders, and what is in them, that the steps take into private folders, by where they lie then.
pub(super) fn taken_away(unit: &Unit, folders: &[Compared]) -> Vec<Compared> {
    let at = |one: &Compared| Compared {
        path: taken_along(&unit.steps, &one.path),
        ..one.clone()
    };
    let away = folders.iter().filter(|one| !unit.is_private(&one.path));
    away.map(at)
        .filter(|one| unit.is_private(&one.path))
        .collect()
}

/// What a unit made, by where it lies once all steps are done.
fn made(unit: &Unit) -> BTreeMap<PathBuf, State> {
    let mut made = BTreeMap::new();
    for (index, step) in unit.steps.iter().enumerate() {
        let fact = match step {
            Step::CreateSymbolicLink { link: path, .. }
            | Step::CreateHardLink { link: path, .. }
            | Step::CreateFolder { folder: path, .. }
            | Step::WriteFile { file: path, .. } => {
                step.ensures().into_iter().find(|fact| fact.path == *path)
            }
            _ => None,
        };
        made.extend(fact.map(|fact| (arrived_at(unit, index, &fact.path), fact.state)));
    }
    made
}

/// What has changed in folders that a unit brought back: names, or a name of a file that is the only one by now.
fn changed_in_folders(
    id: i64,
    unit: &Unit,
    (index, compared): (usize, &[Compared]),
    names: &mut NamesLeft<'_>,
) -> Result<Vec<Refusal>, Refused> {
    let mut changed = Vec::new();
    let at = compared
        .iter()
        .map(|one| (arrived_at(unit, index, &one.path), one));
    let known: BTreeMap<PathBuf, &Compared> = at.collect();
    for folder in known.keys().filter(|path| !unit.is_private(path)) {
        let entry = look::entry_if_any(folder)?;
        if entry.is_none_or(|entry| entry.kind != Kind::Directory) {
            continue;
        }
        for name in look::content::names(folder)? {
            let path = folder.join(name);
            let Some(entry) = look::entry_if_any(&path)? else {
                continue;
            };
            let is_same = |was: &&&Compared| {
                let now = (entry.size_bytes, entry.modified_ns);
                !entry.kind.is_link() || (was.size_bytes, was.modified_ns) == now
            };
            match known.get(&path).filter(is_same) {
                // What is in it has names elsewhere, or had.
                Some(_) if entry.kind == Kind::File => changed.extend(last_name_at(path, names)?),
                Some(_) => {}
                None => changed.push(Refusal::EditedSince { id, path }),
            }
        }
    }
    Ok(changed)
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
pub(super) fn last_name(
    unit: &Unit,
    index: usize,
    link: &Path,
    names: &mut NamesLeft<'_>,
) -> Result<Option<Refusal>, Refused> {
    let path = arrived_at(unit, index, link);
    match unit.is_private(&path) {
        true => Ok(None),
        false => last_name_at(path, names),
    }
}

fn last_name_at(path: PathBuf, names: &mut NamesLeft<'_>) -> Result<Option<Refusal>, Refused> {
    let file = look::entry_if_any(&path)?.filter(|entry| entry.kind == Kind::File);
    Ok(match file {
        Some(file) if !names.take(&file)? => Some(Refusal::LastName { path }),
        _ => None,
    })
}

/// Where something that a step of a unit speaks of lies once all steps are done.
fn arrived_at(unit: &Unit, index: usize, path: &Path) -> PathBuf {
    taken_along(&unit.steps[index..], path)
}

fn taken_along(steps: &[Step], path: &Path) -> PathBuf {
    let taken = |at: PathBuf, step: &Step| {
        let back = match step {
            Step::Exchange { a: to, b: from, .. }
            | Step::Quarantine {
                path: from,
                item: to,
                ..
            } => path_form::moved(&at, from, to),
            _ => None,
        };
        step.carries(&at).or(back).unwrap_or(at)
    };
    steps.iter().fold(path.to_path_buf(), taken)
}
