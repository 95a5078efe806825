//! Names: bytes that are no text, names and paths at their limits, slashes at the end.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::process::Command;

use super::{Transcript, words};

const WILD: [&[u8]; 6] = [
    b"not-utf8-\xff\xfe",
    b"two\nlines",
    b"esc\x1b[31m",
    b"it's \"quoted\" \\ $HOME `x`",
    b"-n",
    b" \t ",
];

fn name(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

#[test]
fn wild_names_work_everywhere() {
    for bytes in WILD {
        let mut t = Transcript::new();
        let thing = t.path(name(bytes));
        fs::create_dir_all(&thing).unwrap();
        fs::write(thing.join(name(bytes)), "content").unwrap();
        t.folder("far");
        let before = lw_testkit::Picture::of(t.lab.home());
        let moved = t.path("far").join(name(bytes));
        t.done(&words(&[&"move", &"--", &name(bytes), &"far"]));
        assert!(moved.join(name(bytes)).is_file() && thing.is_symlink());
        t.done(&words(&[&"show", &"--", &name(bytes)]));
        t.done(&words(&[&"bring-back", &"--", &name(bytes)]));
        t.done(&["undo"]);
        t.done(&["undo", "1"]);
        assert_eq!(before, lw_testkit::Picture::of(t.lab.home()));
        let mut link_name = bytes.to_vec();
        link_name.extend(b"-link");
        let link = OsString::from_vec(link_name);
        t.done(&words(&[&"link", &"--", &name(bytes), &link]));
        assert_eq!(
            fs::read(t.path(&link).join(name(bytes))).unwrap(),
            b"content"
        );
        t.done(&words(&[&"retarget", &"--", &link, &"far"]));
        t.done(&words(&[&"remove", &"--", &link]));
        t.done(&["undo"]);
        assert!(t.path(&link).is_symlink());
        t.done(&["log"]);
        for line in t.done(&["log", "--json"]).stdout.lines() {
            let _object: serde_json::Value = serde_json::from_str(line).unwrap();
        }
        t.done(&words(&[&"purge", &"--all", &"--list"]));
    }
}

#[test]
fn wild_names_in_messages() {
    let mut t = Transcript::new();
    for bytes in WILD {
        fs::write(t.path(name(bytes)), "content").unwrap();
    }
    for bytes in WILD {
        let answer = t.refused(&words(&[&"remove", &"--", &name(bytes)]));
        let quoted = answer
            .stderr
            .strip_prefix("error: cannot remove ")
            .and_then(|rest| rest.split_once(": it is the only name"))
            .unwrap()
            .0
            .to_owned();
        assert!(!answer.stderr.contains('\x1b'), "{answer:#?}");
        let pasted = Command::new("bash")
            .arg("-c")
            .arg(format!("printf %s {quoted}"))
            .output()
            .unwrap();
        assert_eq!(
            PathBuf::from(OsString::from_vec(pasted.stdout)),
            t.path(name(bytes))
        );
        t.refused(&words(&[
            &"move",
            &"--",
            &name(bytes),
            &name(b"gone-\xff/x"),
        ]));
    }
    t.compare("wild_names");
}

#[test]
fn names_that_are_no_text_have_their_bytes_in_json() {
    let mut t = Transcript::new();
    let odd = name(b"odd-\xff");
    fs::create_dir(t.path(odd)).unwrap();
    let mut answers = t
        .done(&words(&[&"move", &"--json", &odd, &name(b"far-\xfe")]))
        .stdout;
    answers += &t.done(&words(&[&"show", &"--json", &odd])).stdout;
    answers += &t.done(&["log", "--json"]).stdout;
    answers += &t.done(&words(&[&"remove", &"--json", &"-n", &odd])).stdout;
    let mut found = Vec::new();
    for line in answers.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        collect_bytes("", &object, &mut found);
    }
    for field in [
        "source_b64",
        "dest_b64",
        "path_b64",
        "link_b64",
        "target_b64",
    ] {
        assert!(
            found.iter().any(|one| one == field),
            "{field}: {found:?}\n{answers}"
        );
    }
    assert!(!found.iter().any(|one| one == "b64"), "{answers}");
}

/// Lists the names of all fields that carry bytes; each must stand beside one with the text.
fn collect_bytes(above: &str, value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (field, value) in fields {
                if let Some(text) = field.strip_suffix("_b64") {
                    assert!(fields.contains_key(text), "{above}.{field}: {fields:?}");
                }
                if field.ends_with("b64") {
                    found.push(field.clone());
                }
                collect_bytes(field, value, found);
            }
        }
        serde_json::Value::Array(all) => {
            all.iter().for_each(|one| collect_bytes(above, one, found))
        }
        _ => {}
    }
}

