//! Each option and each odd corner by itself.

use std::ffi::OsString;

use super::bench::{Bench, Node, Tree, Words};

fn tree() -> Tree {
    let file = |text: &str| Node::File(text.to_owned());
    let link = |text: &str| Node::Symbolic(text.into());
    let nodes = [
        ("a", file("a")),
        ("b", file("b")),
        ("a2", Node::Hard("a".to_owned())),
        ("dir", Node::Folder),
        ("dir/x", file("x")),
        ("ld", link("dir")),
        ("la", link("a")),
        ("dang", link("nowhere")),
        ("loop", link("loop")),
        ("pipe", Node::Fifo),
        ("n", file("n")),
        ("n~", file("old n")),
        ("n.~3~", file("third n")),
        ("n.~09~", file("no backup")),
    ];
    nodes
        .into_iter()
        .map(|(name, node)| (name.into(), node))
        .collect()
}

/// One command line a line, `|` between words; before `<`, what is answered to questions; before `$`, variables.
const LINES: &str = "
a
-s|a
-s
-s|q
a|b
a|q
-f|a|b
-f|a|a2
-f|a|a
-sf|a|a
-sf|a|a2
-sf|ld/x|dir/x
-f|la|a
-f|a|la
-Lf|la|a
-Pf|la|a
-LP|la|q
-PL|la|q
-f|a/|b
a|dir
a|dir/
a|ld
-n|a|ld
-nf|a|ld
-sn|a|ld
-snf|a|ld
-sT|a|ld
-sTf|a|ld
-sTf|a|dir
-sf|a|dir/
dir|q
-d|dir|q
-F|dir|q
--directory|dir|q
-s|a|dang
-sf|a|dang
a|dang/
-s|a|dang/
-s|a|b/
-sf|a|b/
-sf|a|la/
-s|a|nope/.
-sf|a|nope/.
-s|a|dir/.
-s||q
-s||.
-sf||.
-sb||dir/.
-sf||dir
-sf|||dir
-s|a|
|q
a|
-sr||q
-r|a|q
-sr|nope/../q|z
-T|a|b|q
-T|a
-t
-t|q|a
-t|a|b
-t|dir|a|-t|dir
-t|dir|-T|a
a|b|q
a|b|a2
a|b|dir
a|dir/x|dir|ld
a|a|dir
-s|a|a|dir
-sf|a|a|dir
-f|a|a|dir
-fb|a|a|dir
-f|--backup=t|a|a|dir
-z
--bogus
--bogus=3
--s
--sy|a|q
--no|a
--no-t|a|q
--=x
--backup=foo|-f|a|b
--backup=foo|a|q
--backup=foo|a|b|nope
--backup=foo|-t|nope|a
--backup=|-f|a|b
--backup=n|-f|a|b
--force=3|a|b
--suffix
--target-directory
--target|a|b
n<-i|a|b
n<-si|a|b
n<-if|a|b
n<-fi|a|b
y<-i|a|b
Yes<-vi|a|la
<-i|a|b
maybe<-ib|a|b
y<-ib|a|b
y<-i|b|b
y<-si|b|b
y<-ib|b|b
y<-sib|b|b
y<-i|a|a2
y<-if|b|b
y<-fi|b|b
-b|b|b
-sb|b|b
n<-iv|a|b|dir
-sv|a|q
-svb|a|b
-vfb|a|b
-v|a|b|dir
-sv|dir/x
-nt|ld|a
-n|-t|dir|a
-s|/
-s|/|dir
-s|..|dir
-s|.
-s|..
-s|.|dir
-s|dir/|q
-s|dir//|ld
-s|a//|dir
-f|dir|b
-sf|x|dir/
-sTf|x|dir
-bS|.x|a|b
-S|.x|a|b|-v
--suffix=.x|a|b|-v
--suffix|a|b|-v
-S||a|b|-v
-S|q/r|a|b|-v
-S|-v|a|b
-bv|--|a|b
a|-v|b|-f
--|-v
-s|--|-v
-s|-
-|q
--backu
--backup=num|a|b|-v
--backup=sim|a|n|-v
--backup=nev|a|n|-v
--backup=t|a|n|-v
--backup=off|a|n
--backup=e|a|n|-v
--backup=existin|a|n|-v
-b|a|n|-v
-sb|a|n|-v
-sfb|a|pipe
-sf|a|pipe
-f|a|pipe
-s|--backup=simple|a|n
-t||a
-t|dir/|a|-v
-t|dir//|-v|a
--target-directory=dir|-sv|a|b
-T|-sv|a|dir/
-Tsvf|a|dir/
-Tsf|a|ld/|-v
-sf|a|ld/|-v
-sn|a|ld/|-v
-snf|a|ld/.|-v
-n|a|dir|-v
-T|a|dir
-P|dang|z|-v
dang|z|-v
-L|dang|z
-L|loop|z
loop|z
ld|z|-v
-L|ld|z
-L|pipe|z
a|nodir/q
-s|a|nodir/q
-s|a|b/q
a|b/q
nodir/a|q
b/a|q
-f|nodir/a|q
a|loop/q
-sf|a|loop
-r|a
-r
-rT|a
-t|.|--bogus
-t|nope|--bogus
--backup=foo|-r|a|b
-sfbv|a|a|dir
-fv|--backup=simple|a|a|dir
-fv|a|b|dir
-fv|./a|b/../a|a|dir
-fv|a/|dir
-sfv||dir
|dir
-fv|/|dir
-v|.|dir
-Tfv|/|dir
-dv|/|qq
-dv|.|qq
-df|.|a
dir|a
-f|dir|a
-T|a|/
-Tf|a|/
-sTf|a|.
-sT|a|..
-Tsf|a|dir/.
POSIXLY_CORRECT=$a|-v|b|-f
POSIXLY_CORRECT=1$-v|a|q
POSIXLY_CORRECT=1$a|q|-v
VERSION_CONTROL=numbered$-b|a|b|-v
VERSION_CONTROL=bogus$-b|a|b|-v
VERSION_CONTROL=bogus$a|q|-v
VERSION_CONTROL=none$-b|a|b|-v
VERSION_CONTROL=n$-b|a|b
VERSION_CONTROL=$-b|a|b|-v
VERSION_CONTROL=numbered$--backup=simple|a|b|-v
VERSION_CONTROL=numbered$--backup=|a|b|-v
SIMPLE_BACKUP_SUFFIX=.bak$-b|a|b|-v
SIMPLE_BACKUP_SUFFIX=/$-b|a|b|-v
SIMPLE_BACKUP_SUFFIX=.bak$-bS.two|a|b|-v
";

