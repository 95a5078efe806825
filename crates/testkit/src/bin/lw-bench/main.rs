//! Benchmarks of linkwright beside the tools people use now, in one run, as ratios; run by `cargo xtask bench`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "a benchmark makes its trees by other means than the product, and one that cannot go on panics"
)]

mod bare_walk;
mod relocation;
mod timing;
mod trees;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [what, program, folder] if what == "move" => {
            relocation::run(program.as_ref(), folder.as_ref());
        }
        _ => {
            eprintln!("usage: lw-bench move PROGRAM FOLDER");
            std::process::exit(2);
        }
    }
}
