//! The recording device: what it calls durable is what was synced, on each file system.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use lw_testkit::recorder::{Cut, Log, Recorder, Survivors};
use lw_testkit::volumes::FileSystem;

const SERVER: &str = env!("CARGO_BIN_EXE_lw-recorder");

const SYNCED: &str = "this was synced ";
const NOT_SYNCED: &str = "this was only written ";

#[test]
fn what_was_synced_is_durable_and_nothing_else_on_ext4() {
    what_was_synced_is_durable_and_nothing_else(FileSystem::Ext4);
}

#[test]
fn what_was_synced_is_durable_and_nothing_else_on_xfs() {
    what_was_synced_is_durable_and_nothing_else(FileSystem::Xfs);
}

#[test]
fn what_was_synced_is_durable_and_nothing_else_on_btrfs() {
    what_was_synced_is_durable_and_nothing_else(FileSystem::Btrfs);
}

fn what_was_synced_is_durable_and_nothing_else(file_system: FileSystem) {
    let Some(mut recorder) = Recorder::new(SERVER, &[file_system]) else {
        return;
    };
    let dio = Path::new("/sys/block")
        .join(recorder.device_name(0))
        .join("loop/dio");
    assert_eq!(fs::read_to_string(dio).unwrap().trim(), "1");
    let top = recorder.mount_point(0).to_path_buf();
    let folder = File::open(&top).unwrap();
    recorder.sync();

    // Longer than what a file system keeps beside the names.
    let (synced, not_synced) = (SYNCED.repeat(1000), NOT_SYNCED.repeat(1000));
    let start = recorder.log().len();
    let mut file = File::create(top.join("synced")).unwrap();
    file.write_all(synced.as_bytes()).unwrap();
    file.sync_all().unwrap();
    folder.sync_all().unwrap();
    let middle = recorder.log().len();
    fs::write(top.join("not-synced"), &not_synced).unwrap();
    let log = recorder.log();
    let end = log.len();
    drop((file, folder));

    let flushes = log.flushes(start..middle);
    let first = holding(&log, SYNCED)[0];
    assert!(first >= start && flushes.iter().any(|flush| *flush > first));
    assert!(log.durable_until(0, end) > first);
    assert_eq!(holding(&log, NOT_SYNCED), Vec::<usize>::new());

    // Now that too is written, and then flushed.
    recorder.sync();
    let log = recorder.log();
    let written = *holding(&log, NOT_SYNCED).last().unwrap();
    let flush = log.flushes(written..log.len())[0];
    recorder.stop();
    let mut replay = recorder.replay(&log);
    let mut states = Vec::new();
    for (at, survivors) in [
        (start, Survivors::All),
        (first + 1, Survivors::None),
        (end, Survivors::None),
        (flush, Survivors::None),
        (log.len(), Survivors::None),
    ] {
        let restarted = replay.restart(Cut { at, survivors }).unwrap();
        let read = |name: &str| fs::read_to_string(top.join(name)).ok();
        states.push((read("synced"), read("not-synced")));
        restarted.stop();
    }
    assert!(states[..2].iter().all(|state| *state == (None, None)));
    for state in &states[2..4] {
        assert_eq!(state.0.as_ref(), Some(&synced));
        assert_ne!(state.1.as_ref(), Some(&not_synced));
    }
    assert_eq!(states[4], (Some(synced), Some(not_synced)));
}

/// The numbers of the writes that hold `text`.
fn holding(log: &Log, text: &str) -> Vec<usize> {
    let holds = |at: &usize| {
        let pieces = log.pieces(0, *at..*at + 1);
        let mut found = pieces
            .iter()
            .flat_map(|piece| piece.bytes.windows(text.len()));
        found.any(|window| window == text.as_bytes())
    };
    log.writes(0..log.len()).into_iter().filter(holds).collect()
}

#[test]
fn the_log_keeps_the_order_of_two_disks() {
    let Some(mut recorder) = Recorder::new(SERVER, &[FileSystem::Ext4, FileSystem::Xfs]) else {
        return;
    };
    let write = |nth: usize, name: &str| {
        let top = recorder.mount_point(nth);
        let mut file = File::create(top.join(name)).unwrap();
        file.write_all(name.as_bytes()).unwrap();
        file.sync_all().unwrap();
        File::open(top).unwrap().sync_all().unwrap();
        recorder.log().len()
    };
    // Each is written where the one before was not.
    let names = ["first", "second", "third", "fourth"];
    let ends: Vec<usize> = (0..4).map(|nth| write(nth % 2, names[nth])).collect();
    recorder.stop();
    let log = recorder.log();
    let mut replay = recorder.replay(&log);
    for (done, at) in ends.into_iter().enumerate() {
        let survivors = Survivors::None;
        let restarted = replay.restart(Cut { at, survivors }).unwrap();
        for (nth, name) in names.iter().enumerate() {
            let found = fs::read_to_string(recorder.mount_point(nth % 2).join(name));
            let is_right = match nth <= done {
                true => found.is_ok_and(|text| text == *name),
                false => found.is_err(),
            };
            assert!(is_right, "after {}: {name}", names[done]);
        }
        restarted.stop();
    }
}
