//! The N-th-effect switch over every changing command: killed, or failing, at each effect.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use lw_testkit::{Fault, Lab, Picture, rsync_differences, skip};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// A tree whose inner links lead out.
macro_rules! tree {
    () => {
        "
    mkdir -p tree/sub out store
    printf one > tree/one; printf two > tree/sub/two; printf out > out/file
    ln tree/one tree/one-again
    ln -s ../out/file tree/leads-out
    ln -s ../../out tree/sub/leads-out-too
    ln -s sub/two tree/stays-inside
    touch -d 2020-01-02 tree/one tree/sub/two out/file; touch -h -d 2020-01-03 tree/leads-out
"
    };
}

/// The tree, moved.
macro_rules! moved {
    () => {
        concat!(tree!(), "lw move tree store\n")
    };
}

/// The tree, and another of its name where it is to go.
macro_rules! merge {
    () => {
        concat!(
            tree!(),
            "mkdir -p store/tree/sub store/tree/extra
             printf one > store/tree/one; printf theirs > store/tree/extra/e
             printf newer > store/tree/sub/two; printf both > store/tree/one-again
             touch -d 2020-01-02 store/tree/one store/tree/one-again
             "
        )
    };
}

/// A changing command in a world made for it.
struct Scenario {
    name: &'static str,
    /// Made before, by a shell script.
    before: &'static str,
    /// The command that is interrupted.
    command: &'static [&'static str],
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "link",
        before: tree!(),
        command: &["link", "tree", "new"],
    },
    Scenario {
        name: "link --hard",
        before: tree!(),
        command: &["link", "--hard", "tree/one", "new"],
    },
    Scenario {
        name: "link --replace a file",
        before: "mkdir a; printf t > a/target; printf old > old",
        command: &["link", "--replace", "a/target", "old"],
    },
    Scenario {
        name: "link --replace a folder",
        before: "mkdir -p a old/deep; printf t > a/target; printf x > old/deep/x",
        command: &["link", "--replace", "a/target", "old"],
    },
    Scenario {
        name: "link --replace a link",
        before: "mkdir a; printf t > a/target; ln -s elsewhere old",
        command: &["link", "--replace", "a/target", "old"],
    },
    Scenario {
        name: "link --hard --replace a file",
        before: "printf t > target; printf old > old",
        command: &["link", "--hard", "--replace", "target", "old"],
    },
    Scenario {
        name: "move a folder",
        before: tree!(),
        command: &["move", "tree", "store"],
    },
    Scenario {
        name: "move a file",
        before: tree!(),
        command: &["move", "tree/sub/two", "store/2"],
    },
    Scenario {
        name: "move --merge",
        before: merge!(),
        command: &["move", "--merge", "tree", "store"],
    },
    Scenario {
        name: "bring-back",
        before: moved!(),
        command: &["bring-back", "tree"],
    },
    Scenario {
        name: "bring-back of a link made by hand",
        before: "mkdir -p far/thing; printf x > far/thing/x; printf y > far/y; ln -s ../y far/thing/l; ln -s far/thing here",
        command: &["bring-back", "here"],
    },
    Scenario {
        name: "bring-back in one folder",
        before: "printf x > there; ln -s there here",
        command: &["bring-back", "here"],
    },
    Scenario {
        name: "retarget",
        before: "printf a > a; printf b > b; ln -s a l",
        command: &["retarget", "l", "b"],
    },
    Scenario {
        name: "convert to absolute",
        before: "printf a > a; ln -s a l; mkdir d; ln -s ../a d/l",
        command: &["convert", "--to", "absolute", "--below", "."],
    },
    Scenario {
        name: "convert to hard",
        before: "printf a > a; ln -s a l; ln -s l m",
        command: &["convert", "--to", "hard", "l", "m"],
    },
    Scenario {
        name: "convert a name to symbolic",
        before: "printf a > a; ln a l",
        command: &["convert", "--to", "symbolic", "--target", "a", "l"],
    },
    Scenario {
        name: "convert to copy",
        before: "mkdir -p t/d; printf a > t/d/a; ln -s ../../w t/d/out; ln -s t l",
        command: &["convert", "--to", "copy", "l"],
    },
    Scenario {
        name: "remove",
        before: "printf a > a; ln -s a l",
        command: &["remove", "l"],
    },
    Scenario {
        name: "remove a hard link",
        before: "printf a > a; ln a l",
        command: &["remove", "l"],
    },
    Scenario {
        name: "remove several",
        before: "printf a > a; printf b > b; ln b hard; ln -s a soft",
        command: &["remove", "hard", "soft"],
    },
    Scenario {
        name: "undo of link",
        before: "printf a > a; lw link a l",
        command: &["undo"],
    },
    Scenario {
        name: "undo of link --replace",
        before: "printf a > a; printf old > l; lw link --replace a l",
        command: &["undo"],
    },
    Scenario {
        name: "undo of move",
        before: moved!(),
        command: &["undo"],
    },
    Scenario {
        name: "undo of bring-back",
        before: concat!(moved!(), "lw bring-back tree"),
        command: &["undo"],
    },
    Scenario {
        name: "undo of move --merge",
        before: concat!(merge!(), "lw move --merge tree store"),
        command: &["undo"],
    },
    Scenario {
        name: "undo of remove several",
        before: "printf a > a; printf b > b; ln b hard; ln -s a soft; lw remove hard soft",
        command: &["undo"],
    },
    Scenario {
        name: "undo of retarget",
        before: "printf a > a; printf b > b; ln -s a l; lw retarget l b",
        command: &["undo"],
    },
    Scenario {
        name: "undo of convert to hard",
        before: "printf a > a; ln -s a l; ln -s l m; lw convert --to hard l m",
        command: &["undo"],
    },
    Scenario {
        name: "undo of an undo",
        before: concat!(moved!(), "lw undo"),
        command: &["undo", "2"],
    },
];

