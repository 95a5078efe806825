//! `lw completions`.

use std::process::ExitCode;

use crate::arguments::{self, Completions};
use crate::ui;

pub(super) fn run(arguments: &Completions) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut arguments::command_line(),
        "lw",
        &mut script,
    );
    ui::print(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}
