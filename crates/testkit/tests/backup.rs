//! `lw check --backup`: how often tools hold what links lead to, compared with the tools themselves.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use lw_testkit::{Lab, skip};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

fn objects(lab: &Lab, arguments: &[&str]) -> Vec<Value> {
    let outcome = lab.lw(&[&["check", "--backup", "--json"], arguments].concat());
    assert!(
        matches!(outcome.code, Some(0 | 1)),
        "{arguments:?}: {outcome:#?}"
    );
    let lines = outcome.stdout.lines();
    let objects: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let problems = objects.last().unwrap()["problems"].as_u64().unwrap();
    assert_eq!(outcome.code, Some(i32::from(problems > 0)), "{outcome:#?}");
    objects
}

/// A path of an answer, below the home folder.
fn below(lab: &Lab, path: &Value) -> String {
    let path = Path::new(path.as_str().unwrap());
    let below = path.strip_prefix(lab.home()).unwrap_or(path);
    below.to_str().unwrap().to_owned()
}

/// `path: kept, followed` of each target.
fn held(lab: &Lab, objects: &[Value]) -> Vec<String> {
    let held = objects.iter().filter(|object| object["type"] == "held");
    held.map(|object| {
        let path = below(lab, &object["path"]);
        format!("{path}: {}, {}", object["kept"], object["followed"])
    })
    .collect()
}

/// The links that send their followers round for ever, each with its cycle.
fn rounds(lab: &Lab, objects: &[Value]) -> Vec<String> {
    let rounds = objects.iter().filter(|object| object["type"] == "round");
    rounds
        .map(|object| {
            let cycle = object["cycle"].as_array().unwrap().iter();
            let cycle: Vec<String> = cycle.map(|link| below(lab, link)).collect();
            assert_eq!(cycle[0], below(lab, &object["path"]));
            cycle.join(", ")
        })
        .collect()
}

#[test]
fn inside_outside_and_by_way_of_folders() {
    let lab = lab(
        "mkdir -p d/u out/sub
         printf in > d/in; ln -s ../in d/u/in; printf f > out/f; ln -s ../../out/f d/u/f; ln -s ../f d/u/hop; ln -s ../out/f d/f
         ln -s ../out d/out; ln -s ../../out/sub d/u/sub; printf z > out/sub/z; ln -s ../out/sub/z d/z
         ln -s gone d/gone; ln -s /dev/null d/null; ln -s /proc/self/mounts d/mounts",
    );
    let objects = objects(&lab, &["d"]);
    assert_eq!(
        held(&lab, &objects),
        [
            "out: 0, 1",
            "out/f: 0, 4",
            "out/sub: 0, 2",
            "out/sub/z: 0, 3",
            "d/in: 1, 2",
        ]
    );
    assert_eq!(rounds(&lab, &objects), [""; 0]);
    let summary = objects.last().unwrap();
    for (field, number) in [
        ("links", 10),
        ("links_to_nowhere", 1),
        ("targets", 5),
        ("kept", 1),
        ("followed_once", 1),
        ("followed_several", 4),
        ("problems", 6),
    ] {
        assert_eq!(summary[field], number, "{field}: {summary:#}");
    }
    let names = lab.lw(&["check", "--backup", "-0", "d"]);
    assert_eq!(names.stdout, "d/f\0d/out\0d/u/f\0d/u/hop\0d/u/sub\0d/z\0");
}

#[test]
fn all_inside_is_no_problem() {
    let lab = lab(
        "mkdir -p d/e other; printf x > d/f; printf y > d/e/y; ln -s f d/l; ln -s e d/e2; printf o > other/o
         ln -s ../other/o d/o",
    );
    let text = lab.lw_ok(&["check", "--backup", "d", "other"]).stdout;
    assert!(
        text.contains("d/f, 1 B: held 2 times   (d/l leads there)"),
        "{text}"
    );
    assert!(text.contains("3 targets: 3 kept"), "{text}");
    lab.sh("rm d/l d/e2 d/o");
    let text = lab.lw_ok(&["check", "--backup", "d"]).stdout;
    assert_eq!(
        text,
        "0 links to 0 targets: 0 kept; followed: 0 once, 0 more often, 0 without end\n"
    );
}

