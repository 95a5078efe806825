//! `lw apply`.

use std::process::ExitCode;

use lw_core::jobs::apply::{self, ApplyRequest, Listed, Prune, Way};
use lw_core::jobs::relocate::MergeChoice;
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use crate::arguments::Apply;
use crate::edge::Edge;

pub(super) fn run(arguments: &Apply, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let task = Task {
        verb: "apply",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: None,
    };
    let way = match (arguments.absorb, arguments.restore, arguments.replace) {
        (true, ..) => Way::Absorb,
        (_, true, _) => Way::Restore,
        (.., true) => Way::Displace,
        _ => Way::Refuse,
    };
    let machine = edge.machine();
    changing::run(&task, edge, witness, |around, ledger| {
        let (manifest, path) = apply::read(around, &arguments.manifest)?;
        let request = ApplyRequest {
            listed: Listed {
                manifest: &manifest,
                path: &path,
                machine: &machine,
            },
            way,
            prune: match arguments.prune {
                true => Prune::Remove,
                false => Prune::Keep,
            },
            merge: match arguments.merge {
                true => MergeChoice::Merge,
                false => MergeChoice::Refuse,
            },
        };
        apply::plan(around, ledger, request)
    })
}
