//! The commands that only look.

use serde_json::Value;

use crate::ground::{fill, lab, tree};

#[test]
fn nothing_is_changed_by_looking() {
    let lab = lab();
    fill(&lab, &["a/file", "b/other"]);
    lab.lw_ok(&["link", "--hard", "a/file", "b/again"]);
    let start = tree(lab.home());
    for arguments in [
        &["list", "."][..],
        &["check", "."],
        &["log"],
        &["show", "a"],
        &["show", r"b\again"],
        &["links-to", "a", "--in", "."],
        &["recover"],
        &["purge", "--list"],
        &["link", "--hard", "-n", "a/file", "c"],
    ] {
        lab.lw_ok(arguments);
        assert_eq!(tree(lab.home()), start, "{arguments:?}");
    }
}

#[test]
fn answers_for_scripts_are_json_a_line() {
    let lab = lab();
    fill(&lab, &["a/file"]);
    lab.lw_ok(&["link", "--hard", "a/file", "b", "--json"]);
    for arguments in [
        &["log", "--json"][..],
        &["show", "b", "--json"],
        &["list", ".", "--json"],
        &["doctor", ".", "--json"],
    ] {
        let outcome = lab.lw_ok(arguments);
        for line in outcome.stdout.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(value["type"].is_string(), "{line}");
        }
    }
}

#[test]
fn doctor_says_what_can_be_made_here() {
    let lab = lab();
    let outcome = lab.lw_ok(&["doctor", "."]);
    for line in [
        "file system:",
        "symbolic links:",
        "hard links:",
        "developer mode:",
        "ledger",
    ] {
        assert!(outcome.stdout.contains(line), "{outcome:#?}");
    }
    assert!(
        outcome
            .stdout
            .lines()
            .any(|line| line.contains("hard links:") && line.ends_with("yes"))
    );
    if !crate::ground::has_symbolic_links(&lab) {
        let links = outcome
            .stdout
            .lines()
            .find(|line| line.contains("symbolic links:"));
        assert!(
            links.is_some_and(|line| line.contains(" no")),
            "{outcome:#?}"
        );
    }
    assert!(tree(lab.home()).is_empty());
}
