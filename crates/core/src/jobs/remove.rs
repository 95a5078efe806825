//! `lw remove`: links go, what they lead to stays.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Identity, Kind};

use super::link::refuse_if_any;
use super::refusal::trace_at;
use super::replace;
use super::{Refusal, Refused, Surroundings};
use crate::ledger::{Ledger, SlotAge};
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
    let mut removal = Removal::default();
    for link in links {
        match removal.add(around, link, ledger) {
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

#[derive(Default)]
struct Removal {
    paths: Vec<PathBuf>,
    units: Vec<Unit>,
    /// The files that lose a name.
    files: Vec<Identity>,
}

impl Removal {
    fn add(
        &mut self,
        around: &Surroundings,
        link: &Path,
        ledger: Option<&Ledger>,
    ) -> Result<(), Refused> {
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
            if self.names_left(&entry, ledger)? < 2 {
                return Err(Refusal::LastName { path }.into());
            }
            self.files.push(entry.identity);
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

    /// The names of the file that are neither in quarantine nor on their way there.
    fn names_left(&self, file: &Entry, ledger: Option<&Ledger>) -> Result<u64, Refused> {
        if file.link_count < 2 {
            return Ok(file.link_count);
        }
        let is_it = |identity: &Identity| identity.is_same_now(&file.identity);
        let mut gone = self.files.iter().filter(|identity| is_it(identity)).count() as u64;
        for slot in ledger.map_or(Ok(Vec::new()), |ledger| ledger.present_slots(SlotAge::Any))? {
            for name in look::content::names(&slot.path)? {
                let item = look::entry_if_any(&slot.path.join(name))?;
                gone += u64::from(item.is_some_and(|item| is_it(&item.identity)));
            }
        }
        Ok(file.link_count.saturating_sub(gone))
    }
}
