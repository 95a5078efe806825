//! What cannot be: each is named with its line, and nothing changes.

use std::fs;

use crate::ground::{self, MANIFEST, lab, leads_to};

#[test]
fn each_mistake_is_named_with_its_line() {
    for (manifest, words) in [
        ("[[link]]\nlink = \"a\n", &["line 2", "^"][..]),
        (
            "[[link]]\nlink = 'a'\ntarget = 'x'\nlink2 = 1\n",
            &["no field 'link2'", "line 4, column 1"],
        ),
        (
            "[[link]]\nlink = '~/a'\ntarget = 'x'\n[[link]]\nlink = '~/./d/../a'\ntarget = 'y'\n",
            &["line 4 of", "line 1 asks for the same name"],
        ),
        (
            "[[link]]\nlink = '~/a'\ntarget = 'd'\n[[link]]\nlink = '~/a/b'\ntarget = 'x'\n",
            &["line 1 makes", "would lie in what it leads to"],
        ),
        (
            "[[link]]\nlink = '~/a'\ntarget = '$nothing/x'\n",
            &["line 1 of", "nothing says what ${nothing} is"],
        ),
        (
            "[variables]\na = '$b'\nb = '$a'\n[[link]]\nlink = '~/a'\ntarget = '$a'\n",
            &["line 4 of", "stands for itself"],
        ),
        (
            "[[link]]\nlink = '~/a'\ntarget = 'gone'\n",
            &["line 1 of", "gone"],
        ),
        (
            "[[link]]\nlink = '~/d/up'\ntarget = '~'\n",
            &["line 1 of", "contains"],
        ),
        (
            "[[link]]\nlink = '~/self'\ntarget = '~/self'\n",
            &["line 1 of"],
        ),
        (
            "[[link]]\nlink = '~/a'\ntarget = '~/b'\n[[link]]\nlink = '~/b'\ntarget = '~/a'\n",
            &["line 1 of", "line 4 of"],
        ),
        (
            "[[tree]]\nsource = 'x'\ninto = '~'\n",
            &["line 1 of", "it is no folder"],
        ),
        (
            "[[tree]]\nsource = 'd'\ninto = '~'\nignore = '[z'\n",
            &["line 1 of", "the pattern '[z' is none"],
        ),
        (
            "[[tree]]\nsource = 'd'\ninto = '~/in'\n[[tree]]\nsource = 'e'\ninto = '~/in'\n",
            &["line 4 of", "line 1 asks for the same name"],
        ),
        (
            "[[link]]\nlink = '~/h'\ntarget = 'd'\nkind = 'hard'\n",
            &["it is a folder"],
        ),
    ] {
        let lab = lab("mkdir d e; echo x > x; echo y > y; echo f > d/f; echo f > e/f");
        fs::write(lab.home().join("links.toml"), manifest).unwrap();
        let before = ground::picture(&lab);
        for command in [&["apply", "-y"][..], &["apply", "-n"]] {
            let refused = lab.lw(command);
            assert_eq!(refused.code, Some(4), "{manifest}\n{refused:#?}");
            for word in words {
                assert!(
                    refused.stderr.contains(word),
                    "{manifest}\n{word}\n{}",
                    refused.stderr
                );
            }
            ground::assert_same(&before, &lab);
        }
    }
}

/// Where a folder has to be and something else is, that is named, and what gets further.
#[test]
fn what_stands_in_place_of_a_folder_is_named() {
    let file = "is a file, and a folder has to be there";
    let nowhere = "is a link that leads nowhere, and a folder has to be there";
    let to_file = " a file, and a folder has to be there";
    for (at, cause, help) in [
        ("f", file, "move it away"),
        ("f/deeper", file, "move it away"),
        ("gone", nowhere, "lw show"),
        ("gone/deeper", nowhere, "lw show"),
        ("circle", nowhere, "lw show"),
        ("to-f", to_file, "move it away"),
        ("to-f/deeper", to_file, "move it away"),
    ] {
        for entry in [
            format!("[[tree]]\nsource='t'\ninto='~/{at}'"),
            format!("[[tree]]\nsource='t'\ninto='~/{at}'\nkind='hard'"),
            format!("[[tree]]\nsource='u'\ninto='~/'\n#{at}"),
            format!("[[link]]\nlink='~/{at}/l'\ntarget='t/x'"),
            format!("[[move]]\nsource='~/t'\ndest='~/{at}/t'"),
            format!("[[move]]\nsource='~/{at}/t'\ndest='~/t'"),
        ] {
            let lab = lab(
                "mkdir -p t/sub u/f; echo x > t/x; echo y > t/sub/y; echo z > u/f/z; echo f > f
ln -s nowhere gone; ln -s f to-f; ln -s circle circle",
            );
            let (cause, help) = match entry.contains("'u'") {
                true => (file, "move it away"),
                false => (cause, help),
            };
            fs::write(lab.home().join("links.toml"), &entry).unwrap();
            let before = ground::picture(&lab);
            let refused = lab.lw(&["apply", "-y"]);
            assert_eq!(refused.code, Some(4), "{entry}: {refused:#?}");
            for words in ["line 1 of", cause, help, "nothing was changed"] {
                assert!(
                    refused.stderr.contains(words),
                    "{entry}: {words}: {refused:#?}"
                );
            }
            assert_eq!(refused.stderr.matches("error:").count(), 1, "{refused:#?}");
            ground::assert_same(&before, &lab);
        }
    }
}

