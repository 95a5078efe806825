//! Ledgers that cannot be used: nothing is changed for want of one, and the ledger's file stays byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::skip;

use super::Transcript;
use crate::transcript::everything_in;

/// Makes a lab with something to change and one operation in its ledger.
fn with_history() -> (Transcript, PathBuf) {
    let mut t = Transcript::new();
    t.file("projects/file");
    t.folder("far");
    t.link("far", "link");
    t.done(&["link", "projects", "door"]);
    let ledger = t.lab.state().join("ledger.db");
    (t, ledger)
}

/// Runs every changing command, each of which must end with 6 and touch neither files nor state.
fn all_refuse(t: &mut Transcript) {
    let state = t.lab.state().to_path_buf();
    let before = contents(&state);
    for arguments in [
        &["move", "projects", "far"] as &[&str],
        &["bring-back", "door"],
        &["link", "far", "new"],
        &["retarget", "link", "projects"],
        &["remove", "link"],
        &["undo"],
        &["undo", "-n"],
        &["recover"],
        &["log"],
        &["log", "--json"],
        &["purge", "--all", "--yes"],
    ] {
        t.ends(6, arguments);
        assert_eq!(before, contents(&state), "{arguments:?}");
    }
    // What a path is can be told without a ledger, and a plan can be shown.
    t.done(&["show", "link"]);
    assert_eq!(before, contents(&state));
}

/// Names, modes, owners and bytes: all but times.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(names) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all: Vec<_> = names
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let bytes = fs::read(&path).unwrap_or_default();
            (path, bytes)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_ledger_of_garbage() {
    let (mut t, ledger) = with_history();
    fs::write(
        &ledger,
        b"this is no database, whatever it says\n".repeat(100),
    )
    .unwrap();
    all_refuse(&mut t);
    let doctor = t.run(&["doctor"]);
    assert_eq!(doctor.code, Some(6), "{doctor:#?}");
    t.compare_with(
        "ledger_garbage",
        (r"(?s)\$ lw doctor.*?error:", "$ lw doctor\n[…]\nerror:"),
    );
}

#[test]
fn a_ledger_damaged_in_the_middle() {
    let (mut t, ledger) = with_history();
    let mut bytes = fs::read(&ledger).unwrap();
    let length = bytes.len();
    bytes[100..length].fill(0x5a);
    fs::write(&ledger, &bytes).unwrap();
    all_refuse(&mut t);
    t.compare("ledger_damaged");
}

#[test]
fn a_ledger_cut_short() {
    let (mut t, ledger) = with_history();
    let bytes = fs::read(&ledger).unwrap();
    fs::write(&ledger, &bytes[..5000]).unwrap();
    all_refuse(&mut t);
    t.compare("ledger_cut");
}

#[test]
fn a_ledger_of_another_program() {
    let (mut t, ledger) = with_history();
    fs::remove_file(&ledger).unwrap();
    let other = rusqlite::Connection::open(&ledger).unwrap();
    other
        .execute_batch("CREATE TABLE song (title TEXT); PRAGMA user_version = 1")
        .unwrap();
    drop(other);
    all_refuse(&mut t);
    t.compare("ledger_of_another");
}

/// One without a version must not get our tables beside its own.
#[test]
fn a_database_without_a_version() {
    let (mut t, ledger) = with_history();
    fs::remove_file(&ledger).unwrap();
    let other = rusqlite::Connection::open(&ledger).unwrap();
    other
        .execute_batch("CREATE TABLE song (title TEXT)")
        .unwrap();
    drop(other);
    let before = fs::read(&ledger).unwrap();
    t.ends(6, &["link", "far", "new"]);
    assert_eq!(before, fs::read(&ledger).unwrap());
    t.compare("ledger_without_version");
}

#[test]
fn a_newer_ledger() {
    let (mut t, ledger) = with_history();
    let newer = rusqlite::Connection::open(&ledger).unwrap();
    newer.pragma_update(None, "user_version", 4711).unwrap();
    drop(newer);
    all_refuse(&mut t);
    t.compare("ledger_newer");
}

#[test]
fn a_record_that_cannot_be_understood() {
    let (mut t, ledger) = with_history();
    let edited = rusqlite::Connection::open(&ledger).unwrap();
    edited
        .execute_batch("UPDATE unit SET record = '{\"x\": '; UPDATE operation SET subject = 'x'")
        .unwrap();
    drop(edited);
    let before = fs::read(&ledger).unwrap();
    for arguments in [&["undo"] as &[&str], &["undo", "1"], &["log"]] {
        t.ends(6, arguments);
        assert_eq!(before, fs::read(&ledger).unwrap());
    }
    t.compare("ledger_record");
}

