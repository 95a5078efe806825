//! The manifest as its page alone lets a stranger read it.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::process::Command;

use lw_testkit::skip::has_program;

use crate::ground::{TREE, lab, take};

#[test]
fn a_stranger_reads_the_manifest() {
    if !has_program("python3") || !has_program("b3sum") {
        return;
    }
    let lab = lab(TREE);
    for change in [
        "true",
        "echo more >> src/one; mv src/d src/moved",
        "chmod 711 src/empty",
    ] {
        lab.sh(change);
        let id = take(&lab, &[]);
        let output = Command::new("python3")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/snapshot/read_manifest.py"
            ))
            .arg(lab.home().join(format!("store/.store/manifests/{id}.idx")))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let read: BTreeSet<String> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        let mut seen = BTreeSet::new();
        look(lab.home(), Path::new("src"), &mut seen);
        assert_eq!(read, seen, "{change}");
    }
}

/// Adds a line for each thing below a path of the source, as the reader prints it.
fn look(home: &Path, below: &Path, lines: &mut BTreeSet<String>) {
    let path = home.join(below);
    let stat = std::fs::symlink_metadata(&path).unwrap();
    let kind = stat.file_type();
    let modified = i128::from(stat.mtime()) * 1_000_000_000 + i128::from(stat.mtime_nsec());
    let (letter, size, several, what) = if kind.is_dir() {
        ("d", 0, "-", "-".to_owned())
    } else if kind.is_symlink() {
        let text = std::fs::read_link(&path).unwrap();
        ("l", 0, "-", hex(text.as_os_str().as_bytes()))
    } else if kind.is_fifo() {
        ("p", 0, "-", "-".to_owned())
    } else {
        let several = if stat.nlink() > 1 { "y" } else { "n" };
        ("f", stat.size(), several, b3sum(&path))
    };
    let (mode, owner, group) = (stat.mode() & 0o7777, stat.uid(), stat.gid());
    let path_text = hex(below.as_os_str().as_bytes());
    lines.insert(format!(
        "{letter}\t{mode:o}\t{owner}\t{group}\t{size}\t{modified}\t{several}\t{what}\t{path_text}"
    ));
    if kind.is_dir() {
        for entry in std::fs::read_dir(&path).unwrap() {
            look(home, &below.join(entry.unwrap().file_name()), lines);
        }
    }
}

fn b3sum(path: &Path) -> String {
    let output = Command::new("b3sum")
        .arg("--no-names")
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
