//! `lw snapshot forget --unfinished`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_core::jobs::snapshot::existing_store;
use lw_core::jobs::{Refusal, Refused};
use lw_core::run;
use lw_fs::Witness;
use lw_fs::snapshot::Store;
use serde_json::json;

use super::super::changing;
use super::forget::{self, Telling};
use crate::arguments::Forget;
use crate::edge::Edge;
use crate::ui::{self, Answer, Message, Style, path_fields, quote_path, typed_object};

/// Removes what interrupted runs have left in a store.
pub(super) fn run(arguments: &Forget, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let telling = Telling {
        style: Style::from_flag(arguments.json),
        is_quiet: arguments.quiet,
    };
    let style = telling.style;
    let (store, left) = match left(arguments, &edge) {
        Ok(found) => found,
        Err(refused) => return changing::refuse("forget", &refused, style),
    };
    let asks = !arguments.dry_run && !arguments.yes && !left.is_empty();
    if arguments.dry_run || asks && ui::can_ask() {
        for path in &left {
            match style {
                Style::Json => print_json(path, false),
                Style::Text if asks => ui::note(format_args!("{}  goes", quote_path(path))),
                Style::Text => ui::print(format_args!("{}  goes", quote_path(path))),
            }
        }
    }
    if arguments.dry_run {
        return ExitCode::SUCCESS;
    }
    if left.is_empty() {
        if style == Style::Text && !arguments.quiet {
            ui::print("Nothing to do: no interrupted run has left anything.");
        }
        return ExitCode::SUCCESS;
    }
    if asks && !ui::can_ask() {
        let message = Message::new("cannot forget: nobody is there to be asked")
            .cause("what was copied so far is to be removed for good")
            .help("-n shows what would go; --yes lets it go");
        return ui::fail(&message, style);
    }
    if asks && ui::ask("Remove what was copied so far for good?") == Answer::No {
        ui::note("Nothing was changed.");
        return ExitCode::from(4);
    }
    carry_out(&store, edge, witness, telling)
}

/// Returns the one store that was named, and what is left in it.
fn left(arguments: &Forget, edge: &Edge) -> Result<(Store, Vec<PathBuf>), Refused> {
    let (first, others) = match arguments.paths.split_first() {
        Some((first, others)) => (first.as_path(), others),
        None => (Path::new("."), [].as_slice()),
    };
    let store = existing_store(&edge.around, first)?;
    if !others.is_empty() {
        let path = store.root().to_path_buf();
        return Err(Refusal::StoreAmongSnapshots { path }.into());
    }
    let left = store.leftovers()?;
    Ok((store, left))
}

fn carry_out(store: &Store, edge: Edge, witness: &mut dyn Witness, telling: Telling) -> ExitCode {
    let style = telling.style;
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Err(exit) = changing::settle(&mut session, style) {
        return exit;
    }
    let (gone, done) = run::forget_leftovers(&mut session, store);
    for path in &gone {
        match style {
            Style::Json => print_json(path, true),
            Style::Text if telling.is_quiet => {}
            Style::Text => ui::print(format_args!("Removed {}", quote_path(path))),
        }
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ui::fail(&forget::failure(store, gone.len(), &error), style),
    }
}

fn print_json(path: &Path, is_gone: bool) {
    let mut object = typed_object("unfinished", path_fields("path", path));
    object.insert("removed".into(), json!(is_gone));
    ui::print_json(&object.into());
}
