//! What a run has copied that could not be finished: told, gone on with, or removed.

use lw_testkit::{Fault, Lab};

use crate::ground::{assert_alike, assert_sound, ids, lab, number, take, tree};

const ENOSPC: i32 = 28;
const TAKE: &[&str] = &["snapshot", "take", "src", "store", "--json"];

/// A store with a snapshot of nothing much, and a source with two folders of ten files each.
fn ground() -> Lab {
    let lab = lab("mkdir -p src/a src/b");
    take(&lab, &["--guard", "none"]);
    lab.sh("for n in $(seq 10); do seq $n 3000 > src/a/file-$n; seq $n 4000 > src/b/file-$n; done");
    // What was changed just now is not taken for unchanged.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    lab
}

/// The place of the last effect that begins so.
fn last(effects: &[String], word: &str) -> usize {
    effects
        .iter()
        .rposition(|line| line.starts_with(word))
        .unwrap()
        + 1
}

fn left(lab: &Lab) -> usize {
    let staging = lab.home().join("store/.store/staging");
    let all = std::fs::read_dir(staging).unwrap();
    let has_tree = all.filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.join("building/tree").exists() || path.join("done/tree").exists()
    });
    has_tree.count()
}

#[test]
fn what_fills_the_disk_is_told_and_gone_on_with() {
    let clean = ground().lw_ok(TAKE);
    let at = last(&clean.effects, "finish manifest");
    let lab = ground();
    let full = lab.lw_with(TAKE, &Fault::FailFrom(at, ENOSPC));
    assert_eq!(full.code, Some(4), "{full:#?}");
    let said = &full.stderr;
    for words in [
        "cause: no space left on the volume",
        "state: no snapshot was made, and all is as it was before; what was copied so far is kept in '",
        "help:  make room on the volume at '",
        "help:  the same command again goes on with what is whole of it",
        "help:  lw snapshot forget --unfinished '",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let object: serde_json::Value =
        serde_json::from_str(full.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&object["type"], &object["exit_code"]),
        (&"error".into(), &4.into())
    );
    let listed = lab.lw_ok(&["snapshot", "list", "store"]);
    assert!(
        listed
            .stderr
            .contains("what was copied before an interruption is kept in '"),
        "{listed:#?}"
    );
    assert_eq!((ids(&lab).len(), left(&lab)), (1, 1));
    // What is recorded is not copied again.
    let again = lab.lw_ok(TAKE);
    assert_eq!(number(&again, "copied"), 0, "{again:#?}");
    assert_eq!((ids(&lab).len(), left(&lab)), (2, 0));
    assert_alike_to_newest(&lab);
    let listed = lab.lw_ok(&["snapshot", "list", "store"]);
    assert_eq!(listed.stderr, "");
}

/// What an interrupted run has is gone on with, and what is unchanged since the last snapshot is linked to that one.
#[test]
fn what_was_published_is_still_linked_to() {
    for (effect, path) in [
        ("take file", "src/c/file-5"),
        ("finish manifest", "manifest"),
    ] {
        let lab = ground();
        let first = take(&lab, &[]);
        lab.sh("mkdir src/c; for n in $(seq 5); do seq $n 5000 > src/c/file-$n; done; echo more >> src/b/file-3");
        std::thread::sleep(std::time::Duration::from_millis(2_500));
        let fault = Fault::FailAt(effect.to_owned(), path.to_owned(), ENOSPC);
        let full = lab.lw_with(TAKE, &fault);
        assert_eq!((full.code, left(&lab)), (Some(4), 1), "{full:#?}");
        let again = lab.lw_ok(TAKE);
        let (linked, copied) = (number(&again, "linked"), number(&again, "copied"));
        assert!(linked >= 19 && copied <= 6, "{again:#?}");
        assert_eq!(linked + copied, 25, "{again:#?}");
        let second = ids(&lab).pop().unwrap();
        let same = |path: &str| {
            let at = |id: &str| crate::ground::inode(&lab, &format!("store/{id}/src/{path}"));
            at(&first) == at(&second)
        };
        for n in 1..=10 {
            assert!(same(&format!("a/file-{n}")), "{n}");
            assert_eq!(same(&format!("b/file-{n}")), n != 3, "{n}");
        }
        assert_alike_to_newest(&lab);
        let third = lab.lw_ok(TAKE);
        assert_eq!(number(&third, "linked"), 25, "{third:#?}");
    }
}

fn assert_alike_to_newest(lab: &Lab) {
    let newest = ids(lab).pop().unwrap();
    assert_alike(&lab.home().join("src"), &tree(lab, &newest));
    assert_sound(lab);
}

/// Else a disk that it has filled stays full for ever.
#[test]
fn what_serves_nothing_goes_before_anything_is_copied() {
    let script = "mkdir src; for n in $(seq 10); do seq $n 3000 > src/file-$n; done";
    let clean = lab(script).lw_ok(TAKE);
    let lab = lab(script);
    let at = last(&clean.effects, "take file");
    let full = lab.lw_with(TAKE, &Fault::FailFrom(at, ENOSPC));
    assert_eq!((full.code, left(&lab)), (Some(4), 1), "{full:#?}");
    let said = &full.stderr;
    assert!(
        said.contains("cannot copy '") && said.contains("' to '"),
        "{said}"
    );
    let again = lab.lw_ok(TAKE);
    let place = |word: &str| again.effects.iter().position(|line| line.starts_with(word));
    let (removed, copied) = (place("remove tree"), place("take file"));
    assert!(removed.is_some() && removed < copied, "{again:#?}");
    assert_eq!(left(&lab), 0);
    // Of several only the one that is gone on with stays.
    lab.sh("for n in $(seq 10); do echo $n >> src/file-$n; done");
    for _ in 0..3 {
        let full = lab.lw_with(TAKE, &Fault::FailFrom(at, ENOSPC));
        assert_eq!(full.code, Some(4), "{full:#?}");
        assert!(left(&lab) <= 2, "{full:#?}");
    }
    lab.lw_ok(TAKE);
    assert_eq!(left(&lab), 0);
    assert_sound(&lab);
}

