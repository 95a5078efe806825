//! Links of Windows that get another target by being written into.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use lw_testkit::Fault;

use super::ground::*;

fn world(ground: &Ground) {
    for folder in ["one", "two"] {
        fs::create_dir(ground.at(folder)).unwrap();
        fs::write(ground.at(folder).join("file"), folder).unwrap();
    }
    plant(&ground.at("j"), &junction(r"C:\one"), true);
    plant(&ground.at("s"), &relative("one"), true);
    plant(&ground.at("f"), &relative(r"one\file"), false);
}

fn inode(ground: &Ground, name: &str) -> u64 {
    fs::symlink_metadata(ground.at(name)).unwrap().ino()
}

#[test]
fn the_link_stays_the_thing_it_is() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    let start = ground.view();
    for (name, target, bytes) in [
        ("j", "C:/two", junction(r"C:\two")),
        ("s", "C:/two", relative("two")),
        ("f", "C:/two/file", relative(r"two\file")),
    ] {
        let link = format!("C:/{name}");
        let before = inode(&ground, name);
        let shown = ground.lw(&["retarget", "-n", "-v", &link, target]);
        let said = shown.stdout + &shown.stderr;
        assert!(said.contains("write the target"), "{said}");
        assert!(!said.contains("moment"), "{said}");
        let done = ground.lw(&["retarget", &link, target]);
        assert_eq!(point(&ground.at(name)), Some(bytes), "{name}");
        assert_eq!(inode(&ground, name), before, "{name}");
        let content = ground.at(name).join("file");
        let content = if name == "f" { ground.at("f") } else { content };
        assert_eq!(fs::read_to_string(content).unwrap(), "two", "{name}");
        ground.assert_nothing_left(name);
        let after = ground.view();
        ground.remount();
        let undone = ground.undo(&done);
        assert_eq!(ground.view(), start, "{name}");
        ground.undo(&undone);
        assert_eq!(ground.view(), after, "{name}");
        ground.lw(&["retarget", &link, &target.replace("two", "one")]);
        assert_eq!(ground.view(), start, "{name}");
        assert_eq!(inode(&ground, name), before, "{name}");
    }
    ground.remount();
}

/// What is written into a link is in all its names: the others are not to lead elsewhere.
#[test]
fn a_link_with_more_names_is_replaced() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    fs::hard_link(ground.at("f"), ground.at("f2")).unwrap();
    let done = ground.lw(&["retarget", "C:/f", "C:/two/file"]);
    assert_eq!(point(&ground.at("f")), Some(relative(r"two\file")));
    assert_eq!(point(&ground.at("f2")), Some(relative(r"one\file")));
    ground.undo(&done);
    assert_eq!(point(&ground.at("f")), Some(relative(r"one\file")));
    // Nor is a name that has come since.
    plant(&ground.at("g"), &relative(r"one\file"), false);
    ground.lw(&["retarget", "C:/g", "C:/two/file"]);
    fs::hard_link(ground.at("g"), ground.at("g2")).unwrap();
    let refused = ground.run(&["undo"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    for name in ["g", "g2"] {
        assert_eq!(point(&ground.at(name)), Some(relative(r"two\file")));
    }
}

#[test]
fn many_links_that_are_mended_stay_the_things_they_are() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    fs::create_dir(ground.at("z")).unwrap();
    plant(&ground.at("z/s"), &relative(r"..\gone\file"), false);
    plant(&ground.at("z/j"), &junction(r"C:\gone"), true);
    let before = ground.view();
    let inodes = ["z/j", "z/s"].map(|name| inode(&ground, name));
    let mended = ground.lw(&[
        "repair", "C:/z", "--from", "C:/gone", "--to", "C:/two", "--yes",
    ]);
    assert!(!mended.stderr.contains("moment"), "{mended:#?}");
    assert_eq!(point(&ground.at("z/j")), Some(junction(r"C:\two")));
    assert_eq!(point(&ground.at("z/s")), Some(relative(r"..\two\file")));
    assert_eq!(["z/j", "z/s"].map(|name| inode(&ground, name)), inodes);
    // What somebody has changed since is theirs, and stays.
    ground.lw(&["retarget", "C:/z/j", "C:/one"]);
    ground.undo(&mended);
    assert_eq!(point(&ground.at("z/j")), Some(junction(r"C:\one")));
    assert_eq!(ground.view()[Path::new("z/s")], before[Path::new("z/s")]);
    ground.remount();
}

