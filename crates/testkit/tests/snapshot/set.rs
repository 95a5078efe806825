//! Set files: what they say is done, and nothing is removed that they do not speak of.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use lw_testkit::{Fault, Lab, Outcome};

use crate::ground::{TREE, assert_alike, assert_sound, ids, lab, newest, number, picture, tree};

const SET: &str = "sets/snapshot.toml";

/// A lab with something to take and a set file in another folder.
fn ground(set: &str) -> Lab {
    let lab = lab(&format!("{TREE} mkdir -p sets other; echo y > other/y"));
    write(&lab, set);
    lab
}

fn write(lab: &Lab, set: &str) {
    fs::write(lab.home().join(SET), set).unwrap();
}

fn run(lab: &Lab, more: &[&str]) -> Outcome {
    let mut arguments = vec!["snapshot", "run", SET];
    arguments.extend(more);
    lab.lw(&arguments)
}

fn run_ok(lab: &Lab, more: &[&str]) -> Outcome {
    let outcome = run(lab, more);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    outcome
}

#[test]
fn a_snapshot_is_taken_as_the_file_says() {
    let lab = ground(
        "store = \"../store\"\nsources = [\"~/src\", \"../other\"]\nexclude = [\"holes\", \"d/e\"]\n\
         tag = [\"a\", \"b c\"]\nguard = \"none\"\nlinks = \"skip\"\nlinks-at = \"*=skip\"\n\
         cross-mounts = true\nshare = \"auto\"\n",
    );
    // Paths count from the file's folder, wherever one is.
    lab.sh("mkdir elsewhere; cd elsewhere; lw snapshot run ../sets/snapshot.toml");
    let id = newest(&lab);
    let shown = lab.lw_ok(&["snapshot", "show", "--json", "store/latest"]);
    let object: serde_json::Value =
        serde_json::from_str(shown.stdout.lines().next().unwrap()).unwrap();
    let home = lab.home().to_str().unwrap();
    let expected = serde_json::json!([format!("{home}/src"), format!("{home}/other")]);
    assert_eq!(object["sources"], expected);
    assert_eq!(object["tags"], serde_json::json!(["a", "b c"]));
    assert_eq!(object["guard"], "none");
    assert_eq!(object["links_policy"], "skip");
    assert_eq!(object["links_at"][0]["pattern"], "*");
    assert_eq!(object["cross_mounts"], true);
    let taken = tree(&lab, &id);
    for (path, is_there) in [
        ("one", true),
        ("holes", false),
        ("d/e", false),
        ("d/two", true),
        ("d/link", false),
        ("../other/y", true),
    ] {
        let found = fs::symlink_metadata(taken.join(path)).is_ok();
        assert_eq!(found, is_there, "{path}");
    }
    let mode = fs::metadata(taken.join("d")).unwrap().permissions().mode();
    assert_eq!(mode & 0o200, 0o200);
    assert_sound(&lab);
    // Without [keep] nothing goes; what did not change is linked.
    let second = run_ok(&lab, &["--json"]);
    assert_eq!(number(&second, "copied"), 0, "{second:#?}");
    assert_eq!(ids(&lab).len(), 2);
}

#[test]
fn variables_and_links_to_the_file() {
    let lab = ground("store = \"$AT/store\"\nsources = \"${AT}/src\"\nguard = \"none\"\n");
    lab.sh("ln -s sets/snapshot.toml here; AT=$HOME lw snapshot run here");
    assert_alike(&lab.home().join("src"), &tree(&lab, &newest(&lab)));
    let unknown = run(&lab, &[]);
    assert_eq!(unknown.code, Some(4), "{unknown:#?}");
    let words = "the environment does not say what ${AT} is";
    assert!(unknown.stderr.contains(words), "{unknown:#?}");
    assert!(
        unknown.stderr.contains("cannot run line 1 of "),
        "{unknown:#?}"
    );
    assert_eq!(ids(&lab).len(), 1);
}

