//! `--fix-links-in`: links elsewhere that a change would break change with it, and come back with it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod ground;
mod random;

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab, Outcome, Picture};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

fn text(lab: &Lab, link: &str) -> PathBuf {
    fs::read_link(lab.home().join(link)).unwrap()
}

/// What each link below `links` leads to: the content of a file, the real path of a folder.
fn meanings(lab: &Lab) -> BTreeMap<PathBuf, Result<Vec<u8>, io::ErrorKind>> {
    let names = fs::read_dir(lab.home().join("links")).unwrap();
    let meaning = |link: PathBuf| {
        let inside = match fs::metadata(&link) {
            Ok(found) if found.is_dir() => link.join("name"),
            _ => link.clone(),
        };
        (link, fs::read(inside).map_err(|error| error.kind()))
    };
    names.map(|name| meaning(name.unwrap().path())).collect()
}

/// Runs, compares what all links lead to, and takes it back.
fn there_and_back(lab: &Lab, arguments: &[&str], code: i32, look: impl Fn(&Outcome)) {
    let before = Picture::of(lab.home());
    let (command, rest) = arguments.split_first().unwrap();
    let with = |flag| [&[*command, flag], rest].concat();
    let dry = lab.lw_ok(&with("-n"));
    assert_eq!(
        before.differences(&Picture::of(lab.home())),
        [""; 0],
        "{dry:#?}"
    );
    let done = lab.lw(&with("--note=x"));
    assert_eq!(done.code, Some(code), "{done:#?}");
    look(&done);
    let undone = lab.lw_ok(&["undo", "-v"]);
    let differences = before.differences(&Picture::of(lab.home()));
    assert!(differences.is_empty(), "{differences:#?}\n{undone:#?}");
}

/// A folder with files, and links to it in every way.
const LINKS: &str = r#"
    mkdir -p data/sub links elsewhere store other/data
    printf data > data/name; printf sub > data/sub/name; printf one > data/one; printf other > other/data/one
    ln -s sub/name data/inner; ln -s "$PWD/data/one" data/absolute-inner
    ln -s ../data links/relative; ln -s "$PWD/data" links/absolute; ln -s ../data/sub links/below
    ln -s "$PWD/data/one" links/file; ln -s ../data/inner links/to-a-link
    ln -s relative/one links/by-way-of; ln -s ../data/../elsewhere/up links/up; printf up > elsewhere/up
    ln -s ../data/sub/../one links/up-inside; ln -s ../other/data/one links/another
    ln -s ../data/ links/slash; ln -s ../database links/like; printf base > database
    printf 'x\n' > "data/odd
name"; ln -s "../data/odd
name" "links/odd
link"
"#;

#[test]
fn a_move_takes_the_links_along() {
    let lab = lab(LINKS);
    let meant = meanings(&lab);
    assert!(meant.values().all(Result::is_ok), "{meant:#?}");
    let home = lab.home().to_path_buf();
    there_and_back(
        &lab,
        &["move", "-y", "data", "store", "--fix-links-in", "links"],
        0,
        |done| {
            assert_eq!(meanings(&lab), meant);
            for (link, expected) in [
                ("relative", "../store/data".into()),
                ("absolute", home.join("store/data")),
                ("below", "../store/data/sub".into()),
                ("slash", "../store/data/".into()),
                ("file", home.join("store/data/one")),
                ("to-a-link", "../store/data/inner".into()),
                ("by-way-of", "relative/one".into()),
                ("up", "../elsewhere/up".into()),
                ("up-inside", "../store/data/one".into()),
                ("another", "../other/data/one".into()),
                ("like", "../database".into()),
                ("odd\nlink", "../store/data/odd\nname".into()),
            ] {
                assert_eq!(text(&lab, &format!("links/{link}")), expected, "{link}");
            }
            // What was moved along has its own text still.
            assert_eq!(
                text(&lab, "store/data/absolute-inner"),
                home.join("data/one")
            );
            assert!(
                done.stderr
                    .contains("1 link leads there by way of another link"),
                "{done:#?}"
            );
            // The old path is no longer needed for any of them.
            fs::rename(home.join("data"), home.join("aside")).unwrap();
            assert_eq!(meanings(&lab), meant);
            fs::rename(home.join("aside"), home.join("data")).unwrap();
        },
    );
    // The folder that is moved may lie below the one that is searched, and so may its new place.
    there_and_back(
        &lab,
        &["move", "-y", "data", "store", "--fix-links-in", "."],
        0,
        |_| {
            assert_eq!(meanings(&lab), meant);
            assert_eq!(text(&lab, "links/below"), Path::new("../store/data/sub"));
        },
    );
}

#[test]
fn a_way_back_breaks_no_link() {
    let lab = lab(LINKS);
    lab.lw_ok(&["move", "-y", "data", "store", "--fix-links-in", "links"]);
    let meant = meanings(&lab);
    there_and_back(
        &lab,
        &["bring-back", "-y", "data", "--fix-links-in", "links"],
        0,
        |_| {
            assert_eq!(meanings(&lab), meant);
            assert_eq!(text(&lab, "links/below"), Path::new("../data/sub"));
            assert!(!lab.home().join("store/data").exists());
        },
    );
    // Without it they are broken: that is what it is for.
    there_and_back(&lab, &["bring-back", "-y", "data"], 0, |_| {
        assert!(meanings(&lab).values().any(Result::is_err));
    });
}

