//! `lw mklink` and `lw new-item`: each form, and what is said of it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// More effects than one command has; the loop must end before.
const MOST_EFFECTS: usize = 40;

const TREE: &str = "mkdir folder sub; printf x > file; ln -s file taken; ln -s nowhere dangling; printf y > sub/file";

const USAGE: &str = "MKLINK [[/D] | [/H] | [/J]] Link Target";

/// Words, exit code, what stdout and stderr must hold, and what the name must be afterwards: the text of a link, `=` and
/// another name of the same file, or nothing.
struct Row {
    words: &'static [&'static str],
    code: i32,
    stdout: &'static str,
    stderr: &'static str,
    name: (&'static str, &'static str),
}

const fn row(
    words: &'static [&'static str],
    code: i32,
    stdout: &'static str,
    stderr: &'static str,
    name: (&'static str, &'static str),
) -> Row {
    Row {
        words,
        code,
        stdout,
        stderr,
        name,
    }
}

const MADE: &str = "symbolic link created for new <<===>> file\n";
const EXISTS: &str = "Cannot create a file when that file already exists.\n";
const NO_JUNCTION: &str = "A junction cannot be made here";

const MKLINK: &[Row] = &[
    row(&["new", "file"], 0, MADE, "", ("new", "file")),
    row(
        &["/D", "new", "folder"],
        0,
        "symbolic link created for new <<===>> folder\n",
        "",
        ("new", "folder"),
    ),
    row(
        &["/d", "new", "folder"],
        0,
        "symbolic link created for new <<===>> folder\n",
        "",
        ("new", "folder"),
    ),
    row(
        &["new", "/d", "folder"],
        0,
        "symbolic link created for new <<===>> folder\n",
        "",
        ("new", "folder"),
    ),
    row(
        &["new", "folder", "/D"],
        0,
        "symbolic link created for new <<===>> folder\n",
        "",
        ("new", "folder"),
    ),
    row(
        &["/H", "new", "file"],
        0,
        "Hardlink created for new <<===>> file\n",
        "",
        ("new", "=file"),
    ),
    row(
        &["/h", "new", "file"],
        0,
        "Hardlink created for new <<===>> file\n",
        "",
        ("new", "=file"),
    ),
    // The text is kept as it is, and nobody looks whether it leads anywhere.
    row(
        &["new", "not/there"],
        0,
        "symbolic link created for new <<===>> not/there\n",
        "",
        ("new", "not/there"),
    ),
    row(
        &["sub/new", "../file"],
        0,
        "symbolic link created for sub/new <<===>> ../file\n",
        "",
        ("sub/new", "../file"),
    ),
    row(
        &["new", r"\\server\share"],
        0,
        "symbolic link created for new",
        "",
        ("new", r"\\server\share"),
    ),
    row(
        &["a b", "it's"],
        0,
        "symbolic link created for a b <<===>> it's\n",
        "",
        ("a b", "it's"),
    ),
    // Doubtful, and made all the same.
    row(
        &["/D", "new", "file"],
        0,
        MADE,
        "warning: 'file' is no folder",
        ("new", "file"),
    ),
    row(
        &["new", "folder"],
        0,
        "symbolic link created",
        "warning: 'folder' is a folder",
        ("new", "folder"),
    ),
    // A target is seen from the link.
    row(
        &["sub/new", "file"],
        0,
        "symbolic link created",
        "",
        ("sub/new", "file"),
    ),
    // What cannot be.
    row(&["/J", "new", "folder"], 1, "", NO_JUNCTION, ("new", "")),
    row(
        &["/j", "new", "folder"],
        1,
        "",
        "mklink /D 'new' 'folder'",
        ("new", ""),
    ),
    row(
        &["/J", "new", "file"],
        1,
        "",
        "warning: 'file' is no folder: a junction to it leads nowhere\n",
        ("new", ""),
    ),
    row(
        &["/J", "new", r"\\server\share"],
        1,
        "",
        "Local volumes are required to complete the operation.\n",
        ("new", ""),
    ),
    row(&["taken", "folder"], 1, "", EXISTS, ("taken", "file")),
    row(
        &["/H", "taken", "sub/file"],
        1,
        "",
        EXISTS,
        ("taken", "file"),
    ),
    row(
        &["dangling", "file"],
        1,
        "",
        EXISTS,
        ("dangling", "nowhere"),
    ),
    row(&["folder", "file"], 1, "", EXISTS, ("folder/file", "")),
    row(&[".", "file"], 1, "", EXISTS, ("new", "")),
    row(
        &["/H", "new", "not-there"],
        1,
        "",
        "The system cannot find the file specified.\n",
        ("new", ""),
    ),
    row(
        &["/H", "new", "folder"],
        1,
        "",
        "Access is denied.\n",
        ("new", ""),
    ),
    row(
        &["not-there/new", "file"],
        1,
        "",
        "The system cannot find the path specified.\n",
        ("new", ""),
    ),
    row(
        &["file/new", "file"],
        1,
        "",
        "The system cannot find the path specified.\n",
        ("new", ""),
    ),
    // What is no command of it.
    row(&[], 1, "", USAGE, ("new", "")),
    row(
        &["new"],
        1,
        "",
        "The syntax of the command is incorrect.\n",
        ("new", ""),
    ),
    row(&["/D", "/J", "new", "folder"], 1, "", USAGE, ("new", "")),
    row(&["new", "file", "more"], 1, "", USAGE, ("new", "")),
    row(&["new", ""], 1, "", USAGE, ("new", "")),
    row(&["/?"], 0, USAGE, "", ("new", "")),
];

