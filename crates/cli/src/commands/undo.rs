//! `lw undo`.

use std::process::ExitCode;

use lw_core::jobs::{Refusal, undo};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use crate::arguments::Undo;
use crate::edge::Edge;

pub(super) fn run(arguments: Undo, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let task = Task {
        verb: "undo",
        flags: &arguments.changing,
        question: Question::Never,
        limit: None,
    };
    changing::run(&task, edge, witness, |around, ledger| match ledger {
        Some(ledger) => undo::plan(around, ledger, arguments.id),
        None => Err(Refusal::NothingToUndo.into()),
    })
}