#[test]
fn across_volumes() {
    let Some(volume) = Mounted::new(FileSystem::Tmpfs, 16) else {
        return;
    };
    let lab = lab(LINKS);
    let meant = meanings(&lab);
    let to = volume.path().to_str().unwrap();
    // Links on the other volume too: their private folder lies beside that of the move.
    let there = volume.path().join("there");
    fs::create_dir(&there).unwrap();
    symlink(lab.home().join("data/one"), there.join("l")).unwrap();
    let one = || fs::read(there.join("l")).unwrap();
    there_and_back(
        &lab,
        &[
            "move",
            "-y",
            "data",
            to,
            "--fix-links-in",
            "links",
            "--fix-links-in",
            to,
        ],
        0,
        |_| {
            assert_eq!(meanings(&lab), meant);
            assert_eq!(text(&lab, "links/absolute"), volume.path().join("data"));
            assert_eq!(
                fs::read_link(there.join("l")).unwrap(),
                volume.path().join("data/one")
            );
            assert_eq!(one(), b"one");
            fs::rename(lab.home().join("data"), lab.home().join("aside")).unwrap();
            assert_eq!(meanings(&lab), meant);
            fs::rename(lab.home().join("aside"), lab.home().join("data")).unwrap();
        },
    );
    lab.lw_ok(&[
        "move",
        "-y",
        "data",
        to,
        "--fix-links-in",
        "links",
        "--fix-links-in",
        to,
    ]);
    there_and_back(
        &lab,
        &["bring-back", "-y", "data", "--fix-links-in", "links"],
        0,
        |_| {
            assert_eq!(meanings(&lab), meant);
            assert_eq!(text(&lab, "links/absolute"), lab.home().join("data"));
        },
    );
}

