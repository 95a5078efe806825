//! Volumes that do not tell capitals apart, and links that are reached by other paths than they were made by.

use std::fs;

use lw_testkit::volumes::{FileSystem, Mounted};

use crate::ground::{lab, leads_to};

fn link(link: &str, target: &str) -> String {
    format!("[[link]]\nlink = '{link}'\ntarget = '{target}'\n")
}

/// Two entries for one name are found before anything is changed, on a volume where they are one, and only there.
#[test]
fn names_that_differ_in_capitals_alone() {
    let Some(volume) = Mounted::new(FileSystem::NtfsWithoutCapitals, 32) else {
        return;
    };
    let there = volume.path().join("there");
    fs::create_dir(&there).unwrap();
    let at = |folder: &std::path::Path, name: &str| folder.join(name).display().to_string();
    let lab = lab("echo 1 > t; echo 2 > u; mkdir in");
    let here = lab.home().join("in");
    let list = |text: &str| fs::write(lab.home().join("links.toml"), text).unwrap();
    for (first, second, words) in [
        ("Name", "name", "capitals do not tell names apart"),
        ("new/Sub/x", "new/sub/X", "capitals do not tell names apart"),
        ("Name", "name/inner", "would lie in what it leads to"),
        (
            "\u{c4}rger",
            "\u{e4}rger",
            "capitals do not tell names apart",
        ),
    ] {
        let both = |folder: &std::path::Path| {
            link(&at(folder, first), "~/t") + &link(&at(folder, second), "~/u")
        };
        list(&both(&there));
        let refused = lab.lw(&["apply", "-y"]);
        assert_eq!(refused.code, Some(4), "{first}: {refused:#?}");
        for word in [words, "line 1 ", "line 4 "] {
            assert!(
                refused.stderr.contains(word),
                "{first}: {word}: {refused:#?}"
            );
        }
        assert_eq!(fs::read_dir(&there).unwrap().count(), 0, "{first}");
        // Elsewhere they are two.
        if !second.starts_with("name/") {
            list(&both(&here));
            lab.lw_ok(&["apply", "-y"]);
            assert_eq!(leads_to(&lab, &format!("in/{first}")), "1\n");
            assert_eq!(leads_to(&lab, &format!("in/{second}")), "2\n");
            lab.lw_ok(&["undo"]);
        }
    }
}

/// An entry that spells its name otherwise now is no reason to remove the link.
#[test]
fn a_name_spelt_otherwise_is_not_pruned() {
    let Some(volume) = Mounted::new(FileSystem::NtfsWithoutCapitals, 32) else {
        return;
    };
    fs::create_dir(volume.path().join("there")).unwrap();
    fs::write(volume.path().join("t"), "1\n").unwrap();
    let lab = lab("true");
    let list = |name: &str| {
        let at = |name: &str| volume.path().join(name).display().to_string();
        let text = link(&at(&format!("there/{name}")), &at("t"));
        fs::write(lab.home().join("links.toml"), text).unwrap();
    };
    list("Name");
    lab.lw_ok(&["apply", "-y"]);
    list("nAME");
    lab.lw_ok(&["apply", "-y", "--prune"]);
    let read = fs::read_to_string(volume.path().join("there/name")).unwrap();
    assert_eq!(read, "1\n");
}

/// A link in a folder that has moved and left a link is still the manifest's own: its entry may lead it elsewhere.
#[test]
fn a_link_in_a_folder_that_has_moved_is_still_ours() {
    let lab = lab("mkdir cfg; echo 1 > t; echo 2 > u");
    let list = |text: &str| fs::write(lab.home().join("links.toml"), text).unwrap();
    list(&link("~/cfg/l", "t"));
    lab.lw_ok(&["apply", "-y"]);
    lab.sh("mkdir away; mv cfg away/cfg; ln -s away/cfg cfg");
    list(&link("~/cfg/l", "u"));
    lab.lw_ok(&["apply", "-y"]);
    assert_eq!(leads_to(&lab, "cfg/l"), "2\n");
    lab.lw_ok(&["status"]);
    lab.lw_ok(&["undo"]);
    assert_eq!(leads_to(&lab, "cfg/l"), "1\n");
}
