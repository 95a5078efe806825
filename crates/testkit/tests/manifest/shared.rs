//! Links that two manifests list.

use std::fs;

use lw_testkit::Lab;

use crate::ground::{self, lab, leads_to};

const GROUND: &str = "mkdir a b; echo 1 > a/one; echo 2 > b/two";

fn list(lab: &Lab, manifest: &str, links: &[(&str, &str)]) {
    let entry = |(link, target): &(&str, &str)| {
        format!("[[link]]\nlink = '~/{link}'\ntarget = '{target}'\n")
    };
    let text: String = links.iter().map(entry).collect();
    fs::write(lab.home().join(manifest), text).unwrap();
}

fn is_there(lab: &Lab, link: &str) -> bool {
    lab.home().join(link).symlink_metadata().is_ok()
}

/// What both list goes only when neither does, whichever of the two made it and is pruned first.
#[test]
fn pruned_is_only_what_no_other_manifest_lists() {
    const BOTH: [&str; 2] = ["a/links.toml", "b/links.toml"];
    for first_pruned in [0, 1] {
        let lab = lab(GROUND);
        for manifest in BOTH {
            list(&lab, manifest, &[("in/l", "~/a/one"), ("in/m", "~/b/two")]);
        }
        lab.lw_ok(&["apply", "-y", BOTH[0]]);
        let before = ground::picture(&lab);
        let shown = lab.lw_ok(&["apply", "-n", BOTH[1]]);
        let said = format!("{}{}", shown.stdout, shown.stderr);
        assert!(said.contains("count 2 links of other manifests"), "{said}");
        assert!(said.contains("a/links.toml' too"), "{said}");
        lab.lw_ok(&["apply", "-y", BOTH[1]]);
        ground::assert_same(&before, &lab);
        for manifest in BOTH {
            let again = lab.lw_ok(&["apply", "-y", manifest]);
            assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
        }

        let [first, last] = match first_pruned {
            0 => BOTH,
            _ => [BOTH[1], BOTH[0]],
        };
        list(&lab, first, &[]);
        lab.lw_ok(&["status", first]);
        let before = ground::picture(&lab);
        let pruned = lab.lw_ok(&["apply", "-y", "--prune", first]);
        assert!(pruned.stdout.contains("2 links left to"), "{pruned:#?}");
        assert!(pruned.stderr.contains(last), "{pruned:#?}");
        ground::assert_same(&before, &lab);
        let again = lab.lw_ok(&["apply", "-y", "--prune", first]);
        assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
        list(&lab, last, &[("in/l", "~/a/one")]);
        lab.lw_ok(&["apply", "-y", "--prune", last]);
        assert!(!is_there(&lab, "in/m") && is_there(&lab, "in/l"));
    }
}

/// To share is taken back like anything else: then the first manifest's word counts alone again.
#[test]
fn sharing_is_undone() {
    let lab = lab(GROUND);
    list(&lab, "a/links.toml", &[("l", "~/a/one")]);
    list(&lab, "b/links.toml", &[("l", "~/a/one")]);
    lab.lw_ok(&["apply", "-y", "a/links.toml"]);
    lab.lw_ok(&["apply", "-y", "b/links.toml"]);
    let undone = lab.lw_ok(&["undo", "-n"]);
    assert!(undone.stdout.contains("leave 1 link to"), "{undone:#?}");
    lab.lw_ok(&["undo"]);
    list(&lab, "a/links.toml", &[]);
    lab.lw_ok(&["apply", "-y", "--prune", "a/links.toml"]);
    assert!(!is_there(&lab, "l"));
    // And that too.
    lab.lw_ok(&["undo"]);
    assert_eq!(leads_to(&lab, "l"), "1\n");
}

