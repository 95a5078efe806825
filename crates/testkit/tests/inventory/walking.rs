//! The walk: deep trees, mounts inside, and trees that change under it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use lw_testkit::skip;
use lw_testkit::volumes;

use super::{find, lab, null_ended, objects, words};

const LEVELS: usize = 10_000;
const RUNS: usize = 30;

#[test]
fn ten_thousand_levels_deep_a_broken_link_is_found() {
    let lab = lab("mkdir t");
    let open = |at: &rustix::fd::OwnedFd| {
        let flags = rustix::fs::OFlags::DIRECTORY;
        rustix::fs::openat(at, "d", flags, rustix::fs::Mode::empty()).unwrap()
    };
    let top = lab.home().join("t");
    let flags = rustix::fs::OFlags::DIRECTORY;
    let mut at = rustix::fs::open(&top, flags, rustix::fs::Mode::empty()).unwrap();
    for _ in 0..LEVELS {
        rustix::fs::mkdirat(&at, "d", rustix::fs::Mode::RWXU).unwrap();
        at = open(&at);
    }
    rustix::fs::symlinkat("gone", &at, "deep").unwrap();
    rustix::fs::symlinkat("../deep-is-not-there", &at, "other").unwrap();
    let (found, code) = objects(&lab, &words(&["check", "t"]));
    assert_eq!(code, Some(1));
    let paths: Vec<&str> = found
        .iter()
        .filter_map(|one| one["path"].as_str())
        .collect();
    assert_eq!(paths.len(), 2);
    assert!(paths.iter().all(|path| path.len() > 2 * LEVELS));
    assert!(found[..2].iter().all(|one| one["finding"] == "dangling"));
    // std's own removal would recurse as deep; rm does not.
    lab.sh("rm -rf t");
}

#[test]
fn other_mounts_are_named_and_entered_once_if_asked_for() {
    if !skip::is_root() {
        return;
    }
    let lab = lab("mkdir -p t/a/bound t/memory t/b; ln -s x t/a/l; ln -s y t/b/m");
    let at = |name: &str| lab.home().join(name).display().to_string();
    let mounts = [at("t/a/bound"), at("t/memory")];
    volumes::run("mount", &["--bind", &at("t"), &mounts[0]]);
    volumes::run("mount", &["-t", "tmpfs", "lw-test", &mounts[1]]);
    let looked = std::panic::catch_unwind(|| {
        lab.sh("ln -s z t/memory/n");
        let (stayed, code) = null_ended(&lab, &words(&["list", "t"]));
        assert_eq!((stayed.len(), code), (2, Some(0)));
        let (all, _) = objects(&lab, &words(&["list", "t"]));
        let named = &all.last().unwrap()["other_mounts"];
        assert_eq!(*named, serde_json::json!([at("t/a/bound"), at("t/memory")]));
        let (crossed, code) = null_ended(&lab, &words(&["list", "--cross-mounts", "t"]));
        let names: Vec<_> = crossed.iter().map(|path| path[path.len() - 1]).collect();
        assert_eq!((names.len(), code), (3, Some(0)), "{crossed:?}");
    });
    for mount in mounts.iter().rev() {
        volumes::run("umount", &["-l", mount]);
    }
    looked.unwrap();
}

#[test]
fn nested_folders_are_searched_once() {
    let lab = lab("mkdir -p t/a/b; ln -s x t/a/b/l; ln -s t u");
    let listed = |folders: &[&str]| {
        let mut arguments = vec!["list"];
        arguments.extend(folders);
        lab.lw_ok(&arguments).stdout
    };
    assert_eq!(listed(&["t", "t/a", "t/a/b"]), "t/a/b/l -> x\n");
    assert_eq!(listed(&["t/a/b", "t"]), "t/a/b/l -> x\n");
    assert_eq!(listed(&["u"]), "u/a/b/l -> x\n");
    assert_eq!(listed(&["t/", "./t/a/.."]), "t/a/b/l -> x\n");
}

#[test]
fn a_tree_that_changes_while_it_is_walked() {
    let lab = lab("
        mkdir t; for n in $(seq 60); do
            mkdir -p t/$n/s; printf x > t/$n/f; ln -s f t/$n/sound; ln -s gone t/$n/broken
        done");
    let top = lab.home().join("t");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0;
            while !is_over.load(Ordering::Relaxed) {
                change(&top, turn);
                turn += 1;
            }
        });
        let stable = |name: &str| find(&top, &["-name", name, "-print0"]);
        let (sound, broken) = (stable("sound"), stable("broken"));
        for _ in 0..RUNS {
            let (listed, code) = null_ended(&lab, &[std::ffi::OsStr::new("list"), top.as_os_str()]);
            assert_eq!(code, Some(0));
            assert!(listed.is_superset(&sound) && listed.is_superset(&broken));
            let (found, code) = null_ended(&lab, &[std::ffi::OsStr::new("check"), top.as_os_str()]);
            assert_eq!(code, Some(1));
            assert!(found.is_superset(&broken));
            assert!(found.is_disjoint(&sound));
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

/// Makes, renames and removes things beside those that stay. What fails because of the turn before is of no matter.
fn change(top: &Path, turn: usize) {
    let folder = top.join((turn % 60 + 1).to_string()).join("s");
    let (a, b) = (folder.join("a"), folder.join("b"));
    let _ = std::fs::create_dir(&a);
    let _ = std::fs::write(a.join("file"), "x");
    let _ = std::os::unix::fs::symlink("file", a.join("flickers"));
    let _ = std::fs::rename(&a, &b);
    let _ = std::fs::remove_file(b.join("file"));
    let _ = std::fs::remove_dir_all(&b);
}
