//! `lw clouds` and `lw clouds set`.

use std::fs;

use lw_testkit::Picture;
use serde_json::json;

use crate::ground::{bare_lab, lab, objects, said};

#[test]
fn folders_are_listed_with_their_room() {
    let lab = lab("mkdir gone; sed -i s,Sync,gone/x, .config/syncthing/config.xml");
    let before = Picture::of(lab.home());
    let outcome = lab.lw_ok(&["clouds"]);
    let home = lab.home().display();
    let blocks: Vec<&str> = outcome.stdout.lines().collect();
    assert!(
        blocks.contains(&"dropbox  Dropbox, personal"),
        "{outcome:#?}"
    );
    assert!(blocks.contains(&format!("  folder:   '{home}/Dropbox'").as_str()));
    assert!(blocks.contains(&"onedrive:Work  OneDrive (Linux client), Work"));
    assert!(blocks.contains(&format!("  folder:   '{home}/gone/x' (missing)").as_str()));
    assert!(
        blocks
            .contains(&"  account:  space unknown ('lw clouds set dropbox --quota SIZE' tells it)")
    );
    assert_eq!(before, Picture::of(lab.home()), "looking changes nothing");
    assert!(!lab.state().exists());
    let names = lab.lw_ok(&["clouds", "-0"]).stdout;
    let there = ["Dropbox", "OneDrive", "Work"].map(|name| format!("{home}/{name}\0"));
    assert_eq!(names, there.concat());
}

#[test]
fn programs_get_objects() {
    let lab = lab("head -c 1000 /dev/zero > Dropbox/a; ln -s /nowhere Dropbox/l");
    let found = objects(&lab.lw_ok(&["clouds", "--json"]));
    let names: Vec<_> = found
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["dropbox", "onedrive", "onedrive:Work", "syncthing"]);
    let dropbox = &found[0];
    assert_eq!(dropbox["type"], "cloud");
    assert_eq!(dropbox["state"], "present");
    assert_eq!(dropbox["account"], "personal");
    assert_eq!(dropbox["used_bytes"], 1000);
    assert_eq!(dropbox["quota_bytes"], json!(null));
    assert_eq!(dropbox["left_bytes"], json!(null));
    assert!(dropbox["free_bytes"].as_u64().unwrap() > 0);
    assert_eq!(dropbox["links"]["symbolic"]["treatment"], "kept-as-link");
    assert_eq!(dropbox["links"]["hard"]["evidence"], "assumed");
}

#[test]
fn what_is_told_of_an_account_is_kept() {
    let lab = lab("head -c 1048576 /dev/zero > Dropbox/a
         mkdir -p \"$LW_HOME\"; printf '# mine\\n[other]\\nx = 1\\n' > \"$LW_HOME/settings.toml\"");
    let outcome = lab.lw_ok(&["clouds", "set", "Dropbox", "--quota", "2GB"]);
    assert_eq!(outcome.stdout, "dropbox holds 2.0 GiB.\n");
    lab.lw_ok(&["clouds", "set", "onedrive:work", "--quota", "1TB"]);
    let settings = fs::read_to_string(lab.state().join("settings.toml")).unwrap();
    assert!(
        settings.starts_with("# mine\n[other]\nx = 1\n"),
        "{settings}"
    );
    assert!(settings.contains("[quotas]\ndropbox = \"2GB\"\n\"onedrive:Work\" = \"1TB\"\n"));
    let outcome = lab.lw_ok(&["clouds"]);
    let line = "  account:  the folder holds 1.0 MiB of 2.0 GiB, 2.0 GiB left";
    assert!(
        outcome.stdout.lines().any(|found| found == line),
        "{outcome:#?}"
    );
    let found = objects(&lab.lw_ok(&["clouds", "--json"]));
    assert_eq!(found[0]["left_bytes"], (2_u64 << 30) - (1 << 20));
    lab.lw_ok(&["clouds", "set", "dropbox", "--quota", "none"]);
    let found = objects(&lab.lw_ok(&["clouds", "--json"]));
    assert_eq!(found[0]["quota_bytes"], json!(null));
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let lab = lab("");
    for (name, quota, code, cause) in [
        ("nothing", "2GB", 4, "there is no such cloud"),
        ("onedrive:Other", "2GB", 4, "there is no such cloud"),
        ("dropbox", "much", 2, "is no size"),
        ("dropbox", "0", 2, "is no size"),
    ] {
        let outcome = lab.lw(&["clouds", "set", name, "--quota", quota]);
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert!(outcome.stderr.contains(cause), "{outcome:#?}");
    }
    assert!(!lab.state().join("settings.toml").exists());
}

#[test]
fn configurations_that_are_not_read_are_named() {
    let lab = lab(
        "mv .dropbox/info.json real; ln -s ../real .dropbox/info.json
         head -c 2000000 /dev/zero > .config/syncthing/config.xml
         mkdir -p .config/Nextcloud .config/ownCloud/owncloud.cfg; mkfifo .config/Nextcloud/nextcloud.cfg",
    );
    let outcome = lab.lw_ok(&["clouds"]);
    let said = said(&lab, &outcome);
    for line in [
        "note: '~/.dropbox/info.json' of Dropbox is not read: it is a link to somewhere else",
        "note: '~/.config/syncthing/config.xml' of Syncthing is not read: it is larger than such files are",
        "note: '~/.config/Nextcloud/nextcloud.cfg' of Nextcloud is not read: it is no file",
        "note: '~/.config/ownCloud/owncloud.cfg' of ownCloud is not read: it is no file",
    ] {
        assert!(said.lines().any(|found| found == line), "{said}");
    }
    let found = objects(&lab.lw_ok(&["clouds", "--json"]));
    let unread = found.iter().filter(|one| one["type"] == "cloud-not-read");
    assert_eq!(unread.count(), 4);
}

#[test]
fn a_home_without_clients_has_none() {
    let lab = bare_lab("mkdir Dropbox Box MEGA");
    let outcome = lab.lw_ok(&["clouds"]);
    assert_eq!(outcome.stdout, "No cloud folders were found.\n");
    assert_eq!(outcome.stderr, "");
    assert_eq!(lab.lw_ok(&["clouds", "--json"]).stdout, "");
}
