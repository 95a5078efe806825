//! `lw snapshot restore`.

use std::process::ExitCode;

use lw_core::jobs::Refused;
use lw_core::jobs::snapshot::{Restored, Whereto, named, plan_restore, why_not_there};
use lw_fs::Witness;
use lw_fs::snapshot::LinksAs;

use super::super::changing::{self, Question, Task};
use crate::arguments::{Restore, RestoredLinks};
use crate::edge::Edge;
use crate::ui::Style;

pub(super) fn run(arguments: &Restore, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.changing.json);
    let snapshot = match named(&edge.around, &arguments.snapshot) {
        Ok(snapshot) => snapshot,
        Err(refused) => return changing::refuse("restore", &refused, style),
    };
    let wish = Restored {
        store: snapshot.store.root().to_path_buf(),
        word: snapshot.word,
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
        plan_restore(around, &wish).map_err(|refused| {
            let reasons = refused.0.into_iter();
            Refused(reasons.map(why_not_there).collect())
        })
    })
}
