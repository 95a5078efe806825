//! `lw adopt`: what is there moves into a folder, leaves a link, and is listed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use lw_testkit::Fault;

use crate::ground::{self, MANIFEST, lab, leads_to};

const GROUND: &str = r##"
mkdir -p dot .config/mpv; echo v > .vimrc; echo m > .config/mpv/conf
printf '# mine\n[variables] # v\na = "b"\n' > dot/links.toml; chmod 640 dot/links.toml
lw link -q dot warm; lw remove -q warm
"##;

const COMMAND: &[&str] = &["adopt", "-y", ".vimrc", ".config/mpv", "--into", "dot"];

#[test]
fn what_is_adopted_is_listed_and_in_step() {
    let lab = lab(GROUND);
    let before = ground::picture(&lab);
    lab.lw_ok(&["adopt", "-n", ".vimrc", ".config/mpv", "--into", "dot"]);
    ground::assert_same(&before, &lab);
    lab.lw_ok(&[COMMAND, &["--note", "from \"home\""]].concat());
    assert_eq!(leads_to(&lab, ".vimrc"), "v\n");
    assert_eq!(leads_to(&lab, "dot/mpv/conf"), "m\n");
    let text = leads_to(&lab, MANIFEST);
    assert!(text.starts_with("# mine\n[variables] # v\n"), "{text}");
    for entry in ["[[link]]", "[[move]]"] {
        assert_eq!(text.matches(entry).count(), 1, "{text}");
    }
    let mode = fs::metadata(lab.home().join(MANIFEST))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    lab.lw_ok(&["status", MANIFEST]);
    let again = lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
    lab.lw_ok(&["undo"]);
    ground::assert_same(&before, &lab);
}

/// A file from Windows stays one: every byte of it, and new lines that end as its own.
#[test]
fn the_bytes_of_a_manifest_stay() {
    for theirs in [
        "\u{feff}# mine\r\n# old\n[variables]\r\na = 'b' # last",
        "\n# mine\r\n",
    ] {
        let lab = lab(GROUND);
        let manifest = lab.home().join(MANIFEST);
        fs::write(&manifest, theirs).unwrap();
        lab.lw_ok(&[COMMAND, &["--note", "two\nlines"]].concat());
        lab.sh("mkdir w");
        lab.lw_ok(&["move", "-y", "w", "dot", "--manifest", MANIFEST]);
        let text = leads_to(&lab, MANIFEST);
        let added = text.strip_prefix(theirs).unwrap();
        assert!(added.contains("[[move]]"), "{added}");
        let ends = added.matches('\n').count();
        assert_eq!(ends, added.matches("\r\n").count(), "{added:?}");
        lab.lw_ok(&["status", MANIFEST]);
        lab.lw_ok(&["undo"]);
        lab.lw_ok(&["undo"]);
        assert_eq!(leads_to(&lab, MANIFEST), theirs);
    }
}

/// They are the manifest's own: what is not listed any more is pruned, as if apply had made it.
#[test]
fn what_was_adopted_can_be_pruned() {
    let lab = lab(GROUND);
    lab.lw_ok(COMMAND);
    fs::write(lab.home().join(MANIFEST), "").unwrap();
    lab.lw_ok(&["apply", "-y", "--prune", MANIFEST]);
    assert!(lab.home().join(".vimrc").symlink_metadata().is_err());
    assert_eq!(leads_to(&lab, "dot/.vimrc"), "v\n");
}

#[test]
fn a_manifest_that_is_not_there_is_made() {
    let lab = lab("mkdir dot other; echo v > .vimrc");
    lab.lw_ok(&[
        "adopt",
        "-y",
        ".vimrc",
        "--into",
        "dot",
        "--manifest",
        "other/l.toml",
    ]);
    assert!(leads_to(&lab, "other/l.toml").contains("target = \"~/dot/.vimrc\""));
    lab.lw_ok(&["status", "other/l.toml"]);
    lab.lw_ok(&["undo"]);
    assert!(!lab.home().join("other/l.toml").exists());
}