#[test]
fn what_is_left_out_is_not_kept() {
    let lab = lab("mkdir -p d/cache; printf x > d/cache/x; ln -s cache/x d/l; ln -s cache d/c");
    lab.lw_ok(&["check", "--backup", "d"]);
    let objects = objects(&lab, &["--exclude", "cache", "d"]);
    assert_eq!(held(&lab, &objects), ["d/cache: 0, 1", "d/cache/x: 0, 2"]);
}

#[test]
fn files_with_names_outside() {
    let lab = lab(
        "mkdir d out; printf x > d/a; ln d/a out/a; printf y > d/b; ln d/b d/c; printf z > out/z; ln out/z d/z
         ln -s ../out/z d/to-z",
    );
    let objects = objects(&lab, &["d"]);
    let parted: Vec<String> = objects
        .iter()
        .filter(|object| object["type"] == "hard-links")
        .map(|object| below(&lab, &object["paths"][0]))
        .collect();
    assert_eq!(parted, ["d/a", "d/z"]);
    assert_eq!(
        held(&lab, &objects),
        ["out/z: 1, 1"],
        "kept by its other name"
    );
    lab.lw_ok(&["check", "--backup", "d"]);
}

#[test]
fn what_cannot_be_reached_now_is_held_by_no_tool() {
    let lab = lab("mkdir d; ln -s /media/ada/stick/photos d/photos");
    let outcome = lab.lw(&["check", "--backup", "d"]);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    assert!(
        outcome.stdout.starts_with("1 link, held by no tool"),
        "{outcome:#?}"
    );
    let objects = objects(&lab, &["d"]);
    assert_eq!(objects[0]["type"], "unreachable");
    assert_eq!(objects[0]["finding"], "not-mounted");
}

#[test]
fn rounds_are_named_with_their_cycle() {
    let lab = lab(
        "mkdir -p d/a d/b d/self/deep out d/c e
         ln -s ../b d/a/x; ln -s ../a d/b/y; ln -s .. d/self/deep/up; ln -s ../../out d/c/out; ln -s ../d/c out/back
         ln -s ../self d/c/to; ln -s \"$PWD\" e/home; printf f > d/a/f; ln -s a/f d/f; ln -s ../d/self e/self",
    );
    assert_eq!(
        rounds(&lab, &objects(&lab, &["d"])),
        [
            "d/a/x, d/b/y",
            "d/b/y, d/a/x",
            "d/c/out, out/back",
            "d/self/deep/up",
            "out/back, d/c/out",
        ]
    );
    let objects = objects(&lab, &["d"]);
    assert!(held(&lab, &objects).contains(&"d/a/f: 1, null".to_owned()));
    let of_e = rounds(&lab, &self::objects(&lab, &["e"]));
    assert_eq!(of_e, ["d/self/deep/up", "e/home"]);
    let text = lab.lw(&["check", "--backup", "d"]).stdout;
    assert!(
        text.contains("d/a/x -> ../b   (then d/b/y, and round again)"),
        "{text}"
    );
    assert!(
        text.contains("d/self/deep/up -> ..   ('d/self' contains it)"),
        "{text}"
    );
}

#[test]
fn rounds_through_a_bind_mount() {
    if !skip::is_root() {
        return;
    }
    let lab = lab("mkdir -p d/a d/m d/z; ln -s ../m d/a/x");
    let (source, place) = (lab.home().join("d/a"), lab.home().join("d/m"));
    let mounted = Command::new("mount")
        .arg("--bind")
        .args([&source, &place])
        .output()
        .unwrap();
    if !mounted.status.success() {
        return skip::skip("bind", &String::from_utf8_lossy(&mounted.stderr));
    }
    let apart = lab.lw(&["check", "--backup", "--json", "d"]);
    let across = lab.lw(&["check", "--backup", "--cross-mounts", "--json", "d"]);
    let found = loops_by_find(&lab, "d");
    let unmounted = Command::new("umount").arg(&place).status().unwrap();
    assert!(unmounted.success());
    assert!(!found.is_empty());
    assert!(across.stdout.contains("\"type\":\"round\""), "{across:#?}");
    assert_eq!((apart.code, across.code), (Some(1), Some(1)));
}

