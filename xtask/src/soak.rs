//! `cargo xtask soak`: the long forms of the tests, which take hours and are no part of every change.

use std::process::Command;

use crate::outcome::{Failure, Outcome};

/// What the command does, for the usage text.
pub const ABOUT: &str = "run the long forms of the tests, all or those whose names contain NAME";

/// Runs every ignored test of the test kit for release, one at a time.
///
/// `LW_SOAK_ROUNDS` says how many rounds those make that count rounds.
pub fn run(arguments: &[String]) -> Outcome {
    let filter = match arguments {
        [] => None,
        [name] => Some(name),
        _ => return Err(Failure::Usage("soak takes one name at most".to_owned())),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "test",
        "--release",
        "--locked",
        "-p",
        "linkwright-testkit",
        "--tests",
    ]);
    command.args(["--", "--ignored", "--nocapture", "--test-threads=1"]);
    command.args(filter);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Failed(format!("{command:?} ended with {status}"))),
        Err(error) => Err(Failure::Failed(format!("{command:?}: {error}"))),
    }
}
