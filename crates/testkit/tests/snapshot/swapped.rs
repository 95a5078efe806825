//! A source in which somebody swaps folders for links while it is taken.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use lw_testkit::{Fault, Outcome};

use crate::ground::{assert_sound, lab, newest, tree};

const GROUND: &str = "mkdir -p src/a/deep src/b outside/deep; echo in > src/a/deep/f; echo in > src/a/f; echo in > src/b/f
echo out > outside/deep/f; echo out > outside/f; echo out > outside/more";
const TAKE: &[&str] = &["snapshot", "take", "src", "store"];

/// Returns the files below a folder that hold what is only outside.
fn from_outside(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            found.extend(from_outside(&path));
        } else if kind.is_file() && fs::read_to_string(&path).unwrap() != "in\n" {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Returns the places of the effects between which the source is read.
fn while_it_reads(clean: &Outcome) -> RangeInclusive<usize> {
    let place = |word: &str| clean.effects.iter().position(|line| line.starts_with(word));
    place("begin manifest").unwrap() + 1..=place("finish manifest").unwrap() + 1
}

/// Rule 14, on the side of the source: whenever it happens, nothing from outside gets into the snapshot.
#[test]
fn a_link_in_place_of_a_folder_is_not_passed() {
    let clean = lab(GROUND).lw_ok(TAKE);
    for swap in [
        "mv src/a was; ln -s \"$PWD/outside\" src/a",
        "mv src/a/deep was; ln -s ../../outside/deep src/a/deep",
        "mv src/a/f was; ln -s ../../outside/f src/a/f",
    ] {
        let mut missed = 0;
        for n in while_it_reads(&clean) {
            let lab = lab(GROUND);
            let outcome = lab.lw_with(TAKE, &Fault::RunBefore(n, swap.to_owned()));
            assert!(outcome.hit, "{swap}: {n}: {outcome:#?}");
            assert!(matches!(outcome.code, Some(0 | 3)), "{n}: {outcome:#?}");
            missed += usize::from(outcome.code == Some(3));
            let id = newest(&lab);
            let found = from_outside(&tree(&lab, &id));
            assert_eq!(found, [] as [String; 0], "{swap}: {n}: {outcome:#?}");
            assert_sound(&lab);
        }
        // That it was a folder when it was listed and none when it was opened is told.
        assert_eq!(missed > 0, !swap.contains("/f "), "{swap}");
    }
}

/// A source itself.
#[test]
fn a_link_in_place_of_a_source_is_not_passed() {
    let clean = lab(GROUND).lw_ok(TAKE);
    let (mut looked_at, mut refused) = (0, 0);
    for n in 1..=*while_it_reads(&clean).end() {
        let lab = lab(GROUND);
        let swap = "mv src was; ln -s outside src".to_owned();
        let outcome = lab.lw_with(TAKE, &Fault::RunBefore(n, swap));
        assert!(outcome.hit, "{n}: {outcome:#?}");
        if outcome
            .stderr
            .contains("src' is a link; what it leads to is taken")
        {
            // It was one before anything was looked at.
            continue;
        }
        looked_at += 1;
        if let Ok(id) = fs::read_link(lab.home().join("store/latest")) {
            let taken = tree(&lab, id.to_str().unwrap());
            // Nor is the link taken for all that was there.
            assert!(!taken.is_symlink(), "{n}: {outcome:#?}");
            let found = from_outside(&taken);
            assert_eq!(found, [] as [String; 0], "{n}: {outcome:#?}");
            assert_sound(&lab);
        } else {
            assert_eq!(outcome.code, Some(4), "{n}: {outcome:#?}");
            refused += 1;
        }
    }
    assert!(refused > 0 && looked_at > 10, "{looked_at}: {clean:#?}");
}

/// A folder above the source.
#[test]
fn a_link_in_place_of_a_folder_above_is_not_passed() {
    let ground = || {
        let lab = lab(GROUND);
        lab.sh("mkdir up others; mv src up; cp -r outside others/src");
        lab
    };
    let take = ["snapshot", "take", "up/src", "store"];
    let clean = ground().lw_ok(&take);
    let mut refused = 0;
    for n in 1..=*while_it_reads(&clean).end() {
        let lab = ground();
        let swap = "mv up was; ln -s others up".to_owned();
        let outcome = lab.lw_with(&take, &Fault::RunBefore(n, swap));
        assert!(outcome.hit, "{n}: {outcome:#?}");
        if outcome.code != Some(0) {
            assert_eq!(outcome.code, Some(4), "{n}: {outcome:#?}");
            refused += 1;
            continue;
        }
        let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
        if shown.stdout.contains("/others/src") {
            // It was a link before anything was looked at.
            continue;
        }
        let found = from_outside(&tree(&lab, &newest(&lab)));
        assert_eq!(found, [] as [String; 0], "{n}: {outcome:#?}");
        assert_sound(&lab);
    }
    assert!(refused > 0, "{clean:#?}");
}
