//! What the commands do that change links elsewhere with their own.

use lw_core::jobs::fix_links;
use lw_core::jobs::inventory::Roots;
use lw_core::jobs::{Refused, Surroundings};
use lw_core::plan::Plan;
use lw_fs::look::walk::Mounts;

use super::changing::Question;
use super::searched;
use crate::arguments::Fixing;

/// Adds to the plan what fixes the links in the folders, if there are such.
pub(super) fn fix(around: &Surroundings, plan: Plan, fixing: &Fixing) -> Result<Plan, Refused> {
    if fixing.folders.is_empty() {
        return Ok(plan);
    }
    let roots = Roots::find(around, &fixing.folders, Mounts::Stay)?;
    let fixed = fix_links::fix(around, plan, &roots)?;
    searched::say_unseen(&fixed.unseen);
    Ok(fixed.plan)
}

/// Returns whether a command asks that does not otherwise.
pub(super) fn question(fixing: &Fixing) -> Question {
    match fixing.folders.is_empty() {
        true => Question::Never,
        false => Question::Ask,
    }
}
