//! Snapshots, which need nothing but hard links.

use std::fs;
use std::path::PathBuf;

use lw_testkit::{Fault, Lab, Outcome};

use crate::ground::{fill, lab, tree};

const TAKE: &[&str] = &["snapshot", "take", "src", "store"];

fn ground() -> Lab {
    let lab = lab();
    fill(
        &lab,
        &["src/one", "src/folder/two", "src/gr\u{fc}\u{df}e.txt"],
    );
    fs::create_dir(lab.home().join("src/empty")).unwrap();
    lab
}

/// Returns the names of the snapshots, oldest first.
fn ids(lab: &Lab) -> Vec<String> {
    let listed = lab.lw_ok(&["snapshot", "list", "store"]);
    let id = |line: &str| line.split("  ").next().unwrap().to_owned();
    listed.stdout.lines().map(id).collect()
}

fn number(outcome: &Outcome, name: &str) -> u64 {
    let line = outcome.stdout.lines().last().unwrap();
    let object: serde_json::Value = serde_json::from_str(line).unwrap();
    object[name].as_u64().unwrap()
}

fn taken(lab: &Lab, id: &str) -> PathBuf {
    lab.home().join("store").join(id).join("src")
}

#[test]
fn what_did_not_change_is_linked_and_all_is_given_back() {
    let lab = ground();
    // What was written just now could be written again within one tick of the clock, and is read again the next time.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    lab.lw_ok(TAKE);
    fs::write(lab.home().join("src/one"), "another").unwrap();
    let outcome = lab.lw_ok(&[TAKE, &["--json"]].concat());
    assert_eq!(number(&outcome, "linked"), 2, "{outcome:#?}");
    let ids = ids(&lab);
    assert_eq!(ids.len(), 2, "{ids:?}");
    let identity = |id: &str, path: &str| lw_fs::look::entry(&taken(&lab, id).join(path)).unwrap();
    for (path, is_shared) in [("folder/two", true), ("one", false)] {
        let (first, second) = (identity(&ids[0], path), identity(&ids[1], path));
        assert_eq!(first.identity == second.identity, is_shared, "{path}");
        let source = lw_fs::look::entry(&lab.home().join("src").join(path)).unwrap();
        assert_ne!(source.identity, second.identity, "{path}");
    }
    let before = fs::read_to_string(taken(&lab, &ids[0]).join("one")).unwrap();
    assert_ne!(before, "another");
    lab.lw_ok(&["snapshot", "verify", "--full", "store"]);
    lab.lw_ok(&["snapshot", "verify", "--against-source", "--full", "store"]);
    let differs = lab.lw_ok(&["snapshot", "diff", &format!("store/{}", ids[1])]);
    assert!(differs.stdout.contains("one"), "{differs:#?}");

    lab.lw_ok(&[
        "snapshot",
        "restore",
        &format!("store/{}", ids[1]),
        "--to",
        "back",
    ]);
    assert_eq!(
        tree(&lab.home().join("back/src")),
        tree(&lab.home().join("src"))
    );
    lab.lw_ok(&["undo"]);
    assert!(!lab.home().join("back").exists());
    fs::remove_file(lab.home().join("src/folder/two")).unwrap();
    lab.lw_ok(&[
        "snapshot",
        "restore",
        &format!("store/{}", ids[1]),
        "--in-place",
    ]);
    assert!(lab.home().join("src/folder/two").is_file());

    lab.lw_ok(&["snapshot", "forget", "-y", "store", "--keep-last", "1"]);
    assert!(!taken(&lab, &ids[0]).exists() && taken(&lab, &ids[1]).join("one").is_file());
    lab.lw_ok(&["snapshot", "verify", "--full", "store"]);
}

#[test]
fn killed_at_each_effect_it_is_whole_or_not_there() {
    let effects = ground().lw_ok(TAKE).effects;
    assert!(effects.len() > 15, "{effects:#?}");
    for n in (1..=effects.len()).step_by(3) {
        let lab = ground();
        let source = tree(&lab.home().join("src"));
        let killed = lab.lw_with(TAKE, &Fault::KillAfter(n));
        assert!(killed.hit, "{n}: {killed:#?}");
        lab.lw_ok(&["recover"]);
        lab.lw_ok(TAKE);
        assert_eq!(tree(&lab.home().join("src")), source, "{n}");
        let newest = ids(&lab).pop().unwrap();
        assert_eq!(tree(&taken(&lab, &newest)), source, "{n}");
        lab.lw_ok(&["snapshot", "verify", "--full", "store"]);
    }
}
