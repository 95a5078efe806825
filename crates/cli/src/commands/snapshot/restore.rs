//! `lw snapshot restore`.

use std::process::ExitCode;

use lw_core::jobs::snapshot::{Restored, Whereto, plan_restore};
use lw_fs::Witness;
use lw_fs::snapshot::LinksAs;

use super::super::changing::{self, Question, Task};
use super::split;
use crate::arguments::{Restore, RestoredLinks};
use crate::edge::Edge;

pub(super) fn run(arguments: &Restore, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let (store, word) = split(&arguments.snapshot);
    let wish = Restored {
        store,
        word,
        paths: arguments.paths.clone(),
        links_as: match arguments.links_as {
            RestoredLinks::Links => LinksAs::Links,
            RestoredLinks::Content => LinksAs::Content,
        },
        whereto: match &arguments.to {
            Some(folder) => Whereto::Folder(folder.clone()),
            None => Whereto::InPlace {
                deletes: arguments.delete,
            },
        },
    };
    let task = Task {
        verb: "restore",
        flags: &arguments.changing,
        question: match arguments.in_place {
            true => Question::Ask,
            false => Question::Never,
        },
        limit: None,
    };
    changing::run(&task, edge, witness, |around, _| {
        plan_restore(around, &wish)
    })
}
