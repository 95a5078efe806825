//! `cargo xtask cross`: lints and links `lw` for Windows and macOS on a Debian machine.
//!
//! No toolchain for these targets can be had from rustup everywhere, so Debian's own Rust with its sources builds
//! their standard library (`-Zbuild-std`), and mingw-w64 and zig link. Nothing it fetches is installed: compiler,
//! zig and products all lie under `target/cross`, away from the ordinary build. `windows` and `macos` prove that the
//! code compiles, is free of warnings and links; `wine` runs the tests for Windows, as far as Wine's file system goes.

mod compiler;
mod rehearsal;
mod wine;
mod zig;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::outcome::{Failure, Outcome};
use crate::repository;

/// What the list of commands says.
pub const ABOUT: &str =
    "Lint and link lw for Windows or macOS, or run its Windows tests under Wine; else all three";

/// The C compiler and linker for Windows.
const MINGW: &str = "x86_64-w64-mingw32-gcc";

/// The word for running instead of linking.
const WINE: &str = "wine";

/// A platform that is built for from Debian.
struct Target {
    name: &'static str,
    triple: &'static str,
    product: &'static str,
    tools: fn(&Path) -> Result<Tools, Failure>,
}

/// What lints and links for one target.
struct Tools {
    /// The program and first words of the call that lints.
    lint: Vec<OsString>,
    /// The program and first words of the call that builds.
    build: Vec<OsString>,
    /// What both need in their environment.
    environment: Vec<(&'static str, OsString)>,
}

const WINDOWS: Target = Target {
    name: "windows",
    triple: "x86_64-pc-windows-gnu",
    product: "lw.exe",
    tools: windows_tools,
};

const MACOS: Target = Target {
    name: "macos",
    triple: "aarch64-apple-darwin",
    product: "lw",
    tools: zig::tools,
};

/// What is done for one word of the command.
enum Work {
    Link(&'static Target),
    Rehearse,
}

/// Does what the argument names, or all of it.
pub fn run(arguments: &[String]) -> Outcome {
    let link = |target| Work::Link(target);
    let work = match arguments {
        [] => vec![link(&WINDOWS), Work::Rehearse, link(&MACOS)],
        [name] if name == WINDOWS.name => vec![link(&WINDOWS)],
        [name] if name == MACOS.name => vec![link(&MACOS)],
        [name] if name == WINE => vec![Work::Rehearse],
        _ => {
            return Err(Failure::Usage(
                "cross takes one of `windows`, `macos`, `wine`, or nothing".to_owned(),
            ));
        }
    };
    let place = repository::root().join("target").join("cross");
    std::fs::create_dir_all(&place)
        .map_err(|error| Failure::because(format!("could not make {}", place.display()), error))?;
    let rust = timed("compiler", || compiler::ready(&place))?;
    for piece in work {
        match piece {
            Work::Link(target) => link_for(target, &place, &rust)?,
            Work::Rehearse => rehearsal::run(&place, &rust)?,
        }
    }
    Ok(())
}

/// Lints and links for one target.
fn link_for(target: &Target, place: &Path, rust: &compiler::Rust) -> Outcome {
    let tools = timed(&format!("{}: tools", target.name), || (target.tools)(place))?;
    let cargo = |words: &[OsString]| {
        let mut command = cargo(place, rust, target, &tools, words);
        command.args(["--package", "linkwright"]);
        command
    };
    timed(&format!("{}: clippy", target.name), || {
        finish(cargo(&tools.lint).args(["--", "-D", "warnings"]))
    })?;
    timed(&format!("{}: build", target.name), || {
        finish(&mut cargo(&tools.build))
    })?;
    report_product(place, target)
}

/// Returns the call of cargo, or of its stand-in, for one target.
fn cargo(
    place: &Path,
    rust: &compiler::Rust,
    target: &Target,
    tools: &Tools,
    words: &[OsString],
) -> Command {
    let (program, first_words) = words.split_first().expect("tools name a program");
    let mut command = Command::new(program);
    command
        .current_dir(repository::root())
        .args(first_words)
        .args([
            "--locked",
            "-Zbuild-std=std,panic_unwind",
            "--target",
            target.triple,
        ])
        .env("CARGO_TARGET_DIR", place.join(target.name))
        // Less to write, and no need of rust-objcopy, which Debian does not carry.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_STRIP", "none")
        .envs(rust.environment())
        .envs(tools.environment.iter().map(|(name, value)| (*name, value)));
    command
}

fn windows_tools(place: &Path) -> Result<Tools, Failure> {
    let gcc = MINGW;
    require(
        gcc,
        "apt-get install --no-install-recommends gcc-mingw-w64-x86-64-posix",
    )?;
    Ok(Tools {
        lint: vec![compiler::cargo_clippy(place).into(), "clippy".into()],
        build: vec![cargo_program(), "build".into()],
        environment: vec![
            ("CC_x86_64_pc_windows_gnu", gcc.into()),
            ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", gcc.into()),
        ],
    })
}

/// Returns the cargo that runs this command; rustup's front would put its own clippy before Debian's.
fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Fails with a help line unless a program of this name is on the search path; returns where it is.
fn require(program: &str, help: &str) -> Result<PathBuf, Failure> {
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&search_path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    found.ok_or_else(|| Failure::Failed(format!("`{program}` is missing")).with_help(help))
}

/// Runs a command with its output shown, and fails if it does.
fn finish(command: &mut Command) -> Outcome {
    let shown = format!("{command:?}");
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|error| Failure::because(format!("could not run `{program}`"), error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::because(
            format!("`{program}` failed: {status}"),
            shown,
        ))
    }
}

/// Runs a command and returns what it writes; what it complains of goes into the failure.
fn output(command: &mut Command) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| Failure::because(format!("could not run `{program}`"), error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::because(
            format!("`{program}` failed: {}", output.status),
            complaint.trim(),
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Empties the folder `place/name.part`, lets `fill` work in it, and renames it to `place/name` when that succeeded.
fn fill_folder(place: &Path, name: &str, fill: impl FnOnce(&Path) -> Outcome) -> Outcome {
    let part = place.join(format!("{name}.part"));
    let whole = place.join(name);
    let failed = |error| Failure::because(format!("could not make {}", whole.display()), error);
    for old in [&part, &whole] {
        if old.exists() {
            std::fs::remove_dir_all(old).map_err(failed)?;
        }
    }
    std::fs::create_dir_all(&part).map_err(failed)?;
    fill(&part)?;
    std::fs::rename(&part, &whole).map_err(failed)
}

fn report_product(place: &Path, target: &Target) -> Outcome {
    let product = product(place, target);
    let metadata = std::fs::metadata(&product).map_err(|error| {
        Failure::because(format!("{} was not linked", product.display()), error)
    })?;
    println!(
        "cross: {} linked, {} bytes: {}",
        target.triple,
        metadata.len(),
        product.display()
    );
    Ok(())
}

fn product(place: &Path, target: &Target) -> PathBuf {
    let debug = place.join(target.name).join(target.triple).join("debug");
    debug.join(target.product)
}

fn timed<T>(step: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("cross: {step} …");
    let start = Instant::now();
    let result = work();
    let end = if result.is_ok() { "done" } else { "failed" };
    println!(
        "cross: {step} {end} in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_known_is_a_usage_error() {
        for arguments in [&["plan9"][..], &["windows", "macos"]] {
            let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
            assert!(matches!(run(&arguments), Err(Failure::Usage(_))));
        }
    }

    #[test]
    fn what_is_missing_is_named_with_its_cure() {
        let failure = require("no-such-program", "apt-get install it").unwrap_err();
        assert_eq!(
            failure,
            Failure::Failed("`no-such-program` is missing\n  help: apt-get install it".to_owned())
        );
    }
}
