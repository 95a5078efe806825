//! `lw snapshot import`.

use std::process::ExitCode;

use lw_core::jobs::snapshot::{ImportWish, existing_store, list, plan_import};
use lw_fs::Witness;

use super::super::changing::{self, Question, Task};
use super::take;
use crate::arguments::ImportSnapshots;
use crate::edge::Edge;
use crate::ui::{self, Style};

pub(super) fn run(
    mut arguments: ImportSnapshots,
    edge: Edge,
    witness: &mut dyn Witness,
) -> ExitCode {
    let style = Style::from_flag(arguments.changing.json);
    let Some(store) = arguments.paths.pop() else {
        return ExitCode::from(2);
    };
    let count = arguments.paths.len();
    let wish = ImportWish {
        folders: arguments.paths,
        times_us: arguments.time,
        store: store.clone(),
        source: arguments.source,
        stamp: take::stamp,
        program: concat!("linkwright ", env!("CARGO_PKG_VERSION")).to_owned(),
        note: arguments.changing.note.clone(),
    };
    let task = Task {
        verb: "import",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: None,
    };
    let around = edge.around.clone();
    let ended = changing::run(&task, edge, witness, |around, _| plan_import(around, &wish));
    if ended != ExitCode::SUCCESS || arguments.changing.dry_run {
        return ended;
    }
    let found = existing_store(&around, &store).and_then(|store| Ok((list(&store)?, store)));
    let (listing, store) = match found {
        Ok(found) => found,
        Err(refused) => return changing::refuse("show the snapshots in", &refused, style),
    };
    let snapshots = &listing.snapshots;
    let mut ended = ExitCode::SUCCESS;
    for snapshot in &snapshots[snapshots.len().saturating_sub(count)..] {
        match style {
            Style::Json => ui::print_json(&ui::snapshot_object(store.root(), snapshot)),
            Style::Text if arguments.changing.quiet => {}
            Style::Text => ui::print(ui::snapshot_line(snapshot)),
        }
        if let Some(message) = take::lacking(store.root(), snapshot) {
            ended = ui::fail(&message, style);
        }
    }
    ended
}
