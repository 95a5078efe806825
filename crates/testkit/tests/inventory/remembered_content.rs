//! A copy on another volume is known again by its name, its size and the hash of what it holds.

use std::fs;
use std::path::PathBuf;

use lw_testkit::Lab;
use lw_testkit::volumes::{FileSystem, Mounted};

use super::ground::{Answer, PROGRAM, lw, words};
use super::mended::text;

/// A lab on a volume with handles, and another volume with the folders `a` and `b`.
fn two_volumes() -> Option<(Mounted, Mounted, Lab)> {
    let source = Mounted::new(FileSystem::Ext4, 64)?;
    let volume = Mounted::new(FileSystem::Tmpfs, 64)?;
    for folder in ["a", "b"] {
        fs::create_dir(volume.path().join(folder)).unwrap();
    }
    let lab = Lab::at(PROGRAM, source.path());
    lab.sh("mkdir d; yes | head -c 1000000 > d/big; echo small > d/small; ln -s d/big big; ln -s d/small small");
    Some((source, volume, lab))
}

fn repair(lab: &Lab, volume: &Mounted) -> Answer {
    lw(
        lab,
        &words(&[
            &"repair",
            &"-y",
            &".",
            &"--search",
            &".",
            &"--search",
            &volume.path(),
        ]),
    )
}

fn leads_to(lab: &Lab, volume: &Mounted, link: &str, path: &str) {
    let real = lab.home().join(link).canonicalize().unwrap();
    assert_eq!(real, volume.path().join(path));
}

#[test]
fn moved_to_another_volume() {
    for hash in ["sample", "full"] {
        let Some((_source, volume, lab)) = two_volumes() else {
            return;
        };
        lw(&lab, &["track", "--hash", hash, "."]).ends(0);
        let before: Vec<PathBuf> = ["big", "small"].map(|link| text(&lab, link)).into();
        let at = volume.path().display().to_string();
        // Of the same name: one of another size, one of the same size, and two that are equally good.
        lab.sh(&format!(
            "mv d/big {at}/a; mv d/small {at}/b; echo x > {at}/b/big; echo other > {at}/a/small
             mkdir {at}/c {at}/e; cp {at}/a/big {at}/c; cp {at}/b/small {at}/e"
        ));
        let answer = repair(&lab, &volume).ends(4);
        let doubts = answer.stderr.matches("it could be any of").count();
        assert_eq!(doubts, 2, "{answer:?}");
        lab.sh(&format!("rm -r {at}/c {at}/e"));
        let answer = repair(&lab, &volume).ends(0);
        let words = match hash {
            "full" => "it has the same name, size and hash",
            _ => "it has the same name and size, and a sample of it the same hash",
        };
        assert!(answer.stderr.contains(words), "{answer:?}");
        leads_to(&lab, &volume, "big", "a/big");
        leads_to(&lab, &volume, "small", "b/small");
        lw(&lab, &["undo"]).ends(0);
        let after: Vec<PathBuf> = ["big", "small"].map(|link| text(&lab, link)).into();
        assert_eq!(after, before);
    }
}

#[test]
fn other_content_is_not_taken() {
    let Some((_source, volume, lab)) = two_volumes() else {
        return;
    };
    lw(&lab, &["track", "--hash", "full", "."]).ends(0);
    let at = volume.path().display().to_string();
    // Same name, same size; the large one differs in a byte that no sample holds.
    lab.sh(&format!(
        "echo SMALL > {at}/a/small; cp d/big {at}/a/big
         printf X | dd of={at}/a/big bs=1 seek=300000 conv=notrunc 2>/dev/null
         cmp -s d/big {at}/a/big && exit 1; rm d/big d/small"
    ));
    let answer = repair(&lab, &volume).ends(4);
    assert_eq!(
        answer.stderr.matches("its target was deleted").count(),
        2,
        "{answer:?}"
    );
    assert_eq!(text(&lab, "big"), PathBuf::from("d/big"));
    // A folder of the same name is not a file.
    lab.sh(&format!("rm {at}/a/small; mkdir {at}/b/small"));
    repair(&lab, &volume).ends(4);
}

/// What is told of a whole folder needs no hash of each file: a rule is better evidence than a content.
#[test]
fn a_rule_goes_before_a_content() {
    let Some((_source, volume, lab)) = two_volumes() else {
        return;
    };
    lab.sh("echo x > d/other; ln -s d/other other; lw track -q --hash full .");
    let at = volume.path().display().to_string();
    lab.sh(&format!("mv d {at}/a; echo changed > {at}/a/d/small"));
    let answer = repair(&lab, &volume).ends(0);
    let rule = "3 links: what was below";
    assert!(answer.stderr.contains(rule), "{answer:?}");
    leads_to(&lab, &volume, "small", "a/d/small");
}

/// A hash is worth as much as what it was made of: tracking again without one keeps it only for the same content.
#[test]
fn a_hash_is_kept_as_long_as_the_content() {
    let Some((_source, volume, lab)) = two_volumes() else {
        return;
    };
    lw(&lab, &["track", "-q", "--hash", "full", "."]).ends(0);
    lw(&lab, &["track", "-q", "."]).ends(0);
    let at = volume.path().display().to_string();
    lab.sh(&format!(
        "cp d/big {at}/b/big; echo x > {at}/a/big; mv d/big {at}/kept"
    ));
    repair(&lab, &volume).ends(0);
    leads_to(&lab, &volume, "big", "b/big");
    lw(&lab, &["undo"]).ends(0);

    lab.sh(&format!(
        "cp {at}/kept d/big; printf X | dd of=d/big bs=1 conv=notrunc 2>/dev/null"
    ));
    lw(&lab, &["track", "-q", "."]).ends(0);
    // Of the changed file no hash is known, so its copy and the old one cannot be told apart.
    lab.sh(&format!("mv d/big {at}/a/big"));
    let answer = repair(&lab, &volume).ends(4);
    assert!(answer.stderr.contains("it could be any of"), "{answer:?}");
}
