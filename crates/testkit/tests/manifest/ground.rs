//! What the tests of this suite share.

use std::fs;
use std::path::Path;

use lw_testkit::{Lab, Picture};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// Where the manifest lies, below the home folder.
pub(crate) const MANIFEST: &str = "dot/links.toml";

/// Makes a lab in memory, where that is possible, and runs a script in its home folder.
pub(crate) fn lab(script: &str) -> Lab {
    let memory = Path::new("/dev/shm");
    let lab = match memory.is_dir() {
        true => Lab::at(PROGRAM, memory),
        false => Lab::new(PROGRAM),
    };
    lab.sh(script);
    lab
}

pub(crate) fn picture(lab: &Lab) -> Picture {
    Picture::of(lab.home())
}

pub(crate) fn assert_same(before: &Picture, lab: &Lab) {
    let differences = before.differences(&picture(lab));
    assert!(differences.is_empty(), "{differences:#?}");
}

/// As [`assert_same`], but for the number of names of files: quarantine may hold one more.
pub(crate) fn assert_same_content(before: &Picture, lab: &Lab) {
    let differences = differences_in_content(before, lab);
    assert!(differences.is_empty(), "{differences:#?}");
}

pub(crate) fn differences_in_content(before: &Picture, lab: &Lab) -> Vec<String> {
    let mut differences = before.differences(&picture(lab));
    differences.retain(|line| {
        let (_, states) = line.split_once(": ").unwrap();
        let (then, now) = states.split_once(" / ").unwrap();
        without_names(then) != without_names(now)
    });
    differences
}

fn without_names(state: &str) -> String {
    let words: Vec<&str> = state.split(' ').collect();
    let is_count = |index: usize| words.get(index + 1) == Some(&"names");
    let kept = words
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_count(*index));
    kept.map(|(_, word)| *word).collect()
}

/// What is read by way of a path below the home folder.
pub(crate) fn leads_to(lab: &Lab, path: &str) -> String {
    fs::read_to_string(lab.home().join(path)).unwrap_or_else(|error| format!("{path}: {error}"))
}
