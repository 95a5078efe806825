//! `lw check` says of each link what the kernel and a way gone by hand say of it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lw_testkit::{Lab, skip};
use serde_json::Value;

use super::ground::{
    PROGRAM, Paths, assert_same, bytes, find_paths, lab, lw, path, path_list, with_findings, words,
};
use super::grown::grow;
use super::oracle::{End, way};

const PROBLEMS: [&str; 5] = ["loop", "too-deep", "dangling", "through-file", "recursive"];

/// Checks a tree and returns what was found, after looking whether the answer agrees with itself.
fn check(lab: &Lab, top: &Path) -> Vec<Value> {
    let answer = lw(lab, &words(&[&"check", &"--json", &top]));
    let findings = answer.of_type("finding");
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut problems = 0;
    for finding in &findings {
        let word = finding["finding"].as_str().unwrap();
        *counts.entry(word.to_owned()).or_default() += 1;
        assert_eq!(
            finding["problem"].as_bool().unwrap(),
            PROBLEMS.contains(&word),
            "{finding}"
        );
        problems += u64::from(PROBLEMS.contains(&word));
        let text = fs::read_link(path(finding, "path")).unwrap();
        assert_eq!(bytes(finding, "target"), text.as_os_str());
    }
    let summary = answer.summary();
    assert_eq!(summary["findings"], serde_json::to_value(counts).unwrap());
    assert_eq!(summary["problems"].as_u64().unwrap(), problems);
    let links = find_paths(top, &["-type", "l", "-print0"]);
    assert_eq!(summary["links"].as_u64().unwrap(), links.len() as u64);
    assert_eq!(
        answer.code,
        Some(i32::from(problems > 0)),
        "{}",
        answer.stderr
    );
    let named = lw(lab, &words(&[&"check", &"-0", &top])).paths();
    assert_same("-0", &named, &with_findings(&findings, &PROBLEMS));
    findings
}

#[test]
fn every_finding_is_that_of_the_way_gone_by_hand() {
    for seed in 0..8 {
        let lab = Lab::new(PROGRAM);
        let top = lab.home().join("tree");
        grow(&top, seed, 300);
        let findings = check(&lab, &top);
        let mut by_link: BTreeMap<PathBuf, &Value> = BTreeMap::new();
        for finding in &findings {
            assert!(by_link.insert(path(finding, "path"), finding).is_none());
        }
        for link in find_paths(&top, &["-type", "l", "-print0"]) {
            let finding = by_link.remove(&link).cloned().unwrap_or_default();
            let word = finding["finding"].as_str().unwrap_or("sound");
            let what = format!("{link:?} -> {:?}: {finding}", fs::read_link(&link).unwrap());
            let errno = fs::metadata(&link)
                .err()
                .and_then(|error| error.raw_os_error());
            match way(&link).end {
                End::Circle(links) => {
                    assert_eq!((errno, word), (Some(libc::ELOOP), "loop"), "{what}");
                    let cycle = path_list(&finding, "cycle");
                    assert!(!cycle.is_empty());
                    let next = cycle.iter().cycle().skip(1);
                    for (one, next) in cycle.iter().zip(next) {
                        assert!(
                            links.contains(one),
                            "{what}: {one:?} is no part of {links:?}"
                        );
                        assert!(
                            way(one).links[1..].contains(next),
                            "{what}: {one:?}, {next:?}"
                        );
                    }
                }
                End::Missing(at) => {
                    assert_eq!((errno, word), (Some(libc::ENOENT), "dangling"), "{what}");
                    assert_eq!(path(&finding, "first_missing"), at, "{what}");
                }
                End::NoFolder(at) => {
                    assert_eq!(
                        (errno, word),
                        (Some(libc::ENOTDIR), "through-file"),
                        "{what}"
                    );
                    assert_eq!(path(&finding, "at"), at, "{what}");
                }
                End::At(at) => {
                    assert_eq!(errno, None, "{what}");
                    if at.is_dir() && link.starts_with(&at) {
                        assert_eq!(word, "recursive", "{what}");
                        assert_eq!(path(&finding, "folder"), at, "{what}");
                    } else {
                        assert_messy_or_sound(&link, &finding);
                    }
                }
                End::TooLong => panic!("{what}"),
            }
        }
        assert!(by_link.is_empty(), "{by_link:?}");
        // Of circles `find` says an error; the kernel's answer was compared above.
        let broken = ["dangling", "through-file"];
        let theirs = find_paths(&top, &["-xtype", "l", "-print0"]);
        assert_same("find -xtype l", &with_findings(&findings, &broken), &theirs);
        for word in ["loop", "dangling", "through-file", "recursive", "messy"] {
            assert!(
                !with_findings(&findings, &[word]).is_empty(),
                "{seed} has no {word}"
            );
        }
    }
}

