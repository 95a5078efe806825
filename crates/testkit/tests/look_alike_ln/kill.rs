//! Killed, and failing, at every effect: the old content or the new link is there, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Support};
use lw_testkit::{Fault, Lab, skip};

use super::bench::PROGRAM;

/// More effects than one command has; the loop must end before.
const MOST_EFFECTS: usize = 60;

const IO_ERROR: i32 = 5;

struct Scenario {
    before: &'static str,
    command: &'static [&'static str],
    /// Names that must stand for something at any moment, where names can be exchanged.
    names: &'static [&'static str],
    /// Contents that must be found somewhere at any moment.
    contents: &'static [&'static str],
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        before: "printf old > b",
        command: &["-sf", "a", "b"],
        names: &["b"],
        contents: &["old"],
    },
    Scenario {
        before: "printf new > a; printf old > b",
        command: &["-f", "a", "b"],
        names: &["a", "b"],
        contents: &["new", "old"],
    },
    Scenario {
        before: "ln -s old b",
        command: &["-sfn", "a", "b"],
        names: &["b"],
        contents: &[],
    },
    Scenario {
        before: "printf new > a; printf old > b; ln b twin",
        command: &["-f", "a", "b"],
        names: &["a", "b", "twin"],
        contents: &["new", "old"],
    },
    Scenario {
        before: "printf old > b",
        command: &["-sb", "a", "b"],
        names: &["b"],
        contents: &["old"],
    },
    Scenario {
        before: "printf old > b; printf older > b~",
        command: &["-sb", "a", "b"],
        names: &["b", "b~"],
        contents: &["old", "older"],
    },
    Scenario {
        before: "printf new > a; printf old > b; ln -s somewhere b~",
        command: &["-b", "--backup=simple", "a", "b"],
        names: &["a", "b", "b~"],
        contents: &["new", "old"],
    },
    Scenario {
        before: "printf older > b~; printf old > b",
        command: &["-b", "--backup=simple", "b~", "b"],
        names: &["b", "b~"],
        contents: &["old", "older"],
    },
    Scenario {
        before: "printf 1 > b; printf 2 > c; mkdir d; printf old > d/b; ln -s x d/c",
        command: &["-f", "b", "c", "d"],
        names: &["b", "c", "d/b", "d/c"],
        contents: &["1", "2", "old"],
    },
];

fn lab(scenario: &Scenario) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(scenario.before);
    lab
}

fn words(scenario: &Scenario) -> Vec<&'static str> {
    [&["ln"], scenario.command].concat()
}

/// Returns every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else if entry.file_type().unwrap().is_file() {
            found.push(entry.path());
        }
    }
    found
}

/// Returns the slots of the lab's files at the top of their volume: the second-best place.
fn slots_at_the_top(lab: &Lab) -> Vec<PathBuf> {
    let top = look::volume_of(lab.top()).unwrap().mount_point;
    let root = top.join(format!(".linkwright-{}", look::access::effective_user_id()));
    let lab = lab.top().to_str().unwrap();
    let is_of_the_lab = |slot: &PathBuf| {
        fs::read_to_string(slot.join("contents.json")).is_ok_and(|text| text.contains(lab))
    };
    super::kept::slots(&root)
        .into_iter()
        .filter(is_of_the_lab)
        .collect()
}

/// Fails unless every content is somewhere: at a name, or in quarantine with a description that names it.
fn nothing_is_lost(lab: &Lab, scenario: &Scenario, when: &str) {
    let at_the_top = slots_at_the_top(lab);
    let mut all = files(lab.top());
    all.extend(at_the_top.iter().flat_map(|slot| files(slot)));
    for content in scenario.contents {
        let holding: Vec<PathBuf> = all
            .iter()
            .filter(|path| fs::read_to_string(path).is_ok_and(|text| text == *content))
            .cloned()
            .collect();
        let is_at_hand = |path: &PathBuf| {
            if path.starts_with(lab.home()) {
                let name = path.file_name().unwrap().to_str().unwrap();
                return !name.starts_with(".lw-");
            }
            let described =
                fs::read_to_string(path.with_file_name("contents.json")).unwrap_or_default();
            described.contains(path.file_name().unwrap().to_str().unwrap())
        };
        assert!(
            holding.iter().any(is_at_hand),
            "{when}: {content} is only in {holding:?}"
        );
    }
}

