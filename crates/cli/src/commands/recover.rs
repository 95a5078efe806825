//! `lw recover`.

use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::relocate::{self, MergeChoice, MoveRequest};
use lw_core::jobs::{AcrossWish, TextForm, bring_back};
use lw_core::ledger::{OperationState, Stage};
use lw_core::plan::{Shape, Step};
use lw_core::run::{self, Scope, Session, StageEnding};
use lw_fs::Witness;
use lw_fs::stage::Amount;
use serde_json::json;

use super::changing::{self, Question, Task};
use crate::arguments::{Changing, Recover};
use crate::edge::Edge;
use crate::ui::{self, Message, Progress, Stop, Style, path_fields, quote_path};

pub(super) fn run(arguments: &Recover, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Some(id) = arguments.accept {
        return accept(&mut session, id, style);
    }
    let progress = Progress::new(
        Amount::default(),
        None,
        style == Style::Json,
        Stop::default(),
    );
    let settled = run::settle(&mut session, Scope::AlsoDiverged, &progress);
    progress.finish();
    let settled = match settled {
        Ok(settled) => settled,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
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
    let stages = match session.ledger().stages() {
        Ok(stages) => stages,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if settled.is_empty() && stages.is_empty() && style == Style::Text {
        ui::print("Nothing to recover: no operation was interrupted.");
    }
    let stages_ending = if arguments.resume {
        drop(session);
        resume(&stages, witness, style)
    } else if arguments.keep_stages {
        ExitCode::SUCCESS
    } else {
        remove_stages(&mut session, style)
    };
    if all_settled {
        stages_ending
    } else {
        ExitCode::from(3)
    }
}

/// Removes what interrupted copies left.
fn remove_stages(session: &mut Session<'_>, style: Style) -> ExitCode {
    let endings = match run::remove_stages(session) {
        Ok(endings) => endings,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    let mut failures = Vec::new();
    for ending in endings {
        match ending {
            StageEnding::Removed(path) => match style {
                Style::Text => ui::print(format_args!(
                    "Removed what an interrupted copy had left: {}",
                    quote_path(&path)
                )),
                Style::Json => {
                    let mut object = path_fields("path", &path);
                    object.insert("type".into(), json!("stage-removed"));
                    object.insert("schema".into(), json!(1));
                    ui::print_json(&object.into());
                }
            },
            StageEnding::OnlyCopy { stage, source } => failures.push(
                Message::new(format!("cannot remove the copy {}", quote_path(&stage)))
                    .cause(format!(
                        "{} is not there any more as it was",
                        quote_path(&source)
                    ))
                    .state("it was left as it is")
                    .help(ui::shell::list("-R", &stage))
                    .help("lw purge --all --yes   (removes it, with all of quarantine)")
                    .exit_code(3),
            ),
            StageEnding::Failed(error) => failures.push(
                Message::new(format!("cannot remove {}", quote_path(&error.path)))
                    .cause(error.cause())
                    .state("it is still there, in whole or in part")
                    .help(ui::shell::show_all(&error.path))
                    .exit_code(3),
            ),
        }
    }
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ui::fail_all(&failures, style)
    }
}

/// Goes on with copies that were interrupted, one after the other, as they were begun.
fn resume(stages: &[Stage], witness: &mut dyn Witness, style: Style) -> ExitCode {
    for stage in stages {
        // Each is an operation of its own, with a word of its own.
        let edge = match Edge::from_environment(&[]) {
            Ok(edge) => edge,
            Err(message) => return ui::fail(&message, style),
        };
        let flags = Changing {
            dry_run: false,
            yes: true,
            note: None,
            json: style == Style::Json,
            quiet: false,
            verbose: false,
        };
        let task = |verb| Task {
            verb,
            flags: &flags,
            question: Question::Never,
            limit: None,
        };
        let wish = resumed_wish(stage);
        let ended = match &stage.unit.shape {
            Shape::Relocation { source, dest, .. } => {
                let request = MoveRequest {
                    source: source.clone(),
                    dest: dest.clone(),
                    form: resumed_form(stage),
                    merge: MergeChoice::Refuse,
                    across: wish,
                };
                changing::run(&task("move"), edge, witness, |around, ledger| {
                    relocate::plan(around, &request, ledger)
                })
            }
            Shape::BringBack { source, .. } => {
                changing::run(&task("bring-back"), edge, witness, |around, ledger| {
                    bring_back::plan(around, source, wish, ledger)
                })
            }
            Shape::Plain | Shape::Links => continue,
        };
        if ended != ExitCode::SUCCESS {
            return ended;
        }
    }
    ExitCode::SUCCESS
}

fn resumed_wish(stage: &Stage) -> AcrossWish {
    let mut wish = AcrossWish {
        // It was consented to, or nothing needed it, when the copy was begun.
        split_hard_links: true,
        ..AcrossWish::CAREFUL
    };
    for step in &stage.unit.steps {
        match step {
            Step::Stage { options, .. } => {
                (wish.verify, wish.live, wish.lossy) =
                    (options.verify, options.live, options.lossy);
            }
            Step::Retire { keep, .. } => wish.keep_original = *keep,
            _ => {}
        }
    }
    wish
}

/// How the target of the link was to be written.
fn resumed_form(stage: &Stage) -> TextForm {
    let text = stage.unit.steps.iter().find_map(|step| match step {
        Step::CreateSymbolicLink { text, .. } => Some(text),
        _ => None,
    });
    match text {
        Some(text) if Path::new(text).is_relative() => TextForm::Relative,
        _ => TextForm::Absolute,
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
