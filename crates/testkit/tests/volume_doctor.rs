//! What `lw doctor` says of a volume agrees with an independent look, and leaves nothing behind.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Lab, skip};
use serde_json::Value;

#[test]
fn ext4() {
    doctor_is_right(FileSystem::Ext4, "ext4");
}

#[test]
fn xfs() {
    doctor_is_right(FileSystem::Xfs, "xfs");
}

#[test]
fn btrfs() {
    doctor_is_right(FileSystem::Btrfs, "btrfs");
}

#[test]
fn tmpfs() {
    doctor_is_right(FileSystem::Tmpfs, "tmpfs");
}

#[test]
fn overlay() {
    doctor_is_right(FileSystem::Overlay, "overlay");
}

#[test]
fn ntfs() {
    doctor_is_right(FileSystem::Ntfs3g, "fuseblk");
}

#[test]
fn exfat() {
    doctor_is_right(FileSystem::ExfatFuse, "fuseblk");
}

/// There the system does not list the mount that everything lies on.
#[test]
fn in_a_chroot_whose_root_is_no_mount_point() {
    if !skip::is_root() {
        return;
    }
    const SCRIPT: &str = r#"
        cd "$1"
        mkdir proc home
        : >lw
        mount --bind "$2" lw
        for folder in usr lib lib64; do
            if [ -d "/$folder" ]; then mkdir "$folder"; mount --rbind "/$folder" "$folder"; fi
        done
        mount -t proc proc proc
        export HOME=/home LW_HOME=/home/state
        chroot . /lw doctor --json /home
        chroot . /lw link --quiet /usr /home/link
    "#;
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_lw-under-test");
    let done = Command::new("unshare")
        .args(["--mount", "sh", "-ec", SCRIPT, "sh"])
        .args([folder.path(), Path::new(program)])
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said["mount_point"], "/");
    let name = lw_fs::look::volume_of(folder.path()).unwrap().file_system;
    assert!(said["file_system"] == name.as_str() || said["file_system"] == "unknown");
    assert_eq!(said["read_only"], false);
    assert!(folder.path().join("home/link").is_symlink());
}

fn doctor_is_right(file_system: FileSystem, name: &str) {
    if !skip::has_program("perl") {
        return;
    }
    let Some(volume) = Mounted::new(file_system, 320) else {
        return;
    };
    let mut lab = Lab::new(env!("CARGO_BIN_EXE_lw-under-test"));
    lab.set_state(&lab.top().join("state"));
    let top = volume.path();
    let asked = top.join("asked");
    fs::create_dir(&asked).unwrap();
    let before = fs::read_dir(top).unwrap().count();
    let outcome = lab.lw_ok(&["doctor", "--json", asked.to_str().unwrap()]);
    assert_eq!(fs::read_dir(&asked).unwrap().count(), 0, "left behind");
    assert_eq!(fs::read_dir(top).unwrap().count(), before, "left behind");
    assert!(!lab.state().exists(), "doctor made a state folder");
    let said: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(said["file_system"], name);
    assert_eq!(said["mount_point"], top.to_str().unwrap());
    assert_eq!(said["read_only"], false);
    for (what, works) in independent_look(&asked) {
        assert_eq!(said[what], works, "{what} on {file_system:?}: {outcome:#?}");
    }
    let limit = getconf("NAME_MAX", top);
    assert_eq!(said["name_limit_bytes"].as_u64(), limit);
    let limit = getconf("LINK_MAX", top).filter(|limit| *limit != 127);
    assert_eq!(said["link_limit"].as_u64(), limit);
}

/// Tries each thing with another program than the product.
fn independent_look(folder: &Path) -> BTreeMap<&'static str, bool> {
    let script = |script: &str| {
        let done = Command::new("sh")
            .current_dir(folder)
            .args(["-c", script])
            .output();
        done.unwrap().status.success()
    };
    assert!(script(
        "echo content > file; echo other > other; mkdir folder"
    ));
    let mut found = BTreeMap::new();
    found.insert("symbolic_links", script("ln -s file link && test -L link"));
    found.insert("hard_links", script("ln file hard && test file -ef hard"));
    found.insert("reflink", script("cp --reflink=always file clone"));
    found.insert("folds_case", script("test -e FILE"));
    found.insert(
        "exchange",
        script(&renameat2("other", "folder", RENAME_EXCHANGE)) && script("test -d other"),
    );
    found.insert(
        "no_replace",
        script(&renameat2("file", "renamed", RENAME_NOREPLACE)) && script("test -f renamed"),
    );
    assert!(script("echo content > leased"));
    // F_SETLEASE is 1024 and F_RDLCK 0 in Linux's fcntl.h.
    found.insert(
        "leases",
        script(
            "perl -e 'open(F, \"<\", \"leased\") or die; exit(defined(fcntl(F, 1024, 0)) ? 0 : 1)'",
        ),
    );
    found
}

const RENAME_NOREPLACE: u32 = 1;
const RENAME_EXCHANGE: u32 = 2;

/// The bare system call, made by perl: the tools of older systems have no option for it.
fn renameat2(from: &str, to: &str, flags: u32) -> String {
    let number = if cfg!(target_arch = "x86_64") {
        316
    } else {
        276
    };
    format!(
        "perl -e 'my ($a, $b) = (\"{from}\", \"{to}\"); \
         exit(syscall({number}, -100, $a, -100, $b, {flags}) == 0 ? 0 : 1)'"
    )
}

fn getconf(name: &str, path: &Path) -> Option<u64> {
    let output = Command::new("getconf")
        .arg(name)
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .ok()
}
