//! `lw move`: the thing moves, a link takes its place, and the path never goes missing.

mod choreography;
mod preflight;

use std::path::PathBuf;

use lw_fs::look::{self, Kind, Place};

use super::cloud::{self, Moving};
use super::inner_links::{self, Inside};
use super::link::{refuse_if_any, rewritten};
use super::merge::{self, Merged};
use super::new_link::{self, Fitting, NewLink};
use super::refusal::trace_at;
use super::replace;
use super::staying;
use super::target_text;
use super::{AcrossWish, Refusal, Refused, Surroundings, TextForm, across};
use crate::ledger::Ledger;
use crate::plan::{MergeCounts, Notice, Plan, Shape, Subject, Unit};

pub(super) use choreography::{LinkOut, Relocation, WayBack, bring_back_core, relocation_core};
pub(super) use preflight::moving_refusals;

/// What to do when DEST holds a folder of that name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeChoice {
    /// Refuse.
    Refuse,
    /// Merge the two, losing nothing.
    Merge,
}

/// A wish for a move.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// What is moved.
    pub source: PathBuf,
    /// Whereto; inside it, if it is an existing folder.
    pub dest: PathBuf,
    /// How the link's target is written.
    pub form: TextForm,
    /// What to do when the place is taken by a folder.
    pub merge: MergeChoice,
    /// How it is copied, if DEST is on another volume.
    pub across: AcrossWish,
}

/// Returns the plan that moves a file or folder and leaves a link, or every reason against it.
///
/// `ledger` tells of copies that were interrupted and can be gone on with.
pub fn plan(
    around: &Surroundings,
    request: &MoveRequest,
    ledger: Option<&Ledger>,
) -> Result<Plan, Refused> {
    let source = around.existing_place(&request.source)?;
    let source_path = source.path();
    let Some(entry) = look::entry_if_any(&source_path)? else {
        return Err(Refusal::Missing { path: source_path }.into());
    };
    if look::only_looks_like_link(&source_path, &entry)? {
        return Err(Refusal::OnlyLooksLikeLink { path: source_path }.into());
    }
    if entry.kind.is_link() {
        let text = look::read_link(&source_path)?;
        let leads_to = source.parent.join(text);
        return Err(Refusal::AlreadyLink {
            path: source_path,
            leads_to,
        }
        .into());
    }
    let dest = destination(around, request, &source)?;
    let mut refusals = moving_refusals(around, &source, &entry, &dest);
    if across::is_across(&source, &dest) {
        let there = look::entry_if_any(&dest.path())?;
        if let Some(there) = &there {
            refusals.extend(preflight::taken(
                request.merge,
                &dest,
                entry.kind,
                there.kind,
            ));
            refuse_if_any(refusals)?;
            refuse_if_any(staying::inside_refusals(&dest.path(), there.kind))?;
        } else {
            refuse_if_any(refusals)?;
        }
        let ends = (&source, &entry, &dest);
        return plan_across(around, request, ends, (ledger, there.is_some()));
    }
    let mut inside = Inside::default();
    if entry.kind == Kind::Directory && refusals.is_empty() {
        inside = inner_links::look_inside(&source_path)?;
        refusals.extend(staying::quarantine_refusals(
            &source_path,
            &inside.private_folders,
        ));
    }
    let there = look::entry_if_any(&dest.path())?;
    let mut merged = Merged::default();
    if let Some(there) = there
        && !refusals
            .iter()
            .any(|refusal| matches!(refusal, Refusal::SameThing { .. }))
    {
        match preflight::taken(request.merge, &dest, entry.kind, there.kind) {
            Some(refusal) => refusals.push(refusal),
            None if refusals.is_empty() => {
                refuse_if_any(staying::inside_refusals(&dest.path(), there.kind))?;
                let slot = replace::slot_at(around, &source, 0)?;
                let exchange = replace::exchange_in(&source.parent);
                merged = merge::plan(&source_path, &dest.path(), &slot, &exchange)?;
            }
            None => {}
        }
    }
    refuse_if_any(refusals)?;
    let slot = replace::slot_at(around, &source, 0)?;
    let exchange = replace::exchange_in(&source.parent);
    inside
        .re_aims
        .retain(|re_aim| !merged.replaced.contains(&re_aim.link));
    let re_aimed = inner_links::re_aim(around, &inside.re_aims, &slot, &exchange);
    refuse_if_any(re_aimed.refusals)?;
    let what = trace_at(&source_path)?;

    let (link, of_link) = link_out(around, &source, &dest, (request.form, entry.kind))?;
    let mut plan = Plan::new(Subject::Move {
        source: source_path.clone(),
        dest: dest.path(),
        kind: entry.kind,
        counts: inside.counts,
        merge: there_counts(&merged),
        across: None,
    });
    plan.notices.extend(replace::gap(&source_path, &exchange));
    plan.notices.extend(of_link);
    plan.notices.extend(rewritten(&source.path()));
    let moving = Moving {
        source: &source_path,
        dest: &dest.path(),
        kind: entry.kind,
        content_bytes: None,
    };
    plan.notices.extend(cloud::of_move(around, &moving));
    plan.notices.extend(inside.notices);
    plan.notices.extend(re_aimed.notices);
    let mut steps = merged.steps;
    steps.extend(re_aimed.steps);
    let start = steps.len();
    let relocation = Relocation {
        source: source_path.clone(),
        dest: dest.path(),
        what,
        link: LinkOut::New(link),
        slot: slot.clone(),
    };
    steps.extend(relocation_core(&relocation, &exchange));
    let core = start..steps.len();
    let mut unit = Unit::plain(steps, slot);
    unit.shape = Shape::Relocation {
        source: source_path,
        dest: dest.path(),
        core,
    };
    plan.units.push(unit);
    Ok(plan)
}

