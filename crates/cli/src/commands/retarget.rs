//! `lw retarget`.

use std::process::ExitCode;

use lw_core::jobs::retarget::{self, RetargetRequest};
use lw_fs::Witness;

use super::changing::{self, Task};
use super::fixing;
use crate::arguments::Retarget;
use crate::edge::Edge;

pub(super) fn run(arguments: Retarget, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let request = RetargetRequest {
        link: arguments.link,
        target: arguments.target,
        form: changing::text_form(&arguments.form),
        dangling: changing::allowance(arguments.doubtful.allow_dangling),
        recursive: changing::allowance(arguments.doubtful.allow_recursive),
    };
    let task = Task {
        verb: "retarget",
        flags: &arguments.changing,
        question: fixing::question(&arguments.fixing),
        limit: None,
    };
    changing::run(&task, edge, witness, |around, _| {
        let plan = retarget::plan(around, &request)?;
        fixing::fix(around, plan, &arguments.fixing)
    })
}
