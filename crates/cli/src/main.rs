//! The program `lw`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    linkwright::main_with(&mut lw_fs::NoWitness)
}
