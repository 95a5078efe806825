//! Several at once, and a disk with no room left.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// Longer than a second `lw` waits.
const HELD_UP_S: u64 = 6;

fn wait_for(path: &Path) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{} did not come",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_same_and_nested_paths_are_waited_for_and_then_refused_others_are_free() {
    let lab = Lab::new(PROGRAM);
    lab.sh("mkdir -p tree/sub store; printf x > tree/x; printf y > y; lw link y warm");
    let begun = lab.home().join("begun");
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            // Held up between the exchange of names and whatever comes before it: the record is made.
            let hold = format!("touch '{}'; sleep {HELD_UP_S}", begun.display());
            lab.lw_with(&["move", "tree", "store"], &Fault::RunBefore(3, hold))
        });
        wait_for(&begun);
        let free = lab.command().args(["link", "y", "free"]).output().unwrap();
        assert!(free.status.success(), "{free:?}");
        for nested in ["tree", "tree/sub/new"] {
            let refused = lab
                .command()
                .args(["link", "y", nested, "--replace"])
                .output()
                .unwrap();
            let words = String::from_utf8_lossy(&refused.stderr).into_owned();
            let first_done = first.is_finished();
            assert!(
                refused.status.code() == Some(5) || first_done,
                "{nested}: {words}"
            );
            if !first_done {
                assert!(
                    words.contains("process "),
                    "{nested}: the other's number is missing: {words}"
                );
                break;
            }
        }
        let outcome = first.join().unwrap();
        assert_eq!((outcome.code, outcome.hit), (Some(0), true), "{outcome:#?}");
    });
    // Freed, the paths can be worked on again.
    lab.lw_ok(&["link", "y", "tree/sub/new"]);
}

#[test]
fn twenty_at_once_on_different_paths() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf x > x");
    std::thread::scope(|scope| {
        for number in 0..20 {
            let mut command = lab.command();
            command.args(["link", "x", &format!("link-{number}")]);
            scope.spawn(move || {
                let output = command.output().unwrap();
                assert!(
                    output.status.success(),
                    "{}",
                    String::from_utf8_lossy(&output.stderr)
                );
            });
        }
    });
    let log = lab.lw_ok(&["log", "--json"]);
    assert_eq!(log.stdout.lines().count(), 20);
    assert!((0..20).all(|number| lab.home().join(format!("link-{number}")).is_symlink()));
}

#[test]
fn a_full_disk_does_not_keep_a_move_from_its_record() {
    let Some(volume) = Mounted::new(FileSystem::Tmpfs, 8) else {
        return;
    };
    let lab = Lab::at(PROGRAM, volume.path());
    lab.sh("mkdir -p tree store; printf x > tree/x; lw link tree/x warm");
    assert!(lab.state().join("reserve").is_file());
    let filled = lab.home().join("filler");
    let mut file = fs::File::create(&filled).unwrap();
    let full = loop {
        if let Err(error) = std::io::Write::write_all(&mut file, &[0x5a; 4096]) {
            break error;
        }
    };
    assert_eq!(full.raw_os_error(), Some(libc::ENOSPC));
    // Without the lab's own list of effects, for which there is no room.
    let plain = |arguments: &[&str]| {
        let output = lab.command().args(arguments).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {words}");
    };
    plain(&["move", "tree", "store"]);
    assert_eq!(fs::read_to_string(lab.home().join("tree/x")).unwrap(), "x");
    plain(&["undo"]);
    assert!(!lab.home().join("tree").is_symlink());
    drop(file);
    fs::remove_file(&filled).unwrap();
    // With room again, the reserve is kept again.
    lab.lw_ok(&["link", "tree/x", "another"]);
    assert!(lab.state().join("reserve").is_file());
}
