//! Trees and command lines as chance makes them.

use std::ffi::OsString;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::bench::{Bench, Node, Tree, Words};

/// How many command lines are tried; `LW_LN_CASES` asks for more.
const CASES: u32 = 400;

const NAMES: &[&str] = &[
    "a", "b", "c", "d", "d/a", "d/e", "d/e/a", "l", "d/l", "-n", "it's", "b.~1~", "o p",
];

/// What links are made with, and to; no name that a backup may get, as GNU's links then lead to what it just made.
const PATHS: &[&str] = &[
    "a", "b", "c", "d", "d/", "d/a", "d/e", "d/e/", "d/e/a", "l", "l/", "d/l", "-n", "it's", "o p",
    ".", "..", "./a", "d/../a", "d//a", "nope", "nope/a", "a/", "a/b", "", "d/.", "l/a", "d/..",
    "new", "d/new", "new/",
];

/// None goes on below a name: of a link that leads below itself GNU's `-r` never finds the end. None leads to its own folder:
/// GNU holds the folder open by the link that it then replaces, and ours goes by its path (docs/design/look-alikes.md).
const TEXTS: &[&str] = &["a", "b", "d", "..", "../a", "nope", "l", "e", "it's"];

const FLAGS: &[&str] = &[
    "-s",
    "-f",
    "-i",
    "-n",
    "-r",
    "-L",
    "-P",
    "-b",
    "-v",
    "-d",
    "-F",
    "-T",
    "--symbolic",
    "--force",
    "--interactive",
    "--backup",
    "--backup=t",
    "--backup=never",
    "--backup=nil",
    "--backup=off",
    "-S.k",
    "--suffix=.k",
    "--no-deref",
    "--rel",
    "--sym",
    "--log",
    "--phys",
    "--verb",
    "-sf",
    "-sf",
    "-sfn",
    "-sr",
    "-fb",
    "-sfb",
    "-vs",
    "--no-target",
];

fn node() -> impl Strategy<Value = Node> {
    prop_oneof![
        4 => select(vec!["one", "two", "three"]).prop_map(|text| Node::File(text.to_owned())),
        3 => Just(Node::Folder),
        4 => select(TEXTS).prop_map(|text| Node::Symbolic(text.into())),
        2 => select(NAMES).prop_map(|name| Node::Hard(name.to_owned())),
        1 => Just(Node::Fifo),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let all = NAMES.iter().map(|name| ((*name).into(), node()));
    let nodes: Vec<(OsString, _)> = all.collect();
    let (names, kinds): (Vec<OsString>, Vec<_>) = nodes.into_iter().unzip();
    (
        kinds,
        subsequence((0..NAMES.len()).collect::<Vec<_>>(), 3..NAMES.len()),
    )
        .prop_map(move |(kinds, chosen)| {
            // The folders come first, or little would fit into them.
            let mut tree: Tree = chosen
                .into_iter()
                .map(|at| (names[at].clone(), kinds[at].clone()))
                .collect();
            tree.sort_by_key(|(_, node)| *node != Node::Folder);
            tree
        })
}

fn words() -> impl Strategy<Value = Words> {
    let operands = vec(select(PATHS), 1..4);
    let folder = proptest::option::weighted(
        0.2,
        (select(vec!["-t", "--target-directory"]), select(PATHS)),
    );
    let environment = proptest::option::weighted(
        0.15,
        select(vec![
            ("POSIXLY_CORRECT", "1"),
            ("VERSION_CONTROL", "t"),
            ("SIMPLE_BACKUP_SUFFIX", ".k"),
        ]),
    );
    let answers = vec(select(vec!["y", "n", "", "Yes", "no"]), 0..3);
    (
        vec(select(FLAGS), 0..4),
        folder,
        operands,
        answers,
        environment,
        any::<u64>(),
    )
        .prop_map(|(flags, folder, operands, answers, environment, seed)| {
            // A word that takes the next one stays with it.
            let mut groups: Vec<Vec<&str>> = flags.into_iter().map(|flag| vec![flag]).collect();
            groups.extend(folder.map(|(option, folder)| vec![option, folder]));
            let mut at = seed;
            for operand in operands {
                groups.insert(
                    usize::try_from(at % 7).unwrap().min(groups.len()),
                    vec![operand],
                );
                at /= 7;
            }
            Words {
                answers: answers.iter().map(|answer| format!("{answer}\n")).collect(),
                environment: environment
                    .into_iter()
                    .map(|(name, value)| (name, value.to_owned()))
                    .collect(),
                ..Words::new(&groups.concat())
            }
        })
}

#[test]
fn any_command_line_does_what_gnu_ln_does() {
    let Some(bench) = Bench::new() else {
        return;
    };
    let cases = std::env::var("LW_LN_CASES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(CASES);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(tree in tree(), words in words())| {
        let found = bench.differences(&tree, &words);
        prop_assert!(found.is_none(), "{}", found.unwrap());
    });
}
