//! Many links that change independently of each other, many to a unit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look::{self, Entry};

use super::drive::nearest;
use super::new_link;
use super::quarantine::{root_for, slot_name};
use super::replace::{self, Displacement, Exchange, Replacement};
use super::{Refused, Surroundings};
use crate::plan::{Lasting, Notice, Shape, State, Step, Trace, Unit};
use crate::run::item_numbered;

/// The most links of one unit: few enough to be taken back in a moment, enough that syncing costs little.
const MAX_LINKS: usize = 2000;

/// A link, what it is taken for, and what it becomes.
pub(super) struct Change<'a> {
    /// Its link-free path.
    pub(super) path: &'a Path,
    /// What stands there now.
    pub(super) now: Result<State, FsError>,
    /// What the plan is made for.
    pub(super) old: &'a Trace,
    /// What comes in its place; a link that Windows follows stays one.
    pub(super) new: Replacement,
}

/// Puts together the units in which many links change.
pub(super) struct ManyLinks<'a> {
    around: &'a Surroundings,
    /// The number of the first private folder.
    first: usize,
    folders: HashMap<PathBuf, Folder>,
    /// What all folders of one mount have in common: where its private folders are, and whether names change places.
    mounts: HashMap<u64, (PathBuf, Exchange)>,
    /// For each place of private folders, the number of the unit that still takes links.
    open: HashMap<PathBuf, usize>,
    units: Vec<Unit>,
    notices: Vec<Notice>,
}

impl<'a> ManyLinks<'a> {
    pub(super) fn new(around: &'a Surroundings) -> Self {
        Self::beside(around, 0)
    }

