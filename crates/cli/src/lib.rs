//! The command line program: arguments in, plans and answers out, exit codes.
//!
//! # Purpose
//! One file a command in `commands`; what people read is made in `ui`. Environment, clock and terminal are known
//! here and nowhere below.
//!
//! # Invariants
//! - stdout carries the answer, stderr the rest (test `stdout_carries_the_answer_only`).
//! - Every refusal has its words, its help line and exit code 4 (test `every_bad_input_has_its_message`).
//!
//! # Limitations
//! Ctrl-C ends the program at once; what it was doing is settled by the next changing command or `lw recover`.
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod edge;
mod look_alikes;
mod ui;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use lw_core::jobs::cloud;
use lw_fs::Witness;

pub use arguments::command_line;
pub use ui::{bare, quote};

/// Runs the program with the arguments of this process; every change of users' files is shown to `witness`.
pub fn main_with(witness: &mut dyn Witness) -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    if let Some(exit) = look_alikes::run_if_asked(&words, witness) {
        return exit;
    }
    ui::ended(run(words, witness))
}

fn run(words: Vec<OsString>, witness: &mut dyn Witness) -> ExitCode {
    let arguments = match arguments::Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers and end with 0.
            ui::written(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    arguments.color.apply();
    lw_fs::look::access::leave_in_cloud();
    let edge = match edge::Edge::from_environment(&arguments.drive) {
        Ok(edge) => edge,
        Err(message) => return ui::fail(&message, ui::Style::Text),
    };
    let mut command = arguments.command;
    if let Err(exit) = take_cloud_names(&mut command, &edge) {
        return exit;
    }
    commands::run(command, edge, witness)
}

/// Puts the path in place of each that begins with the name of a cloud: `dropbox:Projects`.
fn take_cloud_names(command: &mut arguments::Command, edge: &edge::Edge) -> Result<(), ExitCode> {
    let given = command.paths();
    for path in given.paths {
        match cloud::meant(&edge.around, path) {
            Ok(None) => {}
            Ok(Some(meant)) => *path = meant,
            Err(refusal) => {
                let message = ui::refusal_message(given.verb, &refusal);
                return Err(ui::fail(&message, ui::Style::from_flag(given.json)));
            }
        }
    }
    Ok(())
}
