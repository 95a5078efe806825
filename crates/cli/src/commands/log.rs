//! `lw log`.

use std::process::ExitCode;

use lw_core::ledger::{Ledger, Operation};

use crate::arguments::Log;
use crate::edge::Edge;
use crate::ui::{self, Style};

pub(super) fn run(arguments: &Log, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let operations = Ledger::open_to_read(&edge.context.state_folder).and_then(|ledger| {
        ledger.map_or(Ok(Vec::new()), |ledger| ledger.operations(arguments.limit))
    });
    let operations = match operations {
        Ok(operations) => operations,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    for operation in &operations {
        match style {
            Style::Json => ui::print_json(&ui::operation_object(operation)),
            Style::Text => ui::print(line(operation)),
        }
    }
    ExitCode::SUCCESS
}

fn line(operation: &Operation) -> String {
    let time = ui::local_time(operation.started_us);
    let about = ui::done_sentence(&operation.subject);
    let mut line = format!("{:>5}  {time}  {about}", operation.id);
    line.push_str(&ui::ending_words(operation));
    if let Some(note) = &operation.note {
        line.push_str(&format!("  \"{}\"", note.escape_debug()));
    }
    line
}
