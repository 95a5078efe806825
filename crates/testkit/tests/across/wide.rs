//! Trees that are wide, deep, or large in name only.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use lw_testkit::Lab;
use lw_testkit::volumes::{FileSystem, Mounted};
use rustix::fs::{Mode, OFlags};

use super::ground::{PROGRAM, hidden_in};

/// As many as ext4 lets a file have, but for a few.
const NAMES: u32 = 64_000;
const ENTRIES: u32 = 20_000;
const LONG_ENTRIES: u32 = 1_000_000;
const DEPTH: u32 = 10_000;
const TIB: u64 = 1 << 40;

/// Two volumes with room for many inodes, a lab on the first.
struct Ground {
    lab: Lab,
    _from: Mounted,
    to: Mounted,
}

impl Ground {
    fn new(from: FileSystem, to: FileSystem, size_mib: u64) -> Option<Self> {
        let from = Mounted::new(from, size_mib)?;
        let to = Mounted::new(to, size_mib)?;
        Some(Self {
            lab: Lab::at(PROGRAM, from.path()),
            _from: from,
            to,
        })
    }

    /// Runs the program without a list of its effects, which would be longer than the volume.
    fn lw(&self, arguments: &[&str]) {
        let output = self.lab.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Moves `tree` there and back again.
    fn there_and_back(&self, check: impl Fn(&Path)) {
        let tree = self.lab.home().join("tree");
        check(&tree);
        let dest = self.to.path().join("tree");
        self.lw(&["move", "-y", "tree", dest.to_str().unwrap()]);
        assert!(tree.is_symlink());
        check(&dest);
        self.lw(&["bring-back", "-y", "tree"]);
        assert!(!tree.is_symlink() && !dest.exists());
        check(&tree);
        self.lw(&["purge", "--all", "-y", "-q"]);
        assert!(hidden_in(self.to.path()).is_empty());
    }
}

#[test]
fn a_file_with_64_000_names() {
    let Some(ground) = Ground::new(FileSystem::Ext4, FileSystem::Xfs, 400) else {
        return;
    };
    let tree = ground.lab.home().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(tree.join("0"), "one").unwrap();
    for number in 1..NAMES {
        std::fs::hard_link(tree.join("0"), tree.join(number.to_string())).unwrap();
    }
    ground.there_and_back(|top| {
        let names = std::fs::read_dir(top).unwrap().count();
        assert_eq!(names, NAMES as usize);
        let stat = std::fs::metadata(top.join("63999")).unwrap();
        assert_eq!(stat.nlink(), u64::from(NAMES));
        assert_eq!(std::fs::read_to_string(top.join("7")).unwrap(), "one");
    });
}

#[test]
fn a_folder_of_many_entries() {
    many_entries(ENTRIES, 300);
}

#[test]
#[ignore = "the long form, for `cargo xtask soak`"]
fn a_folder_of_a_million_entries() {
    // ext4 has an inode for each 16 KiB.
    many_entries(LONG_ENTRIES, 17_000);
}

fn many_entries(entries: u32, size_mib: u64) {
    let Some(ground) = Ground::new(FileSystem::Ext4, FileSystem::Btrfs, size_mib) else {
        return;
    };
    let tree = ground.lab.home().join("tree");
    std::fs::create_dir(&tree).unwrap();
    for number in 0..entries {
        std::fs::write(tree.join(number.to_string()), number.to_string()).unwrap();
    }
    ground.there_and_back(|top| {
        assert_eq!(std::fs::read_dir(top).unwrap().count(), entries as usize);
        for number in (0..entries).step_by(997) {
            let read = std::fs::read_to_string(top.join(number.to_string())).unwrap();
            assert_eq!(read, number.to_string());
        }
    });
}

#[test]
fn a_file_of_a_tebibyte_that_is_a_hole() {
    let Some(ground) = Ground::new(FileSystem::Ext4, FileSystem::Xfs, 400) else {
        return;
    };
    let tree = ground.lab.home().join("tree");
    let file = std::fs::File::create(&tree).unwrap();
    file.set_len(TIB).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"far out", TIB / 3).unwrap();
    drop(file);
    ground.there_and_back(|path| {
        let stat = std::fs::metadata(path).unwrap();
        assert_eq!(stat.len(), TIB);
        assert!(stat.blocks() * 512 < 1 << 20, "{} blocks", stat.blocks());
        let mut room = [0; 9];
        let file = std::fs::File::open(path).unwrap();
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut room, TIB / 3 - 1).unwrap();
        assert_eq!(&room, b"\0far out\0");
    });
}

#[test]
fn folders_ten_thousand_deep() {
    let Some(ground) = Ground::new(FileSystem::Ext4, FileSystem::Xfs, 400) else {
        return;
    };
    let tree = ground.lab.home().join("tree");
    std::fs::create_dir(&tree).unwrap();
    let mut at = open(&tree);
    for _ in 0..DEPTH {
        rustix::fs::mkdirat(&at, "d", Mode::RWXU).unwrap();
        at = open_at(&at);
    }
    rustix::fs::symlinkat("text", &at, "deepest").unwrap();
    ground.there_and_back(|top| {
        let mut at = open(top);
        for _ in 0..DEPTH {
            at = open_at(&at);
        }
        let text = rustix::fs::readlinkat(&at, "deepest", Vec::new()).unwrap();
        assert_eq!(text.as_bytes(), b"text");
    });
    // The removal of the lab would go down by whole paths.
    let removed = Command::new("rm").arg("-rf").arg(&tree).status().unwrap();
    assert!(removed.success());
}

fn open(path: &Path) -> rustix::fd::OwnedFd {
    rustix::fs::open(path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).unwrap()
}

fn open_at(folder: &rustix::fd::OwnedFd) -> rustix::fd::OwnedFd {
    rustix::fs::openat(
        folder,
        "d",
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap()
}