fn plan_across(
    around: &Surroundings,
    request: &MoveRequest,
    (source, entry, dest): (&Place, &look::Entry, &Place),
    (ledger, is_merged): (Option<&Ledger>, bool),
) -> Result<Plan, Refused> {
    let (link, of_link) = link_out(around, source, dest, (request.form, entry.kind))?;
    let link = across::LinkOut::New(link);
    let mut counts = MergeCounts::default();
    let into = is_merged.then_some(&mut counts);
    let ends = (source, entry, dest);
    let made = across::plan_out_merging(around, ledger, ends, link, (request.across, 0), into)?;
    let mut plan = Plan::new(Subject::Move {
        source: source.path(),
        dest: dest.path(),
        kind: entry.kind,
        counts: made.counts,
        merge: is_merged.then_some(counts),
        across: Some(made.across),
    });
    plan.notices.extend(of_link);
    plan.notices.extend(rewritten(&source.path()));
    let moving = Moving {
        source: &source.path(),
        dest: &dest.path(),
        kind: entry.kind,
        content_bytes: Some(made.across.bytes),
    };
    plan.notices.extend(cloud::of_move(around, &moving));
    plan.notices.extend(made.notices);
    plan.units.push(made.unit);
    Ok(plan)
}

fn there_counts(merged: &Merged) -> Option<crate::plan::MergeCounts> {
    (!merged.steps.is_empty()).then_some(merged.counts)
}

/// Where the thing goes: into DEST if that is a folder, to DEST itself otherwise.
fn destination(
    around: &Surroundings,
    request: &MoveRequest,
    source: &Place,
) -> Result<Place, Refusal> {
    let whole = around.working_folder.join(&request.dest);
    if let look::End::Found { entry, .. } = look::resolve(&whole).end
        && entry.kind == Kind::Directory
    {
        return around.place(&request.dest.join(&source.name));
    }
    around.place(&request.dest)
}

/// The link that is left behind, and what to say of it.
fn link_out(
    around: &Surroundings,
    source: &Place,
    dest: &Place,
    (form, kind): (TextForm, Kind),
) -> Result<(NewLink, Vec<Notice>), Refusal> {
    target_text::check_roots(form, source, dest)?;
    let text = target_text::text_for(around, source, dest, &dest.path(), form);
    let wish = Fitting {
        link: source,
        text: &text,
        form,
        leads_to: Some(kind),
    };
    new_link::chosen(around, wish)
}
