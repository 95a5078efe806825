//! Names as messages write them, and names that are not text.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::bench::{Bench, Node, Tree, Words};

/// What quoting could stumble over.
const ALPHABET: &[&[u8]] = &[
    b"a",
    b"Z",
    b"0",
    b" ",
    b"'",
    b"\"",
    b"\\",
    b"$",
    b"`",
    b"\n",
    b"\t",
    b"\x01",
    b"\x7f",
    b"\xff",
    b"\xc3\xa4",
    b"#",
    b"~",
    b"=",
    b"[",
    b"]",
    b"{",
    b"}",
    b"^",
    b"!",
    b"*",
    b"?",
    b"(",
    b")",
    b"<",
    b">",
    b";",
    b"&",
    b"|",
    b"-",
    b",",
    b":",
    b"@",
    b"%",
    b"+",
    b".",
    b"_",
    b"\x07",
    b"\x1b",
];

/// Every letter alone, every pair, and triples around an apostrophe and a control letter.
fn names() -> Vec<OsString> {
    let mut names: Vec<Vec<u8>> = ALPHABET.iter().map(|letter| letter.to_vec()).collect();
    for a in ALPHABET {
        for b in ALPHABET {
            names.push([*a, b].concat());
            names.push([*a, b, b"x"].concat());
            names.push([*a, b"'", b].concat());
            names.push([*a, b"\n", b].concat());
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| name != b"." && name != b"..");
    names.into_iter().map(OsString::from_vec).collect()
}

#[test]
fn quoted_as_gnu_quotes() {
    let Some(bench) = Bench::new() else {
        return;
    };
    // Missing targets are named in quotes; folders, of which no hard link is made, only where needed.
    let all = names();
    for some in all.chunks(500) {
        let mut words = Words::new(&["-t", ".", "--"]);
        words.arguments.extend(some.iter().cloned());
        assert_eq!(bench.differences(&Tree::new(), &words), None);
        let mut tree: Tree = some
            .iter()
            .map(|name| (name.clone(), Node::Folder))
            .collect();
        let target = OsStr::new("the folder that the links are for");
        tree.push((target.to_os_string(), Node::Folder));
        let mut words = Words::new(&["-t"]);
        words.arguments.push(target.to_os_string());
        words.arguments.push("--".into());
        words.arguments.extend(some.iter().cloned());
        assert_eq!(bench.differences(&tree, &words), None);
    }
}

#[test]
fn words_in_messages_are_quoted_as_gnu_quotes_them() {
    let Some(bench) = Bench::new() else {
        return;
    };
    for locale in ["C", "C.UTF-8"] {
        for name in [&b"a'b"[..], b"\xff", b"\xc3\xa4", b"a\nb\\", b"\"", b" "] {
            let name = OsStr::from_bytes(name);
            let mut control = OsString::from("--backup=");
            control.push(name);
            for words in [
                vec![control, "a".into(), "b".into()],
                vec!["-T".into(), "a".into(), "b".into(), name.to_os_string()],
                vec!["-s".into(), "-v".into(), name.to_os_string(), "new".into()],
                vec![name.to_os_string(), "new".into()],
            ] {
                let mut words = Words::new(&words);
                words.environment.push(("LC_ALL", locale.to_owned()));
                let tree = vec![("a".into(), Node::File("a".to_owned()))];
                assert_eq!(bench.differences(&tree, &words), None);
            }
        }
    }
}

#[test]
fn names_that_are_not_text_survive() {
    let Some(bench) = Bench::new() else {
        return;
    };
    let name = |bytes: &[u8]| OsStr::from_bytes(bytes).to_os_string();
    let tree: Tree = vec![
        (name(b"\xff"), Node::File("one".to_owned())),
        (name(b"\xfe\n"), Node::File("two".to_owned())),
        (name(b"-f"), Node::File("three".to_owned())),
    ];
    for words in [
        vec!["-s".into(), name(b"\xff"), name(b"\xfd")],
        vec!["-sfv".into(), name(b"\xff"), name(b"\xfe\n")],
        vec!["-fvb".into(), name(b"\xff"), name(b"\xfe\n")],
        vec!["-fv".into(), "--".into(), name(b"-f"), name(b"\xff")],
        vec!["-srv".into(), name(b"\xff"), name(b"./\xfd")],
        vec!["-fbS".into(), name(b"\xf0"), name(b"\xff"), name(b"\xfe\n")],
    ] {
        assert_eq!(bench.differences(&tree, &Words::new(&words)), None);
    }
}
