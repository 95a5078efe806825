//! `lw retarget`: a link gets another target.

use std::path::{Path, PathBuf};

use lw_fs::look;

use super::link::refuse_if_any;
use super::new_link;
use super::refusal::trace_at;
use super::replace::{self, Displacement, Replacement};
use super::target_text::{self, Doubtful};
use super::{Allowance, Refusal, Refused, Surroundings, TextForm};
use crate::plan::{Plan, Subject, Unit};

/// A wish for another target.
#[derive(Debug, Clone)]
pub struct RetargetRequest {
    /// The link.
    pub link: PathBuf,
    /// What it is to lead to.
    pub target: PathBuf,
    /// How the target is written; `Fitting` keeps the form of the old text.
    pub form: TextForm,
    /// Whether it may lead nowhere.
    pub dangling: Allowance,
    /// Whether it may lead to a folder that contains it.
    pub recursive: Allowance,
}

/// Returns the plan that gives a symbolic link another target; an empty one if it has it already.
pub fn plan(around: &Surroundings, request: &RetargetRequest) -> Result<Plan, Refused> {
    let link = around.existing_place(&request.link)?;
    let path = link.path();
    let Some(entry) = look::entry_if_any(&path)? else {
        return Err(Refusal::Missing { path }.into());
    };
    if !entry.kind.is_link() {
        return Err(Refusal::NotALink {
            path,
            kind: entry.kind,
        }
        .into());
    }
    if look::only_looks_like_link(&path, &entry)? {
        return Err(Refusal::OnlyLooksLikeLink { path }.into());
    }
    let old_text = look::read_link(&path)?;
    let form = match request.form {
        TextForm::Fitting if Path::new(&old_text).is_absolute() => TextForm::Absolute,
        TextForm::Fitting => TextForm::Relative,
        asked => asked,
    };
    let target = around.target_place(&request.target)?;
    let new_text = target_text::text_for(around, &link, &target, &request.target, form);
    let doubtful = Doubtful {
        dangling: request.dangling,
        recursive: request.recursive,
    };
    let mut refusals = replace::leaving_refusals(around, &link, &entry);
    let doubt = target_text::check(&link, &new_text, doubtful).unwrap_or_else(|refusal| {
        refusals.push(refusal);
        None
    });
    refuse_if_any(refusals)?;
    let subject = Subject::Retarget {
        link: path.clone(),
        old_text: old_text.clone(),
        new_text: new_text.clone(),
    };
    let mut plan = Plan::new(subject);
    plan.notices.extend(doubt);
    let old = trace_at(&path)?;
    // Of a link to a drive the driver may show a text that is not what is written in it.
    if old_text == new_text && old.native.is_none() {
        return Ok(plan);
    }
    let new = new_link::like(around, &old, &link.parent, &new_text).map_err(|why| {
        let link = path.clone();
        Refusal::CannotReAim { link, why }
    })?;
    if new.native.is_some() && new.native == old.native {
        return Ok(plan);
    }
    let slot = replace::slot_at(around, &link, 0)?;
    let exchange = replace::exchange_in(&link.parent);
    if let Some(step) = replace::in_place(&path, &old, &new, &exchange)? {
        plan.units.push(Unit::plain(vec![step], slot));
        return Ok(plan);
    }
    plan.notices.extend(replace::gap(&path, &exchange));
    let new = Replacement::Link(new);
    let displacement = Displacement {
        path: &path,
        old: &old,
        new,
        slot: &slot,
        number: 1,
    };
    plan.units.push(Unit::plain(
        replace::steps(displacement, &exchange),
        slot.clone(),
    ));
    Ok(plan)
}
