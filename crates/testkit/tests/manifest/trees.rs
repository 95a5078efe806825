//! Trees: one link for a folder, folders where several share, hard links, patterns.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use crate::ground::{self, MANIFEST, lab, leads_to};

fn is_link(lab: &lw_testkit::Lab, path: &str) -> bool {
    let path = lab.home().join(path);
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink())
}

/// A folder of one tree is one link; when a second tree has something for it, it becomes a folder, in one step.
#[test]
fn a_folded_folder_unfolds() {
    let lab = lab(r#"
mkdir -p dot/a/.config/deep/a dot/b/.config/deep; echo a > dot/a/.config/deep/a/rc; echo x > dot/a/.config/x
printf '[[tree]]\nsource = "a"\ninto = "~"\n' > dot/links.toml"#);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(is_link(&lab, ".config"));
    lab.sh(r#"echo b > dot/b/.config/deep/b
printf '[[tree]]\nsource = "b"\ninto = "~"\n' >> dot/links.toml"#);
    let before = ground::picture(&lab);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(!is_link(&lab, ".config") && !is_link(&lab, ".config/deep"));
    for link in [".config/x", ".config/deep/a", ".config/deep/b"] {
        assert!(is_link(&lab, link), "{link}");
    }
    assert_eq!(leads_to(&lab, ".config/deep/a/rc"), "a\n");
    lab.lw_ok(&["status", MANIFEST]);
    let again = lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
    // What a program has put into the folder since does not go into quarantine with it.
    lab.sh("echo precious > .config/deep/session");
    let refused = lab.lw(&["undo"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("session"), "{refused:#?}");
    assert_eq!(leads_to(&lab, ".config/deep/session"), "precious\n");
    lab.sh("rm .config/deep/session");
    lab.lw_ok(&["undo"]);
    ground::assert_same(&before, &lab);
}

const TWO_TREES: &str = r#"
mkdir -p dot/a/.config/deep/a dot/b/.config/deep/b; echo a > dot/a/.config/deep/a/rc; echo x > dot/a/.config/x
echo b > dot/b/.config/deep/b/rc
list() { for one in "$@"; do printf '[[tree]]\nsource = "%s"\ninto = "~"\n' $one; done > dot/links.toml; }
list a b; lw apply -qy dot/links.toml; chmod 700 .config/deep; list a
"#;

const PRUNED: &[&str] = &["apply", "-y", "--prune", MANIFEST];

/// When one tree alone is left in a folder that was unfolded, one link stands for it again; what is not listed any more goes
/// along if it is pruned, and else keeps the folder.
#[test]
fn an_unfolded_folder_folds_again() {
    let lab = lab(TWO_TREES);
    let before = ground::picture(&lab);
    let kept = lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(kept.stdout.starts_with("Nothing to do"), "{kept:#?}");
    let shown = lab.lw_ok(&["apply", "-n", "--prune", MANIFEST]);
    assert!(shown.stdout.contains("1 folder folded"), "{shown:#?}");
    assert!(shown.stdout.contains("swap"), "{shown:#?}");
    ground::assert_same(&before, &lab);
    lab.lw_ok(PRUNED);
    assert!(is_link(&lab, ".config"));
    assert_eq!(leads_to(&lab, ".config/deep/a/rc"), "a\n");
    lab.lw_ok(&["status", MANIFEST]);
    let again = lab.lw_ok(PRUNED);
    assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
    lab.lw_ok(&["undo"]);
    ground::assert_same(&before, &lab);
    // Removed by hand, the other links do not stand in the way; nothing is out of step by that.
    lab.sh("rm .config/deep/b");
    let status = lab.lw_ok(&["status", "--all", MANIFEST]);
    assert!(status.stdout.contains("one link can stand"), "{status:#?}");
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(is_link(&lab, ".config"));
    // And unfolds again.
    lab.sh(r#"printf '[[tree]]\nsource = "b"\ninto = "~"\n' >> dot/links.toml"#);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(!is_link(&lab, ".config"));
    assert_eq!(leads_to(&lab, ".config/deep/b/rc"), "b\n");
    lab.lw_ok(&["status", MANIFEST]);
}

/// What changes its kind or its target on the way goes along: it is done in one run.
#[test]
fn a_folder_folds_with_links_that_change() {
    for (before, after) in [
        ("kind = \"hard\"\nsource = \"a\"", "source = \"a\""),
        ("fold = false\nsource = \"a\"", "source = \"c\""),
    ] {
        let list =
            |tree: &str| format!("printf '[[tree]]\n{tree}\ninto = \"~\"\n' > dot/links.toml");
        let lab = lab(&format!(
            "mkdir -p dot/a/.config/deep; echo a > dot/a/.config/deep/rc; cp -r dot/a dot/c\n{}\nlw apply -qy dot/links.toml\n{}",
            list(before),
            list(after)
        ));
        let before = ground::picture(&lab);
        lab.lw_ok(&["apply", "-y", MANIFEST]);
        assert!(is_link(&lab, ".config"), "{after}");
        assert_eq!(leads_to(&lab, ".config/deep/rc"), "a\n");
        lab.lw_ok(&["status", MANIFEST]);
        lab.lw_ok(&["undo"]);
        ground::assert_same(&before, &lab);
    }
}

/// Whatever else is in a folder keeps it, and so does a folder that somebody else has made.
#[test]
fn a_folder_with_anything_else_in_it_stays() {
    for script in [
        "echo mine > .config/mine",
        "echo mine > .config/deep/mine",
        "mkdir .config/deep/mine",
        "ln -s ../dot .config/mine",
        "rm .config/x; ln -s ../dot/a/.config/../.config/x .config/x",
        "sed -i s/into/fold=false\\\\ninto/ dot/links.toml",
        r#"printf "[[link]]\nlink='~/.config/y'\ntarget='a/.config/x'\n" >> dot/links.toml"#,
        r#"echo d > dot/a/.config/dot-d; printf "dot-names = true\n" >> dot/links.toml"#,
        // What would lie in the tree then, by the same name or by one that is not there yet.
        r#"printf "ignore = ['x']\n[[link]]\nlink='~/.config/x'\ntarget='a/.config/x'\n" >> dot/links.toml"#,
        r#"mkdir dot/c; printf "[[tree]]\nsource='c'\ninto='~/.config/c'\n" >> dot/links.toml"#,
        r#"mkdir dot/c; printf "[[tree]]\nsource='c'\ninto='~/.config'\n" >> dot/links.toml"#,
        r#"mkdir m; printf "[[move]]\nsource='~/m'\ndest='~/.config/m'\n" >> dot/links.toml"#,
    ] {
        let lab = lab(&format!("{TWO_TREES}\n{script}"));
        let pruned = lab.lw(PRUNED);
        assert!(!is_link(&lab, ".config"), "{script}: {pruned:#?}");
        let status = lab.lw(&["status", MANIFEST]);
        assert!(
            !status.stderr.contains("in the tree"),
            "{script}: {status:#?}"
        );
        assert_eq!(leads_to(&lab, ".config/deep/a/rc"), "a\n", "{script}");
        if let Some(path) = script.strip_prefix("echo mine > ") {
            assert_eq!(leads_to(&lab, path), "mine\n", "{script}");
        }
    }
    let lab = lab(&format!("mkdir .config\n{TWO_TREES}"));
    lab.lw_ok(PRUNED);
    assert!(!is_link(&lab, ".config") && is_link(&lab, ".config/deep"));
}

/// What is put into the folder at the last moment stays where it is: before the folder is looked into, and after that.
#[test]
fn what_comes_into_a_folder_at_the_last_moment_stays() {
    let folded = format!("{TWO_TREES}\nlw apply -qy --prune dot/links.toml; lw undo -qy");
    let redo: &[&str] = &["undo", "-y", "3"];
    for (ground, command) in [(TWO_TREES, PRUNED), (&folded, redo)] {
        let effects = lab(ground).lw_ok(command).effects;
        let exchange = exchange_in(&effects);
        for n in [exchange - 2, exchange - 1, exchange] {
            let lab = lab(ground);
            let script = format!("echo mine > '{}/.config/mine'", lab.home().display());
            let refused = lab.lw_with(command, &lw_testkit::Fault::RunBefore(n, script));
            let is_refused = refused.hit && refused.code == Some(4);
            assert!(is_refused, "{n} of {effects:?}: {refused:#?}");
            assert_eq!(leads_to(&lab, ".config/mine"), "mine\n");
            assert_eq!(leads_to(&lab, ".config/deep/a/rc"), "a\n");
        }
    }
}

/// Also where the power went in between.
#[test]
fn what_came_into_a_folder_before_the_power_went_comes_back() {
    let effects = lab(TWO_TREES).lw_ok(PRUNED).effects;
    let lab = lab(TWO_TREES);
    let fault = lw_testkit::Fault::KillAfter(exchange_in(&effects));
    assert!(lab.lw_with(PRUNED, &fault).hit && is_link(&lab, ".config"));
    lab.sh("echo mine > \"$(find \"$LW_HOME\" -type d -name '*.config')/mine\"; lw recover");
    assert!(!is_link(&lab, ".config"));
    assert_eq!(leads_to(&lab, ".config/mine"), "mine\n");
}

/// The number of the effect by which names change places.
fn exchange_in(effects: &[String]) -> usize {
    let index = effects.iter().position(|line| line.starts_with("exchange"));
    index.unwrap() + 1
}

#[test]
fn killed_while_it_folds() {
    ground::kill_at_every_effect(TWO_TREES, PRUNED, 4, |lab, what| {
        assert_eq!(leads_to(lab, ".config/deep/a/rc"), "a\n", "{what}");
        assert_eq!(leads_to(lab, ".config/x"), "x\n", "{what}");
    });
}

/// A link that is there may lead into a tree: nothing is made in there.
#[test]
fn no_link_is_made_in_a_tree() {
    let own = "[[link]]\nlink = '~/.config/own'\ntarget = 'rc'\n";
    let second = "[[tree]]\nsource = 'b'\ninto = '~/.config'\n";
    for more in [own, second] {
        let lab = lab(
            "mkdir -p dot/a/.config/a dot/b/app; echo a > dot/a/.config/a/rc; echo b > dot/b/app/b; echo r > dot/rc",
        );
        let tree = "[[tree]]\nsource = 'a'\ninto = '~'\n";
        fs::write(lab.home().join(MANIFEST), tree).unwrap();
        lab.lw_ok(&["apply", "-y", MANIFEST]);
        fs::write(lab.home().join(MANIFEST), format!("{tree}{more}")).unwrap();
        let before = ground::picture(&lab);
        let refused = lab.lw(&["apply", "-y", MANIFEST]);
        assert_eq!(refused.code, Some(4), "{more}: {refused:#?}");
        assert!(
            refused.stderr.contains("in the tree of line 1"),
            "{more}: {refused:#?}"
        );
        ground::assert_same(&before, &lab);
    }
}

/// A folder above the links that has moved and left a link makes none of them unlisted; nor does a moved manifest.
#[test]
fn what_moves_along_stays_listed() {
    let lab = lab("mkdir -p dot/a cfg data; echo a > dot/a/x; echo y > dot/y
printf \"[[link]]\\nlink='~/cfg/x'\\ntarget='a/x'\\n[[link]]\\nlink='~/y'\\ntarget='y'\\n\" > dot/links.toml");
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    lab.lw_ok(&["move", "-y", "cfg", "data"]);
    lab.lw_ok(&["status", MANIFEST]);
    lab.lw_ok(&["apply", "-y", "--prune", MANIFEST]);
    lab.lw_ok(&["move", "-y", "dot", "data"]);
    lab.lw_ok(&["status", MANIFEST]);
    fs::write(lab.home().join(MANIFEST), "").unwrap();
    lab.lw_ok(&["apply", "-y", "--prune", MANIFEST]);
    assert!(lab.home().join("y").symlink_metadata().is_err());
}

/// What a program writes into a folder of its own stays when the links are taken back.
#[test]
fn without_folding_each_file_is_linked() {
    let lab = lab(r#"
mkdir -p dot/a/.config/a; echo a > dot/a/.config/a/rc
printf '[[tree]]\nsource = "a"\ninto = "~"\nfold = false\n' > dot/links.toml"#);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(!is_link(&lab, ".config") && !is_link(&lab, ".config/a"));
    assert!(is_link(&lab, ".config/a/rc"));
    lab.sh("echo own > .config/a/own");
    lab.lw_ok(&["undo"]);
    assert_eq!(leads_to(&lab, ".config/a/own"), "own\n");
    assert!(!is_link(&lab, ".config/a/rc"));
}

#[test]
fn patterns_and_the_store_of_git_are_left_out() {
    let lab = lab(r#"
mkdir -p dot/a/.git dot/a/doc
touch dot/a/.git/HEAD dot/a/README.md dot/a/keep dot/a/doc/README.md dot/a/doc/keep dot/a/dot-x
printf '[[tree]]\nsource = "a"\ninto = "~/in"\nfold = false\ndot-names = true\nignore = ["README*"]\n' > dot/links.toml"#);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    let mut names = Vec::new();
    for folder in ["in", "in/doc"] {
        for entry in fs::read_dir(lab.home().join(folder)).unwrap() {
            names.push(format!("{folder}/{}", entry.unwrap().file_name().display()));
        }
    }
    names.sort();
    assert_eq!(names, ["in/.x", "in/doc", "in/doc/keep", "in/keep"]);
}

/// A slash in front keeps a pattern from names further down.
#[test]
fn a_pattern_with_a_slash_in_front_is_counted_from_the_source() {
    let lab = lab(r#"
mkdir -p dot/a/doc in
touch dot/a/README dot/a/doc/README dot/a/doc/x dot/a/y
printf '[[tree]]\nsource = "a"\ninto = "~/in"\nfold = false\nignore = ["/README*", "/doc/x"]\n' > dot/links.toml"#);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    for (path, is_made) in [
        ("in/README", false),
        ("in/doc/x", false),
        ("in/doc/README", true),
        ("in/y", true),
    ] {
        assert_eq!(is_link(&lab, path), is_made, "{path}");
    }
}

/// A tree of hard links is for sync clients that pass links by; an editor that saves by a new file splits one.
#[test]
fn a_tree_of_hard_links_is_kept_in_step() {
    let lab = lab(r#"
mkdir -p dot/a/sub Cloud; echo 1 > dot/a/one; echo 2 > dot/a/sub/two; ln -s one dot/a/link
printf '[[tree]]\nsource = "a"\ninto = "~/Cloud/a"\nkind = "hard"\n' > dot/links.toml"#);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    let links = |path: &str| fs::metadata(lab.home().join(path)).unwrap().nlink();
    assert_eq!((links("Cloud/a/one"), links("Cloud/a/sub/two")), (2, 2));
    lab.sh("echo more > dot/a/more; echo new > Cloud/a/tmp; mv Cloud/a/tmp Cloud/a/one");
    let status = lab.lw(&["status", MANIFEST]);
    for word in ["replaced", "missing"] {
        assert!(status.stdout.contains(word), "{status:#?}");
    }
    lab.lw_ok(&["apply", "-y", "--absorb", MANIFEST]);
    assert_eq!(leads_to(&lab, "dot/a/one"), "new\n");
    assert_eq!((links("dot/a/one"), links("dot/a/more")), (2, 2));
    lab.lw_ok(&["status", MANIFEST]);
}

/// Links as GNU Stow makes them, with relative texts, are in step.
#[test]
fn what_stow_made_is_in_step() {
    let lab = lab("mkdir -p dot/a/.config/a dot/a/bin bin
echo a > dot/a/.config/a/rc; echo t > dot/a/bin/t
ln -s dot/a/.config .config; ln -s ../dot/a/bin/t bin/t");
    let manifest = "[[tree]]\nsource = 'a'\ninto = '~'\n";
    fs::write(lab.home().join(MANIFEST), manifest).unwrap();
    let status = lab.lw_ok(&["status", "--all", MANIFEST]);
    assert_eq!(status.stdout.matches("in-step").count(), 2, "{status:#?}");
}
