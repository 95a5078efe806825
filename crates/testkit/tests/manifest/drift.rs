//! What programs and people do to links behind a manifest's back.

use std::fs;

use crate::ground::{self, MANIFEST, lab, leads_to};

const MANIFEST_OF_TWO: &str = r#"
mkdir -p dot; echo old > dot/rc; echo old > dot/hard
cat > dot/links.toml <<'E'
[[link]]
link = "~/.rc"
target = "rc"
[[link]]
link = "~/.hard"
target = "hard"
kind = "hard"
E
lw apply -qy dot/links.toml
# As editors save.
echo new > .rc.tmp; touch -d '+1 minute' .rc.tmp; mv .rc.tmp .rc
echo new > .hard.tmp; touch -d '-1 hour' .hard.tmp; mv .hard.tmp .hard
"#;

#[test]
fn a_file_in_place_of_a_link_is_told_and_refused() {
    let lab = lab(MANIFEST_OF_TWO);
    let status = lab.lw(&["status", "--json", MANIFEST]);
    assert_eq!(status.code, Some(1));
    let newer = |side: &str| {
        status
            .stdout
            .matches(&format!("\"newer\":\"{side}\""))
            .count()
    };
    assert_eq!((newer("link"), newer("target")), (1, 1), "{status:#?}");
    let before = ground::picture(&lab);
    let refused = lab.lw(&["apply", "-y", MANIFEST]);
    assert_eq!(refused.code, Some(4));
    assert!(refused.stderr.contains("--absorb") && refused.stderr.contains("--restore"));
    ground::assert_same(&before, &lab);
}

