//! What is linkwright's own is no part of what is taken.

use std::fs;

use crate::ground::{assert_sound, lab, number, take, text};

/// A ledger that is at work would be torn, and giving it back would undo what was done since.
#[test]
fn the_state_folder_is_left_out() {
    let mut lab =
        lab("mkdir -p src/.local/state/linkwright src/d; echo 1 > src/d/x; ln -s x src/d/l");
    let state = lab.home().join("src/.local/state/linkwright");
    lab.set_state(&state);
    for policy in ["preserve", "follow", "follow-once"] {
        let id = take(&lab, &["--links", policy]);
        assert!(state.join("ledger.db").exists() || fs::read_dir(&state).unwrap().count() > 0);
        let taken = lab
            .home()
            .join(format!("store/{id}/src/.local/state/linkwright"));
        assert_eq!(fs::read_dir(taken).unwrap().count(), 0, "{policy}");
        assert_eq!(text(&lab, &format!("store/{id}/src/d/x")), "1\n");
        let seen = lab.lw(&["snapshot", "verify", "--against-source", "store"]);
        assert_eq!(seen.code, Some(0), "{seen:#?}");
    }
    assert_sound(&lab);
}

#[test]
fn quarantine_is_left_out_and_not_missed() {
    let lab = lab("mkdir -p src/d/.linkwright-0/op src/.linkwright-mine; echo 1 > src/x
        echo kept > src/d/.linkwright-0/op/x; echo own > src/.linkwright-mine/y; echo f > src/d/.linkwright-1");
    let taken = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    // What only begins like one was named so by somebody.
    assert_eq!(number(&taken, "files"), 3);
    assert!(!lab.home().join("store/latest/src/d/.linkwright-0").exists());
    assert_eq!(text(&lab, "store/latest/src/.linkwright-mine/y"), "own\n");
    assert_eq!(text(&lab, "store/latest/src/d/.linkwright-1"), "f\n");
    let seen = lab.lw(&["snapshot", "verify", "--against-source", "store"]);
    assert_eq!(seen.code, Some(0), "{seen:#?}");
}

/// A link in the sources that leads to it is not followed there.
#[test]
fn the_state_folder_is_not_followed_to() {
    let lab = lab("mkdir src; echo 1 > src/x");
    lab.sh(&format!("ln -s '{}' src/state", lab.state().display()));
    for policy in ["follow", "follow-once"] {
        let id = take(&lab, &["--links", policy]);
        let taken = lab.home().join(format!("store/{id}/src/state"));
        let found = fs::read_dir(&taken).map_or(0, Iterator::count);
        let is_link = fs::symlink_metadata(&taken).unwrap().is_symlink();
        assert!(is_link || found == 0, "{policy}: {found}");
    }
    assert_sound(&lab);
}
