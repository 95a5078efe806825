//! Volumes that cannot do a thing: the refusal changes nothing and leaves nothing behind.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use lw_testkit::volumes::{FileSystem, Mounted, run};
use lw_testkit::{Lab, Picture};
use tempfile::TempDir;

#[test]
fn a_volume_without_links_refuses() {
    for on_volume in [true, false] {
        let Some(volume) = Mounted::new(FileSystem::ExfatFuse, 64) else {
            return;
        };
        let (lab, _state) = lab_on(&volume, on_volume);
        fs::create_dir(lab.home().join("to")).unwrap();
        fs::create_dir(lab.home().join("folder")).unwrap();
        fs::write(lab.home().join("folder/file"), "folder").unwrap();
        fs::write(lab.home().join("file"), "file").unwrap();
        for arguments in [
            &["move", "folder", "to"][..],
            &["move", "file", "to/file"],
            &["link", "file", "new"],
            &["link", "--hard", "file", "new"],
            &["link", "--replace", "folder/file", "file"],
            &["link", "--junction", "folder", "new"],
            &["remove", "file"],
            &["bring-back", "file"],
            &["retarget", "file", "folder"],
        ] {
            refuses(&lab, volume.path(), arguments);
        }
    }
}

#[test]
fn a_folder_of_an_overlays_lower_layer_refuses() {
    for on_volume in [true, false] {
        let Some(volume) = Mounted::new(FileSystem::Overlay, 64) else {
            return;
        };
        let (lab, _state) = lab_on(&volume, on_volume);
        fs::write(lab.home().join("file"), "upper").unwrap();
        let lower = volume.path().join("below/folder");
        let lower = lower.to_str().unwrap();
        let before = Picture::of(&volume.path().join("below"));
        refuses(&lab, volume.path(), &["move", lower, "moved"]);
        refuses(&lab, volume.path(), &["link", "--replace", "file", lower]);
        symlink(lower, lab.home().join("link")).unwrap();
        refuses(&lab, volume.path(), &["bring-back", "link"]);
        assert_eq!(before, Picture::of(&volume.path().join("below")));
        // The kernel copies a file of the lower layer up, which gives it another birth time: the first try may take
        // that for a change and must then leave all as it was; the next one finds the copy.
        let file = format!("{lower}/file");
        let arguments = ["move", &file, "moved"];
        if lab.lw(&arguments).code != Some(0) {
            assert_eq!(before, Picture::of(&volume.path().join("below")));
            assert_eq!(hidden_below(volume.path()), "");
            lab.lw_ok(&arguments);
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "lower");
        lab.lw_ok(&["undo"]);
        assert_eq!(before, Picture::of(&volume.path().join("below")));
    }
}

#[test]
fn another_subvolume_is_another_volume() {
    let Some(volume) = Mounted::new(FileSystem::Btrfs, 128) else {
        return;
    };
    let inner = volume.path().join("subvolume");
    run("btrfs", &["subvolume", "create", inner.to_str().unwrap()]);
    crossing_copies(&volume, &inner);
    // A subvolume itself is a folder of the volume it lies in, and moves with all it holds.
    let (lab, _state) = lab_on(&volume, true);
    let before = Picture::of(&inner);
    lab.lw_ok(&["move", inner.to_str().unwrap(), "moved"]);
    assert_eq!(before, Picture::of(&lab.home().join("moved")));
    lab.lw_ok(&["undo"]);
    assert!(fs::symlink_metadata(&inner).unwrap().is_dir());
    assert_eq!(before, Picture::of(&inner));
    drop(lab);
    // Within the subvolume all works; its quarantine lies beside, as no rename leads out.
    let mut lab = Lab::at(env!("CARGO_BIN_EXE_lw-under-test"), &inner);
    let elsewhere = tempfile::tempdir().unwrap();
    lab.set_state(&elsewhere.path().join("state"));
    fs::write(lab.home().join("a"), "a").unwrap();
    fs::write(lab.home().join("b"), "b").unwrap();
    let before = Picture::of(lab.home());
    lab.lw_ok(&["link", "--replace", "a", "b"]);
    assert!(fs::metadata(lab.home().join(".linkwright-0")).is_ok());
    lab.lw_ok(&["undo"]);
    lab.lw_ok(&["purge", "--all", "--yes"]);
    assert_eq!(before, Picture::of(lab.home()));
    assert_eq!(hidden_below(volume.path()), "");
}

