//! Taking a snapshot, killed or failing at every effect.

use lw_testkit::{Fault, Lab, Outcome};

use crate::ground::{TREE, assert_alike, assert_sound, ids, lab, number, picture, take, tree};

const TAKE: &[&str] = &[
    "snapshot", "take", "src", "store", "--json", "--guard", "none",
];

/// A store with one snapshot, and a source that has changed since.
fn ground() -> (Lab, String, Vec<String>) {
    let lab = lab(TREE);
    let first = take(&lab, &["--guard", "none"]);
    let before = picture(&lab, &first);
    lab.sh("echo new > src/new; echo TWO > src/d/two; rm src/d/link; mv src/holes src/empty; ln src/new src/d/new");
    (lab, first, before)
}

fn effects() -> Vec<String> {
    ground().0.lw_ok(TAKE).effects
}

/// The first snapshot is as it was, the second wholly there or not at all, and the next one is right.
fn assert_whole(lab: &Lab, (first, before): (&str, &[String]), what: &str) {
    lab.lw_ok(&["recover"]);
    assert_eq!(picture(lab, first), before, "{what}");
    for id in ids(lab).iter().skip(1) {
        assert_alike(&lab.home().join("src"), &tree(lab, id));
    }
    let names = std::fs::read_dir(lab.home().join("store")).unwrap();
    let shown = names.filter(|name| {
        let name = name.as_ref().unwrap().file_name();
        name != ".store" && name != "latest"
    });
    assert_eq!(
        shown.count(),
        ids(lab).len(),
        "{what}: what is seen is not what is listed"
    );
    assert_sound(lab);
    let after: Outcome = lab.lw_ok(TAKE);
    let newest = ids(lab).pop().unwrap();
    assert_eq!(crate::ground::newest(lab), newest, "{what}");
    assert_alike(&lab.home().join("src"), &tree(lab, &newest));
    assert_eq!(number(&after, "left_out"), 0, "{what}");
    assert_eq!(picture(lab, first), before, "{what}");
    assert_sound(lab);
    let trash = std::fs::read_dir(lab.home().join("store/.store/staging")).unwrap();
    assert!(
        trash.count() <= 1,
        "{what}: what interrupted runs left is not removed"
    );
}

#[test]
fn killed_at_every_effect() {
    let effects = effects();
    assert!(effects.len() > 40, "{effects:#?}");
    for n in 1..=effects.len() {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let what = format!("{fault:?} {}", effects[n - 1]);
            let (lab, first, before) = ground();
            let killed = lab.lw_with(TAKE, &fault);
            assert_eq!(
                (killed.code, killed.hit),
                (None, true),
                "{what}: {killed:#?}"
            );
            assert_whole(&lab, (&first, &before), &what);
        }
    }
}

/// Also before anything is there, and while the store itself is made.
#[test]
fn the_first_one_killed_at_every_effect() {
    let ground = || lab("mkdir -p src/d; echo one > src/one; echo two > src/d/two");
    let effects = ground().lw_ok(TAKE).effects;
    for n in 1..=effects.len() {
        let what = format!("{n} {}", effects[n - 1]);
        let lab = ground();
        let killed = lab.lw_with(TAKE, &Fault::KillAfter(n));
        assert!(killed.hit, "{what}: {killed:#?}");
        lab.lw_ok(&["recover"]);
        lab.lw_ok(TAKE);
        let newest = ids(&lab).pop().unwrap();
        assert_alike(&lab.home().join("src"), &tree(&lab, &newest));
        assert_sound(&lab);
    }
}

#[test]
fn failing_at_every_effect() {
    const ENOSPC: i32 = 28;
    const EIO: i32 = 5;
    let effects = effects();
    for n in 1..=effects.len() {
        for fault in [Fault::FailOnce(n, EIO), Fault::FailFrom(n, ENOSPC)] {
            let what = format!("{fault:?} {}", effects[n - 1]);
            let (lab, first, before) = ground();
            let failed = lab.lw_with(TAKE, &fault);
            assert!(failed.hit && failed.code.is_some(), "{what}: {failed:#?}");
            assert_whole(&lab, (&first, &before), &what);
        }
    }
}

