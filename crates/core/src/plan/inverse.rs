//! The way back of one step.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};

use super::{Lasting, Outcome, State, Step, Trace};

/// Why a step cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InverseError {
    /// What it displaced was purged.
    Purged(PathBuf),
}

/// Returns the step that takes `step` back, or `None` if there is nothing to take back.
///
/// `outcome` is what became of it and `slot` the private folder of its unit: what was made in there stays, in
/// quarantine. `quarantine` says where a thing that must leave its name goes now.
pub fn inverse_of_step(
    step: &Step,
    outcome: Outcome,
    slot: &Path,
    mut quarantine: impl FnMut(&Path) -> PathBuf,
) -> Result<Option<Step>, InverseError> {
    let Outcome::Done { .. } = outcome else {
        return Ok(None);
    };
    Ok(Some(match step {
        Step::CreateSymbolicLink { link, .. } | Step::CreateHardLink { link, .. }
            if link.starts_with(slot) =>
        {
            return Ok(None);
        }
        Step::RemoveScratch { link: path, .. }
        | Step::WriteFile { file: path, .. }
        | Step::CreateFolder { folder: path, .. }
        | Step::RemoveFolder { folder: path, .. }
            if path.starts_with(slot) =>
        {
            return Ok(None);
        }
        Step::CreateSymbolicLink {
            link,
            text,
            lasting: Lasting::Scratch,
            native,
        } => Step::RemoveScratch {
            link: link.clone(),
            text: text.clone(),
            native: native.clone(),
        },
        Step::CreateSymbolicLink {
            link,
            text,
            lasting: Lasting::Yes,
            native,
        } => Step::Quarantine {
            path: link.clone(),
            item: quarantine(link),
            // A link is its text: the one that was made may have been made anew since, by the way back of a later
            // operation that moved it along.
            what: Trace::new_link(text, native.as_deref()),
        },
        Step::CreateHardLink { link, file, .. } => Step::Quarantine {
            path: link.clone(),
            item: quarantine(link),
            what: file.clone(),
        },
        Step::WriteFile { file, .. } => Step::Quarantine {
            path: file.clone(),
            item: quarantine(file),
            what: Trace::any(Kind::File),
        },
        Step::CreateFolder { folder, .. } => Step::remove_folder(folder.clone()),
        Step::RemoveFolder { folder, mode } => Step::CreateFolder {
            folder: folder.clone(),
            mode: *mode,
        },
        Step::Rename { from, to, what } => Step::Rename {
            from: to.clone(),
            to: from.clone(),
            what: what.clone(),
        },
        Step::Exchange { a, b, at_a, at_b } => {
            if a.starts_with(slot) && !is_there(a) {
                return Err(InverseError::Purged(a.clone()));
            }
            Step::Exchange {
                a: a.clone(),
                b: b.clone(),
                at_a: at_b.clone(),
                at_b: at_a.clone(),
            }
        }
        Step::Quarantine { path, item, what } => restored(path, item, what)?,
        Step::RemoveScratch { link, text, native } => Step::CreateSymbolicLink {
            link: link.clone(),
            text: text.clone(),
            lasting: Lasting::Scratch,
            native: native.clone(),
        },
        Step::ReAim { link, was, becomes } => Step::ReAim {
            link: link.clone(),
            was: becomes.clone(),
            becomes: was.clone(),
        },
        Step::GiveFacts {
            folder,
            what,
            facts,
        } => {
            let mut back = facts.reversed();
            // The time tells of changes since, where there were such.
            let now = look::entry(folder).ok().map(|now| now.modified_ns);
            back.becomes.modified_ns = back
                .becomes
                .modified_ns
                .filter(|_| now == facts.becomes.modified_ns);
            Step::GiveFacts {
                folder: folder.clone(),
                what: what.clone(),
                facts: Box::new(back),
            }
        }
        Step::Share { links, before } => Step::Share {
            links: before.clone(),
            before: links.clone(),
        },
        Step::Check { .. }
        | Step::Grace { .. }
        | Step::Stage { .. }
        | Step::StageSnapshot { .. }
        | Step::StageRestore { .. }
        | Step::Sync { .. }
        | Step::Retire { .. } => return Ok(None),
    }))
}

fn is_there(path: &Path) -> bool {
    matches!(State::of(path), Ok(State::Present(_)))
}

/// What lies in quarantine comes back by a rename; a link that was purged is made again from its text.
fn restored(path: &Path, item: &Path, what: &Trace) -> Result<Step, InverseError> {
    let is_there = is_there(item);
    match &what.text {
        Some(text) if !is_there => Ok(Step::CreateSymbolicLink {
            link: path.to_path_buf(),
            text: text.clone(),
            lasting: Lasting::Yes,
            native: what.native.clone(),
        }),
        None if !is_there => Err(InverseError::Purged(item.to_path_buf())),
        _ => Ok(Step::Rename {
            from: item.to_path_buf(),
            to: path.to_path_buf(),
            what: what.clone(),
        }),
    }
}
