//! Giving back in place: each thing by itself, names of one file as one file, folders with what belongs to them.

use std::os::unix::fs::MetadataExt as _;

use lw_testkit::{Fault, Lab, Picture};

use crate::ground::{TREE, assert_alike, inode, lab, stat, take, text, tree, without_counts};

const IN_PLACE: [&str; 4] = ["snapshot", "restore", "store/latest", "--in-place"];

const EPERM: i32 = 1;
const EIO: i32 = 5;
const EACCES: i32 = 13;
const ENOSPC: i32 = 28;

/// Returns what the source holds.
fn source(lab: &Lab) -> Picture {
    Picture::of(&lab.home().join("src"))
}

#[track_caller]
fn assert_same(a: &Picture, b: &Picture) {
    assert_eq!(a.differences(b), [] as [String; 0]);
}

/// Puts another byte into a file of a snapshot that has no guard.
fn damage(lab: &Lab, id: &str, path: &str) {
    lab.sh(&format!(
        "printf T | dd of=store/{id}/src/{path} conv=notrunc 2> /dev/null"
    ));
}

#[test]
fn what_is_damaged_stays_as_it_stands_and_the_rest_is_restored() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    let good = source(&lab);
    damage(&lab, &id, "d/two");
    lab.sh("echo bad > src/d/two; echo bad > src/none; rm src/d/link; rm -r src/empty");
    let bad = source(&lab);
    let outcome = lab.lw(&IN_PLACE);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(
        outcome.stderr.contains("src/d/two") && outcome.stderr.contains("not what was recorded"),
        "{outcome:#?}"
    );
    assert_eq!(text(&lab, "src/d/two"), "bad\n");
    let left = good.differences(&source(&lab));
    assert!(
        left.len() == 1 && left[0].starts_with("d/two:"),
        "{left:#?}"
    );
    // What was in place of `none`, and nothing of the others.
    assert_eq!(lab.leftovers().len(), 1, "{:?}", lab.leftovers());
    // Then there is nothing that could be done.
    let again = lab.lw(&IN_PLACE);
    assert_eq!(again.code, Some(4), "{again:#?}");
    assert!(again.stderr.contains("src/d/two"), "{again:#?}");
    lab.lw_ok(&["undo"]);
    assert_same(&bad, &source(&lab));
}

#[test]
fn what_is_damaged_and_missing_stays_missing() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    damage(&lab, &id, "d/two");
    lab.sh("rm src/d/two src/none");
    let outcome = lab.lw(&IN_PLACE);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(!lab.home().join("src/d/two").exists());
    assert_eq!(text(&lab, "src/none"), "");
    let json = lab.lw(&[&IN_PLACE[..], &["--json"]].concat());
    assert!(json.stdout.contains("\"type\":\"error\""), "{json:#?}");
}

#[test]
fn what_the_system_refuses_does_not_stop_the_rest() {
    for (effect, errno, code) in [
        ("exchange", EACCES, 3),
        ("restore file", EPERM, 3),
        // On a full disk the others would fare no better.
        ("exchange", ENOSPC, 4),
    ] {
        let lab = lab("mkdir src; for f in a b c; do echo $f > src/$f; done");
        take(&lab, &[]);
        lab.sh("for f in a b c; do echo bad > src/$f; done");
        let bad = source(&lab);
        let end = match effect {
            "exchange" => "src/a",
            _ => "building",
        };
        let fault = Fault::FailAt(effect.to_owned(), end.to_owned(), errno);
        let outcome = lab.lw_with(&IN_PLACE, &fault);
        assert!(outcome.hit, "{outcome:#?}");
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert!(outcome.stderr.contains("src/a"), "{outcome:#?}");
        assert_eq!(text(&lab, "src/a"), "bad\n");
        if code == 3 {
            assert_eq!(text(&lab, "src/b"), "b\n");
            assert_eq!(text(&lab, "src/c"), "c\n");
            lab.lw_ok(&["undo"]);
        }
        assert_same(&bad, &source(&lab));
        assert_eq!(lab.lw_ok(&["recover"]).stdout.lines().count(), 1);
    }
}

