//! `lw list --shortcuts` names what people take for links, as what it is.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::ground::{lab, lw, path, words};

/// A shell link as [MS-SHLLINK] has it: a header, and LinkInfo with a local path.
fn shell_link(target: &str) -> Vec<u8> {
    let mut bytes = vec![
        0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46,
    ];
    bytes.extend(2_u32.to_le_bytes());
    bytes.resize(0x4c, 0);
    let size = 0x1c + target.len() as u32 + 2;
    for number in [size, 0x1c, 1, 0, 0x1c, 0, size - 1] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(target.bytes().chain([0, 0]));
    bytes
}

const MADE: &str = r#"
    mkdir -p t/sub there; printf x > there/f; ln -s ../there t/link
    printf '[Desktop Entry]\nType=Link\nName=f\nURL=file://%s/there/f\n' "$PWD" > t/here.desktop
    printf '[Desktop Entry]\nType=Link\nURL=file://%s/gone%%20too\n' "$PWD" > t/gone.desktop
    printf '[Desktop Entry]\nType=Application\nExec=true\n' > t/program.desktop
    printf '[InternetShortcut]\r\nURL=https://example.org/\r\n' > t/sub/site.URL
    printf 'book\0\0\0\0mark\0\0\0\0' > 't/sub/f alias'; printf 'no alias' > 't/other alias'
    printf 'MZ' > t/no.lnk; : > t/empty.lnk; mkfifo t/pipe.lnk; ln -s here.desktop t/linked.desktop; mkdir t/folder.lnk"#;

#[test]
fn shortcuts_are_named_as_what_they_are() {
    let lab = lab(MADE);
    fs::write(
        lab.home().join("t/win.lnk"),
        shell_link("C:\\Users\\ada\\f.txt"),
    )
    .unwrap();
    let home = lab.home().display().to_string();
    let answer = lw(&lab, &["list", "--shortcuts", "t"]).ends(0);
    let lines = String::from_utf8(answer.stdout).unwrap();
    let expected = format!(
        "t/link -> ../there
t/linked.desktop -> here.desktop
t/gone.desktop => '{home}/gone too'   (desktop entry, no link)
t/here.desktop => {home}/there/f   (desktop entry, no link)
t/sub/f alias   (Finder alias, no link; its target cannot be told here)
t/sub/site.URL => https://example.org/   (internet shortcut, no link)
t/win.lnk => C:\\Users\\ada\\f.txt   (Windows shortcut, no link)
"
    );
    // How a name with a blank is written is not what is tried here.
    let plain = |text: &str| text.replace('\'', "");
    assert_eq!(plain(&lines), plain(&expected));

    let json = lw(&lab, &["list", "--shortcuts", "--json", "t"]).ends(0);
    let shortcuts = json.of_type("shortcut");
    let kinds: Vec<&Value> = shortcuts.iter().map(|one| &one["kind"]).collect();
    assert_eq!(
        kinds,
        [
            "desktop-entry",
            "desktop-entry",
            "finder-alias",
            "internet-shortcut",
            "shell-link"
        ]
    );
    assert_eq!(path(&shortcuts[1], "target"), lab.home().join("there/f"));
    let paths: Vec<&Value> = shortcuts.iter().map(|one| &one["is_path"]).collect();
    assert_eq!(paths, [true, true, false, false, false]);
    assert_eq!(shortcuts[2]["target"], Value::Null);
    assert_eq!(
        (&json.summary()["links"], &json.summary()["shortcuts"]),
        (&2.into(), &5.into())
    );
    // Without being asked for they are not there.
    let links = lw(&lab, &["list", "--json", "t"]).ends(0);
    assert_eq!(links.of_type("shortcut").len(), 0);
    assert_eq!(links.of_type("link").len(), 2);
}

#[test]
fn what_is_asked_of_links_is_asked_of_shortcuts() {
    let lab = lab(MADE);
    let listed = |arguments: &[&str]| {
        let mut command = words(&[&"list", &"--shortcuts", &"-0", &"t"]);
        command.extend(arguments.iter().map(Into::into));
        let paths = lw(&lab, &command).ends(0).paths();
        paths.into_iter().collect::<Vec<PathBuf>>()
    };
    let all = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    assert_eq!(listed(&["--dangling"]), all(&["t/gone.desktop"]));
    assert_eq!(
        listed(&["--relative"]),
        all(&["t/link", "t/linked.desktop"])
    );
    assert_eq!(
        listed(&["--absolute"]),
        all(&["t/gone.desktop", "t/here.desktop"])
    );
    assert_eq!(
        listed(&["--target-under", "there"]),
        all(&["t/here.desktop", "t/link"])
    );
    assert_eq!(
        listed(&["--outside"]),
        all(&["t/gone.desktop", "t/here.desktop", "t/link"])
    );
    assert_eq!(listed(&["--glob", "*.URL"]), all(&["t/sub/site.URL"]));
    assert_eq!(
        listed(&["--exclude", "sub", "--exclude", "*.desktop"]),
        all(&["t/link"])
    );
}

/// No shortcut is followed, whatever is asked: they are files.
#[test]
fn shortcuts_are_no_links_elsewhere() {
    let lab = lab(MADE);
    lw(&lab, &["check", "t"]).ends(0);
    let answer = lw(&lab, &["links-to", "there", "--in", "t", "-0"]).ends(0);
    assert_eq!(answer.paths().len(), 1);
}
