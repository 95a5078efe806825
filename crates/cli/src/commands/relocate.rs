//! `lw move`.

use std::process::ExitCode;

use lw_core::jobs::adopt;
use lw_core::jobs::relocate::{self, MergeChoice, MoveRequest};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use super::fixing;
use crate::arguments::Move;
use crate::edge::Edge;

pub(super) fn run(arguments: Move, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let request = MoveRequest {
        source: arguments.source,
        dest: arguments.dest,
        form: changing::text_form(&arguments.form),
        merge: if arguments.merge {
            MergeChoice::Merge
        } else {
            MergeChoice::Refuse
        },
        across: changing::across_wish(&arguments.across),
    };
    let task = Task {
        verb: "move",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: arguments.across.limit,
    };
    changing::run(&task, edge, witness, |around, ledger| {
        let plan = relocate::plan(around, &request, ledger)?;
        let plan = fixing::fix(around, plan, &arguments.fixing)?;
        match &arguments.manifest {
            Some(manifest) => {
                let note = arguments.changing.note.as_deref();
                adopt::list_move(around, plan, manifest, note)
            }
            None => Ok(plan),
        }
    })
}
