//! Manifests: what is listed is brought about, kept in step, and taken back.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod adopted;
mod bad;
mod capitals;
mod chains;
mod drift;
mod folders;
mod ground;
mod imported;
mod killed;
mod machines;
mod random;
mod saved_over;
mod shared;
mod trees;

use std::fs;

use ground::{MANIFEST, lab, leads_to};

/// Everything a manifest can list is made, found in step, and taken back to the byte.
#[test]
fn what_is_listed_is_brought_about_and_taken_back() {
    let lab = lab(r#"
mkdir -p dot/vim dot/sh data Cloud Work; echo v > dot/vim/vimrc; echo s > dot/sh/dot-profile
echo d > data/file; echo w > Work/w
cat > dot/links.toml <<'E'
[variables]
cloud = "~/Cloud"
[[link]]
link = "~/.vimrc"
target = "vim/vimrc"
form = "relative"
note = "the editor"
[[link]]
link = "~/.local/share/one"
target = "../data/file"
kind = "hard"
[[tree]]
source = "sh"
into = "~"
dot-names = true
[[move]]
source = "~/Work"
dest = "$cloud/Work"
[[link]]
link = "~/w"
target = "$cloud/Work/w"
[[link]]
link = "~/never"
target = "nothing"
when = { os = "windows" }
E"#);
    let before = ground::picture(&lab);
    let status = lab.lw(&["status", MANIFEST]);
    assert_eq!(status.code, Some(1), "{status:#?}");
    assert_eq!(status.stdout.lines().count(), 5, "{status:#?}");
    let dry = lab.lw_ok(&["apply", "-n", MANIFEST]);
    assert!(dry.stdout.contains("make the folder"), "{dry:#?}");
    ground::assert_same(&before, &lab);
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert_eq!(
        fs::read_link(lab.home().join(".vimrc")).unwrap(),
        std::path::Path::new("dot/vim/vimrc")
    );
    assert_eq!(leads_to(&lab, ".profile"), "s\n");
    assert_eq!(leads_to(&lab, "Work/w"), "w\n");
    assert_eq!(leads_to(&lab, "w"), "w\n");
    assert!(lab.home().join("Cloud/Work/w").is_file());
    assert!(lab.home().join("never").symlink_metadata().is_err());
    use std::os::unix::fs::MetadataExt as _;
    assert_eq!(
        fs::metadata(lab.home().join("data/file")).unwrap().nlink(),
        2
    );
    let status = lab.lw_ok(&["status", MANIFEST]);
    assert_eq!(status.stdout, "", "{status:#?}");
    let again = lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
    lab.lw_ok(&["undo"]);
    ground::assert_same_content(&before, &lab);
}

/// An entry that changed re-aims its own link; one that is gone goes with --prune, with the folders made for it.
#[test]
fn a_changed_manifest_changes_its_own_links_alone() {
    let lab = lab("mkdir dot; echo 1 > dot/one; echo 2 > dot/two; ln -s dot/one foreign");
    let list = |text: &str| fs::write(lab.home().join(MANIFEST), text).unwrap();
    list("[[link]]\nlink = '~/a/b/l'\ntarget = 'one'\n[[link]]\nlink = '~/m'\ntarget = 'one'\n");
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert_eq!(leads_to(&lab, "a/b/l"), "1\n");
    list("[[link]]\nlink = '~/m'\ntarget = 'two'\n");
    let status = lab.lw(&["status", MANIFEST]);
    assert!(status.stdout.contains("unlisted"), "{status:#?}");
    assert!(status.stdout.contains("differs"), "{status:#?}");
    let kept = lab.lw_ok(&["apply", "-y", MANIFEST]);
    assert!(kept.stderr.contains("--prune removes it"), "{kept:#?}");
    assert_eq!(leads_to(&lab, "m"), "2\n");
    assert_eq!(leads_to(&lab, "a/b/l"), "1\n");
    lab.lw_ok(&["apply", "-y", "--prune", MANIFEST]);
    assert!(lab.home().join("a").symlink_metadata().is_err());
    lab.lw_ok(&["status", MANIFEST]);
    // Another's link is not touched, nor is one that somebody led elsewhere since.
    list("[[link]]\nlink = '~/foreign'\ntarget = 'two'\n[[link]]\nlink = '~/m'\ntarget = 'one'\n");
    lab.sh("ln -sfn dot m");
    let refused = lab.lw(&["apply", "-y", MANIFEST]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(
        refused.stderr.contains("'") && refused.stderr.matches("is in the way").count() == 2,
        "{refused:#?}"
    );
    assert_eq!(leads_to(&lab, "foreign"), "1\n");
    lab.lw_ok(&["apply", "-y", "--replace", MANIFEST]);
    assert_eq!(leads_to(&lab, "foreign"), "2\n");
    lab.lw_ok(&["undo"]);
    assert_eq!(leads_to(&lab, "foreign"), "1\n");
}

/// What is exported makes the same links on an empty machine.
#[test]
fn what_is_exported_can_be_applied_elsewhere() {
    let script = "mkdir -p dot/x sub; echo 1 > dot/one; echo 2 > 'dot/t$wo'";
    let lab_a = lab(script);
    lab_a.lw_ok(&["link", "dot/one", "sub/l", "--note", "so | \"it\" is"]);
    lab_a.lw_ok(&["link", "dot/t$wo", "h", "--hard"]);
    lab_a.lw_ok(&["link", "dot/x", "gone"]);
    lab_a.sh("rm gone");
    let toml = lab_a.lw_ok(&["export"]);
    assert!(toml.stderr.contains("left out: 1 link"), "{toml:#?}");
    let lab_b = lab(script);
    fs::write(lab_b.home().join("links.toml"), &toml.stdout).unwrap();
    lab_b.lw_ok(&["apply", "-y"]);
    let links = |lab: &lw_testkit::Lab| {
        (
            fs::read_link(lab.home().join("sub/l")).unwrap(),
            leads_to(lab, "h"),
        )
    };
    assert_eq!(links(&lab_a).1, links(&lab_b).1);
    assert_eq!(links(&lab_a).0.is_relative(), links(&lab_b).0.is_relative());
    assert_eq!(leads_to(&lab_b, "sub/l"), "1\n");
    let markdown = lab_a.lw_ok(&["export", "--format", "markdown"]);
    assert!(markdown.stdout.contains(r"so \| "), "{markdown:#?}");
    let csv = lab_a.lw_ok(&["export", "--format", "csv"]);
    assert!(csv.stdout.contains("\"so | \"\"it\"\" is\""), "{csv:#?}");
    let json = lab_a.lw_ok(&["export", "--format", "json"]);
    assert_eq!(json.stdout.lines().count(), 2, "{json:#?}");
}
