//! `lw adopt`.

use std::process::ExitCode;

use lw_core::jobs::adopt::{self, AdoptRequest};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use crate::arguments::Adopt;
use crate::edge::Edge;

pub(super) fn run(arguments: Adopt, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let task = Task {
        verb: "adopt",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: None,
    };
    let request = AdoptRequest {
        paths: arguments.paths,
        into: arguments.into,
        manifest: arguments.manifest,
        note: arguments.changing.note.clone(),
    };
    changing::run(&task, edge, witness, |around, ledger| {
        adopt::plan(around, &request, ledger)
    })
}