#[test]
fn a_bind_mount_of_the_same_disk_is_another_volume() {
    let Some(volume) = Mounted::new(FileSystem::Ext4, 64) else {
        return;
    };
    let (real, bound) = (volume.path().join("real"), volume.path().join("bound"));
    fs::create_dir(&real).unwrap();
    fs::create_dir(&bound).unwrap();
    run(
        "mount",
        &["--bind", real.to_str().unwrap(), bound.to_str().unwrap()],
    );
    crossing_copies(&volume, &bound);
    let (lab, _state) = lab_on(&volume, true);
    fs::write(lab.home().join("file"), "file").unwrap();
    let begins = bound.to_str().unwrap();
    refuses(&lab, volume.path(), &["move", begins, "here"]);
    refuses(&lab, volume.path(), &["link", "--replace", "file", begins]);
    run("umount", &[bound.to_str().unwrap()]);
}

/// Moves and ways back between the volume's own folders and `other` copy: no rename gets there.
fn crossing_copies(volume: &Mounted, other: &Path) {
    let (lab, _state) = lab_on(volume, true);
    fs::create_dir(lab.home().join("folder")).unwrap();
    fs::write(lab.home().join("folder/file"), "folder").unwrap();
    fs::write(lab.home().join("file"), "file").unwrap();
    let there = other.join("there");
    fs::create_dir(&there).unwrap();
    fs::write(there.join("file"), "there").unwrap();
    symlink(&there, lab.home().join("link")).unwrap();
    let before = (Picture::of(lab.home()), Picture::of(other));
    let (to, from) = (other.to_str().unwrap(), there.to_str().unwrap());
    for arguments in [
        &["move", "folder", to][..],
        &["move", "file", to],
        &["move", from, "here"],
        &["bring-back", "link"],
    ] {
        let outcome = lab.lw_ok(arguments);
        let copied = outcome
            .effects
            .iter()
            .any(|line| line.starts_with("stage file"));
        assert!(copied, "{arguments:?}: {outcome:#?}");
        let undone = lab.lw_ok(&["undo"]);
        lab.lw_ok(&["purge", "--all", "--yes", "--quiet"]);
        let after = (Picture::of(lab.home()), Picture::of(other));
        assert_eq!(
            before.0.differences(&after.0),
            Vec::<String>::new(),
            "{undone:#?}"
        );
        assert_eq!(
            before.1.differences(&after.1),
            Vec::<String>::new(),
            "{undone:#?}"
        );
        assert_eq!(hidden_below(volume.path()), "", "{arguments:?}");
    }
}

fn lab_on(volume: &Mounted, state_on_volume: bool) -> (Lab, TempDir) {
    let mut lab = Lab::at(env!("CARGO_BIN_EXE_lw-under-test"), volume.path());
    let elsewhere = tempfile::tempdir().unwrap();
    if !state_on_volume {
        lab.set_state(&elsewhere.path().join("state"));
    }
    (lab, elsewhere)
}

fn refuses(lab: &Lab, volume: &Path, arguments: &[&str]) {
    let before = Picture::of(lab.home());
    let outcome = lab.lw(arguments);
    assert_eq!(outcome.code, Some(4), "{arguments:?}: {outcome:#?}");
    for word in ["error: ", "state: ", "help: "] {
        assert!(outcome.stderr.contains(word), "{arguments:?}: {outcome:#?}");
    }
    assert_eq!(
        before.differences(&Picture::of(lab.home())),
        Vec::<String>::new(),
        "{arguments:?}"
    );
    assert_eq!(hidden_below(volume), "", "{arguments:?}");
    let quarantine = fs::read_dir(lab.state().join("quarantine"));
    assert_eq!(quarantine.map_or(0, Iterator::count), 0, "{arguments:?}");
}

/// Private folders and links of the way, as `find` lists them.
fn hidden_below(top: &Path) -> String {
    let found = Command::new("find")
        .arg(top)
        .args(["-name", ".linkwright-*", "-o", "-name", ".lw-*"])
        .output()
        .unwrap();
    String::from_utf8(found.stdout).unwrap()
}