    /// Makes units that go into one plan with others, whose private folders have lower numbers than `first`.
    pub(super) fn beside(around: &'a Surroundings, first: usize) -> Self {
        Self {
            around,
            first,
            folders: HashMap::new(),
            mounts: HashMap::new(),
            open: HashMap::new(),
            units: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Adds the steps for one link, or says in words why there are none.
    pub(super) fn add(&mut self, change: Change<'_>) -> Result<Option<String>, Refused> {
        let Change {
            path: link,
            now,
            old: expected,
            new,
        } = change;
        let old = match now {
            Ok(State::Present(old))
                if expected.fits(&old) || new_link::is_meant(self.around, expected, &old) =>
            {
                old
            }
            Ok(_) => return Ok(Some("it changed meanwhile".to_owned())),
            Err(error) => return Ok(Some(error.cause())),
        };
        let parent = link.parent().unwrap_or(link);
        let new = match new {
            Replacement::Link(new) if new.native.is_none() => {
                match new_link::like(self.around, &old, parent, &new.text) {
                    Ok(new) => Replacement::Link(new),
                    Err(why) => return Ok(Some(why)),
                }
            }
            other => other,
        };
        let folder = self.known(parent)?;
        let foreign = || {
            let sticky = folder.sticky.as_ref()?;
            let entry = look::entry(link).ok()?;
            (!look::access::sticky_allows(sticky, &entry))
                .then(|| "the sticky bit of its folder keeps it for its owner".to_owned())
        };
        if let Some(why) = folder.why_not.clone().or_else(foreign) {
            return Ok(Some(why));
        }
        let slots = folder.slots.clone();
        let exchange = folder.exchange.clone();
        if let Replacement::Link(new) = &new
            && let Some(step) = replace::in_place(link, &old, new, &exchange)?
        {
            self.unit(&slots).steps.push(step);
            return Ok(None);
        }
        self.say_gap(parent, link);
        let unit = self.unit(&slots);
        let slot = unit.slot().to_path_buf();
        let steps = replace::steps(
            Displacement {
                path: link,
                old: &old,
                new,
                slot: &slot,
                number: unit.steps.len() + 1,
            },
            &exchange,
        );
        unit.steps.extend(steps);
        Ok(None)
    }

    /// Says once a folder that names in it are missing for a moment.
    fn say_gap(&mut self, folder: &Path, link: &Path) {
        if let Some(folder) = self.folders.get_mut(folder)
            && !std::mem::replace(&mut folder.gap_is_said, true)
        {
            self.notices.extend(replace::gap(link, &folder.exchange));
        }
    }

    /// Adds the step that makes a link at a free name; its folder may be one that the plan makes before.
    pub(super) fn make(
        &mut self,
        link: &Path,
        new: Replacement,
    ) -> Result<Option<String>, Refused> {
        let folder = self.known(nearest(link.parent().unwrap_or(link)))?;
        if let Some(why) = &folder.why_not {
            return Ok(Some(why.clone()));
        }
        let slots = folder.slots.clone();
        self.unit(&slots).steps.push(match new {
            Replacement::Link(new) => new.step(link.to_path_buf(), Lasting::Yes),
            Replacement::Hard { target, file } => Step::CreateHardLink {
                target,
                link: link.to_path_buf(),
                file,
            },
        });
        Ok(None)
    }

    /// Adds the step that moves a link into quarantine.
    pub(super) fn remove(&mut self, link: &Path, what: &Trace) -> Result<Option<String>, Refused> {
        let folder = self.known(link.parent().unwrap_or(link))?;
        if let Some(why) = &folder.why_not {
            return Ok(Some(why.clone()));
        }
        let slots = folder.slots.clone();
        let unit = self.unit(&slots);
        let item = item_numbered(unit.slot(), link, unit.steps.len() + 1);
        unit.steps.push(Step::Quarantine {
            path: link.to_path_buf(),
            item,
            what: what.clone(),
        });
        Ok(None)
    }

    /// The unit that still takes links of this place of private folders.
    fn unit(&mut self, slots: &Path) -> &mut Unit {
        let number = match self.open.get(slots) {
            Some(number) if self.units[*number].steps.len() < 2 * MAX_LINKS => *number,
            _ => {
                let number = self.units.len();
                let slot = slots.join(slot_name(self.around, self.first + number));
                let mut unit = Unit::plain(Vec::new(), slot);
                unit.shape = Shape::Links;
                self.units.push(unit);
                self.open.insert(slots.to_path_buf(), number);
                number
            }
        };
        &mut self.units[number]
    }

    /// What is known of a folder; it is looked at once.
    fn known(&mut self, folder: &Path) -> Result<&Folder, Refused> {
        if !self.folders.contains_key(folder) {
            let looked = self.folder(folder)?;
            self.folders.insert(folder.to_path_buf(), looked);
        }
        Ok(&self.folders[folder])
    }

    fn folder(&mut self, parent: &Path) -> Result<Folder, Refused> {
        const STICKY: u32 = 0o1000;
        let entry = look::entry(parent)?;
        let (slots, exchange) = match self.mounts.get(&entry.mount_id) {
            Some(known) => known.clone(),
            None => {
                let slots = root_for(self.around, parent)?;
                let found = (slots, replace::exchange_in(parent));
                // Hidden in the folder itself, they are only for what is in it.
                if !found.0.starts_with(parent) {
                    self.mounts.insert(entry.mount_id, found.clone());
                }
                found
            }
        };
        let why_not = match look::access::may_change_names(parent) {
            Ok(()) => None,
            Err(error) => Some(error.cause()),
        };
        Ok(Folder {
            slots,
            exchange,
            gap_is_said: false,
            why_not,
            sticky: (entry.mode & STICKY != 0).then_some(entry),
        })
    }

    /// Returns the units, and what the user should know of them.
    pub(super) fn finish(mut self) -> (Vec<Unit>, Vec<Notice>) {
        for unit in &mut self.units {
            unit.go_on_from = unit.steps.len();
        }
        (self.units, self.notices)
    }
}

/// What is known of a folder whose links change.
struct Folder {
    /// The private folders of its volume begin with this.
    slots: PathBuf,
    exchange: Exchange,
    gap_is_said: bool,
    why_not: Option<String>,
    /// The folder itself, if its sticky bit keeps others' things in it.
    sticky: Option<Entry>,
}
