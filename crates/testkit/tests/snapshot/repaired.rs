//! Damaged snapshots put right: from other snapshots, from the source, and never by a change to what is shared.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

use lw_testkit::{Fault, Lab, Outcome};

use crate::ground::{
    TREE, assert_alike, assert_sound, ids, inode, lab, picture, stat, take, text, tree,
};

const REPAIR: &[&str] = &["snapshot", "repair", "store", "-y"];

/// Writes other bytes into a file of the store, and leaves size and time as they were.
fn flip(file: &str) -> String {
    format!(
        "t=$(stat -c %y '{file}'); printf X | dd of='{file}' conv=notrunc 2> /dev/null; touch -d \"$t\" '{file}'; "
    )
}

/// Returns what a script says.
fn said(lab: &Lab, script: &str) -> String {
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", script]).current_dir(lab.home()).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// Fails unless a snapshot looks as it did.
fn assert_alike_pictures(lab: &Lab, (id, before): (&str, &[String]), what: &str) {
    let short = |line: &String| line.chars().take(200).collect::<String>();
    let now: Vec<String> = picture(lab, id).iter().map(short).collect();
    let before: Vec<String> = before.iter().map(short).collect();
    let others: Vec<&String> = now.iter().filter(|line| !before.contains(line)).collect();
    assert!(now == before, "{what}: {id}: {others:#?}");
}

fn repair_ok(lab: &Lab) -> Outcome {
    let outcome = lab.lw_ok(REPAIR);
    assert_sound(lab);
    outcome
}

/// Returns the names of what lies beside the snapshots as replaced.
fn replaced(lab: &Lab) -> Vec<String> {
    let listed = said(
        lab,
        "find store/.store/damaged -mindepth 2 -maxdepth 2 -printf '%f\\n' 2> /dev/null | sort",
    );
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn a_flipped_bit_gives_way_in_all_that_share_it() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    lab.sh("echo changed > src/d/two");
    let third = take(&lab, &[]);
    // The source has another content by now; a copy of the old one is at another place of it.
    lab.sh("printf 'two\\n' > src/kept");
    let fourth = take(&lab, &[]);
    let before = [&first, &second, &third, &fourth].map(|id| picture(&lab, id));
    let shared = inode(&lab, &format!("store/{first}/src/d/two"));
    lab.sh(&flip(&format!("store/{first}/src/d/two")));
    let damaged = fs::read(tree(&lab, &first).join("d/two")).unwrap();
    let shown = lab.lw_ok(&["snapshot", "repair", "-n", "store"]);
    assert!(shown.effects.is_empty(), "{shown:#?}");
    let outcome = repair_ok(&lab);
    assert!(outcome.stdout.contains("/src/kept'"), "{outcome:#?}");
    assert!(outcome.stdout.contains("Repaired 2 names."), "{outcome:#?}");
    let now = [&first, &second, &third, &fourth].map(|id| picture(&lab, id));
    assert_eq!(now, before);
    let (a, b) = (
        stat(&lab, &format!("store/{first}/src/d/two")),
        stat(&lab, &format!("store/{second}/src/d/two")),
    );
    assert_eq!((a.ino(), a.nlink()), (b.ino(), 2));
    assert_ne!(a.ino(), shared);
    assert_ne!(a.ino(), inode(&lab, &format!("store/{fourth}/src/kept")));
    // What was there is kept, under both names, as it was.
    assert_eq!(replaced(&lab), ["2-two", "3-two"]);
    let kept = said(&lab, "cat store/.store/damaged/*/2-two");
    assert_eq!(kept.as_bytes(), damaged);
    let again = lab.lw_ok(REPAIR);
    assert!(again.stdout.contains("Nothing to do"), "{again:#?}");
    // The next snapshot links to the new file.
    lab.sh("cp -p store/latest/src/d/two x");
    take(&lab, &[]);
    assert_sound(&lab);
}

#[test]
fn the_source_gives_what_no_snapshot_has() {
    let lab = lab(TREE);
    let first = take(&lab, &["--guard", "none"]);
    take(&lab, &[]);
    let before = picture(&lab, &first);
    let file = format!("store/{first}/src/one");
    lab.sh(&flip(&file));
    let outcome = repair_ok(&lab);
    assert!(outcome.stdout.contains("/src/one'"), "{outcome:#?}");
    assert_eq!(picture(&lab, &first), before);
    assert_ne!(inode(&lab, &file), inode(&lab, "src/one"));
    for id in ids(&lab) {
        // Names of one file are one file again.
        let names = ["one", "d/one-too", "a b/third"];
        let inodes: BTreeSet<u64> = names
            .iter()
            .map(|name| inode(&lab, &format!("store/{id}/src/{name}")))
            .collect();
        assert_eq!(inodes.len(), 1, "{id}");
        assert_alike(&lab.home().join("src"), &tree(&lab, &id));
    }
}

#[test]
fn whatever_was_done_to_a_tree_is_put_right() {
    for change in [
        "rm src/one",
        "rm src/d/link src/pipe src/none",
        "rm -r src/d",
        "rm -r src",
        "rm -r src/d; echo x > src/d",
        "rm src/one; echo one > src/one",
        "rm src/one; cp -p src/d/one-too src/one",
        "rm src/one; mkdir src/one; echo mine > src/one/mine",
        "chmod 7 src/none; chmod 666 src/d/two; touch src/one",
        "echo more >> src/none",
        "ln -sfn elsewhere src/d/link",
        "chmod 700 src/empty; touch src/d",
        "chown 1:1 src/holes src/d",
        "ln -f src/one src/d/two",
    ] {
        for many in [false, true] {
            let lab = lab(TREE);
            let id = take(&lab, &[]);
            if many {
                take(&lab, &[]);
            }
            let all: Vec<(String, Vec<String>)> = ids(&lab)
                .into_iter()
                .map(|id| (id.clone(), picture(&lab, &id)))
                .collect();
            lab.sh(&format!(
                "cd store/{id}; find . -type d -exec chmod u+w {{}} +; {change}"
            ));
            repair_ok(&lab);
            for (id, before) in &all {
                assert_alike_pictures(&lab, (id, before), &format!("{change} {many}"));
            }
            if change.contains("mine") {
                assert_eq!(
                    said(&lab, "cat store/.store/damaged/*/*-one/mine"),
                    "mine\n"
                );
            }
        }
    }
}

#[test]
fn what_cannot_be_repaired_is_named_and_left_alone() {
    let lab = lab(TREE);
    let first = take(&lab, &["--guard", "none"]);
    lab.sh("rm src/d/two");
    lab.sh(&flip(&format!("store/{first}/src/d/two")));
    lab.sh(&format!(
        "rm store/{first}/src/none; echo mine > store/{first}/src/foreign"
    ));
    let outcome = lab.lw(REPAIR);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(
        outcome.stderr.contains(&format!(
            "cannot repair '{}",
            lab.home()
                .join("store")
                .join(&first)
                .join("src/d/two")
                .display()
        )),
        "{outcome:#?}"
    );
    assert!(outcome.stderr.contains("src/foreign'"), "{outcome:#?}");
    assert!(text(&lab, &format!("store/{first}/src/d/two")).starts_with('X'));
    assert_eq!(text(&lab, &format!("store/{first}/src/foreign")), "mine\n");
    assert_eq!(stat(&lab, &format!("store/{first}/src/none")).len(), 0);
    let found = lab.lw(&["snapshot", "verify", "--full", "store"]);
    // The folder's time tells that something foreign was put into it, unless it was put right on the way.
    assert_eq!(found.stdout.lines().count(), 2, "{found:#?}");
    let json = lab.lw(&["snapshot", "repair", "store", "--json"]);
    assert_eq!(json.code, Some(3));
    let line: serde_json::Value =
        serde_json::from_str(json.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(
        (line["type"].as_str(), line["remedy"].as_str()),
        (Some("repair"), Some("none"))
    );
}

/// One snapshot is named; those that share what is damaged in it are put right, too.
#[test]
fn naming_one_snapshot_repairs_what_it_shares() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    lab.sh(&flip(&format!("store/{first}/src/one")));
    lab.sh(&format!(
        "chmod u+w store/{second}/src/d; rm store/{second}/src/d/two"
    ));
    lab.lw_ok(&["snapshot", "repair", &format!("store/{first}"), "-y"]);
    lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{first}")]);
    let left = lab.lw(&["snapshot", "verify", "--full", &format!("store/{second}")]);
    assert!(!left.stdout.contains("src/one'"), "{left:#?}");
    assert!(left.stdout.contains("d/two' is missing"), "{left:#?}");
    repair_ok(&lab);
}

#[test]
fn a_damaged_manifest_keeps_the_others_from_nothing() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    lab.sh("echo more > src/more");
    let second = take(&lab, &[]);
    lab.sh(&flip(&format!("store/{first}/src/one")));
    lab.sh(&format!(
        "truncate -s -1 store/.store/manifests/{second}.idx"
    ));
    let outcome = lab.lw(REPAIR);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(outcome.stderr.contains(&second), "{outcome:#?}");
    lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{first}")]);
}

