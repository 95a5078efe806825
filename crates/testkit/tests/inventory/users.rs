//! What an unprivileged user may not see or change.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use lw_testkit::{Lab, skip};

use super::ground::{Answer, PROGRAM, Paths, assert_same, path, paths_of, with_findings};

const NOBODY: u32 = 65534;

/// A lab of an unprivileged user, with a program that user may run.
pub(crate) struct Theirs {
    pub(crate) lab: Lab,
    program: PathBuf,
}

impl Theirs {
    /// Runs the script as root and gives everything away before `lock`, which is run as root too.
    pub(crate) fn new(script: &str, lock: &str) -> Option<Self> {
        if !skip::is_root() {
            return None;
        }
        let lab = Lab::new(PROGRAM);
        lab.sh(script);
        Some(Self::of(lab, lock))
    }

    /// Gives a lab away, and then runs `lock` as root.
    pub(crate) fn of(lab: Lab, lock: &str) -> Self {
        let program = lab.top().join("lw");
        // Copied by another process, see `ETXTBSY` of execve(2).
        let copied = Command::new("cp")
            .arg(PROGRAM)
            .arg(&program)
            .status()
            .unwrap();
        assert!(copied.success());
        lab.sh(&format!(
            "chown -Rh {NOBODY}:{NOBODY} '{}'",
            lab.top().display()
        ));
        lab.sh(lock);
        Self { lab, program }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        let output = Command::new(&self.program)
            .args(arguments)
            .current_dir(self.lab.home())
            .env_clear()
            .env("HOME", self.lab.home())
            .env("LW_HOME", self.lab.state())
            .env("NO_COLOR", "1")
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .unwrap();
        Answer::of(output)
    }

    /// What the user sees with `find`.
    fn find(&self, arguments: &[&str]) -> Paths {
        let output = Command::new("find")
            .arg(self.lab.home().join("t"))
            .args(arguments)
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .unwrap();
        let paths = super::ground::null_ended(&output.stdout);
        paths.into_iter().map(PathBuf::from).collect()
    }
}

#[test]
fn a_link_that_may_not_be_followed_is_not_broken() {
    let Some(theirs) = Theirs::new(
        "mkdir -p t closed/in passed/in; printf x > closed/f; printf x > passed/f
         ln -s ../closed/f t/a; ln -s ../closed/gone t/b; ln -s ../closed t/c; ln -s ../closed/in t/d
         ln -s a t/e; ln -s ../passed/f t/g; ln -s c/f t/h; printf x > t/f; ln -s f t/i",
        "chown 0:0 closed passed; chmod 700 closed; chmod 711 passed",
    ) else {
        return;
    };
    let answer = theirs.run(&["check", "--json", "t"]).ends(0);
    let findings = answer.of_type("finding");
    let t = theirs.lab.home().join("t");
    let expected: Paths = ["a", "b", "d", "e", "h"]
        .iter()
        .map(|name| t.join(name))
        .collect();
    assert_same(
        "cannot tell",
        &with_findings(&findings, &["cannot-tell"]),
        &expected,
    );
    assert_eq!(findings.len(), expected.len(), "{findings:?}");
    for finding in &findings {
        assert_eq!(finding["problem"], false);
        assert!(
            path(finding, "at").starts_with(theirs.lab.home().join("closed")),
            "{finding}"
        );
    }
    assert!(
        theirs
            .run(&["list", "-0", "--dangling", "t"])
            .ends(0)
            .stdout
            .is_empty()
    );
    theirs.lab.sh("ln -s nothing t/gone");
    let findings = theirs
        .run(&["check", "--json", "t"])
        .ends(1)
        .of_type("finding");
    assert_same(
        "dangling",
        &with_findings(&findings, &["dangling"]),
        &[t.join("gone")].into(),
    );
    // A repair finds nothing to do with what it may not see.
    theirs.lab.sh("rm t/gone; mkdir other; printf x > other/f");
    let answer = theirs.run(&["repair", "-y", "t", "--search", "."]);
    assert!(matches!(answer.code, Some(0 | 3 | 4)), "{answer:?}");
    assert_eq!(
        fs::read_link(t.join("a")).unwrap(),
        PathBuf::from("../closed/f")
    );
}

