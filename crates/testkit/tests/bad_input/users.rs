//! What an unprivileged user may not do.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use lw_testkit::skip;

use super::Transcript;

const NOBODY: u32 = 65534;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Makes a lab of an unprivileged user, who may run the program from it.
fn as_nobody() -> Option<Transcript> {
    if !skip::is_root() {
        return None;
    }
    let mut t = Transcript::new();
    let program = t.lab.top().join("lw");
    t.run_from(&program);
    t.act_as(NOBODY);
    Some(t)
}

#[test]
fn a_folder_of_another_owner() {
    let Some(mut t) = as_nobody() else { return };
    t.file("mine/file");
    t.folder("far");
    t.link("mine", "link");
    t.file("theirs/thing/file");
    t.link("thing", "theirs/link");
    fs::hard_link(t.path("mine/file"), t.path("theirs/name")).unwrap();
    chown(t.path("theirs"), Some(0), Some(0)).unwrap();
    set_mode(&t.path("theirs"), 0o755);
    t.refused(&["move", "theirs/thing", "far"]);
    t.refused(&["move", "mine", "theirs"]);
    t.refused(&["link", "mine", "theirs/new"]);
    t.refused(&["link", "--replace", "mine", "theirs/thing"]);
    t.refused(&["link", "--hard", "mine/file", "theirs/new"]);
    t.refused(&["remove", "theirs/link"]);
    t.refused(&["remove", "theirs/name"]);
    t.refused(&["retarget", "theirs/link", "mine"]);
    t.refused(&["bring-back", "theirs/link"]);
    t.done(&["show", "theirs/link"]);
    t.remark("a folder that may be entered and not read");
    set_mode(&t.path("theirs"), 0o711);
    t.done(&["show", "theirs/link"]);
    t.done(&["link", "theirs/thing", "door"]);
    t.remark("a folder that may not be entered");
    set_mode(&t.path("theirs"), 0o700);
    t.refused(&["show", "theirs/link"]);
    t.refused(&["move", "theirs/thing", "far"]);
    t.refused(&["move", "mine", "theirs/new"]);
    t.done(&["link", "theirs/thing", "new"]);
    t.refused(&["remove", "theirs/link"]);
    t.refused(&["bring-back", "theirs/link"]);
    t.remark("a link that leads there is no broken link");
    t.done(&["show", "door"]);
    t.refused(&["bring-back", "door"]);
    t.done(&["remove", "door"]);
    t.compare("another_owner");
}

#[test]
fn a_sticky_folder() {
    let Some(mut t) = as_nobody() else { return };
    t.folder("far");
    t.folder("shared/mine");
    t.folder("shared/theirs");
    t.link("theirs", "shared/link");
    chown(t.path("shared"), Some(0), Some(0)).unwrap();
    set_mode(&t.path("shared"), 0o1777);
    chown(t.path("shared/theirs"), Some(1000), Some(1000)).unwrap();
    std::os::unix::fs::lchown(t.path("shared/link"), Some(1000), Some(1000)).unwrap();
    set_mode(&t.path("shared/theirs"), 0o777);
    t.refused(&["move", "shared/theirs", "far"]);
    t.refused(&["remove", "shared/link"]);
    t.refused(&["retarget", "shared/link", "far"]);
    t.refused(&["bring-back", "shared/link"]);
    t.refused(&["link", "--replace", "far", "shared/theirs"]);
    t.done(&["move", "shared/mine", "far"]);
    t.done(&["undo"]);
    t.compare("sticky");
}

#[test]
fn a_folder_of_ones_own_that_is_read_only() {
    let Some(mut t) = as_nobody() else { return };
    t.file("fixed/file");
    t.folder("far");
    t.link("fixed", "link");
    t.link("../far/new", "fixed/inside");
    set_mode(&t.path("fixed"), 0o555);
    t.refused(&["move", "fixed", "far"]);
    t.refused(&["link", "--replace", "far", "fixed"]);
    t.refused(&["bring-back", "link"]);
    t.refused(&["remove", "fixed/inside"]);
    t.refused(&["link", "far", "fixed/new"]);
    t.refused(&["move", "far", "fixed"]);
    t.remark("links inside that would have to be re-aimed");
    t.folder("open/fixed");
    t.link("../../far", "open/fixed/out");
    set_mode(&t.path("open/fixed"), 0o555);
    t.refused(&["move", "open", "far"]);
    for folder in ["fixed", "open/fixed"] {
        set_mode(&t.path(folder), 0o755);
    }
    t.compare("own_read_only");
}

#[test]
fn something_inside_that_may_not_be_read() {
    let Some(mut t) = as_nobody() else { return };
    t.file("projects/secret/file");
    t.folder("far");
    chown(t.path("projects/secret"), Some(0), Some(0)).unwrap();
    set_mode(&t.path("projects/secret"), 0o700);
    let done = t.done(&["move", "projects", "far"]);
    assert!(done.stderr.contains("secret"), "{done:#?}");
    t.done(&["undo"]);
    assert_eq!(
        fs::read(t.path("projects/secret/file")).unwrap(),
        b"projects/secret/file"
    );
    t.compare("unreadable_inside");
}

/// `protected_hardlinks`: the kernel may refuse another name for what one may not write.
#[test]
fn a_hard_link_to_a_file_of_another() {
    let Some(mut t) = as_nobody() else { return };
    t.file("theirs");
    chown(t.path("theirs"), Some(0), Some(0)).unwrap();
    set_mode(&t.path("theirs"), 0o600);
    let answer = t.run(&["link", "--hard", "theirs", "mine"]);
    let is_protected =
        fs::read("/proc/sys/fs/protected_hardlinks").is_ok_and(|value| value.starts_with(b"1"));
    assert_eq!(
        answer.code,
        Some(if is_protected { 4 } else { 0 }),
        "{answer:#?}"
    );
    assert_eq!(t.path("mine").exists(), !is_protected);
}
