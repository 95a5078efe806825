//! What cannot be: each is named with its line, and nothing changes.

use std::fs;

use crate::ground::{self, lab};

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