/// Three snapshots, of which two share what is damaged; a folder is gone, and the attributes of a file are others.
fn ground() -> (Lab, Vec<(String, Vec<String>)>) {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    lab.sh("echo new > src/new");
    let second = take(&lab, &[]);
    let before = ids(&lab)
        .into_iter()
        .map(|id| (id.clone(), picture(&lab, &id)));
    let before = before.collect();
    lab.sh(&flip(&format!("store/{first}/src/one")));
    lab.sh(&format!(
        "chmod 777 store/{first}/src/none; chmod u+w store/{second}/src; chmod -R u+w store/{second}/src/d; rm -r store/{second}/src/d; chmod u-w store/{second}/src"
    ));
    (lab, before)
}

#[test]
fn killed_or_failing_at_every_effect() {
    const EIO: i32 = 5;
    const ENOSPC: i32 = 28;
    let effects = ground().0.lw_ok(REPAIR).effects;
    assert!(effects.len() > 30, "{effects:#?}");
    for n in 1..=effects.len() {
        for fault in [
            Fault::KillBefore(n),
            Fault::KillAfter(n),
            Fault::FailOnce(n, EIO),
            Fault::FailFrom(n, ENOSPC),
        ] {
            let what = format!("{fault:?} {}", effects[n - 1]);
            let (lab, before) = ground();
            let outcome = lab.lw_with(REPAIR, &fault);
            assert!(outcome.hit, "{what}: {outcome:#?}");
            // Each manifest can be read, and no name has another content than before or than it should have.
            for (id, _) in &before {
                let found = lab.lw(&["snapshot", "verify", "--full", &format!("store/{id}")]);
                assert!(matches!(found.code, Some(0 | 1)), "{what}: {found:#?}");
            }
            lab.lw_ok(REPAIR);
            assert_sound(&lab);
            for (id, before) in &before {
                assert_alike_pictures(&lab, (id, before), &what);
            }
            let left = said(&lab, "find store/.store/damaged -name 'new-*'");
            assert_eq!(left, "", "{what}");
        }
    }
}

