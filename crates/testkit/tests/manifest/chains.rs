//! Links that lead to links of the same manifest.

use std::fs;

use crate::ground::{self, MANIFEST, kill_at_every_effect, lab, leads_to};

const GROUND: &str = r#"
mkdir -p dot/vim Cloud Work; echo v > dot/vim/vimrc; echo w > Work/w
cat > dot/links.toml <<'E'
[[link]]
link = "~/third"
target = "~/second"
[[link]]
link = "~/rc"
target = "~/a/vim/vimrc"
[[link]]
link = "~/second"
target = "~/a/vimrc"
form = "absolute"
[[link]]
link = "~/a/vimrc"
target = "vim/vimrc"
[[link]]
link = "~/a/vim"
target = "vim"
[[link]]
link = "~/w"
target = "~/work/w"
[[link]]
link = "~/work"
target = "~/Cloud/Work"
[[move]]
source = "~/Work"
dest = "~/Cloud/Work"
E
"#;

const COMMAND: &[&str] = &["apply", "-y", MANIFEST];

/// All are made in one run, what they lead to before them, and are in step then.
#[test]
fn a_chain_is_made_in_one_run() {
    let lab = lab(GROUND);
    lab.sh(
        "printf \"[[link]]\\nlink='~/hard'\\ntarget='~/third'\\nkind='hard'\\n\" >> dot/links.toml",
    );
    let before = ground::picture(&lab);
    let status = lab.lw(&["status", MANIFEST]);
    assert_eq!(status.stdout.matches("missing").count(), 16, "{status:#?}");
    let made = lab.lw_ok(COMMAND);
    let place = |name: &str| {
        let is_it = |line: &String| line.contains(name);
        let found = made.effects.iter().position(is_it);
        found.unwrap_or_else(|| panic!("{name}: {made:#?}"))
    };
    assert!(place("a/vimrc") < place("second") && place("second") < place("third"));
    for (name, content) in [
        ("third", "v\n"),
        ("rc", "v\n"),
        ("second", "v\n"),
        ("hard", "v\n"),
        ("w", "w\n"),
    ] {
        assert_eq!(leads_to(&lab, name), content, "{name}");
    }
    let text = |name: &str| fs::read_link(lab.home().join(name)).unwrap();
    assert_eq!(text("second"), lab.home().join("a/vimrc"));
    assert_eq!(text("third"), lab.home().join("second"));
    assert!(fs::read_link(lab.home().join("hard")).is_err());
    let status = lab.lw_ok(&["status", MANIFEST]);
    assert_eq!(status.stdout, "", "{status:#?}");
    let again = lab.lw_ok(COMMAND);
    assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
    lab.lw_ok(&["undo"]);
    ground::assert_same_content(&before, &lab);
}

/// A link that changes its target in the same run is taken for what it will be.
#[test]
fn a_chain_is_judged_by_what_will_be() {
    let lab = lab("mkdir -p old new; echo 1 > old/x; echo 2 > new/y");
    let folder = |target: &str| format!("[[link]]\nlink='~/f'\ntarget='{target}'\n");
    let list = |target: &str, name: &str| {
        let link = format!("[[link]]\nlink='~/l'\ntarget='~/f/{name}'\n");
        fs::write(lab.home().join("links.toml"), link + &folder(target)).unwrap();
    };
    fs::write(lab.home().join("links.toml"), folder("old")).unwrap();
    lab.lw_ok(&["apply", "-y"]);
    list("new", "x");
    let refused = lab.lw(&["apply", "-y"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("new/x"), "{refused:#?}");
    list("old", "x");
    lab.lw_ok(&["apply", "-y"]);
    assert_eq!(leads_to(&lab, "l"), "1\n");
    list("new", "y");
    lab.lw_ok(&["apply", "-y"]);
    assert_eq!(leads_to(&lab, "l"), "2\n");
    lab.lw_ok(&["status"]);
    lab.lw_ok(&["undo"]);
    assert_eq!(leads_to(&lab, "l"), "1\n");
}

/// Circles and chains longer than a system follows are refused, each with its line.
#[test]
fn what_leads_nowhere_is_named() {
    let link = |(from, to): (&str, &str)| format!("[[link]]\nlink='~/{from}'\ntarget='~/{to}'\n");
    let of = |links: &[(&str, &str)]| links.iter().map(|pair| link(*pair)).collect::<String>();
    let long = |length: usize| -> String {
        let name = |number: usize| match number {
            0 => "x".to_owned(),
            _ => format!("l{number}"),
        };
        let links = (1..=length).rev();
        links
            .map(|number| link((&name(number), &name(number - 1))))
            .collect()
    };
    for (manifest, words) in [
        (
            of(&[("a", "b/x"), ("b", "c"), ("c", "b"), ("d/l", "x")]),
            &["line 1 of", "line 4 of", "line 7 of", "the lines 4, 7 lead"][..],
        ),
        (of(&[("a", "a")]), &["line 1 of", "it leads to itself"]),
        (
            of(&[("a", "b"), ("b", "gone")]),
            &["line 1 of", "line 4 of", "gone"],
        ),
        (
            of(&[("d/up", "top"), ("top", "")]),
            &["line 1 of", "contains it"],
        ),
        (long(50), &["too many links follow each other", "line 1 of"]),
    ] {
        let lab = lab("mkdir d; echo x > x");
        fs::write(lab.home().join("links.toml"), &manifest).unwrap();
        let before = ground::picture(&lab);
        let refused = lab.lw(&["apply", "-y"]);
        assert_eq!(refused.code, Some(4), "{manifest}\n{refused:#?}");
        for word in words {
            assert!(refused.stderr.contains(word), "{word}\n{}", refused.stderr);
        }
        // What has nothing to do with it.
        let is_short = manifest.len() < 500;
        assert!(
            !is_short || !refused.stderr.contains("line 10 of"),
            "{refused:#?}"
        );
        ground::assert_same(&before, &lab);
    }
    let lab = lab("echo x > x");
    fs::write(lab.home().join("links.toml"), long(30)).unwrap();
    lab.lw_ok(&["apply", "-y"]);
    assert_eq!(leads_to(&lab, "l30"), "x\n");
}

#[test]
fn killed_at_every_effect() {
    kill_at_every_effect(GROUND, COMMAND, 8, |lab, what| {
        assert_eq!(leads_to(lab, "dot/vim/vimrc"), "v\n", "{what}");
        assert_eq!(leads_to(lab, "Work/w"), "w\n", "{what}");
    });
}
