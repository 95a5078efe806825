//! Interrupted copies: gone on with, removed, and stopped in an orderly way.

use std::time::{Duration, Instant};

use lw_testkit::Fault;
use lw_testkit::volumes::FileSystem;

use super::ground::{Pair, World, hidden_in};

const TREE: &str =
    "mkdir -p tree/sub; printf one > tree/one; printf two > tree/sub/two; : > tree/empty
    for n in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/urandom > tree/sub/$n; done
    touch -d 2020-01-02 tree/one tree/sub/*";

fn staged(effects: &[String]) -> usize {
    effects
        .iter()
        .filter(|line| line.starts_with("stage file\t"))
        .count()
}

/// A world in which a move was killed when all was copied and nothing was published.
fn killed_before_publishing(pair: &Pair) -> World<'_> {
    let clean = pair.world(TREE);
    let effects = clean.lab.lw_ok(&clean.move_command(&[])).effects;
    let n = effects
        .iter()
        .position(|line| line.starts_with("rename\t"))
        .unwrap()
        + 1;
    let world = pair.world(TREE);
    let outcome = world
        .lab
        .lw_with(&world.move_command(&[]), &Fault::KillBefore(n));
    assert!(outcome.hit && outcome.code.is_none(), "{outcome:#?}");
    world
}

#[test]
fn what_was_copied_is_not_copied_again() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = killed_before_publishing(&pair);
    // One of eleven is changed since, and one is new.
    world
        .lab
        .sh("printf changed > tree/sub/3; printf new > tree/sub/new; rm tree/sub/4");
    let again = world.lab.lw_ok(&world.move_command(&[]));
    assert!(again.stderr.contains("gone on with"), "{again:#?}");
    assert_eq!(staged(&again.effects), 2, "{again:#?}");
    let read = |name: &str| std::fs::read_to_string(world.dest().join("sub").join(name));
    assert_eq!(read("3").unwrap(), "changed");
    assert_eq!(read("new").unwrap(), "new");
    assert!(read("4").is_err());
    world.assert_path_works("resumed");
    world.assert_nothing_left("resumed");
}

#[test]
fn recover_goes_on_with_it_or_removes_it() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = killed_before_publishing(&pair);
    let kept = world.lab.lw_ok(&["recover", "--keep-stages"]);
    assert!(
        kept.stdout.contains("copied so far is kept in"),
        "{kept:#?}"
    );
    let listed = world.lab.lw_ok(&["purge", "--list"]);
    assert!(listed.stdout.contains("copy"), "{listed:#?}");
    let resumed = world.lab.lw_ok(&["recover", "--resume"]);
    assert_eq!(staged(&resumed.effects), 0, "{resumed:#?}");
    assert!(world.is_moved());
    world.assert_whole("resumed by recover");
    world.assert_nothing_left("resumed by recover");

    let world = killed_before_publishing(&pair);
    world.lab.lw_ok(&["recover"]);
    assert!(!world.is_moved());
    world.assert_whole("removed by recover");
    world.assert_nothing_left("removed by recover");
}

#[test]
fn the_last_copy_is_not_removed() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = killed_before_publishing(&pair);
    world.lab.sh("rm -rf tree");
    let recovered = world.lab.lw(&["recover"]);
    assert_eq!(recovered.code, Some(3), "{recovered:#?}");
    assert_eq!(hidden_in(pair.to.path()).len(), 1, "{recovered:#?}");
    world.lab.lw_ok(&["purge", "--all", "-y"]);
    assert!(hidden_in(pair.to.path()).is_empty());
}

#[test]
fn a_bad_copy_of_an_interrupted_run_is_found() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    for verify in ["full", "none"] {
        let world = killed_before_publishing(&pair);
        let stage = hidden_in(pair.to.path()).pop().unwrap();
        // As after a power cut: the name is there, the bytes are not.
        world.lab.sh(&format!(
            "f=$(find '{}' -path '*/sub/5'); test -n \"$f\"; t=$(stat -c %y \"$f\")
             truncate -s 0 \"$f\"; truncate -s 1000000 \"$f\"; touch -d \"$t\" \"$f\"",
            stage.display()
        ));
        let again = world.lab.lw_ok(&world.move_command(&["--verify", verify]));
        assert_eq!(staged(&again.effects), 1, "{again:#?}");
        world.assert_whole(verify);
        world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
    }
}

#[test]
fn an_interrupt_leaves_what_can_be_gone_on_with() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    for (signal, code) in [
        (rustix::process::Signal::INT, 130),
        (rustix::process::Signal::TERM, 143),
    ] {
        let world = pair.world(TREE);
        let mut command = world.lab.command();
        // Eight million bytes at a million a second: long enough to be stopped in the middle.
        command.args(world.move_command(&["--limit", "1M"]));
        let mut child = command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let start = Instant::now();
        let status = child.wait().unwrap();
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "it took long to stop"
        );
        assert_eq!(status.code(), Some(code));
        assert!(!world.is_moved());
        world.assert_whole("interrupted");
        assert_eq!(hidden_in(pair.to.path()).len(), 1);
        let again = world.lab.lw_ok(&world.move_command(&[]));
        let copied = staged(&again.effects);
        assert!(
            copied > 0 && copied < 11,
            "{copied} were copied again: {again:#?}"
        );
        world.assert_whole("gone on with");
        world.assert_nothing_left("gone on with");
    }
}
