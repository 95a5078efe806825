//! `lw remove`: links go, what they lead to stays.

use std::path::PathBuf;

use lw_fs::look::{self, Kind};

use super::link::refuse_if_any;
use super::replace;
use super::{Refusal, Refused, Surroundings};
use crate::plan::RemovedLinks;
use crate::plan::{Plan, State, Step, Subject, Unit};
use crate::run::item_numbered;

/// Returns the plan that moves these links into quarantine, one unit a link.
///
/// A symbolic link goes whatever it leads to. A name of a file goes only if the file has another name.
pub fn plan(around: &Surroundings, links: &[PathBuf]) -> Result<Plan, Refused> {
    let mut refusals = Vec::new();
    let mut units = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (number, link) in links.iter().enumerate() {
        match unit(around, link, number) {
            Ok(Some((path, _))) if paths.contains(&path) => {}
            Ok(Some((path, unit))) => {
                paths.push(path);
                units.push(unit);
            }
            Ok(None) => {}
            Err(refused) => refusals.extend(refused),
        }
    }
    refuse_if_any(refusals)?;
    let mut plan = Plan::new(Subject::Remove {
        links: RemovedLinks::new(paths),
    });
    plan.units = units;
    Ok(plan)
}

fn unit(
    around: &Surroundings,
    link: &std::path::Path,
    number: usize,
) -> Result<Option<(PathBuf, Unit)>, Vec<Refusal>> {
    let one = |refusal: Refusal| vec![refusal];
    let place = around.place(link).map_err(one)?;
    let path = place.path();
    let entry = look::entry_if_any(&path).map_err(|error| one(error.into()))?;
    let Some(entry) = entry else {
        return Err(one(Refusal::Missing { path }));
    };
    if !entry.kind.is_link() {
        if entry.kind != Kind::File {
            return Err(one(Refusal::NotALink {
                path,
                kind: entry.kind,
            }));
        }
        if entry.link_count < 2 {
            return Err(one(Refusal::LastName { path }));
        }
    }
    let refusals = replace::leaving_refusals(&place, &entry);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let slot = replace::slot_at(around, &place, number).map_err(one)?;
    let State::Present(what) = State::of(&path).map_err(|error| one(error.into()))? else {
        return Err(one(Refusal::Missing { path }));
    };
    let item = item_numbered(&slot, &path, 1);
    let step = Step::Quarantine {
        path: path.clone(),
        item,
        what,
    };
    Ok(Some((path, Unit::plain(vec![step], slot))))
}
