//! `lw undo`.

use std::cell::Cell;
use std::process::ExitCode;

use lw_core::jobs::{Refusal, undo};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use crate::arguments::Undo;
use crate::edge::Edge;
use crate::ui;

pub(super) fn run(arguments: Undo, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let task = Task {
        verb: "undo",
        flags: &arguments.changing,
        question: Question::Never,
        limit: None,
    };
    let older = Cell::new(None);
    let exit = changing::run(&task, edge, witness, |around, ledger| match ledger {
        Some(ledger) => undo::plan(around, ledger, arguments.id)
            .inspect_err(|_| older.set(undo::before_newest(ledger))),
        None => Err(Refusal::NothingToUndo.into()),
    });
    // One that cannot be taken back does not bar the way to those before it.
    if let (None, Some(id)) = (arguments.id, older.get()) {
        ui::note(format_args!(
            "  help:  lw undo {id}   (the operation before it)"
        ));
    }
    exit
}
