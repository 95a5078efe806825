//! `lw remove`: links go, what they lead to stays.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind, OnNtfs};

use super::link::refuse_if_any;
use super::names_left::NamesLeft;
use super::refusal::trace_at;
use super::replace;
use super::{Refusal, Refused, Surroundings};
use crate::ledger::Ledger;
use crate::plan::{Plan, RemovedLinks, Step, Subject, Unit};
use crate::run::item_numbered;

/// Returns the plan that moves these links into quarantine, one unit a link.
///
/// A symbolic link goes whatever it leads to. A name of a file goes only if another name remains; names that lie in
/// quarantine, or that this plan takes away, do not count.
pub fn plan(
    around: &Surroundings,
    links: &[PathBuf],
    ledger: Option<&Ledger>,
) -> Result<Plan, Refused> {
    let mut refusals = Vec::new();
    let mut removal = Removal {
        paths: Vec::new(),
        units: Vec::new(),
        names: NamesLeft::new(ledger),
    };
    for link in links {
        match removal.add(around, link) {
            Ok(()) => {}
            Err(refused) => refusals.extend(refused.0),
        }
    }
    refuse_if_any(refusals)?;
    let mut plan = Plan::new(Subject::Remove {
        links: RemovedLinks::new(removal.paths),
    });
    plan.units = removal.units;
    Ok(plan)
}

struct Removal<'a> {
    paths: Vec<PathBuf>,
    units: Vec<Unit>,
    names: NamesLeft<'a>,
}

impl Removal<'_> {
    fn add(&mut self, around: &Surroundings, link: &Path) -> Result<(), Refused> {
        let place = around.existing_place(link)?;
        let path = place.path();
        if self.paths.contains(&path) {
            return Ok(());
        }
        let Some(entry) = look::entry_if_any(&path)? else {
            return Err(Refusal::Missing { path }.into());
        };
        if !entry.kind.is_link() {
            if entry.kind != Kind::File {
                let kind = entry.kind;
                return Err(Refusal::NotALink { path, kind }.into());
            }
            if !self.names.take(&entry)? {
                return Err(Refusal::LastName { path }.into());
            }
        }
        // A damaged one can go: it is kept, and undo brings it back as it is.
        let on_ntfs = match entry.kind.is_link() {
            true => look::on_ntfs(&path, &entry)?,
            false => None,
        };
        if on_ntfs.is_some_and(|found| {
            !matches!(found, OnNtfs::Damaged(_)) && found.only_looks_like_link()
        }) {
            return Err(Refusal::OnlyLooksLikeLink { path }.into());
        }
        refuse_if_any(replace::leaving_refusals(around, &place, &entry))?;
        let slot = replace::slot_at(around, &place, self.units.len())?;
        let what = trace_at(&path)?;
        let item = item_numbered(&slot, &path, 1);
        let step = Step::Quarantine {
            path: path.clone(),
            item,
            what,
        };
        self.paths.push(path);
        self.units.push(Unit::plain(vec![step], slot));
        Ok(())
    }
}
