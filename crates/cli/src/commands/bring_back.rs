//! `lw bring-back`.

use std::process::ExitCode;

use lw_core::jobs::bring_back;
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use super::fixing;
use crate::arguments::BringBack;
use crate::edge::Edge;

pub(super) fn run(arguments: BringBack, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let task = Task {
        verb: "bring-back",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: arguments.across.limit,
    };
    changing::run(&task, edge, witness, |around, ledger| {
        let wish = changing::across_wish(&arguments.across);
        let plan = bring_back::plan(around, &arguments.link, wish, ledger)?;
        fixing::fix(around, plan, &arguments.fixing)
    })
}
