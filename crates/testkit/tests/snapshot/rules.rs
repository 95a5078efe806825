//! The rules for what a snapshot is, each by name.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab};

use crate::ground::{
    PROGRAM, TREE, assert_alike, assert_sound, ids, inode, lab, newest, number, picture, stat,
    take, text, tree,
};

#[test]
fn a_snapshot_is_like_its_source() {
    let lab = lab(TREE);
    let first = take(&lab, &["--guard", "none"]);
    assert_alike(&lab.home().join("src"), &tree(&lab, &first));
    let second = take(&lab, &["--guard", "none"]);
    assert_alike(&lab.home().join("src"), &tree(&lab, &second));
    assert_sound(&lab);
    assert_eq!(ids(&lab), [first, second]);
    assert_eq!(lab.leftovers(), [] as [std::path::PathBuf; 0]);
}

/// Rule 1.
#[test]
fn it_shares_no_inode_with_its_source() {
    let lab = lab(TREE);
    let id = take(&lab, &[]);
    for path in ["one", "d/two", "holes", "d/link", "none"] {
        let (source, copy) = (format!("src/{path}"), format!("store/{id}/src/{path}"));
        assert_ne!(inode(&lab, &source), inode(&lab, &copy), "{path}");
    }
    assert_eq!(stat(&lab, "src/d/two").nlink(), 1);
}

/// Rule 2: whatever happens to the source, an earlier snapshot stays as it is, and the next one is right.
#[test]
fn an_earlier_snapshot_is_never_changed() {
    for change in [
        "chmod 777 src/d/two src/one src/d",
        "chown 12:34 src/d/two",
        "touch -d 2020-01-01 src/d/two",
        "echo TWO > src/d/two",
        "printf TWO | dd of=src/d/two conv=notrunc 2> /dev/null",
        ": > src/one",
        "echo more >> src/holes",
        "rm src/one; mkdir src/one; echo in > src/one/in",
        "rm -r src/d; ln -s empty src/d",
        "rm src/d/link; ln -s one src/d/link",
        "mv src/d src/moved",
        "cp -p src/d/two new; echo TWO > new; touch -r src/d/two new; mv new src/d/two",
        "setfattr -n user.a -v b src/d/two || true",
        "ln src/d/two src/two-too",
        "rm src/d/one-too",
        "rm src/pipe; mkfifo -m 600 src/pipe2",
    ] {
        let lab = lab(TREE);
        let first = take(&lab, &["--guard", "none"]);
        let before = picture(&lab, &first);
        lab.sh(change);
        let second = take(&lab, &[]);
        assert_eq!(before, picture(&lab, &first), "{change}");
        assert_alike(&lab.home().join("src"), &tree(&lab, &second));
        assert_sound(&lab);
    }
}

/// Rule 3: what is unchanged is linked, and what only looks so is not.
#[test]
fn unchanged_is_what_was_recorded_and_not_what_looks_so() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    for path in ["one", "d/two", "holes", "d/link", "none"] {
        let at = |id: &str| inode(&lab, &format!("store/{id}/src/{path}"));
        assert_eq!(at(&first), at(&second), "{path}");
    }
    // Same size, same time, another content: the time of the inode tells, and within one tick the content.
    lab.sh("printf TWO | dd of=src/d/two conv=notrunc 2> /dev/null; touch -d '2001-02-03 04:05:06.123456789' src/d/two");
    let third = take(&lab, &[]);
    assert_eq!(text(&lab, &format!("store/{third}/src/d/two")), "TWO\n");
    assert_eq!(text(&lab, &format!("store/{first}/src/d/two")), "two\n");
}

#[test]
fn a_change_of_nothing_but_the_inodes_time_costs_nothing() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    lab.sh("chmod 600 src/d/two; chmod 640 src/d/two; touch -d '2001-02-03 04:05:06.123456789' src/d/two");
    let second = take(&lab, &["--checksum"]);
    let at = |id: &str| inode(&lab, &format!("store/{id}/src/d/two"));
    assert_eq!(at(&first), at(&second));
}

