//! Moves on an NTFS volume, and between it and another file system.

use std::fs;

use super::ground::*;

/// A folder with links of Windows in it.
fn tree(ground: &Ground) {
    fs::create_dir_all(ground.at("store")).unwrap();
    fs::create_dir_all(ground.at("home/tree/sub")).unwrap();
    fs::write(ground.at("home/tree/sub/file"), "content").unwrap();
    fs::write(ground.at("home/out"), "out").unwrap();
    let plant_at = |name: &str, bytes: Vec<u8>, is_folder| {
        plant(&ground.at(&format!("home/tree/{name}")), &bytes, is_folder);
    };
    plant_at("junction", junction(r"C:\store"), true);
    plant_at("inner", relative(r"sub\file"), false);
    plant_at("share", symbolic(r"\??\UNC\srv\sh", r"\\srv\sh", 0), true);
}

#[test]
fn a_folder_moves_with_its_links_and_leaves_one_that_windows_follows() {
    let Some(ground) = Ground::new() else { return };
    tree(&ground);
    let before = ground.view();
    let out = ground.lw(&["move", "C:/home/tree", "C:/store", "--yes"]);
    assert_eq!(
        point(&ground.at("home/tree")),
        Some(relative(r"..\store\tree"))
    );
    for (name, bytes) in [
        ("junction", junction(r"C:\store")),
        ("inner", relative(r"sub\file")),
        ("share", symbolic(r"\??\UNC\srv\sh", r"\\srv\sh", 0)),
    ] {
        assert_eq!(
            point(&ground.at(&format!("store/tree/{name}"))),
            Some(bytes),
            "{name}"
        );
    }
    assert_eq!(
        fs::read_to_string(ground.at("home/tree/inner")).unwrap(),
        "content"
    );
    ground.remount();
    let moved = ground.view();
    let back = ground.lw(&["bring-back", "C:/home/tree", "--yes"]);
    assert_eq!(ground.view(), before);
    ground.undo(&back);
    assert_eq!(ground.view(), moved);
    ground.undo(&out);
    assert_eq!(ground.view(), before);
    ground.remount();
}

#[test]
fn a_link_of_windows_that_leads_out_is_led_there_from_the_new_place() {
    let Some(ground) = Ground::new() else { return };
    tree(&ground);
    plant(
        &ground.at("home/tree/leads-out"),
        &relative(r"..\out"),
        false,
    );
    let before = ground.view();
    ground.lw(&["move", "C:/home/tree", "C:/store", "--yes"]);
    assert_eq!(
        fs::read_to_string(ground.at("store/tree/leads-out")).unwrap(),
        "out"
    );
    assert_eq!(
        point(&ground.at("store/tree/leads-out")),
        Some(absolute(r"C:\home\out"))
    );
    ground.lw(&["undo"]);
    assert_eq!(ground.view(), before);
    ground.remount();
}

#[test]
fn without_a_letter_such_a_link_is_a_reason_against_the_move() {
    let Some(ground) = Ground::new() else { return };
    tree(&ground);
    plant(
        &ground.at("home/tree/leads-out"),
        &relative(r"..\out"),
        false,
    );
    ground.set_drives(&[]);
    let before = ground.view();
    let refused = ground.run(&["move", "C:/home/tree", "C:/store", "--yes"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("leads-out"), "{refused:#?}");
    assert_eq!(ground.view(), before);
}
