//! Giving back in place: each thing by itself, names of one file as one file, folders with what belongs to them.

use lw_testkit::{Fault, Lab, Picture};

use crate::ground::{TREE, assert_alike, lab, stat, take, text, tree};

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