/// Rule 4.
#[test]
fn moved_files_are_linked() {
    let lab =
        lab("mkdir -p src/a src/b; seq 2000 > src/a/big; seq 3000 > src/a/other; echo s > src/s");
    let first = take(&lab, &["--guard", "none"]);
    lab.sh("mv src/a src/c; mv src/c/big src/b/renamed; cp -p src/c/other src/x; rm src/c/other");
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(
        (number(&outcome, "linked"), number(&outcome, "copied_bytes")),
        (3, 0)
    );
    // Nothing was copied to find that out.
    let copied = |line: &String| line.starts_with("take file");
    assert!(!outcome.effects.iter().any(copied), "{outcome:#?}");
    let second = newest(&lab);
    let at = |id: &str, path: &str| inode(&lab, &format!("store/{id}/src/{path}"));
    assert_eq!(at(&first, "a/big"), at(&second, "b/renamed"));
    assert_eq!(at(&first, "a/other"), at(&second, "x"));
    assert_alike(&lab.home().join("src/b"), &tree(&lab, &second).join("b"));
    assert_sound(&lab);
}

/// Rule 5.
#[test]
fn links_by_policy() {
    let lab = lab(TREE);
    let home = lab.home().display().to_string();
    let link = |id: &str, path: &str| fs::read_link(tree(&lab, id).join(path)).ok();
    let kept = take(&lab, &[]);
    assert_eq!(
        link(&kept, "absolute").unwrap(),
        std::path::Path::new(&home).join("src/one")
    );
    let rebased = take(&lab, &["--links", "rebase", "--checksum"]);
    assert_eq!(
        link(&rebased, "absolute").unwrap().to_str(),
        Some("../src/one")
    );
    assert_eq!(link(&rebased, "d/link").unwrap().to_str(), Some("two"));
    assert_eq!(
        fs::read_to_string(tree(&lab, &rebased).join("absolute")).unwrap(),
        "one\n"
    );
    // A link that did not change follows the policy of this snapshot, not of the one before.
    let kept = take(&lab, &[]);
    assert_eq!(
        link(&kept, "absolute").unwrap(),
        std::path::Path::new(&home).join("src/one")
    );
    let skipped = take(&lab, &["--links", "skip"]);
    assert_eq!(link(&skipped, "absolute"), None);
    let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
    assert!(
        shown.stdout.contains("links were to be left out"),
        "{shown:#?}"
    );
    assert_sound(&lab);
    // What is given back has the text of the source.
    lab.lw_ok(&[
        "snapshot",
        "restore",
        &format!("store/{rebased}"),
        "absolute",
        "--to",
        "out",
    ]);
    let back = fs::read_link(lab.home().join("out/absolute")).unwrap();
    assert_eq!(back, std::path::Path::new(&home).join("src/one"));
}

/// Rule 5: a link says where it leads to by the path that its owner knows, which may itself lead through a link.
#[test]
fn links_into_a_source_that_was_given_as_a_link() {
    let lab = lab("mkdir real; echo x > real/x; ln -s real src");
    lab.sh("ln -s \"$PWD/src/x\" real/given; ln -s \"$PWD/real/x\" real/resolved");
    let id = take(&lab, &["--links", "rebase"]);
    for name in ["given", "resolved"] {
        let text = fs::read_link(tree(&lab, &id).join(name)).unwrap();
        assert_eq!(text.to_str(), Some("../src/x"), "{name}");
    }
    assert_sound(&lab);
}

