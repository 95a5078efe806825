//! Removing snapshots: only those that were meant, and never the last.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use lw_testkit::Fault;

use crate::ground::{TREE, assert_sound, ids, lab, newest, picture, take, text};

#[test]
fn what_no_rule_keeps_goes_for_good() {
    let lab = lab(TREE);
    let all: Vec<String> = (0..4)
        .map(|n| take(&lab, if n == 1 { &["--tag", "pin"] } else { &[] }))
        .collect();
    let shown = lab.lw_ok(&["snapshot", "forget", "-n", "store", "--keep-last", "1"]);
    assert!(shown.stdout.contains("stays (pinned)"), "{shown:#?}");
    assert_eq!(shown.stdout.matches("goes").count(), 2, "{shown:#?}");
    assert_eq!(ids(&lab), all);
    let unasked = lab.lw(&["snapshot", "forget", "store", "--keep-last", "1"]);
    assert_eq!(unasked.code, Some(4), "{unasked:#?}");
    let kept = picture(&lab, &all[3]);
    lab.lw_ok(&["snapshot", "forget", "-y", "store", "--keep-last", "1"]);
    assert_eq!(ids(&lab), [all[1].clone(), all[3].clone()]);
    assert_eq!(picture(&lab, &all[3]), kept);
    assert_eq!(
        fs::read_dir(lab.home().join("store/.store/trash"))
            .unwrap()
            .count(),
        0
    );
    assert_sound(&lab);
    let nothing = lab.lw(&["snapshot", "forget", "-y", "store"]);
    assert_eq!(nothing.code, Some(4), "{nothing:#?}");
}

#[test]
fn latest_leads_to_what_stays() {
    let lab = lab("mkdir src; echo 1 > src/x");
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    // Somebody let it lead to an older one.
    lab.sh(&format!("ln -sfn {first} store/latest"));
    lab.lw_ok(&["snapshot", "forget", "-y", &format!("store/{first}")]);
    assert_eq!(newest(&lab), second);
    assert_eq!(text(&lab, "store/latest/src/x"), "1\n");
    let last = lab.lw(&["snapshot", "forget", "-y", "store/latest"]);
    assert_eq!(last.code, Some(4), "{last:#?}");
    assert_eq!(ids(&lab), [second]);
}

/// A whole name means nothing but itself, and what goes for good is named by its whole name.
#[test]
fn the_beginning_of_a_name_is_not_enough() {
    let lab = lab("mkdir src; echo 1 > src/x");
    let first = take(&lab, &[]);
    take(&lab, &[]);
    take(&lab, &[]);
    // As one more that was taken in the same second.
    lab.sh(&format!(
        "mv store/{first} store/{first}-9; mv store/.store/manifests/{first}.idx store/.store/manifests/{first}-9.idx"
    ));
    for command in [
        &["snapshot", "show"][..],
        &["snapshot", "forget", "-y"],
        &["snapshot", "restore", "--to", "out"],
    ] {
        let mut command = command.to_vec();
        let path = format!("store/{first}");
        command.push(&path);
        let outcome = lab.lw(&command);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("there is no snapshot"),
            "{outcome:#?}"
        );
    }
    let beginning = lab.lw(&["snapshot", "forget", "-y", &format!("store/{first}-")]);
    assert_eq!(beginning.code, Some(4), "{beginning:#?}");
    lab.lw_ok(&["snapshot", "forget", "-y", &format!("store/{first}-9")]);
    assert_eq!(ids(&lab).len(), 2);
}

/// What is removed while it is looked at is no damage.
#[test]
fn verifying_beside_it_finds_nothing_wrong() {
    let lab = lab(
        "mkdir src; for d in $(seq 40); do mkdir src/$d; for n in $(seq 20); do echo $d $n > src/$d/$n; done; done",
    );
    take(&lab, &[]);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let verifying = scope.spawn(|| {
            let mut outcomes = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                outcomes.push(lab.lw(&["snapshot", "verify", "--full", "store"]));
            }
            outcomes
        });
        for _ in 0..12 {
            take(&lab, &[]);
            lab.lw_ok(&[
                "snapshot",
                "forget",
                "-q",
                "-y",
                "store",
                "--keep-last",
                "1",
            ]);
        }
        is_over.store(true, Ordering::Relaxed);
        let outcomes = verifying.join().unwrap();
        assert!(!outcomes.is_empty());
        for outcome in outcomes {
            assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        }
    });
}

/// What an interrupted run has left goes before any snapshot does.
#[test]
fn what_is_half_made_goes_first() {
    let lab = lab(TREE);
    take(&lab, &[]);
    take(&lab, &[]);
    lab.sh("mkdir -p store/.store/staging/2026-01-01T000000Z/new/tree; echo half > store/.store/staging/2026-01-01T000000Z/new/tree/x");
    let short = lab.lw(&[
        "snapshot",
        "forget",
        "-y",
        "store",
        "--until-free",
        "1000000G",
    ]);
    assert_eq!(short.code, Some(3), "{short:#?}");
    assert!(
        !lab.home()
            .join("store/.store/staging/2026-01-01T000000Z")
            .exists()
    );
    assert_eq!(ids(&lab).len(), 1);
}

/// What lies in the way out by the name of a snapshot takes the manifest of that name along: no new one may have it.
#[test]
fn no_new_one_has_the_name_of_one_on_its_way_out() {
    let lab = lab(TREE);
    take(&lab, &[]);
    lab.sh("now=$(date +%s); for n in $(seq 0 60); do
            mkdir store/.store/trash/$(date -u -d @$((now + n)) +%Y-%m-%dT%H%M%SZ)
        done");
    let id = take(&lab, &[]);
    lab.lw_ok(&["snapshot", "forget", "-y", "store", "--keep-last", "1"]);
    assert_eq!(ids(&lab), [id]);
    assert_sound(&lab);
}

#[test]
fn killed_at_every_effect() {
    let command = ["snapshot", "forget", "-y", "store", "--keep-last", "1"];
    let ground = || {
        let lab = lab(TREE);
        take(&lab, &[]);
        lab.sh("echo more >> src/one");
        take(&lab, &[]);
        let last = take(&lab, &[]);
        let before = picture(&lab, &last);
        (lab, last, before)
    };
    let effects = ground().0.lw_ok(&command).effects;
    assert!(effects.len() > 8, "{effects:#?}");
    for n in 1..=effects.len() {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let what = format!("{fault:?} {}", effects[n - 1]);
            let (lab, last, before) = ground();
            assert!(lab.lw_with(&command, &fault).hit, "{what}");
            // Each is wholly there or not a snapshot any more.
            assert_sound(&lab);
            lab.lw_ok(&command);
            assert_eq!(ids(&lab), std::slice::from_ref(&last), "{what}");
            assert_eq!(picture(&lab, &last), before, "{what}");
            assert_eq!(newest(&lab), last, "{what}");
            let left = fs::read_dir(lab.home().join("store/.store/trash")).unwrap();
            assert_eq!(left.count(), 0, "{what}");
        }
    }
}
