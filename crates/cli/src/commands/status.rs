//! `lw status`.

use std::process::ExitCode;

use lw_core::jobs::Refused;
use lw_core::jobs::apply::{self, Listed};
use lw_core::ledger::Ledger;

use super::changing;
use crate::arguments::Status;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style};

pub(super) fn run(arguments: &Status, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let ledger = match Ledger::open_to_read(&edge.context.state_folder) {
        Ok(ledger) => ledger,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    let status = match look(arguments, edge, ledger.as_ref()) {
        Ok(status) => status,
        Err(refused) => return changing::refuse("tell the status of", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    for row in &status.rows {
        let is_in_step = row.standing.is_in_step();
        match style {
            Style::Json => answer.line(ui::row_object(row)),
            Style::Text if is_in_step && !arguments.all => {}
            Style::Text => answer.line(ui::row_line(row)),
        }
    }
    for path in &status.unlisted {
        match style {
            Style::Json => answer.line(ui::unlisted_object(path)),
            Style::Text => answer.line(ui::unlisted_line(path)),
        }
    }
    answer.end();
    if style == Style::Text {
        ui::note(ui::status_sentence(&status));
    }
    match status.is_in_step() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    }
}

fn look(
    arguments: &Status,
    edge: &Edge,
    ledger: Option<&Ledger>,
) -> Result<apply::Status, Refused> {
    let (manifest, path) = apply::read(&edge.around, &arguments.manifest)?;
    let listed = Listed {
        manifest: &manifest,
        path: &path,
        machine: &edge.machine(),
    };
    apply::status(&edge.around, ledger, listed)
}
