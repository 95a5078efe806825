//! `lw list --kind hard` groups names as `find -links +1` tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lw_testkit::Lab;

use super::ground::{PROGRAM, find, lab, lw, path_list, words};
use super::grown::grow;

type Groups = BTreeMap<(u64, u64), (u64, BTreeSet<PathBuf>)>;

fn grouped(top: &Path) -> Groups {
    let mut groups = Groups::new();
    let words = find(
        top,
        &[
            "-xdev",
            "-type",
            "f",
            "-links",
            "+1",
            "-printf",
            "%D\\0%i\\0%n\\0%p\\0",
        ],
    );
    for words in words.chunks_exact(4) {
        let number = |at: usize| words[at].to_str().unwrap().parse::<u64>().unwrap();
        let group = groups.entry((number(0), number(1))).or_default();
        group.0 = number(2);
        group.1.insert(PathBuf::from(&words[3]));
    }
    groups
}

fn listed(lab: &Lab, top: &Path) -> Groups {
    let answer = lw(lab, &words(&[&"list", &"--kind", &"hard", &"--json", &top])).ends(0);
    assert!(answer.of_type("link").is_empty());
    let mut groups = Groups::new();
    for object in answer.of_type("hard-links") {
        let number = |field: &str| object[field].as_u64().unwrap();
        let paths: BTreeSet<_> = path_list(&object, "paths").into_iter().collect();
        assert_eq!(
            number("outside_count"),
            number("link_count") - paths.len() as u64
        );
        let group = (number("link_count"), paths);
        assert!(
            groups
                .insert((number("device"), number("inode")), group)
                .is_none()
        );
    }
    assert_eq!(
        answer.summary()["hard_link_files"].as_u64().unwrap(),
        groups.len() as u64
    );
    groups
}

#[test]
fn trees_with_names_elsewhere() {
    for seed in 0..4 {
        let lab = Lab::new(PROGRAM);
        let top = lab.home().join("tree");
        let grown = grow(&top, seed, 400);
        for (number, file) in grown.files.iter().enumerate().step_by(7) {
            std::fs::hard_link(file, lab.home().join(number.to_string())).unwrap();
        }
        let ours = listed(&lab, &top);
        assert_eq!(ours, grouped(&top));
        assert!(
            ours.len() > 10
                && ours
                    .values()
                    .any(|(count, paths)| *count > paths.len() as u64)
        );
        assert_eq!(listed(&lab, &grown.folders[1]), grouped(&grown.folders[1]));
    }
}

#[test]
fn the_folders_of_this_system() {
    let lab = Lab::new(PROGRAM);
    assert_eq!(listed(&lab, Path::new("/usr")), grouped(Path::new("/usr")));
}

#[test]
fn symbolic_links_and_names_together() {
    let lab = lab(
        "mkdir t; printf x > t/a; ln t/a t/b; ln t/a c; ln -s a t/l; ln t/l t/l2; printf y > t/y",
    );
    let answer = lw(&lab, &["list", "--hard", "-0", "t"]).ends(0);
    assert_eq!(answer.stdout, b"t/l\0t/l2\0t/a\0t/b\0");
    let answer = lw(&lab, &["list", "--kind", "hard", "t"]).ends(0);
    let text = String::from_utf8(answer.stdout).unwrap();
    assert_eq!(
        text,
        "3 names of one file of 1 B, 1 of them elsewhere:\n  t/a\n  t/b\n"
    );
}
