//! What cannot be, and what is said of it.

use crate::ground::{ids, lab, take};

#[test]
fn nothing_is_changed_by_what_is_refused() {
    let lab =
        lab("mkdir -p src other/full new; echo x > src/x; echo y > other/full/y; echo f > file");
    take(&lab, &[]);
    let refusals: &[(&[&str], &str)] = &[
        (&["take", "missing", "store"], "it does not exist"),
        (
            &["take", "src", "other/full"],
            "there is something else in the folder",
        ),
        (
            &["take", "src", "file"],
            "there is something else in the folder",
        ),
        (&["take", "store/latest", "store"], "it lies in the store"),
        (&["take", "src", "nowhere/deep/store"], "does not exist"),
        (&["list", "src"], "it is no store of snapshots"),
        (&["show", "store/1999"], "there is no snapshot '1999'"),
        (&["diff", "store/latest"], "there is no snapshot"),
        (
            &["restore", "store/latest", "nothing", "--to", "new"],
            "does not hold it",
        ),
        (&["restore", "store/latest", "--to", "file"], "file"),
        (&["verify", "src"], "it is no store of snapshots"),
        (&["forget", "-y", "store"], "nothing was said of what stays"),
        (
            &["forget", "-y", "src", "--keep-last", "1"],
            "it is no store of snapshots",
        ),
        (
            &["forget", "-y", "store", "store/latest", "--keep-last", "1"],
            "it is a store",
        ),
    ];
    for (arguments, words) in refusals {
        let all: Vec<&str> = ["snapshot"].iter().chain(*arguments).copied().collect();
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(4), "{arguments:?}: {outcome:#?}");
        assert!(
            outcome.stderr.contains(words),
            "{arguments:?}: {outcome:#?}"
        );
        assert!(
            outcome.stderr.contains("state: nothing was changed"),
            "{arguments:?}: {outcome:#?}"
        );
        assert_eq!(ids(&lab).len(), 1, "{arguments:?}");
    }
    for arguments in [
        &["snapshot", "take", "src"][..],
        &["snapshot", "restore", "store/latest"],
        &["snapshot", "verify", "--sample", "0", "store"],
        &["snapshot", "forget", "store", "--keep-within", "soon"],
    ] {
        assert_eq!(lab.lw(arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let lab = lab("mkdir src; echo x > src/x");
    take(&lab, &[]);
    lab.sh("echo 'linkwright store 2' > store/.store/format");
    for arguments in [
        &["take", "src", "store"][..],
        &["list", "store"],
        &["forget", "-y", "store/latest"],
    ] {
        let all: Vec<&str> = ["snapshot"].iter().chain(arguments).copied().collect();
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("a newer version of lw"),
            "{outcome:#?}"
        );
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let lab = lab("mkdir src; echo x > src/x");
    let shown = lab.lw_ok(&["snapshot", "take", "-n", "src", "store"]);
    assert!(shown.stdout.contains("Take the snapshot"), "{shown:#?}");
    assert!(
        !lab.home().join("store").exists() && shown.effects.is_empty(),
        "{shown:#?}"
    );
    take(&lab, &[]);
    let shown = lab.lw_ok(&["snapshot", "restore", "-n", "store/latest", "--to", "out"]);
    assert!(
        !lab.home().join("out").exists() && shown.effects.is_empty(),
        "{shown:#?}"
    );
}

/// What was taken back lies in quarantine: the next run does not use it up, and purging frees its room.
#[test]
fn what_was_undone_is_kept_until_it_is_purged() {
    let lab = lab("mkdir src; echo first-content > src/x; chmod 555 src");
    let first = take(&lab, &[]);
    lab.lw_ok(&["undo"]);
    assert!(ids(&lab).is_empty());
    lab.sh("echo v2 > src/x");
    let second = take(&lab, &[]);
    // The link to the newest one leads elsewhere by now, and stays as it is.
    lab.lw_ok(&["undo", "2"]);
    assert_eq!(ids(&lab), [&*first, &*second]);
    assert_eq!(crate::ground::newest(&lab), second);
    lab.lw_ok(&["undo", "4"]);
    let kept = lab.lw_ok(&["purge", "--list"]).stdout;
    assert!(kept.contains(&first), "{kept}");
    let found = || {
        let top = lab.top().display();
        let mut shell = std::process::Command::new("grep");
        let output = shell
            .args(["-rl", "first-content", &format!("{top}")])
            .output();
        String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
    };
    assert_ne!(found(), "");
    lab.lw_ok(&["purge", "--all", "-y"]);
    assert_eq!(found(), "");
    assert_eq!(ids(&lab), [second]);
    crate::ground::assert_sound(&lab);
}

/// Each can be undone, whatever was taken since; `latest` leads to the newest that is there.
#[test]
fn several_are_undone_in_any_order() {
    let lab = lab("mkdir src; echo 1 > src/x");
    let all: Vec<String> = (0..4).map(|_| take(&lab, &[])).collect();
    lab.lw_ok(&["undo", "2"]);
    assert_eq!(ids(&lab), [&*all[0], &*all[2], &*all[3]]);
    assert_eq!(crate::ground::newest(&lab), all[3]);
    lab.lw_ok(&["undo", "4"]);
    assert_eq!(crate::ground::newest(&lab), all[2]);
    lab.lw_ok(&["undo", "3"]);
    lab.lw_ok(&["undo", "1"]);
    assert!(ids(&lab).is_empty());
    lab.lw_ok(&["undo", "6"]);
    assert_eq!(ids(&lab), std::slice::from_ref(&all[3]));
    crate::ground::assert_sound(&lab);
    take(&lab, &[]);
    crate::ground::assert_sound(&lab);
}

/// Taking is an operation like others: it can be taken back, and that too.
#[test]
fn taking_is_undone_and_done_again() {
    let lab = lab("mkdir src; echo x > src/x");
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    lab.lw_ok(&["undo"]);
    assert_eq!(ids(&lab), std::slice::from_ref(&first));
    assert_eq!(crate::ground::newest(&lab), first);
    lab.lw_ok(&["undo", "3"]);
    assert_eq!(ids(&lab), [first, second.clone()]);
    assert_eq!(crate::ground::newest(&lab), second);
    crate::ground::assert_sound(&lab);
}
