//! A repair that is killed at any effect, then settled: each unit is wholly before or wholly after.

use std::fs;

use lw_testkit::{Fault, Lab, Picture};

use super::ground::PROGRAM;

const LINKS: usize = 3;

fn lab() -> Lab {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh(
        "mkdir -p old t; for n in one two three; do printf $n > old/$n; ln -s ../old/$n t/$n; done; mv old new
         printf x > warm; lw link warm warmer; rm warmer warm",
    );
    lab
}

fn mended(lab: &Lab) -> usize {
    let links = ["one", "two", "three"];
    let is_mended = |name: &&&str| fs::metadata(lab.home().join("t").join(name)).is_ok();
    links.iter().filter(is_mended).count()
}

fn is_wholly_one(lab: &Lab, what: &str) -> bool {
    let count = mended(lab);
    assert!(
        count == 0 || count == LINKS,
        "{what}: {count} of {LINKS} are mended"
    );
    let left = lab
        .leftovers()
        .into_iter()
        .filter(|path| path.starts_with(lab.home()));
    assert_eq!(left.count(), 0, "{what}");
    count == LINKS
}

#[test]
fn killed_at_every_effect_then_settled() {
    let clean = lab();
    let outcome = clean.lw_ok(&["repair", "-y", "."]);
    assert!(outcome.effects.len() >= 2 * LINKS, "{outcome:#?}");
    assert_eq!(mended(&clean), LINKS);
    let (mut before_count, mut after_count) = (0, 0);
    for n in 1..=outcome.effects.len() {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let what = format!("{fault:?}, {}", outcome.effects[n - 1]);
            let lab = lab();
            let before = Picture::of(lab.home());
            let killed = lab.lw_with(&["repair", "-y", "."], &fault);
            assert_eq!(
                (killed.code, killed.hit),
                (None, true),
                "{what}: {killed:#?}"
            );
            lab.lw_ok(&["recover"]);
            if is_wholly_one(&lab, &what) {
                after_count += 1;
                lab.lw_ok(&["undo"]);
            } else {
                before_count += 1;
            }
            let differences = before.differences(&Picture::of(lab.home()));
            assert!(differences.is_empty(), "{what}: {differences:#?}");
            lab.lw_ok(&["repair", "-y", "."]);
            assert_eq!(mended(&lab), LINKS, "{what}");
        }
    }
    assert!(
        before_count > 0 && after_count > 0,
        "{before_count}, {after_count}"
    );
}

#[test]
fn an_undo_killed_at_every_effect_then_settled() {
    let clean = lab();
    clean.lw_ok(&["repair", "-y", "."]);
    let outcome = clean.lw_ok(&["undo"]);
    for n in 1..=outcome.effects.len() {
        let fault = Fault::KillAfter(n);
        let what = format!("{fault:?}, {}", outcome.effects[n - 1]);
        let lab = lab();
        let before = Picture::of(lab.home());
        lab.lw_ok(&["repair", "-y", "."]);
        let killed = lab.lw_with(&["undo", "2"], &fault);
        assert_eq!(
            (killed.code, killed.hit),
            (None, true),
            "{what}: {killed:#?}"
        );
        lab.lw_ok(&["recover"]);
        if is_wholly_one(&lab, &what) {
            lab.lw_ok(&["undo", "2"]);
        }
        let differences = before.differences(&Picture::of(lab.home()));
        assert!(differences.is_empty(), "{what}: {differences:#?}");
    }
}

/// A disk that is full or refuses: what is said to be done is done, and nothing is half way.
#[test]
fn failing_at_every_effect() {
    let clean = lab();
    let outcome = clean.lw_ok(&["repair", "-y", "."]);
    let errnos = [libc::ENOSPC, libc::EIO, libc::EACCES];
    for n in 1..=outcome.effects.len() {
        for fault in [
            Fault::FailOnce(n, errnos[n % 3]),
            Fault::FailFrom(n, errnos[n % 2]),
        ] {
            let what = format!("{fault:?}, {}", outcome.effects[n - 1]);
            let lab = lab();
            let failed = lab.lw_with(&["repair", "-y", "."], &fault);
            assert!(failed.hit, "{what}: {failed:#?}");
            assert!(
                matches!(failed.code, Some(0 | 3 | 4 | 6)),
                "{what}: {failed:#?}"
            );
            let said_done = failed.code == Some(0);
            lab.lw_ok(&["recover"]);
            let is_after = is_wholly_one(&lab, &what);
            assert!(is_after || !said_done, "{what}: {failed:#?}");
            assert!(!is_after || failed.code != Some(4), "{what}: {failed:#?}");
        }
    }
}
