//! What the tests of this suite share.

use std::fs;

use lw_testkit::{Fault, Lab, Picture};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// Where the manifest lies, below the home folder.
pub(crate) const MANIFEST: &str = "dot/links.toml";

/// Makes a lab in memory, where that is possible, and runs a script in its home folder.
pub(crate) fn lab(script: &str) -> Lab {
    let lab = Lab::in_memory(PROGRAM);
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

/// Kills a command before and after each of its effects: after settling nothing is lost by the word of `is_whole`, what was done is
/// taken back to the byte, and from wherever it stopped, doing it again ends where it would have ended.
pub(crate) fn kill_at_every_effect(
    ground: &str,
    command: &[&str],
    least_effects: usize,
    is_whole: impl Fn(&Lab, &str),
) {
    let clean = lab(ground);
    let before = picture(&clean);
    let outcome = clean.lw_ok(command);
    let after = picture(&clean).shape(clean.home());
    clean.lw_ok(&["undo"]);
    assert_same(&before, &clean);
    assert!(outcome.effects.len() > least_effects, "{outcome:#?}");
    for n in 1..=outcome.effects.len() {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let what = format!("{fault:?} {}", outcome.effects[n - 1]);
            let lab = lab(ground);
            let before = picture(&lab);
            let killed = lab.lw_with(command, &fault);
            assert_eq!(
                (killed.code, killed.hit),
                (None, true),
                "{what}: {killed:#?}"
            );
            lab.lw_ok(&["recover"]);
            is_whole(&lab, &what);
            if !before.differences(&picture(&lab)).is_empty() {
                lab.lw_ok(&["undo"]);
            }
            let differences = before.differences(&picture(&lab));
            assert!(differences.is_empty(), "{what}: {differences:#?}");
            lab.lw_ok(command);
            let differences = after.differences(&picture(&lab).shape(lab.home()));
            assert!(differences.is_empty(), "{what}: {differences:#?}");
        }
    }
}
