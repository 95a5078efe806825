//! Snapshots: whole or not there, and the one before is what it was.

use std::collections::BTreeSet;
use std::fs;

use lw_testkit::recorder::Recorder;
use lw_testkit::rsync_differences;
use lw_testkit::volumes::FileSystem::{self, Btrfs, Ext4, Xfs};

use crate::ground::{Ground, Places};
use crate::tally::Mended;
use crate::trial::{SERVER, cut_everywhere};

/// The most cuts.
const CUTS: usize = 25;

#[test]
fn ext4() {
    taken(&[Ext4]);
}

#[test]
fn xfs() {
    taken(&[Xfs]);
}

#[test]
fn btrfs() {
    taken(&[Btrfs]);
}

const TAKE: &[&str] = &["snapshot", "take", "tree", "snapshots", "--guard", "none"];

/// Takes a second snapshot, of a tree that has changed, and cuts the power while it is taken.
fn taken(file_systems: &'static [FileSystem]) {
    let Some(mut recorder) = Recorder::new(SERVER, file_systems) else {
        return;
    };
    let ground = Ground::new(&recorder, Places { store: 0, state: 0 });
    let took = |what: &str| {
        let outcome = ground.lw(TAKE);
        assert_eq!(outcome.code, Some(0), "{what}: {outcome:#?}");
    };
    took("the first");
    let tree = ground.home().join("tree");
    fs::write(tree.join("deep/new"), "new").unwrap();
    fs::rename(tree.join("deep/er/7"), tree.join("wide/moved")).unwrap();
    recorder.sync();
    let start = recorder.log().len();
    took("the second");
    let part = start..recorder.log().len();
    recorder.stop();
    let log = recorder.log();
    let mut replay = recorder.replay(&log);
    let end = part.end;
    let tally = cut_everywhere(&mut replay, &log, &part, CUTS, |at| {
        mend(&ground, at == end)
    });
    tally.judge(&format!("{file_systems:?}, a snapshot"));
}

/// Lets the program mend what a power cut left: what is listed is what is seen, and whole, and another one can be taken.
fn mend(ground: &Ground, was_ended: bool) -> Result<Mended, String> {
    let recovered = ground.lw(&["recover"]);
    if recovered.code != Some(0) {
        return Err(format!("not recovered: {recovered:#?}"));
    }
    let listed = ids(ground)?;
    let store = ground.home().join("snapshots");
    let seen = fs::read_dir(&store).map_err(|error| error.to_string())?;
    let names = seen.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let seen: BTreeSet<String> = names
        .filter(|name| name != ".store" && name != "latest")
        .collect();
    if seen != listed.iter().cloned().collect() {
        return Err(format!("seen: {seen:?}, listed: {listed:?}"));
    }
    let is_after = listed.len() == 2;
    if !is_after && (was_ended || listed.len() != 1) {
        return Err(format!("listed: {listed:?}, the end: {was_ended}"));
    }
    sound(ground)?;
    let latest = fs::read_link(store.join("latest")).map_err(|error| error.to_string())?;
    if Some(latest.to_string_lossy().as_ref()) != listed.last().map(String::as_str) {
        return Err(format!("latest leads to {latest:?} of {listed:?}"));
    }
    let again = ground.lw(TAKE);
    if again.code != Some(0) {
        return Err(format!("no further one: {again:#?}"));
    }
    let newest = ids(ground)?.pop().unwrap_or_default();
    let differences = rsync_differences(
        &ground.home().join("tree"),
        &store.join(newest).join("tree"),
    );
    if !differences.is_empty() {
        return Err(format!("{differences:#?}"));
    }
    sound(ground)?;
    Ok(Mended {
        was_settled: !recovered.stdout.starts_with("Nothing to recover"),
        is_after,
    })
}

fn sound(ground: &Ground) -> Result<(), String> {
    let verified = ground.lw(&["snapshot", "verify", "--full", "snapshots"]);
    match verified.code {
        Some(0) => Ok(()),
        _ => Err(format!("{verified:#?}")),
    }
}

fn ids(ground: &Ground) -> Result<Vec<String>, String> {
    let listed = ground.lw(&["snapshot", "list", "snapshots"]);
    if listed.code != Some(0) {
        return Err(format!("{listed:#?}"));
    }
    let id = |line: &str| line.split("  ").next().unwrap_or_default().to_owned();
    Ok(listed.stdout.lines().map(id).collect())
}
