//! Volumes: mount points, bind mounts, two volumes, read-only ones, ones without links, locked files.

use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::skip;
use lw_testkit::volumes::{FileSystem, Mounted, run};

use super::{Transcript, words};

/// A bind mount, undone when dropped.
struct Bound(PathBuf);

impl Bound {
    fn new(folder: &Path, at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        run(
            "mount",
            &["--bind", folder.to_str().unwrap(), at.to_str().unwrap()],
        );
        Self(at.to_path_buf())
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let _tried = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .status();
    }
}

/// Flags of `chattr`, cleared when dropped.
struct Locked(PathBuf, &'static str);

impl Locked {
    fn new(path: PathBuf, flag: &'static str) -> Self {
        run("chattr", &[&format!("+{flag}"), path.to_str().unwrap()]);
        Self(path, flag)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let flag = format!("-{}", self.1);
        let _tried = std::process::Command::new("chattr")
            .arg(flag)
            .arg(&self.0)
            .status();
    }
}

#[test]
fn a_bind_mount_hides_nothing() {
    if !skip::is_root() {
        return;
    }
    let mut t = Transcript::new();
    t.file("projects/a/file");
    t.file("lone/file");
    t.folder("far");
    let door = t.path("door");
    let _bound = Bound::new(&t.path("projects"), &door);
    t.refused(&["move", "projects", "door/a/deeper"]);
    t.refused(&["move", "projects", "door"]);
    t.refused(&["move", "projects/a", "door"]);
    t.refused(&["move", "projects/a/file", "door/a/file"]);
    t.refused(&["move", "door/a", "projects"]);
    t.refused(&["move", "door", "far"]);
    t.refused(&["link", "--replace", "far", "door"]);
    t.refused(&["link", "projects/a/file", "door/a/file"]);
    t.refused(&["link", "--hard", "far", "door/new"]);
    t.refused(&["link", "--hard", "lone/file", "door/new"]);
    t.refused(&["link", "projects", "door/a/again"]);
    t.compare_with(
        "bind_mount",
        (
            r"on the volume at '/[^\[\]']*'",
            "on the volume at '[root]'",
        ),
    );
}

#[test]
fn a_mount_point_stays() {
    let (Some(volume), Some(inner)) = (
        Mounted::new(FileSystem::Ext4, 32),
        Mounted::new(FileSystem::Tmpfs, 8),
    ) else {
        return;
    };
    let mut t = Transcript::at(volume.path());
    t.mask(volume.path().to_str().unwrap(), "[volume]");
    t.mask(inner.path().to_str().unwrap(), "[inner]");
    t.folder("far");
    t.folder("parent");
    let below = t.path("parent/below");
    let _bound = Bound::new(inner.path(), &below);
    fs::write(below.join("file"), "content").unwrap();
    t.refused(&words(&[&"move", &volume.path(), &"/tmp/linkwright-never"]));
    t.refused(&["move", "parent/below", "far"]);
    t.refused(&["link", "--replace", "far", "parent/below"]);
    t.refused(&["remove", "parent/below"]);
    t.refused(&["bring-back", "parent/below"]);
    t.done(&["move", "-n", "parent", "far"]);
    t.compare("mount_point");
}

#[test]
fn two_volumes() {
    let (Some(a), Some(b)) = (
        Mounted::new(FileSystem::Ext4, 32),
        Mounted::new(FileSystem::Tmpfs, 8),
    ) else {
        return;
    };
    let mut t = Transcript::at(a.path());
    t.watch(b.path(), "[other]");
    t.mask(a.path().to_str().unwrap(), "[volume]");
    t.file("projects/file");
    let there = b.path().join("projects");
    fs::create_dir(b.path().join("thing")).unwrap();
    t.link(b.path().join("thing"), "link");
    fs::create_dir(b.path().join("taken")).unwrap();
    fs::write(b.path().join("file"), "theirs").unwrap();
    t.folder("taken");
    t.refused(&words(&[&"move", &"taken", &b.path()]));
    t.refused(&words(&[&"move", &"projects", &b.path().join("file")]));
    t.file("several/one");
    fs::hard_link(t.path("several/one"), t.path("elsewhere")).unwrap();
    t.refused(&words(&[&"move", &"several", &there]));
    t.folder("special");
    let _socket = std::os::unix::net::UnixListener::bind(t.path("special/socket")).unwrap();
    t.refused(&words(&[&"move", &"special", &there]));
    t.folder("large");
    fs::write(t.path("large/file"), vec![7; 12 * 1024 * 1024]).unwrap();
    t.refused(&words(&[&"move", &"large", &there]));
    t.refused(&words(&[&"move", &"-n", &"large", &there]));
    let mut busy = std::process::Command::new("sleep")
        .arg("600")
        .current_dir(t.path("projects"))
        .spawn()
        .unwrap();
    t.mask(format!("(process {})", busy.id()), "(process [pid])");
    t.refused(&words(&[&"move", &"projects", &there]));
    busy.kill().unwrap();
    busy.wait().unwrap();
    t.ends(
        2,
        &words(&[&"move", &"--limit", &"fast", &"projects", &there]),
    );
    t.refused(&words(&[&"link", &"--hard", &"projects/file", &there]));
    let mut busy = std::process::Command::new("sleep")
        .arg("600")
        .current_dir(b.path().join("thing"))
        .spawn()
        .unwrap();
    t.mask(format!("(process {})", busy.id()), "(process [pid])");
    t.refused(&["bring-back", "link"]);
    busy.kill().unwrap();
    busy.wait().unwrap();
    t.done(&words(&[&"link", &"projects/file", &there]));
    t.done(&words(&[&"remove", &there]));
    t.compare("two_volumes");
}

#[test]
fn a_read_only_volume() {
    let Some(volume) = Mounted::new(FileSystem::Ext4, 32) else {
        return;
    };
    let mut t = Transcript::new();
    let at = volume.path();
    fs::create_dir_all(at.join("projects/a")).unwrap();
    fs::write(at.join("file"), "content").unwrap();
    fs::hard_link(at.join("file"), at.join("second")).unwrap();
    std::os::unix::fs::symlink("projects", at.join("link")).unwrap();
    volume.remount("ro");
    t.watch(at, "[volume]");
    t.set_folder(at);
    for arguments in [
        &["move", "projects", "there"] as &[&str],
        &["move", "projects/a", "there"],
        &["bring-back", "link"],
        &["link", "projects", "new"],
        &["link", "--hard", "file", "new"],
        &["link", "--replace", "projects", "file"],
        &["retarget", "link", "file"],
        &["remove", "link"],
        &["remove", "second"],
    ] {
        t.refused(arguments);
    }
    t.done(&["show", "link"]);
    t.lab.set_state(&at.join("state"));
    t.ends(6, &["link", "projects", "new"]);
    volume.remount("rw");
    t.compare("read_only_volume");
}

#[test]
fn a_ledger_on_a_read_only_volume_can_be_read() {
    let Some(volume) = Mounted::new(FileSystem::Ext4, 32) else {
        return;
    };
    let mut t = Transcript::new();
    t.folder("real");
    t.lab.set_state(&volume.path().join("state"));
    t.done(&["link", "real", "link"]);
    volume.remount("ro");
    t.watch(volume.path(), "[volume]");
    t.done(&["log"]);
    t.done(&["show", "link"]);
    t.done(&["undo", "-n"]);
    t.ends(6, &["undo"]);
    volume.remount("rw");
    t.done(&["undo"]);
    t.compare("ledger_read_only");
}

#[test]
fn locked_files_and_folders() {
    if !skip::has_program("chattr") {
        return;
    }
    let Some(volume) = Mounted::new(FileSystem::Ext4, 32) else {
        return;
    };
    for flag in ["i", "a"] {
        let mut t = Transcript::at(volume.path());
        t.mask(volume.path().to_str().unwrap(), "[volume]");
        t.file("locked/a/file");
        t.link("a", "locked/link");
        t.link("locked", "to-locked");
        t.file("file");
        fs::hard_link(t.path("file"), t.path("second")).unwrap();
        t.folder("far");
        let locks = [
            Locked::new(t.path("locked"), flag),
            Locked::new(t.path("file"), flag),
        ];
        for arguments in [
            &["move", "locked", "far"] as &[&str],
            &["move", "locked/a", "far"],
            &["move", "far", "locked/far"],
            &["move", "file", "far"],
            &["bring-back", "to-locked"],
            &["bring-back", "locked/link"],
            &["link", "far", "locked/new"],
            &["link", "--replace", "far", "locked"],
            &["link", "--replace", "far", "file"],
            &["link", "--hard", "file", "new"],
            &["retarget", "locked/link", "far"],
            &["remove", "locked/link"],
            &["remove", "second"],
        ] {
            t.refused(arguments);
        }
        t.done(&["show", "file"]);
        drop(locks);
        t.done(&["move", "locked", "far"]);
        t.compare(if flag == "i" {
            "immutable"
        } else {
            "append_only"
        });
    }
}

#[test]
fn a_volume_without_links() {
    let Some(volume) = Mounted::new(FileSystem::ExfatFuse, 32) else {
        return;
    };
    let mut t = Transcript::new();
    let at = volume.path();
    fs::create_dir_all(at.join("projects/a")).unwrap();
    fs::write(at.join("projects/a/file"), "content").unwrap();
    fs::write(at.join("file"), "content").unwrap();
    t.watch(at, "[volume]");
    t.folder("real");
    t.set_folder(at);
    // A FUSE driver does not say what it drives, so only trying tells: 4, and all is as before.
    for arguments in [
        &["move", "projects", "there"] as &[&str],
        &["move", "file", "there"],
        &["link", "projects", "new"],
        &["link", "--replace", "projects", "file"],
    ] {
        t.fails(4, arguments);
    }
    let answer = t.fails(4, &["link", "--hard", "file", "new"]);
    assert!(!answer.stderr.contains("os error"), "{answer:#?}");
    let real = t.path("real");
    t.link("nowhere", "real/link");
    t.refused(&words(&[&"move", &real, &"there"]));
    t.refused(&words(&[&"move", &"--lossy", &real, &"there"]));
    t.done(&["show", "file"]);
    t.compare_with("without_links", (r"fuse\w*", "[fuse]"));
}
