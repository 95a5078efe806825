//! Links and junctions as `lw link` makes them.

use std::fs;
use std::path::Path;

use lw_testkit::volumes::{FileSystem, Mounted};

use super::ground::{Ground, absolute, junction, point, relative};

#[test]
fn a_junction_is_what_windows_writes() {
    let Some(ground) = Ground::new() else { return };
    for (index, folder) in ["plain", "two words", "Grüße/ünïcode 日本"]
        .iter()
        .enumerate()
    {
        fs::create_dir_all(ground.at(folder)).unwrap();
        fs::write(ground.at(folder).join("inside"), *folder).unwrap();
        let link = format!("C:/j{index}");
        ground.lw(&["link", "--junction", &format!("C:/{folder}"), &link]);
        let path = ground.at(&format!("j{index}"));
        let target = format!(r"C:\{}", folder.replace('/', r"\"));
        assert_eq!(point(&path), Some(junction(&target)), "{folder}");
        assert_eq!(fs::read_to_string(path.join("inside")).unwrap(), *folder);
    }
    ground.remount();
    assert_eq!(
        fs::read_to_string(ground.at("j2/inside")).unwrap(),
        "Grüße/ünïcode 日本"
    );
}

#[test]
fn a_symbolic_link_is_relative_and_says_what_it_leads_to() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir_all(ground.at("a/b")).unwrap();
    fs::write(ground.at("a/file.txt"), "content").unwrap();
    ground.lw(&["link", "C:/a/file.txt", "C:/to file"]);
    ground.lw(&["link", "C:/a", "C:/to folder"]);
    ground.lw(&["link", "--symbolic", "C:/a/file.txt", "C:/a/b/up"]);
    for (link, text) in [
        ("to file", r"a\file.txt"),
        ("to folder", "a"),
        ("a/b/up", r"..\file.txt"),
    ] {
        assert_eq!(point(&ground.at(link)), Some(relative(text)), "{link}");
    }
    let is_folder = |link: &str| {
        let mut room = [0; 4];
        rustix::fs::lgetxattr(ground.at(link), "system.ntfs_attrib", &mut room).unwrap();
        u32::from_le_bytes(room) & 0x10 != 0
    };
    assert!(is_folder("to folder") && !is_folder("to file") && !is_folder("a/b/up"));
    ground.remount();
    assert_eq!(fs::read_to_string(ground.at("a/b/up")).unwrap(), "content");
    assert!(fs::metadata(ground.at("to folder/b")).unwrap().is_dir());
}

#[test]
fn an_absolute_link_names_the_drive() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir_all(ground.at("Users/ada")).unwrap();
    ground.lw(&["link", "--absolute", "C:/Users/ada", "C:/ada"]);
    assert_eq!(point(&ground.at("ada")), Some(absolute(r"C:\Users\ada")));
    assert!(fs::metadata(ground.at("ada")).unwrap().is_dir());
    ground.remount();
}

