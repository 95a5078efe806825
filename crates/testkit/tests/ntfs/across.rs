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
