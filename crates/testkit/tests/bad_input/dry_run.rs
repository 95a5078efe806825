//! A dry run changes nothing at all on the disk.

use std::fs;

use super::Transcript;
use crate::transcript::everything_in;

#[test]
fn a_dry_run_does_not_even_make_the_state_folder() {
    let mut t = Transcript::new();
    t.file("projects/file");
    t.file("plain");
    fs::hard_link(t.path("plain"), t.path("second")).unwrap();
    t.folder("far");
    t.link("projects", "link");
    let cases: &[&[&str]] = &[
        &["move", "projects", "far"],
        &["bring-back", "link"],
        &["link", "projects", "new"],
        &["link", "--hard", "plain", "new"],
        &["link", "--replace", "far", "projects"],
        &["retarget", "link", "far"],
        &["remove", "link", "second"],
        &["remove", "link", "missing"],
        &["undo"],
        &["undo", "3"],
    ];
    let before = everything_in(t.lab.top());
    for case in cases {
        for json in [false, true] {
            let mut arguments = case.to_vec();
            arguments.push("-n");
            arguments.extend(json.then_some("--json"));
            t.run(&arguments);
            assert_eq!(before, everything_in(t.lab.top()), "{arguments:?}");
        }
    }
    for arguments in [
        &["show", "link"] as &[&str],
        &["log"],
        &["purge", "--list"],
        &["purge", "--all", "-n"],
        &["man"],
    ] {
        t.run(arguments);
        assert_eq!(before, everything_in(t.lab.top()), "{arguments:?}");
    }
}

/// With a ledger there, its bytes stay too.
#[test]
fn a_dry_run_leaves_the_ledger_alone() {
    let mut t = Transcript::new();
    t.file("projects/file");
    t.folder("far");
    t.done(&["move", "projects", "far"]);
    t.done(&["link", "far", "link"]);
    let before = everything_in(t.lab.top());
    for arguments in [
        &["bring-back", "projects", "-n"] as &[&str],
        &["remove", "link", "-n"],
        &["undo", "-n"],
        &["undo", "1", "-n"],
        &["show", "projects"],
        &["log"],
        &["log", "--json"],
        &["purge", "--list"],
    ] {
        t.done(arguments);
        assert_eq!(before, everything_in(t.lab.top()), "{arguments:?}");
    }
}
