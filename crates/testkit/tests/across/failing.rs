//! Volumes that fill up, turn read-only or vanish while something is moved to them, or from them.

use std::path::PathBuf;

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab, Outcome, skip};

use super::ground::{PROGRAM, Pair};

/// Large enough that half of it is something, in many files.
const TREE: &str = "
    mkdir -p tree/sub/deep
    printf one > tree/one; printf two > tree/sub/two; : > tree/empty
    for n in $(seq 30); do head -c 50000 /dev/urandom > tree/sub/$n; done
    for n in $(seq 30); do head -c 50000 /dev/urandom > tree/sub/deep/$n; done
    ln tree/one tree/sub/one-again; ln -s sub/two tree/link
    touch -d 2020-01-02 tree/one tree/sub/*
";

/// Something that happens to a volume, and how it is put right.
struct Blow {
    /// A shell command; `$V` is where the volume is mounted.
    script: &'static str,
    heal: fn(&Mounted),
}

const FULL: Blow = Blow {
    script: "fallocate -l $(df --output=avail -B1 $V | tail -n 1) $V/filler
        dd if=/dev/zero of=$V/filler-2 bs=64k 2>/dev/null
        dd if=/dev/zero of=$V/filler-3 bs=4k 2>/dev/null
        sync -f $V; true",
    heal: |volume| {
        for name in ["filler", "filler-2", "filler-3"] {
            let _there_or_not = std::fs::remove_file(volume.path().join(name));
        }
    },
};

const NO_INODES: Blow = Blow {
    script: "mkdir $V/fill; cd $V/fill; seq 1 40000 | xargs touch 2>/dev/null; test $(df --output=iavail $V | tail -n 1) = 0",
    heal: |volume| std::fs::remove_dir_all(volume.path().join("fill")).unwrap(),
};

/// ext4 turns itself read-only, as it does when its device fails.
const READ_ONLY: Blow = Blow {
    script: "mount -o remount,abort $V",
    heal: Mounted::mount_anew,
};

/// Nothing of the volume answers any more.
const SHUT_DOWN: Blow = Blow {
    script: "xfs_io -x -c shutdown $V",
    heal: Mounted::mount_anew,
};

/// Its name leads to the folder below it.
const UNMOUNTED: Blow = Blow {
    script: "umount -l $V",
    heal: Mounted::mount_anew,
};

/// Where in the course of a move something happens.
const POINTS: [Point; 4] = [
    Point {
        effect: "stage file\t",
        at: At::Middle,
    },
    Point {
        effect: "sync volume\t",
        at: At::First,
    },
    Point {
        effect: "finish folder\t",
        at: At::First,
    },
    Point {
        effect: "rename\t",
        at: At::First,
    },
];

#[derive(Debug, Clone, Copy)]
struct Point {
    effect: &'static str,
    at: At,
}

#[derive(Debug, Clone, Copy)]
enum At {
    First,
    Middle,
}

impl Point {
    fn number(self, effects: &[String]) -> usize {
        let such: Vec<usize> = (0..effects.len())
            .filter(|n| effects[*n].starts_with(self.effect))
            .collect();
        1 + match self.at {
            At::First => such[0],
            At::Middle => such[such.len() / 2],
        }
    }
}

#[test]
fn dest_fills_up() {
    dest(FileSystem::Ext4, &FULL);
    dest(FileSystem::Xfs, &FULL);
}

#[test]
fn dest_has_no_inodes_left() {
    dest(FileSystem::Ext4, &NO_INODES);
}

#[test]
fn dest_turns_read_only() {
    dest(FileSystem::Ext4, &READ_ONLY);
}

#[test]
fn dest_vanishes() {
    if !skip::has_program("xfs_io") {
        return;
    }
    dest(FileSystem::Xfs, &SHUT_DOWN);
    dest(FileSystem::Ext4, &UNMOUNTED);
}

fn script(blow: &Blow, volume: &Mounted) -> String {
    format!("V='{}'; {}", volume.path().display(), blow.script)
}

fn dest(to: FileSystem, blow: &Blow) {
    let Some(pair) = Pair::new(FileSystem::Ext4, to) else {
        return;
    };
    let effects = {
        let clean = pair.world(TREE);
        clean.lab.lw_ok(&clean.move_command(&[])).effects
    };
    for point in POINTS {
        let what = format!("{to:?}, {}, {point:?}", blow.script);
        let world = pair.world(TREE);
        let fault = Fault::RunBefore(point.number(&effects), script(blow, &pair.to));
        let outcome = world.lab.lw_with(&world.move_command(&[]), &fault);
        assert!(outcome.hit, "{what}: {outcome:#?}");
        // Room for what comes after the copying may be left on a full volume.
        let may_be_done = matches!(point.at, At::First) && outcome.code == Some(0);
        if !may_be_done {
            assert_refused_whole(&outcome, &what);
            assert!(!world.tree().is_symlink(), "{what}: {outcome:#?}");
        }
        world.assert_whole(&what);
        (blow.heal)(&pair.to);
        let again = world.lab.lw(&world.move_command(&[]));
        if !may_be_done {
            assert_eq!(again.code, Some(0), "{what}: {outcome:#?} {again:#?}");
        }
        assert!(world.is_moved(), "{what}: {outcome:#?} {again:#?}");
        world.assert_whole(&what);
        world.assert_nothing_left(&what);
    }
}

fn assert_refused_whole(outcome: &Outcome, what: &str) {
    assert_eq!(
        outcome.code,
        Some(4),
        "{what}: {} {:#?}",
        outcome.stderr,
        outcome.effects
    );
    for part in ["error: ", "  cause: ", "  state: ", "  help:  "] {
        assert!(
            outcome.stderr.contains(part),
            "{what}, {part}: {outcome:#?}"
        );
    }
}

/// A tree on a volume that is not the lab's own, so that the lab goes on when the volume does not.
struct Far<'a> {
    lab: Lab,
    folder: tempfile::TempDir,
    pair: &'a Pair,
    store: tempfile::TempDir,
}

impl<'a> Far<'a> {
    fn new(pair: &'a Pair) -> Self {
        let far = Self {
            lab: Lab::new(PROGRAM),
            folder: tempfile::tempdir_in(pair.from.path()).unwrap(),
            store: tempfile::tempdir_in(pair.to.path()).unwrap(),
            pair,
        };
        far.lab
            .sh(&format!("cd '{}'; {TREE}", far.folder.path().display()));
        far
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn command(&self) -> Vec<String> {
        let dest = self.store.path().join("tree");
        let words = ["move", "-y"].map(str::to_owned);
        let paths = [self.source(), dest].map(|path| path.display().to_string());
        [words, paths].concat()
    }

    fn assert_path_works(&self, what: &str) {
        for (name, content) in [("one", "one"), ("sub/two", "two"), ("sub/one-again", "one")] {
            let read = std::fs::read_to_string(self.source().join(name));
            assert_eq!(read.ok().as_deref(), Some(content), "{what}: {name}");
        }
    }
}

#[test]
fn source_turns_read_only_while_it_is_copied() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let clean = Far::new(&pair);
    let effects = clean.lab.lw_ok(&clean.command()).effects;
    for point in POINTS {
        let what = format!("{point:?}");
        let far = Far::new(&pair);
        let turn = format!("mount -o remount,ro '{}'", pair.from.path().display());
        let fault = Fault::RunBefore(point.number(&effects), turn);
        let outcome = far.lab.lw_with(&far.command(), &fault);
        assert!(outcome.hit, "{what}: {outcome:#?}");
        assert_refused_whole(&outcome, &what);
        assert!(!far.source().is_symlink(), "{what}: {outcome:#?}");
        far.assert_path_works(&what);
        pair.from.remount("rw");
        let again = far.lab.lw(&far.command());
        assert_eq!(again.code, Some(0), "{what}: {outcome:#?} {again:#?}");
        assert!(far.source().is_symlink(), "{what}: {again:#?}");
        far.assert_path_works(&what);
    }
}

#[test]
fn source_turns_read_only_when_the_old_tree_is_cleared() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let clean = Far::new(&pair);
    let effects = clean.lab.lw_ok(&clean.command()).effects;
    let exchange = effects
        .iter()
        .position(|line| line.starts_with("exchange\t"))
        .unwrap();
    let removals: Vec<usize> = (0..effects.len())
        .filter(|n| effects[*n].starts_with("remove old"))
        .collect();
    for n in [exchange + 1, removals[0], removals[removals.len() / 2]] {
        let what = format!("effect {}, {}", n + 1, effects[n]);
        let far = Far::new(&pair);
        let turn = format!("mount -o remount,ro '{}'", pair.from.path().display());
        let outcome = far
            .lab
            .lw_with(&far.command(), &Fault::RunBefore(n + 1, turn));
        assert!(outcome.hit, "{what}: {outcome:#?}");
        assert!(matches!(outcome.code, Some(0 | 3)), "{what}: {outcome:#?}");
        assert!(far.source().is_symlink(), "{what}: {outcome:#?}");
        far.assert_path_works(&what);
        far.pair.from.remount("rw");
        let recovered = far.lab.lw(&["recover"]);
        assert_eq!(
            recovered.code,
            Some(0),
            "{what}: {outcome:#?} {recovered:#?}"
        );
        far.assert_path_works(&what);
        far.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
        let left = super::ground::hidden_in(pair.from.path());
        assert!(left.is_empty(), "{what}: {left:?}");
    }
}