/// A lab with the scenario's world in it, and a ledger that is there already.
fn lab(scenario: &Scenario) -> Lab {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh(scenario.before);
    lab.sh("printf x > warm; lw link warm warmer; rm warmer warm");
    lab
}

/// What the world is after the command, in no lab's words, and how many effects it took.
struct Clean {
    after: Picture,
    effects: Vec<String>,
}

fn clean_run(scenario: &Scenario) -> Clean {
    let lab = lab(scenario);
    let outcome = lab.lw_ok(&command(scenario));
    assert!(
        !outcome.effects.is_empty(),
        "{}: nothing passed the choke point",
        scenario.name
    );
    Clean {
        after: Picture::of(lab.home()).shape(lab.top()),
        effects: outcome.effects,
    }
}

fn command(scenario: &Scenario) -> Vec<String> {
    let mut command: Vec<String> = scenario
        .command
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    // The warming link was the last operation.
    if command == ["undo"] {
        command.push("1".to_owned());
        if scenario.name == "undo of bring-back" {
            command[1] = "2".to_owned();
        }
    }
    command
}

/// The world before, twice: as a picture, and as a copy for rsync.
struct Before {
    picture: Picture,
    copy: std::path::PathBuf,
}

fn before(lab: &Lab) -> Before {
    let copy = lab.top().join("copy");
    let status = Command::new("cp")
        .arg("-a")
        .args([lab.home(), &copy])
        .status()
        .unwrap();
    assert!(status.success());
    Before {
        picture: Picture::of(lab.home()),
        copy,
    }
}

/// Fails unless the lab is wholly as before.
fn assert_before(lab: &Lab, before: &Before, what: &str) {
    let differences = before.picture.differences(&Picture::of(lab.home()));
    assert!(differences.is_empty(), "{what}: {differences:#?}");
    if skip::has_program("rsync") {
        let differences = rsync_differences(&before.copy, lab.home());
        assert!(differences.is_empty(), "{what}: {differences:#?}");
    }
}

/// Fails unless the lab is wholly before or wholly after, with nothing hidden left over. Of several units each may
/// be either.
fn assert_before_or_after(lab: &Lab, before: &Before, clean: &Clean, what: &str) {
    let now = Picture::of(lab.home()).shape(lab.top());
    let is_after = now.differences(&clean.after).is_empty();
    if what.contains("several") {
        let start = before.picture.shape(lab.top());
        let neither = now.paths_unlike_both(&start, &clean.after);
        assert!(neither.is_empty(), "{what}: {neither:?}");
    } else if !is_after {
        assert_before(lab, before, what);
    }
    let hidden: Vec<_> = lab
        .leftovers()
        .into_iter()
        .filter(|path| path.starts_with(lab.home()))
        .collect();
    assert!(hidden.is_empty(), "{what}: left over: {hidden:?}");
}

/// Runs `work` on every scenario, two at a time.
fn on_every_scenario(work: impl Fn(&Scenario, &Clean) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(scenario) = SCENARIOS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(scenario, &clean_run(scenario));
                }
            });
        }
    });
}

#[test]
fn killed_at_every_effect_then_settled() {
    on_every_scenario(|scenario, clean| {
        for n in 1..=clean.effects.len() {
            for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
                let what = format!("{}, {fault:?}, {}", scenario.name, clean.effects[n - 1]);
                let lab = lab(scenario);
                let before = before(&lab);
                let outcome = lab.lw_with(&command(scenario), &fault);
                assert!(
                    outcome.hit,
                    "{what}: the fault did not happen: {outcome:#?}"
                );
                assert_eq!(outcome.code, None, "{what}: {outcome:#?}");
                let recovered = lab.lw(&["recover"]);
                assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
                assert_before_or_after(&lab, &before, clean, &what);
            }
        }
    });
}

#[test]
fn failing_at_every_effect_loses_nothing() {
    on_every_scenario(|scenario, clean| {
        // The four take turns, once and for good.
        let errnos = [libc::ENOSPC, libc::EIO, libc::EACCES, libc::EMFILE];
        for n in 1..=clean.effects.len() {
            let faults = [
                Fault::FailOnce(n, errnos[n % 4]),
                Fault::FailFrom(n, errnos[(n + 1) % 4]),
            ];
            for fault in faults {
                let what = format!("{}, {fault:?}, {}", scenario.name, clean.effects[n - 1]);
                failing(scenario, clean, &fault, &what);
            }
        }
    });
}

fn failing(scenario: &Scenario, clean: &Clean, fault: &Fault, what: &str) {
    let lab = lab(scenario);
    let before = before(&lab);
    let outcome = lab.lw_with(&command(scenario), fault);
    assert!(
        outcome.hit,
        "{what}: the fault did not happen: {outcome:#?}"
    );
    match outcome.code {
        Some(0) => {
            let now = Picture::of(lab.home()).shape(lab.top());
            let differences = now.differences(&clean.after);
            assert!(
                differences.is_empty(),
                "{what}: said to be done, but {differences:#?}"
            );
        }
        Some(4 | 6) => assert_before(&lab, &before, what),
        Some(3) => {}
        _ => panic!("{what}: {outcome:#?}"),
    }
    let recovered = lab.lw(&["recover"]);
    assert_eq!(
        recovered.code,
        Some(0),
        "{what}: {outcome:#?} {recovered:#?}"
    );
    if scenario.name != "remove" && scenario.name != "undo of remove" {
        assert_before_or_after(&lab, &before, clean, what);
    }
    let content = |picture: &Picture| picture.paths().count();
    assert!(
        content(&Picture::of(lab.top())) >= content(&before.picture),
        "{what}"
    );
}
