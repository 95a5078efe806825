//! What every command does that searches folders.

use std::path::PathBuf;
use std::process::ExitCode;

use lw_core::jobs::Memory;
use lw_core::jobs::inventory::{Names, Roots, Unseen};
use lw_core::ledger::{Ledger, LedgerError};
use lw_fs::look::walk::Mounts;

use super::changing;
use crate::arguments::Searched;
use crate::edge::Edge;
use crate::ui::{self, Message, Style};

/// Finds the folders that are to be searched, and understands the patterns.
pub(super) fn find(
    verb: &str,
    searched: &Searched,
    edge: &Edge,
    style: Style,
) -> Result<(Roots, Names), ExitCode> {
    let names = Names::new(&searched.globs, &searched.excludes).map_err(|error| {
        let message = Message::new(format!("cannot {verb}: a pattern cannot be understood"))
            .cause(error)
            .help("a literal '[', '{', '*' or '?' is written '[[]', '[{]', '[*]' or '[?]'")
            .exit_code(2);
        ui::fail(&message, style)
    })?;
    let mounts = match searched.cross_mounts {
        true => Mounts::Enter,
        false => Mounts::Stay,
    };
    let here = [PathBuf::from(".")];
    let folders = match searched.folders.is_empty() {
        true => &here[..],
        false => &searched.folders,
    };
    let roots = Roots::find(&edge.around, folders, mounts)
        .map_err(|refused| changing::refuse(verb, &refused, style))?;
    Ok((roots, names))
}

/// Says what was not seen.
pub(super) fn say_unseen(unseen: &Unseen) {
    for line in ui::unseen_notes(unseen, ui::notes_to_a_terminal()) {
        ui::note(format_args!("note: {line}"));
    }
}

/// Says what was not seen, where somebody reads it, and returns how a search ends that found no problem.
pub(super) fn end(unseen: &Unseen, style: Style) -> ExitCode {
    const PARTLY: u8 = 3;
    if style == Style::Text {
        say_unseen(unseen);
    }
    match unseen.unreadable_count {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(PARTLY),
    }
}

/// Returns the ledger; where it cannot be read, says so and that nothing is remembered then.
pub(super) fn or_without_memory(opened: Result<Option<Ledger>, LedgerError>) -> Option<Ledger> {
    opened.unwrap_or_else(|error| {
        say_unreadable(&error);
        None
    })
}

/// Says what of the memory of links could not be read.
pub(super) fn say_not_remembered(memory: &Memory<'_>) {
    if let Some(error) = memory.trouble() {
        say_unreadable(error);
    }
    if memory.damaged() > 0 {
        ui::note(format_args!(
            "note: {} of the ledger about links cannot be understood and are passed over; 'lw track' writes them anew",
            ui::count(memory.damaged(), "row", "rows")
        ));
    }
}

fn say_unreadable(error: &LedgerError) {
    ui::note(format_args!(
        "note: what is remembered of links cannot be read, and is left out: {error}"
    ));
}
