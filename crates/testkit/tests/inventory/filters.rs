//! What `lw list` leaves out: its filters against `find` and `readlink`.

use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::Lab;

use super::ground::{PROGRAM, Paths, assert_same, canonical, find_paths, lab, lw, words};
use super::grown::grow;

fn list(lab: &Lab, arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Paths {
    let mut all: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"list", &"-0"];
    all.extend(arguments);
    lw(lab, &words(&all)).ends(0).paths()
}

#[test]
fn absolute_and_relative() {
    let lab = Lab::new(PROGRAM);
    let top = lab.home().join("tree");
    grow(&top, 3, 300);
    let absolute = find_paths(&top, &["-type", "l", "-lname", "/*", "-print0"]);
    let relative = find_paths(&top, &["-type", "l", "!", "-lname", "/*", "-print0"]);
    assert!(!absolute.is_empty() && !relative.is_empty());
    assert_same("absolute", &list(&lab, &[&"--absolute", &top]), &absolute);
    assert_same("relative", &list(&lab, &[&"--relative", &top]), &relative);
}

/// A circle leads nowhere too, but is no dangling link: `check` tells of it.
#[test]
fn dangling() {
    for seed in 0..4 {
        let lab = Lab::new(PROGRAM);
        let top = lab.home().join("tree");
        grow(&top, seed, 300);
        let theirs: Paths = find_paths(&top, &["-type", "l", "-print0"])
            .into_iter()
            .filter(|link| {
                let errno = fs::metadata(link)
                    .err()
                    .and_then(|error| error.raw_os_error());
                matches!(errno, Some(libc::ENOENT | libc::ENOTDIR))
            })
            .collect();
        assert!(theirs.len() > 20);
        assert_same("dangling", &list(&lab, &[&"--dangling", &top]), &theirs);
    }
}

#[test]
fn where_they_lead() {
    let lab = Lab::new(PROGRAM);
    let top = lab.home().join("tree");
    let grown = grow(&top, 11, 250);
    let ends = canonical(&find_paths(&top, &["-type", "l", "-print0"]));
    let some = |is_meant: &dyn Fn(&Path) -> bool| -> Paths {
        let meant = ends.iter().filter(|(_, end)| is_meant(end));
        meant.map(|(link, _)| link.clone()).collect()
    };
    // What leads through a file leads to no place that tools agree on.
    let without_files = |paths: Paths| -> Paths {
        let is_known = |link: &PathBuf| ends.iter().any(|(known, _)| known == link);
        paths.into_iter().filter(is_known).collect()
    };
    for folder in [
        &top,
        &grown.folders[1],
        &grown.folders[2],
        &PathBuf::from("/usr"),
    ] {
        let ours = without_files(list(&lab, &[&"--target-under", folder, &top]));
        assert_same("target-under", &ours, &some(&|end| end.starts_with(folder)));
    }
    let ours = without_files(list(&lab, &[&"--outside", &top]));
    assert_same("outside", &ours, &some(&|end| !end.starts_with(&top)));
}

/// The disk that is pulled out is what one asks for.
#[test]
fn links_to_below_something_that_is_not_there() {
    let lab = lab(
        "mkdir -p t d; ln -s \"$PWD/disk/photos/one\" t/in; ln -s ../disk/photos t/at; ln -s ../disk t/above
         ln -s at/two t/through; ln -s ../disk/photos/../music t/other; ln -s \"$PWD/disk/photos-old/x\" t/like",
    );
    let ours = list(&lab, &[&"--target-under", &"disk/photos", &"t"]);
    let theirs: Paths = ["t/in", "t/at", "t/through"]
        .iter()
        .map(PathBuf::from)
        .collect();
    assert_same("target-under", &ours, &theirs);
    let ours = list(&lab, &[&"--outside", &"t"]);
    assert_eq!(ours.len(), 6, "{ours:?}");
}

#[test]
fn patterns() {
    let lab = lab("mkdir -p t/node_modules/deep t/lib/node_modules t/src/gen
         for d in t t/node_modules t/node_modules/deep t/lib t/lib/node_modules t/src t/src/gen; do
             ln -s x $d/a.so; ln -s x $d/b.so.1; ln -s x $d/c; ln -s x \"$d/d
e.so\"; done; ln -s lib t/node; ln -s x \"t/[x]\"; ln -s x t/x");
    let top = lab.home().join("t");
    let home = lab.home();
    for (ours, theirs) in [
        (
            &["--glob", "*.so"] as &[&str],
            &["-name", "*.so"] as &[&str],
        ),
        (&["--glob", "*.so*"], &["-name", "*.so*"]),
        (&["--glob", "?"], &["-name", "?"]),
        (
            &["--glob", "*.so", "--glob", "c"],
            &["(", "-name", "*.so", "-o", "-name", "c", ")"],
        ),
        (&["--glob", "[[]x]"], &["-name", "[[]x]"]),
        (&["--glob", "lib/**"], &["-path", "*/t/lib/*"]),
        (
            &["--glob", "src/*"],
            &["-path", "*/t/src/*", "!", "-path", "*/src/gen/*"],
        ),
        (
            &["--glob", "**/node_modules/*"],
            &["-path", "*/node_modules/*", "!", "-path", "*/deep/*"],
        ),
        (
            &["--exclude", "node_modules"],
            &["!", "-path", "*/node_modules/*"],
        ),
        (
            &["--exclude", "node_modules/"],
            &["!", "-path", "*/node_modules/*"],
        ),
        (
            &["--exclude", "lib/node_modules"],
            &["!", "-path", "*/lib/node_modules/*"],
        ),
        (
            &["--exclude", "node*", "--glob", "*.so"],
            &["-name", "*.so", "!", "-path", "*/node*"],
        ),
        (
            &["--exclude", "*.so", "--exclude", "gen"],
            &["!", "-name", "*.so", "!", "-path", "*/gen/*"],
        ),
    ] {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&top];
        arguments.extend(ours.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
        let mut conditions = vec!["-type", "l"];
        conditions.extend(theirs);
        conditions.push("-print0");
        let expected = find_paths(&top, &conditions);
        assert!(!expected.is_empty(), "{theirs:?}");
        assert_same(&format!("{ours:?}"), &list(&lab, &arguments), &expected);
    }
    assert_eq!(home.join("t"), top);
    lw(&lab, &["list", "--glob", "[", "t"]).ends(2);
}

/// Neither ignore files nor hidden folders keep anything from being listed and checked.
#[test]
fn nothing_is_left_out_unasked() {
    let lab = lab(
        "mkdir -p t/.git t/.hidden t/node_modules t/build; cd t
         for d in . .git .hidden node_modules build; do ln -s gone $d/l; done
         for f in .gitignore .ignore .rgignore .fdignore .git/info-exclude; do echo '*' > $f; done",
    );
    let theirs = find_paths(&lab.home().join("t"), &["-type", "l", "-print0"]);
    assert_eq!(theirs.len(), 5);
    let top = lab.home().join("t");
    assert_same("list", &list(&lab, &[&top]), &theirs);
    let checked = lw(&lab, &words(&[&"check", &"-0", &top])).ends(1).paths();
    assert_same("check", &checked, &theirs);
}