/// What means the same in fewer words is messy, and nothing else is.
fn assert_messy_or_sound(link: &Path, finding: &Value) {
    let text = fs::read_link(link).unwrap();
    let text = text.as_os_str().as_bytes();
    let parts: Vec<&[u8]> = text.split(|byte| *byte == b'/').collect();
    let has_empty = parts.iter().skip(1).any(|part| part.is_empty()) && text != b"/";
    let has_dot = parts.contains(&(b"." as &[u8])) && text != b".";
    let climbs_after_name = parts
        .iter()
        .skip_while(|part| **part == b"..")
        .any(|part| *part == b"..");
    let what = format!(
        "{link:?} -> {:?}: {finding}",
        OsString::from(std::ffi::OsStr::from_bytes(text))
    );
    if finding.is_null() {
        assert!(climbs_after_name || !(has_empty || has_dot), "{what}");
        return;
    }
    assert_eq!(finding["finding"], "messy", "{what}");
    assert!(has_empty || has_dot || climbs_after_name, "{what}");
    let shorter = path(finding, "shorter");
    assert!(shorter.as_os_str().len() < text.len(), "{what}");
    let there = |path: PathBuf| fs::canonicalize(path).unwrap();
    let folder = link.parent().unwrap();
    assert_eq!(
        there(folder.join(shorter)),
        there(link.to_path_buf()),
        "{what}"
    );
}

#[test]
fn texts_that_end_in_a_slash_ask_for_a_folder() {
    let lab = lab(
        "mkdir -p t/d; cd t; printf x > f; ln -s f/ a; ln -s f/. b; ln -s a c; ln -s d/ e; ln -s d/. g
         ln -s f h; ln -s h/ i; ln -s e/ j; ln -s f/./. k; ln -s f// l; ln -s ../t/f/ m",
    );
    let top = lab.home().join("t");
    let findings = check(&lab, &top);
    let not_there: Paths = find_paths(&top, &["-type", "l", "-print0"])
        .into_iter()
        .filter(|link| fs::metadata(link).is_err())
        .collect();
    assert_eq!(not_there.len(), 7);
    assert_same(
        "through a file",
        &with_findings(&findings, &["through-file"]),
        &not_there,
    );
    for finding in findings
        .iter()
        .filter(|finding| finding["finding"] == "through-file")
    {
        assert_eq!(path(finding, "at"), top.join("f"), "{finding}");
    }
    let listed = lw(&lab, &words(&[&"list", &"-0", &"--dangling", &top]))
        .ends(0)
        .paths();
    assert_same("list --dangling", &listed, &not_there);
}

