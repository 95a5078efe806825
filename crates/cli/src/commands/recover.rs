//! `lw recover`.

use std::process::ExitCode;

use lw_core::ledger::OperationState;
use lw_core::run::{self, Scope, Session};
use lw_fs::Witness;
use serde_json::json;

use crate::arguments::Recover;
use crate::edge::Edge;
use crate::ui::{self, Message, Style};

pub(super) fn run(arguments: &Recover, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Some(id) = arguments.accept {
        return accept(&mut session, id, style);
    }
    let settled = match run::settle(&mut session, Scope::AlsoDiverged) {
        Ok(settled) => settled,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if settled.is_empty() && style == Style::Text {
        ui::print("Nothing to recover: no operation was interrupted.");
    }
    let mut all_settled = true;
    for one in &settled {
        all_settled &= one.state != OperationState::Diverged;
        match style {
            Style::Text => {
                ui::settled_lines(one).into_iter().for_each(ui::print);
                if one.state == OperationState::Diverged {
                    let id = one.operation_id;
                    ui::print("  help:  put it right and repeat 'lw recover',");
                    ui::print(format_args!(
                        "         or leave it: lw recover --accept {id}"
                    ));
                }
            }
            Style::Json => ui::print_json(&json!({
                "type": "settled",
                "schema": 1,
                "operation": one.operation_id,
                "state": one.state.word(),
                "lines": ui::settled_lines(one),
            })),
        }
    }
    if all_settled {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    }
}

fn accept(session: &mut Session<'_>, id: i64, style: Style) -> ExitCode {
    match run::accept(session, id) {
        Ok(true) => {
            match style {
                Style::Text => ui::print(format_args!("Operation {id} is left as it is.")),
                Style::Json => ui::print_json(&json!({
                    "type": "accepted",
                    "schema": 1,
                    "operation": id,
                })),
            }
            ExitCode::SUCCESS
        }
        Ok(false) => {
            let what = format!("cannot accept {id}: it is no operation that could not be settled");
            ui::fail(&Message::new(what).help("lw recover"), style)
        }
        Err(error) => ui::fail(&ui::ledger_message(&error), style),
    }
}