/// A manifest that is itself a link is known by where it lies; one that is missing, huge or no text is refused.
#[test]
fn the_file_itself() {
    let lab = lab(
        "mkdir dot; echo t > dot/t
printf \"[[link]]\\nlink='~/l'\\ntarget='t'\\n\" > dot/links.toml; ln -s dot/links.toml links.toml",
    );
    lab.lw_ok(&["apply", "-y"]);
    assert_eq!(ground::leads_to(&lab, "l"), "t\n");
    lab.lw_ok(&["status", "dot/links.toml"]);
    for (script, word) in [
        ("true", "does not exist"),
        ("printf 'a\\000b' > links.toml", "line 1"),
        ("printf '\\377' > links.toml", "not UTF-8"),
        ("mkdir links.toml", "links.toml"),
        ("truncate -s 1G links.toml", "links.toml"),
    ] {
        lab.sh(&format!("rm -rf links.toml; {script}"));
        let refused = lab.lw(&["apply", "-y"]);
        assert_eq!(refused.code, Some(4), "{script}: {refused:#?}");
        assert!(refused.stderr.contains(word), "{script}: {refused:#?}");
    }
}

/// Entries for other systems and hosts are passed by, whatever they say.
#[test]
fn entries_for_others_are_passed_by() {
    let lab = lab("true");
    let manifest = "[[link]]\nlink='$none/l'\ntarget='gone'\nwhen={host='nobody-is-called-so'}\n";
    fs::write(lab.home().join("links.toml"), manifest).unwrap();
    lab.lw_ok(&["status"]);
    lab.lw_ok(&["apply", "-y"]);
}

/// A hundred thousand entries are read, and the one that is wrong is found.
#[test]
fn a_large_manifest() {
    let lab = lab("echo t > t");
    let entry = |number: usize| format!("[[link]]\nlink = '~/many/l{number}'\ntarget = 't'\n");
    let text: String = (0..100_000).chain([7]).map(entry).collect();
    fs::write(lab.home().join("links.toml"), text).unwrap();
    let refused = lab.lw(&["status"]);
    assert_eq!(refused.code, Some(4));
    assert!(
        refused.stderr.contains("line 300001 of"),
        "{}",
        refused.stderr
    );
}

/// What is too long, or is no file, is no manifest: half of one would take links away that the other half lists.
#[test]
fn a_manifest_is_read_whole_or_not_at_all() {
    let long = "tr '\\0' ' ' < /dev/zero | head -c 64M >> dot/links.toml";
    let pipe = "rm dot/links.toml; mkfifo dot/links.toml";
    for (script, words) in [(long, "more than 67108864 bytes"), (pipe, "it is no file")] {
        let lab = lab(
            "mkdir dot; echo x > dot/x\nprintf \"[[link]]\\nlink='~/x'\\ntarget='x'\\n#\" > dot/links.toml\nlw apply -qy dot/links.toml",
        );
        lab.sh(script);
        for command in [
            &["apply", "-y", "--prune", MANIFEST][..],
            &["status", MANIFEST],
        ] {
            let refused = lab.lw(command);
            assert_eq!(refused.code, Some(4), "{refused:#?}");
            assert!(refused.stderr.contains(words), "{refused:#?}");
        }
        assert_eq!(leads_to(&lab, "x"), "x\n");
    }
}
