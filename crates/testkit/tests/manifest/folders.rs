//! Folders that were made for links, removed and made again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use lw_testkit::{Fault, Lab};

use crate::ground::{self, MANIFEST, kill_at_every_effect, lab};

const GROUND: &str = "
mkdir dot; echo t > dot/t
for at in a/b c d e; do printf \"[[link]]\\nlink='~/$at/l'\\ntarget='t'\\n\"; done > dot/links.toml
lw apply -qy dot/links.toml
chmod 700 a; chmod 750 a/b; chmod 2775 c; chmod 1777 d; chmod 755 e; : > dot/links.toml
";

const COMMAND: &[&str] = &["apply", "-y", "--prune", MANIFEST];

fn mode(lab: &Lab, folder: &str) -> u32 {
    let found = fs::metadata(lab.home().join(folder)).unwrap();
    found.permissions().mode() & 0o7777
}

/// What was pruned comes back with the permission bits it had, and so does what was undone, once and again.
#[test]
fn a_folder_comes_back_as_open_as_it_was() {
    let lab = lab(GROUND);
    let before = ground::picture(&lab);
    for _ in 0..2 {
        lab.lw_ok(COMMAND);
        assert!(lab.home().join("a").symlink_metadata().is_err());
        let shown = lab.lw_ok(&["undo", "-n"]);
        assert!(shown.stdout.contains("permission bits 2775"), "{shown:#?}");
        lab.lw_ok(&["undo"]);
        ground::assert_same(&before, &lab);
        for (folder, bits) in [
            ("a", 0o700),
            ("a/b", 0o750),
            ("c", 0o2775),
            ("d", 0o1777),
            ("e", 0o755),
        ] {
            assert_eq!(mode(&lab, folder), bits, "{folder}");
        }
    }
    // The way there is taken back and gone again.
    lab.lw_ok(&["undo", "1"]);
    assert!(lab.home().join("c").symlink_metadata().is_err());
    lab.lw_ok(&["undo", "6"]);
    assert_eq!((mode(&lab, "c"), mode(&lab, "a/b")), (0o2775, 0o750));
}

/// Killed while links and folders go, it is before or after, bits and all.
#[test]
fn killed_while_pruning() {
    kill_at_every_effect(GROUND, COMMAND, 10, |_, _| {});
}

/// Bits that the system refuses leave no folder that is not as it was.
#[test]
fn failing_while_it_comes_back() {
    const EIO: i32 = 5;
    let clean = lab(GROUND);
    let before = ground::picture(&clean);
    clean.lw_ok(COMMAND);
    let effects = clean.lw_ok(&["undo"]).effects;
    assert!(
        effects.iter().any(|line| line.starts_with("set mode")),
        "{effects:#?}"
    );
    ground::assert_same(&before, &clean);
    for n in 1..=effects.len() {
        let what = format!("failing at {n}: {}", effects[n - 1]);
        let lab = lab(GROUND);
        let before = ground::picture(&lab);
        lab.lw_ok(COMMAND);
        let failed = lab.lw_with(&["undo"], &Fault::FailOnce(n, EIO));
        assert!(failed.hit, "{what}: {failed:#?}");
        lab.lw_ok(&["recover"]);
        for (folder, bits) in [("a", 0o700), ("c", 0o2775), ("d", 0o1777)] {
            if lab.home().join(folder).symlink_metadata().is_ok() {
                assert_eq!(mode(&lab, folder), bits, "{what}: {folder}");
            }
        }
        if failed.code == Some(0) {
            ground::assert_same(&before, &lab);
        }
    }
}

/// What no undo brings back is said before the folder goes.
#[test]
fn what_is_not_kept_is_said() {
    let lab = lab(GROUND);
    lab.sh("setfattr -n user.colour -v red c; setfacl -m u:1234:rwx d; chown 1234 e");
    let shown = lab.lw_ok(&[&["apply", "-n", "--prune"], &COMMAND[3..]].concat());
    let said = format!("{}{}", shown.stdout, shown.stderr);
    for words in [
        "/c' is made again, it is without what it has now: an extended attribute",
        "/d' is made again, it is without what it has now: an access list",
        "/e' is made again, it is without what it has now: the owner",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(said.matches("is made again").count(), 3, "{said}");
}

/// With an access list the bits of the group are the most that anyone in it has: without the list they are the group's own.
#[test]
fn a_folder_with_an_access_list_comes_back_no_more_open() {
    let lab = lab(GROUND);
    lab.sh("chmod 750 c; chmod 700 e; setfacl -m u:1234:rwx c e");
    assert_eq!((mode(&lab, "c"), mode(&lab, "e")), (0o2770, 0o770));
    lab.lw_ok(COMMAND);
    lab.lw_ok(&["undo"]);
    assert_eq!((mode(&lab, "c"), mode(&lab, "e")), (0o2750, 0o700));
}
