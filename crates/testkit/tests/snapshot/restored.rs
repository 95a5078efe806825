//! Giving back what a snapshot holds.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use lw_testkit::{Fault, Picture};

use crate::ground::{TREE, assert_alike, inode, lab, stat, take, text};

#[test]
fn all_of_it_is_given_back_as_copies() {
    let lab = lab(TREE);
    take(&lab, &["--guard", "ro"]);
    take(&lab, &[]);
    let before = Picture::of(lab.home());
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "out"]);
    assert_alike(&lab.home().join("src"), &lab.home().join("out/src"));
    assert_ne!(
        inode(&lab, "out/src/one"),
        inode(&lab, "store/latest/src/one")
    );
    assert_eq!(stat(&lab, "out/src/one").nlink(), 3);
    let again = lab.lw(&["snapshot", "restore", "store/latest", "--to", "out"]);
    assert_eq!(again.code, Some(4), "{again:#?}");
    lab.lw_ok(&["undo"]);
    assert_eq!(
        before.differences(&Picture::of(lab.home())),
        [] as [String; 0]
    );
}

#[test]
fn in_place_replaces_what_differs_and_nothing_else() {
    let lab = lab(TREE);
    take(&lab, &[]);
    let good = Picture::of(&lab.home().join("src"));
    lab.sh("echo bad > src/d/two; rm src/holes; rm -r src/empty; echo mine > src/mine; rm src/d/link; mkdir src/d/link; echo deep > src/d/link/deep");
    let bad = Picture::of(&lab.home().join("src"));
    let untouched = inode(&lab, "src/one");
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--in-place"]);
    let left: Vec<String> = good.differences(&Picture::of(&lab.home().join("src")));
    assert!(
        left.iter().all(|line| line.starts_with("mine:")),
        "{left:#?}"
    );
    assert_eq!(untouched, inode(&lab, "src/one"));
    let nothing = lab.lw_ok(&["snapshot", "restore", "store/latest", "--in-place"]);
    assert!(nothing.stdout.contains("Nothing to do"), "{nothing:#?}");
    lab.lw_ok(&["undo"]);
    assert_eq!(
        bad.differences(&Picture::of(&lab.home().join("src"))),
        [] as [String; 0]
    );
    lab.lw_ok(&[
        "snapshot",
        "restore",
        "store/latest",
        "--in-place",
        "--delete",
    ]);
    assert_eq!(
        good.differences(&Picture::of(&lab.home().join("src"))),
        [] as [String; 0]
    );
    lab.lw_ok(&["undo"]);
    assert_eq!(
        bad.differences(&Picture::of(&lab.home().join("src"))),
        [] as [String; 0]
    );
}

#[test]
fn what_was_excluded_is_never_deleted() {
    let lab = lab("mkdir -p src/cache; echo c > src/cache/c; echo x > src/x");
    take(&lab, &["--exclude", "/cache"]);
    lab.sh("echo late > src/late");
    lab.lw_ok(&[
        "snapshot",
        "restore",
        "store/latest",
        "--in-place",
        "--delete",
    ]);
    assert_eq!(text(&lab, "src/cache/c"), "c\n");
    assert!(!lab.home().join("src/late").exists());
}

#[test]
fn a_folder_that_was_not_entered_is_never_emptied() {
    let lab = lab("mkdir -p src/d; echo x > src/d/x; echo y > src/y");
    lab.lw_ok(&["snapshot", "take", "src", "src/d/store"]);
    lab.sh("echo late > src/late; echo changed > src/d/x");
    let (latest, store) = ("src/d/store/latest", lab.home().join("src/d/store"));
    let before = Picture::of(&store);
    let in_place = ["snapshot", "restore", latest, "--in-place", "--delete"];
    lab.lw_ok(&in_place);
    assert_eq!(before.differences(&Picture::of(&store)), [] as [String; 0]);
    assert_eq!(text(&lab, "src/d/x"), "x\n");
    assert!(!lab.home().join("src/late").exists());
    lab.lw_ok(&["snapshot", "verify", "--full", "src/d/store"]);
}

#[test]
fn in_place_sees_another_group() {
    if !lw_testkit::skip::is_root() {
        return lw_testkit::skip::skip("root", "only root gives a file to any group");
    }
    let lab = lab("mkdir src; echo x > src/x; chgrp 1234 src/x");
    take(&lab, &[]);
    lab.sh("chgrp 4321 src/x");
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--in-place"]);
    assert_eq!(stat(&lab, "src/x").gid(), 1234);
}

#[test]
fn single_things_by_any_of_their_paths() {
    let lab = lab(TREE);
    let id = take(&lab, &[]);
    let home = lab.home().display().to_string();
    for (number, path) in [
        "src/d/two".to_owned(),
        "d/two".to_owned(),
        format!("{home}/src/d/two"),
        format!("store/{id}/src/d/two"),
        "store/latest/src/d/two".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let to = format!("out{number}");
        lab.lw_ok(&[
            "snapshot",
            "restore",
            &format!("store/{}", &id[..10]),
            path,
            "--to",
            &to,
        ]);
        assert_eq!(text(&lab, &format!("{to}/two")), "two\n", "{path}");
    }
    let missing = lab.lw(&[
        "snapshot",
        "restore",
        "store/latest",
        "d/nothing",
        "--to",
        "out",
    ]);
    assert_eq!(missing.code, Some(4), "{missing:#?}");
}

