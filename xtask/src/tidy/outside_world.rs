//! Rule: environment, clock and terminal enter through `crates/cli`, as values.

use super::Offence;
use super::rust_source::{NamedPath, RustSource};
use super::tree::{SourceFile, Tree};

const MEND_ENVIRONMENT: &str =
    "the environment is read in crates/cli: take what is needed as a value";
const MEND_CLOCK: &str = "the clock is read in crates/cli: take the time, or a clock, as a value";
const MEND_TERMINAL: &str =
    "only crates/cli speaks to the terminal: return it, or tell the monitor";

/// What may stand where it stands all the same: path of the file, text of the name, and the reason.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// Finds uses of the outside world; the command line, the test kit, xtask, build scripts and tests may.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !is_exempt(tree, file)) {
        for path in rust.paths() {
            let Some(mend) = reached(rust, &path) else {
                continue;
            };
            let text = path.text();
            let is_allowed = ALLOWED
                .iter()
                .any(|(place, name, _)| *place == file.path && *name == text);
            if !is_allowed {
                let what = format!("`{text}`");
                offences.push(Offence {
                    path: file.path.clone(),
                    line: path.line,
                    what,
                    mend,
                });
            }
        }
    }
    offences
}

fn is_exempt(tree: &Tree, file: &SourceFile) -> bool {
    let folders = ["crates/cli/", "crates/testkit/", "xtask/"];
    folders.iter().any(|folder| file.path.starts_with(folder))
        || file.path.ends_with("/build.rs")
        || tree.is_test(file)
}

/// Returns how to mend a name that reaches the environment, the clock or the terminal.
fn reached(rust: &RustSource, path: &NamedPath) -> Option<&'static str> {
    let is_macro = rust.reads(path.token + 1, &["!"]);
    let last = path.names.last().map(String::as_str).unwrap_or_default();
    let of_environment =
        path.begins_with(&["std", "env"]) || (path.begins_with(&["env"]) && path.names.len() > 1);
    if of_environment && !is_macro {
        return Some(MEND_ENVIRONMENT);
    }
    let clocks = [
        "SystemTime",
        "Instant",
        "Utc",
        "Local",
        "Timestamp",
        "Zoned",
        "OffsetDateTime",
    ];
    if clocks.iter().any(|clock| path.ends_with(&[clock, "now"])) || last == "clock_gettime" {
        return Some(MEND_CLOCK);
    }
    let prints = ["println", "eprintln", "print", "eprint", "dbg"].contains(&last) && is_macro;
    let is_stream = ["stdout", "stderr", "stdin"]
        .iter()
        .any(|stream| path.ends_with(&["io", stream]));
    (prints || is_stream || last == "IsTerminal").then_some(MEND_TERMINAL)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn the_outside_world_enters_through_the_command_line() {
        let path = "crates/core/src/run/unit.rs";
        let clean = "//! println!(\"std::env\")\nuse std::{io, time::SystemTime};\n\
                     fn f(now: SystemTime, env: &Env) { let v = env!(\"CARGO_PKG_VERSION\"); env.get(); env::<u8>(); thread::sleep(t); }\n\
                     #[cfg(test)] mod tests { fn g() { println!(\"{:?}\", std::time::Instant::now()); } }";
        for case in [
            "\nuse std::env;",
            "\nfn f() { std::env::var(\"HOME\"); }",
            "\nfn f() { env::temp_dir(); }",
            "\nfn f() { SystemTime::now(); }",
            "\nfn f() { std::time::Instant::now(); }",
            "\nfn f() { jiff::Timestamp::now(); }",
            "\nfn f() { Zoned::now(); }",
            "\nfn f() { println!(\"a\"); }",
            "\nfn f() { std::eprint!(\"a\"); }",
            "\nfn f() { io::stdout(); }",
            "\nuse std::io::{Read, stderr};",
            "\nuse std::io::IsTerminal;",
        ] {
            assert_told_apart(check, path, (case, 2), clean);
        }
        let cli = [(
            "crates/cli/src/main.rs",
            "fn main() { println!(\"{:?}\", std::env::args()); }",
        )];
        assert!(found(check, &cli).is_empty());
    }
}
