//! Links that are followed: each thing once, or at each link, and given back as links.

use std::fs;
use std::path::Path;

use lw_testkit::{Lab, Picture};

use crate::ground::{assert_alike, assert_sound, lab, newest, number, stat, take, text, tree};

/// A source with links to what lies outside, two to one folder, one to a part of it, and circles.
const GROUND: &str = r#"
mkdir -p src/a src/z out/deep other
echo f > out/f; echo d > out/deep/d; echo o > other/o; echo s > src/a/s
ln -s ../../out src/z/first; ln -s ../../out src/z/second; ln -s "$PWD/out/deep" src/a/part
ln -s s src/a/inside; ln -s ../out/f src/file; ln -s ../src out/back; ln -s ../other out/on; ln -s . out/self
ln -s ../gone src/dangling; echo lone > lone; ln -s ../lone src/l1; ln -s ../lone src/l2
"#;

fn link(lab: &Lab, path: &str) -> String {
    let text =
        fs::read_link(lab.home().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.to_str().unwrap().to_owned()
}

/// Rule 5: each real thing appears once, a real path in the tree wins, the rest leads there.
#[test]
fn each_thing_is_taken_once() {
    let lab = lab(GROUND);
    take(&lab, &["--links", "follow-once"]);
    let at = |path: &str| format!("store/latest/src/{path}");
    // The first link to the folder by the bytes of its path holds it.
    assert_eq!(text(&lab, &at("z/first/f")), "f\n");
    assert_eq!(link(&lab, &at("z/second")), "../../src/z/first");
    assert_eq!(link(&lab, &at("a/part")), "../../src/z/first/deep");
    assert_eq!(link(&lab, &at("file")), "../src/z/first/f");
    assert_eq!(link(&lab, &at("a/inside")), "../../src/a/s");
    // Links in what was taken: back into the source, to itself, on to what is taken in turn.
    assert_eq!(link(&lab, &at("z/first/back")), "../../../src");
    assert_eq!(link(&lab, &at("z/first/self")), "../../../src/z/first");
    assert_eq!(text(&lab, &at("z/first/on/o")), "o\n");
    assert_eq!(link(&lab, &at("dangling")), "../gone");
    assert_eq!(text(&lab, &at("l1")), "lone\n");
    assert_eq!(link(&lab, &at("l2")), "../src/l1");
    // Every link that leads somewhere leads into the snapshot.
    let latest = lab.home().join("store/latest").canonicalize().unwrap();
    for path in [
        "z/second/f",
        "a/part/d",
        "file",
        "a/inside",
        "z/first/back/a/s",
        "l2",
    ] {
        let real = latest.join("src").join(path).canonicalize().unwrap();
        assert!(real.starts_with(&latest), "{path}: {real:?}");
    }
    assert_sound(&lab);
    // It does not change by itself: what did not change is linked.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    take(&lab, &[]);
    lab.lw_ok(&["snapshot", "take", "src", "store", "--links", "follow-once"]);
    let again = lab.lw_ok(&[
        "snapshot",
        "take",
        "src",
        "store",
        "--links",
        "follow-once",
        "--json",
    ]);
    assert_eq!(number(&again, "copied"), 0, "{again:#?}");
    let differences = lab.lw_ok(&["snapshot", "diff", "store/latest"]);
    assert_eq!(differences.stdout, "", "{differences:#?}");
}

#[test]
fn links_are_given_back_or_what_is_in_their_place() {
    let lab = lab(GROUND);
    take(&lab, &["--links", "follow-once", "--guard", "none"]);
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "back"]);
    let source = Picture::of(&lab.home().join("src")).shape(lab.home());
    let restored = Picture::of(&lab.home().join("back/src")).shape(lab.home());
    assert_eq!(source.differences(&restored), [] as [String; 0]);
    lab.lw_ok(&[
        "snapshot",
        "restore",
        "store/latest",
        "--to",
        "whole",
        "--links-as",
        "content",
    ]);
    assert_alike(&tree(&lab, &newest(&lab)), &lab.home().join("whole/src"));
    // In place nothing differs: the links are there.
    let nothing = lab.lw_ok(&["snapshot", "restore", "store/latest", "--in-place"]);
    assert!(nothing.stdout.contains("Nothing to do"), "{nothing:#?}");
    lab.lw_ok(&[
        "snapshot",
        "restore",
        "store/latest",
        "z/first",
        "--to",
        "one",
    ]);
    assert_eq!(link(&lab, "one/first"), "../../out");
    lab.lw_ok(&[
        "snapshot",
        "restore",
        "store/latest",
        "z/first/deep/d",
        "--to",
        "one",
    ]);
    assert_eq!(text(&lab, "one/d"), "d\n");
}

/// Rule 6: a link that leads in a circle stays, wherever the circle passes.
#[test]
fn each_link_gives_way_but_for_circles() {
    let lab = lab(GROUND);
    take(&lab, &["--links", "follow"]);
    let at = |path: &str| format!("store/latest/src/{path}");
    for path in ["z/first/f", "z/second/f", "file"] {
        assert_eq!(text(&lab, &at(path)), "f\n", "{path}");
        assert!(!stat(&lab, &at(path)).is_symlink(), "{path}");
    }
    assert_eq!(text(&lab, &at("a/part/d")), "d\n");
    assert_eq!(text(&lab, &at("z/second/on/o")), "o\n");
    for path in ["dangling", "z/first/self"] {
        assert!(stat(&lab, &at(path)).is_symlink(), "{path}");
    }
    let shown = lab.lw_ok(&["snapshot", "show", "store/latest"]);
    assert!(
        shown.stdout.contains("z/first/self': the link stays"),
        "{shown:#?}"
    );
    assert_sound(&lab);
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "back"]);
    assert_eq!(link(&lab, "back/src/z/first"), "../../out");
}

/// A folder that became a link that became a folder.
#[test]
fn kinds_come_and_go() {
    let lab = lab("mkdir -p src/d out; echo in > src/d/f; echo out > out/f");
    let policies: [&[&str]; 2] = [&[], &["--links", "follow-once"]];
    let mut all = Vec::new();
    for change in [
        "true",
        "mv src/d src/was; ln -s ../out src/d",
        "rm src/d; mv src/was src/d",
        "rm -r src/d; echo file > src/d",
    ] {
        lab.sh(change);
        for policy in policies {
            let id = take(&lab, policy);
            all.push((id.clone(), crate::ground::picture(&lab, &id)));
        }
    }
    for (id, picture) in &all {
        assert_eq!(&crate::ground::picture(&lab, id), picture, "{id}");
    }
    assert_eq!(text(&lab, "out/f"), "out\n");
    assert_sound(&lab);
}

/// The more links there are, the more they may lead to each other; each thing is still taken once.
#[test]
fn many_links_to_each_other() {
    let lab = lab(
        "mkdir src; for n in $(seq 40); do mkdir -p out/$n; echo $n > out/$n/f; ln -s ../out/$n src/$n;
        for m in $(seq 40); do ln -s ../$m out/$n/to-$m; done; done; ln -s ../out src/zall",
    );
    let outcome = lab.lw_ok(&[
        "snapshot",
        "take",
        "src",
        "store",
        "--links",
        "follow-once",
        "--json",
    ]);
    assert_eq!(number(&outcome, "files"), 40, "{outcome:#?}");
    // All of them lie in one that a link leads to.
    assert_eq!(text(&lab, "store/latest/src/zall/7/to-9/f"), "9\n");
    assert_eq!(
        Path::new(&link(&lab, "store/latest/src/7")),
        Path::new("../src/zall/7")
    );
    assert_sound(&lab);
}
