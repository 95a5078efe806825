//! Rule: the runner is the one maker of a `Hand`, the value without which nothing can be changed.

use super::Offence;
use super::tree::{SourceFile, Tree};

const MEND: &str = "only crates/core/src/run makes a Hand: return a Plan and let the runner act";

/// Finds `Hand::grant`, and names for `Hand` that would hide it, outside `core::run`; fs, the test kit and tests may.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !is_exempt(tree, file)) {
        for path in rust.paths() {
            let before = path.token.saturating_sub(2);
            let qualified = path.names == ["grant"] && rust.reads(before, &[">", "::", "grant"]);
            let renamed = path.ends_with(&["Hand"]) && path.alias.is_some();
            if path.ends_with(&["Hand", "grant"]) || qualified || renamed {
                let what = format!("`{}`", path.text());
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
    let folders = ["crates/core/src/run/", "crates/fs/", "crates/testkit/"];
    folders.iter().any(|folder| file.is_of(folder)) || tree.is_test(file)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn only_the_runner_makes_a_hand() {
        let path = "crates/core/src/jobs/remove.rs";
        let clean = "//! Hand::grant\nuse lw_fs::Hand;\nfn f(hand: &mut Hand) { lease.grant(); }";
        for case in [
            "\nfn f() { Hand::grant(); }",
            "\nfn f() { lw_fs::act::Hand::grant(); }",
            "\nfn f() { <Hand>::grant(); }",
            "\nuse lw_fs::{look, Hand as H};",
        ] {
            assert_told_apart(check, path, (case, 2), clean);
        }
        for runner in [
            "crates/core/src/run.rs",
            "crates/core/src/run/unit.rs",
            "crates/core/tests/crash.rs",
        ] {
            assert!(
                found(check, &[(runner, "fn f() { Hand::grant(); }")]).is_empty(),
                "{runner}"
            );
        }
        let lookalike = "crates/core/src/running.rs";
        assert_eq!(
            found(check, &[(lookalike, "fn f() { Hand::grant(); }")]).len(),
            1
        );
    }
}