#[test]
fn a_drive_is_told_once() {
    let Some(ground) = Ground::new() else { return };
    ground.set_drives(&[]);
    fs::create_dir(ground.at("d")).unwrap();
    let before = ground.view();
    let refused = ground.run(&["link", "--junction", "C:/d", "C:/j"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(
        refused.stderr.contains("letter of its drive is not known"),
        "{refused:#?}"
    );
    assert_eq!(ground.view(), before);
    let drive = format!("D={}", ground.volume.path().display());
    ground.lw(&["link", "--junction", "--drive", &drive, "C:/d", "C:/j"]);
    ground.lw(&["link", "--junction", "C:/d", "C:/again"]);
    assert_eq!(point(&ground.at("again")), Some(junction(r"D:\d")));
    for (bad, why) in [
        ("C=/nowhere", "does not exist"),
        ("C:/", "a letter, '=' and a folder"),
        ("CD=/", "no drive letter"),
        ("C=/etc", "no volume is mounted there"),
    ] {
        let outcome = ground.lab().lw(&["list", "--drive", bad]);
        assert_eq!(outcome.code, Some(2), "{bad}: {outcome:#?}");
        assert!(outcome.stderr.contains(why), "{bad}: {outcome:#?}");
    }
}

#[test]
fn settings_that_are_a_link_stay_as_they_are() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("d")).unwrap();
    let (file, kept) = (
        ground.lab().state().join("settings.toml"),
        ground.at("my-settings"),
    );
    fs::copy(&file, &kept).unwrap();
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&kept, &file).unwrap();
    let before = ground.view();
    let drive = format!("E={}", ground.volume.path().display());
    let refused = ground.run(&["link", "--drive", &drive, "C:/d", "C:/s"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(
        refused.stderr.contains("a symbolic link stands"),
        "{refused:#?}"
    );
    assert_eq!(ground.view(), before);
    assert!(file.is_symlink());
    assert!(!file.with_extension("toml.new").exists());
    // They are read all the same.
    ground.lw(&["link", "--junction", "C:/d", "C:/j"]);
}

#[test]
fn a_junction_to_another_drive() {
    let Some(ground) = Ground::new() else { return };
    let Some(other) = Mounted::new(FileSystem::Ntfs3g, 32) else {
        return;
    };
    ground.set_drives(&[("C", ground.volume.path()), ("E", other.path())]);
    fs::create_dir(other.path().join("far")).unwrap();
    let far = other.path().join("far");
    let far = far.to_str().unwrap();
    let made = ground.lw(&["link", "--junction", far, "C:/j"]);
    assert!(
        made.stderr.contains("Windows follows it to drive E:"),
        "{made:#?}"
    );
    assert_eq!(point(&ground.at("j")), Some(junction(r"E:\far")));
    let checked = ground.run(&["check", "C:/"]);
    assert_eq!(
        checked.code,
        Some(0),
        "another drive is no broken link: {checked:#?}"
    );
    assert!(checked.stdout.contains("other drive"), "{checked:#?}");
    // What the driver looks for.
    fs::create_dir(ground.at(".NTFS-3G")).unwrap();
    std::os::unix::fs::symlink(other.path(), ground.at(".NTFS-3G/E:")).unwrap();
    assert!(fs::metadata(ground.at("j")).unwrap().is_dir());
    let silent = ground.lw(&["link", "--junction", far, "C:/k"]);
    assert!(!silent.stderr.contains("Windows follows"), "{silent:#?}");
    ground.remount();
}

#[test]
fn what_windows_cannot_follow_is_said() {
    let Some(ground) = Ground::new() else { return };
    let elsewhere = ground.lab().home().join("file");
    fs::write(&elsewhere, "elsewhere").unwrap();
    let made = ground.lw(&["link", elsewhere.to_str().unwrap(), "C:/out"]);
    assert!(made.stderr.contains("cannot follow the link"), "{made:#?}");
    assert_eq!(point(&ground.at("out")), None);
    assert_eq!(fs::read_to_string(ground.at("out")).unwrap(), "elsewhere");
    // A junction is never another kind of link.
    fs::write(ground.at("file"), "x").unwrap();
    let before = ground.view();
    for (arguments, why) in [
        (["link", "--junction", "C:/file", "C:/j"], "no folder"),
        (
            ["link", "--junction", "/etc", "C:/j"],
            "letter of its drive is not known",
        ),
    ] {
        let refused = ground.run(&arguments);
        assert_eq!(refused.code, Some(4), "{refused:#?}");
        assert!(refused.stderr.contains(why), "{refused:#?}");
    }
    let here = ground.lab().lw(&["link", "--junction", "/etc", "j"]);
    assert_eq!(here.code, Some(4));
    assert!(here.stderr.contains("junctions exist on NTFS"), "{here:#?}");
    assert_eq!(ground.view(), before);
}

#[test]
fn a_junction_never_gets_a_second_name() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("d")).unwrap();
    ground.lw(&["link", "--junction", "C:/d", "C:/j"]);
    let before = ground.view();
    let refused = ground.run(&["link", "--hard", "C:/j", "C:/k"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(ground.view(), before);
}

#[test]
fn replaced_retargeted_removed_and_taken_back() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir_all(ground.at("one")).unwrap();
    fs::create_dir_all(ground.at("two")).unwrap();
    fs::write(ground.at("one/keep"), "kept").unwrap();
    ground.lw(&["link", "--junction", "C:/one", "C:/j"]);
    ground.lw(&["link", "C:/one", "C:/s"]);
    let start = ground.view();
    for command in [
        &["link", "--replace", "--junction", "C:/two", "C:/j"][..],
        &["retarget", "C:/j", "C:/two"],
        &["retarget", "C:/s", "C:/two"],
        &["remove", "C:/j", "C:/s"],
        &["convert", "--to", "relative", "C:/j"],
        &["convert", "--to", "junction", "C:/s"],
    ] {
        let done = ground.lw(command);
        let after = ground.view();
        assert_ne!(after, start, "{command:?}");
        assert_eq!(after[Path::new("one/keep")], start[Path::new("one/keep")]);
        let undone = ground.undo(&done);
        assert_eq!(ground.view(), start, "undo of {command:?}");
        let redone = ground.undo(&undone);
        assert_eq!(ground.view(), after, "undo of the undo of {command:?}");
        ground.undo(&redone);
        assert_eq!(ground.view(), start, "{command:?}");
    }
    ground.lw(&["retarget", "C:/j", "C:/two"]);
    assert_eq!(
        point(&ground.at("j")),
        Some(junction(r"C:\two")),
        "it stays a junction"
    );
    ground.lw(&["retarget", "C:/s", "C:/two"]);
    assert_eq!(point(&ground.at("s")), Some(relative("two")));
    ground.remount();
    ground.lw(&["purge", "--all", "--yes"]);
    ground.assert_nothing_left("after a purge");
    assert_eq!(fs::read_to_string(ground.at("one/keep")).unwrap(), "kept");
    ground.remount();
}