#[test]
fn what_is_damaged_in_the_store_is_left_out_and_told() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    lab.sh(&format!(
        "printf T | dd of=store/{id}/src/d/two conv=notrunc 2> /dev/null; rm store/{id}/src/holes"
    ));
    let outcome = lab.lw(&["snapshot", "restore", "store/latest", "--to", "out"]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(!lab.home().join("out/src/d/two").exists());
    assert_eq!(text(&lab, "out/src/one"), "one\n");
}

#[test]
fn no_link_at_the_destination_is_passed() {
    let lab = lab("mkdir -p src/d outside; echo x > src/d/x; echo keep > outside/x");
    take(&lab, &[]);
    lab.sh("rm -r src/d; ln -s ../outside src/d");
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--in-place"]);
    assert_eq!(text(&lab, "outside/x"), "keep\n");
    assert_eq!(text(&lab, "src/d/x"), "x\n");
    assert!(stat(&lab, "src/d").is_dir());
}

#[test]
fn killed_at_every_effect() {
    let command = ["snapshot", "restore", "store/latest", "--in-place"];
    let ground = || {
        let lab = lab(TREE);
        take(&lab, &[]);
        lab.sh("echo bad > src/d/two; rm -r src/empty; rm src/d/link");
        lab
    };
    let clean = ground();
    let effects = clean.lw_ok(&command).effects;
    assert!(effects.len() > 20, "{effects:#?}");
    for n in 1..=effects.len() {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let what = format!("{fault:?} {}", effects[n - 1]);
            let lab = ground();
            let source = Picture::of(&lab.home().join("src"));
            let killed = lab.lw_with(&command, &fault);
            assert!(killed.hit, "{what}: {killed:#?}");
            lab.lw_ok(&["recover"]);
            let now = Picture::of(&lab.home().join("src"));
            let good = Picture::of(&clean.home().join("src"));
            let (before, after) = (source.shape(lab.home()), good.shape(clean.home()));
            let between = now.shape(lab.home()).paths_unlike_both(&before, &after);
            assert_eq!(
                between,
                [] as [std::path::PathBuf; 0],
                "{what}: neither before nor after"
            );
            lab.lw_ok(&command);
            let now = Picture::of(&lab.home().join("src")).shape(lab.home());
            let differences = good.shape(clean.home()).differences(&now);
            assert!(differences.is_empty(), "{what}: {differences:#?}");
        }
    }
    let left = fs::read_dir(clean.state().join("quarantine")).unwrap();
    assert!(left.count() >= 1);
}

/// Rule 8: which names are one file says the manifest; in the store somebody may have been at work.
#[test]
fn names_of_one_file_are_that_again_whatever_the_store_has() {
    let lab = lab(
        "mkdir src; seq 100 > src/a; ln src/a src/b; ln src/a src/c; seq 9 > src/x; cp -p src/x src/y; touch -d 2001-02-03 src/*",
    );
    let id = take(&lab, &["--guard", "none"]);
    lab.sh(&format!(
        "cd store/{id}/src; cp -p b new; mv new b; ln -f x y"
    ));
    let same = |top: &str, one: &str, other: &str| {
        let at = |name: &str| inode(&lab, &format!("{top}/{name}"));
        at(one) == at(other)
    };
    let store = format!("store/{id}/src");
    assert!(!same(&store, "a", "b") && same(&store, "x", "y"));
    lab.lw(&["snapshot", "restore", "store/latest", "--to", "before"]);
    lab.lw_ok(&["snapshot", "repair", "-y", "store"]);
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "after"]);
    lab.sh("rm src/b src/y");
    lab.lw_ok(&["snapshot", "restore", "-y", "store/latest", "--in-place"]);
    for top in ["before/src", "after/src", "src"] {
        assert!(same(top, "a", "b") && same(top, "a", "c"), "{top}");
        assert!(!same(top, "x", "y"), "{top}");
        assert_alike(&lab.home().join("src"), &lab.home().join(top));
    }
}

#[test]
fn all_that_is_missing_on_the_way_is_made() {
    for asked in [&["src/a"][..], &["src/a", "src/b"]] {
        let lab = lab("mkdir src; echo a > src/a; echo b > src/b");
        take(&lab, &[]);
        let before = Picture::of(lab.home());
        let wish = ["snapshot", "restore", "store/latest", "--to", "new/deep/er"];
        let wish = [&wish[..], asked].concat();
        let shown = lab.lw_ok(&[&wish[..], &["-n", "-v"]].concat());
        for folder in ["new", "new/deep", "new/deep/er"] {
            let path = lab.home().join(folder);
            assert!(
                shown.stdout.contains(&format!("{}\n", path.display()))
                    || shown.stdout.contains(&format!("{}'", path.display())),
                "{shown:#?}"
            );
        }
        lab.lw_ok(&wish);
        assert_eq!(text(&lab, "new/deep/er/a"), "a\n");
        assert_eq!(lab.home().join("new/deep/er/b").exists(), asked.len() > 1);
        lab.lw_ok(&["undo"]);
        assert_eq!(
            before.differences(&Picture::of(lab.home())),
            [] as [String; 0]
        );
    }
    let lab = lab("mkdir src; echo a > src/a; echo b > file");
    take(&lab, &[]);
    let wish = ["snapshot", "restore", "store/latest", "--to", "file/deep"];
    for more in [&["-n"][..], &[]] {
        let outcome = lab.lw(&[&wish[..], more].concat());
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    }
}
