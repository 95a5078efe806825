//! `lw log`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::process::ExitCode;

use lw_core::ledger::{Ledger, Operation};

use crate::arguments::{Log, LogFormat};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style};

/// How many operations are listed unasked; a page for others to read holds all.
const LISTED: u32 = 50;

pub(super) fn run(arguments: &Log, edge: &Edge) -> ExitCode {
    let format = match arguments.json {
        true => LogFormat::Json,
        false => arguments.format,
    };
    let limit = arguments.limit.unwrap_or(match format {
        LogFormat::Text | LogFormat::Json => LISTED,
        LogFormat::Markdown => u32::MAX,
    });
    let style = Style::from_flag(format == LogFormat::Json);
    let operations = Ledger::open_to_read(&edge.context.state_folder)
        .and_then(|ledger| ledger.map_or(Ok(Vec::new()), |ledger| ledger.operations(limit)));
    let operations = match operations {
        Ok(operations) => operations,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    match format {
        LogFormat::Text => operations
            .iter()
            .for_each(|operation| ui::print(line(operation))),
        LogFormat::Json => operations
            .iter()
            .for_each(|operation| ui::print_json(&ui::operation_object(operation))),
        LogFormat::Markdown => changelog(&operations),
    }
    ExitCode::SUCCESS
}

fn line(operation: &Operation) -> String {
    let time = ui::local_time(operation.started_us);
    let about = ui::done_sentence(&operation.subject);
    let mut line = format!("{:>5}  {time}  {about}", operation.id);
    line.push_str(&ui::ending_in_brackets(operation));
    if let Some(note) = &operation.note {
        line.push_str(&format!("  \"{}\"", note.escape_debug()));
    }
    line
}

/// Prints a heading a day, the newest first, and an item an operation.
fn changelog(operations: &[Operation]) {
    // By day first: a clock that was put back must not give a day two headings.
    let mut days: BTreeMap<Reverse<String>, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        let day = Reverse(ui::local_day(operation.started_us));
        days.entry(day).or_default().push(operation);
    }
    let mut answer = LongAnswer::begin();
    for (index, (Reverse(day), operations)) in days.iter().enumerate() {
        if index > 0 {
            answer.line("");
        }
        answer.line(format_args!("## {day}\n"));
        for operation in operations {
            answer.line(item(operation));
        }
    }
    answer.end();
}

fn item(operation: &Operation) -> String {
    let about = ui::in_markdown(&ui::done_sentence(&operation.subject));
    let mut item = format!("- **{}** {about}", operation.id);
    for words in ui::ending_words(operation) {
        item.push_str(&format!(" *({words})*"));
    }
    if let Some(note) = &operation.note {
        item.push_str(&format!(" \"{}\"", ui::in_markdown(note)));
    }
    item
}
