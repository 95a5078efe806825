//! What is refused before anything is changed, what consent changes about it, and what a preview leaves alone.

use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Stdio};

use lw_testkit::volumes::{FileSystem, Mounted, run};
use lw_testkit::{Outcome, Picture};

use super::ground::{Pair, World, hidden_in};

const TREE: &str =
    "mkdir -p tree/sub; printf one > tree/one; printf two > tree/sub/two; : > tree/empty";

/// Fails unless the move is refused with 4, says these words, and has changed nothing on either volume.
fn refused(world: &World<'_>, more: &[&str], words: &[&str]) -> Outcome {
    let before = (
        Picture::of(world.lab.home()),
        Picture::of(world.pair.to.path()),
    );
    let outcome = world.lab.lw(&world.move_command(more));
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    for word in words.iter().chain(&["error: ", "state: ", "help: "]) {
        assert!(outcome.stderr.contains(word), "{word}: {outcome:#?}");
    }
    let after = (
        Picture::of(world.lab.home()),
        Picture::of(world.pair.to.path()),
    );
    assert_eq!(before.0.differences(&after.0), Vec::<String>::new());
    assert_eq!(before.1.differences(&after.1), Vec::<String>::new());
    assert!(hidden_in(world.pair.to.path()).is_empty());
    outcome
}

#[test]
fn what_can_only_stay_where_it_is() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    for (script, back, words) in [
        ("mknod tree/device c 1 3", "rm tree/device", "tree/device"),
        ("chattr +i tree/one", "chattr -i tree/one", "tree/one"),
        (
            "chattr +a tree/sub/two",
            "chattr -a tree/sub/two",
            "tree/sub/two",
        ),
        ("ln tree/one outside", "rm outside", "tree/one"),
    ] {
        let world = pair.world(TREE);
        world.lab.sh(script);
        refused(&world, &[], &[words]);
        world.lab.sh(back);
        world.lab.lw_ok(&world.move_command(&[]));
        world.assert_path_works(script);
    }
}

#[test]
fn a_volume_mounted_inside() {
    let (Some(pair), Some(inner)) = (
        Pair::new(FileSystem::Ext4, FileSystem::Xfs),
        Mounted::new(FileSystem::Tmpfs, 8),
    ) else {
        return;
    };
    let world = pair.world(TREE);
    let below = world.tree().join("sub/mount");
    std::fs::create_dir(&below).unwrap();
    let below = below.to_str().unwrap();
    run("mount", &["--bind", inner.path().to_str().unwrap(), below]);
    refused(&world, &[], &["sub/mount"]);
    run("umount", &[below]);
    world.lab.lw_ok(&world.move_command(&[]));
}

#[test]
fn names_outside_keep_the_old_file_if_that_is_consented_to() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(TREE);
    world.lab.sh("ln tree/one outside");
    world
        .lab
        .lw_ok(&world.move_command(&["--split-hard-links"]));
    world.assert_path_works("split");
    let outside = world.lab.home().join("outside");
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "one");
    assert_eq!(std::fs::metadata(outside).unwrap().nlink(), 1);
}

#[test]
fn programs_at_work() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    for script in [
        "exec 3>>tree/one; echo ready; read line",
        "cd tree/sub; echo ready; read line",
    ] {
        let world = pair.world(TREE);
        let mut child = Command::new("sh")
            .args(["-c", script])
            .current_dir(world.lab.home())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
        refused(&world, &[], &["programs are at work in it", "--live"]);
        let live = world.lab.lw(&world.move_command(&["--live"]));
        assert!(matches!(live.code, Some(0 | 3)), "{live:#?}");
        assert!(world.is_moved());
        world.assert_path_works(script);
        drop(child.stdin.take());
        child.wait().unwrap();
        world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
    }
}

#[test]
fn a_preview_writes_nothing_and_json_is_json() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(TREE);
    let before = (Picture::of(world.lab.top()), Picture::of(pair.to.path()));
    for more in [&["-n"][..], &["-n", "--json"]] {
        let preview = world.lab.lw_ok(&world.move_command(more));
        assert_eq!(preview.effects, Vec::<String>::new(), "{preview:#?}");
        let after = (Picture::of(world.lab.top()), Picture::of(pair.to.path()));
        assert_eq!(before.0.differences(&after.0), Vec::<String>::new());
        assert_eq!(before.1.differences(&after.1), Vec::<String>::new());
    }
    let moved = world
        .lab
        .lw_ok(&world.move_command(&["--json", "--note", "to the big disk"]));
    let lines: Vec<serde_json::Value> = moved
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.last().unwrap();
    assert_eq!((&last["type"], &last["kept"]), (&"done".into(), &0.into()));
    assert_eq!(last["subject"]["across"]["bytes"], 6);
    let log = world.lab.lw_ok(&["log"]);
    assert!(log.stdout.contains("to the big disk"), "{log:#?}");
}

#[test]
fn holes_are_where_they_were() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(&format!(
        "{TREE}; truncate -s 8M tree/holes
         for n in 3 700 701 1500; do printf data | dd of=tree/holes bs=4096 seek=$n conv=notrunc status=none; done; sync"
    ));
    // The fourth and fifth column of an extent: its first block in the file, and its last.
    let blocks = |path: &std::path::Path| {
        let output = Command::new("filefrag")
            .args(["-b4096", "-v"])
            .arg(path)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut blocks = Vec::new();
        for line in text.lines() {
            let mut fields = line.split(':').map(str::trim);
            let is_extent = fields
                .next()
                .is_some_and(|number| number.parse::<u32>().is_ok());
            if let (true, Some((first, last))) =
                (is_extent, fields.next().and_then(|f| f.split_once("..")))
            {
                let (first, last): (u64, u64) =
                    (first.trim().parse().unwrap(), last.trim().parse().unwrap());
                blocks.extend(first..=last);
            }
        }
        blocks
    };
    let before = blocks(&world.tree().join("holes"));
    assert_eq!(before, [3, 700, 701, 1500]);
    world.lab.lw_ok(&world.move_command(&[]));
    assert_eq!(blocks(&world.dest().join("holes")), before);
}
