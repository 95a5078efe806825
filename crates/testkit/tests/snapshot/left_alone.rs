//! What a restore in place never touches: lw's own, the store that is read, other stores, and what the snapshot was not to have.

use std::os::unix::fs::MetadataExt as _;

use lw_testkit::{Fault, Lab, Picture};

use crate::ground::{lab, stat, take, text};

const IN_PLACE: [&str; 4] = ["snapshot", "restore", "store/latest", "--in-place"];

fn source(lab: &Lab) -> Picture {
    Picture::of(&lab.home().join("src"))
}

fn exists(lab: &Lab, path: &str) -> bool {
    lab.home().join(path).symlink_metadata().is_ok()
}

/// A lab whose ledger lies in what is taken.
fn with_ledger_inside(script: &str) -> Lab {
    let mut lab = lab("mkdir -p src/.local/state/linkwright; echo good > src/a");
    let state = lab.home().join("src/.local/state/linkwright");
    lab.set_state(&state);
    lab.sh(script);
    lab
}

#[test]
fn the_live_ledger_and_quarantines_stay() {
    for more in [&[][..], &["--delete"]] {
        let lab = with_ledger_inside("echo x > src/.local/x");
        take(&lab, &[]);
        lab.sh("echo bad > src/a; echo bad > src/.local/x; lw link src/a made
            mkdir -p src/.linkwright-0 src/d/.linkwright-1000 src/d/.linkwright-mine
            for f in src/.linkwright-0 src/d/.linkwright-1000 src/d/.linkwright-mine src/d; do echo kept > $f/kept; done");
        let ledger = "src/.local/state/linkwright/ledger.db";
        let inode = stat(&lab, ledger).ino();
        let wish = [&IN_PLACE[..], more].concat();
        let shown = lab.lw_ok(&[&wish[..], &["-n"]].concat());
        assert!(shown.stdout.contains("left alone"), "{shown:#?}");
        assert!(!shown.stdout.contains("ledger.db"), "{shown:#?}");
        let outcome = lab.lw_ok(&wish);
        assert!(
            outcome.stderr.contains("left alone") && outcome.stderr.contains("linkwright"),
            "{outcome:#?}"
        );
        assert_eq!(stat(&lab, ledger).ino(), inode, "{more:?}");
        assert_eq!(lab.lw_ok(&["log"]).stdout.lines().count(), 3, "{more:?}");
        assert_eq!(text(&lab, "src/a"), "good\n");
        assert_eq!(text(&lab, "src/.local/x"), "x\n");
        for folder in [".linkwright-0", "d/.linkwright-1000", "d/.linkwright-mine"] {
            let kept = format!("src/{folder}/kept");
            assert_eq!(text(&lab, &kept), "kept\n", "{more:?}");
        }
        assert_eq!(exists(&lab, "src/d/kept"), more.is_empty());
        // There is nothing else to do then, and that is told with what stays.
        let again = lab.lw_ok(&wish);
        assert!(again.stdout.contains("Nothing to do"), "{again:#?}");
        assert!(again.stderr.contains("left alone"), "{again:#?}");
        lab.lw_ok(&["undo"]);
        assert_eq!(text(&lab, "src/a"), "bad\n");
        assert!(exists(&lab, "src/d/kept"));
    }
}

#[test]
fn what_is_only_called_alike_is_restored() {
    let lab = lab("mkdir -p src/.linkwright-mine; echo good > src/.linkwright-mine/x");
    take(&lab, &[]);
    lab.sh("echo bad > src/.linkwright-mine/x");
    lab.lw_ok(&IN_PLACE);
    assert_eq!(text(&lab, "src/.linkwright-mine/x"), "good\n");
}

#[test]
fn what_was_a_file_does_not_take_the_place_of_the_ledger() {
    let mut lab = lab("mkdir src; echo file > src/x; echo good > src/a");
    take(&lab, &[]);
    lab.sh("rm src/x; mkdir -p src/x/state; echo bad > src/a");
    let state = lab.home().join("src/x/state");
    lab.set_state(&state);
    for more in [&[][..], &["--delete"]] {
        lab.sh("echo bad > src/a");
        let wish = [&IN_PLACE[..], more].concat();
        let shown = lab.lw_ok(&[&wish[..], &["-n"]].concat());
        assert!(shown.stdout.contains("not restored"), "{shown:#?}");
        let outcome = lab.lw(&wish);
        assert_eq!(outcome.code, Some(3), "{outcome:#?}");
        assert!(outcome.stderr.contains("ledger"), "{outcome:#?}");
        assert!(exists(&lab, "src/x/state/ledger.db"));
        assert_eq!(text(&lab, "src/a"), "good\n");
    }
}

#[test]
fn the_store_that_is_read_stays_wherever_it_is_by_now() {
    for (moved, from) in [
        ("mv store src/store", "src/store/latest"),
        (
            "mkdir -p src/d/e; mv store src/d/e/store; echo x > src/d/new",
            "src/d/e/store/latest",
        ),
    ] {
        let lab = lab("mkdir src; echo good > src/a");
        take(&lab, &[]);
        lab.sh(&format!("{moved}; echo bad > src/a; echo x > src/new"));
        let outcome = lab.lw_ok(&["snapshot", "restore", from, "--in-place", "--delete"]);
        assert!(outcome.stderr.contains("left alone"), "{outcome:#?}");
        assert_eq!(text(&lab, "src/a"), "good\n");
        assert!(!exists(&lab, "src/new") && !exists(&lab, "src/d/new"));
        let store = from.trim_end_matches("/latest");
        lab.lw_ok(&["snapshot", "verify", "--full", store]);
        lab.lw_ok(&["undo"]);
        assert!(exists(&lab, "src/new"));
    }
}

#[test]
fn another_store_in_the_source_stays_and_the_rest_is_restored() {
    for more in [&[][..], &["--delete"]] {
        let lab = lab("mkdir -p src/docs; echo a > src/docs/a");
        let other = ["snapshot", "take", "src/docs", "src/store2", "-q"];
        lab.lw_ok(&other);
        take(&lab, &[]);
        lab.sh("sleep 1; mkdir -p src/new/deep");
        lab.lw_ok(&other);
        lab.lw_ok(&["snapshot", "take", "src/docs", "src/new/deep/store3", "-q"]);
        lab.sh("echo b > src/docs/a; echo x > src/new/x; echo x > src/x");
        let stores = || ["src/store2", "src/new/deep/store3"].map(|path| lab.home().join(path));
        let before = stores().map(|store| Picture::of(&store));
        let wish = [&IN_PLACE[..], more].concat();
        let shown = lab.lw_ok(&[&wish[..], &["-n"]].concat());
        assert!(
            shown.stdout.contains("another store of snapshots"),
            "{shown:#?}"
        );
        let outcome = lab.lw_ok(&wish);
        assert!(
            outcome.stderr.contains("another store of snapshots"),
            "{outcome:#?}"
        );
        assert_eq!(text(&lab, "src/docs/a"), "a\n");
        for name in ["src/x", "src/new/x"] {
            assert_eq!(exists(&lab, name), more.is_empty(), "{name}");
        }
        for (before, store) in before.iter().zip(stores()) {
            assert_eq!(before.differences(&Picture::of(&store)), [] as [String; 0]);
        }
        lab.lw_ok(&["snapshot", "verify", "--full", "src/store2"]);
        let again = lab.lw_ok(&wish);
        assert!(again.stdout.contains("Nothing to do"), "{again:#?}");
        lab.lw_ok(&["undo"]);
        assert_eq!(text(&lab, "src/docs/a"), "b\n");
    }
}

#[test]
fn what_lies_in_another_store_is_not_changed_when_it_is_asked_for() {
    let lab = lab("mkdir -p src/docs; echo a > src/docs/a");
    let other = ["snapshot", "take", "src/docs", "src/store2", "-q"];
    lab.lw_ok(&other);
    take(&lab, &[]);
    lab.sh("sleep 1; echo b > src/docs/a");
    lab.lw_ok(&other);
    let before = source(&lab);
    for asked in ["src/store2", "src/store2/.store"] {
        let outcome = lab.lw(&[&IN_PLACE[..], &[asked]].concat());
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("lies in the store of snapshots"),
            "{outcome:#?}"
        );
    }
    assert_eq!(before.differences(&source(&lab)), [] as [String; 0]);
}

