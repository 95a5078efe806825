//! A file that a program put in place of a link gives its content to what the link led to, and becomes a link again.

use std::path::Path;

use lw_fs::look;

use super::standing::Seen;
use crate::jobs::link::other_volume;
use crate::jobs::refusal::trace_at;
use crate::jobs::replace::{Exchange, Replacement, exchange_in};
use crate::jobs::{Refusal, Surroundings, quarantine};
use crate::plan::{Lasting, Step, Trace, Unit};
use crate::run::item_numbered;

/// Returns the unit: the file and the target change places, and then the old content and a new link. Both names are there all
/// the time; the old content ends in quarantine.
pub(super) fn unit(around: &Surroundings, seen: &Seen) -> Result<Unit, Refusal> {
    let (path, target) = (&seen.path, &seen.target);
    let parent = path.parent().unwrap_or(path);
    let (here, there) = (around.place(path)?, around.place(target)?);
    let (ours, theirs) = (look::entry(parent)?, look::entry(&there.parent)?);
    if !look::same_volume(&ours, &theirs) {
        return Err(other_volume(&here, &there)?);
    }
    if let Exchange::No { file_system } = exchange_in(parent) {
        return Err(Refusal::NoExchange {
            folder: parent.to_path_buf(),
            file_system,
        });
    }
    let (file, old) = (trace_at(path)?, trace_at(target)?);
    let slot = quarantine::slot_for(around, parent, 0)?;
    let item = item_numbered(&slot, path, 1);
    let (create, new) = match &seen.new {
        Some(Replacement::Hard { .. }) => hard(target, &item, &file),
        Some(Replacement::Link(new)) => (new.step(item.clone(), Lasting::Yes), new.trace()),
        None => {
            return Err(Refusal::Missing {
                path: target.clone(),
            });
        }
    };
    let steps = vec![
        Step::Exchange {
            a: path.clone(),
            b: target.clone(),
            at_a: file,
            at_b: old.clone(),
        },
        create,
        Step::Exchange {
            a: item,
            b: path.clone(),
            at_a: new,
            at_b: old,
        },
    ];
    Ok(Unit::plain(steps, slot))
}

/// The target is the file by then.
fn hard(target: &Path, item: &Path, file: &Trace) -> (Step, Trace) {
    let step = Step::CreateHardLink {
        target: target.to_path_buf(),
        link: item.to_path_buf(),
        file: file.clone(),
    };
    (step, file.clone())
}
