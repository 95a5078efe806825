//! Developers' commands of linkwright, run as `cargo xtask COMMAND`.
//!
//! One file or folder a command. To add one: a `mod` line and a row of `COMMANDS`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a developers' tool works on the repository, never on users' files"
)]

mod bench;
mod cross;
mod outcome;
mod repository;
mod soak;
mod tidy;

use std::process::ExitCode;

use outcome::{Failure, Outcome};

/// One developers' command: its name, what it takes, what it does, and where that is.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "tidy",
        arguments: "",
        about: tidy::ABOUT,
        run: tidy::run,
    },
    Command {
        name: "bench",
        arguments: "move|move-across [FOLDER]",
        about: bench::ABOUT,
        run: bench::run,
    },
    Command {
        name: "soak",
        arguments: "[NAME]",
        about: soak::ABOUT,
        run: soak::run,
    },
    Command {
        name: "cross",
        arguments: "[windows|wine|macos]",
        about: cross::ABOUT,
        run: cross::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("error: there is no command `{name}`\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(what)) => {
            eprint!("error: {what}\n\n{}", usage());
            ExitCode::from(2)
        }
        Err(Failure::Failed(what)) => {
            eprintln!("error: {what}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {call:<32} {}\n", command.about));
    }
    text
}
