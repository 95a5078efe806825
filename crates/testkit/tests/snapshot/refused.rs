//! What cannot be, and what is said of it.

use crate::ground::{ids, lab, take};

#[test]
fn nothing_is_changed_by_what_is_refused() {
    let lab =
        lab("mkdir -p src other/full new; echo x > src/x; echo y > other/full/y; echo f > file");
    take(&lab, &[]);
    let refusals: &[(&[&str], &str)] = &[
        (&["take", "missing", "store"], "it does not exist"),
        (&["run"], "snapshot.toml': it does not exist"),
        (&["schedule", "my.toml"], "my.toml': it does not exist"),
        (
            &["take", "src", "other/full"],
            "there is something else in the folder",
        ),
        (&["take", "src", "file"], "it is a file and no folder"),
        (&["take", "store/latest", "store"], "it lies in the store"),
        (&["take", "src", "nowhere/deep/store"], "does not exist"),
        (&["list", "src"], "it is no store of snapshots"),
        (&["show", "store/1999"], "there is no snapshot '1999'"),
        (&["diff", "store/latest"], "no snapshot was taken before it"),
        (
            &["restore", "store/latest", "nothing", "--to", "new"],
            "does not hold it",
        ),
        (&["restore", "store/latest", "--to", "file"], "file"),
        (&["verify", "src"], "it is neither a store nor a snapshot"),
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
    let usage = lab.lw(&["snapshot", "take", "src"]).stderr;
    assert!(
        usage.contains("Usage: lw snapshot take [OPTIONS] <SOURCE>... <STORE>\n"),
        "{usage}"
    );
}

/// Whoever names the one for the other, or something near it, is told what stands there and what to name.
#[test]
fn a_path_that_is_no_store_or_no_snapshot_is_told_for_what_it_is() {
    let lab = lab("mkdir src other; echo x > src/x; echo f > file; ln -s store/latest by-link");
    let id = take(&lab, &[]);
    let no_store = "it is no store of snapshots\n  cause: ";
    for (arguments, words, help) in [
        (
            &["list"][..],
            [no_store, "there is no '.store/format' in it"],
            "lw snapshot take SOURCE STORE",
        ),
        (
            &["list", "gone"],
            [no_store, "it does not exist"],
            "home/gone'   (makes one)",
        ),
        (
            &["list", "file"],
            [no_store, "it is a file"],
            "name the folder of a store",
        ),
        (
            &["list", "store/latest"],
            [no_store, "it lies in the store '"],
            "home/store'",
        ),
        (
            &["forget", "-y", "gone", "--keep-last", "1"],
            [no_store, "it does not exist"],
            "gone'",
        ),
        (
            &["show", "store"],
            ["it is a store, and not one", ""],
            "home/store/latest' is its newest",
        ),
        (
            &["diff", "store"],
            ["it is a store, and not one", ""],
            "lw snapshot list '",
        ),
        (
            &["restore", "store", "--to", "out"],
            ["it is a store, and not", ""],
            "store/latest'",
        ),
        (
            &["show", "latest"],
            ["it does not exist", "home' is no store"],
            "STORE/latest",
        ),
        (
            &["show", "store/latest/src"],
            ["it lies in a snapshot", ""],
            &format!("store/{id}'"),
        ),
        (
            &["verify", "gone"],
            ["it does not exist", ""],
            "name a store, or a snapshot",
        ),
        (
            &["repair", "-y", "file"],
            ["neither a store nor a snapshot", ""],
            "name a store, or",
        ),
        (
            &["forget", "-y", "other"],
            ["neither a store nor a snapshot", ""],
            "name a store, or",
        ),
        (
            &["take", "src", "other/../src"],
            ["cannot make a store in '", "something else"],
            "src/snapshots'",
        ),
        (
            &["restore", "store/latest", "x", "--to", "src"],
            ["a file is already there", ""],
            "--in-place",
        ),
    ] {
        let all: Vec<&str> = ["snapshot"].iter().chain(arguments).copied().collect();
        let outcome = lab.lw(&all);
        let said = &outcome.stderr;
        assert_eq!(outcome.code, Some(4), "{arguments:?}: {outcome:#?}");
        assert!(
            words.iter().all(|words| said.contains(words)),
            "{arguments:?}: {said}"
        );
        let helps = said.lines().filter(|line| line.contains("help:"));
        assert!(
            helps.into_iter().any(|line| line.contains(help)),
            "{arguments:?}: {said}"
        );
    }
    // A link to a snapshot means it, and so does the folder one is in.
    assert!(
        lab.lw_ok(&["snapshot", "show", "by-link"])
            .stdout
            .contains(&id)
    );
    let mut here = lab.command();
    here.args(["snapshot", "show", "."]);
    here.current_dir(lab.home().join("store").join(&id));
    let shown = here.output().unwrap();
    assert!(
        String::from_utf8_lossy(&shown.stdout).contains(&id),
        "{shown:?}"
    );
    // In an empty store there is no newest one.
    lab.sh("mkdir -p new/.store/manifests; echo 'linkwright store 1' > new/.store/format");
    for arguments in [
        &["show", "new/latest"][..],
        &["verify", "--against-source", "new"],
    ] {
        let all: Vec<&str> = ["snapshot"].iter().chain(arguments).copied().collect();
        let outcome = lab.lw(&all);
        assert!(
            outcome.stderr.contains("has no snapshots yet"),
            "{outcome:#?}"
        );
    }
}

/// It is there, and so it is not said that there is none.
#[test]
fn a_snapshot_that_lacks_a_part_is_told_by_each_command() {
    for (script, what, shown) in [
        (
            "truncate -s -20 store/.store/manifests/ID.idx",
            "its manifest is damaged",
            "is damaged",
        ),
        (
            "echo x > store/.store/manifests/ID.idx",
            "its manifest is damaged",
            "is damaged",
        ),
        (
            "rm store/.store/manifests/ID.idx",
            "it has no manifest",
            "has no manifest",
        ),
        (
            "chmod 755 store/ID; rm -r store/ID",
            "its folder is missing",
            "is missing",
        ),
    ] {
        let lab = lab("mkdir src; echo x > src/x");
        let id = take(&lab, &["--guard", "none"]);
        take(&lab, &[]);
        lab.sh(&script.replace("ID", &id));
        let path = format!("store/{id}");
        for arguments in [
            &["show", &path][..],
            &["diff", &path],
            &["restore", &path, "--to", "out"],
            &["repair", "-y", &path],
            &["verify", "--against-source", &path],
        ] {
            let all: Vec<&str> = ["snapshot"].iter().chain(arguments).copied().collect();
            let outcome = lab.lw(&all);
            assert_eq!(
                outcome.code,
                Some(4),
                "{script} {arguments:?}: {outcome:#?}"
            );
            let said = &outcome.stderr;
            let whole = format!("{path}': {what}\n  cause: ");
            assert!(said.contains(&whole), "{script} {arguments:?}: {said}");
            let help = format!("{path}'   (removes it)");
            assert!(said.contains(&help), "{script} {arguments:?}: {said}");
        }
        let verified = lab.lw(&["snapshot", "verify", &path]);
        assert_eq!(verified.code, Some(1), "{script}: {verified:#?}");
        assert!(verified.stdout.contains(shown), "{script}: {verified:#?}");
    }
}

#[test]
fn a_store_that_may_not_be_read_is_told() {
    use std::os::unix::process::CommandExt as _;
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = lab("mkdir src; echo x > src/x");
    take(&lab, &[]);
    lab.sh("chmod 755 . ..; mkdir -m 777 ../own");
    for arguments in [
        &["list", "store"][..],
        &["show", "store/latest"],
        &["take", "src", "store"],
    ] {
        let mut command = lab.command();
        command
            .arg("snapshot")
            .args(arguments)
            .uid(65534)
            .gid(65534);
        command.env("LW_HOME", lab.top().join("own/state"));
        let outcome = command.output().unwrap();
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.status.code(), Some(4), "{arguments:?}: {said}");
        assert!(
            said.contains("may not be read\n  cause: permission denied: '"),
            "{said}"
        );
        assert!(said.contains("  help:  ls -ld '"), "{said}");
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