/// What an interrupted run has copied is not copied again.
#[test]
fn an_interrupted_run_is_gone_on_with() {
    let script = "mkdir src; for n in $(seq 30); do mkdir src/d$n; for m in $(seq 30); do seq $n $m 2000 > src/d$n/file-with-a-long-name-$m; done; done";
    let lab = lab(script);
    // What was changed just now is not taken for unchanged.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    let clean = lab.lw_ok(&[
        "snapshot", "take", "src", "clean", "--json", "--guard", "none",
    ]);
    let all = number(&clean, "copied");
    let late = clean.effects.len() - 100;
    let killed = lab.lw_with(TAKE, &Fault::KillBefore(late));
    assert!(killed.hit);
    assert_eq!(ids_or_none(&lab), 0);
    let resumed = lab.lw_ok(TAKE);
    let copied = number(&resumed, "copied");
    assert!(copied < all / 2, "{copied} of {all}");
    assert_alike(
        &lab.home().join("src"),
        &lab.home().join("clean/latest/src").canonicalize().unwrap(),
    );
    assert_sound(&lab);
    // Not so if that is not wanted.
    lab.sh("rm -r store");
    assert!(lab.lw_with(TAKE, &Fault::KillBefore(late)).hit);
    let anew = lab.lw_ok(&["snapshot", "take", "src", "store", "--json", "--discard"]);
    assert_eq!(number(&anew, "copied"), all);
}

fn ids_or_none(lab: &Lab) -> usize {
    lab.lw(&["snapshot", "list", "store"])
        .stdout
        .lines()
        .count()
}

/// The copy of an interrupted run that is not what its record says is not used.
#[test]
fn a_damaged_copy_of_an_interrupted_run_is_not_used() {
    let lab = lab(
        "mkdir src; for n in $(seq 400); do seq $n 2000 > src/file-with-a-long-name-$n; done; mkdir src/z; echo z > src/z/z",
    );
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    lab.lw_ok(&["snapshot", "take", "src", "first"]);
    let clean = lab.lw_ok(&["snapshot", "take", "src", "clean"]);
    let at = clean
        .effects
        .iter()
        .position(|line| line.starts_with("finish manifest"))
        .unwrap();
    assert!(lab.lw_with(TAKE, &Fault::KillBefore(at + 1)).hit);
    lab.sh("for f in store/.store/staging/*/building/tree/src/file-*; do printf X | dd of=$f conv=notrunc 2> /dev/null; done");
    lab.lw_ok(&["snapshot", "take", "src", "store", "--guard", "none"]);
    let latest = lab.home().join("store/latest").canonicalize().unwrap();
    assert_alike(&lab.home().join("src"), &latest.join("src"));
    assert_sound(&lab);
}

#[test]
fn two_at_once_do_not_meet() {
    let lab = lab(TREE);
    let inner = format!(
        "LW_HOME={} {} snapshot take src store > /dev/null 2> inner; echo $? >> inner",
        lab.state().display(),
        crate::ground::PROGRAM
    );
    lab.lw_ok(&["snapshot", "take", "src", "first"]);
    let clean = lab.lw_ok(&["snapshot", "take", "src", "clean"]);
    let at = clean
        .effects
        .iter()
        .position(|line| line.starts_with("take file"))
        .unwrap();
    let outcome = lab.lw_with(
        &["snapshot", "take", "src", "store"],
        &Fault::RunBefore(at + 1, inner),
    );
    assert_eq!((outcome.code, outcome.hit), (Some(0), true), "{outcome:#?}");
    let inner = crate::ground::text(&lab, "inner");
    assert_eq!(inner.lines().last(), Some("5"), "{inner}");
    assert_eq!(ids(&lab).len(), 1);
    assert_sound(&lab);
}

/// Nor do those of two users, who know nothing of each other, until what one has made is published.
#[test]
fn two_with_ledgers_of_their_own_do_not_meet() {
    let take = ["snapshot", "take", "src", "store"];
    let ground = || {
        let lab = lab(TREE);
        lab.lw_ok(&take);
        lab.lw_ok(&take);
        lab
    };
    let effects = ground().lw_ok(&take).effects;
    let is_begun = |line: &String| line.starts_with("take ");
    let first = effects.iter().position(is_begun).unwrap();
    let last = effects.iter().rposition(|line| line.contains("latest"));
    for at in (first..=last.unwrap()).step_by(3) {
        let lab = ground();
        let inner = format!(
            "unset LW_TEST_FAULT LW_TEST_EFFECTS
             LW_HOME={}/others {} snapshot take src store > /dev/null 2> inner; echo $? >> inner
             LW_HOME={0}/others {1} snapshot forget -y store --keep-last 1 > /dev/null 2>> inner; echo $? >> inner",
            lab.home().display(),
            crate::ground::PROGRAM
        );
        let outcome = lab.lw_with(&take, &Fault::RunBefore(at + 1, inner));
        let what = &effects[at];
        assert_eq!(
            (outcome.code, outcome.hit),
            (Some(0), true),
            "{what}: {outcome:#?}"
        );
        let inner = crate::ground::text(&lab, "inner");
        let codes: Vec<&str> = inner.lines().filter(|line| line.len() == 1).collect();
        assert_eq!(codes, ["5", "5"], "{what}: {inner}");
        assert_eq!(ids(&lab).len(), 3, "{what}");
        assert_sound(&lab);
    }
}
