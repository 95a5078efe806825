//! Restoring in place what was moved away since and is worked with through a link.

use std::fs;

use lw_testkit::{Fault, Lab, Picture, rsync_differences};

use crate::ground::{TREE, lab, newest, take, text, tree};

const IN_PLACE: [&str; 4] = ["snapshot", "restore", "store/latest", "--in-place"];

/// Returns what stands where the source was moved to.
fn behind(lab: &Lab) -> Picture {
    Picture::of(&lab.home().join("cloud/src"))
}

fn moved() -> Lab {
    let lab = lab(TREE);
    take(&lab, &["--guard", "none"]);
    lab.sh("mkdir cloud; lw move src cloud -y -q
        echo bad > src/d/two; rm src/d/link; rm -r src/empty; echo later > src/later");
    lab
}

#[test]
fn what_stands_behind_the_link_is_restored() {
    let lab = moved();
    let link = fs::read_link(lab.home().join("src")).unwrap();
    let shown = lab.lw_ok(&[&IN_PLACE[..], &["-n"]].concat());
    assert!(shown.stdout.contains("leads through a link"), "{shown:#?}");
    let outcome = lab.lw_ok(&IN_PLACE);
    assert!(outcome.stderr.contains("cloud/src"), "{outcome:#?}");
    assert_eq!(fs::read_link(lab.home().join("src")).unwrap(), link);
    assert!(lab.home().join("src/later").exists());
    let left = rsync_differences(&tree(&lab, &newest(&lab)), &lab.home().join("cloud/src"));
    assert!(
        left.iter()
            .all(|line| line.contains("later") || line.ends_with(' ')),
        "{left:#?}"
    );
    let nothing = lab.lw_ok(&IN_PLACE);
    assert!(nothing.stdout.contains("Nothing to do"), "{nothing:#?}");
}

#[test]
fn nothing_is_deleted_behind_a_link_that_may_lead_to_more() {
    let lab = lab("mkdir -p src/d everything/d; echo good > src/d/a");
    take(&lab, &[]);
    lab.sh("rm -r src; echo more > everything/more; echo more > everything/d/more; ln -s everything src");
    let before = Picture::of(lab.home());
    for asked in [&[][..], &["src/d"]] {
        for more in [&["-n"][..], &[]] {
            let wish = [&IN_PLACE[..], &["--delete"], asked, more].concat();
            let outcome = lab.lw(&wish);
            assert_eq!(outcome.code, Some(4), "{outcome:#?}");
            assert!(
                outcome
                    .stderr
                    .contains("nothing is restored through a link")
                    && outcome.stderr.contains("everything")
                    && outcome.stderr.contains("restore without --delete"),
                "{outcome:#?}"
            );
        }
    }
    assert_eq!(
        before.differences(&Picture::of(lab.home())),
        [] as [String; 0]
    );
    // For one file it makes no difference.
    lab.lw_ok(&[&IN_PLACE[..], &["--delete", "src/d/a"]].concat());
    assert_eq!(text(&lab, "everything/d/a"), "good\n");
    assert_eq!(text(&lab, "everything/d/more"), "more\n");
}

#[test]
fn undone_it_is_as_it_was() {
    let lab = moved();
    let before = behind(&lab);
    lab.lw_ok(&IN_PLACE);
    lab.lw_ok(&["undo"]);
    assert_eq!(before.differences(&behind(&lab)), [] as [String; 0]);
}

#[test]
fn one_thing_behind_a_link_by_either_path() {
    for path in ["src/d/two", "cloud/src/d/two"] {
        let lab = moved();
        let asked = lab.home().join(path);
        let outcome = lab.lw(&[&IN_PLACE[..], &[asked.to_str().unwrap()]].concat());
        if path.starts_with("src") {
            assert_eq!(outcome.code, Some(0), "{outcome:#?}");
            assert_eq!(text(&lab, "cloud/src/d/two"), "two\n");
        }
        assert!(lab.home().join("src").is_symlink());
    }
}

#[test]
fn a_folder_above_may_have_moved_too() {
    let lab = lab("mkdir -p work/src/d cloud; echo good > work/src/d/a");
    lab.lw_ok(&["snapshot", "take", "work/src", "store"]);
    lab.sh("lw move work cloud -y -q; echo bad > work/src/d/a");
    lab.lw_ok(&IN_PLACE);
    assert_eq!(text(&lab, "cloud/work/src/d/a"), "good\n");
    lab.lw_ok(&["undo"]);
    assert_eq!(text(&lab, "cloud/work/src/d/a"), "bad\n");
    // A folder between the source and what is asked for.
    lab.sh("lw move cloud/work/src/d far -y -q; echo worse > far/a");
    lab.lw_ok(&[&IN_PLACE[..], &["src/d/a"]].concat());
    assert_eq!(text(&lab, "far/a"), "good\n");
}

#[test]
fn nothing_is_made_in_place_of_a_link_that_leads_nowhere() {
    let lab = moved();
    lab.sh("mv cloud unmounted");
    let before = Picture::of(lab.home());
    for more in [&[][..], &["-n"]] {
        let outcome = lab.lw(&[&IN_PLACE[..], more].concat());
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(outcome.stderr.contains("does not exist"), "{outcome:#?}");
        let differences = before.differences(&Picture::of(lab.home()));
        assert_eq!(differences, [] as [String; 0]);
    }
}

#[test]
fn two_sources_that_are_one_by_now_are_refused() {
    let lab = lab("mkdir a b; echo a > a/a; echo b > b/b");
    lab.lw_ok(&["snapshot", "take", "a", "b", "store"]);
    lab.sh("rm -r a; ln -s b a; echo bad > b/b");
    for more in [&["-n"][..], &[]] {
        let outcome = lab.lw(&[&IN_PLACE[..], more].concat());
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(outcome.stderr.contains("both would be"), "{outcome:#?}");
    }
    assert_eq!(text(&lab, "b/b"), "bad\n");
    lab.lw_ok(&[&IN_PLACE[..], &["b"]].concat());
    assert_eq!(text(&lab, "b/b"), "b\n");
}

#[test]
fn a_source_that_was_moved_into_another_stays_there() {
    let lab = lab("mkdir -p work/src cloud; echo good > work/src/a; echo c > cloud/c");
    lab.lw_ok(&["snapshot", "take", "work/src", "cloud", "store"]);
    lab.sh("mkdir cloud/deep; lw move work cloud/deep -y -q; echo bad > work/src/a; echo x > cloud/deep/x");
    lab.lw_ok(&[&IN_PLACE[..], &["--delete"]].concat());
    assert_eq!(text(&lab, "cloud/deep/work/src/a"), "good\n");
    assert!(!lab.home().join("cloud/deep/x").exists());
    assert!(lab.home().join("work").is_symlink());
}

#[test]
fn a_link_into_the_store_is_not_gone_behind() {
    let lab = lab(TREE);
    take(&lab, &["--guard", "none"]);
    lab.sh("mv src away; ln -s store/latest/src src; echo bad > store/latest/src/d/two");
    let outcome = lab.lw_ok(&IN_PLACE);
    assert!(outcome.stderr.contains("left alone"), "{outcome:#?}");
    assert_eq!(text(&lab, "src/d/two"), "bad\n");
}

#[test]
fn killed_at_every_effect() {
    let clean = moved();
    let before = behind(&clean).shape(clean.home());
    let done = clean.lw_ok(&IN_PLACE);
    let after = behind(&clean).shape(clean.home());
    for n in 1..=done.effects.len() {
        let lab = moved();
        let outcome = lab.lw_with(&IN_PLACE, &Fault::KillAfter(n));
        assert!(outcome.hit, "{n}: {outcome:#?}");
        lab.lw_ok(&["recover"]);
        let now = behind(&lab).shape(lab.home());
        assert_eq!(
            now.paths_unlike_both(&before, &after),
            [] as [std::path::PathBuf; 0],
            "{n}"
        );
        assert!(lab.home().join("src").is_symlink(), "{n}");
        lab.lw_ok(&IN_PLACE);
        let now = behind(&lab).shape(lab.home());
        assert_eq!(
            now.paths_unlike_both(&after, &after),
            [] as [std::path::PathBuf; 0],
            "{n}"
        );
    }
}
