//! What only looks like a link, and folders that must not get a second name.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::ground::*;

/// A file whose content Windows keeps elsewhere: tag and data of deduplication.
fn deduplicated() -> Vec<u8> {
    let mut bytes = placeholder();
    bytes[..4].copy_from_slice(&0x8000_0013_u32.to_le_bytes());
    bytes
}

#[test]
fn no_command_gives_a_folder_a_second_name() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("d")).unwrap();
    plant(&ground.at("j"), &junction(r"C:\d"), true);
    plant(&ground.at("cloud"), &placeholder(), true);
    let before = ground.view();
    for target in ["C:/j", "C:/cloud"] {
        for words in [
            &["ln", target, "C:/again"][..],
            &["ln", "-P", target, "C:/again"],
            &["link", "--hard", target, "C:/again"],
            &["mklink", "/H", "C:/again", target],
            &[
                "new-item",
                "-ItemType",
                "HardLink",
                "-Path",
                "C:/again",
                "-Target",
                target,
            ],
        ] {
            let outcome = ground.run_as_typed(words);
            assert_ne!(outcome.code, Some(0), "{words:?}: {outcome:#?}");
            assert_eq!(ground.view(), before, "{words:?}");
            let name = target.trim_start_matches("C:/");
            let names = fs::symlink_metadata(ground.at(name)).unwrap().nlink();
            assert_eq!(names, 1, "{words:?}");
        }
    }
    ground.remount();
}

#[test]
fn what_only_looks_like_a_link_is_kept() {
    let Some(ground) = Ground::new() else { return };
    plant(&ground.at("file"), &deduplicated(), false);
    plant(&ground.at("folder"), &placeholder(), true);
    let before = ground.view();
    for words in [
        &["remove", "C:/file", "C:/folder"][..],
        &["retarget", "C:/file", "C:/"],
    ] {
        let outcome = ground.run(words);
        assert_eq!(outcome.code, Some(4), "{words:?}: {outcome:#?}");
        assert!(outcome.stderr.contains("only looks like"), "{outcome:#?}");
        assert_eq!(ground.view(), before, "{words:?}");
    }
    for (name, bytes) in [("file", deduplicated()), ("folder", placeholder())] {
        let path = format!("C:/{name}");
        let outcome = ground.run_as_typed(&["ln", "-sfT", "elsewhere", &path]);
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        assert_eq!(
            fs::read_link(ground.at(name)).unwrap(),
            Path::new("elsewhere")
        );
        let slots = fs::read_dir(ground.at(".linkwright-0")).unwrap();
        let mut kept = slots.map(|slot| slot.unwrap().path().join(format!("0001-{name}")));
        let kept = kept.find(|item| item.symlink_metadata().is_ok()).unwrap();
        assert_eq!(point(&kept), Some(bytes), "{name}");
        assert_eq!(fs::symlink_metadata(&kept).unwrap().nlink(), 1, "{name}");
    }
    ground.remount();
}

#[test]
fn what_was_purged_and_was_no_link_is_not_made_again() {
    let Some(ground) = Ground::new() else { return };
    plant(&ground.at("file"), &deduplicated(), false);
    let linked = ground.lw(&["link", "--replace", "C:/", "C:/file", "--allow-recursive"]);
    ground.lw(&["purge", "--all", "--yes"]);
    let before = ground.view();
    let (_, id) = linked.stdout.rsplit_once("lw undo ").unwrap();
    let outcome = ground.run(&["undo", id.trim(), "--yes"]);
    assert_ne!(outcome.code, Some(0), "{outcome:#?}");
    assert_eq!(ground.view(), before);
}

#[test]
fn a_link_never_takes_the_place_of_what_it_leads_to() {
    let Some(ground) = Ground::new() else { return };
    fs::write(ground.at("file"), "content").unwrap();
    for target in ["file", r"C:\file"] {
        let outcome = ground.run_as_typed(&[
            "new-item",
            "-ItemType",
            "SymbolicLink",
            "-Path",
            "C:/file",
            "-Target",
            target,
            "-Force",
        ]);
        assert_eq!(outcome.code, Some(1), "{outcome:#?}");
        assert_eq!(fs::read_to_string(ground.at("file")).unwrap(), "content");
    }
    // Names as long as NTFS takes them.
    let long = format!("C:/{}", "n".repeat(255));
    let made = ground.run_as_typed(&["mklink", &long, "file"]);
    assert_eq!(made.code, Some(0), "{made:#?}");
    ground.remount();
}