/// Rule 5: for some links something else than for all.
#[test]
fn links_by_policy_and_pattern() {
    let lab = lab(
        "mkdir -p src/desk/keep src/d out; echo o > out/o; echo x > src/x
        for d in src/desk src/desk/keep src/d; do ln -s \"$PWD/out\" $d/out; ln -s \"$PWD/src/x\" $d/own; done; ln -s x src/a.lnk",
    );
    let rules = [
        "--links-at",
        "*.lnk=skip",
        "--links-at",
        "desk/keep=preserve",
        "--links-at",
        "/desk=follow",
    ];
    take(&lab, &[&rules[..], &["--links", "rebase"]].concat());
    let at = |path: &str| lab.home().join("store/latest/src").join(path);
    let link = |path: &str| fs::read_link(at(path)).ok();
    assert_eq!(text(&lab, "store/latest/src/desk/out/o"), "o\n");
    assert!(!at("desk/own").is_symlink() && at("desk/own").is_file());
    assert_eq!(link("desk/keep/own"), Some(lab.home().join("src/x")));
    assert_eq!(link("desk/keep/out"), Some(lab.home().join("out")));
    assert_eq!(link("d/own"), Some("../../src/x".into()));
    assert!(!at("a.lnk").is_symlink());
    let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
    assert!(shown.stdout.contains("/desk: give way"), "{shown:#?}");
    lab.lw_ok(&["snapshot", "verify", "--against-source", "--full", "store"]);
    lab.sh("ln -s x src/b.lnk");
    lab.lw_ok(&["snapshot", "verify", "--against-source", "store"]);
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "back"]);
    for path in ["desk/out", "desk/own", "desk/keep/own", "d/own"] {
        let back = fs::read_link(lab.home().join("back/src").join(path));
        let was = fs::read_link(lab.home().join("src").join(path));
        assert_eq!(back.unwrap(), was.unwrap(), "{path}");
    }
    for (rule, code) in [("a=follow-once", 2), ("=skip", 2), ("a", 2), ("[a=skip", 4)] {
        let refused = lab.lw(&["snapshot", "take", "src", "store", "--links-at", rule]);
        assert_eq!(refused.code, Some(code), "{rule}: {refused:#?}");
    }
    let once = lab.lw(&[
        "snapshot",
        "take",
        "src",
        "store",
        "--links",
        "follow-once",
        "--links-at",
        "a=skip",
    ]);
    assert_eq!(once.code, Some(4), "{once:#?}");
    assert_sound(&lab);
}

/// Rule 6.
#[test]
fn the_store_is_left_out_wherever_it_is() {
    let lab = lab("mkdir -p src/deep; echo x > src/x");
    let take = |expected: &str| {
        let outcome = lab.lw_ok(&["snapshot", "take", "src", "src/deep/store"]);
        assert!(outcome.stderr.contains(expected), "{outcome:#?}");
    };
    take("is left out");
    take("is left out");
    let inside = lab.home().join("src/deep/store/latest/src/deep/store");
    assert_eq!(fs::read_dir(inside).unwrap().count(), 0);
    lab.lw_ok(&["snapshot", "verify", "--full", "src/deep/store"]);
}

/// Rule 6: a folder is the store by what it is, whatever the path that leads to it.
#[test]
fn the_store_is_left_out_under_other_paths() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    // With few inodes: a store that is taken into itself has no end.
    let Some(volume) = Mounted::new(FileSystem::Ext4, 16) else {
        return;
    };
    let lab = Lab::at(PROGRAM, volume.path());
    lab.sh(
        "mkdir -p src/bound src/d base/store alias; echo x > src/x; echo b > base/b
        ln -s base/store store; ln -s ../base/store src/link; ln -s ../../alias src/d/around",
    );
    let mount = |from: &str, to: &str| {
        let at = |path: &str| lab.home().join(path).to_str().unwrap().to_owned();
        lw_testkit::volumes::attempt("mount", &["--bind", &at(from), &at(to)])
    };
    take(&lab, &["--guard", "none"]);
    if mount("base/store", "src/bound").is_err() {
        return lw_testkit::skip::skip("mount --bind", "it cannot be done here");
    }
    // What a link leads to through this one holds the store under a path of its own.
    let around = mount("base", "alias");
    let outcomes = ["preserve", "follow", "follow-once"].map(|links| {
        let all = [
            "snapshot",
            "take",
            "src",
            "store",
            "--cross-mounts",
            "--links",
            links,
        ];
        (links, lab.lw(&all), newest(&lab))
    });
    lab.sh("umount src/bound; umount alias");
    assert_eq!(around, Ok(String::new()));
    for (links, outcome, id) in &outcomes {
        assert_eq!(outcome.code, Some(0), "{links}: {outcome:#?}");
        let at = |path: &str| format!("store/{id}/src/{path}");
        let count = |path: &str| fs::read_dir(lab.home().join(at(path))).unwrap().count();
        assert_eq!(count("bound"), 0, "{links}");
        assert!(stat(&lab, &at("link")).is_symlink(), "{links}");
        if *links == "preserve" {
            assert!(stat(&lab, &at("d/around")).is_symlink());
        } else {
            assert_eq!(text(&lab, &at("d/around/b")), "b\n", "{links}");
            assert_eq!(count("d/around/store"), 0, "{links}");
        }
    }
    assert_sound(&lab);
}

