//! Where links lead to on Windows, where this system and its driver would take them elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use super::ground::*;

#[test]
fn converted_links_lead_to_where_they_led() {
    let Some(ground) = Ground::new() else { return };
    for folder in ["a", "b/c"] {
        fs::create_dir_all(ground.at(folder)).unwrap();
    }
    fs::write(ground.at("a/x"), "wrong").unwrap();
    fs::write(ground.at("b/x"), "right").unwrap();
    symlink("../b/c", ground.at("a/l")).unwrap();
    for (name, text) in [
        ("absolute", ground.at("a/l/../x")),
        ("relative", PathBuf::from("a/l/../x")),
    ] {
        symlink(text, ground.at(name)).unwrap();
        ground.lw(&["convert", "--to", "native", &format!("C:/{name}")]);
        assert_eq!(point(&ground.at(name)), Some(relative(r"b\x")), "{name}");
        assert_eq!(fs::read_to_string(ground.at(name)).unwrap(), "right");
    }
    ground.remount();
}

/// A volume of another sort inside, while this is alive.
struct Inside(PathBuf);

impl Inside {
    fn new(folder: PathBuf) -> Self {
        fs::create_dir(&folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "none"])
            .arg(&folder)
            .status();
        assert!(mounted.unwrap().success());
        Self(folder)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_volume_that_is_mounted_inside_is_not_this_drive() {
    let Some(ground) = Ground::new() else { return };
    let inside = Inside::new(ground.at("usb"));
    fs::create_dir(ground.at("usb/d")).unwrap();
    let made = ground.lw(&["link", "C:/usb/d", "C:/plain"]);
    assert!(made.stderr.contains("if Windows reads"), "{made:#?}");
    assert_eq!(point(&ground.at("plain")), None);
    assert!(ground.at("plain").is_dir());
    for words in [
        &["link", "--junction", "C:/usb/d", "C:/j"][..],
        &["mklink", "/J", "C:/j", "C:/usb/d"],
    ] {
        let refused = ground.run(words);
        assert_ne!(refused.code, Some(0), "{refused:#?}");
        assert!(fs::symlink_metadata(ground.at("j")).is_err());
    }
    drop(inside);
    ground.remount();
}

#[test]
fn a_junction_is_not_led_to_a_file_nor_left_at_another_drive() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("d")).unwrap();
    fs::write(ground.at("file"), "x").unwrap();
    plant(&ground.at("j"), &junction(r"Q:\d"), true);
    let checked = ground.run(&["check", "--json", "C:/"]);
    assert!(checked.stdout.contains("other-drive"), "{checked:#?}");
    let refused = ground.run(&["retarget", "C:/j", "C:/file"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(point(&ground.at("j")), Some(junction(r"Q:\d")));
    // The driver shows as its text what it is led to here.
    ground.lw(&["retarget", "C:/j", "C:/d"]);
    assert_eq!(point(&ground.at("j")), Some(junction(r"C:\d")));
    ground.lw(&["retarget", "C:/j", "C:/d"]);
    let checked = ground.run(&["check", "C:/"]);
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    ground.remount();
}

#[test]
fn a_junction_to_another_drive_is_not_converted_to_what_the_driver_takes_for_it() {
    let Some(ground) = Ground::new() else { return };
    let Some(other) = Ground::new() else { return };
    fs::create_dir(ground.at("d")).unwrap();
    fs::create_dir(other.at("d")).unwrap();
    plant(&ground.at("j"), &junction(r"Q:\d"), true);
    assert_eq!(fs::read_link(ground.at("j")).unwrap(), ground.at("d"));
    let before = ground.view();
    let convert = ["convert", "--to", "relative", "C:/j"];
    let refused = ground.run(&convert);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("drive Q:"), "{refused:#?}");
    ground.set_drives(&[("C", ground.volume.path()), ("Q", other.volume.path())]);
    let refused = ground.run(&convert);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(ground.view(), before);
}

#[test]
fn the_top_of_a_drive_is_said_to_be_out_of_reach() {
    let Some(ground) = Ground::new() else { return };
    fs::create_dir(ground.at("d")).unwrap();
    let made = ground.lw(&["link", "--junction", "--allow-recursive", "C:/", "C:/d/top"]);
    assert_eq!(point(&ground.at("d/top")), Some(junction(r"C:\")));
    assert!(made.stderr.contains(".NTFS-3G/C:"), "{made:#?}");
    let checked = ground.run(&["check", "--json", "C:/"]);
    assert!(checked.stdout.contains("other-drive"), "{checked:#?}");
    ground.remount();
}
