//! Links that lead nowhere, in a circle, or to a folder that holds them; names that are no links.

use std::fs;

use super::Transcript;

#[test]
fn a_link_that_leads_nowhere() {
    let mut t = Transcript::new();
    t.file("real/file");
    t.link("gone/away", "dangling");
    t.link("dangling", "second");
    t.link("real/file/below", "through-file");
    for link in ["dangling", "second", "through-file"] {
        t.refused(&["bring-back", link]);
        t.done(&["show", link]);
        t.refused(&["link", link, "new"]);
        t.refused(&["retarget", link, "nowhere"]);
    }
    t.done(&["retarget", "dangling", "real"]);
    t.done(&["undo"]);
    t.done(&["retarget", "dangling", "nowhere", "--allow-dangling"]);
    t.done(&["remove", "dangling"]);
    t.done(&["undo"]);
    t.done(&["link", "gone/away", "new", "--allow-dangling", "--relative"]);
    t.done(&["link", "gone/away", "absolute", "--allow-dangling"]);
    assert_eq!(
        fs::read_link(t.path("new")).unwrap(),
        std::path::Path::new("gone/away")
    );
    assert_eq!(
        fs::read_link(t.path("absolute")).unwrap(),
        t.path("gone/away")
    );
    t.compare("dangling");
}

#[test]
fn links_in_a_circle() {
    let mut t = Transcript::new();
    t.folder("real");
    t.link("self", "self");
    t.link("b", "a");
    t.link("c", "b");
    t.link("a", "c");
    t.link("a", "door");
    for link in ["self", "a", "door"] {
        t.refused(&["bring-back", link]);
        t.done(&["show", link]);
        t.refused(&["link", link, "new"]);
        t.refused(&["move", link, "real"]);
    }
    t.refused(&["move", "real", "a/below"]);
    t.refused(&["link", "real", "a/below"]);
    t.refused(&["link", "new", "new"]);
    t.refused(&["link", "new", "new", "--allow-dangling"]);
    t.refused(&["retarget", "a", "a"]);
    t.refused(&["retarget", "a", "c"]);
    t.refused(&["retarget", "a", "c", "--allow-dangling"]);
    t.done(&["remove", "a", "self"]);
    t.compare("circles");
}

#[test]
fn forty_one_links_in_a_row() {
    let mut t = Transcript::new();
    t.folder("real");
    t.link("real", "hop-0");
    for n in 1..=45 {
        t.link(format!("hop-{}", n - 1), &format!("hop-{n}"));
    }
    t.done(&["show", "hop-2"]);
    t.refused(&["bring-back", "hop-45"]);
    t.refused(&["link", "hop-45", "new"]);
    let shown = t.done(&["show", "hop-45"]);
    assert!(shown.stdout.contains("too deep"), "{shown:#?}");
    t.compare("too_deep");
}

#[test]
fn a_link_to_a_folder_that_holds_it() {
    let mut t = Transcript::new();
    t.folder("a/b/c");
    t.file("file");
    t.link("file", "link");
    t.link("../..", "a/b/up");
    t.refused(&["link", "a", "a/b/c/again"]);
    t.refused(&["link", "a/b/c/../..", "a/b/c/again"]);
    t.refused(&["link", "a/b", "a/b/again"]);
    t.refused(&["link", "/", "root"]);
    t.refused(&["retarget", "link", "."]);
    t.refused(&["retarget", "link", "/"]);
    t.refused(&["bring-back", "a/b/up"]);
    t.done(&["link", "a", "a/b/c/again", "--allow-recursive"]);
    t.done(&["link", "/", "root", "--allow-recursive"]);
    t.done(&["retarget", "link", ".", "--allow-recursive"]);
    t.compare("recursive");
}

#[test]
fn a_link_to_a_link_is_brought_back_one_at_a_time() {
    let mut t = Transcript::new();
    t.folder("far/real");
    t.link("far/real", "one");
    t.link("one", "two");
    t.refused(&["bring-back", "two"]);
    t.done(&["bring-back", "one"]);
    t.done(&["bring-back", "two"]);
    t.compare("link_to_link");
}

#[test]
fn a_name_that_is_no_link_is_not_removed() {
    let mut t = Transcript::new();
    t.file("plain");
    t.file("folder/file");
    t.file("first");
    fs::hard_link(t.path("first"), t.path("second")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, t.path("pipe"), rustix::fs::Mode::RUSR).unwrap();
    t.refused(&["remove", "plain"]);
    t.refused(&["remove", "plain/"]);
    t.refused(&["remove", "folder"]);
    t.refused(&["remove", "pipe"]);
    t.refused(&["bring-back", "pipe"]);
    t.refused(&["link", "--hard", "plain", "second"]);
    t.remark("one of two names goes, the last stays");
    t.done(&["remove", "second"]);
    // The quarantine holds the other name, so by number the file still has two; it must not go to purge.
    t.done(&["purge", "--all", "--yes", "--quiet"]);
    t.refused(&["remove", "first"]);
    assert_eq!(fs::read(t.path("first")).unwrap(), b"first");
    t.compare("no_link");
}

/// Both names at once would leave only quarantine with the content.
#[test]
fn the_last_names_of_a_file_are_not_removed_together() {
    let mut t = Transcript::new();
    t.file("first");
    fs::hard_link(t.path("first"), t.path("second")).unwrap();
    t.refused(&["remove", "first", "second"]);
    t.compare("last_names");
}

/// A name that only quarantine holds is none that anyone uses: the other one stays.
#[test]
fn a_name_in_quarantine_does_not_count() {
    let mut t = Transcript::new();
    t.file("first");
    fs::hard_link(t.path("first"), t.path("second")).unwrap();
    let before = lw_testkit::Picture::of(t.lab.home());
    t.done(&["remove", "first"]);
    t.refused(&["remove", "second"]);
    t.done(&["undo"]);
    assert_eq!(before, lw_testkit::Picture::of(t.lab.home()));
}
