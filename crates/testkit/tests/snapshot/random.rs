//! Any changes between any snapshots: each stays what its source was.

use lw_testkit::Picture;
use proptest::prelude::*;

use crate::ground::{assert_alike, assert_sound, ids, lab, take, tree};

/// Returns a shell command that changes something of a small tree.
fn change((what, a, b): (u8, u8, u8)) -> String {
    let (a, b) = (format!("src/{}", name(a)), format!("src/{}", name(b)));
    match what % 12 {
        0 => format!("echo {what}{b} > {a}"),
        1 => format!("echo more >> {a}"),
        2 => format!("rm -rf {a}"),
        3 => format!("mv -T {a} {b}"),
        4 => format!("cp -a -T {a} {b}"),
        5 => format!("ln {a} {b}"),
        6 => format!("ln -sfn {b} {a}"),
        7 => format!("chmod 6{}0 {a}", what % 8),
        8 => format!("mkdir -p {a}"),
        9 => format!("touch -d 2001-01-01 {a}"),
        10 => format!("cp -p {a} new && echo {b} > new && touch -r {a} new && mv new {a}"),
        _ => format!("truncate -s 5 {a}"),
    }
}

fn name(number: u8) -> &'static str {
    ["a", "b", "c", "d", "d/e", "d/f", "d/g/h", "g"][usize::from(number % 8)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_snapshot_is_what_its_source_was(
        rounds in proptest::collection::vec(proptest::collection::vec(any::<(u8, u8, u8)>(), 1..8), 2..5),
    ) {
        let lab = lab("mkdir -p src/d/g; echo keep > src/keep; echo h > src/d/g/h; echo a > src/a");
        let mut pictures = Vec::new();
        for round in rounds {
            for one in round {
                // Many make no sense as it stands; those change nothing.
                lab.sh(&format!("({}) 2> /dev/null || true", change(one)));
            }
            let id = take(&lab, &["--guard", "none"]);
            assert_alike(&lab.home().join("src"), &tree(&lab, &id));
            pictures.push((id, Picture::of(&lab.home().join("src"))));
        }
        for (id, picture) in &pictures {
            let now = Picture::of(&tree(&lab, id));
            let differences: Vec<String> = picture
                .differences(&now)
                .into_iter()
                .filter(|line| !only_names_differ(line))
                .collect();
            prop_assert!(differences.is_empty(), "{id}: {differences:#?}");
        }
        assert_sound(&lab);
        let all = ids(&lab);
        lab.lw_ok(&["snapshot", "forget", "-y", &format!("store/{}", all[0])]);
        assert_sound(&lab);
        for (id, _) in pictures.iter().skip(1) {
            lab.lw_ok(&["snapshot", "restore", &format!("store/{id}"), "--to", &format!("out-{id}")]);
            assert_alike(&tree(&lab, id), &lab.home().join(format!("out-{id}/src")));
        }
    }
}

/// Snapshots share files, so these have more names than their originals.
fn only_names_differ(line: &str) -> bool {
    let without = |state: &str| -> String {
        let words: Vec<&str> = state.split(' ').collect();
        let is_count = |at: usize| words.get(at + 1) == Some(&"names");
        words
            .iter()
            .enumerate()
            .filter(|(at, _)| !is_count(*at))
            .map(|(_, word)| *word)
            .collect()
    };
    line.split_once(": ")
        .and_then(|(_, states)| states.split_once(" / "))
        .is_some_and(|(then, now)| without(then) == without(now))
}