/// Rule 7.
#[test]
fn a_source_that_is_a_link_is_resolved_once() {
    let lab = lab("mkdir real; echo x > real/x; ln -s real src; ln -s nowhere dangling");
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store"]);
    assert!(outcome.stderr.contains("is a link"), "{outcome:#?}");
    let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
    assert!(shown.stdout.contains("/real' (given as"), "{shown:#?}");
    assert_eq!(text(&lab, "store/latest/src/x"), "x\n");
    let refused = lab.lw(&["snapshot", "take", "dangling", "store"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(ids(&lab).len(), 1);
}

/// Rule 7: an empty mount point is not taken for the end of all files.
#[test]
fn nothing_instead_of_something_is_refused() {
    let lab = lab("mkdir src; echo x > src/x");
    take(&lab, &[]);
    lab.sh("rm src/x");
    let refused = lab.lw(&["snapshot", "take", "src", "store"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("--allow-empty"), "{refused:#?}");
    assert_eq!(ids(&lab).len(), 1);
    take(&lab, &["--allow-empty"]);
    assert_eq!(ids(&lab).len(), 2);
}

/// Rule 7, for one source among several.
#[test]
fn one_source_that_was_emptied_is_refused() {
    let lab = lab("mkdir a b; echo x > a/x; echo y > b/y");
    let take = ["snapshot", "take", "a", "b", "store"];
    lab.lw_ok(&take);
    lab.sh("rm b/y");
    let refused = lab.lw(&take);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(ids(&lab).len(), 1);
    lab.lw_ok(&["snapshot", "take", "a", "b", "store", "--allow-empty"]);
    lab.lw_ok(&take);
    assert_eq!(ids(&lab).len(), 3);
}

/// Rule 3: what cannot be linked is copied, whatever the reason.
#[test]
fn what_cannot_be_linked_is_copied() {
    const EPERM: i32 = 1;
    const EACCES: i32 = 13;
    const EXDEV: i32 = 18;
    const EMLINK: i32 = 31;
    const EOPNOTSUPP: i32 = 95;
    let lab = lab(TREE);
    let first = take(&lab, &["--guard", "none"]);
    let before = picture(&lab, &first);
    for errno in [EPERM, EACCES, EXDEV, EMLINK, EOPNOTSUPP] {
        for (path, copied) in [("src/d/two", 1), ("src/d/link", 0)] {
            let fault = Fault::FailAt("take by link".to_owned(), path.to_owned(), errno);
            let outcome = lab.lw_with(&["snapshot", "take", "src", "store", "--json"], &fault);
            assert_eq!((outcome.code, outcome.hit), (Some(0), true), "{outcome:#?}");
            assert_eq!(
                (number(&outcome, "not_linked"), number(&outcome, "copied")),
                (1, copied),
                "{errno} {path}: {outcome:#?}"
            );
            assert_alike(&lab.home().join("src"), &tree(&lab, &newest(&lab)));
            assert_eq!(
                inode(&lab, "store/latest/src/one"),
                inode(&lab, &format!("store/{first}/src/one"))
            );
        }
    }
    assert_eq!(before, picture(&lab, &first));
    assert_sound(&lab);
}

/// Rules 3 and 8: a name that cannot be linked is a file of its own in the store, and one of the file's names for whoever gets it back.
#[test]
fn a_further_name_that_cannot_be_linked_is_copied() {
    for errno in [1, 31, 95] {
        let lab = lab(TREE);
        let path = "src/d/one-too".to_owned();
        let fault = Fault::FailAt("take by link".to_owned(), path, errno);
        let outcome = lab.lw_with(&["snapshot", "take", "src", "store"], &fault);
        assert_eq!((outcome.code, outcome.hit), (Some(0), true), "{outcome:#?}");
        let at = |path: &str| inode(&lab, &format!("store/latest/src/{path}"));
        assert_ne!(at("one"), at("d/one-too"));
        assert_eq!(text(&lab, "store/latest/src/d/one-too"), "one\n");
        assert_sound(&lab);
        lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "out"]);
        assert_alike(&lab.home().join("src"), &lab.home().join("out/src"));
        // The next one makes it one file again.
        let second = take(&lab, &["--guard", "none"]);
        assert_eq!(at("one"), at("d/one-too"));
        assert_sound(&lab);
        assert_eq!(ids(&lab).pop(), Some(second));
    }
}

/// Rule 8.
#[test]
fn two_names_are_one_file_only_if_they_are_in_the_source() {
    let lab = lab(
        "mkdir src; seq 1000 > src/a; ln src/a src/b; cp -p src/a src/c; seq 500 > src/d; cp -p src/d src/e",
    );
    let same = |id: &str, x: &str, y: &str| {
        let at = |name: &str| inode(&lab, &format!("store/{id}/src/{name}"));
        at(x) == at(y)
    };
    let first = take(&lab, &[]);
    assert!(same(&first, "a", "b") && !same(&first, "a", "c") && !same(&first, "d", "e"));
    // One is split, two become one.
    lab.sh("cp -p src/b new; mv new src/b; ln -f src/d src/e");
    let second = take(&lab, &[]);
    assert!(!same(&second, "a", "b") && !same(&second, "a", "c") && same(&second, "d", "e"));
    assert!(!same(&second, "b", "c"));
    let third = take(&lab, &["--checksum"]);
    assert!(!same(&third, "a", "b") && !same(&third, "b", "c") && same(&third, "d", "e"));
    assert_sound(&lab);
}

/// Rule 10.
#[test]
fn what_belongs_to_a_file_is_kept() {
    // Attributes of users are not everywhere in memory.
    let lab = Lab::new(PROGRAM);
    lab.sh(TREE);
    lab.sh(
        "setfattr -n user.colour -v red src/d/two; setfattr -n user.colour -v blue src/d
        setfacl -m u:12:r src/d/two || true
        python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"src/socket\")' || true",
    );
    let id = take(&lab, &["--guard", "none"]);
    assert_alike(&lab.home().join("src/d"), &tree(&lab, &id).join("d"));
    assert!(!tree(&lab, &id).join("socket").exists());
    assert!(
        stat(&lab, &format!("store/{id}/src/pipe"))
            .file_type()
            .is_fifo()
    );
    let holes = stat(&lab, &format!("store/{id}/src/holes"));
    assert!(holes.blocks() * 512 < holes.size() / 2, "{holes:?}");
    // Attributes alone make it another file.
    lab.sh("setfattr -n user.colour -v green src/d/two; touch -d '2001-02-03 04:05:06.123456789' src/d/two");
    let second = take(&lab, &["--guard", "none"]);
    assert_ne!(
        inode(&lab, &format!("store/{id}/src/d/two")),
        inode(&lab, &format!("store/{second}/src/d/two"))
    );
    assert_alike(&lab.home().join("src/d"), &tree(&lab, &second).join("d"));
    assert_sound(&lab);
}

/// Rule 11.
#[test]
fn a_file_that_goes_on_changing_is_told() {
    let lab = lab("mkdir src; echo x > src/x; echo y > src/y");
    // The first command of all makes the state folder, too.
    lab.lw_ok(&["snapshot", "take", "src", "first"]);
    let clean = lab.lw_ok(&["snapshot", "take", "src", "clean"]);
    let at = clean
        .effects
        .iter()
        .position(|line| line.starts_with("take file") && line.ends_with("/x"));
    let fault = |n: usize| Fault::RunFrom(n, "echo more >> src/x".to_owned());
    let outcome = lab.lw_with(
        &["snapshot", "take", "src", "store"],
        &fault(at.unwrap() + 1),
    );
    assert!(outcome.hit);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
    assert!(
        shown
            .stdout
            .contains("'src/x': it changed while it was read"),
        "{shown:#?}"
    );
    assert_eq!(text(&lab, "store/latest/src/y"), "y\n");
    // It is never taken for unchanged.
    let second = take(&lab, &[]);
    assert_eq!(
        text(&lab, &format!("store/{second}/src/x")),
        text(&lab, "src/x")
    );
    assert_sound(&lab);
}

/// Rule 14: a link that somebody plants in an earlier snapshot leads nowhere.
#[test]
fn no_link_in_the_store_is_passed() {
    let lab = lab(
        "mkdir -p src/d outside; echo in > src/d/f; echo out > outside/f; touch -r src/d/f outside/f",
    );
    let first = take(&lab, &["--guard", "none"]);
    lab.sh(&format!(
        "mv store/{first}/src/d store/{first}/src/was; ln -s ../../../outside store/{first}/src/d"
    ));
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(number(&outcome, "copied"), 1, "{outcome:#?}");
    assert_eq!(text(&lab, "store/latest/src/d/f"), "in\n");
    assert_eq!(stat(&lab, "outside/f").nlink(), 1);
    let found = lab.lw(&["snapshot", "verify", "--full", "store"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
}

/// Rule 17.
#[test]
fn published_folders_are_guarded() {
    let lab = lab(TREE);
    let mode = |id: &str, path: &str| {
        stat(&lab, &format!("store/{id}/src/{path}"))
            .permissions()
            .mode()
            & 0o7777
    };
    let id = take(&lab, &[]);
    assert_eq!((mode(&id, "empty"), mode(&id, "d/two")), (0o2550, 0o640));
    let id = take(&lab, &["--guard", "ro", "--checksum"]);
    assert_eq!(mode(&id, "empty"), 0o2550);
    let id = take(&lab, &["--guard", "none"]);
    assert_eq!(mode(&id, "empty"), 0o2750);
    // The wish stays until another one is made.
    let id = take(&lab, &[]);
    assert_eq!(mode(&id, "empty"), 0o2750);
    assert_sound(&lab);
    // What is given back has the mode of the source.
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "out"]);
    assert_alike(&lab.home().join("src"), &lab.home().join("out/src"));
}

/// Rule 17: files too, if that is wanted.
#[test]
fn published_files_are_guarded_if_wanted() {
    let lab = lab(TREE);
    let all = ["one", "d/one-too", "d/two", "holes", "d", "empty"];
    let writable = |guard: &str| {
        take(&lab, &["--guard", guard]);
        let mode = |path: &str| {
            stat(&lab, &format!("store/latest/src/{path}"))
                .permissions()
                .mode()
        };
        let writable = all.into_iter().filter(|path| mode(path) & 0o222 != 0);
        let writable: Vec<&str> = writable.collect();
        assert_sound(&lab);
        lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", guard]);
        let back = lab.home().join(guard).join("src");
        assert_alike(&lab.home().join("src"), &back);
        // What is linked has the mode of the snapshot that it comes from.
        lab.sh("chmod -R u+w store; rm -r store");
        writable
    };
    assert_eq!(writable("none"), all);
    assert_eq!(writable("dirs"), all[..4]);
    assert_eq!(writable("ro"), [] as [&str; 0]);
}

/// Rule 20.
#[test]
fn a_lost_chain_is_told() {
    let lab = lab("mkdir src; for n in $(seq 40); do echo $n > src/$n; done");
    take(&lab, &[]);
    take(&lab, &[]);
    lab.sh("for n in $(seq 40); do echo new $n > src/$n; done");
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store"]);
    assert!(
        outcome.stderr.contains("only 0 % of the files were linked"),
        "{outcome:#?}"
    );
}

#[test]
fn what_is_excluded_is_left_out() {
    let lab = lab(
        "mkdir -p src/cache/x src/d/cache src/keep; echo 1 > src/cache/x/f; echo 2 > src/d/cache/f; echo 3 > src/keep/f.tmp; echo 4 > src/keep/g",
    );
    take(&lab, &["--exclude", "*.tmp", "--exclude", "/cache/x"]);
    let latest = lab.home().join("store/latest/src");
    assert!(latest.join("keep/g").exists() && latest.join("d/cache/f").exists());
    assert!(!latest.join("keep/f.tmp").exists() && !latest.join("cache/x").exists());
    let bad = lab.lw(&["snapshot", "take", "src", "store", "--exclude", "[a"]);
    assert_eq!(bad.code, Some(4), "{bad:#?}");
}

/// What nobody misses is no failure, and not passed over in silence.
#[test]
fn sockets_are_told() {
    let lab = lab("mkdir -p src/d; echo x > src/x");
    let made = |path: &str| std::os::unix::net::UnixListener::bind(lab.home().join(path)).unwrap();
    let _sockets = ["src/a", "src/d/b"].map(made);
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store"]);
    assert!(
        outcome
            .stderr
            .contains("2 devices or sockets are not taken"),
        "{outcome:#?}"
    );
    let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
    assert!(shown.stdout.contains("it is a socket"), "{shown:#?}");
    let quiet = lab.lw_ok(&["snapshot", "take", "src", "store", "--quiet"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn several_sources_and_files_have_names_of_their_own() {
    let lab = lab("mkdir -p a/docs b/docs; echo 1 > a/docs/x; echo 2 > b/y; echo 3 > note");
    lab.lw_ok(&["snapshot", "take", "a/docs", "b", "note", "store"]);
    lab.lw_ok(&["snapshot", "take", "a/docs", "b", "note", "store"]);
    for (path, what) in [("docs/x", "1\n"), ("b/y", "2\n"), ("note", "3\n")] {
        assert_eq!(text(&lab, &format!("store/latest/{path}")), what);
    }
    let outcome = lab.lw(&["snapshot", "take", "a/docs", "b/docs", "store"]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert_sound(&lab);
}

#[test]
fn the_clock_may_jump_back() {
    let lab = lab("mkdir src; echo 1 > src/x");
    let first = take(&lab, &[]);
    // As if the first one had been taken by a clock of the year 2099.
    let later = "2099-01-01T000000Z";
    lab.sh(&format!("mv store/{first} store/{later}; mv store/.store/manifests/{first}.idx store/.store/manifests/{later}.idx; ln -sfn {later} store/latest; echo 2 > src/x"));
    let second = take(&lab, &[]);
    assert!(second.as_str() < later);
    assert_eq!(ids(&lab), [later.to_owned(), second.clone()]);
    assert_eq!(newest(&lab), second);
    assert_eq!(text(&lab, "store/latest/src/x"), "2\n");
}

#[test]
fn other_volumes_inside_are_not_entered() {
    let lab = lab("mkdir -p src/mnt; echo x > src/x");
    if !lw_testkit::skip::is_root() {
        return;
    }
    let mount = lab.home().join("src/mnt");
    let mount = mount.to_str().unwrap();
    if lw_testkit::volumes::attempt("mount", &["-t", "tmpfs", "none", mount]).is_err() {
        lw_testkit::skip::skip("tmpfs", "it cannot be mounted here");
        return;
    }
    lab.sh("echo y > src/mnt/y; mkdir bind; mount --bind src bind");
    let outcome = lab.lw(&["snapshot", "take", "src", "store"]);
    let bound = lab.lw(&["snapshot", "take", "bind", "store"]);
    lab.sh("umount bind; umount src/mnt");
    assert_eq!(
        (outcome.code, bound.code),
        (Some(0), Some(0)),
        "{outcome:#?} {bound:#?}"
    );
    let id = &ids(&lab)[0];
    assert_eq!(fs::read_dir(tree(&lab, id).join("mnt")).unwrap().count(), 0);
    let shown = lab.lw_ok(&["snapshot", "show", &format!("store/{id}")]);
    assert!(
        shown.stdout.contains("another volume is mounted there"),
        "{shown:#?}"
    );
    assert_eq!(text(&lab, "store/latest/bind/x"), "x\n");
}

/// Rule 6: they are if that is wanted, but not a second time where a folder shows that holds them.
#[test]
fn other_volumes_inside_are_taken_along_if_wanted() {
    let lab = lab("mkdir -p src/mnt src/again src/kernel other; echo x > src/x; echo o > other/o");
    if !lw_testkit::skip::is_root() {
        return lw_testkit::skip::skip("root", "it mounts");
    }
    let mount = |arguments: &[&str]| lw_testkit::volumes::attempt("mount", arguments);
    let at = |path: &str| lab.home().join(path).to_str().unwrap().to_owned();
    if mount(&["-t", "tmpfs", "none", &at("src/mnt")]).is_err() {
        return lw_testkit::skip::skip("tmpfs", "it cannot be mounted here");
    }
    lab.sh(
        "echo y > src/mnt/y; mkdir src/mnt/other; mount --bind other src/mnt/other
        mount --bind src src/again; mount -t proc none src/kernel",
    );
    let take = ["snapshot", "take", "src", "store", "--cross-mounts"];
    let outcome = lab.lw(&take);
    let second = lab.lw(&[&take[..], &["--json"]].concat());
    let same = lab.lw(&["snapshot", "verify", "--against-source", "--full", "store"]);
    lab.sh("echo z > src/mnt/y");
    let other = lab.lw(&["snapshot", "verify", "--against-source", "--full", "store"]);
    lab.sh("umount src/kernel src/again src/mnt/other src/mnt");
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    assert_eq!(text(&lab, "store/latest/src/mnt/y"), "y\n");
    assert_eq!(text(&lab, "store/latest/src/mnt/other/o"), "o\n");
    for closed in ["again", "kernel"] {
        let taken = lab.home().join("store/latest/src").join(closed);
        assert_eq!(fs::read_dir(taken).unwrap().count(), 0, "{closed}");
    }
    assert_eq!(number(&second, "linked"), 3, "{second:#?}");
    assert_eq!(same.code, Some(0), "{same:#?}");
    assert_eq!(other.code, Some(1), "{other:#?}");
    assert!(other.stdout.contains("M 'src/mnt/y'"), "{other:#?}");
    let refused = lab.lw(&[&take[..], &["--one-file-system"]].concat());
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert_sound(&lab);
}

#[test]
fn deep_and_long_paths() {
    let lab = lab("mkdir src");
    let mut at = lab.home().join("src");
    let mut script = String::from("cd src\n");
    // Far beyond what a path may have.
    for _ in 0..60 {
        let name = "d".repeat(100);
        script.push_str(&format!("mkdir {name}; cd -P {name}\n"));
        at.push(name);
    }
    script.push_str("echo deep > file");
    lab.sh(&script);
    take(&lab, &[]);
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(
        (number(&outcome, "linked"), number(&outcome, "folders")),
        (1, 61)
    );
    assert_sound(&lab);
    let id = ids(&lab)[0].clone();
    lab.lw_ok(&["snapshot", "forget", "-y", &format!("store/{id}")]);
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "out"]);
    // No program that writes paths out gets there.
    let name = "d".repeat(100);
    let told = |top: &str| {
        let told = format!("told-{top}").replace('/', "-");
        lab.sh(&format!(
            "told=$PWD/{told}; cd {top}; n=0; while [ -d {name} ]; do stat -c '%a %u %g %y' {name} >> $told; cd -P {name}; n=$((n+1)); done
            echo $n >> $told; stat -c '%a %u %g %s %y' file >> $told; cat file >> $told; ls -A | wc -l >> $told"
        ));
        text(&lab, &told)
    };
    let (source, back) = (told("src"), told("out/src"));
    assert!(
        source.contains("\n60\n") && source.ends_with("deep\n1\n"),
        "{source}"
    );
    assert_eq!(source, back);
    lab.sh("chmod -R u+w store; rm -r src store out");
}
