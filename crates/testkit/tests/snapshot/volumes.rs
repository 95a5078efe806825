//! Stores on real volumes.

use std::os::unix::fs::MetadataExt as _;

use lw_testkit::Lab;
use lw_testkit::skip::is_root;
use lw_testkit::volumes::{FileSystem, Mounted};

use crate::ground::{PROGRAM, TREE, assert_alike, assert_sound, number, take, tree};

fn on(file_system: FileSystem, size_mib: u64) -> Option<(Mounted, Lab)> {
    if !is_root() {
        return None;
    }
    let volume = Mounted::new(file_system, size_mib)?;
    let lab = Lab::at(PROGRAM, volume.path());
    // Names that are no Unicode are not everywhere.
    let is_odd = |line: &&str| !(file_system == FileSystem::Ntfs3g && line.contains("odd"));
    let script: Vec<&str> = TREE.lines().filter(is_odd).collect();
    lab.sh(&script.join("\n"));
    Some((volume, lab))
}

fn two_snapshots(lab: &Lab) -> String {
    take(lab, &["--guard", "none"]);
    lab.sh("echo more >> src/one; mv src/d/two src/two");
    let second = take(lab, &[]);
    assert_alike(&lab.home().join("src"), &tree(lab, &second));
    assert_sound(lab);
    lab.lw_ok(&["snapshot", "restore", "store/latest", "--to", "out"]);
    assert_alike(&lab.home().join("src"), &lab.home().join("out/src"));
    lab.lw_ok(&["snapshot", "forget", "-y", "store", "--keep-last", "1"]);
    assert_sound(lab);
    second
}

#[test]
fn ext4() {
    if let Some((_volume, lab)) = on(FileSystem::Ext4, 64) {
        two_snapshots(&lab);
    }
}

/// There names do not change places in one step, and a plan says so once.
#[test]
fn the_moment_without_a_name_is_told() {
    let Some((_volume, lab)) = on(FileSystem::Ntfs3g, 64) else {
        return;
    };
    take(&lab, &["--guard", "none"]);
    lab.sh("echo bad > src/one; echo bad > src/d/two");
    let wish = ["snapshot", "restore", "store/latest", "--in-place"];
    let shown = lab.lw_ok(&[&wish[..], &["-n"]].concat());
    let said = shown.stdout.matches("missing for a moment").count();
    assert_eq!(said, 1, "{shown:#?}");
    let restored = lab.lw_ok(&[&wish[..], &["-y"]].concat());
    assert!(!restored.stdout.contains("Nothing to do"), "{restored:#?}");
    let nothing = lab.lw_ok(&[&wish[..], &["-n"]].concat());
    assert!(!nothing.stdout.contains("moment"), "{nothing:#?}");
}

#[test]
fn xfs() {
    if let Some((_volume, lab)) = on(FileSystem::Xfs, 320) {
        two_snapshots(&lab);
    }
}

#[test]
fn btrfs_shares_blocks_with_the_source() {
    let Some((_volume, lab)) = on(FileSystem::Btrfs, 256) else {
        return;
    };
    lab.sh("seq 100000 > src/big");
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "clones", "--json"]);
    assert!(number(&outcome, "cloned") > 0, "{outcome:#?}");
    // What takes no room is not new.
    let copied = ["copied", "copied_bytes"].map(|name| number(&outcome, name));
    assert_eq!(copied, [0, 0], "{outcome:#?}");
    two_snapshots(&lab);
}

/// Rule 18: with blocks shared instead of files, what is written into one snapshot is in no other.
#[test]
fn blocks_are_shared_instead_of_files() {
    for file_system in [FileSystem::Btrfs, FileSystem::Xfs] {
        let Some((_volume, lab)) = on(file_system, 320) else {
            return;
        };
        let share = ["--share", "reflink", "--guard", "none"];
        let first = take(&lab, &share);
        lab.sh("chmod 600 src/d/two; mv src/holes src/moved");
        let all = [
            "snapshot", "take", "src", "store", "--json", "--share", "reflink",
        ];
        let outcome = lab.lw_ok(&all);
        let (cloned, linked) = (number(&outcome, "cloned"), number(&outcome, "linked"));
        assert!(cloned >= 4, "{outcome:#?}");
        // Links and pipes have no blocks.
        assert_eq!(linked, 4, "{outcome:#?}");
        let second = crate::ground::newest(&lab);
        assert_alike(&lab.home().join("src"), &tree(&lab, &second));
        let at = |id: &str| crate::ground::inode(&lab, &format!("store/{id}/src/one"));
        assert_ne!(at(&first), at(&second));
        assert_sound(&lab);
        lab.sh(&format!("echo edited > store/{first}/src/one"));
        let one = crate::ground::text(&lab, &format!("store/{second}/src/one"));
        assert_eq!(one, "one\n");
        lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{second}")]);
    }
    for (file_system, shares_blocks) in [(FileSystem::Btrfs, true), (FileSystem::Ext4, false)] {
        let Some((_volume, lab)) = on(file_system, 320) else {
            return;
        };
        take(&lab, &["--share", "auto"]);
        lab.lw_ok(&["snapshot", "take", "src", "store", "--share", "auto"]);
        let ids = crate::ground::ids(&lab);
        let at = |id: &String| crate::ground::inode(&lab, &format!("store/{id}/src/one"));
        assert_eq!(at(&ids[0]) != at(&ids[1]), shares_blocks, "{file_system:?}");
        let shown = lab.lw_ok(&["snapshot", "show", "--json", "store/latest"]);
        let line = shown.stdout.lines().next().unwrap();
        assert!(line.contains("\"not_linked\":0"), "{line}");
        assert!(line.contains("\"copied\":0"), "{line}");
    }
    if let Some((_volume, lab)) = on(FileSystem::Ext4, 64) {
        let refused = lab.lw(&["snapshot", "take", "src", "store", "--share", "reflink"]);
        assert_eq!(refused.code, Some(4), "{refused:#?}");
        assert!(!lab.home().join("store").exists());
    }
}

