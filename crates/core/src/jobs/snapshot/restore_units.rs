//! The units that give back what a snapshot holds: each is done, or left out, by itself.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind, Place};
use lw_fs::snapshot::{Entry, LinksAs, Store};

use super::restore::Item;
use super::restore_reasons::why_left_out;
use crate::jobs::link::refuse_if_any;
use crate::jobs::{Held, Refusal, Refused, Surroundings, replace, staying};
use crate::plan::{AfterFailure, Notice, Plan, Standing, Step, Subject, Trace, Unit, Untouched};
use crate::run::item_numbered;

/// The round after all others.
const LAST_ROUND: usize = usize::MAX;

/// The units of a plan as they are made.
pub(super) struct Building<'a> {
    pub(super) around: &'a Surroundings,
    store: &'a Store,
    id: &'a str,
    pub(super) links_as: LinksAs,
    /// Units of a round have nothing to do with each other, and are done after those of the rounds before.
    pub(super) round: usize,
    units: Vec<(usize, Unit)>,
    dests: Vec<PathBuf>,
    /// Those that are given what belongs to them.
    folders: Vec<PathBuf>,
    replaced: u64,
    notices: Vec<Notice>,
    /// The volumes of which it is said that names on them are missing for a moment.
    with_gap: HashSet<u64>,
    untouched: Vec<NotTouched>,
    refusals: Vec<Refusal>,
}

/// Things that are not touched for one reason.
struct NotTouched {
    why: Untouched,
    count: u64,
    first: PathBuf,
}

