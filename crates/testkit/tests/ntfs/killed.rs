//! Killed, or failing, at each effect of whatever makes or changes a link of Windows.

use std::fs;

use lw_testkit::Fault;

use super::ground::*;

const SCENARIOS: &[(&str, &[&str])] = &[
    ("a junction", &["link", "--junction", "C:/one", "C:/new"]),
    ("a link to a folder", &["link", "C:/one", "C:/new"]),
    ("a link to a file", &["link", "C:/one/file", "C:/new"]),
    (
        "in place of a file",
        &["link", "--replace", "C:/one", "C:/old"],
    ),
    (
        "in place of a junction",
        &["link", "--replace", "--junction", "C:/two", "C:/j"],
    ),
    ("a junction elsewhere", &["retarget", "C:/j", "C:/two"]),
    (
        "a link to a file elsewhere",
        &["retarget", "C:/s", "C:/old"],
    ),
    (
        "links mended",
        &[
            "repair", "C:/z", "--from", "C:/gone", "--to", "C:/one", "--yes",
        ],
    ),
    ("a junction removed", &["remove", "C:/j"]),
    ("a link removed", &["remove", "C:/s"]),
    ("a folder moved", &["move", "C:/one", "C:/two", "--yes"]),
    (
        "a folder brought back",
        &["bring-back", "C:/moved", "--yes"],
    ),
    (
        "plain to native",
        &["convert", "--to", "native", "C:/plain", "--yes"],
    ),
    ("a junction brought back by undo", &["undo", "1"]),
];

fn world(ground: &Ground) {
    for folder in ["one/sub", "two", "store/moved"] {
        fs::create_dir_all(ground.at(folder)).unwrap();
    }
    fs::write(ground.at("one/file"), "content").unwrap();
    fs::write(ground.at("old"), "old").unwrap();
    fs::write(ground.at("store/moved/file"), "moved").unwrap();
    plant(&ground.at("moved"), &relative(r"store\moved"), true);
    plant(&ground.at("j"), &junction(r"C:\one"), true);
    plant(&ground.at("s"), &relative(r"one\file"), false);
    fs::create_dir(ground.at("z")).unwrap();
    plant(&ground.at("z/j"), &junction(r"C:\gone\sub"), true);
    plant(&ground.at("z/s"), &relative(r"..\gone\sub"), true);
    plant(&ground.at("first"), &junction(r"C:\two"), true);
    std::os::unix::fs::symlink("one", ground.at("plain")).unwrap();
    ground.lw(&["remove", "C:/first"]);
}

/// Puts the world back as it was: by the product's own undo, which is compared with what was there.
struct Again<'a> {
    ground: &'a Ground,
    before: std::collections::BTreeMap<std::path::PathBuf, String>,
}

impl Again<'_> {
    fn restore(&self, what: &str) {
        if self.ground.view() != self.before {
            let log = self.ground.lw(&["log", "--json", "--limit", "1"]);
            let last: serde_json::Value = serde_json::from_str(&log.stdout).unwrap();
            let id = last["operation"].to_string();
            self.ground.lw(&["undo", &id, "--yes"]);
        }
        assert_eq!(self.ground.view(), self.before, "{what}");
    }
}

#[test]
fn killed_at_every_effect() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    let again = Again {
        ground: &ground,
        before: ground.view(),
    };
    for (name, command) in SCENARIOS {
        let clean = ground.lw(command);
        let after = ground.view();
        assert_ne!(after, again.before, "{name}");
        assert!(!clean.effects.is_empty(), "{name}");
        again.restore(name);
        for n in 1..=clean.effects.len() {
            for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
                let what = format!("{name}, {fault:?}, {}", clean.effects[n - 1]);
                let outcome = ground.lw_with(command, &fault);
                assert!(
                    outcome.hit && outcome.code.is_none(),
                    "{what}: {outcome:#?}"
                );
                let recovered = ground.run(&["recover"]);
                assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
                let now = ground.view();
                assert!(now == again.before || now == after, "{what}: {now:#?}");
                again.restore(&what);
            }
        }
        ground.remount();
    }
    ground.lw(&["purge", "--all", "--yes"]);
    ground.assert_nothing_left("after a purge");
    ground.remount();
}

#[test]
fn failing_at_every_effect() {
    let Some(ground) = Ground::new() else { return };
    world(&ground);
    let again = Again {
        ground: &ground,
        before: ground.view(),
    };
    let errnos = [libc::ENOSPC, libc::EIO, libc::EACCES];
    for (name, command) in SCENARIOS {
        let clean = ground.lw(command);
        let after = ground.view();
        again.restore(name);
        for n in 1..=clean.effects.len() {
            let what = format!("{name}, {n}: {}", clean.effects[n - 1]);
            let outcome = ground.lw_with(command, &Fault::FailOnce(n, errnos[n % 3]));
            assert!(outcome.hit, "{what}: {outcome:#?}");
            let now = ground.view();
            match outcome.code {
                Some(0) => assert_eq!(now, after, "{what}: {outcome:#?}"),
                Some(4 | 6) => assert_eq!(now, again.before, "{what}: {outcome:#?}"),
                Some(3) => assert!(now == again.before || now == after, "{what}: {outcome:#?}"),
                _ => panic!("{what}: {outcome:#?}"),
            }
            let recovered = ground.run(&["recover"]);
            assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
            again.restore(&what);
        }
    }
    ground.remount();
}