#[test]
fn ntfs() {
    let Some((volume, lab)) = on(FileSystem::Ntfs3g, 64) else {
        return;
    };
    take(&lab, &["--guard", "none"]);
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(number(&outcome, "copied"), 0, "{outcome:#?}");
    assert_sound(&lab);
    drop(lab);
    volume.check_ntfs();
}

/// Without hard links each snapshot would be a whole copy: that is refused, with the reason.
#[test]
fn exfat_is_refused() {
    if !is_root() {
        return;
    }
    let Some(volume) = Mounted::new(FileSystem::ExfatFuse, 64) else {
        return;
    };
    let lab = Lab::new(PROGRAM);
    lab.sh("mkdir src; echo x > src/x");
    let store = volume.path().join("store");
    let refused = lab.lw(&["snapshot", "take", "src", store.to_str().unwrap()]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("has no hard links"), "{refused:#?}");
    assert!(!store.exists());
}

/// A file with as many names as ext4 allows is copied once more, and that copy is linked from then on.
#[test]
fn as_many_names_as_ext4_allows() {
    let Some((_volume, lab)) = on(FileSystem::Ext4, 64) else {
        return;
    };
    let first = take(&lab, &[]);
    let file = tree(&lab, &first).join("d/two");
    let names = lab.top().join("names");
    std::fs::create_dir(&names).unwrap();
    let mut made = std::fs::metadata(&file).unwrap().nlink();
    while std::fs::hard_link(&file, names.join(made.to_string())).is_ok() {
        made += 1;
    }
    assert_eq!(made, 65_000);
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(
        (number(&outcome, "not_linked"), number(&outcome, "copied")),
        (1, 1),
        "{outcome:#?}"
    );
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(
        (number(&outcome, "not_linked"), number(&outcome, "copied")),
        (0, 0),
        "{outcome:#?}"
    );
    lab.sh("rm -r ../names");
}

/// Names that are one file stay one where the file of the store has no room for all of them, wherever they lie.
#[test]
fn more_names_than_there_is_room_for() {
    const NAMES: u64 = 40_000;
    let Some((_volume, lab)) = on(FileSystem::Ext4, 128) else {
        return;
    };
    let file = lab.home().join("src/d/two");
    let many = lab.home().join("src/many");
    std::fs::create_dir(&many).unwrap();
    for number in 1..NAMES {
        std::fs::hard_link(&file, many.join(number.to_string())).unwrap();
    }
    let first = take(&lab, &[]);
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    let counted = ["not_linked", "copied"].map(|name| number(&outcome, name));
    assert_eq!(counted, [1, 1]);
    let second = crate::ground::newest(&lab);
    for id in [first, second] {
        let copy = std::fs::metadata(tree(&lab, &id).join("d/two")).unwrap();
        assert_eq!(copy.nlink(), NAMES, "{id}");
    }
    assert_sound(&lab);
}

/// A full disk leaves the snapshots that are there alone, and once there is room the next one is right.
#[test]
fn a_full_disk_and_no_inodes() {
    for (fill, free) in [
        (
            "dd if=/dev/zero of=volume/fill bs=1M 2> /dev/null || true",
            "rm volume/fill",
        ),
        (
            "mkdir volume/many; (i=0; while : > volume/many/$i; do i=$((i+1)); done) 2> /dev/null || true",
            "rm -r volume/many",
        ),
    ] {
        if !is_root() {
            return;
        }
        let Some(volume) = Mounted::new(FileSystem::Ext4, 16) else {
            return;
        };
        let lab = Lab::new(PROGRAM);
        let place = volume.path().display();
        lab.sh(&format!(
            "{TREE}\nmkdir {place}/store; ln -s {place}/store store; ln -s {place} volume"
        ));
        let first = take(&lab, &["--guard", "none"]);
        lab.sh(
            "seq 200000 > src/more; mkdir src/f; for n in $(seq 30); do echo $n > src/f/$n; done",
        );
        lab.sh(fill);
        let full = lab.lw(&["snapshot", "take", "src", "store"]);
        assert_eq!(full.code, Some(4), "{full:#?}");
        lab.sh(free);
        lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{first}")]);
        let second = take(&lab, &[]);
        assert_alike(&lab.home().join("src/f"), &tree(&lab, &second).join("f"));
        assert_sound(&lab);
    }
}
