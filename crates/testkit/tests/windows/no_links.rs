//! Where the system makes no links, or says it made one and did not: nothing is lost, and what is said is true.

use std::fs;

use crate::ground::{assert_unchanged, fill, has_symbolic_links, lab, tree};

/// Whether the tests for a system without links can show anything here.
fn makes_links(lab: &lw_testkit::Lab) -> bool {
    let makes = has_symbolic_links(lab);
    if makes {
        println!("skipped: no links: this system makes symbolic links");
    }
    makes
}

#[test]
fn a_symbolic_link_that_was_not_made_is_not_said_to_be() {
    let lab = lab();
    if makes_links(&lab) {
        return;
    }
    fill(&lab, &["file.txt", "folder/inside"]);
    let start = tree(lab.home());
    for arguments in [
        &["link", "--symbolic", "file.txt", "l"][..],
        &["link", "--symbolic", "folder", "l"],
        &["link", "--symbolic", "--absolute", "file.txt", "l"],
        &["link", "--symbolic", "--replace", "folder", "file.txt"],
        &["link", "file.txt", "l"],
    ] {
        let outcome = lab.lw(arguments);
        assert_unchanged(&outcome);
        assert_eq!(tree(lab.home()), start, "{arguments:?}");
        assert_eq!(lab.leftovers(), <[std::path::PathBuf; 0]>::default());
    }
    let log = lab.lw_ok(&["log", "--json"]).stdout;
    assert!(!log.contains("\"done\""), "{log}");
}

#[test]
fn a_file_on_the_same_volume_is_offered_a_hard_link_and_never_given_one() {
    let lab = lab();
    if makes_links(&lab) {
        return;
    }
    fill(&lab, &["file.txt"]);
    let outcome = lab.lw(&["link", "file.txt", "l"]);
    assert_unchanged(&outcome);
    assert!(outcome.stderr.contains("--hard"), "{outcome:#?}");
    assert!(outcome.stderr.contains("Developer Mode"), "{outcome:#?}");
    assert!(!lab.home().join("l").exists());
}

#[test]
fn a_junction_that_the_system_refuses_leaves_nothing_behind() {
    let lab = lab();
    if makes_links(&lab) {
        return;
    }
    fill(&lab, &["folder/inside"]);
    let start = tree(lab.home());
    for arguments in [
        &["link", "--junction", "folder", "j"][..],
        &["link", "folder", "j"],
    ] {
        let outcome = lab.lw(arguments);
        assert_unchanged(&outcome);
        assert_eq!(tree(lab.home()), start, "{arguments:?}");
        assert_eq!(lab.leftovers(), <[std::path::PathBuf; 0]>::default());
    }
}

#[test]
fn a_junction_to_a_file_is_refused() {
    let lab = lab();
    fill(&lab, &["file.txt"]);
    let outcome = lab.lw(&["link", "--junction", "file.txt", "j"]);
    assert_unchanged(&outcome);
    assert!(outcome.stderr.contains("no folder"), "{outcome:#?}");
}

#[test]
fn a_move_that_can_leave_no_link_goes_back_wholly() {
    let lab = lab();
    if makes_links(&lab) {
        return;
    }
    fill(
        &lab,
        &["Projects/a", "Projects/deep/b", "Dropbox/c", "single.txt"],
    );
    let start = tree(lab.home());
    let identity = |path: &str| lw_fs::look::entry(&lab.home().join(path)).unwrap().identity;
    let before = identity("Projects");
    for arguments in [
        &["move", "--yes", "Projects", "Dropbox"][..],
        &["move", "--yes", "single.txt", "Dropbox"],
        &["move", "--yes", "Projects", r"Dropbox\other name"],
    ] {
        let outcome = lab.lw(arguments);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(outcome.stderr.contains("state:"), "{outcome:#?}");
        assert_eq!(tree(lab.home()), start, "{arguments:?}");
        assert_eq!(lab.leftovers(), <[std::path::PathBuf; 0]>::default());
    }
    assert!(before.is_same(&identity("Projects")));
    assert!(fs::read(lab.home().join("Projects/deep/b")).is_ok());
}

#[test]
fn the_demonstration_ends_well_or_says_why_and_cleans_up() {
    let lab = lab();
    let links = has_symbolic_links(&lab);
    let scratch = lab.top().join("scratch");
    fs::create_dir(&scratch).unwrap();
    let mut command = lab.command();
    command
        .arg("demo")
        .env("TEMP", &scratch)
        .env("TMP", &scratch);
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    match links {
        true => assert_eq!(output.status.code(), Some(0), "{stderr}"),
        false => {
            assert_eq!(output.status.code(), Some(4), "{stderr}");
            assert!(stderr.contains("the demonstration failed"), "{stderr}");
            assert!(stderr.contains("only the scratch folder was touched"));
        }
    }
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
}
