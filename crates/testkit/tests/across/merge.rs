//! Two folders of one name on two volumes become one, and nothing is lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_testkit::Fault;
use lw_testkit::volumes::FileSystem;

use super::ground::{Pair, World};

const TREE: &str = "
    mkdir -p tree/sub; printf one > tree/one; printf two > tree/sub/two; : > tree/empty
    printf older > tree/changed; printf ours > tree/newer; printf a > tree/both; ln -s one tree/link
    touch -d 2020-01-02 tree/one tree/sub/two tree/changed tree/both; touch -d 2022-01-02 tree/newer";

/// Makes a folder at DEST before the move.
fn merging(pair: &Pair) -> World<'_> {
    let world = pair.world(TREE);
    world.lab.sh(&format!(
        "mkdir -p '{0}/sub' '{0}/extra'; cd '{0}'; printf one > one; printf theirs > extra/e; printf their-two > sub/own
         printf newer-content > changed; printf old > newer; printf b > both; touch -d 2020-01-02 one both newer
         touch -d 2021-01-02 changed",
        world.dest().display()
    ));
    world
}

fn content(top: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(below) = waiting.pop() {
        for entry in std::fs::read_dir(top.join(&below)).unwrap() {
            let path = below.join(entry.unwrap().file_name());
            let whole = top.join(&path);
            if whole.is_symlink() {
                found.insert(path, format!("-> {}", whole.read_link().unwrap().display()));
            } else if whole.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path, std::fs::read_to_string(whole).unwrap());
            }
        }
    }
    found
}

fn command(world: &World<'_>) -> Vec<String> {
    let mut command = world.move_command(&["--merge"]);
    // DEST exists, so the thing goes inside its folder by name.
    let parent = world.dest().parent().unwrap().display().to_string();
    *command.last_mut().unwrap() = parent;
    command
}

fn merged() -> BTreeMap<PathBuf, String> {
    [
        ("one", "one"),
        ("sub/two", "two"),
        ("sub/own", "their-two"),
        ("extra/e", "theirs"),
        ("empty", ""),
        ("changed", "newer-content"),
        ("newer", "ours"),
        ("both", "a"),
        ("both.from-dest-1", "b"),
        ("link", "-> one"),
    ]
    .into_iter()
    .map(|(path, text)| (PathBuf::from(path), text.to_owned()))
    .collect()
}

#[test]
fn two_folders_become_one() {
    for to in [FileSystem::Xfs, FileSystem::Ntfs3g] {
        let Some(pair) = Pair::new(FileSystem::Ext4, to) else {
            return;
        };
        let world = merging(&pair);
        let mut preview = command(&world);
        preview.push("-n".to_owned());
        let preview = world.lab.lw_ok(&preview);
        assert!(preview.stdout.contains("2 only there"), "{preview:#?}");
        let outcome = world.lab.lw_ok(&command(&world));
        assert!(world.is_moved(), "{outcome:#?}");
        assert_eq!(content(&world.tree()), merged(), "{outcome:#?}");
        // What gave way lies in quarantine: the older ones of both sides, and the same.
        let found = std::process::Command::new("grep")
            .args(["-rlx", "older\\|old"])
            .arg(pair.to.path())
            .output()
            .unwrap();
        let found = String::from_utf8(found.stdout).unwrap();
        assert_eq!(found.lines().count(), 2, "{found}");
        world.lab.lw_ok(&["undo"]);
        assert!(!world.is_moved());
        assert_eq!(content(&world.tree()), merged());
        world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
        world.assert_nothing_left("undone");
    }
}

#[test]
fn killed_at_every_effect_of_a_merge() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let effects = {
        let world = merging(&pair);
        let effects = world.lab.lw_ok(&command(&world)).effects;
        world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
        effects
    };
    for n in 1..=effects.len() {
        let what = format!("effect {n}, {}", effects[n - 1]);
        let world = merging(&pair);
        let (ours, theirs) = (content(&world.tree()), content(&world.dest()));
        let outcome = world.lab.lw_with(&command(&world), &Fault::KillBefore(n));
        assert!(
            outcome.hit && outcome.code.is_none(),
            "{what}: {outcome:#?}"
        );
        world.assert_path_works(&what);
        let recovered = world.lab.lw(&["recover"]);
        assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
        if world.is_moved() {
            assert_eq!(content(&world.tree()), merged(), "{what}");
        } else {
            assert_eq!(content(&world.tree()), ours, "{what}");
            assert_eq!(content(&world.dest()), theirs, "{what}");
        }
        world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
        let left = super::ground::hidden_in(pair.to.path());
        assert!(left.is_empty(), "{what}: {left:?}");
    }
}
