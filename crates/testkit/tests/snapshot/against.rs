//! Whether the source is still what a snapshot holds.

use lw_testkit::Lab;

use crate::ground::{TREE, lab, take};

/// Returns the lines of a comparison, and whether it found something.
fn against(lab: &Lab, more: &[&str]) -> (Vec<String>, Option<i32>) {
    let mut arguments = vec!["snapshot", "verify", "--against-source"];
    arguments.extend(more);
    let outcome = lab.lw(&arguments);
    assert!(outcome.effects.is_empty(), "{outcome:#?}");
    assert_eq!(outcome.stderr, "", "{outcome:#?}");
    (
        outcome.stdout.lines().map(str::to_owned).collect(),
        outcome.code,
    )
}

#[test]
fn a_source_that_did_not_change_is_so() {
    for links in ["preserve", "rebase", "skip"] {
        let lab = lab(TREE);
        lab.sh("echo x > src/d/left-out; echo f > file");
        lab.lw_ok(&[
            "snapshot",
            "take",
            "src",
            "file",
            "store",
            "--links",
            links,
            "--exclude",
            "left-out",
        ]);
        for more in [
            &["store"][..],
            &["--full", "store"],
            &["--full", "store/latest"],
        ] {
            let (lines, code) = against(&lab, more);
            assert_eq!(code, Some(0), "{links} {more:?}: {lines:#?}");
            assert_eq!(lines.len(), 1);
            assert!(lines[0].starts_with("The source is as in"), "{lines:#?}");
        }
    }
}

#[test]
fn what_changed_is_told_as_the_next_snapshot_would() {
    let lab = lab(TREE);
    lab.sh("echo f > file; mkdir -p src/gone/deep src/was; echo x > src/gone/deep/x; echo w > src/was/w");
    lab.lw_ok(&["snapshot", "take", "src", "file", "store"]);
    let first = crate::ground::newest(&lab);
    lab.sh(
        "echo more >> src/one; rm src/d/two; chmod 600 src/none; ln -sfn elsewhere src/d/link; rm src/pipe; mkdir src/pipe; echo z > src/pipe/z; rm -r src/was; echo w > src/was; \
         mkdir -p src/new/deep; echo y > src/new/deep/y; rm -r src/gone; chmod 700 src/empty; mv src/holes src/moved; rm file",
    );
    let (found, code) = against(&lab, &["--full", "store"]);
    assert_eq!(code, Some(1));
    lab.sh("echo f > other");
    lab.lw_ok(&["snapshot", "take", "src", "store"]);
    let second = crate::ground::newest(&lab);
    let told = lab.lw_ok(&[
        "snapshot",
        "diff",
        &format!("store/{first}"),
        &format!("store/{second}"),
    ]);
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let told: Vec<String> = told.stdout.lines().map(str::to_owned).collect();
    assert!(told.len() > 15, "{told:#?}");
    assert_eq!(sorted(found), sorted(told));
    // Against what it is now there is nothing to tell, and the older one is named by its name.
    assert_eq!(against(&lab, &["store"]).1, Some(0));
    assert_eq!(against(&lab, &[&format!("store/{first}")]).1, Some(1));
    let json = lab.lw(&[
        "snapshot",
        "verify",
        "--against-source",
        "--json",
        &format!("store/{first}"),
    ]);
    let line: serde_json::Value =
        serde_json::from_str(json.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(line["type"], "difference");
}

/// Size and time as they were: only reading tells.
#[test]
fn content_is_read_only_if_wanted() {
    let lab = lab(TREE);
    take(&lab, &[]);
    lab.sh("printf ONE | dd of=src/d/two conv=notrunc 2> /dev/null; touch -d '2001-02-03 04:05:06.123456789' src/d/two");
    assert_eq!(against(&lab, &["store"]).1, Some(0));
    let (lines, code) = against(&lab, &["--full", "store"]);
    assert_eq!((lines, code), (vec!["M 'src/d/two'".to_owned()], Some(1)));
    lab.sh("touch src/one");
    let (lines, _) = against(&lab, &["store"]);
    assert_eq!(
        lines,
        ["a 'src/a b/third'", "a 'src/d/one-too'", "a 'src/one'"]
    );
}

#[test]
fn a_source_that_is_gone_is_told_with_all_that_was_in_it() {
    let lab = lab("mkdir -p src/d; echo x > src/d/x; ln -s x src/l");
    take(&lab, &[]);
    lab.sh("mv src elsewhere");
    let (lines, code) = against(&lab, &["store"]);
    assert_eq!(lines, ["- 'src'", "- 'src/d'", "- 'src/d/x'", "- 'src/l'"]);
    assert_eq!(code, Some(1));
    // What is led to by a link now is not what was taken.
    lab.sh("ln -s elsewhere src");
    assert_eq!(against(&lab, &["store"]).0.len(), 4);
    let both = lab.lw(&[
        "snapshot",
        "verify",
        "--against-source",
        "--sample",
        "5%",
        "store",
    ]);
    assert_eq!(both.code, Some(2));
}

/// The store in the source is not told as something new.
#[test]
fn the_store_itself_is_not_entered() {
    let lab = lab("mkdir src; echo x > src/x");
    lab.lw_ok(&["snapshot", "take", "src", "src/store"]);
    lab.lw_ok(&["snapshot", "take", "src", "src/store"]);
    let outcome = lab.lw(&["snapshot", "verify", "--against-source", "src/store"]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
}
