//! The plan of a repair: links that change independently of each other, many to a unit.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry};

use super::{Diagnosis, Evidence, Proposal, Rule, Unmended};
use crate::jobs::quarantine::{root_for, slot_name};
use crate::jobs::replace::{self, Displacement, Exchange, Replacement};
use crate::jobs::{Refused, Surroundings};
use crate::plan::{NotMended, Notice, Plan, Shape, State, Subject, Unit};

/// The most links of one unit: few enough to be taken back in a moment, enough that syncing costs little.
const MAX_LINKS: usize = 2000;

/// Returns the plan that carries out the proposals. Those that cannot be are taken out of the diagnosis and put among what
/// is not mended.
pub fn plan(around: &Surroundings, diagnosis: &mut Diagnosis) -> Result<Plan, Refused> {
    let mut builder = Builder {
        around,
        folders: HashMap::new(),
        mounts: HashMap::new(),
        open: HashMap::new(),
        units: Vec::new(),
        notices: Vec::new(),
    };
    let mut kept = Vec::new();
    for proposal in std::mem::take(&mut diagnosis.proposals) {
        match builder.add(&proposal)? {
            None => kept.push(proposal),
            Some(why) => diagnosis.unmended.push(Unmended {
                link: proposal.link,
                text: proposal.old_text,
                why,
            }),
        }
    }
    diagnosis.proposals = kept;
    diagnosis.unmended.sort_by(|a, b| a.link.cmp(&b.link));
    let mut plan = Plan::new(Subject::Repair {
        links: diagnosis.proposals.len() as u64,
        first: diagnosis
            .proposals
            .first()
            .map(|proposal| proposal.link.clone())
            .unwrap_or_default(),
    });
    plan.units = builder.finish();
    plan.notices = notices(diagnosis);
    plan.notices.append(&mut builder.notices);
    Ok(plan)
}

fn notices(diagnosis: &Diagnosis) -> Vec<Notice> {
    let mut rules: BTreeMap<(&Rule, Option<u64>), u64> = BTreeMap::new();
    let mut single = Vec::new();
    for proposal in &diagnosis.proposals {
        match &proposal.evidence {
            Evidence::Told(rule) => *rules.entry((rule, None)).or_default() += 1,
            Evidence::Prefix { rule, count } => {
                *rules.entry((rule, Some(*count))).or_default() += 1;
            }
            Evidence::OnlyName => single.push(Notice::Mended {
                link: proposal.link.clone(),
                new_text: proposal.new_text.clone(),
                why: "nothing else that was searched has this name".to_owned(),
            }),
        }
    }
    let by_rule = rules
        .into_iter()
        .map(|((rule, count), links)| Notice::MendedByRule {
            from: rule.from.clone(),
            to: rule.to.clone(),
            links,
            borne_out_by: count,
        });
    let along = diagnosis.mended_along_count;
    let mut notices: Vec<Notice> = by_rule.collect();
    notices.append(&mut single);
    notices.extend((along > 0).then_some(Notice::MendedAlong { links: along }));
    notices.extend(diagnosis.unmended.iter().map(|unmended| Notice::NotMended {
        link: unmended.link.clone(),
        text: unmended.text.clone(),
        why: unmended.why.clone(),
    }));
    notices
}

/// What is known of a folder whose links change.
struct Folder {
    /// The private folders of its volume begin with this.
    slots: PathBuf,
    exchange: Exchange,
    why_not: Option<String>,
    /// The folder itself, if its sticky bit keeps others' things in it.
    sticky: Option<Entry>,
}

struct Builder<'a> {
    around: &'a Surroundings,
    folders: HashMap<PathBuf, Folder>,
    /// What all folders of one mount have in common: where its private folders are, and whether names change places.
    mounts: HashMap<u64, (PathBuf, Exchange)>,
    /// For each place of private folders, the number of the unit that still takes links.
    open: HashMap<PathBuf, usize>,
    units: Vec<Unit>,
    notices: Vec<Notice>,
}

impl Builder<'_> {
    /// Adds the steps for one link, or says why there are none.
    fn add(&mut self, proposal: &Proposal) -> Result<Option<NotMended>, Refused> {
        let link = &proposal.link;
        let old = match State::of(link) {
            Ok(State::Present(old)) if old.text.as_ref() == Some(&proposal.old_text) => old,
            Ok(_) => {
                return Ok(Some(NotMended::CannotChange(
                    "it changed meanwhile".to_owned(),
                )));
            }
            Err(error) => return Ok(Some(NotMended::CannotChange(error.cause()))),
        };
        let parent = link.parent().unwrap_or(link);
        if !self.folders.contains_key(parent) {
            let folder = self.folder(parent)?;
            if folder.why_not.is_none() {
                self.notices.extend(replace::gap(link, &folder.exchange));
            }
            self.folders.insert(parent.to_path_buf(), folder);
        }
        let folder = &self.folders[parent];
        let foreign = || {
            let sticky = folder.sticky.as_ref()?;
            let entry = look::entry(link).ok()?;
            (!look::access::sticky_allows(sticky, &entry))
                .then(|| "the sticky bit of its folder keeps it for its owner".to_owned())
        };
        if let Some(why) = folder.why_not.clone().or_else(foreign) {
            return Ok(Some(NotMended::CannotChange(why)));
        }
        let number = match self.open.get(&folder.slots) {
            Some(number) if self.units[*number].steps.len() < 2 * MAX_LINKS => *number,
            _ => {
                let number = self.units.len();
                let slot = folder.slots.join(slot_name(self.around, number));
                let mut unit = Unit::plain(Vec::new(), slot);
                unit.shape = Shape::Links;
                self.units.push(unit);
                self.open.insert(folder.slots.clone(), number);
                number
            }
        };
        let unit = &mut self.units[number];
        let slot = unit.slot().to_path_buf();
        let steps = replace::steps(
            Displacement {
                path: link,
                old: &old,
                new: Replacement::Symbolic(proposal.new_text.clone()),
                slot: &slot,
                number: unit.steps.len() + 1,
            },
            &folder.exchange,
        );
        unit.steps.extend(steps);
        Ok(None)
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
            why_not,
            sticky: (entry.mode & STICKY != 0).then_some(entry),
        })
    }

    fn finish(&mut self) -> Vec<Unit> {
        let mut units = std::mem::take(&mut self.units);
        for unit in &mut units {
            unit.go_on_from = unit.steps.len();
        }
        units
    }
}