#[test]
fn names_at_their_limit() {
    let mut t = Transcript::new();
    let (fits, too_long) = ("n".repeat(255), "x".repeat(256));
    t.mask(too_long.clone(), "[256 letters]");
    t.mask(fits.clone(), "[255 letters]");
    t.file("folder/file");
    t.folder("far");
    let before = lw_testkit::Picture::of(t.lab.home());
    t.done(&["move", "folder", &fits]);
    t.done(&["bring-back", "folder"]);
    t.done(&["undo"]);
    t.done(&["undo", "1"]);
    assert_eq!(before, lw_testkit::Picture::of(t.lab.home()));
    t.done(&["link", "folder", &fits]);
    t.done(&["retarget", &fits, "far"]);
    t.done(&["remove", &fits]);
    t.done(&["undo"]);
    t.done(&["move", "folder", &format!("far/{fits}")]);
    t.refused(&["move", "far", &too_long]);
    t.refused(&["move", "far", &format!("{too_long}/below")]);
    t.refused(&["link", "far", &too_long]);
    t.refused(&["link", "--hard", &format!("far/{fits}/file"), &too_long]);
    t.refused(&["link", &too_long, "new"]);
    t.refused(&["retarget", "folder", &too_long]);
    t.refused(&["move", &too_long, "new"]);
    t.refused(&["bring-back", &too_long]);
    t.refused(&["remove", &too_long]);
    t.refused(&["show", &too_long]);
    t.compare("long_names");
}

#[test]
fn paths_at_their_limit() {
    let mut t = Transcript::new();
    t.file("folder/file");
    t.link("folder", "link");
    let long = "d/".repeat(2048);
    t.mask(long.clone(), "[4096 letters]");
    t.mask(long[..long.len() - 1].to_owned(), "[4095 letters]");
    for arguments in [
        &["move", "folder", &long] as &[&str],
        &["move", &long, "there"],
        &["link", "folder", &long],
        &["link", &long, "new"],
        &["bring-back", &long],
        &["retarget", "link", &long],
        &["remove", &long],
        &["show", &long],
    ] {
        let answer = t.refused(arguments);
        assert!(
            answer.stderr.contains("bytes, the system takes"),
            "{answer:#?}"
        );
    }
    t.compare_with("long_paths", (r"has \d{4} bytes", "has [many] bytes"));
}

/// Near the limit the program's own names beside the user's must fit too, or nothing happens.
#[test]
fn deep_places_work_or_are_refused() {
    let mut t = Transcript::new();
    t.file("thing/file");
    let mut deep = t.lab.home().to_path_buf();
    while deep.as_os_str().len() < 4095 - 200 {
        deep.push("d".repeat(100));
    }
    let rest = 4095 - 60 - deep.as_os_str().len();
    deep.push("e".repeat(rest.min(200)));
    fs::create_dir_all(&deep).unwrap();
    let room = 4095 - deep.as_os_str().len() - 1;
    assert!((1..255).contains(&room), "{room}");
    let before = lw_testkit::Picture::of(t.lab.home());
    for length in [room, room - 1, room - 10, room - 30, 1] {
        let dest = deep.join("f".repeat(length));
        for arguments in [
            words(&[&"move", &"thing", &dest]),
            words(&[&"link", &"thing", &dest]),
        ] {
            let answer = t.run(&arguments);
            match answer.code {
                Some(0) => {
                    assert!(fs::symlink_metadata(&dest).is_ok(), "{answer:#?}");
                    assert_eq!(fs::read(t.path("thing/file")).unwrap(), b"thing/file");
                    t.done(&["undo"]);
                }
                Some(4) => assert!(answer.stderr.contains("  help:  "), "{answer:#?}"),
                _ => panic!("{answer:#?}"),
            }
            let after = lw_testkit::Picture::of(t.lab.home());
            assert_eq!(
                before.differences(&after),
                Vec::<String>::new(),
                "{length}: {answer:#?}"
            );
        }
    }
    t.remark("from inside, by short names");
    t.set_folder(&deep);
    fs::create_dir(deep.join("a")).unwrap();
    fs::write(deep.join("a/file"), "deep").unwrap();
    t.done(&["move", "a", "b"]);
    t.done(&["show", "a"]);
    t.done(&["bring-back", "a"]);
    t.done(&["link", "a", "l"]);
    t.done(&["remove", "l"]);
    t.done(&["undo"]);
    assert_eq!(fs::read(deep.join("l/file")).unwrap(), b"deep");
}

/// `link/` is the link: what it leads to is never taken in its place.
#[test]
fn slashes_at_the_end_change_nothing() {
    let mut t = Transcript::new();
    t.file("real/file");
    t.file("other/file");
    t.folder("far");
    t.link("real", "link");
    t.link("nowhere", "dangling");
    t.refused(&["move", "link/", "new"]);
    t.refused(&["link", "other/", "link/"]);
    t.refused(&["move", "other", "dangling/"]);
    t.done(&["show", "link/"]);
    t.done(&["retarget", "link/", "other/"]);
    assert_eq!(
        fs::read_link(t.path("link")).unwrap(),
        PathBuf::from("other")
    );
    t.done(&["undo"]);
    t.done(&["remove", "link///", "dangling/"]);
    assert!(t.path("real/file").exists() && !t.path("link").is_symlink());
    t.done(&["undo"]);
    t.done(&["link", "--replace", "other/", "link/"]);
    assert!(t.path("real/file").exists() && t.path("link").is_symlink());
    t.done(&["undo"]);
    t.refused(&["link", "real/", "far/"]);
    t.compare("slashes");
}