#[test]
fn a_folder_where_the_ledger_should_be() {
    let (mut t, ledger) = with_history();
    fs::remove_file(&ledger).unwrap();
    fs::create_dir(&ledger).unwrap();
    all_refuse(&mut t);
    t.compare("ledger_is_folder");
}

#[test]
fn a_state_folder_that_cannot_be_made() {
    let mut t = Transcript::new();
    t.file("plain");
    t.folder("projects");
    t.link("nowhere", "dangling");
    for state in ["plain", "plain/state", "dangling"] {
        let state = t.path(state);
        t.lab.set_state(&state);
        t.ends(6, &["move", "projects", "there"]);
        t.ends(6, &["recover"]);
    }
    t.compare("state_unusable");
}

#[test]
fn no_place_for_a_ledger_at_all() {
    let mut t = Transcript::new();
    t.folder("projects");
    let output = t
        .command()
        .env_remove("LW_HOME")
        .env("HOME", "")
        .args(["move", "projects", "there"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    // The user database may know a home where the environment does not, so either word will do; nothing moves by it.
    assert!(
        !text.contains("panicked") && !t.path("projects").is_symlink() || output.status.success(),
        "{text}"
    );
    t.lab.set_state(Path::new("relative/state"));
    t.done(&["link", "projects", "link"]);
    assert!(t.path("relative/state/ledger.db").is_file());
}

#[test]
fn a_state_folder_of_another_user() {
    if !skip::is_root() {
        return;
    }
    let (mut t, ledger) = with_history();
    let state = t.lab.state().to_path_buf();
    std::os::unix::fs::chown(&state, Some(1000), Some(1000)).unwrap();
    std::os::unix::fs::chown(&ledger, Some(1000), Some(1000)).unwrap();
    let before = everything_in(&state);
    for arguments in [
        &["move", "projects", "far"] as &[&str],
        &["remove", "link"],
        &["undo"],
        &["recover"],
        &["purge", "--all", "--yes"],
    ] {
        t.run(arguments);
        assert_eq!(before, everything_in(&state), "{arguments:?}");
    }
    t.ends(6, &["remove", "link"]);
    t.done(&["log"]);
    assert_eq!(before, everything_in(&state));
    t.compare("ledger_foreign");
}

/// sudo keeps HOME on many systems: the first run must not leave root's things in someone's home.
#[test]
fn a_first_run_as_root_leaves_anothers_home_alone() {
    if !skip::is_root() {
        return;
    }
    let t = Transcript::new();
    t.folder("projects");
    let home = t.lab.home().to_path_buf();
    let owned = t.folder(".local/state");
    for folder in [&home, &t.path(".local"), &owned] {
        std::os::unix::fs::chown(folder, Some(1000), Some(1000)).unwrap();
    }
    let output = t
        .command()
        .env_remove("LW_HOME")
        .args(["link", "projects", "new"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!owned.join("linkwright").exists(), "{text}");
    assert_eq!(output.status.code(), Some(6), "{text}");
    assert!(!t.path("new").is_symlink());
}

#[test]
fn a_state_folder_that_may_not_be_written() {
    if !skip::is_root() {
        return;
    }
    let mut t = Transcript::new();
    t.act_as(65534);
    t.folder("projects");
    t.folder("far");
    // Beside the home folder: what lw does to its own folders is not watched here.
    let locked = t.lab.top().join("locked");
    fs::create_dir(&locked).unwrap();
    std::os::unix::fs::chown(&locked, Some(65534), Some(65534)).unwrap();
    fs::set_permissions(&locked, std::os::unix::fs::PermissionsExt::from_mode(0o555)).unwrap();
    t.lab.set_state(&locked);
    t.ends(6, &["move", "projects", "far"]);
    t.lab.set_state(&locked.join("state"));
    t.ends(6, &["move", "projects", "far"]);
    fs::set_permissions(&locked, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    t.done(&["link", "projects", "link"]);
    let state = locked.join("state");
    fs::set_permissions(
        state.join("ledger.db"),
        std::os::unix::fs::PermissionsExt::from_mode(0o444),
    )
    .unwrap();
    t.ends(6, &["move", "projects", "far"]);
    t.done(&["log"]);
    fs::set_permissions(
        state.join("ledger.db"),
        std::os::unix::fs::PermissionsExt::from_mode(0o0),
    )
    .unwrap();
    t.ends(6, &["move", "projects", "far"]);
    t.ends(6, &["log"]);
    t.done(&["show", "projects"]);
    fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o0)).unwrap();
    t.ends(6, &["move", "projects", "far"]);
    t.ends(6, &["log"]);
    t.done(&["show", "projects"]);
    fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    t.compare("state_not_writable");
}
