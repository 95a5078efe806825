//! Killed at any moment, not only between effects: also within a copy, within a sync, within SQLite.

use std::process::Stdio;
use std::time::{Duration, Instant};

use lw_testkit::Fault;
use lw_testkit::volumes::FileSystem;

use super::ground::{Pair, World};

/// How many kills the short form makes.
const ROUNDS: u64 = 40;

/// How many the long form makes, unless `LW_SOAK_ROUNDS` says otherwise.
const LONG_ROUNDS: u64 = 2_000;

const TREE: &str = "
    mkdir -p tree/sub tree/a/b/c
    printf one > tree/one; printf two > tree/sub/two; : > tree/empty
    for n in $(seq 40); do head -c $((n * 700)) /dev/urandom > tree/a/$n; done
    for n in 1 2 3; do head -c 2000000 /dev/urandom > tree/a/b/c/$n; done
    ln tree/a/7 tree/a/b/seven; ln -s ../a/9 tree/sub/nine
    find tree -type f -exec touch -d 2020-01-02 {} +";

#[test]
fn killed_at_random() {
    kill_at_random(ROUNDS);
}

#[test]
#[ignore = "the long form, for `cargo xtask soak`"]
fn killed_at_random_many_times() {
    let rounds = std::env::var("LW_SOAK_ROUNDS").ok();
    kill_at_random(rounds.map_or(LONG_ROUNDS, |rounds| rounds.parse().unwrap()));
}

fn kill_at_random(rounds: u64) {
    let pairs = [
        (FileSystem::Ext4, FileSystem::Xfs),
        (FileSystem::Xfs, FileSystem::Btrfs),
        (FileSystem::Btrfs, FileSystem::Ext4),
    ];
    for (number, (from, to)) in pairs.into_iter().enumerate() {
        let Some(pair) = Pair::new(from, to) else {
            return;
        };
        let lasts = {
            let world = pair.world(TREE);
            let start = Instant::now();
            world.lab.lw_ok(&world.move_command(&[]));
            start.elapsed()
        };
        let mut hits = 0;
        let mut seed = 0x5eed_0000 + number as u64;
        for round in 0..rounds.div_ceil(3) {
            let part = next(&mut seed) % 1000;
            let after = lasts.mul_f64(part as f64 / 1000.0);
            hits += u64::from(one(&pair, after, round));
        }
        // Some come too late, when it is all done; most must not.
        assert!(
            hits * 2 > rounds / 3,
            "only {hits} of {} met it at work",
            rounds / 3
        );
    }
}

/// Kills one move after a while; returns whether it was still at work.
fn one(pair: &Pair, after: Duration, round: u64) -> bool {
    let world = pair.world(TREE);
    let what = format!("round {round}, killed after {after:?}");
    let mut command = world.lab.command();
    command
        .args(world.move_command(&[]))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    let was_at_work = child.wait().unwrap().code().is_none();
    world.assert_path_works(&what);
    if round.is_multiple_of(2) {
        let recovered = world.lab.lw(&["recover"]);
        assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
    } else {
        kill_the_settling(&world, round);
        let again = world.lab.lw(&world.move_command(&[]));
        assert!(world.is_moved(), "{what}: {again:#?}");
    }
    world.assert_whole(&what);
    world.assert_nothing_left(&what);
    was_at_work
}

/// Settling can be killed too.
fn kill_the_settling(world: &World<'_>, round: u64) {
    let n = usize::try_from(round % 23).unwrap() + 1;
    let _killed_or_done = world
        .lab
        .lw_with(&["recover", "--keep-stages"], &Fault::KillBefore(n));
}

/// xorshift64.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}
