//! `lw list`, `lw check`, `lw links-to` and `lw repair`, beside find, readlink and what was there before.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod finding;
mod leading;
mod listing;
mod mending;
mod walking;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use lw_testkit::Lab;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

/// Links of every sort, with hostile names and texts.
const TREE: &str = r#"
    mkdir -p t/a/b/c t/d "t/with blank" outside; printf x > t/a/file; printf y > outside/file
    for n in $(seq 40); do
        ln -s ../file t/a/b/up-$n; ln -s missing-$n t/d/gone-$n; ln -s "$PWD/outside/file" t/a/out-$n
    done
    ln -s loop-b t/loop-a; ln -s loop-a t/loop-b; ln -s self t/self
    ln -s .. t/a/b/c/parent; ln -s "$PWD/t" t/d/top
    ln -s a/file/under t/through
    ln -s a//file t/messy; ln -s ./a/../a/file t/messier
    ln -s "$(printf 'new\nline')" "t/with blank/$(printf 'name\nline')"
    ln -s "$(printf '\377\376')" "t/with blank/$(printf 'bytes-\377')"
    ln -s "$(printf 'x/%.0s' $(seq 2047))y" t/long
    ln t/a/file t/d/second; ln t/a/file outside/third
    printf 0 > t/chain-0; for n in $(seq 41); do ln -s chain-$((n - 1)) t/chain-$n; done
"#;

/// Returns what a program printed, split at its NULs.
fn parts(program: &str, arguments: &[&OsStr]) -> BTreeSet<Vec<u8>> {
    let output: Output = Command::new(program).args(arguments).output().unwrap();
    split(&output.stdout)
}

fn split(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let parts = bytes.split(|byte| *byte == 0);
    parts
        .filter(|part| !part.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

/// Returns what `find TOP …` prints with `-print0` or the like.
fn find(top: &Path, tests: &[&str]) -> BTreeSet<Vec<u8>> {
    let mut arguments = vec![top.as_os_str()];
    arguments.extend(tests.iter().map(OsStr::new));
    parts("find", &arguments)
}

/// Returns what `lw` prints with `-0`, and its exit code.
fn null_ended(lab: &Lab, arguments: &[&OsStr]) -> (BTreeSet<Vec<u8>>, Option<i32>) {
    let output = lab.command().args(arguments).arg("-0").output().unwrap();
    (split(&output.stdout), output.status.code())
}

/// Returns the objects that `lw` prints with `--json`, and its exit code.
fn objects(lab: &Lab, arguments: &[&OsStr]) -> (Vec<Value>, Option<i32>) {
    let output = lab
        .command()
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let objects = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (objects.collect(), output.status.code())
}

/// Shortens a list of arguments.
fn words<'a>(all: &'a [&'a str]) -> Vec<&'a OsStr> {
    all.iter().map(OsStr::new).collect()
}