#[test]
fn what_the_file_does_not_keep_goes() {
    let lab =
        ground("store = \"../store\"\nsources = \"../src\"\n[keep]\nlast = 2\ntags = \"x\"\n");
    lab.lw_ok(&["snapshot", "take", "src", "store", "--tag", "x"]);
    lab.lw_ok(&["snapshot", "take", "src", "store", "--tag", "pin"]);
    let marked = ids(&lab);
    let plain: Vec<String> = (0..2)
        .map(|_| {
            run_ok(&lab, &[]);
            newest(&lab)
        })
        .collect();
    assert_eq!(ids(&lab), [&marked[..], &plain[..]].concat());
    // What would be: the snapshot that is to come counts.
    let shown = run_ok(&lab, &["-n"]);
    assert!(shown.stdout.contains("Take the snapshot"), "{shown:#?}");
    let line = |id: &str| {
        let mut lines = shown.stdout.lines();
        let line = lines.find(|line| line.contains(&format!("/store/{id}'  ")));
        line.unwrap_or_else(|| panic!("{id}: {shown:#?}"))
            .to_owned()
    };
    assert!(line(&marked[0]).ends_with("stays (tag)"));
    assert!(line(&marked[1]).ends_with("stays (pinned)"));
    assert!(line(&plain[0]).ends_with("goes"));
    assert!(line(&plain[1]).ends_with("stays (last)"));
    assert_eq!(ids(&lab).len(), 4);
    let kept = picture(&lab, &plain[1]);
    // Nobody is asked, and it is said.
    let outcome = run_ok(&lab, &[]);
    let removed = format!(
        "Removed the snapshot '{}/store/{}'",
        lab.home().display(),
        plain[0]
    );
    assert!(outcome.stdout.contains(&removed), "{outcome:#?}");
    assert_eq!(outcome.stdout.matches("Removed").count(), 1, "{outcome:#?}");
    let now = ids(&lab);
    assert_eq!(now[..3], [&marked[..], &plain[1..]].concat());
    assert_eq!(now.len(), 4);
    assert_eq!(picture(&lab, &plain[1]), kept);
    assert_sound(&lab);
}

#[test]
fn what_holds_something_else_stays() {
    let lab = ground("store = \"../store\"\nsources = [\"../src\"]\n[keep]\nlast = 1\n");
    lab.lw_ok(&["snapshot", "take", "other", "store"]);
    lab.lw_ok(&["snapshot", "take", "src", "other", "store"]);
    let others = ids(&lab);
    run_ok(&lab, &[]);
    let outcome = run_ok(&lab, &[]);
    let words = "note: 2 snapshots stay of other sources or with other excludes";
    assert!(outcome.stderr.contains(words), "{outcome:#?}");
    assert_eq!(ids(&lab)[..2], others);
    assert_eq!(ids(&lab).len(), 3);
    let shown = run_ok(&lab, &["-n"]);
    assert_eq!(shown.stdout.matches("stays (not of this set)").count(), 2);
    // What was taken with other excludes may hold what the file leaves out.
    write(
        &lab,
        "store = \"../store\"\nsources = [\"../src\"]\nexclude = [\"none\"]\n[keep]\nlast = 1\n",
    );
    run_ok(&lab, &[]);
    assert_eq!(ids(&lab).len(), 4);
    // With other sources, only what holds just these.
    write(
        &lab,
        "store = \"../store\"\nsources = [\"../other\", \"../src\"]\n[keep]\nlast = 1\n",
    );
    run_ok(&lab, &[]);
    assert_eq!(ids(&lab).len(), 4);
    assert!(!ids(&lab).contains(&others[1]), "{:?}", ids(&lab));
    assert_sound(&lab);
}

#[test]
fn nothing_goes_after_a_snapshot_that_is_not_whole() {
    let set = "store = \"../store\"\nsources = \"../src\"\n[keep]\nlast = 1\n";
    let lab = ground(set);
    run_ok(&lab, &[]);
    let first = ids(&lab);
    // Nothing is left of what was there.
    lab.sh("mv src away; mkdir src");
    let empty = run(&lab, &[]);
    assert_eq!(empty.code, Some(4), "{empty:#?}");
    assert_eq!(ids(&lab), first);
    lab.sh("rmdir src");
    let gone = run(&lab, &[]);
    assert_eq!(gone.code, Some(4), "{gone:#?}");
    assert_eq!(ids(&lab), first);
    lab.sh("mv away src");
    let killed = lab.lw_with(&["snapshot", "run", SET], &Fault::KillBefore(9));
    assert!(killed.hit, "{killed:#?}");
    assert_eq!(ids(&lab), first);
    run_ok(&lab, &[]);
    let second = ids(&lab);
    assert_eq!(second.len(), 1);
    assert_ne!(second, first);
    assert_sound(&lab);
}