#[test]
fn a_reader_finds_the_old_target_or_the_new_one() {
    const ROUNDS: usize = 30;
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    let done = AtomicBool::new(false);
    let (file, done_now) = (ground.at("j/file"), &done);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut reads = 0_u64;
            while !done_now.load(Ordering::Acquire) {
                let read = fs::read_to_string(&file);
                let Ok("one" | "two") = read.as_deref() else {
                    return Err(format!("{read:?} after {reads} reads"));
                };
                reads += 1;
            }
            Ok(reads)
        });
        for round in 0..ROUNDS {
            ground.run(&["retarget", "C:/j", ["C:/two", "C:/one"][round % 2], "-q"]);
        }
        done.store(true, Ordering::Release);
        reader.join().unwrap()
    });
    assert!(reads.as_ref().is_ok_and(|reads| *reads > 100), "{reads:?}");
}

#[test]
fn what_could_not_be_written_again_to_the_byte_is_replaced() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    // As some programs leave it: without a name to show.
    plant(&ground.at("odd"), &mount_point(r"\??\C:\one", ""), true);
    // A text that does not go into the record of the link.
    let long = format!("C:/{}", "long".repeat(40));
    fs::create_dir(ground.volume.path().join(&long[3..])).unwrap();
    let before = ground.view();
    for (link, target) in [
        ("C:/odd", "C:/two"),
        ("C:/s", "C:/two/file"),
        ("C:/j", &long),
    ] {
        let done = ground.lw(&["retarget", link, target]);
        assert!(done.stderr.contains("moment"), "{done:#?}");
        assert_ne!(ground.view(), before);
        ground.undo(&done);
        assert_eq!(ground.view(), before, "{link}");
    }
    ground.remount();
}

/// What another program does right before the link is written into, and what must stand there then.
const MEANWHILE: &[(&str, &str)] = &[
    ("a file came", "mv j aside; printf theirs > j"),
    ("another link came", "mv j aside; mv other j"),
    ("a placeholder came", "mv j aside; mv cloud j"),
    ("it went away", "mv j aside"),
];

#[test]
fn what_another_program_puts_there_meanwhile_is_not_written_into() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    let command = &["retarget", "C:/j", "C:/two"];
    // The first of all makes the ledger.
    let first = ground.lw(command);
    ground.undo(&first);
    let clean = ground.lw(command);
    let effects = clean.effects.iter();
    let nth = effects
        .take_while(|line| !line.starts_with("re-aim link"))
        .count()
        + 1;
    assert!(nth <= clean.effects.len(), "{clean:#?}");
    ground.undo(&clean);
    for (what, script) in MEANWHILE {
        plant(&ground.at("other"), &junction(r"C:\one\other"), true);
        plant(&ground.at("cloud"), &placeholder(), false);
        let here = ground.volume.path().display();
        let script = format!("cd '{here}' && ({script})");
        let ended = ground.lw_with(command, &Fault::RunBefore(nth, script));
        assert!(ended.hit, "{what}: {ended:#?}");
        let view = ground.view();
        let [at_name, aside] = ["j", "aside"].map(|name| view.get(Path::new(name)));
        assert_eq!(ended.code, Some(4), "{what}: {ended:#?}");
        let old = format!("reparse {:02x?}", junction(r"C:\one"));
        assert_eq!(aside, Some(&old), "{what}");
        let theirs = match *what {
            "a file came" => Some(format!("file {:?}", b"theirs")),
            "another link came" => Some(format!("reparse {:02x?}", junction(r"C:\one\other"))),
            "a placeholder came" => Some(format!("reparse {:02x?}", placeholder())),
            _ => None,
        };
        assert_eq!(at_name, theirs.as_ref(), "{what}");
        ground.assert_nothing_left(what);
        for name in ["j", "aside", "other", "cloud"] {
            let _none = fs::remove_file(ground.at(name));
        }
        plant(&ground.at("j"), &junction(r"C:\one"), true);
    }
    ground.remount();
}
