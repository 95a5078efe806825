//! Giving back in place: each thing by itself, names of one file as one file, folders with what belongs to them.

use std::os::unix::fs::MetadataExt as _;

use lw_testkit::{Fault, Lab, Picture};

use crate::ground::{TREE, assert_alike, inode, lab, stat, take, text, tree, without_counts};

const IN_PLACE: [&str; 4] = ["snapshot", "restore", "store/latest", "--in-place"];

const EPERM: i32 = 1;
const EACCES: i32 = 13;
const ENOSPC: i32 = 28;

/// Returns what the source holds.
fn source(lab: &Lab) -> Picture {
    Picture::of(&lab.home().join("src"))
}

#[track_caller]
fn assert_same(a: &Picture, b: &Picture) {
    assert_eq!(a.differences(b), [] as [String; 0]);
}

/// Puts another byte into a file of a snapshot that has no guard.
fn damage(lab: &Lab, id: &str, path: &str) {
    lab.sh(&format!(
        "printf T | dd of=store/{id}/src/{path} conv=notrunc 2> /dev/null"
    ));
}

#[test]
fn what_is_damaged_stays_as_it_stands_and_the_rest_is_restored() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    let good = source(&lab);
    damage(&lab, &id, "d/two");
    lab.sh("echo bad > src/d/two; echo bad > src/none; rm src/d/link; rm -r src/empty");
    let bad = source(&lab);
    let outcome = lab.lw(&IN_PLACE);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(
        outcome.stderr.contains("src/d/two") && outcome.stderr.contains("not what was recorded"),
        "{outcome:#?}"
    );
    assert_eq!(text(&lab, "src/d/two"), "bad\n");
    let left = good.differences(&source(&lab));
    assert!(
        left.len() == 1 && left[0].starts_with("d/two:"),
        "{left:#?}"
    );
    // What was in place of `none`, and nothing of the others.
    assert_eq!(lab.leftovers().len(), 1, "{:?}", lab.leftovers());
    // Then there is nothing that could be done.
    let again = lab.lw(&IN_PLACE);
    assert_eq!(again.code, Some(4), "{again:#?}");
    assert!(again.stderr.contains("src/d/two"), "{again:#?}");
    lab.lw_ok(&["undo"]);
    assert_same(&bad, &source(&lab));
}

#[test]
fn what_is_damaged_and_missing_stays_missing() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    damage(&lab, &id, "d/two");
    lab.sh("rm src/d/two src/none");
    let outcome = lab.lw(&IN_PLACE);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(!lab.home().join("src/d/two").exists());
    assert_eq!(text(&lab, "src/none"), "");
    let json = lab.lw(&[&IN_PLACE[..], &["--json"]].concat());
    assert!(json.stdout.contains("\"type\":\"error\""), "{json:#?}");
}

#[test]
fn what_the_system_refuses_does_not_stop_the_rest() {
    for (effect, errno, code) in [
        ("exchange", EACCES, 3),
        ("restore file", EPERM, 3),
        // On a full disk the others would fare no better.
        ("exchange", ENOSPC, 4),
    ] {
        let lab = lab("mkdir src; for f in a b c; do echo $f > src/$f; done");
        take(&lab, &[]);
        lab.sh("for f in a b c; do echo bad > src/$f; done");
        let bad = source(&lab);
        let end = match effect {
            "exchange" => "src/a",
            _ => "building",
        };
        let fault = Fault::FailAt(effect.to_owned(), end.to_owned(), errno);
        let outcome = lab.lw_with(&IN_PLACE, &fault);
        assert!(outcome.hit, "{outcome:#?}");
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert!(outcome.stderr.contains("src/a"), "{outcome:#?}");
        assert_eq!(text(&lab, "src/a"), "bad\n");
        if code == 3 {
            assert_eq!(text(&lab, "src/b"), "b\n");
            assert_eq!(text(&lab, "src/c"), "c\n");
            lab.lw_ok(&["undo"]);
        }
        assert_same(&bad, &source(&lab));
        assert_eq!(lab.lw_ok(&["recover"]).stdout.lines().count(), 1);
    }
}

#[test]
fn without_the_folder_that_held_it_one_thing_is_left_out() {
    let lab = lab("mkdir -p src/d; echo a > src/d/a; echo b > src/b");
    take(&lab, &[]);
    lab.sh("rm -r src/d; echo bad > src/b");
    let wish = [&IN_PLACE[..], &["src/d/a", "src/b"]].concat();
    let shown = lab.lw_ok(&[&wish[..], &["-n"]].concat());
    assert!(shown.stdout.contains("not restored"), "{shown:#?}");
    let outcome = lab.lw(&wish);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(outcome.stderr.contains("src/d/a"), "{outcome:#?}");
    assert_eq!(text(&lab, "src/b"), "b\n");
    let again = lab.lw(&wish);
    assert_eq!(again.code, Some(4), "{again:#?}");
}

#[test]
fn into_a_folder_one_damaged_file_does_not_stop_the_rest() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    damage(&lab, &id, "d/two");
    let before = Picture::of(lab.home());
    let outcome = lab.lw(&[
        "snapshot",
        "restore",
        "store/latest",
        "d/two",
        "one",
        "--to",
        "out",
    ]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(!lab.home().join("out/two").exists());
    assert_eq!(text(&lab, "out/one"), "one\n");
    assert!(stat(&lab, "out").is_dir());
    lab.lw_ok(&["undo"]);
    assert_same(&before, &Picture::of(lab.home()));
    assert_alike(
        &lab.home().join("src/empty"),
        &tree(&lab, &id).join("empty"),
    );
}