#[test]
fn what_is_not_wanted_is_removed() {
    let clean = ground().lw_ok(TAKE);
    let lab = ground();
    let killed = lab.lw_with(TAKE, &Fault::KillBefore(last(&clean.effects, "take file")));
    assert!(killed.hit, "{killed:#?}");
    let settled = lab.lw(&["recover"]);
    let said = format!("{}{}", settled.stdout, settled.stderr);
    assert!(
        said.contains("what was copied before an interruption is kept in '"),
        "{said}"
    );
    let forget = |more: &[&str]| {
        let mut all = vec!["snapshot", "forget", "--unfinished", "store"];
        all.extend(more);
        lab.lw(&all)
    };
    let shown = forget(&["-n"]);
    assert_eq!(
        (shown.code, shown.effects.len()),
        (Some(0), 0),
        "{shown:#?}"
    );
    assert!(shown.stdout.ends_with("'  goes\n"), "{shown:#?}");
    let asked = forget(&[]);
    assert_eq!((asked.code, left(&lab)), (Some(4), 1), "{asked:#?}");
    assert!(
        asked.stderr.contains("nobody is there to be asked"),
        "{asked:#?}"
    );
    assert_eq!(forget(&["--keep-last", "1"]).code, Some(2));
    let two = forget(&["-y", "store"]);
    assert_eq!(two.code, Some(4), "{two:#?}");
    let gone = forget(&["-y", "--json"]);
    let object: serde_json::Value = serde_json::from_str(gone.stdout.trim()).unwrap();
    assert_eq!(
        (&object["type"], &object["removed"]),
        (&"unfinished".into(), &true.into())
    );
    assert_eq!((gone.code, left(&lab), ids(&lab).len()), (Some(0), 0, 1));
    let none = forget(&["-y"]);
    assert!(none.stdout.starts_with("Nothing to do"), "{none:#?}");
    assert_eq!(none.code, Some(0));
    assert_eq!(number(&lab.lw_ok(TAKE), "copied"), 20);
    assert_alike_to_newest(&lab);
}

/// Nor is it removed under the hands of whoever copies it.
#[test]
fn what_is_being_copied_is_not_removed() {
    let clean = ground().lw_ok(TAKE);
    let at = last(&clean.effects, "take file");
    for home in ["state", "others"] {
        let lab = ground();
        let inner = format!(
            "unset LW_TEST_FAULT LW_TEST_EFFECTS
             LW_HOME={}/{home} {} snapshot forget --unfinished -y store > /dev/null 2> inner; echo $? >> inner",
            lab.top().display(),
            crate::ground::PROGRAM
        );
        let outcome = lab.lw_with(TAKE, &Fault::RunBefore(at, inner));
        assert_eq!((outcome.code, outcome.hit), (Some(0), true), "{outcome:#?}");
        let inner = crate::ground::text(&lab, "inner");
        assert_eq!(inner.lines().last(), Some("5"), "{inner}");
        assert_alike_to_newest(&lab);
    }
}

#[test]
fn killed_or_failing_at_every_effect_of_removing() {
    let clean = ground().lw_ok(TAKE);
    let at = last(&clean.effects, "take file");
    let forget = ["snapshot", "forget", "--unfinished", "-y", "store"];
    let interrupted = || {
        let lab = ground();
        assert!(lab.lw_with(TAKE, &Fault::KillBefore(at)).hit);
        lab.lw_ok(&["recover"]);
        lab
    };
    let effects = interrupted().lw_ok(&forget).effects;
    for n in 1..=effects.len() {
        for fault in [Fault::KillAfter(n), Fault::FailOnce(n, 5)] {
            let lab = interrupted();
            let outcome = lab.lw_with(&forget, &fault);
            assert!(outcome.hit, "{fault:?}: {outcome:#?}");
            lab.lw_ok(&forget);
            assert_eq!((left(&lab), ids(&lab).len()), (0, 1), "{fault:?}");
            assert_sound(&lab);
        }
    }
}

/// Giving back and repairing say so too, and where room is to be made.
#[test]
fn a_full_disk_is_told_by_what_gives_back_and_repairs() {
    let ground = || {
        let lab = lab("mkdir src; for n in $(seq 5); do seq $n 3000 > src/file-$n; done");
        take(&lab, &["--guard", "none"]);
        lab.sh("echo X >> store/latest/src/file-1");
        lab
    };
    for (command, effect, words) in [
        (
            &[
                "snapshot",
                "restore",
                "store/latest",
                "src/file-2",
                "--to",
                "out",
            ][..],
            "restore file",
            "error: cannot restore '",
        ),
        (
            &["snapshot", "repair", "-y", "store"],
            "make sound file",
            "error: cannot repair: cannot make '",
        ),
    ] {
        let clean = ground().lw_ok(command);
        let at = clean
            .effects
            .iter()
            .position(|line| line.starts_with(effect));
        let at = at.unwrap_or_else(|| panic!("{effect}: {clean:#?}")) + 1;
        let lab = ground();
        let full = lab.lw_with(command, &Fault::FailOnce(at, ENOSPC));
        assert_eq!(full.code, Some(4), "{full:#?}");
        for words in [
            words,
            "cause: no space left",
            "help:  make room on the volume at '",
        ] {
            assert!(full.stderr.contains(words), "{words}: {full:#?}");
        }
    }
}
