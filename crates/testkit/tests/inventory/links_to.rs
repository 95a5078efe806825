//! `lw links-to`: against the ways of all links, gone by hand.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use lw_testkit::Lab;

use super::ground::{
    PROGRAM, Paths, assert_same, find_paths, lab, lw, path, path_list, paths_of, words,
};
use super::grown::grow;
use super::oracle::{End, way};

/// Every link whose way passes `target`, or ends below it, whether something is there or not; `target` itself left out.
fn leading(links: &Paths, target: &Path) -> Paths {
    let leads = |link: &&PathBuf| {
        let way = way(link);
        let own = link.as_path();
        let passes = way
            .places
            .iter()
            .any(|place| place == target && place != own);
        let ends_below = match way.end {
            End::At(end) | End::NoFolder(end) => end.starts_with(target),
            // The place it would have in the end.
            End::Missing(_) => way.would_be.is_some_and(|place| place.starts_with(target)),
            End::Circle(_) | End::TooLong => false,
        };
        own != target && (passes || ends_below)
    };
    links.iter().filter(leads).cloned().collect()
}

fn assert_leading(lab: &Lab, top: &Path, target: &Path, links: &Paths) -> Paths {
    let answer = lw(
        lab,
        &words(&[&"links-to", &"--json", &target, &"--in", &top]),
    )
    .ends(0);
    let found = answer.of_type("link-to");
    let theirs = leading(links, target);
    assert_same(&format!("links-to {target:?}"), &paths_of(&found), &theirs);
    assert_eq!(paths_of(&found).len(), found.len(), "a link is told twice");
    for link in &found {
        let at = path(link, "path");
        assert_eq!(link["sound"], fs::metadata(&at).is_ok(), "{link}");
        let way = way(&at);
        if !matches!(way.end, End::Circle(_)) {
            assert_eq!(path_list(link, "by_way_of"), way.links[1..], "{link}");
        }
        match way.end {
            End::At(end) | End::Missing(end) | End::NoFolder(end) => {
                assert_eq!(path(link, "ends_at"), end, "{link}");
            }
            End::Circle(_) | End::TooLong => assert!(link["ends_at"].is_null(), "{link}"),
        }
    }
    theirs
}

#[test]
fn trees_of_every_sort_of_link() {
    for seed in 0..3 {
        let lab = Lab::new(PROGRAM);
        let top = lab.home().join("tree");
        let grown = grow(&top, seed, 200);
        let links = find_paths(&top, &["-type", "l", "-print0"]);
        let (mut told, mut asked) = (0, 0);
        let folders = grown.folders.iter().take(4);
        let files = grown.files.iter().step_by(11);
        let some_links = grown.links.iter().step_by(13);
        let gone = [
            top.join("gone"),
            top.join("gone/deeper"),
            PathBuf::from("/usr"),
        ];
        for target in folders.chain(files).chain(some_links).chain(&gone) {
            told += assert_leading(&lab, &top, target, &links).len();
            asked += 1;
        }
        assert!(told > asked, "{told} links for {asked} targets");
    }
}

#[test]
fn each_way_of_leading_there() {
    let lab = lab(
        "mkdir -p t target/sub other; printf x > target/f; printf x > target/sub/f; printf o > other/f
         ln -s ../target/f t/direct; ln -s \"$PWD/target\" t/folder; ln -s direct t/chained
         ln -s chained t/twice; ln -s folder/sub/f t/below; ln -s ../other/f target/out
         ln -s ../target/out t/through; ln -s ../target/gone/x t/broken; ln -s folder/nothing t/broken-too
         ln -s ../other/f t/elsewhere; ln -s ../target-like t/like; ln -s circle t/circle
         ln -s ../target/sub/../../other/f t/passes; ln -s target door; ln -s ../door t/by-door
         ln -s ../door/../other/f t/behind",
    );
    let home = lab.home();
    let links = find_paths(home, &["-type", "l", "-print0"]);
    let found = assert_leading(&lab, home, &home.join("target"), &links);
    let name = |name: &&str| home.join(name);
    let expected: Paths = [
        "t/direct",
        "t/folder",
        "t/chained",
        "t/twice",
        "t/below",
        "t/through",
        "t/broken",
        "t/broken-too",
        "t/passes",
        "door",
        "t/by-door",
        "t/behind",
    ]
    .iter()
    .map(name)
    .collect();
    assert_same("by name", &found, &expected);
    // PATH that is a link stands for itself.
    let found = assert_leading(&lab, home, &home.join("door"), &links);
    assert_same(
        "a link",
        &found,
        &["t/by-door", "t/behind"].iter().map(name).collect(),
    );
    let found = assert_leading(&lab, home, &home.join("target/out"), &links);
    assert_same("a link inside", &found, &[home.join("t/through")].into());
    for target in [
        "target/gone",
        "target/gone/x",
        "other",
        "target/f",
        "target/sub",
    ] {
        assert_leading(&lab, home, &home.join(target), &links);
    }
}

