//! `lw snapshot schedule`.

use std::process::ExitCode;

use lw_core::jobs::snapshot::read_set;
use lw_core::jobs::snapshot::schedule::{ScheduleWish, Scheduled, plan_schedule, scheduled};
use lw_fs::Witness;
use serde_json::json;

use super::super::changing::{self, Question, Task};
use crate::arguments::ScheduleSet;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, paths_fields, quote_path, typed_object};

pub(super) fn run(arguments: &ScheduleSet, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let flags = &arguments.changing;
    let style = Style::from_flag(flags.json);
    let machine = edge.machine();
    let file = match read_set(&edge.around, &machine, &arguments.file) {
        Ok(file) => file,
        Err(refused) => return changing::refuse("schedule", &refused, style),
    };
    let wish = ScheduleWish {
        file: &file,
        machine: &machine,
        name: arguments.name.as_deref(),
        replaces: changing::allowance(arguments.replace),
    };
    let scheduled = match scheduled(&edge.around, &wish) {
        Ok(scheduled) => scheduled,
        Err(refused) => return changing::refuse("schedule", &refused, style),
    };
    if arguments.print {
        print(&scheduled);
        return ExitCode::SUCCESS;
    }
    let task = Task {
        verb: "schedule",
        flags,
        question: Question::Never,
        limit: None,
    };
    let ended = changing::run(&task, edge, witness, |around, _| {
        plan_schedule(around, &wish)
    });
    if ended == ExitCode::SUCCESS && !flags.dry_run {
        tell(&scheduled, style, flags.quiet);
    }
    ended
}

fn print(scheduled: &Scheduled) {
    let mut answer = LongAnswer::begin();
    for file in &scheduled.files {
        answer.line(format_args!("# {}", quote_path(&file.path)));
        file.text.lines().for_each(|line| answer.line(line));
        answer.line("");
    }
    answer.line(format_args!("# {}", command(scheduled)));
    answer.end();
}

fn tell(scheduled: &Scheduled, style: Style, is_quiet: bool) {
    let paths = scheduled.files.iter().map(|file| file.path.as_path());
    match style {
        Style::Json => {
            let mut object = typed_object("schedule", paths_fields("paths", paths));
            object.insert("command".into(), json!(command(scheduled)));
            ui::print_json(&object.into());
        }
        Style::Text if is_quiet => {}
        Style::Text => {
            for path in paths {
                ui::print(format_args!("  {}", quote_path(path)));
            }
            ui::print(format_args!("It begins with: {}", command(scheduled)));
        }
    }
}

/// The command that lets it begin.
fn command(scheduled: &Scheduled) -> String {
    match &scheduled.command_path {
        Some(path) => format!("{} {}", scheduled.command, quote_path(path)),
        None => scheduled.command.clone(),
    }
}