/// Three names of one file, two of another, and files by themselves.
const NAMES: &str = "
mkdir -p src/d src/e; echo one > src/a; ln src/a src/d/b; ln src/a src/e/c
echo two > src/x; ln src/x src/d/y; echo alone > src/alone; echo alone > src/d/alone
touch -d '2001-02-03 04:05:06.5' src/a src/x src/alone src/d/alone
";

/// Fails unless the source is, also in which names are one file, what the snapshot was taken of.
#[track_caller]
fn assert_restored(lab: &Lab, good: &Picture, what: &str) {
    let mut now = without_counts(lab, &source(lab));
    now.retain(|line| !line.starts_with("more:"));
    assert_eq!(without_counts(lab, good), now, "{what}");
    for names in [&["src/a", "src/d/b", "src/e/c"][..], &["src/x", "src/d/y"]] {
        let inodes: Vec<u64> = names.iter().map(|name| inode(lab, name)).collect();
        assert!(
            inodes.iter().all(|other| *other == inodes[0]),
            "{what}: {names:?}"
        );
    }
    assert_ne!(inode(lab, "src/alone"), inode(lab, "src/d/alone"), "{what}");
}

#[test]
fn names_of_one_file_are_one_file_again() {
    // What happens to the source, and which name keeps its inode.
    for (change, keeps) in [
        ("rm src/d/b", "src/a"),
        ("rm src/a", "src/e/c"),
        ("rm src/a; echo other > src/a", "src/d/b"),
        ("cp -p src/a new; mv new src/a", "src/d/b"),
        ("echo other > src/a", ""),
        ("chmod 600 src/a", ""),
        ("rm src/a src/d/b src/e/c", ""),
        ("rm src/a; echo other > src/d/b", ""),
        (
            "cp -p src/a new; ln -f new src/a; rm new src/d/b src/e/c",
            "src/a",
        ),
        // Without a folder in which it has a name.
        ("rm -r src/d", "src/a"),
        ("rm -r src/d; echo file > src/d", "src/a"),
        ("rm -r src/d src/a src/x src/e/c", ""),
        ("rm -r src/d src/e src/x; echo other > src/a", ""),
        ("rm -r src/d src/e; rm src/x src/a", ""),
        // Names that are different files in the snapshot.
        ("ln -f src/alone src/d/alone", "src/alone"),
        ("ln -f src/alone src/d/alone; rm src/d/b", "src/a"),
        // A further name that the snapshot does not have keeps the file as it is.
        ("ln src/a more; rm src/d/b", ""),
        ("echo other > src/a; ln src/a src/d/more; rm src/d/more", ""),
        (
            "rm src/a; mkdir src/a; ln src/d/b src/a/in; rm src/a/in",
            "src/d/b",
        ),
    ] {
        let lab = lab(NAMES);
        take(&lab, &[]);
        let good = source(&lab);
        lab.sh(change);
        let bad = source(&lab);
        let kept = (!keeps.is_empty()).then(|| inode(&lab, keeps));
        lab.lw_ok(&IN_PLACE);
        assert_restored(&lab, &good, change);
        if let Some(kept) = kept {
            assert_eq!(kept, inode(&lab, keeps), "{change}: another inode");
        }
        let nothing = lab.lw_ok(&IN_PLACE);
        assert!(
            nothing.stdout.contains("Nothing to do"),
            "{change}: {nothing:#?}"
        );
        lab.lw_ok(&["undo"]);
        // What it made lies in quarantine, and may be a name of what was there.
        lab.lw_ok(&["purge", "--all", "--yes"]);
        let differences = bad.differences(&source(&lab));
        assert_eq!(differences, [] as [String; 0], "{change}");
        lab.lw_ok(&["snapshot", "verify", "--full", "store"]);
    }
}

#[test]
fn a_name_that_stays_is_never_linked_to_what_it_was_not() {
    let lab = lab(NAMES);
    take(&lab, &[]);
    lab.sh("ln src/a more; rm src/d/b; ln src/alone also");
    lab.lw_ok(&IN_PLACE);
    assert_ne!(inode(&lab, "src/d/b"), inode(&lab, "more"));
    assert_eq!(
        stat(&lab, "more").nlink(),
        1 + 2,
        "with those in quarantine"
    );
    // All of it is as recorded, so its further name is left to it.
    assert_eq!(inode(&lab, "src/alone"), inode(&lab, "also"));
}

#[test]
fn one_name_alone_is_linked_to_the_others_that_stand() {
    for (change, path) in [
        ("rm src/a", "src/a"),
        ("echo other > new; mv new src/d/b", "src/d/b"),
        ("rm -r src/d", "src/d"),
    ] {
        let lab = lab(NAMES);
        take(&lab, &[]);
        let good = source(&lab);
        let kept = inode(&lab, "src/e/c");
        lab.sh(change);
        lab.lw_ok(&[&IN_PLACE[..], &[path]].concat());
        assert_restored(&lab, &good, change);
        assert_eq!(inode(&lab, "src/e/c"), kept, "{change}");
    }
    // What does not stand as recorded is neither linked to nor changed.
    let lab = lab(NAMES);
    take(&lab, &[]);
    lab.sh("echo other > src/a");
    lab.lw_ok(&[&IN_PLACE[..], &["src/a"]].concat());
    assert_eq!(text(&lab, "src/a"), "one\n");
    assert_eq!(text(&lab, "src/d/b"), "other\n");
}