#[test]
fn the_doctor_says_what_can_be_made_and_what_is_missing() {
    let Some(ground) = Ground::new() else { return };
    let said = ground.lw(&["doctor", "C:/"]);
    for line in ["Windows links:   yes", "junctions:       yes", "drive C:"] {
        assert!(said.stdout.contains(line), "{line}: {said:#?}");
    }
    assert!(!said.stdout.contains("to make junctions"), "{said:#?}");
    ground.set_drives(&[]);
    let said = ground.lw(&["doctor", "C:/"]);
    let missing = format!(
        "to make junctions: say which drive it is, lw link --drive C='{}'",
        ground.volume.path().display()
    );
    assert!(said.stdout.contains(&missing), "{said:#?}");
    let names = fs::read_dir(ground.volume.path()).unwrap();
    assert_eq!(names.count(), 0, "nothing is left behind");
    ground.remount();
}

#[test]
fn drives_told_at_the_same_time_are_all_kept() {
    let Some(ground) = Ground::new() else { return };
    ground.set_drives(&[]);
    fs::create_dir(ground.at("d")).unwrap();
    std::thread::scope(|scope| {
        for letter in ["C", "D", "E", "F", "G", "H"] {
            let ground = &ground;
            scope.spawn(move || {
                let drive = format!("{letter}={}", ground.volume.path().display());
                let link = format!("C:/to-{letter}");
                ground
                    .lab()
                    .command()
                    .args(["link", "--drive", &drive])
                    .args([ground.at("d"), ground.at(&link[3..])])
                    .output()
                    .unwrap()
            });
        }
    });
    let kept = fs::read_to_string(ground.lab().state().join("settings.toml")).unwrap();
    assert_eq!(
        kept.lines().filter(|line| line.contains(" = ")).count(),
        6,
        "{kept}"
    );
}
