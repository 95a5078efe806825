//! `cargo xtask bench`: builds the program and its benchmarks for release and runs them.

use std::process::Command;

use crate::outcome::{Failure, Outcome};

/// What the command does, for the usage text.
pub const ABOUT: &str = "measure beside the tools people use now, on trees it makes in FOLDER";

/// Runs one benchmark in a folder, the current one if none is named; `move` has two parts, which also run alone.
pub fn run(arguments: &[String]) -> Outcome {
    let (what, folder) = match arguments {
        [what] => (what.as_str(), "."),
        [what, folder] => (what.as_str(), folder.as_str()),
        _ => {
            return Err(Failure::Usage(
                "bench takes a name and perhaps a folder".to_owned(),
            ));
        }
    };
    let parts: &[&str] = match what {
        "move" => &["move-within", "move-across"],
        "move-within" => &["move-within"],
        "move-across" => &["move-across"],
        "scan" => &["scan"],
        "manifest" => &["manifest"],
        "snapshot" => &["snapshot"],
        _ => return Err(Failure::Usage(format!("there is no benchmark `{what}`"))),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = [
        "build",
        "--release",
        "--locked",
        "-p",
        "linkwright",
        "-p",
        "linkwright-testkit",
    ];
    status(Command::new(&cargo).args(build))?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let program = std::path::absolute(format!("{target}/release/lw"))
        .map_err(|error| Failure::Failed(error.to_string()))?;
    for part in parts {
        status(
            Command::new(format!("{target}/release/lw-bench"))
                .arg(part)
                .arg(&program)
                .arg(folder),
        )?;
    }
    Ok(())
}

fn status(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Failed(format!("{command:?} ended with {status}"))),
        Err(error) => Err(Failure::Failed(format!("{command:?}: {error}"))),
    }
}
