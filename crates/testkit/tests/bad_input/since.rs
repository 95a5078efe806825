//! What was changed between an operation and the wish to take it back.

use std::fs;

use super::Transcript;

/// Makes a lab in which `projects` was moved to `far/projects`.
fn moved() -> Transcript {
    let mut t = Transcript::new();
    t.file("projects/file");
    t.folder("far");
    t.done(&["move", "projects", "far"]);
    t
}

#[test]
fn a_link_that_was_replaced_by_a_folder() {
    let mut t = moved();
    fs::remove_file(t.path("projects")).unwrap();
    t.file("projects/mine");
    t.refused(&["undo"]);
    t.refused(&["undo", "1"]);
    t.refused(&["undo", "-n"]);
    t.refused(&["bring-back", "projects"]);
    t.compare("replaced_by_folder");
}

#[test]
fn a_link_that_was_edited() {
    let mut t = moved();
    t.file("elsewhere/mine");
    fs::remove_file(t.path("projects")).unwrap();
    t.link("elsewhere", "projects");
    t.refused(&["undo"]);
    t.remark("what it leads to now may come back: that is what bring-back says");
    t.done(&["bring-back", "-n", "projects"]);
    t.compare("edited");
}

#[test]
fn what_was_moved_is_gone_or_another() {
    let mut t = moved();
    fs::rename(t.path("far/projects"), t.path("far/renamed")).unwrap();
    t.refused(&["undo"]);
    t.refused(&["bring-back", "projects"]);
    t.remark("another thing by that name: what stands at DEST now is what comes back");
    t.file("far/projects/another");
    t.done(&["undo"]);
    assert!(t.path("projects/another").is_file() && !t.path("projects").is_symlink());
    assert!(t.path("far/renamed/file").is_file());
    t.compare("moved_away");
}

#[test]
fn edits_inside_are_no_change_of_the_link() {
    let mut t = moved();
    fs::write(t.path("projects/new"), "new").unwrap();
    t.done(&["undo"]);
    assert_eq!(fs::read(t.path("projects/new")).unwrap(), b"new");
    assert!(!t.path("far/projects").exists());
    t.compare("edits_inside");
}

#[test]
fn a_name_that_was_taken_since() {
    let mut t = Transcript::new();
    t.folder("real");
    t.link("real", "link");
    t.done(&["remove", "link"]);
    t.file("link");
    t.refused(&["undo"]);
    fs::remove_file(t.path("link")).unwrap();
    t.done(&["undo"]);
    t.refused(&["undo", "1"]);
    t.refused(&["undo"]);
    t.remark("the undo itself can be undone, once");
    t.done(&["undo", "2"]);
    t.refused(&["undo", "2"]);
    t.compare("taken_since");
}

#[test]
fn what_was_purged_cannot_come_back() {
    let mut t = Transcript::new();
    t.file("real/file");
    t.file("old");
    t.link("real", "link");
    t.done(&["link", "--replace", "real", "old"]);
    t.done(&["remove", "link"]);
    t.done(&["purge", "--all", "--yes"]);
    t.refused(&["undo", "1"]);
    t.remark("a removed link whose quarantine is gone");
    let answer = t.run(&["undo", "2"]);
    assert!(matches!(answer.code, Some(0 | 4)), "{answer:#?}");
    t.compare("purged");
}

#[test]
fn a_new_link_that_was_changed_since() {
    let mut t = Transcript::new();
    t.folder("real");
    t.done(&["link", "real", "link"]);
    fs::remove_file(t.path("link")).unwrap();
    t.refused(&["undo"]);
    t.file("link");
    t.refused(&["undo"]);
    fs::remove_file(t.path("link")).unwrap();
    t.link("elsewhere", "link");
    t.refused(&["undo"]);
    t.compare("new_link_changed");
}
