//! Links that were, and are something else now; and volumes that are known and not there.

use std::fs;
use std::process::Command;

use lw_testkit::Lab;
use lw_testkit::volumes::{FileSystem, Mounted, run};
use serde_json::Value;

use super::ground::{PROGRAM, bytes, lab, lw, path};

fn findings(lab: &Lab, code: i32) -> Vec<(String, String)> {
    let answer = lw(lab, &["check", "--json", "."]).ends(code);
    let told = answer.of_type("finding").into_iter().map(|finding| {
        let name = path(&finding, "path");
        let name = name.strip_prefix(lab.home()).unwrap().display().to_string();
        (name, finding["finding"].as_str().unwrap().to_owned())
    });
    told.collect()
}

fn words(found: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    found.iter().map(owned).collect()
}

#[test]
fn what_an_editor_makes_of_links() {
    let lab = lab("
        mkdir d; echo x > d/f; echo y > d/g; ln -s d/f l; ln -s d m; ln -s d/f gone
        lw link -q --hard d/g hard; lw link -q --hard d/g fine; lw track -q .");
    assert_eq!(findings(&lab, 0), []);
    // Saved by renaming; a folder copied over a link; a link that was removed is no drift.
    lab.sh("
        cp l t; mv t l; cp hard t; mv t hard
        rm m gone; mkdir m");
    let expected = [("l", "replaced"), ("m", "replaced"), ("hard", "split")];
    assert_eq!(findings(&lab, 1), words(&expected));
    let answer = lw(&lab, &["check", "--json", "."]);
    let first: &Value = &answer.of_type("finding")[0];
    assert_eq!(
        (first["now"].as_str(), bytes(first, "target")),
        (Some("file"), "d/f".into())
    );
    assert_eq!(path(first, "led_to"), lab.home().join("d/f"));
    // Nothing else is said of patterns that leave them out.
    lw(&lab, &["check", ".", "--exclude", "[lmh]*"]).ends(0);
    lw(&lab, &["check", "d"]).ends(0);
    // A repair leaves them alone, and what is forgotten is no drift.
    lw(&lab, &["repair", "-y", "."]).ends(0);
    lw(&lab, &["track", "-q", "--forget", "."]).ends(0);
    assert_eq!(findings(&lab, 0), []);
}

/// What lw itself makes of a link is no drift.
#[test]
fn what_was_asked_for_is_no_drift() {
    let lab = lab("
        mkdir d e; echo x > d/f; ln -s d/f l; echo z > moved; ln -s d/f other
        lw track -q .; lw move -q moved e/moved; lw bring-back -q moved
        lw convert -qy --to copy l; lw convert -qy --to hard other");
    assert!(
        fs::symlink_metadata(lab.home().join("l"))
            .unwrap()
            .is_file()
    );
    assert_eq!(findings(&lab, 0), []);
}

#[test]
fn a_volume_that_was_seen_and_is_not_mounted_now() {
    let Some(volume) = Mounted::new(FileSystem::Ext4, 64) else {
        return;
    };
    let lab = Lab::new(PROGRAM);
    let at = volume.path().display().to_string();
    lab.sh(&format!("echo x > {at}/f; mkdir {at}/d; ln -s {at}/f l; ln -s {at}/d m; ln -s {at}/none n; lw track -q ."));
    run("umount", &[&at]);
    let expected = [
        ("n", "dangling"),
        ("l", "not-mounted"),
        ("m", "not-mounted"),
    ];
    assert_eq!(findings(&lab, 1), words(&expected));
    // A repair does not look for what is on it.
    lab.sh("echo x > f; mkdir d");
    let answer = lw(&lab, &["repair", "-y", "."]).ends(4);
    assert!(!answer.stderr.contains("/l'"), "{answer:?}");
    let image = volume.image();
    let mounted = Command::new("mount")
        .arg("-o")
        .arg("loop")
        .arg(&image)
        .arg(&at)
        .status();
    assert!(mounted.unwrap().success());
    assert_eq!(findings(&lab, 1), words(&[("n", "dangling")]));
}
