//! What `list`, `check`, `convert` and `repair` make of links on NTFS that others made.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use super::ground::*;

/// Every sort of link, planted.
fn zoo(ground: &Ground) {
    fs::create_dir_all(ground.at("Users/ada")).unwrap();
    fs::write(ground.at("Users/file"), "x").unwrap();
    fs::create_dir(ground.at("z")).unwrap();
    let plant_at = |name: &str, bytes: Vec<u8>, is_folder| {
        plant(&ground.at(&format!("z/{name}")), &bytes, is_folder);
    };
    plant_at("junction", junction(r"C:\Users"), true);
    plant_at("link", relative(r"..\Users\file"), false);
    plant_at("folder-link", relative(r"..\USERS"), true);
    plant_at("from-root", symbolic(r"\Users", r"\Users", 1), true);
    plant_at("gone", relative(r"..\nowhere\x"), false);
    plant_at("gone-root", symbolic(r"\nowhere", r"\nowhere", 1), true);
    plant_at("gone-drive", junction(r"c:\nowhere\x"), true);
    plant_at("other-drive", junction(r"Q:\x"), true);
    plant_at("share", symbolic(r"\??\UNC\srv\sh", r"\\srv\sh", 0), true);
    plant_at(
        "volume",
        mount_point(r"\??\Volume{780c6209-d8cd-4e63-838c-f5f047f03c16}\", ""),
        true,
    );
    plant_at("wrong-kind", relative(r"..\Users\file"), true);
    plant_at("wrong-kind-too", relative(r"..\Users"), false);
    plant_at("silent", mount_point(r"\??\C:\Users", ""), true);
    plant_at("loop", relative("loop"), false);
    plant_at("wsl", wsl("../Users"), false);
    plant_at("cloud", placeholder(), false);
    plant_at("app", app_link(r"C:\app.exe"), false);
    symlink("../Users", ground.at("z/plain")).unwrap();
    symlink("../nowhere", ground.at("z/plain-gone")).unwrap();
}

fn findings(ground: &Ground) -> BTreeMap<String, String> {
    let checked = ground.run(&["check", "--json", "C:/z"]);
    let lines = checked
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["type"] == "finding")
        .map(|line| {
            let path = line["path"].as_str().unwrap();
            let name = path.rsplit('/').next().unwrap().to_owned();
            (name, line["finding"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn each_sort_of_link_has_its_finding() {
    let Some(ground) = Ground::new() else { return };
    zoo(&ground);
    ground.remount();
    let expected = [
        ("gone", "dangling"),
        ("gone-root", "dangling"),
        ("gone-drive", "dangling"),
        ("other-drive", "other-drive"),
        ("share", "other-drive"),
        ("volume", "other-drive"),
        ("wrong-kind", "wrong-kind"),
        ("wrong-kind-too", "wrong-kind"),
        ("silent", "empty-print-name"),
        ("loop", "loop"),
        ("wsl", "not-for-windows"),
        ("plain", "not-for-windows"),
        ("plain-gone", "dangling"),
        ("cloud", "no-link"),
        ("app", "no-link"),
    ];
    let expected: BTreeMap<String, String> = expected
        .iter()
        .map(|(name, finding)| ((*name).to_owned(), (*finding).to_owned()))
        .collect();
    assert_eq!(findings(&ground), expected);
    let checked = ground.run(&["check", "C:/z"]);
    assert_eq!(checked.code, Some(1));
    for words in [
        r"z/gone-drive -> c:\nowhere\x",
        "nowhere' does not exist",
        r"z/share -> \\srv\sh",
        "cloud placeholder",
        "convert --to native",
    ] {
        assert!(
            checked.stdout.contains(words),
            "{words}: {}",
            checked.stdout
        );
    }
}

#[test]
fn links_are_listed_by_what_is_written_in_them() {
    let Some(ground) = Ground::new() else { return };
    zoo(&ground);
    let listed = |arguments: &[&str]| {
        let outcome = ground.lw(&[&["list", "C:/z"], arguments].concat());
        let mut lines: Vec<String> = outcome.stdout.lines().map(str::to_owned).collect();
        for line in &mut lines {
            *line = line.rsplit_once("z/").unwrap().1.to_owned();
        }
        lines
    };
    let junctions = listed(&["--kind", "junction"]);
    assert_eq!(
        junctions,
        [
            r"gone-drive -> c:\nowhere\x",
            r"junction -> C:\Users",
            r"other-drive -> Q:\x",
            r"silent -> C:\Users",
            r"volume -> \\?\Volume{780c6209-d8cd-4e63-838c-f5f047f03c16}\",
        ]
    );
    let all = listed(&[]);
    assert_eq!(all.len(), 17, "cloud and app are no links: {all:#?}");
    let absolute = listed(&["--absolute", "--kind", "symbolic"]);
    assert_eq!(absolute, [r"share -> \\srv\sh"]);
    let shortcuts = listed(&["--kind", "shortcut"]);
    assert_eq!(shortcuts, [r"app: app link (Windows) to C:\app.exe"]);
    let to_users = ground.lw(&["links-to", "C:/Users", "--in", "C:/z"]);
    for link in [
        "junction",
        "folder-link",
        "from-root",
        "silent",
        "plain",
        "wsl",
        "z/link",
    ] {
        assert!(
            to_users.stdout.contains(link),
            "{link}: {}",
            to_users.stdout
        );
    }
    let shown = ground.lw(&["show", "C:/z/share"]);
    assert!(
        shown.stdout.contains(r"\\srv\sh") && !shown.stdout.contains("unsupported"),
        "{shown:#?}"
    );
}

#[test]
fn plain_links_become_native_and_plain_again() {
    let Some(ground) = Ground::new() else { return };
    zoo(&ground);
    symlink(ground.at("Users/file"), ground.at("z/plain-absolute")).unwrap();
    let before = ground.view();
    let converted = ground.run(&["convert", "--to", "native", "--below", "C:/z", "--yes"]);
    assert_eq!(converted.code, Some(3), "one leads nowhere: {converted:#?}");
    for (name, text) in [
        ("plain", r"..\Users"),
        ("wsl", r"..\Users"),
        ("plain-absolute", r"..\Users\file"),
    ] {
        assert_eq!(
            point(&ground.at(&format!("z/{name}"))),
            Some(relative(text)),
            "{name}"
        );
    }
    assert!(
        !findings(&ground)
            .values()
            .any(|finding| finding == "not-for-windows")
    );
    assert!(converted.stderr.contains("plain-gone"), "{converted:#?}");
    ground.remount();
    ground.lw(&["undo"]);
    assert_eq!(ground.view(), before);
    ground.remount();
}

#[test]
fn broken_links_of_windows_are_mended_and_stay_what_they_are() {
    let Some(ground) = Ground::new() else { return };
    zoo(&ground);
    fs::create_dir_all(ground.at("moved/x")).unwrap();
    let before = ground.view();
    let (from, to) = (ground.at("nowhere"), ground.at("moved"));
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    let mended = ground.run(&["repair", "C:/z", "--from", from, "--to", to, "--yes"]);
    assert_eq!(
        mended.code,
        Some(3),
        "plain-gone and gone-root lead elsewhere: {mended:#?}"
    );
    assert_eq!(
        point(&ground.at("z/gone-drive")),
        Some(junction(r"C:\moved\x"))
    );
    assert_eq!(point(&ground.at("z/gone")), Some(relative(r"..\moved\x")));
    assert!(fs::metadata(ground.at("z/gone-drive")).unwrap().is_dir());
    let found = findings(&ground);
    assert!(
        !found.contains_key("gone") && !found.contains_key("gone-drive"),
        "{found:?}"
    );
    ground.remount();
    ground.lw(&["undo"]);
    assert_eq!(ground.view(), before);
}

#[test]
fn a_damaged_reparse_point_is_said() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("z")).unwrap();
    // Sound to the driver, which looks at the length and the substitute name only: the print name lies outside.
    let mut bytes = relative("x");
    bytes[14..16].copy_from_slice(&400_u16.to_le_bytes());
    plant(&ground.at("z/bad"), &bytes, false);
    let found = findings(&ground);
    assert_eq!(found.get("bad").map(String::as_str), Some("damaged"));
    let removed = ground.run(&["remove", "C:/z/bad"]);
    assert_eq!(removed.code, Some(0), "{removed:#?}");
    ground.lw(&["undo"]);
    assert_eq!(point(&ground.at("z/bad")), Some(bytes));
    ground.remount();
}
