//! Rules: only `crates/fs` knows the operating system, and its platform folders hold the same files.

use std::collections::BTreeSet;

use super::Offence;
use super::rust_source::{self, RustSource};
use super::tree::{SourceFile, Tree};

const MEND_CONDITION: &str =
    "only crates/fs knows the platform: give lw_fs one function that means the same on each";
const MEND_SEAM: &str =
    "the folders linux, macos and windows of crates/fs hold the same file names";

/// The words of a condition that name an operating system or its family.
const SYSTEM_WORDS: [&str; 7] = [
    "unix",
    "windows",
    "target_os",
    "target_family",
    "target_env",
    "target_vendor",
    "target_abi",
];

/// Finds conditions on the operating system, and its own modules of std, outside `crates/fs`; the test kit, xtask and tests may.
pub fn check_conditions(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !is_exempt(tree, file)) {
        for path in rust.paths() {
            let of_system = ["unix", "linux", "macos", "darwin", "windows"]
                .iter()
                .any(|system| path.begins_with(&["std", "os", system]));
            let last = path.names.last().map(String::as_str).unwrap_or_default();
            let condition = condition_word(rust, last, path.token);
            let what = match condition {
                Some(word) => format!("`{last}` on `{word}`"),
                None if of_system => format!("`{}`", path.text()),
                None => continue,
            };
            offences.push(Offence {
                path: file.path.clone(),
                line: path.line,
                what,
                mend: MEND_CONDITION,
            });
        }
    }
    offences
}

fn is_exempt(tree: &Tree, file: &SourceFile) -> bool {
    let folders = ["crates/fs/", "crates/testkit/", "xtask/"];
    folders.iter().any(|folder| file.path.starts_with(folder)) || tree.is_test(file)
}

/// Returns the operating-system word in the condition that `name`, the token at `at`, begins.
fn condition_word<'r>(rust: &'r RustSource, name: &str, at: usize) -> Option<&'r str> {
    if !matches!(name, "cfg" | "cfg_attr" | "cfg_select") {
        return None;
    }
    let open = if rust.reads(at + 1, &["!"]) {
        at + 2
    } else {
        at + 1
    };
    if !rust.reads(open, &["("]) && !rust.reads(open, &["{"]) {
        return None;
    }
    let close = rust_source::matching_close(&rust.tokens, open);
    let mut inside = open + 1;
    while inside < close {
        let token = &rust.tokens[inside];
        if token.is_mark("(") && name == "cfg_attr" {
            let nested = rust_source::matching_close(&rust.tokens, inside);
            if let Some(word) = system_word(rust, inside..nested) {
                return Some(word);
            }
            inside = nested;
        } else if token.is_mark(",") && name == "cfg_attr" {
            return None;
        } else if let Some(word) = system_word(rust, inside..inside + 1) {
            return Some(word);
        }
        inside += 1;
    }
    None
}

fn system_word(rust: &RustSource, range: std::ops::Range<usize>) -> Option<&str> {
    let mut tokens = rust.tokens[range].iter();
    let found = tokens.find(|token| SYSTEM_WORDS.iter().any(|word| token.is_word(word)));
    found.map(|token| token.text.as_str())
}

/// Finds files of one platform folder that another lacks; a folder that is absent altogether is passed over.
pub fn check_seam(tree: &Tree) -> Vec<Offence> {
    let platforms =
        ["linux", "macos", "windows"].map(|platform| (platform, names_in(tree, platform)));
    let present = || platforms.iter().filter(|(_, names)| !names.is_empty());
    let all: BTreeSet<&str> = present()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    let mut offences = Vec::new();
    for (platform, names) in present() {
        for name in all.iter().filter(|name| !names.contains(*name)) {
            let path = format!("crates/fs/src/{platform}/{name}");
            let what = "this file is missing".to_owned();
            offences.push(Offence {
                path,
                line: 1,
                what,
                mend: MEND_SEAM,
            });
        }
    }
    offences
}

fn names_in<'t>(tree: &'t Tree, platform: &str) -> BTreeSet<&'t str> {
    let folder = format!("crates/fs/src/{platform}/");
    tree.files
        .iter()
        .filter_map(|file| file.path.strip_prefix(&folder))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn only_fs_knows_the_platform() {
        let path = "crates/cli/src/ui/paths.rs";
        let clean = "//! cfg(windows)\n#[cfg(feature = \"windows\")]\nfn f(windows: u8) { windows.max(1); cfg!(debug_assertions); }\n\
                     #[cfg_attr(feature = \"x\", doc(unix))] fn h() {}\n\
                     #[cfg(all(test, unix))] mod tests { use std::os::unix::ffi::OsStrExt; }";
        for case in [
            "\n#[cfg(unix)] fn f() {}",
            "\n#[cfg(not(windows))] fn f() {}",
            "\n#![cfg(target_os = \"linux\")]",
            "\nfn f() { if cfg!(target_family = \"unix\") {} }",
            "\n#[cfg_attr(windows, path = \"w.rs\")] mod f;",
            "\n#[cfg_attr(all(unix, debug_assertions), inline)] fn f() {}",
            "\ncfg_select! { unix => { } _ => { } }",
            "\nuse std::os::unix::ffi::OsStrExt;",
        ] {
            assert_told_apart(check_conditions, path, (case, 2), clean);
        }
        assert!(
            found(
                check_conditions,
                &[("crates/fs/src/lib.rs", "#[cfg(unix)] mod unix;")]
            )
            .is_empty()
        );
    }

    #[test]
    fn the_platform_folders_hold_the_same_files() {
        let of = |names: [&'static str; 3]| names.map(|name| (name, ""));
        let uneven = of([
            "crates/fs/src/linux/a.rs",
            "crates/fs/src/linux/b.rs",
            "crates/fs/src/windows/a.rs",
        ]);
        assert_eq!(found(check_seam, &uneven), ["crates/fs/src/windows/b.rs:1"]);
        let even = of([
            "crates/fs/src/linux/a.rs",
            "crates/fs/src/macos/a.rs",
            "crates/fs/src/windows/a.rs",
        ]);
        assert!(found(check_seam, &even).is_empty());
        assert!(found(check_seam, &[("crates/fs/src/linux/a.rs", "")]).is_empty());
    }
}
