//! Ten million entries, walked by `lw list`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use lw_testkit::{Lab, skip};

use super::ground::PROGRAM;

const ENTRIES: u64 = 20_000;
const LONG_ENTRIES: u64 = 10_000_000;
/// What a folder holds, itself counted: links, names of one file, and that file.
const OF_A_FOLDER: u64 = 1000;
const LINKS_OF_A_FOLDER: u64 = 10;
/// What an entry may take where it is made, in bytes, generously.
const BYTES_OF_AN_ENTRY: u64 = 500;
/// What the walk may hold; that depends on the links and not on the entries.
const MOST_KIB: u64 = 200 * 1024;

#[test]
fn a_tree_of_many_entries() {
    walk(ENTRIES);
}

#[test]
#[ignore = "the long form, for `cargo xtask soak`"]
fn a_tree_of_ten_million_entries() {
    walk(LONG_ENTRIES);
}

/// Returns a place with room for so many entries: memory if there is enough of it.
fn place(entries: u64) -> Option<PathBuf> {
    let needed_bytes = entries * BYTES_OF_AN_ENTRY;
    for folder in [PathBuf::from("/dev/shm"), std::env::temp_dir()] {
        let Ok(room) = rustix::fs::statvfs(&folder) else {
            continue;
        };
        // Without a fixed number of inodes there are as many as there is room for.
        let has_inodes = room.f_files == 0 || room.f_favail > entries + entries / 10;
        if room.f_bavail * room.f_frsize > needed_bytes && has_inodes {
            return Some(folder);
        }
    }
    skip::skip(
        "room",
        &format!("{needed_bytes} bytes for {entries} entries"),
    );
    None
}

fn walk(entries: u64) {
    let Some(place) = place(entries) else { return };
    let lab = Lab::at(PROGRAM, &place);
    let tree = lab.home().join("tree");
    grow(&tree, entries);
    let links = entries / OF_A_FOLDER * LINKS_OF_A_FOLDER;
    let answer = lab.top().join("answer");
    let start = Instant::now();
    let child = lab
        .command()
        .args(["list", "-0", "tree"])
        .stdout(fs::File::create(&answer).unwrap())
        .spawn()
        .unwrap();
    let peak_kib = peak_until_the_end(child);
    println!(
        "list of {entries} entries, {links} of them links: {:.1} s, peak memory {peak_kib} KiB",
        start.elapsed().as_secs_f64()
    );
    let listed = fs::read(&answer).unwrap();
    let count = listed.iter().filter(|byte| **byte == 0).count();
    assert_eq!(count as u64, links);
    assert!(peak_kib < MOST_KIB, "{peak_kib} KiB");
    // Much faster than the removal of the lab.
    let removed = Command::new("rm").arg("-rf").arg(&tree).status().unwrap();
    assert!(removed.success());
}

/// Makes folders of [`OF_A_FOLDER`] entries, ten in each other one, by names of few files.
fn grow(tree: &Path, entries: u64) {
    let mut folders: Vec<PathBuf> = Vec::new();
    for number in 0..entries / OF_A_FOLDER {
        let folder = match number {
            0 => tree.to_path_buf(),
            _ => folders[(number as usize - 1) / 10].join(format!("d{number}")),
        };
        fs::create_dir(&folder).unwrap();
        let file = folder.join("file");
        fs::write(&file, "").unwrap();
        for link in 0..LINKS_OF_A_FOLDER {
            symlink("file", folder.join(format!("link{link}"))).unwrap();
        }
        for name in 0..OF_A_FOLDER - LINKS_OF_A_FOLDER - 2 {
            fs::hard_link(&file, folder.join(name.to_string())).unwrap();
        }
        folders.push(folder);
    }
}

/// Returns the most memory that the child held until shortly before its end (`VmHWM` of proc(5)), which must be a good
/// one.
fn peak_until_the_end(mut child: Child) -> u64 {
    const LOOK: Duration = Duration::from_millis(2);
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    loop {
        // A process that has ended and was not waited for has no memory any more.
        let text = fs::read_to_string(&status).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak_kib = peak_kib.max(now.unwrap_or(0));
        if let Some(end) = child.try_wait().unwrap() {
            assert!(end.success(), "{end}");
            return peak_kib;
        }
        std::thread::sleep(LOOK);
    }
}