#[test]
fn folders_that_may_not_be_read_are_counted_and_named() {
    let Some(theirs) = Theirs::new(
        "for n in 1 2 3; do mkdir -p t/closed$n/in; ln -s x t/closed$n/l; done; mkdir t/listed t/passed
         printf x > t/x; ln -s x t/l; ln -s ../x t/listed/l; ln -s ../x t/passed/l",
        "chown 0:0 t/closed* t/listed t/passed; chmod 700 t/closed*; chmod 744 t/listed; chmod 711 t/passed",
    ) else {
        return;
    };
    let t = theirs.lab.home().join("t");
    for command in ["list", "check", "links-to"] {
        let arguments = match command {
            "links-to" => vec![command, "--json", "t/x", "--in", "t"],
            _ => vec![command, "--json", "t"],
        };
        let answer = theirs.run(&arguments).ends(3);
        let summary = answer.summary();
        // A folder that lists its names and gives no way to them is as good as closed.
        let unreadable: Paths = paths_of(summary["unreadable"].as_array().unwrap());
        for name in ["closed1", "closed2", "closed3", "passed"] {
            assert!(unreadable.contains(&t.join(name)), "{command}: {summary}");
        }
        assert_eq!(
            summary["unreadable_count"].as_u64().unwrap(),
            unreadable.len() as u64
        );
        if command == "list" {
            let ours = paths_of(&answer.of_type("link"));
            assert!(ours.contains(&t.join("l")) && !ours.contains(&t.join("passed/l")));
        }
    }
    let answer = theirs.run(&["list", "t"]).ends(3);
    assert!(
        answer.stderr.contains("could not be read"),
        "{}",
        answer.stderr
    );
    let visible = theirs.find(&["-type", "l", "-print0"]);
    assert!(visible.contains(&t.join("l")));
    theirs.lab.sh("ln -s gone t/gone");
    theirs.run(&["check", "t"]).ends(1);
}

/// `fs.protected_symlinks`: in a shared folder, only the owner of a link and that of the folder are taken along.
#[test]
fn a_link_the_system_refuses_to_follow_is_not_broken() {
    let is_on =
        fs::read("/proc/sys/fs/protected_symlinks").is_ok_and(|value| value.starts_with(b"1"));
    if !is_on {
        skip::skip("protected_symlinks", "fs.protected_symlinks is off");
        return;
    }
    let Some(theirs) = Theirs::new(
        "mkdir t; printf x > f; ln -s ../f t/theirs; ln -s ../f t/mine; ln -s ../gone t/gone",
        "chown 0:0 t; chmod 1777 t; chown -h 1000:1000 t/theirs",
    ) else {
        return;
    };
    let t = theirs.lab.home().join("t");
    let findings = theirs
        .run(&["check", "--json", "t"])
        .ends(1)
        .of_type("finding");
    assert_same(
        "refused",
        &with_findings(&findings, &["cannot-tell"]),
        &[t.join("theirs")].into(),
    );
    assert_same(
        "dangling",
        &with_findings(&findings, &["dangling"]),
        &[t.join("gone")].into(),
    );
}

/// What may not be written is named and left, the rest is mended, and that can be taken back.
#[test]
fn links_in_folders_that_may_not_be_written() {
    let Some(theirs) = Theirs::new(
        "mkdir -p old/a t/mine t/theirs t/sticky; printf 1 > old/a/one; printf 2 > old/a/two; printf 3 > old/a/three
         for d in mine theirs sticky; do for n in one two three; do ln -s ../../old/a/$n t/$d/$n; done; done
         mv old new",
        "chown -h 0:0 t/theirs t/sticky t/sticky/two; chmod 755 t/theirs; chmod 1777 t/sticky",
    ) else {
        return;
    };
    let before = lw_testkit::Picture::of(theirs.lab.home());
    let answer = theirs
        .run(&["repair", "-y", "--json", "t", "--search", "."])
        .ends(3);
    let sound = theirs.find(&["-type", "l", "!", "-xtype", "l", "-print0"]);
    let t = theirs.lab.home().join("t");
    let expected: Paths = [
        "mine/one",
        "mine/two",
        "mine/three",
        "sticky/one",
        "sticky/three",
    ]
    .iter()
    .map(|name| t.join(name))
    .collect();
    assert_same("mended", &sound, &expected);
    assert!(!answer.objects().is_empty());
    theirs.run(&["undo"]).ends(0);
    let after = lw_testkit::Picture::of(theirs.lab.home());
    assert_eq!(before.differences(&after), Vec::<String>::new());
}

#[test]
fn a_closed_folder_is_refused() {
    let Some(theirs) = Theirs::new("mkdir -p t closed/in", "chown 0:0 closed; chmod 700 closed")
    else {
        return;
    };
    for command in ["list", "check"] {
        theirs.run(&[command, "closed"]).ends(4);
        theirs.run(&[command, "t", "closed/in"]).ends(4);
    }
}

/// Where nobody may read it, the name still says what a shell link is. Most desktop entries are no links, and most files
/// no aliases: of those it is only said how many there are.
#[test]
fn shortcuts_that_may_not_be_read() {
    let Some(theirs) = Theirs::new(
        "mkdir t; echo x > t/a.lnk; echo x > t/b.url; echo x > t/c.desktop; seq 100 > 't/d alias'",
        "chmod 0 t/*",
    ) else {
        return;
    };
    let answer = theirs.run(&["list", "--shortcuts", "t"]).ends(0);
    assert_eq!(
        String::from_utf8(answer.stdout).unwrap(),
        "t/a.lnk: shortcut (Windows), its target cannot be read: permission denied\n\
         t/b.url: shortcut (web), its target cannot be read: permission denied\n"
    );
    assert_eq!(
        answer.stderr,
        "note: 2 files that may be shortcuts could not be read\n"
    );
    let answer = theirs.run(&["list", "--shortcuts", "--json", "t"]).ends(0);
    assert_eq!(answer.summary()["unread_count"], 2);
}