impl<'a> Building<'a> {
    pub(super) fn new(
        around: &'a Surroundings,
        (store, id): (&'a Store, &'a str),
        links_as: LinksAs,
    ) -> Self {
        Self {
            around,
            store,
            id,
            links_as,
            round: 0,
            units: Vec::new(),
            dests: Vec::new(),
            folders: Vec::new(),
            replaced: 0,
            notices: Vec::new(),
            with_gap: HashSet::new(),
            untouched: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Returns the plan of these units.
    pub(super) fn into_plan(mut self) -> Result<Plan, Refused> {
        refuse_if_any(self.refusals)?;
        // That a folder gets its time back is told by the steps, unless that is all.
        let items = match self.dests.is_empty() {
            true => &self.folders,
            false => &self.dests,
        };
        let mut plan = Plan::new(Subject::Restore {
            store: self.store.root().to_path_buf(),
            id: self.id.to_owned(),
            items: items.len() as u64,
            first: items.first().cloned().unwrap_or_default(),
            replaced: self.replaced,
        });
        self.units.sort_by_key(|(round, _)| *round);
        plan.units = self.units.into_iter().map(|(_, unit)| unit).collect();
        plan.notices = self.notices;
        let untouched = self.untouched.into_iter();
        plan.notices
            .extend(untouched.map(|alike| Notice::NotTouched {
                count: alike.count,
                first: alike.first,
                why: alike.why,
            }));
        plan.after_failure = AfterFailure::GoOn;
        Ok(plan)
    }

    /// Adds the units that restore things into a folder, each under its own name.
    pub(super) fn below_folder(&mut self, folder: &Path, items: &[Item]) -> Result<(), Refused> {
        let folder = self.around.leading_to(folder)?;
        let missing = missing_folders(&folder)?;
        for item in items {
            let name = item.path.file_name().unwrap_or_default();
            let dest = folder.join(name);
            if let Some(entry) = look::entry_if_any(&dest)? {
                self.refusals.push(Refusal::Exists {
                    path: dest,
                    kind: entry.kind,
                });
                continue;
            }
            if let Some(other) = self.dests.iter().find(|other| **other == dest) {
                self.refusals.push(Refusal::SameName {
                    a: other.clone(),
                    b: item.path.clone(),
                    dest,
                });
                continue;
            }
            let mut make = Vec::new();
            if self.units.is_empty() {
                make.extend(missing.iter().map(|folder| Step::CreateFolder {
                    folder: folder.clone(),
                    mode: None,
                }));
            }
            if items.len() > 1 && !make.is_empty() {
                // By themselves: what cannot be restored does not take them away from the others.
                let slot = self.slot_for(&folder)?;
                let make = std::mem::take(&mut make);
                self.units.push((0, Unit::plain(make, slot)));
                self.round = 1;
            }
            self.at_free_name_in(item, &dest, (make, Vec::new()))?;
        }
        Ok(())
    }

    /// Says what the user should know.
    pub(super) fn tell(&mut self, notice: Option<Notice>) {
        self.notices.extend(notice);
    }

    /// Says that something is not touched.
    pub(super) fn untouched(&mut self, path: &Path, why: Untouched) {
        match self.untouched.iter_mut().find(|alike| alike.why == why) {
            Some(alike) => alike.count += 1,
            None => self.untouched.push(NotTouched {
                why,
                count: 1,
                first: path.to_path_buf(),
            }),
        }
    }

    /// Says that something is left out, if that is for what stands there; all else is against the whole plan.
    pub(super) fn left_out(&mut self, dest: &Path, refused: Refused) -> Result<(), Refused> {
        let why = |refusal: &Refusal| why_left_out(refusal, dest);
        let Some(why) = refused.0.iter().find_map(why) else {
            return Err(refused);
        };
        let path = dest.to_path_buf();
        self.notices.push(Notice::NotRestored { path, why });
        Ok(())
    }

    /// Fails if what stands at `path` cannot be moved away, as far as that can be seen.
    pub(super) fn may_go(&self, path: &Path, there: &look::Entry) -> Result<(), Refused> {
        let place = place_of(path);
        let mut refusals = replace::leaving_refusals(self.around, &place, there);
        refusals.extend(staying::inside_refusals(path, there.kind));
        if there.kind == Kind::Directory && self.store.root().starts_with(path) {
            refusals.push(Refusal::Holds {
                path: path.to_path_buf(),
                held: Held::Store,
                at: self.store.root().to_path_buf(),
            });
        }
        refuse_if_any(refusals)
    }

    /// Fails if nothing can be made at `path`, as far as that can be seen.
    pub(super) fn may_come(&self, path: &Path) -> Result<(), Refused> {
        refuse_if_any(replace::folder_refusals(&place_of(path)))
    }

    /// Adds the unit that restores something at a name that is free.
    pub(super) fn at_free_name(
        &mut self,
        item: &Item,
        dest: &Path,
        standing: Vec<Standing>,
    ) -> Result<(), Refused> {
        self.at_free_name_in(item, dest, (Vec::new(), standing))
    }

    /// Does [`Self::at_free_name`] after `make`, once what is restored is built.
    fn at_free_name_in(
        &mut self,
        item: &Item,
        dest: &Path,
        (make, standing): (Vec<Step>, Vec<Standing>),
    ) -> Result<(), Refused> {
        let slot = self.slot_for(dest)?;
        let (stage, built) = self.stage(item, dest, &slot, standing);
        let rename = Step::Rename {
            from: built,
            to: dest.to_path_buf(),
            what: trace_of(&item.entry),
        };
        let steps = std::iter::once(stage).chain(make).chain([rename]);
        self.push(steps.collect(), slot, dest);
        Ok(())
    }

    /// Adds the unit that restores something in place of what is there, which goes to quarantine.
    pub(super) fn in_place_of(
        &mut self,
        item: &Item,
        dest: &Path,
        old: &Trace,
        standing: Vec<Standing>,
    ) -> Result<(), Refused> {
        let slot = self.slot_for(dest)?;
        let (stage, built) = self.stage(item, dest, &slot, standing);
        let exchange = self.exchange_at(dest);
        let mut steps = vec![stage];
        let new = (built, trace_of(&item.entry));
        steps.extend(change((&slot, &exchange), dest, old, new, 1));
        self.replaced += 1;
        self.push(steps, slot, dest);
        Ok(())
    }

    /// Adds the unit that restores a file and gives it all these names, each in place of what is there, if anything is.
    pub(super) fn names_of_one(
        &mut self,
        item: &Item,
        names: &[(&Path, Option<Trace>)],
    ) -> Result<(), Refused> {
        let Some((first, _)) = names.first() else {
            return Ok(());
        };
        let slot = self.slot_for(first)?;
        let (stage, built) = self.stage(item, first, &slot, Vec::new());
        let file = trace_of(&item.entry);
        let fresh: Vec<PathBuf> = names
            .iter()
            .enumerate()
            .map(|(place, (dest, _))| match place {
                0 => built.clone(),
                _ => item_numbered(&slot, dest, 2 * place + 1),
            })
            .collect();
        let further = fresh.iter().skip(1).map(|link| Step::CreateHardLink {
            target: built.clone(),
            link: link.clone(),
            file: file.clone(),
        });
        let mut steps: Vec<Step> = std::iter::once(stage).chain(further).collect();
        for (place, ((dest, old), fresh)) in names.iter().zip(fresh).enumerate() {
            match old {
                Some(old) => {
                    let exchange = self.exchange_at(dest);
                    let (new, number) = ((fresh, file.clone()), 2 * place + 1);
                    steps.extend(change((&slot, &exchange), dest, old, new, number));
                    self.replaced += 1;
                }
                None => steps.push(Step::Rename {
                    from: fresh,
                    to: dest.to_path_buf(),
                    what: file.clone(),
                }),
            }
        }
        self.dests
            .extend(names.iter().skip(1).map(|(dest, _)| dest.to_path_buf()));
        self.push(steps, slot, first);
        Ok(())
    }

    /// Adds the unit that gives a file that stands a further name, in place of what is there, if anything is.
    pub(super) fn further_name(
        &mut self,
        (target, file): (&Path, &Trace),
        dest: &Path,
        old: Option<&Trace>,
    ) -> Result<(), Refused> {
        let slot = self.slot_for(dest)?;
        let steps = match old {
            Some(old) => {
                let displacement = replace::Displacement {
                    path: dest,
                    old,
                    new: replace::Replacement::Hard {
                        target: target.to_path_buf(),
                        file: file.clone(),
                    },
                    slot: &slot,
                    number: 1,
                };
                self.replaced += 1;
                replace::steps(displacement, &self.exchange_at(dest))
            }
            None => vec![Step::CreateHardLink {
                target: target.to_path_buf(),
                link: dest.to_path_buf(),
                file: file.clone(),
            }],
        };
        self.push(steps, slot, dest);
        Ok(())
    }

    /// Adds the unit that moves something into quarantine.
    pub(super) fn away(&mut self, path: &Path, what: Trace) -> Result<(), Refused> {
        let slot = self.slot_for(path)?;
        let step = Step::Quarantine {
            path: path.to_path_buf(),
            item: item_numbered(&slot, path, 1),
            what,
        };
        self.replaced += 1;
        self.push(vec![step], slot, path);
        Ok(())
    }

    /// Adds the unit that gives a folder what belongs to it, after all others.
    pub(super) fn give_facts(&mut self, step: Step, folder: &Path) -> Result<(), Refused> {
        let slot = self.slot_for(folder)?;
        self.folders.push(folder.to_path_buf());
        let unit = Unit::plain(vec![step], slot);
        self.units.push((LAST_ROUND, unit));
        Ok(())
    }

    /// Returns the folders in which names are changed.
    pub(super) fn changed_folders(&self) -> HashSet<PathBuf> {
        let parents = self.dests.iter().filter_map(|dest| dest.parent());
        parents.map(Path::to_path_buf).collect()
    }

    fn push(&mut self, steps: Vec<Step>, slot: PathBuf, dest: &Path) {
        self.units.push((self.round, Unit::plain(steps, slot)));
        self.dests.push(dest.to_path_buf());
    }

    /// Returns whether names change places at `dest` in one step, and says once a volume that they do not.
    fn exchange_at(&mut self, dest: &Path) -> replace::Exchange {
        let folder = dest.parent().unwrap_or(dest);
        let exchange = replace::exchange_in(folder);
        if let Some(gap) = replace::gap(dest, &exchange) {
            let volume = look::entry(folder).map(|entry| entry.identity.device);
            if volume.map_or(true, |volume| self.with_gap.insert(volume)) {
                self.notices.push(gap);
            }
        }
        exchange
    }

    fn slot_for(&self, dest: &Path) -> Result<PathBuf, Refused> {
        // The nearest folder that is there: others are made by the plan.
        let mut parent = dest.parent().unwrap_or(dest);
        while look::entry_if_any(parent)?.is_none() {
            parent = parent.parent().unwrap_or(parent);
        }
        let place = Place {
            parent: parent.to_path_buf(),
            name: dest.file_name().unwrap_or_default().to_os_string(),
        };
        Ok(replace::slot_at(self.around, &place, self.units.len())?)
    }

    fn stage(
        &self,
        item: &Item,
        dest: &Path,
        slot: &Path,
        standing: Vec<Standing>,
    ) -> (Step, PathBuf) {
        let built = item_numbered(slot, dest, 1);
        let step = Step::StageRestore {
            store: self.store.root().to_path_buf(),
            id: self.id.to_owned(),
            path: item.path.clone(),
            item: built.clone(),
            copy: trace_of(&item.entry),
            links_as: self.links_as,
            standing,
        };
        (step, built)
    }
}

/// Returns the folders that are missing on the way to one and itself, those above first.
fn missing_folders(folder: &Path) -> Result<Vec<PathBuf>, Refused> {
    let mut missing = Vec::new();
    for folder in folder.ancestors() {
        match look::entry_if_any(folder)? {
            None => missing.push(folder.to_path_buf()),
            Some(there) if there.kind == Kind::Directory => break,
            Some(there) => {
                let (path, kind) = (folder.to_path_buf(), there.kind);
                return Err(Refusal::NotAFolder { path, kind }.into());
            }
        }
    }
    missing.reverse();
    Ok(missing)
}

/// Returns the steps by which what was built changes places with what stands at a name.
fn change(
    (slot, exchange): (&Path, &replace::Exchange),
    dest: &Path,
    old: &Trace,
    (built, what): (PathBuf, Trace),
    number: usize,
) -> Vec<Step> {
    let change = replace::ChangeOfPlaces {
        path: dest,
        old,
        item: match exchange {
            replace::Exchange::Yes => built.clone(),
            replace::Exchange::No { .. } => item_numbered(slot, dest, number + 1),
        },
        fresh: built,
    };
    change.steps(what, exchange)
}

fn place_of(path: &Path) -> Place {
    Place {
        parent: path.parent().unwrap_or(path).to_path_buf(),
        name: path.file_name().unwrap_or_default().to_os_string(),
    }
}

fn trace_of(entry: &Entry) -> Trace {
    Trace::any(entry.stored_kind().unwrap_or(Kind::Other))
}
