//! `lw list --shortcuts`: files that people take for links, named as what they are.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lw_testkit::{Lab, skip};
use serde_json::Value;

use super::ground::{Answer, Paths, bytes, lab, lw, path};

/// [MS-SHLLINK] 2.1 and 2.3: the header, then LinkInfo with a path in the code page.
fn shell_link(target: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x4c, 0, 0, 0];
    bytes.extend([1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46]);
    bytes.extend(2_u32.to_le_bytes());
    bytes.resize(76, 0);
    let (base_at, suffix_at) = (28, 28 + target.len() as u32 + 1);
    let size = suffix_at + 1;
    for field in [size, 28, 1, 0, base_at, 0, suffix_at] {
        bytes.extend(u32::to_le_bytes(field));
    }
    bytes.extend(target);
    bytes.extend([0, 0]);
    bytes.extend([0; 4]);
    bytes
}

/// Bookmark data: a header of 56 bytes, the parts of the path, a list of them, and a table with the list's key.
fn finder_alias(parts: &[&str]) -> Vec<u8> {
    let number = |number: usize| (number as u32).to_le_bytes();
    let mut data = vec![0; 4];
    let mut record = |kind: u32, content: &[u8]| {
        let at = data.len();
        data.extend(number(content.len()));
        data.extend(kind.to_le_bytes());
        data.extend(content);
        data.resize(data.len().next_multiple_of(4), 0);
        at
    };
    let places: Vec<u8> = parts
        .iter()
        .flat_map(|part| number(record(0x0101, part.as_bytes())))
        .collect();
    let list = record(0x0601, &places);
    let table = data.len();
    data[..4].copy_from_slice(&number(table));
    for field in [24, 0xffff_fffe, 1, 0, 1, 0x1004, list, 0] {
        data.extend(number(field));
    }
    let mut bytes = b"book\0\0\0\0mark\0\0\0\0".to_vec();
    bytes.extend([number(56), number(56), number(data.len())].concat());
    bytes.resize(56, 0);
    bytes.extend(data);
    bytes
}

fn desktop_entry(url: &str) -> String {
    format!("[Desktop Entry]\nVersion=1.0\nType=Link\nName=x\nURL={url}\n")
}

fn web_shortcut(url: &str) -> String {
    format!("[InternetShortcut]\r\nURL={url}\r\n")
}

fn write(lab: &Lab, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
    fs::write(lab.home().join(name), content).unwrap();
}

/// One of each sort, among files that are none.
fn one_of_each() -> Lab {
    let lab = lab(
        "mkdir -p t/d; echo x > t/here; ln -s here t/link; ln -s x.lnk t/link.lnk; mkdir t/folder.lnk
         printf '[Desktop Entry]\\nType=Application\\nExec=x\\n' > t/program.desktop; echo > t/x.lnk.txt",
    );
    let here = lab.home().join("t/here").display().to_string();
    write(&lab, "t/a.lnk", shell_link(b"C:\\Users\\ada\\notes.txt"));
    write(
        &lab,
        "t/b.desktop",
        desktop_entry(&format!("file://{here}")),
    );
    write(&lab, "t/c.desktop", desktop_entry("file:///gone%20away/x"));
    write(&lab, "t/d/e.URL", web_shortcut("https://example.org/?a=b"));
    write(
        &lab,
        "t/d/Report.pdf alias",
        finder_alias(&["Users", "ada", "Report.pdf"]),
    );
    lab
}

