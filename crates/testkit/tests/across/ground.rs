//! Two volumes, and worlds on them: a lab on the one, a place to move to on the other.

use std::path::{Path, PathBuf};
use std::process::Command;

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Lab, Picture, rsync_differences, skip};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// A small tree with one of everything that is kept.
pub const TREE: &str = "
    mkdir -p tree/sub/closed out
    printf one > tree/one; printf two > tree/sub/two; printf out > out/file; : > tree/empty
    ln tree/one tree/sub/one-again
    ln -s ../out/file tree/leads-out
    ln -s sub/two tree/stays-inside
    mkfifo tree/pipe
    truncate -s 1M tree/holes; printf x >> tree/holes
    touch -d 2020-01-02 tree/one tree/sub/two; touch -h -d 2020-01-03 tree/stays-inside
    chmod 0555 tree/sub/closed; chmod 4750 tree/empty; touch -d 2021-02-03T04:05:06.789012345 tree/sub
";

/// A tree that any volume can hold but for its one link.
pub const PLAIN_TREE: &str = "
    mkdir -p tree/sub
    printf one > tree/one; printf two > tree/sub/two; : > tree/empty
    ln -s sub/two tree/link
    touch -d 2020-01-02 tree/one tree/sub/two
";

/// The smallest size that the file system's own mkfs takes.
fn size_mib(file_system: FileSystem) -> u64 {
    match file_system {
        FileSystem::Xfs => 320,
        FileSystem::Btrfs => 128,
        _ => 64,
    }
}

/// Two mounted volumes.
pub struct Pair {
    pub from: Mounted,
    pub to: Mounted,
    pub to_kind: FileSystem,
}

impl Pair {
    /// Mounts both, or says why it cannot.
    pub fn new(from: FileSystem, to: FileSystem) -> Option<Self> {
        Some(Self {
            from: Mounted::new(from, size_mib(from))?,
            to: Mounted::new(to, size_mib(to))?,
            to_kind: to,
        })
    }

    /// Makes a world on them.
    pub fn world(&self, tree: &str) -> World<'_> {
        let lab = Lab::at(PROGRAM, self.from.path());
        let store = tempfile::Builder::new()
            .prefix("store-")
            .tempdir_in(self.to.path())
            .unwrap();
        lab.sh(tree);
        let copy = lab.top().join("copy");
        lab.sh(&format!("cp -a tree '{}'", copy.display()));
        // A ledger that is there already.
        lab.sh("printf x > warm; lw link warm warmer; rm warmer warm");
        let before = Picture::of(&lab.home().join("tree"));
        World {
            lab,
            store,
            copy,
            before,
            pair: self,
        }
    }
}

/// A lab with a tree, and a place on the other volume.
pub struct World<'a> {
    pub lab: Lab,
    store: tempfile::TempDir,
    copy: PathBuf,
    before: Picture,
    pub pair: &'a Pair,
}

impl World<'_> {
    /// Where the tree is, or the link to it.
    pub fn tree(&self) -> PathBuf {
        self.lab.home().join("tree")
    }

    /// Where the tree goes.
    pub fn dest(&self) -> PathBuf {
        self.store.path().join("tree")
    }

    /// The command that moves the tree, with what else is wanted.
    pub fn move_command(&self, more: &[&str]) -> Vec<String> {
        let mut command = vec!["move".to_owned(), "-y".to_owned()];
        command.extend(more.iter().map(|word| (*word).to_owned()));
        command.push("tree".to_owned());
        command.push(self.dest().display().to_string());
        command
    }

    /// Returns whether the tree is at DEST and a link in its place.
    pub fn is_moved(&self) -> bool {
        self.tree().is_symlink() && self.dest().exists()
    }

    /// Fails unless the path works and holds all that was in the tree.
    pub fn assert_path_works(&self, what: &str) {
        for (name, content) in [("one", "one"), ("sub/two", "two"), ("empty", "")] {
            let read = std::fs::read_to_string(self.tree().join(name));
            assert_eq!(read.ok().as_deref(), Some(content), "{what}: {name}");
        }
    }

    /// Fails unless the tree is wholly as it was, wherever it is now; links that lead out have another text at DEST.
    pub fn assert_whole(&self, what: &str) {
        self.assert_path_works(what);
        // Neither keeps permission bits, which the way back cannot give again.
        if matches!(
            self.pair.to_kind,
            FileSystem::ExfatFuse | FileSystem::Ntfs3g
        ) {
            return;
        }
        let is_expected = |line: &String| self.is_moved() && line.contains("leads-out");
        let mut differences = self.before.differences(&Picture::of(&self.tree()));
        differences.retain(|line| !is_expected(line));
        assert!(differences.is_empty(), "{what}: {differences:#?}");
        if skip::has_program("rsync") {
            let mut differences = rsync_differences(&self.copy, &self.tree());
            differences.retain(|line| !is_expected(line));
            assert!(differences.is_empty(), "{what}: {differences:#?}");
        }
    }

    /// Fails if anything hidden is left on either volume, or in quarantine.
    pub fn assert_nothing_left(&self, what: &str) {
        let mut left = self.lab.leftovers();
        left.extend(hidden_in(self.pair.to.path()));
        left.extend(hidden_in(self.store.path()));
        left.extend(hidden_in(self.pair.from.path()));
        let inside: Vec<String> = left.iter().map(|path| contents(path)).collect();
        let log = || self.lab.lw(&["log", "--json"]).stdout;
        assert!(left.is_empty(), "{what}: left over: {inside:#?}\n{}", log());
        if !self.is_moved() {
            assert!(!self.dest().exists(), "{what}: half of it is at DEST");
        }
    }
}

/// What `find` sees of something, for messages.
fn contents(path: &Path) -> String {
    let seen = Command::new("find").arg(path).arg("-ls").output();
    seen.map_or_else(
        |error| error.to_string(),
        |seen| String::from_utf8_lossy(&seen.stdout).into_owned(),
    )
}

/// Private folders of linkwright right in a folder.
pub fn hidden_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.as_encoded_bytes().starts_with(b".linkwright-"))
        })
        .collect()
}
