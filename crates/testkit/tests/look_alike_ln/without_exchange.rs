//! Where names cannot be exchanged: the other orders lose nothing either.

use std::fs;
use std::path::Path;

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab};

use super::bench::PROGRAM;

/// `EINVAL`: what renameat2(2) answers where a file system has no such flag.
const NO_SUCH_FLAG: i32 = 22;

struct Case {
    before: &'static str,
    command: &'static [&'static str],
    /// Names, and the text of a link or the content of a file that must stand there.
    after: &'static [(&'static str, &'static str)],
    kept: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        before: "printf old > b",
        command: &["ln", "-sf", "a", "b"],
        after: &[("b", "-> a")],
        kept: &["old"],
    },
    Case {
        before: "printf new > a; printf old > b",
        command: &["ln", "-f", "a", "b"],
        after: &[("a", "new"), ("b", "new")],
        kept: &["old"],
    },
    Case {
        before: "ln -s old b",
        command: &["ln", "-sfn", "a", "b"],
        after: &[("b", "-> a")],
        kept: &[],
    },
    Case {
        before: "printf old > b; ln b twin",
        command: &["ln", "-sf", "a", "b"],
        after: &[("b", "-> a"), ("twin", "old")],
        kept: &[],
    },
    Case {
        before: "printf old > b",
        command: &["ln", "-sb", "a", "b"],
        after: &[("b", "-> a"), ("b~", "old")],
        kept: &[],
    },
    Case {
        before: "printf old > b; printf older > b~",
        command: &["ln", "-sb", "a", "b"],
        after: &[("b", "-> a"), ("b~", "old")],
        kept: &["older"],
    },
    Case {
        before: "printf old > b; ln -s older b~",
        command: &["ln", "-sb", "a", "b"],
        after: &[("b", "-> a"), ("b~", "old")],
        kept: &[],
    },
];

fn is_there(path: &Path, expected: &str) -> bool {
    match expected.strip_prefix("-> ") {
        Some(text) => fs::read_link(path).is_ok_and(|found| found == Path::new(text)),
        None => fs::read_to_string(path).is_ok_and(|found| found == expected),
    }
}

fn check(lab: &Lab, case: &Case, when: &str) {
    for (name, expected) in case.after {
        assert!(
            is_there(&lab.home().join(name), expected),
            "{when}: {name} is not {expected}"
        );
    }
    for content in case.kept {
        let found = std::process::Command::new("grep")
            .args(["-rlx", content])
            .arg(lab.top())
            .output()
            .unwrap();
        let found = String::from_utf8(found.stdout).unwrap();
        let is_kept = found.lines().any(|path| {
            (path.contains("/quarantine/") || path.contains("/.linkwright-"))
                && Path::new(path).with_file_name("contents.json").is_file()
        });
        assert!(is_kept, "{when}: {content} is in {found}");
    }
    let stray: Vec<_> = fs::read_dir(lab.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".lw-"))
        .collect();
    assert!(stray.is_empty(), "{when}: {stray:?}");
}

#[test]
fn each_replacement_where_exchanging_is_refused() {
    for case in CASES {
        let lab = Lab::new(PROGRAM);
        lab.sh(case.before);
        let effects = lab.lw_ok(case.command).effects;
        let at = effects
            .iter()
            .position(|line| line.starts_with("exchange\t"))
            .unwrap()
            + 1;
        let lab = Lab::new(PROGRAM);
        lab.sh(case.before);
        let outcome = lab.lw_with(case.command, &Fault::FailOnce(at, NO_SUCH_FLAG));
        let when = format!("{:?}: {outcome:#?}", case.command);
        assert!(outcome.hit && outcome.code == Some(0), "{when}");
        check(&lab, case, &when);
    }
}

#[test]
fn on_ntfs_by_ntfs_3g() {
    let Some(volume) = Mounted::new(FileSystem::Ntfs3g, 32) else {
        return;
    };
    for case in CASES {
        let lab = Lab::at(PROGRAM, volume.path());
        lab.sh(case.before);
        let outcome = lab.lw(case.command);
        let when = format!("{:?}: {outcome:#?}", case.command);
        assert_eq!(outcome.code, Some(0), "{when}");
        check(&lab, case, &when);
    }
}

#[test]
fn from_another_volume_it_is_kept_there() {
    let Some(volume) = Mounted::new(FileSystem::Ext4, 32) else {
        return;
    };
    let state = tempfile::tempdir().unwrap();
    for case in CASES {
        let mut lab = Lab::at(PROGRAM, volume.path());
        lab.set_state(&state.path().join("state"));
        lab.sh(case.before);
        let outcome = lab.lw(case.command);
        let when = format!("{:?}: {outcome:#?}", case.command);
        assert_eq!(outcome.code, Some(0), "{when}");
        for (name, expected) in case.after {
            assert!(is_there(&lab.home().join(name), expected), "{when}: {name}");
        }
        let top = fs::read_dir(volume.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let kept = top
            .filter(|path| path.to_str().unwrap().contains("/.linkwright-"))
            .count();
        assert_eq!(kept, usize::from(!case.kept.is_empty()), "{when}");
        if kept > 0 {
            let grep = ["-rlx", case.kept[0], volume.path().to_str().unwrap()];
            let found = std::process::Command::new("grep")
                .args(grep)
                .output()
                .unwrap();
            assert!(
                String::from_utf8(found.stdout)
                    .unwrap()
                    .contains("/.linkwright-"),
                "{when}"
            );
            lab.sh(&format!(
                "rm -r '{}'/.linkwright-*",
                volume.path().display()
            ));
        }
        assert!(!state.path().join("state").exists(), "{when}");
    }
}
