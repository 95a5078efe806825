//! A tree that changes while it is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lw_testkit::Lab;

use super::ground::{PROGRAM, Paths, assert_same, bytes, lw, path, paths_of, with_findings};
use super::grown::Dice;

const ROUNDS: usize = 30;
const FOLDERS: usize = 40;

/// Links that nobody touches, among folders that are never still.
struct Stable {
    sound: Paths,
    dangling: Paths,
    circles: Paths,
}

fn plant(top: &Path) -> Stable {
    let mut stable = Stable {
        sound: Paths::new(),
        dangling: Paths::new(),
        circles: Paths::new(),
    };
    fs::write(top.join("file"), "x").unwrap();
    for number in 0..FOLDERS {
        let folder = top.join(format!("folder{number}"));
        fs::create_dir_all(folder.join("busy")).unwrap();
        let link = |set: &mut Paths, name: &str, text: &str| {
            symlink(text, folder.join(name)).unwrap();
            set.insert(folder.join(name));
        };
        link(&mut stable.sound, "sound", "../file");
        link(&mut stable.sound, "sound-too", "sound");
        link(&mut stable.dangling, "dangling", "../never/there");
        link(&mut stable.circles, "circle", "circle");
    }
    stable
}

/// Makes, renames and removes things until it is told to stop.
fn churn(top: &Path, stop: &AtomicBool, changes: &AtomicU64) {
    let mut dice = Dice::new(5);
    while !stop.load(Ordering::Relaxed) {
        let mut place = || -> PathBuf {
            let folder = format!("folder{}/busy/{}", dice.below(FOLDERS), dice.below(6));
            match dice.below(3) {
                0 => top.join(folder).join(dice.below(3).to_string()),
                _ => top.join(folder),
            }
        };
        let (one, two) = (place(), place());
        // Each may fail, as what it meets may be anything.
        let done = match dice.below(9) {
            0 => fs::write(&one, "x").is_ok(),
            1 => fs::create_dir(&one).is_ok(),
            2 => symlink("../../file", &one).is_ok(),
            3 => symlink("gone", &one).is_ok(),
            4 => symlink(&two, &one).is_ok(),
            5 | 6 => fs::rename(&one, &two).is_ok(),
            7 => fs::remove_file(&one).is_ok(),
            _ => fs::remove_dir_all(&one).is_ok(),
        };
        changes.fetch_add(u64::from(done), Ordering::Relaxed);
    }
}

#[test]
fn no_crash_and_no_word_against_what_nobody_touches() {
    let lab = Lab::new(PROGRAM);
    let top = lab.home().join("tree");
    fs::create_dir(&top).unwrap();
    let stable = plant(&top);
    let (stop, changes) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| churn(&top, &stop, &changes));
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let _stop = Stop(&stop);
        for _ in 0..ROUNDS {
            let answer = lw(&lab, &["check", "--json", "tree"]);
            assert!(matches!(answer.code, Some(1 | 3)), "{answer:?}");
            let findings = answer.of_type("finding");
            let of = |word: &str, set: &Paths| -> Paths {
                with_findings(&findings, &[word])
                    .intersection(set)
                    .cloned()
                    .collect()
            };
            assert_same(
                "dangling",
                &of("dangling", &stable.dangling),
                &stable.dangling,
            );
            assert_same("circles", &of("loop", &stable.circles), &stable.circles);
            for finding in &findings {
                let link = path(finding, "path");
                assert!(!stable.sound.contains(&link), "{finding}");
                let is_busy = link.components().any(|part| part.as_os_str() == "busy");
                assert!(is_busy || finding["finding"] != "cannot-tell", "{finding}");
            }
            let answer = lw(&lab, &["list", "--json", "tree"]);
            assert!(matches!(answer.code, Some(0 | 3)), "{answer:?}");
            let links = answer.of_type("link");
            let ours = paths_of(&links);
            assert_eq!(ours.len(), links.len(), "a link is told twice");
            for set in [&stable.sound, &stable.dangling, &stable.circles] {
                assert!(set.is_subset(&ours));
            }
            let texts = links
                .iter()
                .filter(|link| stable.dangling.contains(&path(link, "path")));
            texts.for_each(|link| assert_eq!(bytes(link, "target"), "../never/there"));
            for arguments in [
                &["list", "--dangling", "--hard", "tree"] as &[&str],
                &["list", "--outside", "--target-under", "tree", "tree"],
                &["links-to", "tree/file", "--in", "tree"],
                &["repair", "-n", "tree"],
            ] {
                let answer = lw(&lab, arguments);
                assert!(
                    matches!(answer.code, Some(0 | 3 | 4)),
                    "{arguments:?}: {answer:?}"
                );
                assert!(!answer.stderr.contains("panicked"), "{answer:?}");
            }
        }
    });
    assert!(changes.load(Ordering::Relaxed) > 1000);
}
