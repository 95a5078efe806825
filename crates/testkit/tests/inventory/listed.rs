//! `lw list` names the links that `find -type l` names, to the byte.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, skip};

use super::ground::{PROGRAM, bytes, find, find_paths, lab, lw, path, words};
use super::grown::{LONGEST, grow};

type Links = BTreeSet<(PathBuf, OsString)>;

/// What `find` says: path and text by turns.
fn found(top: &Path, more: &[&str]) -> Links {
    let mut arguments = vec!["-xdev"];
    arguments.extend(more);
    arguments.extend(["-type", "l", "-printf", "%p\\0%l\\0"]);
    let words = find(top, &arguments);
    let pairs = words.chunks_exact(2);
    pairs
        .map(|pair| (PathBuf::from(&pair[0]), pair[1].clone()))
        .collect()
}

/// What `lw list --json` says, ended with one of these codes.
fn listed(lab: &Lab, top: &Path, codes: &[i32]) -> Links {
    let answer = lw(lab, &words(&[&"list", &"--json", &top]));
    assert!(codes.contains(&answer.code.unwrap()), "{}", answer.stderr);
    let links = answer.of_type("link");
    let summary = answer.summary();
    assert_eq!(summary["type"], "listed");
    assert_eq!(summary["links"].as_u64().unwrap(), links.len() as u64);
    for link in &links {
        let text = bytes(link, "target");
        assert_eq!(
            link["absolute"].as_bool().unwrap(),
            text.as_bytes().starts_with(b"/")
        );
        for field in ["path", "target"] {
            let is_text = std::str::from_utf8(bytes(link, field).as_bytes()).is_ok();
            assert_eq!(
                link.get(format!("{field}_b64")).is_none(),
                is_text,
                "{link}"
            );
        }
    }
    let links = links
        .iter()
        .map(|link| (path(link, "path"), bytes(link, "target")));
    links.collect()
}

fn assert_alike(ours: &Links, theirs: &Links) {
    let more: Vec<_> = ours.difference(theirs).collect();
    let less: Vec<_> = theirs.difference(ours).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "only lw: {more:?}, only find: {less:?}"
    );
}

#[test]
fn trees_of_every_sort_of_link() {
    for seed in 0..6 {
        let lab = Lab::new(PROGRAM);
        let top = lab.home().join("tree");
        let grown = grow(&top, seed, 300);
        let ours = listed(&lab, &top, &[0]);
        assert_alike(&ours, &found(&top, &[]));
        assert!(ours.len() >= grown.links.len());
        let has =
            |is_it: &dyn Fn(&[u8]) -> bool| ours.iter().any(|(_, text)| is_it(text.as_bytes()));
        assert!(has(&|text| text.contains(&b'\n')) && has(&|text| text.contains(&0xff)));
        assert!(has(&|text| text.len() == LONGEST), "{seed}");
    }
}

#[test]
fn the_answer_with_nul_is_that_of_find() {
    let lab = Lab::new(PROGRAM);
    grow(&lab.home().join("tree"), 77, 200);
    for top in ["tree", ".", "tree/../tree", "./tree/"] {
        let mut theirs = find(&lab.home().join("."), &["-type", "l", "-printf", "%P\\0"]);
        if top == "." {
            theirs = find(lab.home(), &["-type", "l", "-printf", "%P\\0"]);
        } else {
            let below = find(
                &lab.home().join("tree"),
                &["-type", "l", "-printf", "%P\\0"],
            );
            theirs.clear();
            theirs.extend(
                below
                    .iter()
                    .map(|path| Path::new(top).join(path).into_os_string()),
            );
        }
        theirs.sort_by(|a, b| Path::new(a).cmp(Path::new(b)));
        let mut expected = Vec::new();
        for path in theirs {
            expected.extend_from_slice(path.as_bytes());
            expected.push(0);
        }
        let answer = lw(&lab, &["list", "-0", top]).ends(0);
        assert!(
            answer.stdout == expected,
            "{top}: {}",
            String::from_utf8_lossy(&answer.stdout)
        );
    }
}

#[test]
fn the_folders_of_this_system() {
    let lab = Lab::new(PROGRAM);
    for top in ["/usr", "/etc"] {
        let theirs = found(Path::new(top), &[]);
        let ours = listed(&lab, Path::new(top), &[0]);
        assert_alike(&ours, &theirs);
        assert!(!ours.is_empty());
    }
}

/// The numbers of processes differ from run to run, the names do not.
#[test]
fn what_the_kernel_makes_up() {
    let lab = Lab::new(PROGRAM);
    let process = PathBuf::from(format!("/proc/{}", std::process::id()));
    assert_alike(
        &listed(&lab, &process.join("ns"), &[0]),
        &found(&process.join("ns"), &[]),
    );
    let top = |links: Links| -> BTreeSet<PathBuf> {
        let paths = links.into_iter().map(|(path, _)| path);
        paths
            .filter(|path| path.parent() == Some(&process))
            .collect()
    };
    let ours = top(listed(&lab, &process, &[0, 3]));
    assert_eq!(ours, top(found(&process, &["-maxdepth", "1"])));
    assert!(ours.contains(&process.join("exe")));
}

#[test]
fn a_checkout_with_links() {
    if !skip::has_program("git") {
        return;
    }
    let lab = lab(
        "mkdir work; cd work; git init -q; git config user.email a@b; git config user.name a
         mkdir -p src docs; printf x > src/x; ln -s ../src/x docs/x; ln -s gone docs/gone; ln -s docs d
         git add .; git commit -qm one; git checkout -qb two; ln -s d/x again; git add .; git commit -qm two
         cd ..; git clone -q work clone",
    );
    for name in ["work", "clone"] {
        let top = lab.home().join(name);
        let ours = listed(&lab, &top, &[0]);
        assert_alike(&ours, &found(&top, &[]));
        let tracked = std::process::Command::new("git")
            .args(["-C", top.to_str().unwrap(), "ls-files", "-s"])
            .output()
            .unwrap();
        let tracked = String::from_utf8(tracked.stdout).unwrap();
        let links = tracked.lines().filter(|line| line.starts_with("120000"));
        assert_eq!(links.count(), 4);
        let mine = ours
            .iter()
            .filter(|(path, _)| !path.starts_with(top.join(".git")));
        assert_eq!(mine.count(), 4);
    }
}

/// A folder that is named twice, through a link, or with one inside it is gone through once.
#[test]
fn folders_that_overlap_are_searched_once() {
    let lab = lab("mkdir -p a/b/c; ln -s x a/l; ln -s x a/b/l; ln -s x a/b/c/l; ln -s a/b door");
    for folders in [
        &["a", "a"] as &[&str],
        &["a/b", "a"],
        &["a", "door"],
        &["door", "a/b/c", "a"],
        &["a/", "./a", "a/b/../b"],
    ] {
        let mut arguments = vec!["list", "--json"];
        arguments.extend(folders);
        let answer = lw(&lab, &arguments).ends(0);
        let ours: Vec<_> = answer
            .of_type("link")
            .iter()
            .map(|link| path(link, "path"))
            .collect();
        assert_eq!(ours.len(), 3, "{folders:?}: {ours:?}");
        let theirs = find_paths(&lab.home().join("a"), &["-type", "l", "-print0"]);
        assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), theirs);
    }
}
