//! What is said of each link.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lw_testkit::skip;
use serde_json::Value;

use super::{TREE, find, lab, objects, words};

fn findings(objects: &[Value]) -> BTreeMap<String, Value> {
    let all = objects.iter().filter(|object| object["type"] == "finding");
    all.map(|object| (object["path"].as_str().unwrap().to_owned(), object.clone()))
        .collect()
}

#[test]
fn every_sort_is_told_as_find_and_the_kernel_see_it() {
    let lab = lab(TREE);
    let top = lab.home().join("t");
    let (objects, code) = objects(&lab, &words(&["check", "t"]));
    assert_eq!(code, Some(1));
    let found = findings(&objects);
    let broken = ["loop", "too-deep", "dangling", "through-file"];
    let told: BTreeSet<Vec<u8>> = found
        .iter()
        .filter(|(_, one)| broken.contains(&one["finding"].as_str().unwrap()))
        .map(|(path, _)| path.clone().into_bytes())
        .collect();
    // Paths that are no text have replacement letters here; find's are made alike.
    let lossy = |paths: BTreeSet<Vec<u8>>| -> BTreeSet<Vec<u8>> {
        let lossy = |path: Vec<u8>| String::from_utf8_lossy(&path).into_owned().into_bytes();
        paths.into_iter().map(lossy).collect()
    };
    let mut expected = lossy(find(&top, &["-xtype", "l", "-print0"]));
    // Of circles find only complains on stderr, and what leads through a file is no link without end to it.
    for name in ["through", "loop-a", "loop-b", "self", "chain-41"] {
        expected.insert(top.join(name).into_os_string().into_encoded_bytes());
    }
    let differences: Vec<String> = told
        .symmetric_difference(&expected)
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect();
    assert!(differences.is_empty(), "{differences:#?}");
    for (path, one) in &found {
        judge_by_hand(Path::new(path), one);
    }
    let word = |name: &str| {
        let path = top.join(name).display().to_string();
        found
            .get(&path)
            .map(|one| one["finding"].as_str().unwrap().to_owned())
    };
    assert_eq!(word("chain-39"), None);
    assert_eq!(word("chain-40"), None);
    assert_eq!(word("chain-41").as_deref(), Some("too-deep"));
    assert!(std::fs::metadata(top.join("chain-40")).is_ok());
    assert!(std::fs::metadata(top.join("chain-41")).is_err());
    for name in ["a/b/c/parent", "d/top"] {
        assert_eq!(word(name).as_deref(), Some("recursive"), "{name}");
    }
    for name in ["messy", "messier"] {
        assert_eq!(word(name).as_deref(), Some("messy"), "{name}");
    }
    let summary = objects.last().unwrap();
    assert_eq!(
        summary["links"],
        find(&top, &["-type", "l", "-print0"]).len()
    );
}

/// Looks at a finding by other means.
fn judge_by_hand(path: &Path, one: &Value) {
    let at = |name: &str| PathBuf::from(one[name].as_str().unwrap());
    match one["finding"].as_str().unwrap() {
        "dangling" if one.get("path_b64").is_none() && one.get("first_missing_b64").is_none() => {
            let missing = at("first_missing");
            assert!(missing.symlink_metadata().is_err(), "{one}");
            assert!(missing.parent().unwrap().is_dir(), "{one}");
        }
        "through-file" => assert!(at("at").is_file(), "{one}"),
        "loop" => {
            let cycle: Vec<PathBuf> = one["cycle"]
                .as_array()
                .unwrap()
                .iter()
                .map(|link| PathBuf::from(link.as_str().unwrap()))
                .collect();
            for (index, link) in cycle.iter().enumerate() {
                let next = &cycle[(index + 1) % cycle.len()];
                let text = std::fs::read_link(link).unwrap();
                assert_eq!(&link.parent().unwrap().join(text), next, "{one}");
            }
        }
        "recursive" => {
            let real = std::fs::canonicalize(path).unwrap();
            assert!(path.parent().unwrap().starts_with(&real), "{one}");
            assert_eq!(at("folder"), real);
        }
        "messy" => {
            let shorter = path.parent().unwrap().join(at("shorter"));
            let real = std::fs::canonicalize(path).unwrap();
            assert_eq!(std::fs::canonicalize(shorter).unwrap(), real, "{one}");
            assert!(one["shorter"].as_str().unwrap().len() < one["target"].as_str().unwrap().len());
        }
        _ => {}
    }
}