const NEW_ITEM: &[Row] = &[
    row(
        &[
            "-ItemType",
            "SymbolicLink",
            "-Path",
            "new",
            "-Target",
            "file",
        ],
        0,
        "/home/new\n",
        "",
        ("new", "file"),
    ),
    row(
        &[
            "-itemtype",
            "symboliclink",
            "-path",
            "new",
            "-value",
            "file",
        ],
        0,
        "/home/new\n",
        "",
        ("new", "file"),
    ),
    row(
        &["-It", "sym", "new", "-Ta", "nowhere"],
        0,
        "/home/new\n",
        "",
        ("new", "nowhere"),
    ),
    row(
        &[
            "-Type:SymbolicLink",
            "-Path:sub",
            "-Name:new",
            "-Value:../file",
        ],
        0,
        "/home/sub/new\n",
        "",
        ("sub/new", "../file"),
    ),
    row(
        &["new", "-ItemType", "HardLink", "-Value", "file"],
        0,
        "/home/new\n",
        "",
        ("new", "=file"),
    ),
    row(
        &[
            "-Name",
            "new",
            "-ItemType",
            "HardLink",
            "-Target",
            "sub/file",
        ],
        0,
        "/home/new\n",
        "",
        ("new", "=sub/file"),
    ),
    row(
        &[
            "-Force:$false",
            "-Confirm:$false",
            "-It",
            "SymbolicLink",
            "new",
            "-Va",
            "file",
        ],
        0,
        "/home/new\n",
        "",
        ("new", "file"),
    ),
    row(
        &["-WhatIf", "-It", "SymbolicLink", "new", "-Va", "file"],
        0,
        "What if: Performing the operation \"Create Symbolic Link\"",
        "",
        ("new", ""),
    ),
    row(
        &["-It", "HardLink", "new", "-Va", "file", "-wi"],
        0,
        "\"Create Hard Link\" on target \"Destination: ",
        "",
        ("new", ""),
    ),
    row(
        &["-Confirm", "-It", "SymbolicLink", "new", "-Va", "file"],
        0,
        "",
        "Are you sure",
        ("new", ""),
    ),
    row(
        &["-It", "SymbolicLink", "taken", "-Va", "folder", "-Force"],
        0,
        "/home/taken\n",
        "",
        ("taken", "folder"),
    ),
    row(
        &["-It", "HardLink", "taken", "-Va", "file", "-Force"],
        0,
        "/home/taken\n",
        "",
        ("taken", "=file"),
    ),
    row(
        &["-It", "HardLink", "file", "-Va", "file", "-Force"],
        0,
        "/home/file\n",
        "",
        ("file", "=file"),
    ),
    row(
        &["-It", "SymbolicLink", "file", "-Va", "folder", "-Force"],
        0,
        "/home/file\n",
        "is kept in",
        ("file", "folder"),
    ),
    // What cannot be.
    row(
        &["-It", "SymbolicLink", "taken", "-Va", "folder"],
        1,
        "",
        "already exists. -Force replaces it.\n",
        ("taken", "file"),
    ),
    row(
        &["-It", "SymbolicLink", "folder", "-Va", "file", "-Force"],
        1,
        "",
        "folders are not replaced",
        ("folder/file", ""),
    ),
    row(
        &["-It", "SymbolicLink", "file", "-Va", "file", "-Force"],
        1,
        "",
        "would lead to itself",
        ("file", "=file"),
    ),
    row(
        &["-It", "Junction", "new", "-Va", "folder"],
        1,
        "",
        NO_JUNCTION,
        ("new", ""),
    ),
    row(
        &["-It", "Junction", "taken", "-Va", "folder", "-Force"],
        1,
        "",
        NO_JUNCTION,
        ("taken", "file"),
    ),
    row(
        &["-It", "HardLink", "new", "-Va", "not-there"],
        1,
        "",
        "Cannot find path 'not-there' because it does not exist.\n",
        ("new", ""),
    ),
    row(
        &["-It", "HardLink", "new", "-Va", "folder"],
        1,
        "",
        "it is a folder",
        ("new", ""),
    ),
    row(
        &["-It", "HardLink", "taken", "-Va", "not-there", "-Force"],
        1,
        "",
        "does not exist",
        ("taken", "file"),
    ),
    row(
        &["-It", "SymbolicLink", "not-there/new", "-Va", "file"],
        1,
        "",
        "New-Item: Cannot make ",
        ("new", ""),
    ),
    row(
        &["-It", "File", "new", "-Va", "file"],
        1,
        "",
        "SymbolicLink, HardLink, Junction",
        ("new", ""),
    ),
    row(
        &["-It", "SymbolicLink", "new"],
        1,
        "",
        "missing mandatory parameters: Target",
        ("new", ""),
    ),
    row(
        &["-It", "SymbolicLink", "-Va", "file"],
        1,
        "",
        "missing mandatory parameters: Path",
        ("new", ""),
    ),
    row(
        &["new", "-Va", "file"],
        1,
        "",
        "missing mandatory parameters: ItemType",
        ("new", ""),
    ),
    row(
        &["-P", "new"],
        1,
        "",
        "is ambiguous. Possible matches include: -Path ",
        ("new", ""),
    ),
    row(
        &["-Nonsense", "new"],
        1,
        "",
        "A parameter cannot be found that matches parameter name 'Nonsense'.",
        ("new", ""),
    ),
];

