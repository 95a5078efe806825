//! The links that operations made, as the ledger tells: each with the operation that made it as it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::ledger::{Ledger, LedgerError, Operation, OperationState, UnitRecord, UnitState};
use crate::plan::{Outcome, State, Step, Subject, Trace};

/// A link that an operation made.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it was made as.
    pub made: Made,
    /// The operation.
    pub operation_id: i64,
    /// When it ended, microseconds since 1970.
    pub made_us: i64,
    /// The user's words.
    pub note: Option<String>,
    /// The manifest it was made for.
    pub manifest: Option<PathBuf>,
}

/// What a known link was made as.
#[derive(Debug, Clone)]
pub enum Made {
    /// A link with a text.
    Link(Trace),
    /// One more name of a file.
    Hard {
        /// A name it had.
        target: PathBuf,
        /// The file.
        file: Trace,
    },
}

impl Made {
    /// Returns what is looked for at its path.
    pub fn trace(&self) -> &Trace {
        match self {
            Self::Link(trace) | Self::Hard { file: trace, .. } => trace,
        }
    }
}

/// What operations left behind, by path.
#[derive(Debug, Clone, Default)]
pub struct AllKnown {
    /// Links.
    pub links: BTreeMap<PathBuf, Known>,
    /// Folders that were made for links of a manifest, with that manifest.
    pub folders: BTreeMap<PathBuf, PathBuf>,
}

/// Returns what operations left behind. What changed since by other hands is not looked at.
pub fn all_known(ledger: &Ledger) -> Result<AllKnown, LedgerError> {
    let mut known = AllKnown::default();
    let mut operations = ledger.operations(u32::MAX)?;
    operations.reverse();
    for operation in operations {
        let is_done = matches!(
            operation.state,
            OperationState::Done | OperationState::Partly
        );
        // What was taken back counts as if it had never been.
        if !is_done || operation.undone_by.is_some() || operation.undoes.is_some() {
            continue;
        }
        for record in ledger.units(operation.id)? {
            if record.state == UnitState::Done {
                replay(&operation, &record, &mut known);
            }
        }
    }
    Ok(known)
}

/// Lets the steps of a unit happen once more, to names alone.
fn replay(operation: &Operation, record: &UnitRecord, all: &mut AllKnown) {
    let unit = &record.unit;
    let known = &mut all.links;
    // What still lies in a private folder, or in a folder there.
    let mut staged: BTreeMap<PathBuf, Made> = BTreeMap::new();
    let mut staged_folders: Vec<&PathBuf> = Vec::new();
    let new = |made| Known {
        made,
        operation_id: operation.id,
        made_us: operation.finished_us.unwrap_or(operation.started_us),
        note: operation.note.clone(),
        manifest: match &operation.subject {
            Subject::Apply { manifest, .. } | Subject::Adopt { manifest, .. } => {
                Some(manifest.clone())
            }
            _ => None,
        },
    };
    for (index, step) in unit.steps.iter().enumerate() {
        if matches!(record.outcomes.get(index), Some(Outcome::Skipped) | None) {
            continue;
        }
        let arrived = arrivals(step, &mut staged);
        if let Step::CreateFolder { folder } = step
            && unit.is_private(folder)
        {
            staged_folders.push(folder);
        } else if let Subject::Apply { manifest, .. } = &operation.subject {
            let carried = staged_folders.iter();
            let carried = carried.filter_map(|folder| step.carries(folder));
            let made = match step {
                Step::CreateFolder { folder } => Some(folder.clone()),
                _ => None,
            };
            let there = carried.chain(made);
            all.folders
                .extend(there.map(|folder| (folder, manifest.clone())));
        }
        if let Step::RemoveFolder { folder } = step {
            all.folders.remove(folder);
        }
        let touches = step.touches();
        for fact in step.ensures() {
            if !touches.contains(&fact.path.as_path()) {
                continue;
            }
            let made = match (step, &fact.state) {
                (Step::CreateHardLink { target, link, file }, _) if *link == fact.path => {
                    Some(Made::Hard {
                        target: target.clone(),
                        file: file.clone(),
                    })
                }
                (_, State::Present(trace)) if trace.kind.is_link() => {
                    Some(Made::Link(trace.clone()))
                }
                _ => None,
            };
            match (made, unit.is_private(&fact.path)) {
                (Some(made), true) => drop(staged.insert(fact.path, made)),
                (Some(made), false) => drop(known.insert(fact.path, new(made))),
                (None, true) => {}
                (None, false) => drop(known.remove(&fact.path)),
            }
        }
        for (path, made) in arrived {
            match unit.is_private(&path) {
                true => drop(staged.insert(path, made)),
                false => drop(known.insert(path, new(made))),
            }
        }
    }
}

/// Takes what goes along with the step out of what is staged, and returns it with its new paths.
fn arrivals(step: &Step, staged: &mut BTreeMap<PathBuf, Made>) -> Vec<(PathBuf, Made)> {
    let (Step::Exchange { a: from, .. } | Step::Rename { from, .. }) = step else {
        return Vec::new();
    };
    // There may be thousands that were displaced and stay.
    let going = staged.range(from.clone()..).map(|(path, _)| path);
    let going = going.take_while(|path| path.starts_with(from));
    let carried: Vec<(PathBuf, PathBuf)> = going
        .filter_map(|path| Some((path.clone(), step.carries(path)?)))
        .collect();
    let arrived = carried
        .into_iter()
        .filter_map(|(path, at)| Some((at, staged.remove(&path)?)));
    arrived.collect()
}