/// What somebody puts in the damaged one's place meanwhile is kept.
#[test]
fn what_comes_in_between_is_kept() {
    let (lab, before) = ground();
    let effects = lab.lw_ok(&["snapshot", "repair", "-n", "store"]).effects;
    assert!(effects.is_empty());
    let clean = ground().0.lw_ok(REPAIR).effects;
    let at = clean
        .iter()
        .position(|line| line.starts_with("exchange"))
        .unwrap();
    let first = &before[0].0;
    let script = format!("rm -f store/{first}/src/one; echo precious > store/{first}/src/one");
    let outcome = lab.lw_with(REPAIR, &Fault::RunBefore(at + 1, script));
    assert!(outcome.hit, "{outcome:#?}");
    assert_eq!(
        said(&lab, "cat store/.store/damaged/*/*-one | grep -c precious"),
        "1\n"
    );
    lab.lw_ok(REPAIR);
    assert_sound(&lab);
}

/// A store that was copied holds other files with the same content: that is told at once, and recorded.
#[test]
fn a_store_that_was_copied_is_recorded_anew() {
    let lab = lab(TREE);
    lab.sh("for n in $(seq 30); do echo $n > src/d/n$n; done");
    take(&lab, &[]);
    take(&lab, &[]);
    lab.sh("cp -a store copy");
    let found = lab.lw(&["snapshot", "verify", "--full", "copy"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
    assert_eq!(found.stdout.lines().count(), 1, "{found:#?}");
    assert!(found.stdout.contains("is a copy"), "{found:#?}");
    let repaired = lab.lw_ok(&["snapshot", "repair", "-y", "copy"]);
    assert!(
        repaired.stdout.contains("what is there is recorded"),
        "{repaired:#?}"
    );
    assert!(repaired.stdout.lines().count() < 5, "{repaired:#?}");
    lab.lw_ok(&["snapshot", "verify", "--full", "copy"]);
    let taken = lab.lw_ok(&["snapshot", "take", "src", "copy", "--json"]);
    assert_eq!(crate::ground::number(&taken, "copied"), 0);
}