#[test]
fn a_removed_link_is_passed_by() {
    let lab = lab(r#"
        mkdir -p data/sub links; printf data > data/name; printf sub > data/sub/name
        ln -s data door; ln -s door second; ln -s gone broken
        ln -s ../door links/at; ln -s "$PWD/door/sub" links/below; ln -s at/sub links/chain
        ln -s ../second/name links/through-two; ln -s ../door/missing links/missing; ln -s ../broken links/broken"#);
    let meant = meanings(&lab);
    there_and_back(
        &lab,
        &[
            "remove",
            "-y",
            "door",
            "second",
            "broken",
            "--fix-links-in",
            "links",
        ],
        0,
        |_| {
            assert_eq!(meanings(&lab), meant);
            assert_eq!(text(&lab, "links/at"), Path::new("../data"));
            assert_eq!(text(&lab, "links/below"), lab.home().join("data/sub"));
            assert_eq!(text(&lab, "links/chain"), Path::new("at/sub"));
            assert_eq!(text(&lab, "links/through-two"), Path::new("../data/name"));
            // What was broken before stays as it is.
            assert_eq!(text(&lab, "links/missing"), Path::new("../door/missing"));
            assert_eq!(text(&lab, "links/broken"), Path::new("../broken"));
        },
    );
}

#[test]
fn a_removed_name_of_a_file() {
    let lab = lab("
        mkdir a links; printf x > a/one; ln a/one links/two; printf y > a/many; ln a/many links/m1; ln a/many links/m2
        printf z > a/lonely; ln a/lonely outside
        ln -s ../a/one links/to-one; ln -s ../a/many links/to-many; ln -s ../a/lonely links/to-lonely");
    there_and_back(
        &lab,
        &["remove", "-y", "a/one", "--fix-links-in", "links"],
        0,
        |_| {
            assert_eq!(text(&lab, "links/to-one"), Path::new("two"));
        },
    );
    for (name, why) in [
        ("a/many", "the file has several other names"),
        (
            "a/lonely",
            "no other name of the file was found in the folders",
        ),
    ] {
        there_and_back(
            &lab,
            &["remove", "-y", name, "--fix-links-in", "links"],
            3,
            |done| {
                assert!(done.stderr.contains("will be broken"), "{done:#?}");
                assert!(
                    done.stderr.contains("error: 1 link is broken now"),
                    "{done:#?}"
                );
                assert!(done.stderr.contains(why), "{done:#?}");
            },
        );
    }
}

/// Who leads below a link follows it to its new target, unless what it leads to is not there.
#[test]
fn another_target() {
    let lab = lab(r#"
        mkdir -p v1/lib v2/lib links; printf one > v1/name; printf two > v2/name; printf old > v1/lib/old
        printf lib1 > v1/lib/name; printf lib2 > v2/lib/name; ln -s v1 current
        ln -s ../current links/at; ln -s ../current/lib links/both; ln -s "$PWD/current/lib/old" links/only-old
        ln -s ../current/none links/none"#);
    there_and_back(
        &lab,
        &["retarget", "-y", "current", "v2", "--fix-links-in", "links"],
        0,
        |_| {
            assert_eq!(text(&lab, "links/at"), Path::new("../current"));
            assert_eq!(text(&lab, "links/both"), Path::new("../current/lib"));
            assert_eq!(text(&lab, "links/only-old"), lab.home().join("v1/lib/old"));
            assert_eq!(text(&lab, "links/none"), Path::new("../current/none"));
            let read = |link: &str| fs::read_to_string(lab.home().join(link)).unwrap();
            assert_eq!(
                (read("links/at/name"), read("links/both/name")),
                ("two".into(), "lib2".into())
            );
            assert_eq!(read("links/only-old"), "old");
        },
    );
}

#[test]
fn links_that_may_not_be_changed() {
    // Not every file system has immutable folders.
    let Some(volume) = Mounted::new(FileSystem::Ext4, 64) else {
        return;
    };
    let lab = Lab::at(PROGRAM, volume.path());
    lab.sh("
        mkdir -p data store links/locked; printf x > data/f
        ln -s ../data/f links/free; ln -s ../../data/f links/locked/l; ln -s data/f door; ln -s ../../door links/locked/m
        chattr +i links/locked");
    // It works on through the link that the move leaves; a removal would break it, and says so.
    let moved = lab.lw(&["move", "-y", "data", "store", "--fix-links-in", "links"]);
    assert_eq!(moved.code, Some(0), "{moved:#?}");
    assert!(moved.stderr.contains("left alone"), "{moved:#?}");
    assert_eq!(fs::read(lab.home().join("links/locked/l")).unwrap(), b"x");
    lab.lw_ok(&["undo"]);
    let removed = lab.lw(&["remove", "-y", "door", "--fix-links-in", "links"]);
    assert_eq!(removed.code, Some(3), "{removed:#?}");
    assert!(removed.stderr.contains("will be broken"), "{removed:#?}");
    lab.lw_ok(&["undo"]);
    assert_eq!(fs::read(lab.home().join("links/locked/m")).unwrap(), b"x");
    lab.sh("chattr -i links/locked");
}

#[test]
fn folders_that_are_not_there() {
    let lab = lab("mkdir data store; printf x > f");
    let before = Picture::of(lab.home());
    for folder in ["nowhere", "f"] {
        for command in [&["move", "-y", "data", "store"][..], &["remove", "-y", "f"]] {
            let refused = lab.lw(&[command, &["--fix-links-in", folder]].concat());
            assert_eq!(refused.code, Some(4), "{refused:#?}");
            assert!(
                refused.stderr.contains("state: nothing was changed"),
                "{refused:#?}"
            );
        }
    }
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
}

const SMALL: &str = "
    mkdir -p data/sub links store v2; printf data > data/name; printf sub > data/sub/name; printf v2 > v2/name
    ln -s data door; ln -s ../data links/a; ln -s ../data/sub links/b; ln -s ../door/sub links/c";

/// Killed at every effect: no link ever leads nowhere, and what is left is taken back to the byte.
#[test]
fn killed_at_every_effect() {
    let lab = || {
        let lab = ground::lab(SMALL);
        // The first use of a ledger has effects of its own.
        lab.sh("lw link -q store warm; lw remove -q warm");
        lab
    };
    const COMMANDS: &[(&str, &[&str])] = &[
        (
            "",
            &["move", "-y", "data", "store", "--fix-links-in", "links"],
        ),
        (
            "lw move -qy data store --fix-links-in links",
            &["bring-back", "-y", "data", "--fix-links-in", "links"],
        ),
        ("", &["remove", "-y", "door", "--fix-links-in", "links"]),
        (
            "",
            &["retarget", "-y", "door", "v2", "--fix-links-in", "links"],
        ),
    ];
    for (first, command) in COMMANDS {
        let clean = lab();
        clean.sh(first);
        let outcome = clean.lw_ok(command);
        let effects = outcome.effects.len();
        assert!(effects > 4, "{outcome:#?}");
        for n in 1..=effects {
            for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
                let what = format!("{command:?} {fault:?} {}", outcome.effects[n - 1]);
                let lab = lab();
                lab.sh(first);
                let before = Picture::of(lab.home());
                let killed = lab.lw_with(command, &fault);
                assert_eq!(
                    (killed.code, killed.hit),
                    (None, true),
                    "{what}: {killed:#?}"
                );
                assert_all_sound(&lab, &what);
                lab.lw_ok(&["recover"]);
                assert_all_sound(&lab, &what);
                if !before.differences(&Picture::of(lab.home())).is_empty() {
                    lab.lw_ok(&["undo"]);
                    assert_all_sound(&lab, &what);
                }
                let differences = before.differences(&Picture::of(lab.home()));
                assert!(differences.is_empty(), "{what}: {differences:#?}");
                let mut left = lab.leftovers();
                left.retain(|path| path.starts_with(lab.home()));
                assert!(left.is_empty(), "{what}: {left:?}");
            }
        }
    }
}

fn assert_all_sound(lab: &Lab, what: &str) {
    let meant = meanings(lab);
    assert!(meant.values().all(Result::is_ok), "{what}: {meant:#?}");
}