fn lines(answer: &Answer) -> Vec<String> {
    let text = String::from_utf8(answer.stdout.clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn shortcuts(lab: &Lab, arguments: &[&str]) -> Vec<Value> {
    let all = [&["list", "--shortcuts", "--json"], arguments].concat();
    let answer = lw(lab, &all).ends(0);
    let found = answer.of_type("shortcut");
    assert_eq!(answer.summary()["shortcuts"], found.len());
    found
}

#[test]
fn each_is_named_as_what_it_is() {
    let lab = one_of_each();
    let here = lab.home().join("t/here").display().to_string();
    let answer = lw(&lab, &["list", "--shortcuts", "t"]).ends(0);
    assert_eq!(
        lines(&answer),
        [
            "t/link -> here",
            "t/link.lnk -> x.lnk",
            r"t/a.lnk: shortcut (Windows) to C:\Users\ada\notes.txt",
            &format!("t/b.desktop: shortcut (desktop entry) to {here}   (exists)"),
            "t/c.desktop: shortcut (desktop entry) to /gone away/x   ('/gone away' does not exist)",
            "t/d/Report.pdf alias: Finder alias to /Users/ada/Report.pdf on its Mac",
            "t/d/e.URL: shortcut (web) to https://example.org/?a=b",
        ]
    );
    assert_eq!(answer.stderr, "");
    let found = shortcuts(&lab, &["t"]);
    let field = |name: &str| -> Vec<&Value> { found.iter().map(|one| &one[name]).collect() };
    assert_eq!(
        field("kind"),
        [
            "shell_link",
            "desktop_entry",
            "desktop_entry",
            "finder_alias",
            "internet_shortcut"
        ]
    );
    assert_eq!(
        field("target"),
        [
            r"C:\Users\ada\notes.txt",
            &here,
            "/gone away/x",
            "/Users/ada/Report.pdf",
            "https://example.org/?a=b"
        ]
    );
    assert_eq!(
        field("target_sort"),
        ["foreign", "path", "path", "foreign", "address"]
    );
    let finding = [
        Value::Null,
        "sound".into(),
        "dangling".into(),
        Value::Null,
        Value::Null,
    ];
    assert_eq!(field("finding"), finding.iter().collect::<Vec<_>>());
    assert_eq!(found[2]["first_missing"], "/gone away");
    assert!(field("unknown").iter().all(|unknown| unknown.is_null()));
}

/// Nothing is opened and nothing is told unless one asks.
#[test]
fn without_the_flag_they_are_files() {
    let lab = one_of_each();
    let answer = lw(&lab, &["list", "t"]).ends(0);
    assert_eq!(lines(&answer), ["t/link -> here", "t/link.lnk -> x.lnk"]);
    let summary = lw(&lab, &["list", "--json", "t"]).ends(0).summary();
    assert!(summary.get("shortcuts").is_none() && summary.get("unread_count").is_none());
    let checked = lw(&lab, &["check", "--json", "t"]).summary();
    assert_eq!(checked["links"], 2);
    let leading = lw(&lab, &["links-to", "t/here", "--in", "t", "-0"]).ends(0);
    assert_eq!(leading.stdout, b"t/link\0");
}

#[test]
fn filters_hold_for_them_too() {
    let lab = one_of_each();
    let named = |arguments: &[&str]| -> Vec<String> {
        let all = [&["list", "-0"], arguments, &["t"]].concat();
        let paths: Paths = lw(&lab, &all).ends(0).paths();
        let names = paths
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        names.collect()
    };
    let all = [
        "a.lnk",
        "b.desktop",
        "c.desktop",
        "Report.pdf alias",
        "e.URL",
    ];
    assert_eq!(named(&["--kind", "shortcut"]), all);
    assert_eq!(named(&["--shortcuts", "--kind", "junction"]), all);
    assert_eq!(
        named(&["--shortcuts", "--dangling"]),
        ["c.desktop", "link.lnk"]
    );
    assert_eq!(
        named(&["--kind", "shortcut", "--glob", "*.desktop"]),
        ["b.desktop", "c.desktop"]
    );
    assert_eq!(named(&["--kind", "shortcut", "--exclude", "d"]), all[..3]);
    assert_eq!(
        named(&["--kind", "shortcut", "--absolute"]),
        ["b.desktop", "c.desktop"]
    );
    assert_eq!(named(&["--kind", "shortcut", "--relative"]), [""; 0]);
    assert_eq!(named(&["--kind", "shortcut", "--outside"]), ["c.desktop"]);
    assert_eq!(
        named(&["--kind", "shortcut", "--target-under", "t"]),
        ["b.desktop"]
    );
    assert_eq!(
        named(&["--kind", "shortcut", "--target-under", "/gone away"]),
        ["c.desktop"]
    );
}

#[test]
fn what_cannot_be_read_is_said_so() {
    let lab = lab(
        "mkdir t; : > t/empty.lnk; echo text > t/text.lnk; : > t/empty.url; : > t/empty.desktop",
    );
    let whole = shell_link(b"C:\\x");
    write(&lab, "t/cut.lnk", &whole[..90]);
    write(&lab, "t/none.desktop", "[Desktop Entry]\nType=Link\n");
    write(&lab, "t/cut alias", &finder_alias(&["Users"])[..80]);
    let mut large = whole.clone();
    large.resize(256 * 1024 + 1, 0);
    write(&lab, "t/large.lnk", &large);
    large.truncate(256 * 1024);
    write(&lab, "t/largest.lnk", &large);
    let found: Vec<_> = shortcuts(&lab, &["t"])
        .iter()
        .map(|one| {
            let name = path(one, "path")
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            (name, one["unknown"].as_str().unwrap_or("").to_owned())
        })
        .collect();
    let expected = [
        ("cut alias", "damaged"),
        ("cut.lnk", "damaged"),
        ("empty.lnk", "other-content"),
        ("empty.url", "other-content"),
        ("large.lnk", "too-large"),
        ("largest.lnk", ""),
        ("none.desktop", "names-none"),
        ("text.lnk", "other-content"),
    ];
    let expected = expected.map(|(name, unknown)| (name.to_owned(), unknown.to_owned()));
    assert_eq!(found, expected);
    let answer = lw(&lab, &["list", "--shortcuts", "t"]).ends(0);
    assert_eq!(
        lines(&answer)[1],
        "t/cut.lnk: shortcut (Windows), its target cannot be read: its content ends too early or contradicts itself"
    );
}

#[test]
fn names_and_targets_that_are_no_text() {
    let lab = lab("mkdir t");
    let name = OsStr::from_bytes(b"t/\xff\n.lnk");
    write(&lab, name, shell_link(b"C:\\B\xe9b\xe9"));
    write(
        &lab,
        OsStr::from_bytes(b"t/\xfe.desktop"),
        desktop_entry("file:///a%FFb"),
    );
    let found = shortcuts(&lab, &["t"]);
    let paths: Vec<PathBuf> = found.iter().map(|one| path(one, "path")).collect();
    let names = [&b"\xfe.desktop"[..], b"\xff\n.lnk"];
    let expected = names.map(|name| lab.home().join("t").join(OsStr::from_bytes(name)));
    assert_eq!(paths, expected);
    assert_eq!(bytes(&found[0], "target").as_bytes(), b"/a\xffb");
    assert_eq!(bytes(&found[1], "target").as_bytes(), b"C:\\B\xe9b\xe9");
    let answer = lw(&lab, &["list", "--kind", "shortcut", "t"]).ends(0);
    assert_eq!(
        lines(&answer)[1],
        r"$'t/\xff\n.lnk': shortcut (Windows) to $'C:\\B\xe9'$'b\xe9'"
    );
    let answer = lw(&lab, &["list", "--kind", "shortcut", "-0", "t"]).ends(0);
    assert_eq!(answer.stdout, b"t/\xfe.desktop\0t/\xff\n.lnk\0");
}

/// A pipe that nobody writes to and a link to a shortcut: neither is opened.
#[test]
fn only_regular_files_are_opened() {
    let lab =
        lab("mkdir t; mkfifo t/pipe.lnk 't/pipe alias' t/pipe.desktop; ln -s ../a.lnk t/b.lnk");
    write(&lab, "a.lnk", shell_link(b"C:\\x"));
    let begun = Instant::now();
    assert!(shortcuts(&lab, &["t"]).is_empty());
    assert!(begun.elapsed() < Duration::from_secs(20));
}

/// A name with an extension, a hidden one, a hidden folder above, a size that no alias has: not looked into.
#[test]
fn where_finder_aliases_are_looked_for() {
    let lab = lab("mkdir -p t/.hidden/d t/plain.d .above/u");
    let alias = finder_alias(&["Users"]);
    let padded = |length: usize| {
        let mut bytes = alias.clone();
        bytes.resize(length, 0);
        bytes
    };
    for name in ["t/a", "t/b.pdf alias", "t/plain.d/c", ".above/u/d"] {
        write(&lab, name, &alias);
    }
    for name in ["t/e.pdf", "t/.f", "t/.hidden/g", "t/.hidden/d/h"] {
        write(&lab, name, &alias);
    }
    write(&lab, "t/least", &alias[..16]);
    write(&lab, "t/less", &alias[..15]);
    write(&lab, "t/largest", padded(64 * 1024));
    write(&lab, "t/larger", padded(64 * 1024 + 1));
    let found = shortcuts(&lab, &["t", ".above/u"]);
    let mut names: Vec<String> = found
        .iter()
        .map(|one| {
            path(one, "path")
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["a", "b.pdf alias", "c", "d", "largest", "least"]);
}

/// No more files are opened than must be, none through a link, and none at all without the flag.
#[test]
fn what_is_opened() {
    if !skip::has_program("strace") {
        return;
    }
    let lab = one_of_each();
    let opened = |arguments: &[&str]| -> Vec<String> {
        let trace = lab.home().join("trace");
        let by_hand = lab.command();
        let mut traced = Command::new("strace");
        traced
            .args(["-f", "-e", "trace=openat,openat2", "-o"])
            .arg(&trace);
        traced.arg(by_hand.get_program()).args(arguments);
        traced.current_dir(lab.home());
        for (name, value) in by_hand.get_envs() {
            match value {
                Some(value) => traced.env(name, value),
                None => traced.env_remove(name),
            };
        }
        let output = traced.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = fs::read_to_string(&trace).unwrap();
        let files = ["here", "lnk", "desktop", "URL", "alias"];
        let is_one = |line: &&str| {
            files.iter().any(|end| line.contains(&format!("{end}\"")))
                && !line.contains("O_DIRECTORY")
        };
        text.lines().filter(is_one).map(str::to_owned).collect()
    };
    assert_eq!(opened(&["list", "t"]), [""; 0]);
    let with = opened(&["list", "--shortcuts", "t"]);
    assert!(
        with.iter()
            .all(|line| line.contains("O_NOFOLLOW") && line.contains("O_NONBLOCK"))
    );
    let count = |name: &str| {
        with.iter()
            .filter(|line| line.contains(&format!("\"{name}\"")))
            .count()
    };
    for (name, times) in [
        ("a.lnk", 1),
        ("link.lnk", 0),
        ("here", 0),
        ("Report.pdf alias", 2),
    ] {
        assert_eq!(count(name), times, "{name}: {with:?}");
    }
}
