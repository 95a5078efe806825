//! Moving and bringing back across volumes: a copy is built on the other volume, verified, published, and takes over.
//!
//! docs/design/across-volumes.md tells why the steps have this order.

mod choreography;
mod copy;
mod links;
mod preflight;

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind, Place};
use lw_fs::stage::Verify;

use super::inner_links::{self, Inside};
use super::link::refuse_if_any;
use super::refusal::trace_at;
use super::replace::{self, Exchange};
use super::{Refused, Surroundings, merge, quarantine, staying};
use crate::ledger::{Ledger, Stage};
use crate::plan::{
    Across, CopyOptions, MergeCounts, Notice, ReAimedCopy, Step, Trace, TreeCounts, Unit,
};
use crate::run::item_numbered;

pub(super) use choreography::LinkOut;
use choreography::{Both, Merging, back, out};
pub(super) use copy::plan_copy;

/// How something is copied to another volume, where that has to be.
#[derive(Debug, Clone, Copy)]
pub struct AcrossWish {
    /// How much of the copy is read back. Only what was read back is removed at the old place.
    pub verify: Verify,
    /// Programs may be at work in it.
    pub live: bool,
    /// The old tree stays in quarantine.
    pub keep_original: bool,
    /// What the new volume cannot keep may be lost.
    pub lossy: bool,
    /// Files may lose names that lie outside of what is copied.
    pub split_hard_links: bool,
}

impl AcrossWish {
    /// The wish of someone who wished for nothing special: all is read back, nothing is lost.
    pub const CAREFUL: Self = Self {
        verify: Verify::Full,
        live: false,
        keep_original: false,
        lossy: false,
        split_hard_links: false,
    };
}

/// Returns whether the two places are on different volumes, as far as renaming goes.
pub(super) fn is_across(a: &Place, b: &Place) -> bool {
    match (look::entry(&a.parent), look::entry(&b.parent)) {
        (Ok(a), Ok(b)) => !look::same_volume(&a, &b),
        // What cannot be looked at is refused for that.
        _ => false,
    }
}

/// A unit that copies something across, and what to say of it.
pub(super) struct AcrossPlan {
    pub(super) unit: Unit,
    pub(super) notices: Vec<Notice>,
    pub(super) counts: TreeCounts,
    pub(super) across: Across,
}

/// What is copied, whereto, and what is known of it.
struct Job<'a> {
    around: &'a Surroundings,
    ledger: Option<&'a Ledger>,
    from: &'a Place,
    entry: &'a Entry,
    to: &'a Place,
    wish: AcrossWish,
    /// The number of the unit in its plan.
    number: usize,
}

/// What both ways need.
struct Prepared {
    both: Both,
    notices: Vec<Notice>,
    counts: TreeCounts,
    across: Across,
}

/// How many private folders a unit may have, one a volume: so far apart are the numbers of two units in a plan.
pub(super) const MOST_FOLDERS: usize = 2;

/// Returns the unit that moves what is at `source` to `dest` on another volume and leaves `link` in its place, or every
/// reason against it. Its private folders have `number` and the next one.
pub(super) fn plan_out(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    (source, entry, dest): (&Place, &Entry, &Place),
    link: LinkOut,
    (wish, number): (AcrossWish, usize),
) -> Result<AcrossPlan, Refused> {
    let ends = (source, entry, dest);
    plan_out_merging(around, ledger, ends, link, (wish, number), None)
}

/// Does [`plan_out`] where a folder is at `dest` already, if `into` says so: the copy takes in what that folder holds,
/// and then its place.
pub(super) fn plan_out_merging(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    (source, entry, dest): (&Place, &Entry, &Place),
    link: LinkOut,
    (wish, number): (AcrossWish, usize),
    into: Option<&mut MergeCounts>,
) -> Result<AcrossPlan, Refused> {
    let job = Job {
        around,
        ledger,
        from: source,
        entry,
        to: dest,
        wish,
        number,
    };
    let mut prepared = prepare(&job, &[])?;
    let slot = replace::slot_at(around, source, number)?;
    let exchange = replace::exchange_in(&source.parent);
    let old = item_numbered(&slot, &source.path(), 1);
    prepared.tell(wish, &old);
    prepared
        .notices
        .extend(replace::gap(&source.path(), &exchange));
    let merging = match into {
        Some(counts) => {
            let remains = quarantine::slot_for(around, &dest.parent, number + 1)?;
            let there = replace::exchange_in(&dest.parent);
            let merged = merge::plan(&source.path(), &dest.path(), &remains, &there)?;
            *counts = merged.counts;
            prepared.notices.push(Notice::StaysMerged);
            let steps = merged.in_copy(&source.path(), &prepared.both.item).steps;
            Some(Merging { steps, remains })
        }
        None => None,
    };
    let places = (&*dest.path(), &*slot, &*old);
    let unit = out(&prepared.both, places, link, (&exchange, merging));
    Ok(prepared.into_plan(unit))
}

