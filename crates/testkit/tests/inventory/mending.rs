//! Repair: each scenario is mended, or left alone with the reason, and undo gives every text back to the byte.

use std::path::Path;

use lw_testkit::{Fault, Lab, Picture};

use super::lab;

/// Fails unless the command mends all, every link leads to what its name says, and undo gives all back.
fn mended(lab: &Lab, arguments: &[&str]) {
    let before = Picture::of(lab.home());
    let preview = lab.lw_ok(&[arguments, &["-n"]].concat());
    assert!(
        before.differences(&Picture::of(lab.home())).is_empty(),
        "{preview:#?}"
    );
    lab.lw_ok(&[arguments, &["-y"]].concat());
    assert_eq!(
        lab.lw(&["check"]).code,
        Some(0),
        "{:#?}",
        lab.lw(&["check"])
    );
    lab.sh("find . -type l -name 'to-*' | while read -r l; do
        [ \"$(cat \"$l\")\" = \"${l##*/to-}\" ] || { echo \"$l leads to $(cat \"$l\")\" >&2; exit 1; }; done");
    lab.lw_ok(&["undo", "-y"]);
    let differences = before.differences(&Picture::of(lab.home()));
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Fails unless nothing can be mended and nothing is changed.
fn left_alone(lab: &Lab, arguments: &[&str], because: &str) {
    let before = Picture::of(lab.home());
    let outcome = lab.lw(&[arguments, &["-y"]].concat());
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(outcome.stderr.contains(because), "{outcome:#?}");
    assert!(before.differences(&Picture::of(lab.home())).is_empty());
}

/// A cloud folder with the same names in each of its projects, and a link to each file.
const CLOUD: &str = "
    mkdir links; for p in $(seq 40); do mkdir -p Dropbox/p$p; for n in $(seq 10); do
        printf %s $p-$n > Dropbox/p$p/notes-$n
        if [ $((n % 2)) = 0 ]; then ln -s \"$PWD/Dropbox/p$p/notes-$n\" links/to-$p-$n
        else ln -s ../Dropbox/p$p/notes-$n links/to-$p-$n; fi
    done; done";

#[test]
fn a_cloud_folder_that_moved() {
    let lab = lab(CLOUD);
    lab.sh("mkdir -p Library/CloudStorage; mv Dropbox Library/CloudStorage/");
    mended(&lab, &["repair"]);
    mended(&lab, &["repair", "links", "--search", "Library"]);
    mended(
        &lab,
        &[
            "repair",
            "--from",
            "Dropbox",
            "--to",
            "Library/CloudStorage/Dropbox",
        ],
    );
    lab.sh("mv Library/CloudStorage/Dropbox Renamed");
    mended(&lab, &["repair"]);
}

#[test]
fn a_copy_elsewhere_makes_it_uncertain() {
    let lab = lab(CLOUD);
    lab.sh("cp -a Dropbox Backup; mv Dropbox Moved");
    left_alone(&lab, &["repair"], "it could be any of");
    mended(&lab, &["repair", "--search", "Moved"]);
}

#[test]
fn one_file_that_moved() {
    let lab = lab("mkdir a b l; printf x > a/only; ln -s ../a/only l/to-x; mv a/only b/");
    mended(&lab, &["repair"]);
    lab.sh("mkdir c; printf y > c/only");
    left_alone(&lab, &["repair"], "it could be any of");
}

#[test]
fn a_target_that_is_gone_for_good() {
    let lab = lab("mkdir a; ln -s a/gone l");
    left_alone(&lab, &["repair"], "its target was not found");
    assert_eq!(lab.lw(&["repair", "a"]).code, Some(0));
}

#[test]
fn links_that_moved_away_from_what_they_lead_to() {
    let lab = lab("
        mkdir -p p/data p/links q; for n in 1 2 3; do printf $n > p/data/$n; ln -s ../data/$n p/links/to-$n; done
        mv p/links q/r; mkdir -p q/s; mv q/r q/s/");
    mended(&lab, &["repair"]);
}

#[test]
fn a_link_to_a_broken_link_is_mended_with_it() {
    let lab = lab("
        mkdir -p old l; printf 1 > old/f; ln -s \"$PWD/old/f\" l/first; ln -s first l/to-1; ln -s to-1 l/third
        mv old new");
    let outcome = lab.lw_ok(&["repair", "-y"]);
    assert!(
        outcome.stderr.contains("2 more links lead to one of those"),
        "{outcome:#?}"
    );
    assert!(outcome.stdout.contains("Mended the link"), "{outcome:#?}");
    assert_eq!(lab.lw(&["check"]).code, Some(0));
}

#[test]
fn what_was_changed_since_is_left_alone_by_undo() {
    let lab = lab("
        mkdir old l; for n in 1 2 3; do printf $n > old/f$n; ln -s \"$PWD/old/f$n\" l/$n; done; mv old new");
    lab.lw_ok(&["repair", "-y"]);
    lab.sh("ln -sfn /elsewhere l/2");
    let outcome = lab.lw_ok(&["undo", "-y"]);
    assert!(outcome.stderr.contains("l/2"), "{outcome:#?}");
    let text = |name: &str| std::fs::read_link(lab.home().join("l").join(name)).unwrap();
    assert_eq!(text("1"), lab.home().join("old/f1"));
    assert_eq!(text("2"), Path::new("/elsewhere"));
    assert_eq!(text("3"), lab.home().join("old/f3"));
    lab.lw_ok(&["undo", "2"]);
    assert_eq!(text("1"), Path::new(&lab.home().join("new/f1")));
}

const SMALL: &str = "
    mkdir old l; for n in 1 2 3; do printf $n > old/f$n; ln -s ../old/f$n l/$n; done; mv old new";

#[test]
fn killed_at_every_effect_a_repair_is_wholly_before_or_wholly_after() {
    let effects = lab(SMALL).lw_ok(&["repair", "-y"]).effects.len();
    assert!(effects > 6);
    for n in 1..=effects {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let lab = lab(SMALL);
            let before = Picture::of(lab.home());
            let killed = lab.lw_with(&["repair", "-y"], &fault);
            assert!(killed.hit, "effect {n} was not reached");
            lab.lw_ok(&["recover"]);
            let is_before = before.differences(&Picture::of(lab.home())).is_empty();
            let is_after = lab.lw(&["check"]).code == Some(0);
            assert!(
                is_before || is_after,
                "effect {n}: {:#?}",
                lab.lw(&["check"])
            );
            // The old links are in quarantine after it.
            let left = lab.leftovers();
            assert!(left.is_empty() || is_after, "effect {n}: {left:?}");
        }
    }
}