/// The disk that is pulled out: all of the path is missing.
#[test]
fn a_path_that_is_not_there() {
    let lab = lab(
        "mkdir t; ln -s ../disk/photos/one t/one; ln -s \"$PWD/disk/photos\" t/all; ln -s all/two t/two
         ln -s ../disk/music t/music; ln -s ../disk t/disk",
    );
    let home = lab.home();
    let links = find_paths(home, &["-type", "l", "-print0"]);
    let found = assert_leading(&lab, home, &home.join("disk/photos"), &links);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(
        assert_leading(&lab, home, &home.join("disk"), &links).len(),
        5
    );
    assert_eq!(
        assert_leading(&lab, home, &home.join("disk/photos/one"), &links).len(),
        1
    );
}

#[test]
fn the_last_link_that_the_kernel_follows() {
    let lab = lab("mkdir t; printf x > f; ln -s ../f t/1
        i=1; while [ $i -lt 42 ]; do ln -s $i t/$((i+1)); i=$((i+1)); done");
    let answer = lw(&lab, &["links-to", "--json", "f", "--in", "t"]).ends(0);
    let found = answer.of_type("link-to");
    assert!(found.len() >= 41);
    for link in &found {
        assert_eq!(
            link["sound"],
            fs::metadata(path(link, "path")).is_ok(),
            "{link}"
        );
    }
}

/// Names of a file, and of the files below a folder, that lie elsewhere in what is searched.
#[test]
fn other_names() {
    let lab = Lab::new(PROGRAM);
    let top = lab.home().join("tree");
    let grown = grow(&top, 21, 400);
    let outside = lab.home().join("outside");
    fs::create_dir(&outside).unwrap();
    for (number, file) in grown.files.iter().enumerate().step_by(3) {
        fs::hard_link(file, outside.join(number.to_string())).unwrap();
    }
    let files = find_paths(lab.home(), &["-type", "f", "-print0"]);
    let identity = |path: &PathBuf| {
        let stat = fs::symlink_metadata(path).unwrap();
        (stat.dev(), stat.ino())
    };
    let mut told = 0;
    for target in [
        &grown.files[0],
        &grown.files[3],
        &grown.folders[1],
        &grown.folders[2],
        &top,
    ] {
        let wanted: BTreeSet<(u64, u64)> = files
            .iter()
            .filter(|file| file.starts_with(target))
            .map(identity)
            .collect();
        let theirs: Paths = files
            .iter()
            .filter(|file| !file.starts_with(target) && wanted.contains(&identity(file)))
            .cloned()
            .collect();
        let answer = lw(
            &lab,
            &words(&[&"links-to", &"--json", target, &"--in", &lab.home()]),
        );
        let names = answer.ends(0).of_type("other-name");
        assert_same(&format!("{target:?}"), &paths_of(&names), &theirs);
        for name in &names {
            let of = path(name, "of");
            assert!(of.starts_with(target) && identity(&of) == identity(&path(name, "path")));
        }
        told += names.len();
    }
    assert!(told > 20);
}

#[test]
fn a_thousand_links_to_one_target() {
    let lab = lab("mkdir -p t real/photos; printf x > real/photos/f");
    for number in 0..1000 {
        let folder = lab.home().join(format!("t/{}", number % 10));
        fs::create_dir_all(&folder).unwrap();
        let text = match number % 3 {
            0 => lab.home().join("real/photos"),
            1 => "../../real/photos/f".into(),
            _ => format!("{}", number - 10).into(),
        };
        symlink(text, folder.join(number.to_string())).unwrap();
    }
    let links = find_paths(&lab.home().join("t"), &["-type", "l", "-print0"]);
    let target = lab.home().join("real/photos");
    let found = assert_leading(&lab, lab.home(), &target, &links);
    assert!(found.len() > 900, "{}", found.len());
    let answer = lw(&lab, &["links-to", "real/photos", "-0"]).ends(0);
    assert_eq!(answer.paths().len(), found.len());
}

#[test]
fn show_tells_who_links_there_and_what_else_a_file_is_called() {
    let lab =
        lab("mkdir d l; printf x > d/f; ln -s ../d/f l/one; ln d/f l/two; ln -s gone l/three");
    let show = ["show", "d/f", "--in", "l", "--siblings", "l"];
    let shown = String::from_utf8(lw(&lab, &show).ends(0).stdout).unwrap();
    for (what, name) in [("linked by", "l/one"), ("also named", "l/two")] {
        let line = format!("  {what}: '{}'", lab.home().join(name).display());
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let show = ["show", "--json", "d/f", "--in", "l", "--siblings", "d"];
    let object = lw(&lab, &show).ends(0).objects().remove(0);
    let one = lab.home().join("l/one").display().to_string();
    assert_eq!(object["linked_by"][0]["path"], one);
    assert_eq!(object["other_names"], serde_json::json!([]));
}
