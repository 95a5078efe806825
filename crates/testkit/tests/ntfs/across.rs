//! Moves between an NTFS volume and another one, with links of Windows inside.

use std::fs;
use std::os::unix::fs::symlink;

use lw_testkit::Fault;

use super::ground::*;

/// A folder on the other file system, with links of every sort.
fn tree_elsewhere(ground: &Ground) -> String {
    let tree = ground.lab().home().join("tree");
    fs::create_dir_all(tree.join("sub/deep")).unwrap();
    fs::write(tree.join("sub/file"), "content").unwrap();
    symlink("sub/file", tree.join("to-file")).unwrap();
    symlink("sub", tree.join("to-folder")).unwrap();
    symlink("../file", tree.join("sub/deep/up")).unwrap();
    symlink("nowhere", tree.join("dangling")).unwrap();
    symlink("to-folder/../sub/file", tree.join("climbs-late")).unwrap();
    symlink("/etc", tree.join("absolute")).unwrap();
    tree.to_str().unwrap().to_owned()
}

#[test]
fn relative_links_become_links_that_windows_follows_and_plain_ones_again() {
    let Some(ground) = Ground::new() else { return };
    let tree = tree_elsewhere(&ground);
    let texts = |top: &str| {
        [
            "to-file",
            "to-folder",
            "sub/deep/up",
            "dangling",
            "absolute",
            "climbs-late",
        ]
        .map(|name| fs::read_link(format!("{top}/{name}")).unwrap())
    };
    let before = texts(&tree);
    ground.lw(&["move", &tree, "C:/", "--yes"]);
    for (name, text) in [
        ("to-file", r"sub\file"),
        ("to-folder", "sub"),
        ("sub/deep/up", r"..\file"),
    ] {
        assert_eq!(
            point(&ground.at(&format!("tree/{name}"))),
            Some(relative(text)),
            "{name}"
        );
    }
    for plain in ["dangling", "absolute", "climbs-late"] {
        assert_eq!(point(&ground.at(&format!("tree/{plain}"))), None, "{plain}");
    }
    assert_eq!(
        fs::read_to_string(format!("{tree}/sub/deep/up")).unwrap(),
        "content"
    );
    ground.remount();
    ground.lw(&["bring-back", &tree, "--yes"]);
    assert_eq!(texts(&tree), before);
    assert!(fs::symlink_metadata(&tree).unwrap().is_dir());
    assert!(!ground.at("tree").exists());
    ground.remount();
}

#[test]
fn reparse_points_go_to_another_ntfs_volume_as_they_are() {
    let Some(ground) = Ground::new() else { return };
    let Some(other) = Ground::new() else { return };
    fs::create_dir_all(ground.at("tree/sub")).unwrap();
    fs::write(ground.at("tree/sub/file"), "content").unwrap();
    let points = [
        ("junction", junction(r"C:\tree\sub"), true),
        ("link", relative(r"sub\file"), false),
        ("share", symbolic(r"\??\UNC\srv\sh", r"\\srv\sh", 0), true),
        ("elsewhere", junction(r"Q:\x"), true),
        ("wsl", wsl("sub/file"), false),
    ];
    for (name, bytes, is_folder) in &points {
        plant(&ground.at(&format!("tree/{name}")), bytes, *is_folder);
    }
    let to = other.volume.path().to_str().unwrap();
    ground.lw(&["move", "C:/tree", to, "--yes"]);
    for (name, bytes, _) in &points {
        let copied = point(&other.at(&format!("tree/{name}")));
        assert_eq!(copied.as_ref(), Some(bytes), "{name}");
    }
    other.remount();
    ground.lw(&["undo"]);
    for (name, bytes, _) in &points {
        assert_eq!(
            point(&ground.at(&format!("tree/{name}"))).as_ref(),
            Some(bytes),
            "{name}"
        );
    }
    ground.remount();
}

