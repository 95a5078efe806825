//! The set of links is that of find.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;

use super::{TREE, find, lab, null_ended, objects, words};

/// Fails unless `lw list` and `find -type l` name the same links below `top`.
fn same_as_find(lab: &lw_testkit::Lab, top: &Path) {
    let found = find(top, &["-xdev", "-type", "l", "-print0"]);
    let (listed, code) = null_ended(lab, &[OsStr::new("list"), top.as_os_str()]);
    assert!(matches!(code, Some(0 | 3)), "{code:?}");
    assert_eq!(listed, found, "{}", top.display());
}

#[test]
fn the_links_are_those_of_find() {
    let lab = lab(TREE);
    same_as_find(&lab, &lab.home().join("t"));
    for top in ["/etc", "/usr", "/proc/self/ns", "/sys/class"] {
        same_as_find(&lab, Path::new(top));
    }
}

#[test]
fn a_git_checkout_and_a_tree_of_packages() {
    let lab = lab("
        mkdir g && cd g && git init -q . && ln -s a b && ln -s ../g c && printf x > a && git add . && \
            git -c user.name=n -c user.email=e commit -qm m; cd ..
        mkdir -p n/node_modules/.store/a@1/node_modules/a n/node_modules/.store/b@1/node_modules
        ln -s .store/a@1/node_modules/a n/node_modules/a
        ln -s ../../a@1/node_modules/a n/node_modules/.store/b@1/node_modules/a");
    same_as_find(&lab, &lab.home().join("g"));
    same_as_find(&lab, &lab.home().join("n"));
}

#[test]
fn the_texts_are_the_very_bytes() {
    let lab = lab(TREE);
    let (objects, _) = objects(&lab, &words(&["list", "t"]));
    let bytes = |object: &serde_json::Value, name: &str| match object.get(format!("{name}_b64")) {
        Some(b64) => {
            let text = b64.as_str().unwrap();
            let decoded = Command::new("base64").arg("-d").stdin(piped(text)).output();
            decoded.unwrap().stdout
        }
        None => object[name].as_str().unwrap().as_bytes().to_vec(),
    };
    let mut links = 0;
    for object in objects.iter().filter(|object| object["type"] == "link") {
        let path = bytes(object, "path");
        let text = std::fs::read_link(OsStr::from_bytes(&path)).unwrap();
        assert_eq!(bytes(object, "target"), text.as_os_str().as_bytes());
        links += 1;
    }
    assert_eq!(
        links,
        find(&lab.home().join("t"), &["-type", "l", "-print0"]).len()
    );
}

fn piped(text: &str) -> std::process::Stdio {
    let mut echo = Command::new("printf")
        .args(["%s", text])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = echo.stdout.take().unwrap();
    echo.wait().unwrap();
    stdout.into()
}

#[test]
fn filters() {
    let lab = lab(TREE);
    let listed = |arguments: &[&str]| {
        let mut all = words(&["list", "t"]);
        all.extend(words(arguments));
        null_ended(&lab, &all).0
    };
    let found = |tests: &[&str]| {
        let output = Command::new("find")
            .arg("t")
            .args(tests)
            .arg("-print0")
            .current_dir(lab.home())
            .output();
        super::split(&output.unwrap().stdout)
    };
    let is_link = ["-type", "l"];
    let with = |more: &[&'static str]| found(&[&is_link[..], more].concat());
    assert_eq!(listed(&["--absolute"]), with(&["-lname", "/*"]));
    assert_eq!(listed(&["--relative"]), with(&["!", "-lname", "/*"]));
    assert_eq!(listed(&["--glob", "up-*"]), with(&["-name", "up-*"]));
    assert_eq!(
        listed(&["--exclude", "b"]),
        with(&["!", "-path", "t/a/b/*"])
    );
    assert_eq!(listed(&["--outside"]), with(&["-name", "out-*"]));
    assert_eq!(
        listed(&["--target-under", "outside"]),
        with(&["-name", "out-*"])
    );
    let mut dangling = found(&[
        "-xtype", "l", "!", "-name", "loop-*", "!", "-name", "self", "!", "-name", "chain-41",
    ]);
    // To find, a link through a file is no dangling one.
    dangling.insert(b"t/through".to_vec());
    assert_eq!(listed(&["--dangling"]), dangling);
}

#[test]
fn the_names_of_files_that_have_several() {
    let lab = lab(TREE);
    let output = Command::new("find")
        .args(["t", "-type", "f", "-links", "+1", "-printf", r"%i %n %p\n"])
        .current_dir(lab.home())
        .output()
        .unwrap();
    let mut expected: BTreeMap<u64, (u64, Vec<String>)> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut words = line.splitn(3, ' ');
        let mut number = || words.next().unwrap().parse::<u64>().unwrap();
        let (inode, count) = (number(), number());
        let path = lab.home().join(words.next().unwrap());
        let group = expected.entry(inode).or_insert((count, Vec::new()));
        group.1.push(path.display().to_string());
    }
    let (objects, code) = objects(&lab, &words(&["list", "--kind", "hard", "t"]));
    assert_eq!(code, Some(0));
    let groups = objects
        .iter()
        .filter(|object| object["type"] == "hard-links");
    let mut count = 0;
    for group in groups {
        let (links, mut paths) = expected[&group["inode"].as_u64().unwrap()].clone();
        paths.sort();
        assert_eq!(group["paths"], serde_json::json!(paths));
        assert_eq!(group["link_count"], links);
        assert_eq!(group["outside_count"], links - paths.len() as u64);
        count += 1;
    }
    assert_eq!((count, expected.len()), (1, 1));
}