#[test]
fn what_cannot_be_adopted_changes_nothing() {
    for (arguments, words) in [
        (&["gone", "--into", "dot"][..], "does not exist"),
        (&[".vimrc", "--into", "nowhere"], "does not exist"),
        (&[".vimrc", "--into", ".vimrc"], "no folder"),
        (&[".vimrc", "x/.vimrc", "--into", "dot"], "both would be"),
        (&[".vimrc", "--into", "taken"], "is already there"),
        (&["dot", "--into", "dot"], "dot"),
        (
            &[".vimrc", "--into", "dot", "--manifest", "bad.toml"],
            "line 1",
        ),
        (&["l", "--into", "dot"], "it is a link already"),
        (&["x", "x/.vimrc", "--into", "dot"], "it is in, or holds"),
        (
            &[".vimrc", "--into", "dot", "--manifest", "other.toml"],
            "listed there otherwise",
        ),
        (
            &[".vimrc", "--into", "dot", "--manifest", "latin.toml"],
            "not UTF-8",
        ),
    ] {
        let lab = lab(&format!(
            "{GROUND}\nmkdir x taken; echo w > x/.vimrc; echo t > taken/.vimrc; echo '[' > bad.toml; ln -s x l
printf \"[[link]]\\nlink='~/.vimrc'\\ntarget='x'\\n\" > other.toml; printf '# caf\\351\\n' > latin.toml"
        ));
        let before = ground::picture(&lab);
        let refused = lab.lw(&[&["adopt", "-y"], arguments].concat());
        assert_eq!(refused.code, Some(4), "{arguments:?}: {refused:#?}");
        assert!(
            refused.stderr.contains(words),
            "{arguments:?}: {}",
            refused.stderr
        );
        ground::assert_same(&before, &lab);
    }
}

/// Each unit is wholly before or after: nothing is lost, and `lw apply` finishes what was begun.
#[test]
fn killed_at_every_effect() {
    ground::kill_at_every_effect(GROUND, COMMAND, 8, |lab, what| {
        assert_eq!(leads_to(lab, ".vimrc"), "v\n", "{what}");
        assert_eq!(leads_to(lab, ".config/mpv/conf"), "m\n", "{what}");
        let text = leads_to(lab, MANIFEST);
        assert!(text.starts_with("# mine\n"), "{what}: {text}");
    });
}

/// What somebody writes into the manifest at the last moment stays.
#[test]
fn a_manifest_that_changes_meanwhile_is_not_displaced() {
    let clean = lab(GROUND);
    let effects = clean.lw_ok(COMMAND).effects;
    let write = effects
        .iter()
        .position(|line| line.contains("links.toml") && line.starts_with("write"));
    let n = write.unwrap() + 1;
    let lab = lab(GROUND);
    let script = format!(
        "echo '# theirs' >> '{}'",
        lab.home().join(MANIFEST).display()
    );
    let refused = lab.lw_with(COMMAND, &Fault::RunBefore(n, script));
    assert!(refused.hit && refused.code == Some(4), "{refused:#?}");
    assert!(leads_to(&lab, MANIFEST).ends_with("# theirs\n"));
    assert_eq!(leads_to(&lab, ".vimrc"), "v\n");
    assert!(!lab.home().join("dot/.vimrc").exists());
}

/// A move lists itself when told, once, and the next machine makes its link.
#[test]
fn a_move_is_listed_when_told() {
    let lab = lab("mkdir Cloud Projects; echo p > Projects/p");
    let before = ground::picture(&lab);
    const MOVE: &[&str] = &[
        "move",
        "-y",
        "Projects",
        "Cloud",
        "--manifest",
        "Cloud/links.toml",
    ];
    lab.lw_ok(MOVE);
    let text = "[[move]]\nsource = \"~/Projects\"\ndest = \"Projects\"\n";
    assert_eq!(leads_to(&lab, "Cloud/links.toml"), text);
    lab.lw_ok(&["status", "Cloud/links.toml"]);
    lab.lw_ok(&["bring-back", "-y", "Projects"]);
    lab.lw_ok(MOVE);
    assert_eq!(leads_to(&lab, "Cloud/links.toml"), text);
    for _ in 0..3 {
        lab.lw_ok(&["undo"]);
    }
    ground::assert_same(&before, &lab);
}

/// What was written into the manifest since is never taken back.
#[test]
fn undo_keeps_what_was_written_into_the_manifest_since() {
    let lab = lab(GROUND);
    lab.lw_ok(COMMAND);
    lab.sh("echo '# hours of notes' >> dot/links.toml");
    let before = ground::picture(&lab);
    let refused = lab.lw(&["undo"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("was written since"), "{refused:#?}");
    ground::assert_same(&before, &lab);
}
