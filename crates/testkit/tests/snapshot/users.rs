//! Snapshots by a user who is not root.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Output;

use lw_testkit::{Lab, Picture};

use crate::ground::{PROGRAM, assert_alike, text};

const NOBODY: u32 = 65534;

fn lw(lab: &Lab, arguments: &[&str]) -> Output {
    let mut command = lab.command();
    command.args(arguments).uid(NOBODY).gid(NOBODY);
    command.output().unwrap()
}

fn lw_ok(lab: &Lab, arguments: &[&str]) -> String {
    let output = lw(lab, arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A tree with folders that are closed to their owner, given to somebody who is not root.
fn ground() -> Lab {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh("mkdir -p src/closed/deeper src/open; echo x > src/closed/deeper/x; echo one > src/open/one; ln src/open/one src/two
        ln -s one src/open/link; chmod 0444 src/open/one; chmod 0555 src/closed/deeper src/closed");
    lab.sh(&format!(
        "chown -Rh {NOBODY}:{NOBODY} '{}'",
        lab.top().display()
    ));
    lab
}

#[test]
fn folders_that_are_closed_to_their_owner() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = ground();
    for guard in ["none", "dirs", "ro"] {
        lw_ok(
            &lab,
            &[
                "snapshot",
                "take",
                "src",
                "store",
                "--guard",
                guard,
                "--checksum",
            ],
        );
    }
    lw_ok(&lab, &["snapshot", "verify", "--full", "store"]);
    lw_ok(
        &lab,
        &["snapshot", "restore", "store/latest", "--to", "out"],
    );
    assert_alike(&lab.home().join("src"), &lab.home().join("out/src"));
    lab.sh(&format!(
        "chmod 755 src/closed; rm -rf src/closed/deeper; chown {NOBODY} src/closed"
    ));
    lw_ok(
        &lab,
        &["snapshot", "restore", "-y", "store/latest", "--in-place"],
    );
    assert_eq!(text(&lab, "src/closed/deeper/x"), "x\n");
    // A folder that its owner may not write could not be put there: it alone stays open.
    let mode = |path: &str| crate::ground::stat(&lab, path).permissions().mode() & 0o777;
    assert_eq!(mode("src/closed/deeper"), 0o755);
    lw_ok(
        &lab,
        &["snapshot", "forget", "-y", "store", "--keep-last", "1"],
    );
    lw_ok(&lab, &["snapshot", "verify", "--full", "store"]);
    // What came back is in a folder that its owner may not write any more.
    assert_eq!(mode("src/closed"), 0o555);
    let time = || crate::ground::stat(&lab, "src/closed").modified().unwrap();
    let good = time();
    let undone = lw_ok(&lab, &["undo"]);
    assert!(!lab.home().join("src/closed/deeper").exists());
    assert_eq!(mode("src/closed"), 0o755);
    let id = undone.trim().rsplit(' ').next().unwrap().to_owned();
    lw_ok(&lab, &["undo", &id]);
    assert_eq!(text(&lab, "src/closed/deeper/x"), "x\n");
    assert_eq!((mode("src/closed"), time()), (0o555, good));
}

/// Nobody gives anything to a group that he is not in, so what is of another one is not restored again and again for that.
#[test]
fn what_was_of_a_group_of_others_is_restored_once() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = ground();
    lab.sh("echo y > src/y; chown 65534:65534 src/y
        chgrp 4242 src/open src/open/one; chmod 640 src/open/one");
    lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    lab.sh(&format!("echo bad > src/open/one; chgrp {NOBODY} src/open"));
    let wish = ["snapshot", "restore", "-y", "store/latest", "--in-place"];
    assert!(!lw_ok(&lab, &wish).contains("Nothing to do"));
    assert_eq!(text(&lab, "src/open/one"), "one\n");
    let again = lw_ok(&lab, &wish);
    assert!(again.contains("Nothing to do"), "{again}");
    // Another one that he may give is given.
    lab.sh("chgrp 4242 src/y");
    assert!(!lw_ok(&lab, &wish).contains("Nothing to do"));
    let again = lw_ok(&lab, &wish);
    assert!(again.contains("Nothing to do"), "{again}");
}

/// Only its owner and root may give a folder anything, so nobody else is told that it could not be done.
#[test]
fn a_folder_of_somebody_else_stays_as_it_is() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = ground();
    lab.sh("mkdir -m 777 src/open/others; echo one > src/open/others/x");
    lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    lab.sh("chmod 775 src/open/others");
    let wish = ["snapshot", "restore", "-y", "store/latest", "--in-place"];
    assert!(lw_ok(&lab, &wish).contains("Nothing to do"));
    // In what this user may not write nothing is restored, and the plan says so.
    lab.sh("echo other > src/open/others/x");
    let shown = lw(&lab, &[&wish[..], &["-n"]].concat());
    assert_eq!(shown.status.code(), Some(4), "{shown:?}");
    assert_eq!(lw(&lab, &wish).status.code(), Some(4));
    assert_eq!(text(&lab, "src/open/others/x"), "other\n");
}

/// What this user may not read is named, and everything else is taken.
#[test]
fn what_may_not_be_read_is_told() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = ground();
    lab.sh("mkdir src/secret; echo s > src/secret/s; echo t > src/t; chmod 700 src/secret; chmod 600 src/t");
    let output = lw(&lab, &["snapshot", "take", "src", "store"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let shown = lw(&lab, &["snapshot", "show", "store/latest"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for line in [
        "'src/secret': may not be read",
        "'src/t': it may not be read",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    assert_eq!(text(&lab, "store/latest/src/open/one"), "one\n");
    lw_ok(&lab, &["snapshot", "verify", "--full", "store"]);
    // The next one too: it is not taken for the same because both lack it.
    let output = lw(&lab, &["snapshot", "take", "src", "store"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

/// Owners that this user cannot give are in the manifest.
#[test]
fn what_belongs_to_others_is_taken_and_told() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let mut lab = ground();
    lab.sh("echo r > src/of-root; chmod 644 src/of-root");
    lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    lw_ok(&lab, &["snapshot", "verify", "--full", "store"]);
    let before = Picture::of(&lab.home().join("src"));
    // Root can give them back, by a ledger of its own.
    let of_root = Lab::in_memory(PROGRAM);
    lab.set_state(of_root.state());
    lab.sh("rm src/of-root");
    lab.lw_ok(&["snapshot", "restore", "-y", "store/latest", "--in-place"]);
    assert_eq!(
        before.differences(&Picture::of(&lab.home().join("src"))),
        [] as [String; 0]
    );
}

/// One in which nothing may be missed stays, however many later ones lack something.
#[test]
fn the_newest_whole_one_stays() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = ground();
    let forget = ["snapshot", "forget", "store", "--keep-last", "1"];
    for _ in 0..2 {
        lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    }
    lab.sh("chown root src/open/one; chmod 600 src/open/one");
    for _ in 0..2 {
        let lacking = lw(&lab, &["snapshot", "take", "src", "store"]);
        assert_eq!(lacking.status.code(), Some(3), "{lacking:?}");
    }
    let shown = lw(&lab, &[&forget[..], &["-n"]].concat());
    let shown = String::from_utf8(shown.stdout).unwrap();
    let verdicts: Vec<bool> = shown
        .lines()
        .map(|line| line.contains("stays (newest whole)"))
        .collect();
    assert_eq!(verdicts, [false, true, false, false], "{shown}");
    let listed = lw(&lab, &["snapshot", "list", "store"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let whole = listed
        .lines()
        .nth(1)
        .and_then(|line| line.split("  ").next());
    let whole = format!("store/{}", whole.unwrap());
    let named = lw(&lab, &["snapshot", "forget", "-y", &whole]);
    assert_eq!(named.status.code(), Some(4), "{named:?}");
    lw_ok(&lab, &[&forget[..], &["-y"]].concat());
    let left = lw(&lab, &["snapshot", "list", "store"]);
    assert_eq!(String::from_utf8(left.stdout).unwrap().lines().count(), 2);
}

/// What a run of another user has left half made is in nobody's way.
#[test]
fn what_another_user_left_stops_nothing() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = ground();
    lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    lab.sh("mkdir -p -m 700 store/.store/staging/2026-01-01T000000Z/new/tree; echo half > store/.store/staging/2026-01-01T000000Z/new/tree/x
        chmod -R go= store/.store/staging/2026-01-01T000000Z");
    lw_ok(&lab, &["snapshot", "take", "src", "store"]);
    lw_ok(&lab, &["snapshot", "verify", "--full", "store"]);
    assert_eq!(
        text(&lab, "store/.store/staging/2026-01-01T000000Z/new/tree/x"),
        "half\n"
    );
}
