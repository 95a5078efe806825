//! What every changing command does: settle, plan, show, ask, run, report.

use std::process::ExitCode;

use lw_core::jobs::{AcrossWish, Allowance, Refused, Surroundings, TextForm, in_store};
use lw_core::ledger::Ledger;
use lw_core::plan::{Notice, Plan, Subject};
use lw_core::run::{self, Report, RunError, Scope, Session};
use lw_fs::Witness;
use lw_fs::stage::{Amount, Verify};
use serde_json::json;

use crate::arguments::{self, Across, Changing, Form};
use crate::edge::Edge;
use crate::ui::{self, Answer, Detail, Message, Others, Progress, Stop, Style};

/// Whether a command asks before it acts, where there is someone to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Ask,
    Never,
}

/// A changing command.
pub(super) struct Task<'a> {
    /// The command's name.
    pub(super) verb: &'static str,
    pub(super) flags: &'a Changing,
    pub(super) question: Question,
    /// The most bytes a second that are copied.
    pub(super) limit: Option<u64>,
}

impl Task<'_> {
    fn detail(&self) -> Detail {
        match self.flags.verbose {
            true => Detail::All,
            false => Detail::Brief,
        }
    }
}

/// Runs a changing command whose plan `make` makes.
pub(super) fn run(
    task: &Task<'_>,
    edge: Edge,
    witness: &mut dyn Witness,
    make: impl Fn(&Surroundings, Option<&Ledger>) -> Result<Plan, Refused>,
) -> ExitCode {
    let style = Style::from_flag(task.flags.json);
    let make = |around: &Surroundings, ledger: Option<&Ledger>| {
        let plan = make(around, ledger)?;
        match in_store::refusals(&plan) {
            refusals if refusals.is_empty() => Ok(plan),
            refusals => Err(Refused(refusals)),
        }
    };
    if task.flags.dry_run {
        return dry_run(task, &edge, make, style);
    }
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Err(exit) = settle(&mut session, style) {
        return exit;
    }
    if !edge.new_drives.is_empty()
        && let Err(error) = run::keep_drives(&mut session, &edge.new_drives)
    {
        let message = Message::new("cannot keep the settings")
            .cause(error.to_string())
            .state("nothing was changed");
        return ui::fail(&message, style);
    }
    let mut plan = match make(&edge.around, Some(session.ledger())) {
        Ok(plan) => plan,
        Err(refused) => return refuse(task.verb, &refused, style),
    };
    plan.note.clone_from(&task.flags.note);
    if plan.is_empty() {
        return nothing_to_do(task, &plan, style);
    }
    if let Some(what) = lossy(&plan)
        && !task.flags.yes
        && !ui::can_ask()
    {
        let message = Message::new(format!("cannot {}: nobody is there to be asked", task.verb))
            .cause(format!("the new volume cannot keep {what}"))
            .help("--yes says that this may be lost");
        return ui::fail(&message, style);
    }
    let shares = |notice: &Notice| matches!(notice, Notice::SharesFiles { .. });
    if plan.notices.iter().any(shares) && !task.flags.yes && !ui::can_ask() {
        let message = Message::new(format!("cannot {}: nobody is there to be asked", task.verb))
            .cause("the snapshots would share their files with what is imported")
            .help("-n shows the plan; --yes says that this may be");
        return ui::fail(&message, style);
    }
    if task.question == Question::Ask && !task.flags.yes && ui::can_ask() {
        show(task, &plan, ui::note);
        if ui::ask("Proceed?") == Answer::No {
            ui::note("Nothing was changed.");
            return ExitCode::from(4);
        }
    } else if !task.flags.quiet && style == Style::Text {
        for line in ui::notice_lines(&plan.notices, task.detail()) {
            ui::note(format_args!("note: {line}"));
        }
        if task.flags.verbose {
            ui::step_lines(&plan).into_iter().for_each(ui::note);
        }
    }
    if style == Style::Json {
        ui::print_json(&ui::plan_object(&plan));
    }
    let copies = plan.units.iter().any(lw_core::plan::Unit::copies);
    let stop = if copies {
        Stop::listen()
    } else {
        Stop::default()
    };
    let progress = Progress::new(amount(&plan), task.limit, task.flags.quiet, stop);
    let result = run::run(&mut session, &plan, &progress);
    progress.finish();
    match result {
        Ok(report) => done(task, &plan, (&report, progress.damaged()), style),
        Err(error) => {
            let message = ui::run_message(task.verb, &error, progress.stop_code());
            let message = ui::with_leftovers(message, &error, &plan.subject);
            let mut messages = vec![message];
            if let RunError::Unfinished(unfinished) = &error {
                let left_out = &unfinished.left_out;
                let more = ui::left_out_messages(task.verb, &[], left_out, Others::Done);
                messages.extend(more);
            }
            ui::fail_all(&messages, style)
        }
    }
}

