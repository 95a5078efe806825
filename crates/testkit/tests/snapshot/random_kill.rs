//! Killed at any moment, not only between effects: also within a copy, a sync, the writing of a manifest.

use std::process::Stdio;
use std::time::{Duration, Instant};

use lw_testkit::Lab;

use crate::ground::{PROGRAM, assert_alike, assert_sound, ids, picture, take, tree};

/// How many kills the short form makes.
const ROUNDS: u64 = 20;

/// How many the long form makes, unless `LW_SOAK_ROUNDS` says otherwise.
const LONG_ROUNDS: u64 = 500;

/// After so many kills one run is left alone, and old snapshots are forgotten.
const REST_AFTER: u64 = 5;

const TREE: &str = "
    mkdir -p src/sub src/a/b/c
    for n in $(seq 60); do head -c $((n * 700)) /dev/urandom > src/a/$n; done
    for n in 1 2 3; do head -c 2000000 /dev/urandom > src/a/b/c/$n; done
    ln src/a/7 src/a/b/seven; ln -s ../a/9 src/sub/nine";

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

/// In one store: each kill finds what all the others have left.
fn kill_at_random(rounds: u64) {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh(TREE);
    let first = take(&lab, &["--guard", "none", "--tag", "pin"]);
    let before = picture(&lab, &first);
    let mut lasts = {
        let start = Instant::now();
        take(&lab, &[]);
        start.elapsed()
    };
    let mut hits = 0;
    let mut seed = 0x5eed_0007;
    for round in 0..rounds {
        let n = next(&mut seed) % 60 + 1;
        lab.sh(&format!(
            "head -c {} /dev/urandom > src/a/{n}; mv src/a/b/c/1 src/a/b/c/new; mv src/a/b/c/new src/a/b/c/1
            head -c 900000 /dev/urandom > src/a/b/c/2",
            n * 900
        ));
        let part = next(&mut seed) % 1000;
        let after = lasts.mul_f64(part as f64 / 1000.0);
        let what = format!("round {round}, killed after {after:?}");
        let is_hit = kill_one(&lab, after);
        hits += u64::from(is_hit);
        // Other work on the machine makes a run slower and faster than the last one.
        lasts = match is_hit {
            true => lasts.mul_f64(1.1),
            false => lasts.min(after),
        };
        lab.lw_ok(&["recover"]);
        assert_eq!(picture(&lab, &first), before, "{what}");
        let newest = ids(&lab).pop().unwrap();
        // Published or not, what is listed is whole.
        lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{newest}")]);
        if round % REST_AFTER == REST_AFTER - 1 {
            let id = take(&lab, &[]);
            assert_alike(&lab.home().join("src"), &tree(&lab, &id));
            lab.lw_ok(&[
                "snapshot",
                "forget",
                "-y",
                "-q",
                "store",
                "--keep-last",
                "2",
            ]);
            assert_sound(&lab);
        }
    }
    // Some come too late, when it is all done; most must not.
    assert!(hits * 2 > rounds, "only {hits} of {rounds} met it at work");
}

/// Kills one run after a while; returns whether it was still at work.
fn kill_one(lab: &Lab, after: Duration) -> bool {
    let mut command = lab.command();
    command
        .args(["snapshot", "take", "src", "store"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// xorshift64.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}