/// A link that another manifest made or shares is not led elsewhere without being told to.
#[test]
fn one_manifest_does_not_change_what_is_anothers() {
    let lab = lab(GROUND);
    list(&lab, "a/links.toml", &[("l", "~/a/one")]);
    list(&lab, "b/links.toml", &[("l", "~/b/two")]);
    lab.lw_ok(&["apply", "-y", "a/links.toml"]);
    let refused = lab.lw(&["apply", "-y", "b/links.toml"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("made for"), "{refused:#?}");
    assert!(refused.stderr.contains("a/links.toml'"), "{refused:#?}");
    list(&lab, "b/links.toml", &[("l", "~/a/one")]);
    lab.lw_ok(&["apply", "-y", "b/links.toml"]);
    list(&lab, "a/links.toml", &[("l", "~/b/two")]);
    let refused = lab.lw(&["apply", "-y", "a/links.toml"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("b/links.toml' too"), "{refused:#?}");
    lab.lw_ok(&["apply", "-y", "--replace", "a/links.toml"]);
    assert_eq!(leads_to(&lab, "l"), "2\n");
    // It is not the one that the other listed any more.
    list(&lab, "a/links.toml", &[]);
    lab.lw_ok(&["apply", "-y", "--prune", "a/links.toml"]);
    assert!(!is_there(&lab, "l"));
}

/// A link that is made once more as it was stays shared; a manifest that has moved and left a link is the same one.
#[test]
fn what_is_made_again_stays_shared() {
    let lab = lab(GROUND);
    list(&lab, "a/links.toml", &[("l", "~/a/one")]);
    list(&lab, "b/links.toml", &[("l", "~/a/one")]);
    lab.lw_ok(&["apply", "-y", "a/links.toml"]);
    lab.lw_ok(&["apply", "-y", "b/links.toml"]);
    lab.sh("rm l; echo new > l");
    lab.lw_ok(&["apply", "-y", "--restore", "b/links.toml"]);
    lab.sh("mkdir c; mv b/links.toml c/links.toml; ln -s ../c/links.toml b/links.toml");
    list(&lab, "a/links.toml", &[]);
    lab.lw_ok(&["apply", "-y", "--prune", "a/links.toml"]);
    assert_eq!(leads_to(&lab, "l"), "1\n");
    let exported = lab.lw_ok(&["export", "--format", "json"]);
    assert!(exported.stdout.contains("b/links.toml"), "{exported:#?}");
    list(&lab, "c/links.toml", &[]);
    lab.lw_ok(&["apply", "-y", "--prune", "c/links.toml"]);
    assert!(!is_there(&lab, "l"));
}

/// A link whose text changed only because something has moved, was mended or got another form is whose it was.
#[test]
fn a_link_that_is_led_after_its_target_stays_whose_it_was() {
    let elsewhere = tempfile::tempdir().unwrap();
    let to_another_volume = format!("move cfg {}", elsewhere.path().display());
    for (form, change) in [
        ("", &["move cfg deep"][..]),
        ("form = 'relative'\n", &["move cfg deep"]),
        ("", &["move cfg deep", "bring-back cfg"]),
        ("", &["move cfg deep", "undo"]),
        ("", &["move cfg deep", "move deep/cfg deep/er"]),
        ("", &[&to_another_volume]),
        ("", &["convert --to absolute cfg/sub/x"]),
        (
            "",
            &[
                "move cfg deep",
                "convert --to absolute cfg/sub/x",
                "convert --to relative cfg/sub/x",
            ],
        ),
    ] {
        let lab = lab("mkdir -p w/cfg/sub w/deep/er; echo a > w/one");
        let entry = format!("[[link]]\nlink = 'cfg/sub/x'\ntarget = 'one'\n{form}");
        fs::write(lab.home().join("w/links.toml"), entry).unwrap();
        lab.lw_ok(&["apply", "-y", "w/links.toml"]);
        for words in change {
            lab.sh(&format!("cd w; lw {words} -y"));
        }
        let moved = format!("{form}{change:?}");
        assert_eq!(leads_to(&lab, "w/cfg/sub/x"), "a\n", "{moved}");
        lab.sh("echo b > w/two; sed -i s/one/two/ w/links.toml");
        let changed = lab.lw(&["apply", "-y", "w/links.toml"]);
        assert_eq!(changed.code, Some(0), "{moved}: {changed:#?}");
        assert_eq!(leads_to(&lab, "w/cfg/sub/x"), "b\n", "{moved}");
    }
}

/// What a person made stays theirs when a manifest moves the folder that it is in.
#[test]
fn a_link_of_nobodys_that_moves_along_stays_nobodys() {
    let lab = lab("mkdir -p w/m w/n; echo a > w/one; ln -s ../one w/m/x");
    let entry = "[[move]]\nsource = 'm'\ndest = 'n/o'\n";
    fs::write(lab.home().join("w/links.toml"), entry).unwrap();
    lab.lw_ok(&["apply", "-y", "w/links.toml"]);
    assert_eq!(leads_to(&lab, "w/m/x"), "a\n");
    lab.sh("echo b > w/two; printf \"[[link]]\\nlink='m/x'\\ntarget='two'\\n\" > w/links.toml");
    let refused = lab.lw(&["apply", "-y", "w/links.toml"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert_eq!(leads_to(&lab, "w/m/x"), "a\n");
}

/// A link for a whole folder that another manifest made is not opened into one without being told to.
#[test]
fn one_manifest_does_not_unfold_what_is_anothers() {
    let lab = lab("mkdir -p a/t/d b/t/d; echo 1 > a/t/d/one; echo 2 > b/t/d/two
printf \"[[tree]]\\nsource='t'\\ninto='~'\\n\" > a/links.toml; lw apply -qy a/links.toml
printf \"[[tree]]\\nsource='t'\\ninto='~'\\n[[tree]]\\nsource='../a/t'\\ninto='~'\\n\" > b/links.toml");
    let before = ground::picture(&lab);
    let refused = lab.lw(&["apply", "-y", "b/links.toml"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("a/links.toml'"), "{refused:#?}");
    ground::assert_same(&before, &lab);
    lab.lw_ok(&["apply", "-y", "--replace", "b/links.toml"]);
    assert_eq!(leads_to(&lab, "d/one") + &leads_to(&lab, "d/two"), "1\n2\n");
    // What no manifest made, and leads to one of the trees, is opened.
    lab.sh("rm -r d; ln -s a/t/d d");
    lab.lw_ok(&["apply", "-y", "b/links.toml"]);
    assert_eq!(leads_to(&lab, "d/one") + &leads_to(&lab, "d/two"), "1\n2\n");
}
