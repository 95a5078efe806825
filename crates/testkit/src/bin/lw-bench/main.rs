//! Benchmarks of linkwright beside the tools people use now, in one run, as ratios; run by `cargo xtask bench`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "a benchmark makes its trees by other means than the product, and one that cannot go on panics"
)]

#[cfg(unix)]
mod across;
#[cfg(unix)]
mod bare_walk;
#[cfg(unix)]
mod contender;
#[cfg(unix)]
mod content;
#[cfg(unix)]
mod cost;
#[cfg(unix)]
mod image;
#[cfg(unix)]
mod manifest;
#[cfg(unix)]
mod relocation;
#[cfg(unix)]
mod scan;
#[cfg(unix)]
mod snapshot;
#[cfg(unix)]
mod timing;
#[cfg(unix)]
mod trees;

use std::process::ExitCode;

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("lw-bench measures on Linux");
    ExitCode::from(2)
}

#[cfg(unix)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [what, program, folder] if what == "move-within" => {
            relocation::run(program.as_ref(), folder.as_ref());
            ExitCode::SUCCESS
        }
        [what, program, folder] if what == "move-across" => {
            match across::run(program.as_ref(), folder.as_ref()) {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        [what, program, folder] if what == "manifest" => {
            manifest::run(program.as_ref(), folder.as_ref());
            ExitCode::SUCCESS
        }
        [what, program, folder] if what == "snapshot" => {
            snapshot::run(program.as_ref(), folder.as_ref());
            ExitCode::SUCCESS
        }
        [what, program, folder] if what == "scan" => {
            scan::run(program.as_ref(), folder.as_ref());
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!(
                "usage: lw-bench move-within|move-across|scan|manifest|snapshot PROGRAM FOLDER"
            );
            ExitCode::from(2)
        }
    }
}
