//! Other volumes inside what is searched.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use lw_testkit::volumes::{FileSystem, Mounted, run};
use lw_testkit::{Lab, skip};

use super::ground::{PROGRAM, Paths, assert_same, find_paths, lab, lw, path_list, paths_of, words};

/// A bind mount, undone when dropped.
struct Bound(PathBuf);

impl Bound {
    fn new(folder: &Path, at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        run(
            "mount",
            &["--bind", folder.to_str().unwrap(), at.to_str().unwrap()],
        );
        Self(at.to_path_buf())
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let _tried = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Lists a folder and returns the links and the mounts that were not entered.
fn list(lab: &Lab, arguments: &[&str], top: &Path) -> (Paths, Paths) {
    let mut all: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"list", &"--json", &top];
    all.extend(
        arguments
            .iter()
            .map(|word| word as &dyn AsRef<std::ffi::OsStr>),
    );
    let answer = lw(lab, &words(&all)).ends(0);
    let links = answer.of_type("link");
    let paths = paths_of(&links);
    assert_eq!(paths.len(), links.len(), "a link is told twice");
    let mounts = path_list(&answer.summary(), "other_mounts")
        .into_iter()
        .collect();
    (paths, mounts)
}

#[test]
fn a_folder_bound_into_itself_ends_and_shows_nothing_twice() {
    if !skip::is_root() {
        return;
    }
    let lab = lab(
        "mkdir -p t/a/b t/c t/door; ln -s x t/one; ln -s x t/a/two; ln -s x t/a/b/three; ln -s gone t/c/four",
    );
    let top = lab.home().join("t");
    let links = find_paths(&top, &["-type", "l", "-print0"]);
    let again = top.join("a/b/again");
    let door = top.join("door");
    let _bound = [Bound::new(&top, &again), Bound::new(&top.join("a"), &door)];
    let (ours, mounts) = list(&lab, &[], &top);
    assert_same("one mount", &ours, &links);
    assert_same(
        "one mount",
        &ours,
        &find_paths(&top, &["-xdev", "-type", "l", "-print0"])
            .intersection(&links)
            .cloned()
            .collect(),
    );
    assert_same("named", &mounts, &[again, door].into());
    let (ours, mounts) = list(&lab, &["--cross-mounts"], &top);
    assert!(mounts.is_empty(), "{mounts:?}");
    // Each link once, at whichever of its places.
    let identities = |paths: &Paths| -> BTreeSet<(u64, u64)> {
        use std::os::unix::fs::MetadataExt as _;
        let stat = |path: &PathBuf| fs::symlink_metadata(path).unwrap();
        paths
            .iter()
            .map(|path| (stat(path).dev(), stat(path).ino()))
            .collect()
    };
    assert_eq!(ours.len(), links.len(), "{ours:?}");
    assert_eq!(identities(&ours), identities(&links));
    let answer = lw(
        &lab,
        &words(&[&"check", &"--json", &"--cross-mounts", &top]),
    )
    .ends(1);
    assert_eq!(answer.summary()["links"], 4);
}

#[test]
fn a_volume_inside_is_named_and_not_entered() {
    let (Some(volume), Some(inner)) = (
        Mounted::new(FileSystem::Tmpfs, 4),
        Mounted::new(FileSystem::Tmpfs, 4),
    ) else {
        return;
    };
    let lab = Lab::new(PROGRAM);
    let top = lab.home().join("t");
    fs::create_dir_all(&top).unwrap();
    symlink("x", top.join("own")).unwrap();
    fs::create_dir(volume.path().join("deeper")).unwrap();
    symlink("x", volume.path().join("theirs")).unwrap();
    symlink("x", inner.path().join("innermost")).unwrap();
    let at = top.join("volume");
    let _bound = Bound::new(volume.path(), &at);
    let _inner = Bound::new(inner.path(), &at.join("deeper"));
    let theirs = find_paths(&top, &["-xdev", "-type", "l", "-print0"]);
    let (ours, mounts) = list(&lab, &[], &top);
    assert_same("find -xdev", &ours, &theirs);
    assert_eq!(ours.len(), 1);
    assert_same("named", &mounts, &[at.clone()].into());
    let (ours, mounts) = list(&lab, &["--cross-mounts"], &top);
    assert_same("find", &ours, &find_paths(&top, &["-type", "l", "-print0"]));
    assert!(ours.len() == 3 && mounts.is_empty());
    // A folder that is named is gone through, wherever it is mounted.
    let (ours, mounts) = list(&lab, &[], &at);
    assert_eq!((ours.len(), mounts), (1, [at.join("deeper")].into()));
    let answer = lw(
        &lab,
        &words(&[&"list", &"-0", &top, &at, &at.join("deeper")]),
    )
    .ends(0);
    assert_eq!(answer.paths().len(), 3);
    let files = lw(&lab, &words(&[&"check", &top])).ends(1);
    assert!(
        String::from_utf8(files.stdout)
            .unwrap()
            .contains("1 link, 1 problem")
    );
}

/// A file can be a mount point, and even a link's place can lie below one.
#[test]
fn a_file_mounted_over_a_file() {
    if !skip::is_root() {
        return;
    }
    let lab = lab("mkdir t; printf a > t/a; printf b > t/b; ln t/b t/c; ln -s a t/l");
    let top = lab.home().join("t");
    run(
        "mount",
        &[
            "--bind",
            top.join("b").to_str().unwrap(),
            top.join("a").to_str().unwrap(),
        ],
    );
    struct Unmount(PathBuf);
    impl Drop for Unmount {
        fn drop(&mut self) {
            let _tried = Command::new("umount").arg("-l").arg(&self.0).status();
        }
    }
    let _unmount = Unmount(top.join("a"));
    let (ours, _) = list(&lab, &[], &top);
    assert_eq!(ours, [top.join("l")].into());
    lw(&lab, &["check", "t"]).ends(0);
    lw(&lab, &["list", "--hard", "t"]).ends(0);
    lw(&lab, &["links-to", "t/a", "--in", "t"]).ends(0);
}
