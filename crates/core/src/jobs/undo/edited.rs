//! What somebody has put into what a unit made: the way back would take it along, and nobody would look for it in quarantine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lw_fs::look;

use crate::jobs::{Refusal, Refused};
use crate::plan::{Step, Unit};

/// The longest text that is compared: that of a manifest.
const LONGEST_BYTES: u64 = 64 * 1024 * 1024;

/// Returns the texts that a unit wrote and that say something else now, and what is new in folders that it made beside their
/// places and put there whole.
pub(super) fn since(id: i64, unit: &Unit) -> Result<Vec<Refusal>, Refused> {
    let mut found = Vec::new();
    let made: BTreeSet<PathBuf> = unit
        .steps
        .iter()
        .flat_map(Step::touches)
        .map(|path| arrived_at(unit, path))
        .collect();
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
            _ => {
                for name in look::content::names(&path)? {
                    let inside = path.join(name);
                    if !made.contains(&inside) {
                        found.push(Refusal::EditedSince { id, path: inside });
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Where something of a unit lies once all its steps are done.
fn arrived_at(unit: &Unit, path: &Path) -> PathBuf {
    let path = path.to_path_buf();
    let steps = unit.steps.iter();
    steps.fold(path, |at, step| step.carries(&at).unwrap_or(at))
}
