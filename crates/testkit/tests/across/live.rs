//! Programs go on working in a tree while it moves to another volume: nothing they had made durable is lost.

use std::path::PathBuf;
use std::time::Duration;

use lw_testkit::volumes::FileSystem;
use lw_testkit::{Fault, Lab, Outcome, skip};

use super::ground::{PROGRAM, Pair, hidden_in};
use super::judge::Found;
use super::mapped;
use super::writers::{
    Counts, Ground, Log, Record, TREE, When, by_descriptor, by_path, in_folder, rarely,
};

/// Moves of each kind in each run of the tests.
const ROUNDS: usize = 1;

/// The same for the long form, where `LW_SOAK_ROUNDS` does not say.
const LONG_ROUNDS: usize = 25;

/// How long the writers go on when the move is over.
const AFTER: Duration = Duration::from_millis(150);

/// As fast as it goes, and slowly, so that more is written meanwhile.
const PACES: [&[&str]; 2] = [&["--live"], &["--live", "--limit", "10M"]];

/// Who is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crew {
    All,
    /// Nobody has anything open from before, so all that is kept must be told for a reason of its own.
    ByPath,
    /// Only folders are held open.
    InFolders,
}

const WAYS: [(FileSystem, FileSystem); 4] = [
    (FileSystem::Ext4, FileSystem::Xfs),
    (FileSystem::Btrfs, FileSystem::Ext4),
    (FileSystem::Ext4, FileSystem::Tmpfs),
    (FileSystem::Tmpfs, FileSystem::Ext4),
];

#[test]
fn writers_from_ext4_to_xfs() {
    rounds(WAYS[0], Crew::All, ROUNDS);
}

#[test]
fn writers_from_btrfs_to_ext4() {
    rounds(WAYS[1], Crew::All, ROUNDS);
}

#[test]
fn writers_from_ext4_to_tmpfs() {
    rounds(WAYS[2], Crew::All, ROUNDS);
}

#[test]
fn writers_from_tmpfs_to_ext4() {
    rounds(WAYS[3], Crew::All, ROUNDS);
}

#[test]
fn writers_by_path_alone() {
    rounds(WAYS[0], Crew::ByPath, ROUNDS);
}

#[test]
fn writers_in_open_folders_alone() {
    rounds(WAYS[0], Crew::InFolders, ROUNDS);
}

#[test]
#[ignore = "takes minutes; LW_SOAK_ROUNDS says how many rounds"]
fn writers_for_a_long_time() {
    let wanted = std::env::var("LW_SOAK_ROUNDS").ok();
    let count = wanted.map_or(LONG_ROUNDS, |wanted| wanted.parse().unwrap());
    for way in WAYS {
        for crew in [Crew::All, Crew::ByPath, Crew::InFolders] {
            rounds(way, crew, count);
        }
    }
}

fn rounds((from, to): (FileSystem, FileSystem), crew: Crew, count: usize) {
    if !skip::has_program("python3") {
        return;
    }
    for round in 0..count {
        let Some(pair) = Pair::new(from, to) else {
            return;
        };
        for pace in PACES {
            let what = format!("{from:?} to {to:?}, {crew:?}, {pace:?}, round {round}");
            let scene = Scene::new(&pair);
            let (outcome, logs) = scene.with_writers(crew, pace);
            scene.assert_nothing_lost(&outcome, &logs, &what);
            println!("{what}: exit {:?}", outcome.code);
            for log in &logs {
                assert_hit(log, &what);
            }
        }
    }
}

/// Fails unless a writer was at work before the exchange and after it.
fn assert_hit(log: &Log, what: &str) {
    let hits = |when| {
        log.records
            .iter()
            .filter(|record| record.when == when)
            .count()
    };
    let (before, after) = (hits(When::Before), hits(When::After));
    println!("{what}: {} {before} before, {after} after", log.writer);
    // Some have nothing to do any more once the old folder is gone.
    let may_end = matches!(log.writer, "create-at" | "append-at" | "delete" | "turn");
    assert!(
        before > 0 && (after > 0 || may_end),
        "{what}: {}",
        log.writer
    );
}

/// A lab with a tree that is worked in, and a place for it on the other volume.
struct Scene<'a> {
    lab: Lab,
    store: tempfile::TempDir,
    pair: &'a Pair,
}

impl<'a> Scene<'a> {
    fn new(pair: &'a Pair) -> Self {
        let lab = Lab::at(PROGRAM, pair.from.path());
        let store = tempfile::tempdir_in(pair.to.path()).unwrap();
        lab.sh(TREE);
        Self { lab, store, pair }
    }

    fn tree(&self) -> PathBuf {
        self.lab.home().join("tree")
    }

    fn dest(&self) -> PathBuf {
        self.store.path().join("tree")
    }

    fn command(&self, more: &[&str]) -> Vec<String> {
        let dest = self.dest().display().to_string();
        let words = [&["move", "-y", "tree", dest.as_str()], more].concat();
        words.into_iter().map(str::to_owned).collect()
    }

    fn move_with(&self, more: &[&str]) -> Outcome {
        self.lab.lw(&self.command(more))
    }