/// What is to be copied.
fn amount(plan: &Plan) -> Amount {
    match &plan.subject {
        Subject::Move { across, counts, .. } | Subject::BringBack { across, counts, .. } => {
            Amount {
                bytes: across.map_or(0, |across| across.bytes),
                files: counts.files + counts.links,
            }
        }
        Subject::Convert {
            copied: Some(copied),
            ..
        } => Amount {
            bytes: copied.bytes,
            files: copied.files,
        },
        _ => Amount::default(),
    }
}

/// What the plan consents to lose.
fn lossy(plan: &Plan) -> Option<String> {
    plan.notices.iter().find_map(|notice| match notice {
        Notice::Lossy { what } => Some(what.clone()),
        _ => None,
    })
}

fn dry_run(
    task: &Task<'_>,
    edge: &Edge,
    make: impl Fn(&Surroundings, Option<&Ledger>) -> Result<Plan, Refused>,
    style: Style,
) -> ExitCode {
    let ledger = match Ledger::open_to_read(&edge.context.state_folder) {
        Ok(ledger) => ledger,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    let mut plan = match make(&edge.around, ledger.as_ref()) {
        Ok(plan) => plan,
        Err(refused) => return refuse(task.verb, &refused, style),
    };
    plan.note.clone_from(&task.flags.note);
    match style {
        Style::Json => ui::print_json(&ui::plan_object(&plan)),
        Style::Text if plan.is_empty() => return nothing_to_do(task, &plan, style),
        Style::Text => {
            show(task, &plan, ui::print);
            ui::print("Nothing was changed: this is what would be done.");
        }
    }
    ExitCode::SUCCESS
}

fn show(task: &Task<'_>, plan: &Plan, line: impl Fn(String)) {
    const MOST_STEPS: usize = 12;
    ui::headline(plan).into_iter().for_each(&line);
    for notice in ui::notice_lines(&plan.notices, task.detail()) {
        line(format!("  note: {notice}"));
    }
    let steps = ui::step_lines(plan);
    let shown = if task.flags.verbose {
        steps.len()
    } else {
        MOST_STEPS.min(steps.len())
    };
    line("Steps:".to_owned());
    steps[..shown].iter().for_each(|step| line(step.clone()));
    if shown < steps.len() {
        let more = ui::count((steps.len() - shown) as u64, "more step", "more steps");
        line(format!("     and {more}; -v lists them"));
    }
    line("It can be taken back with 'lw undo'.".to_owned());
}

fn done(task: &Task<'_>, plan: &Plan, (report, damaged): (&Report, u64), style: Style) -> ExitCode {
    let others = match report.done_units {
        0 => Others::None,
        _ => Others::Done,
    };
    let left_out = ui::left_out_messages(task.verb, &plan.notices, &report.left_out, others);
    if others == Others::None {
        return ui::fail_all(&left_out, style);
    }
    match style {
        Style::Json => ui::print_json(&json!({
            "type": "done",
            "schema": 1,
            "operation": report.operation_id,
            "subject": plan.subject,
            "kept": report.kept,
            "left_out": left_out.len(),
        })),
        Style::Text if task.flags.quiet => {}
        Style::Text => {
            match report.left_out.is_empty() {
                true => ui::print(ui::done_sentence(&plan.subject)),
                false => {
                    let (done, all) = (report.done_units, plan.units.len());
                    ui::print(format_args!(
                        "{done} of {all} done, the others are left out"
                    ));
                }
            }
            if let Some(id) = report.operation_id {
                ui::print(format_args!("Undo: lw undo {id}"));
            }
        }
    }
    if !left_out.is_empty() {
        return ui::fail_all(&left_out, style);
    }
    if let Some(message) = ui::staying_message(task.verb, &plan.notices, Others::Done) {
        return ui::fail(&message, style);
    }
    if damaged > 0 {
        return ui::fail(&ui::damaged_message(task.verb, damaged), style);
    }
    if report.kept > 0 {
        return ui::fail(&ui::kept_message(report.kept, &report.slots), style);
    }
    ExitCode::SUCCESS
}

fn nothing_to_do(task: &Task<'_>, plan: &Plan, style: Style) -> ExitCode {
    let left_out = ui::left_out_messages(task.verb, &plan.notices, &[], Others::None);
    if !left_out.is_empty() {
        return ui::fail_all(&left_out, style);
    }
    let is_left = |notice: &Notice| matches!(notice, Notice::LeftAlone { .. });
    let staying = ui::staying_message(task.verb, &plan.notices, Others::None);
    let message = if let Some(message) = staying {
        message
    } else if plan.notices.iter().any(is_left) {
        let what = format!(
            "cannot {}: there is nothing that could be changed",
            task.verb
        );
        let message = Message::new(what).cause("the notes above say why");
        message.help("lw log")
    } else {
        let is_told = |notice: &&Notice| {
            matches!(
                notice,
                Notice::NotTouched { .. } | Notice::RestoredBehind { .. }
            )
        };
        let told: Vec<Notice> = plan.notices.iter().filter(is_told).cloned().collect();
        if style == Style::Text && !task.flags.quiet {
            for line in ui::notice_lines(&told, task.detail()) {
                ui::note(format_args!("note: {line}"));
            }
        }
        return so_already(task, style);
    };
    for line in ui::notice_lines(&plan.notices, task.detail()) {
        ui::note(format_args!("note: {line}"));
    }
    ui::fail(&message, style)
}

fn so_already(task: &Task<'_>, style: Style) -> ExitCode {
    match style {
        Style::Json => ui::print_json(&json!({"type": "nothing-to-do", "schema": 1})),
        Style::Text if task.flags.quiet => {}
        Style::Text => ui::print("Nothing to do: it is so already."),
    }
    ExitCode::SUCCESS
}

/// Settles what was interrupted before, and says so.
pub(super) fn settle(session: &mut Session<'_>, style: Style) -> Result<(), ExitCode> {
    let progress = Progress::new(
        Amount::default(),
        None,
        style == Style::Json,
        Stop::default(),
    );
    let settled = run::settle(session, Scope::Interrupted, &progress);
    progress.finish();
    match settled {
        Ok(settled) => {
            for one in &settled {
                for line in ui::settled_lines(one) {
                    ui::note(format_args!("note: {line}"));
                }
            }
            Ok(())
        }
        Err(error) => Err(ui::fail(&ui::ledger_message(&error), style)),
    }
}

/// Prints every reason against a plan.
pub(super) fn refuse(verb: &str, refused: &Refused, style: Style) -> ExitCode {
    let messages: Vec<_> = refused
        .0
        .iter()
        .map(|refusal| ui::refusal_message(verb, refusal))
        .collect();
    ui::fail_all(&messages, style)
}

pub(super) fn text_form(form: &Form) -> TextForm {
    match (form.relative, form.absolute) {
        (true, _) => TextForm::Relative,
        (_, true) => TextForm::Absolute,
        _ => TextForm::Fitting,
    }
}

pub(super) fn across_wish(across: &Across) -> AcrossWish {
    AcrossWish {
        verify: match across.verify {
            arguments::Verify::Full => Verify::Full,
            arguments::Verify::Sample => Verify::Sample,
            arguments::Verify::None => Verify::None,
        },
        live: across.live,
        keep_original: across.keep_original,
        lossy: across.lossy,
        split_hard_links: across.split_hard_links,
    }
}

pub(super) fn allowance(flag: bool) -> Allowance {
    if flag {
        Allowance::Allow
    } else {
        Allowance::Refuse
    }
}
