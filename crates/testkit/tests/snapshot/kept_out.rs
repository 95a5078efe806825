//! Other commands stay out of stores, and change nothing in them.

use std::fs;
use std::os::unix::process::CommandExt as _;

use lw_testkit::{Lab, Picture};

use crate::ground::{lab, newest, take};

const NOBODY: u32 = 65534;

/// A folder with a broken link, a store of two snapshots of it, and a folder that only looks like a store.
fn ground() -> Lab {
    let lab = lab(
        "mkdir -p src other near yarn/.store; echo x > src/x; ln -s gone src/broken; ln -s x src/sound
        echo g > other/gone; ln -s gone yarn/broken; ln -s gone yarn/latest",
    );
    take(&lab, &[]);
    take(&lab, &[]);
    lab
}

fn assert_same(lab: &Lab, before: &Picture) {
    let differences = Picture::of(&lab.home().join("store")).differences(before);
    assert!(differences.is_empty(), "{differences:#?}");
}

fn last_object(text: &str) -> serde_json::Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn what_searches_folders_leaves_stores_out_and_says_so() {
    let lab = ground();
    let store = lab.home().join("store");
    for arguments in [
        &["list"][..],
        &["check"],
        &["check", "--backup"],
        &["check", "--security"],
        &["links-to", "src/x"],
        &["repair", "-n"],
        &["convert", "-n", "--to", "absolute", "--below", "."],
    ] {
        let outcome = lab.lw(arguments);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        let told = said.matches("as it is a store of snapshots").count();
        assert_eq!(told, 1, "{arguments:?}: {outcome:#?}");
        let lines = outcome.stderr.lines();
        let named = lines.filter(|line| line.ends_with("'store'") || line.ends_with("/store'"));
        assert_eq!(named.count(), 1, "{arguments:?}: {outcome:#?}");
        assert!(!said.contains(&newest(&lab)), "{arguments:?}: {outcome:#?}");
    }
    for arguments in [
        &["check", "--json"][..],
        &["list", "--json"],
        &["check", "--security", "--json"],
    ] {
        let object = last_object(&lab.lw(arguments).stdout);
        assert_eq!(object["stores"][0], store.to_str().unwrap(), "{object}");
        assert_eq!(object["stores"].as_array().unwrap().len(), 1, "{object}");
    }
    // Each broken link once, also those beside what only looks like a store; the link in the folder above too.
    let checked = last_object(&lab.lw(&["check", "--json"]).stdout);
    assert_eq!(checked["findings"]["dangling"], 3, "{checked}");
    assert_eq!(checked["links"], 4, "{checked}");
}

#[test]
fn a_store_that_was_named_is_looked_at() {
    let lab = ground();
    let id = newest(&lab);
    for folder in ["store", "store/latest/src", "store/latest"] {
        let outcome = lab.lw(&["list", folder]);
        assert!(outcome.stdout.contains("src/broken"), "{outcome:#?}");
        assert!(!outcome.stderr.contains("not entered"), "{outcome:#?}");
        // Also beside a folder that holds it.
        let both = lab.lw_ok(&["list", ".", folder]);
        let lines: Vec<&str> = both.stdout.lines().collect();
        let inside = lines.iter().filter(|line| line.starts_with("store"));
        assert!(inside.count() > 0, "{both:#?}");
        assert!(lines.contains(&"src/broken -> gone"), "{both:#?}");
    }
    let before = Picture::of(&lab.home().join("store"));
    let real = lab.home().join("store").join(&id);
    for arguments in [
        &["repair", "-y", "store", "--search", "other"][..],
        &[
            "repair",
            "-y",
            "store/latest",
            "--from",
            "src",
            "--to",
            "other",
        ],
        &["convert", "-y", "--to", "absolute", "--below", "store"],
    ] {
        let outcome = lab.lw(arguments);
        assert_eq!(outcome.code, Some(4), "{arguments:?}: {outcome:#?}");
        assert!(outcome.effects.is_empty(), "{arguments:?}: {outcome:#?}");
    }
    assert!(real.is_dir());
    assert_same(&lab, &before);
}