    fn move_under(&self, more: &[&str], fault: &Fault) -> Outcome {
        self.lab.lw_with(&self.command(more), fault)
    }

    fn with_writers(&self, crew: Crew, more: &[&str]) -> (Outcome, Vec<Log>) {
        let tree = self.tree();
        let mappings = match crew {
            Crew::All => mapped::begin(&tree),
            Crew::ByPath | Crew::InFolders => Vec::new(),
        };
        let writers = match crew {
            Crew::All => by_path().into_iter().chain(by_descriptor(&tree)).collect(),
            Crew::ByPath => by_path(),
            Crew::InFolders => in_folder(&tree),
        };
        let ground = Ground::new(&tree);
        let (outcome, mut logs) = ground.during(writers, AFTER, || self.move_with(more));
        logs.extend(mappings.into_iter().map(mapped::Mapping::end));
        (outcome, logs)
    }

    /// Fails unless the tree is moved and all that was written is where it may be.
    fn assert_nothing_lost(&self, outcome: &Outcome, logs: &[Log], what: &str) {
        let told = || {
            format!(
                "{what}: {:?} {} {}",
                outcome.code, outcome.stdout, outcome.stderr
            )
        };
        assert!(matches!(outcome.code, Some(0 | 3)), "{}", told());
        assert!(self.tree().is_symlink(), "{}", told());
        let complaints = self.found().complaints(logs, outcome.code);
        assert!(complaints.is_empty(), "{}\n{complaints:#?}", told());
        let complaints = self.found().complaints(&[turned()], outcome.code);
        assert!(complaints.is_empty(), "{}\n{complaints:#?}", told());
    }

    fn found(&self) -> Found {
        let mut quarantine = hidden_in(self.pair.from.path());
        quarantine.push(self.lab.state().join("quarantine"));
        let places: Vec<_> = quarantine.iter().map(PathBuf::as_path).collect();
        Found::look(&self.dest(), &places)
    }
}

/// What stands in the folder that is renamed all the time.
fn turned() -> Log {
    let record = |file: &str, text: &str| Record {
        file: file.to_owned(),
        text: text.to_owned(),
        when: When::Before,
        at: Duration::ZERO,
    };
    Log {
        writer: "turned",
        counts: Counts::Each,
        records: vec![
            record("turned", "<turned>"),
            record("again", "<again>"),
            record("and-again", "<again>"),
        ],
        misses: Vec::new(),
    }
}

#[test]
fn without_live_a_tree_that_is_worked_in_is_refused() {
    if !skip::has_program("python3") {
        return;
    }
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let scene = Scene::new(&pair);
    let (outcome, logs) = scene.with_writers(Crew::All, &[]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    for line in ["error:", "state: nothing was changed", "help:", "--live"] {
        assert!(outcome.stderr.contains(line), "{line}: {outcome:#?}");
    }
    assert!(!scene.tree().is_symlink() && !scene.dest().exists());
    let complaints = Found::look(&scene.tree(), &[]).complaints(&logs, outcome.code);
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn without_live_writers_that_are_not_seen_lose_nothing() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    // One that is at it all the time, and one that rests most of the time and may not be noticed.
    for names in [&["append", "save", "create"][..], &["rarely"]] {
        let scene = Scene::new(&pair);
        let ground = Ground::new(&scene.tree());
        let mut writers = by_path();
        writers.retain(|writer| names.contains(&writer.name()));
        if names == ["rarely"] {
            writers.push(rarely());
        }
        let (outcome, logs) = ground.during(writers, AFTER, || scene.move_with(&[]));
        let what = format!("{names:?}");
        if outcome.code == Some(4) {
            assert!(
                !scene.tree().is_symlink() && !scene.dest().exists(),
                "{outcome:#?}"
            );
            let complaints = Found::look(&scene.tree(), &[]).complaints(&logs, outcome.code);
            assert!(complaints.is_empty(), "{what}: {complaints:#?}");
        } else {
            scene.assert_nothing_lost(&outcome, &logs, &what);
        }
    }
}

/// A program that has a folder open can make a file there when all else of the folder is cleared already.
#[test]
fn what_comes_while_folders_are_cleared_is_told() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let number = {
        let effects = Scene::new(&pair).move_with(&["--live"]).effects;
        let is_first = |line: &String| line.starts_with("remove old folder\t");
        effects.iter().position(is_first).unwrap() + 1
    };
    let scene = Scene::new(&pair);
    let late = format!(
        "printf '<late>' > \"$(find '{}' -type d -name rest)/late\"",
        scene.lab.state().join("quarantine").display()
    );
    let outcome = scene.move_under(&["--live"], &Fault::RunBefore(number, late));
    assert!(outcome.hit, "{outcome:#?}");
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(outcome.stderr.contains("/rest/late"), "{outcome:#?}");
    let mut log = turned();
    log.records.push(Record {
        file: "late".to_owned(),
        text: "<late>".to_owned(),
        when: When::After,
        at: Duration::ZERO,
    });
    scene.assert_nothing_lost(&outcome, &[log], "late");
}