/// The links at which `find -L` says that it would go round, below the home folder.
fn loops_by_find(lab: &Lab, folder: &str) -> BTreeSet<String> {
    let output = Command::new("find")
        .args(["-L", folder])
        .current_dir(lab.home())
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let loops = told
        .lines()
        .filter_map(|line| line.strip_prefix("find: File system loop detected; "));
    loops
        .filter_map(|line| line.split(['\'', '`']).nth(1))
        .map(|path| {
            let path = lab.home().join(path);
            let folder = path.parent().unwrap().canonicalize().unwrap();
            let link = folder.join(path.file_name().unwrap());
            let below = link.strip_prefix(lab.home()).unwrap();
            below.to_str().unwrap().to_owned()
        })
        .collect()
}

/// Makes folders, files and links in `d` and `out`, each link to something that is there.
fn scatter(lab: &Lab, seed: u64, links: usize) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap() % below
    };
    let mut folders = vec!["d".to_owned(), "out".to_owned()];
    for number in 0..7 {
        folders.push(format!("{}/{number}", folders[random(folders.len())]));
    }
    let mut things = folders[2..].to_vec();
    for folder in &folders {
        std::fs::create_dir(lab.home().join(folder)).unwrap();
        let file = format!("{folder}/file");
        std::fs::write(lab.home().join(&file), &file).unwrap();
        things.push(file);
    }
    for number in 0..links {
        let link = format!("{}/l{number}", folders[random(folders.len())]);
        let target = lab.home().join(&things[random(things.len())]);
        std::os::unix::fs::symlink(&target, lab.home().join(&link)).unwrap();
        things.push(link);
    }
}

/// How often each content stands below a folder.
fn contents(folder: &Path, counts: &mut BTreeMap<String, u64>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            contents(&entry.path(), counts);
        } else if entry.file_type().unwrap().is_file() {
            let content = std::fs::read_to_string(entry.path()).unwrap();
            *counts.entry(content).or_default() += 1;
        }
    }
}

#[test]
fn the_numbers_are_those_of_the_tools() {
    if !skip::has_program("rsync") || !skip::has_program("tar") {
        return;
    }
    let mut compared = 0;
    let mut with_rounds = 0;
    for seed in 1..=60 {
        let lab = lab("");
        scatter(&lab, seed, 6);
        let objects = objects(&lab, &["d"]);
        let told: BTreeSet<String> = rounds(&lab, &objects)
            .iter()
            .map(|cycle| cycle.split(", ").next().unwrap().to_owned())
            .collect();
        let found = loops_by_find(&lab, "d");
        // Entered from the middle, a round ends at a folder that is no link.
        let at_links: BTreeSet<String> = found
            .iter()
            .filter(|path| lab.home().join(path).is_symlink())
            .cloned()
            .collect();
        assert!(
            at_links.is_subset(&told) && found.is_empty() == told.is_empty(),
            "{seed}: {found:?} {told:?}"
        );
        lab.sh("mkdir keep; tar -cf - d | tar -xf - -C keep");
        let mut kept = BTreeMap::new();
        contents(&lab.home().join("keep"), &mut kept);
        let mut followed = BTreeMap::new();
        if told.is_empty() {
            lab.sh("rsync -aL d follow");
            contents(&lab.home().join("follow"), &mut followed);
        } else {
            with_rounds += 1;
        }
        for object in objects.iter().filter(|object| object["type"] == "held") {
            let path = below(&lab, &object["path"]);
            let content = match object["kind"] == "file" {
                true => path,
                // Each folder holds one file, as often as it is held itself.
                false => format!("{path}/file"),
            };
            let by_tar = kept.get(&content).copied().unwrap_or_default();
            assert_eq!(object["kept"], by_tar, "{seed}: {content}");
            if told.is_empty() {
                compared += 1;
                // A link to the file itself adds to what its folder brings.
                let by_rsync = followed.get(&content).copied().unwrap_or_default();
                let number = object["followed"].as_u64().unwrap();
                let is_file = object["kind"] == "file";
                assert!(
                    number == by_rsync || (!is_file && number <= by_rsync),
                    "{seed}: {content}: {number} {by_rsync}"
                );
            }
        }
    }
    assert!(compared > 50 && with_rounds > 5, "{compared} {with_rounds}");
}