#[test]
fn without_the_folder_that_held_it_one_thing_is_left_out() {
    let lab = lab("mkdir -p src/d; echo a > src/d/a; echo b > src/b");
    take(&lab, &[]);
    lab.sh("rm -r src/d; echo bad > src/b");
    let wish = [&IN_PLACE[..], &["src/d/a", "src/b"]].concat();
    let shown = lab.lw_ok(&[&wish[..], &["-n"]].concat());
    assert!(shown.stdout.contains("not restored"), "{shown:#?}");
    let outcome = lab.lw(&wish);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(outcome.stderr.contains("src/d/a"), "{outcome:#?}");
    assert_eq!(text(&lab, "src/b"), "b\n");
    let again = lab.lw(&wish);
    assert_eq!(again.code, Some(4), "{again:#?}");
}

#[test]
fn into_a_folder_one_damaged_file_does_not_stop_the_rest() {
    let lab = lab(TREE);
    let id = take(&lab, &["--guard", "none"]);
    damage(&lab, &id, "d/two");
    let before = Picture::of(lab.home());
    let outcome = lab.lw(&[
        "snapshot",
        "restore",
        "store/latest",
        "d/two",
        "one",
        "--to",
        "out",
    ]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(!lab.home().join("out/two").exists());
    assert_eq!(text(&lab, "out/one"), "one\n");
    assert!(stat(&lab, "out").is_dir());
    lab.lw_ok(&["undo"]);
    assert_same(&before, &Picture::of(lab.home()));
    assert_alike(
        &lab.home().join("src/empty"),
        &tree(&lab, &id).join("empty"),
    );
}

/// Three names of one file, two of another, and files by themselves.
const NAMES: &str = "
mkdir -p src/d src/e; echo one > src/a; ln src/a src/d/b; ln src/a src/e/c
echo two > src/x; ln src/x src/d/y; echo alone > src/alone; echo alone > src/d/alone
touch -d '2001-02-03 04:05:06.5' src/a src/x src/alone src/d/alone
";

/// Fails unless the source is, also in which names are one file, what the snapshot was taken of.
#[track_caller]
fn assert_restored(lab: &Lab, good: &Picture, what: &str) {
    let mut now = without_counts(lab, &source(lab));
    now.retain(|line| !line.starts_with("more:"));
    assert_eq!(without_counts(lab, good), now, "{what}");
    for names in [&["src/a", "src/d/b", "src/e/c"][..], &["src/x", "src/d/y"]] {
        let inodes: Vec<u64> = names.iter().map(|name| inode(lab, name)).collect();
        assert!(
            inodes.iter().all(|other| *other == inodes[0]),
            "{what}: {names:?}"
        );
    }
    assert_ne!(inode(lab, "src/alone"), inode(lab, "src/d/alone"), "{what}");
}

#[test]
fn names_of_one_file_are_one_file_again() {
    // What happens to the source, and which name keeps its inode.
    for (change, keeps) in [
        ("rm src/d/b", "src/a"),
        ("rm src/a", "src/e/c"),
        ("rm src/a; echo other > src/a", "src/d/b"),
        ("cp -p src/a new; mv new src/a", "src/d/b"),
        ("echo other > src/a", ""),
        ("chmod 600 src/a", ""),
        ("rm src/a src/d/b src/e/c", ""),
        ("rm src/a; echo other > src/d/b", ""),
        (
            "cp -p src/a new; ln -f new src/a; rm new src/d/b src/e/c",
            "src/a",
        ),
        // Without a folder in which it has a name.
        ("rm -r src/d", "src/a"),
        ("rm -r src/d; echo file > src/d", "src/a"),
        ("rm -r src/d src/a src/x src/e/c", ""),
        ("rm -r src/d src/e src/x; echo other > src/a", ""),
        ("rm -r src/d src/e; rm src/x src/a", ""),
        // Names that are different files in the snapshot.
        ("ln -f src/alone src/d/alone", "src/alone"),
        ("ln -f src/alone src/d/alone; rm src/d/b", "src/a"),
        // A further name that the snapshot does not have keeps the file as it is.
        ("ln src/a more; rm src/d/b", ""),
        ("echo other > src/a; ln src/a src/d/more; rm src/d/more", ""),
        (
            "rm src/a; mkdir src/a; ln src/d/b src/a/in; rm src/a/in",
            "src/d/b",
        ),
    ] {
        let lab = lab(NAMES);
        take(&lab, &[]);
        let good = source(&lab);
        lab.sh(change);
        let bad = source(&lab);
        let kept = (!keeps.is_empty()).then(|| inode(&lab, keeps));
        lab.lw_ok(&IN_PLACE);
        assert_restored(&lab, &good, change);
        if let Some(kept) = kept {
            assert_eq!(kept, inode(&lab, keeps), "{change}: another inode");
        }
        let nothing = lab.lw_ok(&IN_PLACE);
        assert!(
            nothing.stdout.contains("Nothing to do"),
            "{change}: {nothing:#?}"
        );
        lab.lw_ok(&["undo"]);
        // What it made lies in quarantine, and may be a name of what was there.
        lab.lw_ok(&["purge", "--all", "--yes"]);
        let differences = bad.differences(&source(&lab));
        assert_eq!(differences, [] as [String; 0], "{change}");
        lab.lw_ok(&["snapshot", "verify", "--full", "store"]);
    }
}

#[test]
fn a_name_that_stays_is_never_linked_to_what_it_was_not() {
    let lab = lab(NAMES);
    take(&lab, &[]);
    lab.sh("ln src/a more; rm src/d/b; ln src/alone also");
    lab.lw_ok(&IN_PLACE);
    assert_ne!(inode(&lab, "src/d/b"), inode(&lab, "more"));
    assert_eq!(
        stat(&lab, "more").nlink(),
        1 + 2,
        "with those in quarantine"
    );
    // All of it is as recorded, so its further name is left to it.
    assert_eq!(inode(&lab, "src/alone"), inode(&lab, "also"));
}

#[test]
fn one_name_alone_is_linked_to_the_others_that_stand() {
    for (change, path) in [
        ("rm src/a", "src/a"),
        ("echo other > new; mv new src/d/b", "src/d/b"),
        ("rm -r src/d", "src/d"),
    ] {
        let lab = lab(NAMES);
        take(&lab, &[]);
        let good = source(&lab);
        let kept = inode(&lab, "src/e/c");
        lab.sh(change);
        lab.lw_ok(&[&IN_PLACE[..], &[path]].concat());
        assert_restored(&lab, &good, change);
        assert_eq!(inode(&lab, "src/e/c"), kept, "{change}");
    }
    // What does not stand as recorded is neither linked to nor changed.
    let lab = lab(NAMES);
    take(&lab, &[]);
    lab.sh("echo other > src/a");
    lab.lw_ok(&[&IN_PLACE[..], &["src/a"]].concat());
    assert_eq!(text(&lab, "src/a"), "one\n");
    assert_eq!(text(&lab, "src/d/b"), "other\n");
}

/// Returns mode, owner, time and attributes of each folder below the source.
fn folders(lab: &Lab) -> Vec<String> {
    let script = "cd \"$0\" && find . -type d | sort | while read -r d; do
        stat -c '%n %a %u:%g %.9Y' \"$d\"; getfattr -d -m - -e hex --absolute-names \"$d\" 2> /dev/null; done";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(lab.home().join("src"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

const FOLDERS: &str = "
mkdir -p src/d/e src/f src/g; echo one > src/d/one; echo two > src/d/e/two; echo x > src/f/x
setfattr -n user.kept -v old src/d 2> /dev/null; setfattr -n user.gone -v old src/d 2> /dev/null
chmod 2750 src/d; chmod 711 src/f
touch -d '2001-02-03 04:05:06.5' src/f src/g src/d/e src/d src
";

#[test]
fn folders_get_back_what_belongs_to_them() {
    for change in [
        "touch src/g",
        "chmod 700 src/d",
        "chmod 555 src/d/e src/d src",
        "setfattr -n user.kept -v new src/d; setfattr -x user.gone src/d; setfattr -n user.new -v x src/d",
        "setfacl -m u:1234:rwx src/f; setfacl -d -m u:1234:rwx src/f",
        "chmod 0 src/d/e; echo bad > src/f/x",
        "rm src/d/e/two; echo bad > src/d/one; chmod 1777 src/d",
        "rm -r src/d/e; chmod 700 src/d",
        "echo later > src/g/later",
    ] {
        let lab = lab(FOLDERS);
        take(&lab, &[]);
        let good = (source(&lab), folders(&lab));
        lab.sh(change);
        let bad = (source(&lab), folders(&lab));
        let shown = lab.lw_ok(&[&IN_PLACE[..], &["-n", "-v"]].concat());
        assert!(
            shown.stdout.contains("give the folder"),
            "{change}: {shown:#?}"
        );
        lab.lw_ok(&IN_PLACE);
        assert_eq!(good.1, folders(&lab), "{change}");
        let left = good.0.differences(&source(&lab));
        assert!(
            left.iter().all(|line| line.contains("later")),
            "{change}: {left:#?}"
        );
        let nothing = lab.lw_ok(&IN_PLACE);
        assert!(
            nothing.stdout.contains("Nothing to do"),
            "{change}: {nothing:#?}"
        );
        let undone = lab.lw_ok(&["undo"]);
        assert_same(&bad.0, &source(&lab));
        assert_eq!(bad.1, folders(&lab), "{change}: undone");
        let id = undone.stdout.trim().rsplit(' ').next().unwrap().to_owned();
        lab.lw_ok(&["undo", &id]);
        assert_eq!(good.1, folders(&lab), "{change}: undone twice");
    }
}

#[test]
fn what_a_folder_was_given_since_stays() {
    let lab = lab(FOLDERS);
    take(&lab, &[]);
    lab.sh("echo bad > src/d/one; chmod 700 src/d; chmod 700 src/f");
    let bad = source(&lab);
    lab.lw_ok(&IN_PLACE);
    lab.sh("chmod 770 src/f; touch src/d/later");
    let outcome = lab.lw_ok(&["undo"]);
    assert!(outcome.stderr.contains("src/f"), "{outcome:#?}");
    assert_eq!(stat(&lab, "src/f").mode() & 0o7777, 0o770);
    let left = bad.differences(&source(&lab));
    assert_eq!(left.len(), 2, "{left:#?}");
    // Its time tells of what came later.
    assert!(
        folders(&lab)
            .iter()
            .all(|line| !line.starts_with("./d ") || !line.contains("981173106"))
    );
}

#[test]
fn many_files_are_made_durable_together() {
    const FILES: usize = 200;
    let lab = lab(&format!(
        "mkdir src; for n in $(seq {FILES}); do echo good > src/$n; done"
    ));
    take(&lab, &[]);
    let good = source(&lab);
    lab.sh(&format!(
        "for n in $(seq {FILES}); do echo bad > src/$n; done"
    ));
    let bad = source(&lab);
    let outcome = lab.lw_ok(&IN_PLACE);
    assert_same(&good, &source(&lab));
    let is_sync = |effect: &&String| effect.contains("sync ");
    let syncs: Vec<&String> = outcome.effects.iter().filter(is_sync).collect();
    assert!(!syncs.is_empty() && syncs.len() < FILES / 10, "{syncs:#?}");
    lab.lw_ok(&["undo"]);
    assert_same(&bad, &source(&lab));
}

/// A file that is damaged in the store, names of one file of which one is missing and one differs, a folder whose facts
/// changed, one that is missing with a further name in it, and plain files.
fn mixture() -> Lab {
    let lab = lab("
        mkdir -p src/d/e src/m; echo one > src/a; ln src/a src/d/b; ln src/a src/d/e/c; ln src/a src/m/h; echo two > src/x
        ln src/x src/y; echo hurt > src/hurt; echo plain > src/d/plain; ln -s plain src/d/link
        setfattr -n user.kept -v old src/d; chmod 750 src/d
        touch -d '2001-02-03 04:05:06.5' src/a src/x src/d/e src/d src/m src");
    let id = take(&lab, &["--guard", "none"]);
    damage(&lab, &id, "hurt");
    lab.sh("rm src/a; rm src/d/b; echo other > src/d/b; rm -r src/m; echo bad > src/x; echo bad > src/hurt; rm src/d/plain
        ln -sfn bad src/d/link; chmod 700 src/d; setfattr -n user.kept -v new src/d; touch src/d/e");
    lab
}

#[test]
fn killed_or_failing_at_every_effect() {
    let clean = mixture();
    let bad = (without_counts(&clean, &source(&clean)), folders(&clean));
    let done = clean.lw(&IN_PLACE);
    assert_eq!(done.code, Some(3), "{done:#?}");
    assert_eq!(text(&clean, "src/hurt"), "bad\n");
    let after = source(&clean).shape(clean.home());
    let good_folders = folders(&clean);
    clean.lw_ok(&["undo"]);
    assert_eq!(bad.0, without_counts(&clean, &source(&clean)));
    assert_eq!(bad.1, folders(&clean));
    let count = done.effects.len();
    let first = [Fault::KillBefore(1)].into_iter();
    let each = (1..=count).flat_map(|n| [Fault::KillAfter(n), Fault::FailOnce(n, EIO)]);
    let full = (1..=count).step_by(3).map(|n| Fault::FailFrom(n, ENOSPC));
    let faults = first.chain(each).chain(full);
    for fault in faults {
        let lab = mixture();
        let (before, before_folders) = (source(&lab).shape(lab.home()), folders(&lab));
        let outcome = lab.lw_with(&IN_PLACE, &fault);
        let what = format!("{fault:?} {:?}", outcome.effects.last());
        if !outcome.hit {
            // Where other units fail, there is less to do.
            continue;
        }
        assert_ne!(outcome.code, Some(101), "{what}: {outcome:#?}");
        let recovered = lab.lw(&["recover"]);
        assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
        let now = source(&lab).shape(lab.home());
        assert_eq!(
            now.paths_unlike_both(&before, &after),
            [] as [std::path::PathBuf; 0],
            "{what}: neither before nor after"
        );
        let of_either = |line: &String| {
            let line = without_time(line);
            let mut all = before_folders.iter().chain(&good_folders);
            all.any(|other| without_time(other) == line)
        };
        let now_folders = folders(&lab);
        assert!(
            now_folders.iter().all(of_either),
            "{what}: {now_folders:#?}"
        );
        lab.lw(&IN_PLACE);
        let now = source(&lab).shape(lab.home());
        assert_eq!(
            without_counts(&clean, &after),
            without_counts(&lab, &now),
            "{what}"
        );
        assert_eq!(good_folders, folders(&lab), "{what}");
        for names in [
            &["src/a", "src/d/b", "src/d/e/c", "src/m/h"][..],
            &["src/x", "src/y"],
        ] {
            let inodes: Vec<u64> = names.iter().map(|name| inode(&lab, name)).collect();
            assert!(
                inodes.iter().all(|other| *other == inodes[0]),
                "{what}: {names:?}"
            );
        }
    }
}

fn without_time(line: &str) -> &str {
    match line.starts_with('.') {
        true => line.rsplit_once(' ').map_or(line, |(rest, _)| rest),
        false => line,
    }
}

#[test]
fn links_with_the_texts_of_the_store_are_restored_once() {
    let lab = lab("mkdir -p src/d; echo one > src/one; ln -s \"$PWD/src/one\" src/d/link");
    take(&lab, &["--links", "rebase"]);
    let link = || std::fs::read_link(lab.home().join("src/d/link")).unwrap();
    let was = link();
    let wish = [&IN_PLACE[..], &["--links-as", "content"]].concat();
    lab.lw_ok(&wish);
    assert_eq!(link().to_str(), Some("../../src/one"));
    let again = lab.lw_ok(&wish);
    assert!(again.stdout.contains("Nothing to do"), "{again:#?}");
    lab.lw_ok(&IN_PLACE);
    assert_eq!(link(), was);
    let again = lab.lw_ok(&IN_PLACE);
    assert!(again.stdout.contains("Nothing to do"), "{again:#?}");
}
