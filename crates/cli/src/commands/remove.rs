//! `lw remove`.

use std::process::ExitCode;

use lw_core::jobs::remove;
use lw_fs::Witness;

use super::changing::{self, Task};
use super::fixing;
use crate::arguments::Remove;
use crate::edge::Edge;

pub(super) fn run(arguments: Remove, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let task = Task {
        verb: "remove",
        flags: &arguments.changing,
        question: fixing::question(&arguments.fixing),
        limit: None,
    };
    changing::run(&task, edge, witness, |around, ledger| {
        let plan = remove::plan(around, &arguments.links, ledger)?;
        fixing::fix(around, plan, &arguments.fixing)
    })
}
