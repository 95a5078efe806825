//! The program `lw` with the N-th-effect switch at its choke point.

use std::process::ExitCode;

fn main() -> ExitCode {
    linkwright::main_with(&mut lw_testkit::Switch::from_environment())
}
