//! Folders so deep that no path leads to the bottom.

use std::path::Path;
use std::process::Command;

use lw_testkit::Lab;
use rustix::fs::{Mode, OFlags};

use super::ground::{PROGRAM, lw, path, with_findings, words};

const DEPTH: usize = 10_000;

#[test]
fn links_at_the_bottom_are_found_and_told() {
    let lab = Lab::in_memory(PROGRAM);
    let tree = lab.home().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(lab.home().join("file"), "x").unwrap();
    let mut at = open(&tree);
    for _ in 0..DEPTH {
        rustix::fs::mkdirat(&at, "d", Mode::RWXU).unwrap();
        at = open_at(&at);
    }
    rustix::fs::symlinkat("gone/x", &at, "dangling").unwrap();
    rustix::fs::symlinkat("..", &at, "recursive").unwrap();
    rustix::fs::symlinkat("dangling", &at, "behind").unwrap();
    rustix::fs::symlinkat("circle", &at, "circle").unwrap();
    rustix::fs::symlinkat(lab.home().join("file"), &at, "sound").unwrap();
    let bottom = tree.join("d/".repeat(DEPTH));
    let at_bottom = |name: &str| bottom.join(name);
    let answer = lw(&lab, &["list", "--json", "tree"]).ends(0);
    let links = answer.of_type("link");
    let paths: Vec<_> = links.iter().map(|link| path(link, "path")).collect();
    let names = ["behind", "circle", "dangling", "recursive", "sound"];
    assert_eq!(paths, names.map(at_bottom));
    let answer = lw(&lab, &["check", "--json", "tree"]).ends(1);
    let findings = answer.of_type("finding");
    assert_eq!(
        with_findings(&findings, &["dangling"]).len(),
        2,
        "{}",
        findings.len()
    );
    assert!(with_findings(&findings, &["dangling"]).contains(&at_bottom("dangling")));
    assert_eq!(
        with_findings(&findings, &["recursive"]),
        [at_bottom("recursive")].into()
    );
    assert!(!with_findings(&findings, &["sound", "messy"]).contains(&at_bottom("circle")));
    let dangling = lw(&lab, &words(&[&"list", &"-0", &"--dangling", &tree]))
        .ends(0)
        .paths();
    assert!(dangling.contains(&at_bottom("dangling")));
    let answer = lw(&lab, &words(&[&"links-to", &"-0", &"file", &"--in", &tree])).ends(0);
    assert_eq!(answer.paths(), [at_bottom("sound")].into());
    let under = lw(&lab, &["list", "-0", "--target-under", "file", "tree"]).ends(0);
    assert_eq!(
        under.paths(),
        [Path::new("tree").join("d/".repeat(DEPTH)).join("sound")].into()
    );
    // A repair leaves what it cannot get at alone, and says so or not, but does not fail for it.
    let answer = lw(&lab, &["repair", "-y", "tree"]);
    assert!(matches!(answer.code, Some(0 | 3 | 4)), "{:?}", answer.code);
    let text = rustix::fs::readlinkat(&at, "dangling", Vec::new()).unwrap();
    assert_eq!(text.as_bytes(), b"gone/x");
    // The removal of the lab would go down by whole paths.
    let removed = Command::new("rm").arg("-rf").arg(&tree).status().unwrap();
    assert!(removed.success());
}

fn open(path: &Path) -> rustix::fd::OwnedFd {
    rustix::fs::open(path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).unwrap()
}

fn open_at(folder: &rustix::fd::OwnedFd) -> rustix::fd::OwnedFd {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(folder, "d", flags, Mode::empty()).unwrap()
}
