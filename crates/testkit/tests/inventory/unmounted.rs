//! A volume that is not mounted is not a broken link.

use std::fs;
use std::path::Path;

use lw_testkit::Lab;
use lw_testkit::volumes::{FileSystem, Mounted};
use serde_json::Value;

use super::ground::{Answer, PROGRAM, lab, lw, path};

/// Checks `t` with a table of volumes.
fn check(lab: &Lab, table: &str) -> Vec<Value> {
    let file = lab.home().join("table");
    fs::write(&file, table).unwrap();
    let output = lab
        .command()
        .args(["check", "--json", "t"])
        .env("LIBMOUNT_FSTAB", &file)
        .output()
        .unwrap();
    let answer = Answer::of(output);
    let findings = answer.of_type("finding");
    let is_bad = findings.iter().any(|finding| finding["problem"] == true);
    answer.ends(i32::from(is_bad));
    findings
}

fn of<'a>(findings: &'a [Value], lab: &Lab, name: &str) -> &'a Value {
    let link = lab.home().join("t").join(name);
    let found = findings
        .iter()
        .find(|finding| path(finding, "path") == link);
    found.unwrap_or(&Value::Null)
}

const LINKS: &str = "
    mkdir -p t mnt 'mnt/with blank'
    ln -s \"$PWD/mnt/disk/photos/one\" t/absolute; ln -s ../mnt/disk t/disk; ln -s disk/x t/through
    ln -s ../mnt/with\\ blank/x t/blank; ln -s ../mnt/diskette/x t/like; ln -s ../mnt/with\\ blank t/there
    ln -s absolute t/absolute-too";

#[test]
fn what_the_table_would_mount() {
    let lab = lab(LINKS);
    let mnt = lab.home().join("mnt");
    let table = format!(
        "# a comment\n\nUUID=one {0}/disk ext4 defaults 0 2\n/dev/sdz9\t{0}/with\\040blank\tauto\tnoauto\n\
         none none swap sw 0 0\nproc /proc proc defaults 0 0\nhalf-a-line\n",
        mnt.display()
    );
    let findings = check(&lab, &table);
    for (name, mount_point, source) in [
        ("absolute", "disk", "UUID=one"),
        ("disk", "disk", "UUID=one"),
        ("through", "disk", "UUID=one"),
        ("absolute-too", "disk", "UUID=one"),
        ("blank", "with blank", "/dev/sdz9"),
    ] {
        let finding = of(&findings, &lab, name);
        assert_eq!(finding["finding"], "not-mounted", "{name}: {finding}");
        assert_eq!(finding["problem"], false, "{finding}");
        assert_eq!(
            path(finding, "mount_point"),
            mnt.join(mount_point),
            "{finding}"
        );
        assert_eq!(finding["source"], source, "{finding}");
    }
    assert_eq!(of(&findings, &lab, "like")["finding"], "dangling");
    assert!(of(&findings, &lab, "there").is_null());
    // Without the table all of them lead nowhere.
    let bare = check(&lab, "");
    let dangling = bare
        .iter()
        .filter(|finding| finding["finding"] == "dangling");
    assert_eq!(dangling.count(), 6);
}

#[test]
fn repair_leaves_links_to_unmounted_volumes_alone() {
    let lab = lab("mkdir -p t mnt/disk away/photos; printf x > away/photos/one
        ln -s ../mnt/disk/photos/one t/one");
    let table = lab.home().join("table");
    fs::write(
        &table,
        format!("UUID=one {}/mnt/disk ext4\n", lab.home().display()),
    )
    .unwrap();
    let output = lab
        .command()
        .args(["repair", "-y", "."])
        .env("LIBMOUNT_FSTAB", &table)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = fs::read_link(lab.home().join("t/one")).unwrap();
    assert_eq!(text, Path::new("../mnt/disk/photos/one"));
}

#[test]
fn what_is_mounted_has_what_it_has() {
    let Some(volume) = Mounted::new(FileSystem::Tmpfs, 4) else {
        return;
    };
    let lab = Lab::new(PROGRAM);
    fs::create_dir(lab.home().join("t")).unwrap();
    let gone = volume.path().join("photos/one");
    std::os::unix::fs::symlink(&gone, lab.home().join("t/l")).unwrap();
    let table = format!("tmpfs {} tmpfs defaults 0 0\n", volume.path().display());
    let findings = check(&lab, &table);
    assert_eq!(
        of(&findings, &lab, "l")["finding"],
        "dangling",
        "{findings:?}"
    );
}

/// What is plugged in is mounted below these; the folder of the user, or even the first one, is made only then.
#[test]
fn where_desktops_mount() {
    let lab = Lab::new(PROGRAM);
    fs::create_dir(lab.home().join("t")).unwrap();
    let tops = ["/media", "/run/media", "/Volumes"];
    for (number, top) in tops.iter().enumerate() {
        let disk = format!("{top}/nobody-{}/DISK", std::process::id());
        for (name, text) in [("at", disk.clone()), ("below", format!("{disk}/a/b"))] {
            let link = lab.home().join(format!("t/{name}-{number}"));
            std::os::unix::fs::symlink(text, link).unwrap();
        }
    }
    std::os::unix::fs::symlink("/mediaeval/x/y", lab.home().join("t/like")).unwrap();
    let findings = check(&lab, "");
    for number in 0..tops.len() {
        for name in ["at", "below"] {
            let finding = of(&findings, &lab, &format!("{name}-{number}"));
            assert_eq!(finding["finding"], "not-mounted", "{finding}");
        }
    }
    assert_eq!(of(&findings, &lab, "like")["finding"], "dangling");
    let answer = lw(&lab, &["check", "t"]).ends(1);
    assert!(
        String::from_utf8(answer.stdout)
            .unwrap()
            .contains("7 links, 1 problem")
    );
}