#[test]
fn nothing_below_a_store_is_written() {
    let lab = ground();
    fs::write(
        lab.home().join("links.toml"),
        "[[link]]\nlink = \"store/latest/l\"\ntarget = \"src/x\"\n",
    )
    .unwrap();
    lab.sh("ln -s \"$PWD/other\" near/other; ln -s \"$PWD/store/latest/src\" near/through");
    let before = Picture::of(&lab.home().join("store"));
    for (arguments, help) in [
        (
            &["link", "src/x", "store/latest/l"][..],
            "lw snapshot restore",
        ),
        (&["link", "src/x", "store/l"], "lw snapshot restore"),
        (
            &["link", "--hard", "src/x", "store/l"],
            "lw snapshot restore",
        ),
        (
            &["move", "other", "store/latest/src"],
            "lw snapshot restore",
        ),
        (
            &["move", "store/latest/src/x", "near"],
            "lw snapshot restore",
        ),
        (&["remove", "store/latest/src/sound"], "lw snapshot restore"),
        (&["remove", "near/through/sound"], "lw snapshot restore"),
        (&["remove", "store/latest"], "lw snapshot restore"),
        (
            &["retarget", "store/latest/src/sound", "src/x"],
            "lw snapshot restore",
        ),
        (
            &["convert", "--to", "absolute", "store/latest/src/sound"],
            "lw snapshot restore",
        ),
        (
            &["convert", "--to", "copy", "store/latest/src/sound"],
            "lw snapshot restore",
        ),
        (
            &["bring-back", "store/latest/src/sound"],
            "lw snapshot restore",
        ),
        (&["apply", "links.toml"], "lw snapshot restore"),
        (
            &["snapshot", "restore", "store/latest", "--to", "store/new"],
            "--to with a folder",
        ),
        (
            &[
                "snapshot",
                "restore",
                "store/latest",
                "--to",
                "store/latest/src",
            ],
            "--to with a folder",
        ),
        (
            &["snapshot", "take", "src", "store/latest/new"],
            "choose a folder outside",
        ),
        (
            &["snapshot", "take", "src", "store/new"],
            "choose a folder outside",
        ),
        (
            &[
                "snapshot",
                "import",
                "-y",
                "src",
                "store/new",
                "--as",
                "near",
            ],
            "choose a folder outside",
        ),
    ] {
        for dry in [&["-n"][..], &[]] {
            let all: Vec<&str> = arguments.iter().chain(dry).copied().collect();
            let outcome = lab.lw(&all);
            let said = &outcome.stderr;
            assert_eq!(outcome.code, Some(4), "{all:?}: {outcome:#?}");
            assert!(
                said.contains("it lies in the store of snapshots '"),
                "{all:?}: {outcome:#?}"
            );
            assert!(
                said.contains("state: nothing was changed"),
                "{all:?}: {outcome:#?}"
            );
            assert!(said.contains(help), "{all:?}: {outcome:#?}");
            assert!(outcome.effects.is_empty(), "{all:?}: {outcome:#?}");
        }
    }
    assert_same(&lab, &before);
}

#[test]
fn a_whole_store_moves_and_what_is_in_it_can_be_linked_to() {
    let lab = ground();
    lab.lw_ok(&["link", "store/latest/src/x", "near/x"]);
    lab.lw_ok(&["move", "store", "near/moved"]);
    lab.lw_ok(&["snapshot", "take", "src", "store"]);
    lab.lw_ok(&["snapshot", "verify", "--full", "near/moved"]);
    lab.lw_ok(&["undo"]);
    lab.lw_ok(&["bring-back", "store"]);
    crate::ground::assert_sound(&lab);
}

/// Who may not read what makes it a store knows it by the link to the newest snapshot.
#[test]
fn a_store_of_somebody_else_is_left_out_too() {
    if !lw_testkit::skip::is_root() {
        return;
    }
    let lab = lab("mkdir src; ln -s gone src/broken");
    take(&lab, &[]);
    lab.sh("chmod 755 . ..");
    let mut command = lab.command();
    command.arg("list").uid(NOBODY).gid(NOBODY);
    let outcome = command.output().unwrap();
    let listed = String::from_utf8_lossy(&outcome.stdout);
    assert_eq!(listed, "src/broken -> gone\n", "{outcome:?}");
}
