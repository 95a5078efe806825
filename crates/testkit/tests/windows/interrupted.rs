//! Killed, or failing, at each effect: wholly before or wholly after, and nothing lost.

use crate::ground::{fill, lab, tree};
use lw_testkit::{Fault, Lab};

/// ERROR_ACCESS_DENIED.
const DENIED: i32 = 5;

/// The most effects of one command here.
const LIMIT: usize = 200;

struct Scenario {
    /// Files, and what is linked before.
    files: &'static [&'static str],
    before: &'static [&'static [&'static str]],
    command: &'static [&'static str],
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        files: &["a"],
        before: &[],
        command: &["link", "--hard", "a", "b"],
    },
    Scenario {
        files: &["a", "old"],
        before: &[],
        command: &["link", "--hard", "--replace", "a", "old"],
    },
    Scenario {
        files: &["a", "old/deep/file"],
        before: &[],
        command: &["link", "--hard", "--replace", "a", "old"],
    },
    Scenario {
        files: &["a"],
        before: &[&["link", "--hard", "a", "b"]],
        command: &["remove", "b"],
    },
    Scenario {
        files: &["a", "old"],
        before: &[&["link", "--hard", "--replace", "a", "old"]],
        command: &["undo"],
    },
    Scenario {
        files: &["Projects/one", "Projects/deep/two", "Dropbox/three"],
        before: &[],
        command: &["move", "--yes", "Projects", "Dropbox"],
    },
];

impl Scenario {
    fn lab(&self) -> Lab {
        let lab = lab();
        fill(&lab, self.files);
        for before in self.before {
            lab.lw_ok(before);
        }
        lab
    }
}

#[test]
fn killed_at_every_effect_then_settled() {
    let mut hits = 0;
    for scenario in SCENARIOS {
        let untouched = scenario.lab();
        let (before, kept_before) = (tree(untouched.home()), untouched.leftovers().len());
        // Where no links can be made, it goes back by itself.
        let _with_or_without_links = untouched.lw(scenario.command);
        let (after, kept_after) = (tree(untouched.home()), untouched.leftovers().len());
        for n in 0.. {
            assert!(n < LIMIT, "{:?} never ends", scenario.command);
            let fault = match n {
                0 => Fault::KillBefore(1),
                n => Fault::KillAfter(n),
            };
            let lab = scenario.lab();
            let outcome = lab.lw_with(scenario.command, &fault);
            if !outcome.hit {
                break;
            }
            hits += 1;
            lab.lw_ok(&["recover"]);
            let now = tree(lab.home());
            let kept = lab.leftovers();
            let what = format!("{:?} {fault:?}: {now:?}, {kept:?}", scenario.command);
            let is_before = now == before && kept.len() == kept_before;
            let is_after = now == after && kept.len() == kept_after;
            assert!(is_before || is_after, "{what}");
        }
    }
    assert!(hits > 40, "only {hits} effects were hit");
}

#[test]
fn failing_at_every_effect_loses_nothing() {
    let mut hits = 0;
    for scenario in SCENARIOS {
        for n in 1.. {
            assert!(n < LIMIT, "{:?} never ends", scenario.command);
            let lab = scenario.lab();
            let before = tree(lab.home());
            let outcome = lab.lw_with(scenario.command, &Fault::FailOnce(n, DENIED));
            if !outcome.hit {
                break;
            }
            hits += 1;
            let now = tree(lab.home());
            match outcome.code {
                Some(0 | 3) => {}
                Some(4) => assert_eq!(now, before, "{:?} at {n}", scenario.command),
                Some(6) => {}
                _ => panic!("{:?} at {n}: {outcome:#?}", scenario.command),
            }
            lab.lw_ok(&["recover"]);
            let settled = tree(lab.home());
            for (path, content) in &before {
                let is_there = settled.get(path) == Some(content)
                    || lab.state().join("quarantine").is_dir()
                    || settled.values().any(|other| other == content);
                assert!(
                    is_there,
                    "{:?} at {n} lost {}",
                    scenario.command,
                    path.display()
                );
            }
        }
    }
    assert!(hits > 20, "only {hits} effects were hit");
}