#[test]
fn what_only_windows_follows_does_not_leave_ntfs_silently() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("tree")).unwrap();
    plant(
        &ground.at("tree/share"),
        &symbolic(r"\??\UNC\srv\sh", r"\\srv\sh", 0),
        true,
    );
    plant(&ground.at("tree/inside"), &relative("."), true);
    let before = ground.view();
    let home = ground.lab().home().to_str().unwrap().to_owned();
    let refused = ground.run(&["move", "C:/tree", &home, "--yes"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(
        refused
            .stderr
            .contains("links that only Windows follows (1)"),
        "{refused:#?}"
    );
    assert_eq!(ground.view(), before);
    let moved = ground.lw(&["move", "C:/tree", &home, "--yes", "--lossy"]);
    assert!(moved.stderr.contains("become plain ones (1)"), "{moved:#?}");
    let share = ground.lab().home().join("tree/share");
    assert_eq!(fs::read_link(share).unwrap().to_str(), Some(r"\\srv\sh"));
}

#[test]
fn placeholders_are_never_taken_for_links() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("tree")).unwrap();
    plant(&ground.at("tree/cloud"), &placeholder(), false);
    let before = ground.view();
    let home = ground.lab().home().to_str().unwrap().to_owned();
    let itself = ground.run(&["move", "C:/tree/cloud", "C:/elsewhere", "--yes"]);
    assert_eq!(itself.code, Some(4), "{itself:#?}");
    assert!(
        !itself.stderr.contains("unsupported reparse"),
        "{itself:#?}"
    );
    for more in [&[][..], &["--lossy"], &["--live"]] {
        let all = [&["move", "C:/tree", &home, "--yes"], more].concat();
        let refused = ground.run(&all);
        assert_eq!(refused.code, Some(4), "{more:?}: {refused:#?}");
        assert_eq!(ground.view(), before);
    }
}

#[test]
fn killed_between_two_volumes() {
    let Some(ground) = Ground::new() else { return };
    let tree = tree_elsewhere(&ground);
    let after = |top: &str| fs::read_to_string(format!("{top}/sub/deep/up")).unwrap();
    let command = ["move", &tree, "C:/", "--yes"];
    // The first run makes folders that later ones find, so their effects are fewer.
    ground.lw(&command);
    ground.lw(&["undo"]);
    let mut hits = 0;
    loop {
        let fault = Fault::KillAfter(hits + 1);
        let outcome = ground.lw_with(&command, &fault);
        if !outcome.hit {
            assert_eq!(outcome.code, Some(0), "{outcome:#?}");
            break;
        }
        hits += 1;
        let what = format!("{fault:?}, {:?}", outcome.effects.last());
        assert_eq!(outcome.code, None, "{what}: {outcome:#?}");
        // At every moment the old path leads to the content.
        assert_eq!(after(&tree), "content", "{what}");
        let recovered = ground.run(&["recover"]);
        assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
        assert_eq!(after(&tree), "content", "{what}");
        if fs::symlink_metadata(&tree).unwrap().is_symlink() {
            let link = point(&ground.at("tree/to-file"));
            assert_eq!(link, Some(relative(r"sub\file")), "{what}");
            ground.lw(&["bring-back", &tree, "--yes"]);
        }
        assert!(!ground.at("tree").exists(), "{what}");
    }
    assert!(hits > 40, "{hits} effects");
    ground.remount();
}

/// What mklink writes for a target that is counted from the root of the drive.
fn from_root(target: &str) -> Vec<u8> {
    symbolic(target, target, 1)
}

/// A folder with links to what lies beside it, and to what is in it, by the root of its volume.
fn tree_by_root(ground: &Ground) {
    for folder in ["tree/sub", "folder"] {
        fs::create_dir_all(ground.at(folder)).unwrap();
    }
    fs::write(ground.at("folder/file"), "beside").unwrap();
    fs::write(ground.at("tree/sub/file"), "inside").unwrap();
    plant(&ground.at("tree/out"), &from_root(r"\folder"), true);
    plant(&ground.at("tree/in"), &from_root(r"\tree\sub\file"), false);
    plant(&ground.at("tree/gone"), &from_root(r"\no\where"), true);
    plant(&ground.at("tree/up"), &relative(r"..\folder"), true);
    plant(&ground.at("tree/beside"), &relative(r"sub\file"), false);
}

