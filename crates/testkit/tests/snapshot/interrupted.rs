//! Restores in place that were interrupted, and what people did next.

use std::os::unix::fs::PermissionsExt as _;

use lw_testkit::{Fault, Lab};

use crate::ground::{lab, take, text};

const IN_PLACE: [&str; 4] = ["snapshot", "restore", "store/latest", "--in-place"];

fn shell(lab: &Lab, script: &str) -> String {
    let mut command = std::process::Command::new("sh");
    let output = command
        .args(["-c", script])
        .current_dir(lab.home())
        .output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// Seventy files, of which all have changed since the snapshot: more than are restored at a time.
fn seventy() -> Lab {
    let lab = lab("mkdir src; for i in $(seq -w 70); do echo f$i > src/f$i; done");
    take(&lab, &[]);
    lab.sh("for i in $(seq -w 70); do echo new $i > src/f$i; done");
    lab
}

/// What stands by now where something was to come, and nothing was done yet, is somebody's: it is no work of the restore.
#[test]
fn what_others_have_made_meanwhile_is_not_taken_for_its_own() {
    let ground = || {
        let lab = lab("mkdir -p src/d; echo important > src/conf; echo d > src/d/x");
        take(&lab, &[]);
        lab.sh("rm -r src/conf src/d");
        lab
    };
    let command = [&IN_PLACE[..], &["-y"]].concat();
    let effects = ground().lw_ok(&command).effects;
    let is_built = |line: &String| line.starts_with("restore ");
    let first = effects.iter().position(is_built).unwrap();
    for n in 1..=first + 1 {
        let lab = ground();
        assert!(lab.lw_with(&command, &Fault::KillBefore(n)).hit);
        lab.sh("echo default > src/conf; mkdir src/d; echo work > src/d/work");
        lab.lw(&["recover"]);
        lab.lw(&["undo"]);
        assert_eq!(text(&lab, "src/conf"), "default\n", "{n}");
        assert_eq!(text(&lab, "src/d/work"), "work\n", "{n}");
    }
}

/// One file that was saved anew since keeps neither settling nor undo from all the others.
#[test]
fn a_file_that_was_saved_since_keeps_no_other() {
    let clean = seventy().lw_ok(&IN_PLACE).effects;
    let syncs: Vec<usize> = clean
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("sync volume"))
        .map(|(at, _)| at + 1)
        .collect();
    let [_, put, built, ..] = syncs[..] else {
        panic!("{clean:#?}");
    };
    // One of the first that are restored, and one of the second, that was not begun.
    for saved in ["f01", "f70"] {
        for at in [put + 6, built] {
            let lab = seventy();
            assert!(lab.lw_with(&IN_PLACE, &Fault::KillBefore(at)).hit);
            lab.sh(&format!("echo edited > src/t; mv src/t src/{saved}"));
            lab.lw_ok(&["recover"]);
            lab.lw(&["undo", "2"]);
            assert_eq!(text(&lab, &format!("src/{saved}")), "edited\n", "{at}");
            assert_eq!(text(&lab, "src/f33"), "new 33\n", "{saved} {at}");
        }
    }
}

/// Nor after a restore that went well.
#[test]
fn undo_leaves_alone_what_was_changed_since() {
    let lab = seventy();
    lab.lw_ok(&IN_PLACE);
    lab.sh("echo edited > src/t; mv src/t src/f02; rm src/f03");
    let undone = lab.lw(&["undo"]);
    assert!(undone.stderr.contains("f02"), "{undone:#?}");
    assert_eq!(text(&lab, "src/f02"), "edited\n");
    assert!(!lab.home().join("src/f03").exists());
    assert_eq!(text(&lab, "src/f04"), "new 04\n");
    assert_eq!(text(&lab, "src/f70"), "new 70\n");
}

/// Somebody who says that it is enough is heard between two files.
#[test]
fn it_stops_between_two_files() {
    let clean = seventy().lw_ok(&IN_PLACE).effects;
    let tenth = clean
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("restore file"))
        .nth(9);
    let at = tenth.unwrap().0 + 1;
    let lab = seventy();
    let stopped = lab.lw_with(
        &IN_PLACE,
        &Fault::RunBefore(at, "kill -INT $PPID".to_owned()),
    );
    assert_eq!((stopped.code, stopped.hit), (Some(3), true), "{stopped:#?}");
    assert_eq!(text(&lab, "src/f70"), "new 70\n");
    lab.lw(&["undo"]);
    assert_eq!(text(&lab, "src/f01"), "new 01\n");
}

/// What a folder had is not lost if it cannot be given what it is to have.
#[test]
fn a_folder_keeps_what_it_had_if_it_cannot_be_given_all() {
    const EIO: i32 = 5;
    let lab = Lab::new(crate::ground::PROGRAM);
    lab.sh("mkdir -p src/b; echo 1 > src/b/f; chmod 700 src/b");
    take(&lab, &[]);
    lab.sh("chmod 755 src/b; setfattr -n user.mine -v only-copy src/b || true");
    let before = shell(&lab, "getfattr -d src/b 2> /dev/null; stat -c %a src/b");
    let clean = lab.lw_ok(&["snapshot", "restore", "store/latest", "--in-place", "-n"]);
    assert!(clean.stdout.contains("give the folder"), "{clean:#?}");
    let failed = lab.lw_with(
        &IN_PLACE,
        &Fault::FailAt("give facts".to_owned(), "src/b".to_owned(), EIO),
    );
    assert_ne!(failed.code, Some(0), "{failed:#?}");
    assert_eq!(
        shell(&lab, "getfattr -d src/b 2> /dev/null; stat -c %a src/b"),
        before
    );
    let mode = std::fs::metadata(lab.home().join("src/b"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o755);
}