/// Removes what is outside of the lab.
fn clean_up(lab: &Lab) {
    for slot in slots_at_the_top(lab) {
        fs::remove_dir_all(slot).unwrap();
    }
}

fn names_stand(lab: &Lab, scenario: &Scenario, when: &str) {
    for name in scenario.names {
        assert!(
            fs::symlink_metadata(lab.home().join(name)).is_ok(),
            "{when}: {name} is missing"
        );
    }
}

fn can_exchange() -> bool {
    let volume = look::volume_of(&std::env::temp_dir()).unwrap();
    let can = look::exchange_support(&volume.file_system) == Support::Yes;
    if !can {
        skip::skip(
            "exchange",
            "names are never missing only where they can be exchanged",
        );
    }
    can
}

#[test]
fn killed_at_every_effect() {
    if !can_exchange() {
        return;
    }
    for scenario in SCENARIOS {
        for fault in [Fault::KillBefore, Fault::KillAfter] {
            let mut kills = 0;
            for n in 1..MOST_EFFECTS {
                let lab = lab(scenario);
                let fault = fault(n);
                let outcome = lab.lw_with(&words(scenario), &fault);
                let when = format!("{:?} {fault:?}", scenario.command);
                names_stand(&lab, scenario, &when);
                nothing_is_lost(&lab, scenario, &when);
                if !outcome.hit {
                    assert_eq!(outcome.code, Some(0), "{when}: {outcome:?}");
                    break;
                }
                kills += 1;
                // Whatever the kill left behind, the same command comes through afterwards.
                let again = lab.lw(&words(scenario));
                assert!(matches!(again.code, Some(0 | 1)), "{when}: {again:?}");
                nothing_is_lost(&lab, scenario, &when);
            }
            assert!(
                (2..MOST_EFFECTS - 1).contains(&kills),
                "{:?}: {kills}",
                scenario.command
            );
        }
    }
}

#[test]
fn failing_at_every_effect() {
    if !can_exchange() {
        return;
    }
    for scenario in SCENARIOS {
        for (fault, is_for_good) in [
            (
                (|n| Fault::FailOnce(n, IO_ERROR)) as fn(usize) -> Fault,
                false,
            ),
            (|n| Fault::FailFrom(n, IO_ERROR), true),
        ] {
            for n in 1..MOST_EFFECTS {
                let lab = lab(scenario);
                let fault = fault(n);
                let outcome = lab.lw_with(&words(scenario), &fault);
                let when = format!("{:?} {fault:?}: {outcome:?}", scenario.command);
                names_stand(&lab, scenario, &when);
                nothing_is_lost(&lab, scenario, &when);
                clean_up(&lab);
                if !outcome.hit {
                    assert_eq!(outcome.code, Some(0), "{when}");
                    break;
                }
                // Another place for what is kept may have been found, or only the tidying up have failed.
                assert!(
                    outcome.code == Some(0) || outcome.stderr.contains("ln: "),
                    "{when}"
                );
                if !is_for_good
                    && outcome.code == Some(1)
                    && !outcome.stderr.contains("cannot remove")
                {
                    // A link of the same command that was made before may have put something there.
                    let mut stray = lab.leftovers();
                    stray.retain(|path| {
                        files(path)
                            .iter()
                            .all(|file| file.ends_with("contents.json"))
                    });
                    assert_eq!(stray, Vec::<PathBuf>::new(), "{when}");
                }
            }
        }
    }
}