fn check(command: &str, rows: &[Row]) {
    for Row {
        words,
        code,
        stdout,
        stderr,
        name,
    } in rows
    {
        let lab = Lab::new(PROGRAM);
        lab.sh(TREE);
        let outcome = lab.lw(&[&[command], *words].concat());
        let when = format!("{command} {words:?}: {outcome:#?}");
        assert_eq!(outcome.code, Some(*code), "{when}");
        for (found, expected) in [(&outcome.stdout, stdout), (&outcome.stderr, stderr)] {
            assert!(found.contains(expected), "{expected}: {when}");
            assert!(!expected.is_empty() || found.is_empty(), "{when}");
        }
        let (path, expected) = (lab.home().join(name.0), name.1);
        match expected.strip_prefix('=') {
            Some(other) => {
                let inode = |path: PathBuf| fs::symlink_metadata(path).unwrap().ino();
                assert_eq!(inode(path), inode(lab.home().join(other)), "{when}");
            }
            None if expected.is_empty() => assert!(fs::symlink_metadata(&path).is_err(), "{when}"),
            None => assert_eq!(fs::read_link(&path).unwrap(), Path::new(expected), "{when}"),
        }
        let stray: Vec<_> = lab
            .leftovers()
            .into_iter()
            .filter(|path| path.starts_with(lab.home()))
            .collect();
        assert_eq!(stray, Vec::<PathBuf>::new(), "{when}");
    }
}

