//! Links that lead to links: as many as the kernel follows, and one more.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use lw_testkit::Lab;

use super::ground::{PROGRAM, Paths, assert_same, find_paths, lw, path_list, with_findings, words};

/// Links `PREFIX1`, `PREFIX2` and so on, each to the one before it, the first one to `end`.
fn chain(folder: &Path, prefix: &str, count: usize, end: &str) {
    symlink(end, folder.join(format!("{prefix}1"))).unwrap();
    for number in 2..=count {
        symlink(
            format!("{prefix}{}", number - 1),
            folder.join(format!("{prefix}{number}")),
        )
        .unwrap();
    }
}

#[test]
fn as_many_as_the_kernel_follows() {
    let lab = Lab::new(PROGRAM);
    let top = lab.home().join("t");
    fs::create_dir_all(top.join("d/e")).unwrap();
    fs::write(top.join("file"), "x").unwrap();
    fs::write(top.join("d/e/file"), "x").unwrap();
    chain(&top, "file-", 45, "file");
    chain(&top, "folder-", 45, "d/e");
    chain(&top, "gone-", 45, "gone");
    for count in 38..=41 {
        // The links in front of the last part count too.
        symlink(
            format!("folder-{count}/file"),
            top.join(format!("in-{count}")),
        )
        .unwrap();
        symlink(
            format!("folder-{count}/gone"),
            top.join(format!("none-{count}")),
        )
        .unwrap();
        symlink(
            format!("folder-{}/../../file-{}", count - 20, 20),
            top.join(format!("split-{count}")),
        )
        .unwrap();
    }
    let answer = lw(&lab, &words(&[&"check", &"--json", &top])).ends(1);
    let findings = answer.of_type("finding");
    let with_errno = |errno: i32| -> Paths {
        let links = find_paths(&top, &["-type", "l", "-print0"]).into_iter();
        links
            .filter(|link| {
                fs::metadata(link)
                    .err()
                    .and_then(|error| error.raw_os_error())
                    == Some(errno)
            })
            .collect()
    };
    let too_deep = with_findings(&findings, &["too-deep"]);
    assert_same("too deep", &too_deep, &with_errno(libc::ELOOP));
    assert_same(
        "dangling",
        &with_findings(&findings, &["dangling"]),
        &with_errno(libc::ENOENT),
    );
    for (name, is_too_deep) in [
        ("file-39", false),
        ("file-40", false),
        ("file-41", true),
        ("gone-40", false),
        ("gone-41", true),
        ("in-39", false),
        ("in-40", true),
    ] {
        assert_eq!(too_deep.contains(&top.join(name)), is_too_deep, "{name}");
    }
}

/// A circle is told as its links, however one gets into it.
#[test]
fn circles_are_circles() {
    for length in [1, 2, 3, 39, 40, 41, 100] {
        let lab = Lab::new(PROGRAM);
        let top = lab.home().join("t");
        fs::create_dir(&top).unwrap();
        chain(&top, "l", length, &format!("l{length}"));
        symlink("l1", top.join("way-in")).unwrap();
        symlink("way-in/below", top.join("deeper")).unwrap();
        let answer = lw(&lab, &words(&[&"check", &"--json", &top])).ends(1);
        let findings = answer.of_type("finding");
        assert_eq!(findings.len(), length + 2);
        for finding in findings {
            if finding["finding"] == "too-deep" {
                assert!(length > 38, "{finding}");
                continue;
            }
            assert_eq!(finding["finding"], "loop", "{finding}");
            let cycle = path_list(&finding, "cycle");
            assert_eq!(cycle.len(), length, "{finding}");
            for (one, next) in cycle.iter().zip(cycle.iter().cycle().skip(1)) {
                assert_eq!(&top.join(fs::read_link(one).unwrap()), next);
            }
        }
    }
}
