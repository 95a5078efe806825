//! Hard links: the links that Wine can make.

use std::fs;

use crate::ground::{assert_unchanged, fill, lab, tree};

#[test]
fn made_shown_removed_and_undone() {
    let lab = lab();
    fill(&lab, &["letter.txt"]);
    let start = tree(lab.home());
    lab.lw_ok(&["link", "--hard", "letter.txt", "again.txt"]);
    let entry = |name: &str| lw_fs::look::entry(&lab.home().join(name)).unwrap();
    assert_eq!(entry("letter.txt").identity, entry("again.txt").identity);
    assert_eq!(entry("letter.txt").link_count, 2);

    let shown = lab.lw_ok(&["show", "again.txt"]).stdout;
    assert!(
        shown.contains("again.txt") && shown.contains('2'),
        "{shown}"
    );

    lab.lw_ok(&["remove", "again.txt"]);
    assert!(!lab.home().join("again.txt").exists());
    lab.lw_ok(&["undo"]);
    assert!(lab.home().join("again.txt").exists());
    lab.lw_ok(&["undo", "1"]);
    assert_eq!(tree(lab.home()), start);
    lab.lw_ok(&["link", "--hard", "letter.txt", "again.txt"]);
    fs::write(lab.home().join("again.txt"), "by the new name").unwrap();
    let read = fs::read_to_string(lab.home().join("letter.txt")).unwrap();
    assert_eq!(read, "by the new name");
    let log = lab.lw_ok(&["log"]).stdout;
    assert_eq!(log.matches("again.txt").count(), 5, "{log}");
}

/// Wine 8 does not tell the names of a file.
#[test]
fn the_other_names_of_a_file_are_shown_without_a_search() {
    let lab = lab();
    fill(&lab, &["letter.txt", "folder/inside"]);
    lab.lw_ok(&["link", "--hard", "letter.txt", r"folder\again.txt"]);
    let shown = lab.lw_ok(&["show", "letter.txt"]).stdout;
    let as_json = lab.lw_ok(&["show", "--json", "letter.txt"]).stdout;
    let object: serde_json::Value = serde_json::from_str(&as_json).unwrap();
    match lw_fs::look::names_of(&lab.home().join("letter.txt")).unwrap() {
        Some(_) => {
            let again = lab.home().join(r"folder\again.txt");
            let path = again.to_str().unwrap();
            assert!(
                shown.contains("also named") && shown.contains(path),
                "{shown}"
            );
            let names = object["other_names"].as_array().unwrap();
            assert_eq!(names.len(), 1, "{as_json}");
            assert_eq!(names[0]["path"], path);
        }
        None => {
            assert!(!shown.contains("also named"), "{shown}");
            assert!(object.get("other_names").is_none(), "{as_json}");
            println!("skipped: the names of a file: not told here");
        }
    }
    let alone = lab.lw_ok(&["show", r"folder\inside"]).stdout;
    assert!(!alone.contains("also named"), "{alone}");
}

#[test]
fn what_is_displaced_lies_in_quarantine_until_it_comes_back() {
    let lab = lab();
    fill(&lab, &["new.txt", "old.txt"]);
    let start = tree(lab.home());
    lab.lw_ok(&["link", "--hard", "--replace", "new.txt", "old.txt"]);
    assert_eq!(fs::read(lab.home().join("old.txt")).unwrap(), b"new.txt");
    lab.lw_ok(&["undo"]);
    assert_eq!(tree(lab.home()), start);
    lab.lw_ok(&["undo", "2"]);
    assert_eq!(fs::read(lab.home().join("old.txt")).unwrap(), b"new.txt");
}

#[test]
fn a_read_only_file_gets_names_and_loses_them() {
    let lab = lab();
    fill(&lab, &["fixed.txt"]);
    let path = lab.home().join("fixed.txt");
    let mut rights = fs::metadata(&path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).unwrap();
    lab.lw_ok(&["link", "--hard", "fixed.txt", "name"]);
    lab.lw_ok(&["remove", "name"]);
    assert!(path.exists());
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let lab = lab();
    fill(&lab, &["file", "folder/inside", "taken"]);
    let start = tree(lab.home());
    for arguments in [
        &["link", "--hard", "folder", "new"][..],
        &["link", "--hard", "missing", "new"],
        &["link", "--hard", "file", "taken"],
        &["link", "--hard", "file", "folder"],
        &["link", "--hard", "file", r"no\such\folder\new"],
        &["remove", "file"],
        &["move", "missing", "folder"],
    ] {
        assert_unchanged(&lab.lw(arguments));
        assert_eq!(tree(lab.home()), start, "{arguments:?}");
    }
    assert_eq!(lab.leftovers(), <[std::path::PathBuf; 0]>::default());
}