/// Returns the unit that brings back to `source`, a link, what is at `dest` on another volume, or every reason against it.
pub(super) fn plan_back(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    (dest, entry, source): (&Place, &Entry, &Place),
    (wish, number): (AcrossWish, usize),
) -> Result<AcrossPlan, Refused> {
    let job = Job {
        around,
        ledger,
        from: dest,
        entry,
        to: source,
        wish,
        number,
    };
    let restored = match ledger {
        Some(ledger) => links::restored(ledger, &source.path(), &dest.path())?,
        None => Vec::new(),
    };
    let mut prepared = prepare(&job, &restored)?;
    let slot = replace::slot_at(around, source, number)?;
    let old_slot = quarantine::slot_for(around, &dest.parent, number + 1)?;
    let old = item_numbered(&old_slot, &dest.path(), 2);
    let exchange: Exchange = replace::exchange_in(&source.parent);
    prepared.tell(wish, &old);
    prepared
        .notices
        .extend(replace::gap(&source.path(), &exchange));
    let link = trace_at(&source.path())?;
    let unit = back(
        &prepared.both,
        (&source.path(), &slot, &link),
        &old,
        &exchange,
    );
    Ok(prepared.into_plan(unit))
}

fn prepare(job: &Job<'_>, restored: &[ReAimedCopy]) -> Result<Prepared, Refused> {
    let from = job.from.path();
    let stages = stages_of(job, &from)?;
    let preflight = preflight::look(job, stages.is_empty());
    refuse_if_any(preflight.refusals)?;
    let mut notices = preflight.notices;
    let mut inside = Inside::default();
    if job.entry.kind == Kind::Directory {
        inside = inner_links::look_inside(&from)?;
        refuse_if_any(staying::quarantine_refusals(&from, &inside.private_folders))?;
    }
    notices.extend(inside.notices);
    let by_root = links::by_root(&from, &preflight.from_root)?;
    let leading = inside.re_aims.into_iter().chain(by_root);
    let re_aims = links::re_aims(job, leading, restored, &mut notices)?;
    let what = trace_at(&from)?;
    let options = CopyOptions {
        verify: job.wish.verify,
        live: job.wish.live,
        lossy: job.wish.lossy,
        re_aims,
    };
    let stage = stage_for(job, stages, &options, &mut notices)?;
    let item = item_numbered(&stage, &job.to.path(), 1);
    let keeps = keeps_original(job.wish);
    Ok(Prepared {
        both: Both {
            from,
            what: what.clone(),
            copy: Trace {
                identity: None,
                ..what
            },
            stage,
            item,
            options,
            keep: keeps,
        },
        notices,
        counts: inside.counts,
        across: Across {
            bytes: preflight.content_bytes,
            free_bytes: preflight.free_bytes,
            keeps_original: keeps,
        },
    })
}

/// Only what was read back, and what nobody has open for writing, may be removed at the old place.
fn keeps_original(wish: AcrossWish) -> bool {
    wish.keep_original || wish.verify != Verify::Full || !look::system::HAS_LEASES
}

impl Prepared {
    fn tell(&mut self, wish: AcrossWish, old: &Path) {
        if !self.both.keep {
            return;
        }
        let why = if wish.keep_original {
            "as asked"
        } else if !look::system::HAS_LEASES {
            "this system does not say whether somebody has a file open for writing"
        } else {
            "not all of the copy is read back, and only what was read back is removed"
        };
        self.notices.push(Notice::KeepsOriginal {
            item: old.to_path_buf(),
            why: why.to_owned(),
        });
    }

    fn into_plan(self, unit: Unit) -> AcrossPlan {
        AcrossPlan {
            unit,
            notices: self.notices,
            counts: self.counts,
            across: self.across,
        }
    }
}

/// The interrupted copies of the same thing on the volume where it is to go.
fn stages_of(job: &Job<'_>, from: &Path) -> Result<Vec<Stage>, Refused> {
    let Some(ledger) = job.ledger else {
        return Ok(Vec::new());
    };
    let there = look::entry(&job.to.parent)?;
    let mut stages = ledger.stages()?;
    stages.retain(|stage| {
        let is_of_this = |step: &Step| matches!(step, Step::Stage { source, .. } if source == from);
        stage.unit.steps.iter().any(is_of_this)
            && look::entry(&stage.slot.path).is_ok_and(|entry| look::same_volume(&entry, &there))
    });
    Ok(stages)
}

/// The private folder to build in: that of an interrupted copy, if there is one in which links have the same texts.
fn stage_for(
    job: &Job<'_>,
    stages: Vec<Stage>,
    options: &CopyOptions,
    notices: &mut Vec<Notice>,
) -> Result<PathBuf, Refused> {
    for stage in stages {
        let is_alike = stage.unit.steps.iter().any(|step| {
            matches!(step, Step::Stage { options: then, .. } if then.re_aims == options.re_aims)
        });
        let path = stage.slot.path;
        if is_alike {
            notices.push(Notice::Resumed {
                stage: path.clone(),
            });
            return Ok(path);
        }
    }
    let slot = quarantine::slot_for(job.around, &job.to.parent, job.number)?;
    let mut name = slot.file_name().unwrap_or_default().to_os_string();
    name.push("-stage");
    Ok(slot.with_file_name(name))
}