const LEFT_OUT: [&str; 4] = ["--exclude", "*.o", "--exclude", "build/"];

/// Folders that came later, with what the snapshot would not have had.
const LATER: &str = "
mkdir -p src/new/deep/build src/new/plain src/new/only/build src/build
for f in a k.o new/deep/build/kept new/deep/k.o new/deep/gone new/plain/gone new/gone new/only/build/kept build/kept; do
    echo later > src/$f; done
echo bad > src/a; ln -s gone src/new/link.o
";

#[test]
fn what_the_patterns_mean_stays_also_in_folders_that_came_later() {
    let lab = lab("mkdir src; echo good > src/a; echo out > src/old.o");
    take(&lab, &LEFT_OUT);
    lab.sh(LATER);
    let before = source(&lab);
    let wish = [&IN_PLACE[..], &["--delete"]].concat();
    let shown = lab.lw_ok(&[&wish[..], &["-n", "-v"]].concat());
    assert!(!shown.stdout.contains("kept"), "{shown:#?}");
    let outcome = lab.lw_ok(&wish);
    assert!(outcome.stderr.contains("left alone"), "{outcome:#?}");
    for kept in [
        "old.o",
        "k.o",
        "build/kept",
        "new/deep/build/kept",
        "new/deep/k.o",
        "new/only/build/kept",
        "new/link.o",
    ] {
        assert!(exists(&lab, &format!("src/{kept}")), "{kept}");
    }
    for gone in ["new/deep/gone", "new/plain", "new/gone"] {
        assert!(!exists(&lab, &format!("src/{gone}")), "{gone}");
    }
    assert_eq!(text(&lab, "src/a"), "good\n");
    lab.lw_ok(&["undo"]);
    let differences = before.differences(&source(&lab));
    // The times of folders that the snapshot does not have tell that names came and went.
    let of_others: Vec<&String> = differences
        .iter()
        .filter(|line| !line.starts_with("new"))
        .collect();
    assert_eq!(of_others, [] as [&String; 0]);
}

#[test]
fn killed_at_every_effect() {
    let clean = with_left_out();
    let wish = [&IN_PLACE[..], &["--delete"]].concat();
    let before = source(&clean).shape(clean.home());
    let done = clean.lw_ok(&wish);
    let after = source(&clean).shape(clean.home());
    for n in 1..=done.effects.len() {
        let lab = with_left_out();
        let outcome = lab.lw_with(&wish, &Fault::KillAfter(n));
        assert!(outcome.hit, "{n}: {outcome:#?}");
        lab.lw_ok(&["recover"]);
        let now = source(&lab).shape(lab.home());
        assert_eq!(
            now.paths_unlike_both(&before, &after),
            [] as [std::path::PathBuf; 0],
            "{n}"
        );
        lab.lw_ok(&wish);
        let now = source(&lab).shape(lab.home());
        let differences = now.paths_unlike_both(&after, &after);
        assert_eq!(differences, [] as [std::path::PathBuf; 0], "{n}");
    }
}

fn with_left_out() -> Lab {
    let lab = lab("mkdir src; echo good > src/a; echo out > src/old.o");
    take(&lab, &LEFT_OUT);
    lab.sh(LATER);
    lab
}