/// Places of which `-r` has to tell the way.
const RELATIVE: &[&str] = &[
    "ld/..",
    "nope/../q",
    "b/../q",
    "b/x",
    "b/.",
    "b/",
    "la/..",
    "dang",
    "dang/z",
    "dang/..",
    "loop",
    "loop/x",
    "./././",
    "//",
    "///a",
    "a//b",
    "..",
    "ld/../..",
    "nope/..",
    "",
    "/proc/1",
    "ld/x",
    "/",
];

const RELATIVE_LINKS: &[&str] = &[
    "-srv|z",
    "-srv|dir",
    "-srfv|b",
    "-srfTv|ld",
    "-srv|dir/z",
    "-srv|ld/q",
    "-srv|nope/z",
    "-srv|",
];

fn words(line: &str) -> Words {
    let (environment, line) = match line.split_once('$') {
        Some((variable, rest)) => (variable.split_once('='), rest),
        None => (None, line),
    };
    let (answers, line) = line.split_once('<').unwrap_or(("", line));
    let arguments: Vec<OsString> = line.split('|').map(OsString::from).collect();
    Words {
        answers: format!("{answers}\n"),
        environment: environment
            .into_iter()
            .map(|(name, value)| (variable(name), value.to_owned()))
            .collect(),
        ..Words::new(&arguments)
    }
}

fn variable(name: &str) -> &'static str {
    ["POSIXLY_CORRECT", "VERSION_CONTROL", "SIMPLE_BACKUP_SUFFIX"]
        .into_iter()
        .find(|known| *known == name)
        .unwrap()
}

#[test]
fn each_line_does_what_gnu_ln_does() {
    let Some(bench) = Bench::new() else {
        return;
    };
    let lines = LINES.lines().filter(|line| !line.is_empty()).map(words);
    let relative = RELATIVE.iter().flat_map(|target| {
        RELATIVE_LINKS.iter().map(move |line| {
            let (option, link) = line.split_once('|').unwrap();
            let all = [option, target, link];
            Words::new(&all[..if link.is_empty() { 2 } else { 3 }])
        })
    });
    let mut count = 0;
    let found: Vec<String> = std::iter::once(Words::new::<&str>(&[]))
        .chain(lines)
        .chain(relative)
        .inspect(|_| count += 1)
        .filter_map(|words| bench.differences(&tree(), &words))
        .collect();
    assert!(count > 350, "{count}");
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn help_names_every_option_and_version_says_whose_it_is() {
    let Some(bench) = Bench::new() else {
        return;
    };
    let (gnu, ours) = (
        bench.gnu(&tree(), &Words::new(&["--help"])),
        bench.ours(&tree(), &Words::new(&["--he"])),
    );
    assert_eq!((ours.code, ours.stderr.as_str()), (Some(0), ""));
    let options = |text: &str| -> std::collections::BTreeSet<String> {
        let text = text.replace("\\n", "\n");
        let is_option = |word: &&str| word.starts_with('-') && word.len() > 1;
        let words = text
            .split(|letter: char| letter.is_whitespace() || "=[],'".contains(letter))
            .filter(is_option)
            .map(str::to_owned);
        words
            .filter(|word| {
                word.trim_matches('-')
                    .chars()
                    .all(|letter| letter.is_ascii_alphabetic() || letter == '-')
            })
            .collect()
    };
    let missing: Vec<_> = options(&gnu.stdout)
        .difference(&options(&ours.stdout))
        .cloned()
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let version = bench.ours(&tree(), &Words::new(&["-sf", "--version", "--bogus"]));
    assert_eq!(version.code, Some(0));
    assert!(
        version.stdout.starts_with("ln (linkwright) "),
        "{version:?}"
    );
}

#[test]
fn names_too_long_for_a_backup_are_cut_alike() {
    let Some(bench) = Bench::new() else {
        return;
    };
    for length in [240, 248, 252, 253, 254, 255] {
        let name = "n".repeat(length);
        let tree: Tree = vec![
            ("a".into(), Node::File("a".into())),
            (name.clone().into(), Node::File("old".into())),
        ];
        for option in [
            "-fb",
            "-sfb",
            "-fbS.backup",
            "-sfbS.a-suffix-of-many-letters",
        ] {
            for control in ["--backup=simple", "--backup=numbered", "--backup=existing"] {
                let words = Words::new(&[option, control, "-v", "a", &name]);
                assert_eq!(bench.differences(&tree, &words), None);
            }
        }
    }
}
