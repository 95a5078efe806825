//! One link for a whole folder becomes a folder with links in it, in one step where names can change places.

use std::path::{Path, PathBuf};

use super::standing::Seen;
use super::wanted::Unfolded;
use crate::jobs::replace::{Exchange, Replacement, exchange_in};
use crate::jobs::{Refusal, Surroundings, quarantine};
use crate::plan::{Fact, Lasting, State, Step, Unit};
use crate::run::item_numbered;

/// Returns the unit; `seen` are the links in the folder, as they will be.
pub(super) fn unit(
    around: &Surroundings,
    unfolded: &Unfolded,
    seen: &[Seen],
) -> Result<Unit, Refusal> {
    let at = &unfolded.folder;
    let parent = at.parent().unwrap_or(at);
    let slot = quarantine::slot_for(around, parent, 0)?;
    let item = item_numbered(&slot, at, 1);
    let old = crate::jobs::refusal::trace_at(at)?;
    let exchange = exchange_in(parent);
    let staged = match exchange {
        Exchange::Yes => item.clone(),
        Exchange::No { .. } => slot.join("unfolded"),
    };
    let moved = |path: &Path| -> PathBuf {
        match path.strip_prefix(at) {
            Ok(below) if below.as_os_str().is_empty() => staged.clone(),
            Ok(below) => staged.join(below),
            Err(_) => path.to_path_buf(),
        }
    };
    let mut steps = vec![Step::CreateFolder {
        folder: staged.clone(),
    }];
    steps.extend(unfolded.folders.iter().map(|folder| Step::CreateFolder {
        folder: moved(folder),
    }));
    for one in seen {
        match &one.new {
            Some(Replacement::Link(new)) => {
                steps.push(new.step(moved(&one.path), Lasting::Yes));
            }
            Some(Replacement::Hard { target, file }) => steps.push(Step::CreateHardLink {
                target: target.clone(),
                link: moved(&one.path),
                file: file.clone(),
            }),
            None => {}
        }
    }
    let State::Present(folder) = Fact::folder(at).state else {
        return Err(Refusal::Missing { path: at.clone() });
    };
    match exchange {
        Exchange::Yes => steps.push(Step::Exchange {
            a: item,
            b: at.clone(),
            at_a: folder,
            at_b: old,
        }),
        Exchange::No { .. } => steps.extend([
            Step::Quarantine {
                path: at.clone(),
                item,
                what: old,
            },
            Step::Rename {
                from: staged,
                to: at.clone(),
                what: folder,
            },
        ]),
    }
    Ok(Unit::plain(steps, slot))
}