#[test]
fn each_form_of_mklink() {
    check("mklink", MKLINK);
}

#[test]
fn each_form_of_new_item() {
    check("new-item", NEW_ITEM);
}

#[test]
fn called_by_their_own_names() {
    for called in ["mklink", "MkLink", "mklink.exe"] {
        let lab = Lab::new(PROGRAM);
        let output = lab
            .command()
            .arg0(called)
            .args(["new", "file"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), MADE);
    }
    let lab = Lab::new(PROGRAM);
    let words = ["-It", "SymbolicLink", "new", "-Va", "file"];
    let output = lab.command().arg0("New-Item").args(words).output().unwrap();
    assert!(output.status.success() && lab.home().join("new").is_symlink());
}

#[test]
fn what_is_confirmed_is_made() {
    let lab = Lab::new(PROGRAM);
    for (answer, is_made) in [("n", false), ("y", true)] {
        lab.sh(&format!(
            "echo {answer} | lw new-item -Confirm -It SymbolicLink new -Va file"
        ));
        assert_eq!(lab.home().join("new").is_symlink(), is_made);
    }
}

#[test]
fn a_hard_link_to_another_volume() {
    let Some(volume) = Mounted::new(FileSystem::Tmpfs, 8) else {
        return;
    };
    let lab = Lab::new(PROGRAM);
    let far = volume.path().join("far");
    fs::write(&far, "x").unwrap();
    let outcome = lab.lw(&["mklink", "/H", "new", far.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "The system cannot move the file to a different disk drive.\n"
    );
}

#[test]
fn a_volume_without_links() {
    let Some(volume) = Mounted::new(FileSystem::ExfatFuse, 16) else {
        return;
    };
    let lab = Lab::new(PROGRAM);
    let link = volume.path().join("new");
    let outcome = lab.lw(&["mklink", link.to_str().unwrap(), "file"]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "The device does not support symbolic links.\n"
    );
}

#[test]
fn force_never_deletes_before_it_has_made() {
    // PowerShell's own -Force deletes first, and when it then fails the old thing is gone.
    for (before, words) in [
        (
            "printf precious > name",
            [
                "new-item",
                "-It",
                "SymbolicLink",
                "name",
                "-Va",
                "x",
                "-Force",
            ],
        ),
        (
            "printf precious > other; ln -s y name",
            [
                "new-item", "-It", "HardLink", "name", "-Va", "other", "-Force",
            ],
        ),
    ] {
        let mut count = 0;
        for n in 1..MOST_EFFECTS {
            let lab = Lab::new(PROGRAM);
            lab.sh(before);
            let outcome = lab.lw_with(&words, &Fault::KillAfter(n));
            assert!(
                fs::symlink_metadata(lab.home().join("name")).is_ok(),
                "{n}: {outcome:#?}"
            );
            let found = std::process::Command::new("grep")
                .args(["-rlx", "precious"])
                .arg(lab.top())
                .output()
                .unwrap();
            assert!(!found.stdout.is_empty(), "{n}: {outcome:#?}");
            if !outcome.hit {
                assert_eq!(outcome.code, Some(0), "{outcome:#?}");
                break;
            }
            count += 1;
        }
        assert!((2..MOST_EFFECTS - 1).contains(&count), "{count}");
    }
}
