//! The rehearsal: tests and program as Windows would run them, run under Wine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{MINGW, WINDOWS, cargo, cargo_program, compiler, product, timed, wine};
use crate::outcome::{Failure, Outcome};

/// Whose unit tests are run, and whose suite `windows` runs the whole program.
const PACKAGES: [&str; 4] = [
    "linkwright-fs",
    "linkwright-core",
    "linkwright",
    "linkwright-testkit",
];

/// A Wine process is slow to start: more at a time than processors would only wait.
const TEST_THREADS: &str = "--test-threads=2";

/// Builds the tests for Windows, and runs them and the program under Wine.
pub fn run(place: &Path, rust: &compiler::Rust) -> Outcome {
    let tools = timed("wine: tools", || (WINDOWS.tools)(place))?;
    let command = |words: &[&str]| {
        let words: Vec<OsString> = std::iter::once(cargo_program())
            .chain(words.iter().map(OsString::from))
            .collect();
        cargo(place, rust, &WINDOWS, &tools, &words)
    };
    let mut build = command(&["test", "--no-run", "--lib", "--test", "windows"]);
    build.arg("--message-format=json-render-diagnostics");
    for package in PACKAGES {
        build.args(["--package", package]);
    }
    let programs = timed("wine: build tests", || built(&mut build))?;
    timed("wine: build lw", || {
        super::finish(command(&["build"]).args(["--package", "linkwright"]))
    })?;
    let wine = timed("wine: prefix", || wine::ready(place, MINGW))?;
    let lw = product(place, &WINDOWS);
    timed("wine: lw doctor", || wine.run(&lw, &["doctor", "C:\\"]))?;
    let mut failed = Vec::new();
    for program in &programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let run = timed(&format!("wine: {name}"), || {
            wine.run(program, &[TEST_THREADS])
        });
        // All are run: one that fails says nothing of the others.
        failed.extend(run.err());
    }
    match failed.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Builds, with complaints shown as they come, and returns the test programs.
fn built(build: &mut Command) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::because("could not run cargo", error);
    let output = build.stderr(Stdio::inherit()).output().map_err(failed)?;
    if !output.status.success() {
        return Err(Failure::Failed(format!(
            "the tests for Windows could not be built: {}",
            output.status
        )));
    }
    let programs = test_programs(&String::from_utf8_lossy(&output.stdout));
    match programs.is_empty() {
        true => Err(Failure::Failed("cargo named no test program".to_owned())),
        false => Ok(programs),
    }
}

/// Returns the test programs that cargo's messages name, one object a line.
fn test_programs(messages: &str) -> Vec<PathBuf> {
    let named = messages.lines().filter_map(|line| {
        // The target of a plain program says `test` too: that it could be built as a test.
        let (_, profile) = line.split_once("\"profile\":{")?;
        let (profile, _) = profile.split_once('}')?;
        let (_, behind) = line.split_once("\"executable\":\"")?;
        let (path, _) = behind.split_once('"')?;
        profile
            .contains("\"test\":true")
            .then(|| PathBuf::from(path))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_of_tests_are_found_among_cargos_messages() {
        let messages = concat!(
            r#"{"target":{"test":true},"profile":{"test":false},"executable":"/t/lw.exe"}"#,
            "\n",
            r#"{"target":{},"profile":{"test":true},"executable":"/t/lw_fs-1.exe","fresh":true}"#,
            "\n",
            r#"{"target":{},"profile":{"test":true},"executable":null}"#,
            "\n",
        );
        assert_eq!(test_programs(messages), [PathBuf::from("/t/lw_fs-1.exe")]);
    }
}
