//! Two volumes: drive X: is another one than that of the lab, where whoever runs the suite offers one.

use std::fs;
use std::path::PathBuf;

use crate::ground::{assert_unchanged, fill, has_symbolic_links, lab, tree};

/// A folder of its own on the other volume, if there is one.
fn other_volume(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("LW_TEST_OTHER_VOLUME") else {
        println!("skipped: other volume: LW_TEST_OTHER_VOLUME names none");
        return None;
    };
    let folder = PathBuf::from(root).join(name);
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

#[test]
fn a_hard_link_does_not_cross_volumes() {
    let Some(other) = other_volume("hard") else {
        return;
    };
    let lab = lab();
    fill(&lab, &["file"]);
    let link = other.join("link");
    let outcome = lab.lw(&["link", "--hard", "file", link.to_str().unwrap()]);
    assert_unchanged(&outcome);
    assert!(outcome.stderr.contains("different volumes"), "{outcome:#?}");
    assert!(tree(&other).is_empty());
}

#[test]
fn no_relative_text_leads_to_another_drive() {
    let Some(other) = other_volume("relative") else {
        return;
    };
    let lab = lab();
    fs::write(other.join("far"), "far").unwrap();
    let far = other.join("far");
    let outcome = lab.lw(&[
        "link",
        "--symbolic",
        "--relative",
        far.to_str().unwrap(),
        "l",
    ]);
    assert_unchanged(&outcome);
    assert!(outcome.stderr.contains("relative"), "{outcome:#?}");
    assert!(tree(lab.home()).is_empty());
}

#[test]
fn a_move_to_another_volume_that_can_leave_no_link_loses_nothing() {
    let Some(other) = other_volume("move") else {
        return;
    };
    let lab = lab();
    if has_symbolic_links(&lab) {
        println!("skipped: no links: this system makes symbolic links");
        return;
    }
    fill(&lab, &["Projects/one", "Projects/deep/two"]);
    let start = tree(lab.home());
    let dest = other.join("Projects");
    let outcome = lab.lw(&[
        "move",
        "--yes",
        "--lossy",
        "Projects",
        dest.to_str().unwrap(),
    ]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert_eq!(tree(lab.home()), start);
}
