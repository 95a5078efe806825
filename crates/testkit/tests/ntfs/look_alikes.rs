//! `mklink` and `New-Item` on an NTFS volume: what Windows itself would write.

use std::fs;

use super::ground::*;

#[test]
fn mklink_writes_what_windows_would() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir_all(ground.at("a folder/sub")).unwrap();
    fs::write(ground.at("a folder/file"), "content").unwrap();
    let here = ground.volume.path().to_str().unwrap().to_owned();
    for (arguments, name, bytes) in [
        (
            vec!["/J", "C:/j1", r"C:\a folder"],
            "j1",
            junction(r"C:\a folder"),
        ),
        (
            vec!["/j", "C:/j2", &*format!("{here}/a folder")],
            "j2",
            junction(r"C:\a folder"),
        ),
        (
            vec!["/J", "C:/j3", r"Q:\elsewhere"],
            "j3",
            junction(r"Q:\elsewhere"),
        ),
        (
            vec!["C:/s1", r"a folder\file"],
            "s1",
            relative(r"a folder\file"),
        ),
        (
            vec!["C:/s2", "a folder/file"],
            "s2",
            relative(r"a folder\file"),
        ),
        (vec!["/D", "C:/s3", "a folder"], "s3", relative("a folder")),
        (
            vec!["/d", "C:/s4", r"C:\a folder"],
            "s4",
            absolute(r"C:\a folder"),
        ),
        (
            vec!["C:/s5", r"\\srv\sh\x"],
            "s5",
            symbolic(r"\??\UNC\srv\sh\x", r"\\srv\sh\x", 0),
        ),
        (
            vec!["C:/s6", r"\a folder\file"],
            "s6",
            symbolic(r"\a folder\file", r"\a folder\file", 1),
        ),
    ] {
        let mut all = vec!["mklink"];
        all.extend(&arguments);
        let outcome = ground.run_as_typed(&all);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {outcome:#?}");
        assert!(outcome.stdout.contains("created for"), "{outcome:#?}");
        assert_eq!(point(&ground.at(name)), Some(bytes), "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(ground.at("j1/file")).unwrap(), "content");
    assert_eq!(fs::read_to_string(ground.at("s6")).unwrap(), "content");
    ground.run_as_typed(&["mklink", "/H", "C:/h", "C:/a folder/file"]);
    assert_eq!(fs::read_to_string(ground.at("h")).unwrap(), "content");
    let names = fs::read_dir(ground.volume.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(
        !names
            .into_iter()
            .any(|name| name.as_encoded_bytes().starts_with(b".lw-"))
    );
    ground.remount();
}

#[test]
fn what_windows_could_not_follow_is_refused() {
    let Some(ground) = Ground::new() else { return };
    let before = ground.view();
    for arguments in [
        &["mklink", "/J", "C:/j", "/etc"][..],
        &["mklink", "C:/s", "/etc/passwd"],
        &["mklink", "C:/s", "what?"],
        &[
            "new-item",
            "-ItemType",
            "Junction",
            "-Path",
            "C:/j",
            "-Target",
            "/etc",
        ],
    ] {
        let outcome = ground.run_as_typed(arguments);
        assert_eq!(outcome.code, Some(1), "{arguments:?}: {outcome:#?}");
        assert!(
            outcome.stderr.contains("Windows cannot follow"),
            "{outcome:#?}"
        );
    }
    assert_eq!(ground.view(), before);
}

#[test]
fn new_item_with_force_keeps_what_it_displaces() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir_all(ground.at("d")).unwrap();
    fs::create_dir_all(ground.at("e")).unwrap();
    fs::write(ground.at("old"), "old content").unwrap();
    let item = |path: &str, target: &str| {
        ground.run_as_typed(&[
            "new-item",
            "-ItemType",
            "Junction",
            "-Path",
            path,
            "-Target",
            target,
            "-Force",
        ])
    };
    for (path, target) in [("C:/j", r"C:\d"), ("C:/j", r"C:\e"), ("C:/old", r"C:\d")] {
        let outcome = item(path, target);
        assert_eq!(outcome.code, Some(0), "{path}: {outcome:#?}");
        let name = path.trim_start_matches("C:/");
        assert_eq!(point(&ground.at(name)), Some(junction(target)), "{path}");
    }
    let slots = fs::read_dir(ground.at(".linkwright-0")).unwrap();
    let slots: Vec<_> = slots.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(slots.len(), 1, "{slots:?}");
    let kept = fs::read_to_string(slots[0].join("0001-old")).unwrap();
    assert_eq!(kept, "old content");
    ground.remount();
}