/// `find -L` names what it will not enter, as it stands in it already.
#[test]
fn links_to_folders_above_are_those_where_find_goes_in_circles() {
    let lab = lab(
        "mkdir -p t/a/b/c t/o; cd t; printf x > f; ln -s . here; ln -s .. a/up; ln -s ../.. a/b/top
         ln -s \"$PWD/a\" a/b/c/absolute; ln -s ../../../o a/b/c/sideways; ln -s ../f a/file
         ln -s ../a/b o/into; ln -s . a/b/c/self; ln -s ../here/a a/through",
    );
    let top = lab.home().join("t");
    // The kernel's word first: what each leads to, and whether the link lies below that.
    let above: Paths = find_paths(&top, &["-type", "l", "-print0"])
        .into_iter()
        .filter(|link| {
            let real = fs::canonicalize(link).unwrap();
            real.is_dir() && link.starts_with(real)
        })
        .collect();
    // And `find -L`, which does not enter what it stands in already, and says so.
    let output = Command::new("find")
        .arg("-L")
        .arg(&top)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let named: Paths = said
        .lines()
        .filter(|line| line.contains("File system loop detected"))
        .map(|line| PathBuf::from(line.split('\'').nth(1).unwrap()))
        .map(|link| {
            let folder = fs::canonicalize(link.parent().unwrap()).unwrap();
            folder.join(link.file_name().unwrap())
        })
        .collect();
    assert!(above.is_subset(&named), "{said}");
    let findings = check(&lab, &top);
    assert_same(
        "recursive",
        &with_findings(&findings, &["recursive"]),
        &above,
    );
}

/// The program `symlinks` judges by `stat` and by letters.
#[test]
fn the_program_symlinks_agrees() {
    if !skip::has_program("symlinks") {
        return;
    }
    let lab = lab(
        "mkdir -p t/d/e t/o; cd t; printf x > f; ln -s f relative; ln -s \"$PWD/f\" absolute; ln -s gone dangling
         ln -s \"$PWD/gone/x\" d/dangling-too; ln -s d//e messy; ln -s ./f messy-too;
         ln -s ../f d/up; ln -s ../../o d/e/far; ln -s f/x through; ln -s loop loop; ln -s 'a b' 'two words'",
    );
    let top = lab.home().join("t");
    let output = Command::new("symlinks")
        .arg("-r")
        .arg(&top)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut theirs: BTreeMap<&str, Paths> = BTreeMap::new();
    for line in said.lines() {
        let (word, rest) = line.split_once(':').unwrap();
        let (link, _) = rest.trim().split_once(" -> ").unwrap();
        theirs.entry(word).or_default().insert(link.into());
    }
    let findings = check(&lab, &top);
    let broken = ["dangling", "through-file", "loop"];
    assert_same(
        "dangling",
        &with_findings(&findings, &broken),
        &theirs["dangling"],
    );
    assert_same(
        "messy",
        &with_findings(&findings, &["messy"]),
        &theirs["messy"],
    );
    let list = |flag: &str| {
        lw(&lab, &words(&[&"list", &"-0", &flag, &top]))
            .ends(0)
            .paths()
    };
    let (absolute, relative) = (list("--absolute"), list("--relative"));
    assert!(theirs["absolute"].is_subset(&absolute), "{said}");
    assert!(
        theirs
            .get("relative")
            .is_none_or(|links| links.is_subset(&relative)),
        "{said}"
    );
}

#[test]
fn exit_codes() {
    let lab = lab(
        "mkdir -p sound broken messy; printf x > sound/f; ln -s f sound/l; ln -s gone broken/l
        mkdir messy/d; ln -s ./d messy/l",
    );
    for (folders, code) in [
        (&["sound"] as &[&str], 0),
        (&["messy"], 0),
        (&["broken"], 1),
        (&["sound", "broken", "messy"], 1),
        (&["broken", "--glob", "other"], 0),
        (&["broken", "--exclude", "l"], 0),
        (&["."], 1),
        (&[".", "--exclude", "broken"], 0),
        (&["nowhere"], 4),
        (&["sound/f"], 4),
        (&["sound", "nowhere"], 4),
    ] {
        let mut arguments = vec!["check"];
        arguments.extend(folders);
        lw(&lab, &arguments).ends(code);
        arguments[0] = "list";
        lw(&lab, &arguments).ends(if code == 1 { 0 } else { code });
    }
}