#[test]
fn a_volume_that_is_not_mounted_is_no_broken_link() {
    let lab = lab("
        mkdir -p t mnt/empty; printf '%s\\n' '# a table' \"LABEL=Big $PWD/mnt/disk ext4 noauto 0 0\" \
            \"/dev/sdz $PWD/mnt/empty ext4 noauto 0 0\" > table
        ln -s \"$PWD/mnt/disk/x/y\" t/far; ln -s ../mnt/empty/x t/in-an-empty-place
        ln -s /media/ada/Stick/photo t/stick; ln -s ../mnt/diskette/x t/gone");
    let output = lab
        .command()
        .args(["check", "--json", "t"])
        .env("LIBMOUNT_FSTAB", lab.home().join("table"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found = findings(&objects);
    let word = |name: &str| {
        let path = lab.home().join("t").join(name).display().to_string();
        (
            found[&path]["finding"].clone(),
            found[&path]["problem"].clone(),
        )
    };
    for name in ["far", "in-an-empty-place", "stick"] {
        assert_eq!(word(name), ("not-mounted".into(), false.into()), "{name}");
    }
    assert_eq!(word("gone"), ("dangling".into(), true.into()));
    lab.sh("rm t/gone");
    let sound = lab
        .command()
        .args(["check", "t"])
        .env("LIBMOUNT_FSTAB", lab.home().join("table"))
        .output()
        .unwrap();
    assert_eq!(sound.status.code(), Some(0), "{sound:?}");
}

#[test]
fn what_may_not_be_seen_is_not_called_broken() {
    use std::os::unix::process::CommandExt as _;
    if !skip::is_root() {
        return;
    }
    let lab = lab("
        mkdir -p t/closed/deep locked/x t/open; printf x > locked/x/file
        ln -s \"$PWD/locked/x/file\" t/open/link; ln -s ../closed/deep/x t/open/inside
        chmod 700 locked t/closed; chmod 755 . ..; mkdir -m 777 state");
    let output = lab
        .command()
        .args(["check", "--json", "t"])
        .env("LW_HOME", lab.home().join("state"))
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found = findings(&objects);
    assert_eq!(found.len(), 2);
    for one in found.values() {
        assert_eq!(one["finding"], "cannot-tell", "{one}");
        assert_eq!(one["cause"], "permission denied");
    }
    let summary = objects.last().unwrap();
    assert_eq!(summary["unreadable_count"], 1);
    assert_eq!(
        summary["unreadable"][0]["path"].as_str().unwrap(),
        lab.home().join("t/closed").display().to_string()
    );
}

#[test]
fn exit_codes() {
    let lab = lab("mkdir t; printf x > t/f; ln -s f t/l");
    assert_eq!(lab.lw(&["check", "t"]).code, Some(0));
    assert_eq!(lab.lw(&["check", "missing"]).code, Some(4));
    assert_eq!(lab.lw(&["check", "t/f"]).code, Some(4));
    assert_eq!(lab.lw(&["check", "--glob", "[", "t"]).code, Some(2));
    lab.sh("ln -s gone t/d");
    assert_eq!(lab.lw(&["check", "t"]).code, Some(1));
    assert_eq!(lab.lw(&["check", "--exclude", "d", "t"]).code, Some(0));
    let text = lab.lw(&["check", "t"]).stdout;
    assert!(
        text.contains("t/d -> gone   ('t/gone' does not exist)"),
        "{text}"
    );
    assert!(text.ends_with("2 links, 1 problem\n"), "{text}");
}
