//! One link for a whole folder becomes a folder with links in it, in one step where names can change places.

use std::path::Path;

use lw_fs::look::Kind;
use lw_fs::path_form;

use super::standing::Seen;
use super::wanted::Unfolded;
use crate::jobs::replace::{ChangeOfPlaces, Replacement, exchange_in};
use crate::jobs::{Refusal, Surroundings, quarantine};
use crate::plan::{Lasting, Step, Trace, Unit};
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
    let exchange = exchange_in(parent);
    let old = crate::jobs::refusal::trace_at(at)?;
    let change = ChangeOfPlaces {
        path: at,
        old: &old,
        item: item_numbered(&slot, at, 1),
        fresh: slot.join("unfolded"),
    };
    let staged = change.fresh(&exchange);
    let moved = |path: &Path| path_form::moved(path, at, &staged).unwrap_or(path.to_path_buf());
    let mut steps = vec![Step::CreateFolder {
        folder: staged.clone(),
        mode: None,
    }];
    steps.extend(unfolded.folders.iter().map(|folder| Step::CreateFolder {
        folder: moved(folder),
        mode: None,
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
    steps.extend(change.steps(Trace::any(Kind::Directory), &exchange));
    Ok(Unit::plain(steps, slot))
}
