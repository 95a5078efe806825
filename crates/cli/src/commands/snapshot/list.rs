//! `lw snapshot list`.

use std::process::ExitCode;

use lw_core::jobs::snapshot::{existing_store, list};

use super::super::changing;
use crate::arguments::ListSnapshots;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Message, Style, quote_path};

pub(super) fn run(arguments: &ListSnapshots, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let found = existing_store(&edge.around, &arguments.store).and_then(|store| {
        let listing = list(&store)?;
        Ok((store, listing))
    });
    let (store, listing) = match found {
        Ok(found) => found,
        Err(refused) => return changing::refuse("list the snapshots in", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    for snapshot in &listing.snapshots {
        if arguments.null {
            answer.null_ended(lw_fs::path_bytes(&store.tree(&snapshot.id)));
            continue;
        }
        match style {
            Style::Json => ui::print_json(&ui::snapshot_object(store.root(), snapshot)),
            Style::Text => answer.line(ui::snapshot_line(snapshot)),
        }
    }
    answer.end();
    if style == Style::Text && !arguments.null {
        if listing.snapshots.is_empty() && listing.unreadable.is_empty() {
            ui::note("note: the store has no snapshots yet");
        }
        if let Some(line) = ui::leftovers_line(&store) {
            ui::note(format_args!("note: {line}"));
        }
    }
    let unreadable: Vec<Message> = listing
        .unreadable
        .iter()
        .map(|unreadable| {
            let path = store.tree(&unreadable.id);
            Message::new(format!("cannot tell what {} is", quote_path(&path)))
                .cause(unreadable.error.cause())
                .state("its tree is there, and nothing changes it")
                .help(format!(
                    "{}   (a plain folder: what is in it can be copied)",
                    ui::shell::show_all(&path)
                ))
                .help(format!(
                    "lw snapshot forget {}   (removes it)",
                    quote_path(&path)
                ))
                .exit_code(3)
        })
        .collect();
    if unreadable.is_empty() {
        ExitCode::SUCCESS
    } else {
        ui::fail_all(&unreadable, style)
    }
}