#[test]
fn nothing_goes_after_a_snapshot_that_lacks_something() {
    let ready = || {
        let lab = lab("mkdir -p src sets; echo x > src/x; echo y > src/y");
        write(
            &lab,
            "store = \"../store\"\nsources = \"../src\"\n[keep]\nlast = 1\n",
        );
        run_ok(&lab, &[]);
        lab.sh("echo more >> src/x");
        lab
    };
    let effects = run_ok(&ready(), &[]).effects;
    let is_taken = |line: &String| line.starts_with("take file") && line.ends_with("/x");
    let at = effects.iter().position(is_taken).unwrap();
    let growing = Fault::RunFrom(at + 1, "echo more >> src/x".to_owned());
    let lab = ready();
    let outcome = lab.lw_with(&["snapshot", "run", SET], &growing);
    assert_eq!((outcome.hit, outcome.code), (true, Some(3)), "{outcome:#?}");
    let words = "note: no snapshot was removed";
    assert!(outcome.stderr.contains(words), "{outcome:#?}");
    assert_eq!(ids(&lab).len(), 2);
    run_ok(&lab, &[]);
    assert_eq!(ids(&lab).len(), 1);
}

#[test]
fn no_new_store_where_the_disk_is_not_there() {
    let lab = ground("store = \"../disk/store\"\nsources = \"../src\"\n");
    lab.sh("mkdir -p disk/store");
    let outcome = run(&lab, &["--no-new-store"]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(
        outcome.stderr.contains("it is no store of snapshots"),
        "{outcome:#?}"
    );
    assert_eq!(
        fs::read_dir(lab.home().join("disk/store")).unwrap().count(),
        0
    );
    run_ok(&lab, &[]);
    run_ok(&lab, &["--no-new-store"]);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let lab = ground("store = \"s\"\nsuorces = \"../src\"\n");
    let cases = [
        (
            "store = \"../store\"\nsources = \"../src\"\nsuorces = 1\n",
            "line 3, column 1",
        ),
        (
            "store = \"../store\"\nsources = \"../src\"\n[keep]\n",
            "keeps nothing",
        ),
        (
            "store = \"../store\"\nsources = \"../src\"\nexclude = \"[a\"\n",
            "line 3, column 11",
        ),
        (
            "store = \"../store\"\nsources = \"~bob/src\"\n",
            "cannot run line 2 of ",
        ),
        (
            "store = \"dropbox:store\"\nsources = \"../src\"\n",
            "ropbox",
        ),
    ];
    for (set, words) in cases {
        write(&lab, set);
        let outcome = run(&lab, &[]);
        assert_eq!(outcome.code, Some(4), "{set}: {outcome:#?}");
        assert!(outcome.stderr.contains(words), "{set}: {outcome:#?}");
        let state = "state: nothing was changed";
        assert!(outcome.stderr.contains(state), "{set}: {outcome:#?}");
    }
    let missing = lab.lw(&["snapshot", "run", "nowhere.toml"]);
    assert_eq!(missing.code, Some(4), "{missing:#?}");
}

#[test]
fn killed_while_old_ones_are_removed() {
    let set = "store = \"../store\"\nsources = \"../src\"\nguard = \"none\"\n[keep]\nlast = 1\n";
    let command = ["snapshot", "run", SET];
    let ready = || {
        let lab = ground(set);
        run_ok(&lab, &[]);
        lab.sh("echo more >> src/one");
        lab
    };
    let effects = ready().lw_ok(&command).effects;
    let removing = effects
        .iter()
        .position(|effect| effect.contains("/store/.store/trash"));
    let removing = removing.unwrap_or_else(|| panic!("{effects:#?}"));
    // The snapshot itself is killed elsewhere.
    for n in removing..=effects.len() {
        let what = effects.get(n - 1);
        let lab = ready();
        assert!(lab.lw_with(&command, &Fault::KillAfter(n)).hit, "{what:?}");
        assert!(!ids(&lab).is_empty(), "{what:?}");
        assert_sound(&lab);
        run_ok(&lab, &[]);
        assert_eq!(ids(&lab).len(), 1, "{what:?}");
        assert_alike(&lab.home().join("src"), &tree(&lab, &newest(&lab)));
        let left = fs::read_dir(lab.home().join("store/.store/trash")).unwrap();
        assert_eq!(left.count(), 0, "{what:?}");
    }
}
