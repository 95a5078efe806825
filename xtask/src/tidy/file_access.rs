//! Rule: only `crates/fs` touches the file system.
//!
//! A token does not know its type, so `.is_dir()` and its like are an offence on any receiver. Where a type of
//! ours answers such a question, give it a name of ours: `kind.is_folder()`.

use super::Offence;
use super::rust_source::{NamedPath, RustSource};
use super::tree::{SourceFile, Tree};

const MEND: &str = "only crates/fs touches the file system: call lw_fs::look, act or stage";

const MODULES: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "os", "unix", "fs"],
    &["std", "os", "linux", "fs"],
    &["std", "os", "macos", "fs"],
    &["std", "os", "windows", "fs"],
    &["tokio", "fs"],
    &["fs_err"],
    &["libc"],
    &["nix"],
    &["rustix"],
    &["windows_sys"],
];

const TYPES: [&str; 2] = ["OpenOptions", "DirBuilder"];

const METHODS: [&str; 10] = [
    "exists",
    "try_exists",
    "is_dir",
    "is_file",
    "is_symlink",
    "metadata",
    "symlink_metadata",
    "read_link",
    "canonicalize",
    "read_dir",
];

/// Finds uses of the file system outside `crates/fs`; the test kit, xtask and tests may.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !is_exempt(tree, file)) {
        for path in rust.paths() {
            if let Some(what) = file_access(rust, &path) {
                offences.push(Offence {
                    path: file.path.clone(),
                    line: path.line,
                    what,
                    mend: MEND,
                });
            }
        }
    }
    offences
}

fn is_exempt(tree: &Tree, file: &SourceFile) -> bool {
    let folders = ["crates/fs/", "crates/testkit/", "xtask/"];
    folders.iter().any(|folder| file.path.starts_with(folder)) || tree.is_test(file)
}

fn file_access(rust: &RustSource, path: &NamedPath) -> Option<String> {
    let in_module = MODULES.iter().any(|module| path.begins_with(module));
    let of_type = path.names.iter().any(|name| TYPES.contains(&name.as_str()));
    let as_function = METHODS
        .iter()
        .any(|method| path.ends_with(&["Path", method]) || path.ends_with(&["PathBuf", method]));
    if in_module || of_type || as_function {
        return Some(format!("`{}`", path.text()));
    }
    let is_called = path.token > 0
        && rust.reads(path.token - 1, &["."])
        && rust.reads(path.token + 1, &["(", ")"]);
    let as_method = path.names.len() == 1 && METHODS.contains(&path.names[0].as_str());
    (is_called && as_method).then(|| format!("`.{}()`", path.text()))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn the_file_system_is_reached_through_fs_alone() {
        let path = "crates/core/src/jobs/relocate.rs";
        let cases = [
            "use std::fs;",
            "use std::{io, fs::File};",
            "use std::os::unix::fs::MetadataExt as _;",
            "fn f() { ::std::fs::read(p); }",
            "fn f() { tokio::fs::read(p); }",
            "fn f() { rustix::fs::stat(p); }",
            "fn f() { libc::stat(p); }",
            "fn f() { p.exists(); }",
            "fn f() { p\n.canonicalize(); }",
            "fn f() { names.filter(Path::is_dir); }",
            "fn f() { OpenOptions::new(); }",
        ];
        let clean = "//! std::fs\n/* libc::stat */\nuse lw_fs::look;\nfn f() { \"std::fs\"; look::exists(p); kind.is_dir(1); }\n\
                     #[cfg(test)] mod tests { use std::fs; fn g() { p.exists(); } }";
        for case in cases {
            let line = 1 + case.matches('\n').count();
            assert_told_apart(check, path, (case, line), clean);
        }
    }

    #[test]
    fn fs_and_tests_may() {
        for path in [
            "crates/fs/src/look.rs",
            "crates/testkit/src/lib.rs",
            "crates/cli/tests/move.rs",
            "crates/core/benches/a.rs",
        ] {
            assert!(found(check, &[(path, "use std::fs;")]).is_empty(), "{path}");
        }
    }
}