#[test]
fn absorbed_it_is_the_content_of_the_target() {
    let lab = lab(MANIFEST_OF_TWO);
    // A newer target does not give way to an older file.
    let refused = lab.lw(&["apply", "-y", "--absorb", MANIFEST]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(
        refused.stderr.contains("the target is newer"),
        "{refused:#?}"
    );
    lab.sh("touch -d '+1 minute' .hard");
    let before = ground::picture(&lab);
    lab.lw_ok(&["apply", "-y", "--absorb", MANIFEST]);
    for name in [".rc", ".hard", "dot/rc", "dot/hard"] {
        assert_eq!(leads_to(&lab, name), "new\n", "{name}");
    }
    lab.lw_ok(&["status", MANIFEST]);
    lab.lw_ok(&["undo"]);
    ground::assert_same_content(&before, &lab);
    // It is known for what it was, also after that.
    lab.lw_ok(&["apply", "-y", "--absorb", MANIFEST]);
    lab.lw_ok(&["status", MANIFEST]);
}

const HARD_TO_SYMBOLIC: &str = r#"
mkdir -p dot; echo 1 > dot/a; echo 2 > dot/b
list() { for name in a b; do printf "[[link]]\\nlink='~/$name'\\ntarget='$name'\\nkind='$1'\\n"; done > dot/links.toml; }
list hard; lw apply -qy dot/links.toml; echo more >> a; list symbolic
"#;

/// Another kind in the entry is another link: the one that was made gives way, and the content keeps the target's name.
#[test]
fn a_hard_link_becomes_a_symbolic_one() {
    let lab = lab(HARD_TO_SYMBOLIC);
    let before = ground::picture(&lab);
    let status = lab.lw(&["status", MANIFEST]);
    assert!(
        status.stdout.matches("differs").count() == 2 && status.stdout.contains("a hard link to"),
        "{status:#?}"
    );
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    for (name, content) in [("a", "1\nmore\n"), ("b", "2\n")] {
        assert!(fs::read_link(lab.home().join(name)).is_ok(), "{name}");
        assert_eq!(leads_to(&lab, name), content);
    }
    lab.lw_ok(&["status", MANIFEST]);
    lab.lw_ok(&["undo"]);
    ground::assert_same(&before, &lab);
    // And the other way round again.
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    lab.sh("sed -i s/symbolic/hard/ dot/links.toml");
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(fs::read_link(lab.home().join("a")).is_err());
    lab.lw_ok(&["status", MANIFEST]);
}

/// What has become a file of its own is drift, as it was; what nobody made for a manifest is foreign.
#[test]
fn a_hard_link_that_is_none_any_more_does_not_change_its_kind() {
    let lab = lab(HARD_TO_SYMBOLIC);
    lab.sh("echo 3 > n; mv n a; lw undo -q; ln dot/b b");
    let lab_status = lab.lw(&["status", MANIFEST]);
    assert!(lab_status.stdout.contains("foreign"), "{lab_status:#?}");
    let refused = lab.lw(&["apply", "-y", MANIFEST]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(
        refused.stderr.matches("is in the way").count(),
        2,
        "{refused:#?}"
    );
}

/// A target that was a hard link itself, and is not listed any more, is not pruned if it is the last name then.
#[test]
fn the_content_keeps_a_name() {
    let lab = lab(r#"
mkdir dot; echo 1 > dot/g
printf "[[link]]\nlink='~/f'\ntarget='g'\nkind='hard'\n[[link]]\nlink='~/l'\ntarget='~/f'\nkind='hard'\n" > dot/links.toml
lw apply -qy dot/links.toml; rm dot/g
printf "[[link]]\nlink='~/l'\ntarget='~/f'\nkind='symbolic'\n" > dot/links.toml
"#);
    let pruned = lab.lw_ok(&["apply", "-y", "--prune", MANIFEST]);
    assert!(pruned.stderr.contains("the only name"), "{pruned:#?}");
    assert_eq!(leads_to(&lab, "l"), "1\n");
}

#[test]
fn killed_while_the_kind_changes() {
    let command = &["apply", "-y", MANIFEST];
    ground::kill_at_every_effect(HARD_TO_SYMBOLIC, command, 6, |lab, what| {
        for (name, content) in [("a", "1\nmore\n"), ("dot/a", "1\nmore\n"), ("b", "2\n")] {
            assert_eq!(leads_to(lab, name), content, "{what}");
        }
    });
}

#[test]
fn restored_it_is_the_old_content_and_the_new_one_is_kept() {
    let lab = lab(MANIFEST_OF_TWO);
    let before = ground::picture(&lab);
    lab.lw_ok(&["apply", "-y", "--restore", MANIFEST]);
    for name in [".rc", ".hard", "dot/rc", "dot/hard"] {
        assert_eq!(leads_to(&lab, name), "old\n", "{name}");
    }
    lab.lw_ok(&["status", MANIFEST]);
    lab.lw_ok(&["undo"]);
    ground::assert_same_content(&before, &lab);
}

/// A file that lw never saw as a link is nobody's drift: only --replace displaces it, and a folder not even that.
#[test]
fn what_was_there_before_is_foreign() {
    let lab = lab("mkdir dot there; echo t > dot/t; echo mine > mine; echo f > there/f");
    let entry = |name: &str| format!("[[link]]\nlink = '~/{name}'\ntarget = 't'\n");
    let list = |text: String| fs::write(lab.home().join(MANIFEST), text).unwrap();
    list(entry("mine") + &entry("there"));
    let before = ground::picture(&lab);
    for flag in ["--absorb", "--restore", "--replace"] {
        let refused = lab.lw(&["apply", "-y", flag, MANIFEST]);
        assert_eq!(refused.code, Some(4), "{flag}: {refused:#?}");
        ground::assert_same(&before, &lab);
    }
    list(entry("mine"));
    lab.lw_ok(&["apply", "-y", "--replace", MANIFEST]);
    assert_eq!(leads_to(&lab, "mine"), "t\n");
    lab.lw_ok(&["undo"]);
    assert_eq!(leads_to(&lab, "mine"), "mine\n");
}

/// Only a file can have been saved in place of a file: nothing else ever changes places with one.
#[test]
fn a_file_is_absorbed_into_a_file_alone() {
    for (target, words) in [("nvim", "in the way"), ("chain", "in the way")] {
        let lab = lab(
            "mkdir -p dot/nvim real; echo precious > dot/nvim/init; echo r > real/rc; ln -s ../real/rc dot/chain",
        );
        let manifest = format!("[[link]]\nlink = '~/l'\ntarget = '{target}'\n");
        fs::write(lab.home().join(MANIFEST), manifest).unwrap();
        lab.lw_ok(&["apply", "-y", MANIFEST]);
        lab.sh("rm l; touch -d '+1 minute' l");
        let before = ground::picture(&lab);
        let refused = lab.lw(&["apply", "-y", "--absorb", MANIFEST]);
        assert_eq!(refused.code, Some(4), "{target}: {refused:#?}");
        assert!(refused.stderr.contains(words), "{target}: {refused:#?}");
        ground::assert_same(&before, &lab);
    }
}

/// Two files cannot both become the content of one target.
#[test]
fn one_file_is_absorbed_for_each_target() {
    let lab = lab("mkdir dot; echo t > dot/t");
    let entry = |name: &str| format!("[[link]]\nlink = '~/{name}'\ntarget = 't'\n");
    fs::write(lab.home().join(MANIFEST), entry("a") + &entry("b")).unwrap();
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    lab.sh("for f in a b; do rm $f; echo $f > $f; touch -d '+1 minute' $f; done");
    let before = ground::picture(&lab);
    let refused = lab.lw(&["apply", "-y", "--absorb", MANIFEST]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    ground::assert_same(&before, &lab);
}