fn assert_leads_to_the_same(tree: &std::path::Path, ground: &Ground) {
    let read = |name: &str| fs::read_to_string(tree.join(name)).unwrap();
    assert_eq!(read("out/file"), "beside");
    assert_eq!(read("in"), "inside");
    assert_eq!(read("up/file"), "beside");
    assert_eq!(read("beside"), "inside");
    let gone = fs::read_link(tree.join("gone")).unwrap();
    assert_eq!(gone, ground.at("no/where"));
}

#[test]
fn what_is_counted_from_the_root_leads_to_the_same_from_another_volume() {
    let Some(ground) = Ground::new() else { return };
    let Some(other) = Ground::new() else { return };
    tree_by_root(&ground);
    // What the same text would lead to there.
    fs::create_dir_all(other.at("folder")).unwrap();
    fs::write(other.at("folder/file"), "another").unwrap();
    let before = ground.view();
    let there = other.volume.path().to_str().unwrap().to_owned();
    let home = ground.lab().home().to_str().unwrap().to_owned();
    for (to, tree) in [
        (&there, other.at("tree")),
        (&home, ground.lab().home().join("tree")),
    ] {
        let shown = ground.lw(&["move", "-n", "C:/tree", to]);
        let said = shown.stdout + &shown.stderr;
        for text in [r"\folder", r"\tree\sub\file", r"\no\where"] {
            assert!(said.contains(&format!("'{text}'")), "{text}: {said}");
        }
        let moved = ground.lw(&["move", "C:/tree", to, "--yes"]);
        assert_leads_to_the_same(&tree, &ground);
        let out = tree.join("out");
        let says_so = format!("cannot follow the link '{}' to there", out.display());
        assert_eq!(moved.stderr.contains(&says_so), *to == there, "{moved:#?}");
        ground.remount();
        let undone = ground.undo(&moved);
        assert_eq!(ground.view(), before, "{to}");
        ground.undo(&undone);
        assert_leads_to_the_same(&tree, &ground);
        ground.lw(&["bring-back", "C:/tree", "--yes"]);
        assert_eq!(ground.view(), before, "{to}");
    }
    other.remount();
}

#[test]
fn where_the_drive_can_be_reached_windows_follows_it_too() {
    let Some(ground) = Ground::new() else { return };
    let Some(other) = Ground::new() else { return };
    tree_by_root(&ground);
    fs::create_dir(other.at(".NTFS-3G")).unwrap();
    symlink(ground.volume.path(), other.at(".NTFS-3G/C:")).unwrap();
    let before = ground.view();
    let there = other.volume.path().to_str().unwrap().to_owned();
    ground.lw(&["move", "C:/tree", &there, "--yes"]);
    for (name, text) in [("out", r"C:\folder"), ("up", r"C:\folder")] {
        let written = point(&other.at(&format!("tree/{name}")));
        assert_eq!(written, Some(absolute(text)), "{name}");
    }
    let read = fs::read_to_string(other.at("tree/out/file")).unwrap();
    assert_eq!(read, "beside");
    other.remount();
    ground.lw(&["bring-back", "C:/tree", "--yes"]);
    assert_eq!(ground.view(), before);
    ground.remount();
}

#[test]
fn what_is_counted_from_the_root_is_counted_anew_on_the_way_back() {
    let Some(ground) = Ground::new() else { return };
    let Some(other) = Ground::new() else { return };
    tree_by_root(&ground);
    fs::create_dir_all(other.at("there")).unwrap();
    fs::write(other.at("there/file"), "there").unwrap();
    let there = other.volume.path().to_str().unwrap().to_owned();
    ground.lw(&["move", "C:/tree", &there, "--yes"]);
    plant(&other.at("tree/new"), &from_root(r"\there"), true);
    fs::remove_file(other.at("tree/out")).unwrap();
    plant(&other.at("tree/out"), &from_root(r"\there"), true);
    ground.lw(&["bring-back", "C:/tree", "--yes"]);
    for name in ["new", "out"] {
        let read = fs::read_to_string(ground.at(&format!("tree/{name}/file")));
        assert_eq!(read.unwrap(), "there", "{name}");
    }
    assert_eq!(
        point(&ground.at("tree/in")),
        Some(from_root(r"\tree\sub\file"))
    );
    ground.remount();
}
