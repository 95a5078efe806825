//! `lw purge`.

use std::process::ExitCode;

use lw_core::jobs;
use lw_core::ledger::{Ledger, Purpose, Slot, SlotAge};
use lw_core::run::{self, Purged};
use lw_fs::Witness;
use serde_json::{Value, json};

use super::changing;
use crate::arguments::Purge;
use crate::edge::{self, Edge};
use crate::ui::{self, Answer, Message, Style, path_fields, quote_path};

const KEPT_DAYS: i64 = 30;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

pub(super) fn run(arguments: &Purge, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let age = match (arguments.all, arguments.list) {
        (true, _) | (_, true) => SlotAge::Any,
        _ => SlotAge::UpTo(edge::now_us() - KEPT_DAYS * DAY_US),
    };
    let unrecorded = match jobs::unrecorded_slots(&edge.around, age) {
        Ok(slots) => slots,
        Err(error) => return changing::refuse("purge", &error.into(), style),
    };
    if arguments.list || arguments.dry_run {
        let slots = Ledger::open_to_read(&edge.context.state_folder)
            .and_then(|ledger| ledger.map_or(Ok(Vec::new()), |ledger| ledger.present_slots(age)));
        return match slots {
            Ok(slots) if slots.is_empty() && unrecorded.is_empty() => {
                nothing(arguments, age, style)
            }
            Ok(slots) => list(&[slots, unrecorded].concat(), style),
            Err(error) => ui::fail(&ui::ledger_message(&error), style),
        };
    }
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    // What was interrupted may need what lies there, so it is settled before anything is shown.
    if let Err(exit) = changing::settle(&mut session, style) {
        return exit;
    }
    let slots = match session.ledger().present_slots(age) {
        Ok(slots) => [slots, unrecorded].concat(),
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if slots.is_empty() {
        return nothing(arguments, age, style);
    }
    if !arguments.yes {
        if !ui::can_ask() {
            let message = Message::new("cannot purge: nobody is there to be asked")
                .cause("what is purged cannot be brought back")
                .help(if arguments.all {
                    "lw purge --all --yes"
                } else {
                    "lw purge --yes"
                });
            return ui::fail(&message, style);
        }
        for line in slots.iter().flat_map(lines) {
            ui::note(line);
        }
        if ui::ask("Remove all this for good?") == Answer::No {
            ui::note("Nothing was changed.");
            return ExitCode::from(4);
        }
    }
    match run::purge(&mut session, &slots) {
        Ok(results) => report(&results, arguments, style),
        Err(error) => ui::fail(&ui::ledger_message(&error), style),
    }
}

fn nothing(arguments: &Purge, age: SlotAge, style: Style) -> ExitCode {
    if style == Style::Json && !arguments.list {
        ui::print_json(&json!({"type": "purged", "schema": 1, "slots": 0}));
    } else if style == Style::Text && !arguments.quiet {
        ui::print(match age {
            SlotAge::Any => "Quarantine is empty.".to_owned(),
            SlotAge::UpTo(_) => {
                format!("Nothing in quarantine is older than {KEPT_DAYS} days; --list shows all.")
            }
        });
    }
    ExitCode::SUCCESS
}

fn list(slots: &[Slot], style: Style) -> ExitCode {
    for slot in slots {
        match style {
            Style::Text => lines(slot).into_iter().for_each(ui::print),
            Style::Json => {
                let mut object = path_fields("path", &slot.path);
                object.insert("type".into(), json!("slot"));
                object.insert("schema".into(), json!(1));
                object.insert("operation".into(), json!(slot.operation_id));
                object.insert("made_us".into(), json!(slot.made_us));
                object.insert("purpose".into(), json!(slot.purpose.word()));
                let items = run::displaced(&slot.path).into_iter().map(|displaced| {
                    let mut item = path_fields("item", &displaced.item);
                    item.extend(path_fields("was", &displaced.was));
                    item.insert("kind".into(), json!(displaced.kind));
                    Value::Object(item)
                });
                object.insert("items".into(), items.collect());
                ui::print_json(&Value::Object(object));
            }
        }
    }
    ExitCode::SUCCESS
}

fn lines(slot: &Slot) -> Vec<String> {
    const MOST: usize = 10;
    let time = ui::local_time(slot.made_us);
    let by = match slot.operation_id {
        Some(id) => format!("operation {id:>5}"),
        None => "without record ".to_owned(),
    };
    let mut lines = vec![format!("{time}  {by}  {}", quote_path(&slot.path))];
    let displaced = run::displaced(&slot.path);
    let words = match slot.purpose {
        Purpose::Quarantine => "that was",
        Purpose::Stage => "of which this is an unfinished copy:",
    };
    for one in displaced.iter().take(MOST) {
        let (kind, was) = (one.kind.words(), quote_path(&one.was));
        lines.push(format!("    the {kind} {words} {was}"));
    }
    if displaced.len() > MOST {
        let more = ui::count((displaced.len() - MOST) as u64, "more thing", "more things");
        lines.push(format!("    and {more}"));
    }
    lines
}

fn report(results: &[Purged], arguments: &Purge, style: Style) -> ExitCode {
    let gone = results
        .iter()
        .filter(|result| matches!(result, Purged::Gone(_)))
        .count();
    match style {
        Style::Json => ui::print_json(&json!({"type": "purged", "schema": 1, "slots": gone})),
        Style::Text if arguments.quiet => {}
        Style::Text => {
            let folders = ui::count(gone as u64, "folder", "folders");
            ui::print(format_args!("Removed {folders} of quarantine for good."));
        }
    }
    let failures: Vec<Message> = results
        .iter()
        .filter_map(|result| match result {
            Purged::Failed(error) => Some(
                Message::new(format!("cannot purge {}", quote_path(&error.path)))
                    .cause(error.cause())
                    .state("it is still there, in whole or in part")
                    .help(ui::shell::show_all(&error.path))
                    .exit_code(3),
            ),
            Purged::Gone(_) | Purged::NotReachable(_) => None,
        })
        .collect();
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ui::fail_all(&failures, style)
    }
}
