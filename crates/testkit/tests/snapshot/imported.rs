//! What rsync --link-dest has kept becomes snapshots, by further names, and is not changed.

use std::fs;
use std::path::Path;

use lw_testkit::{Fault, Lab};

use crate::ground::{TREE, assert_alike, assert_sound, ids, inode, lab, number, take, text, tree};

const IMPORT: &[&str] = &[
    "snapshot",
    "import",
    "old/daily.2/src",
    "old/daily.1/src",
    "old/daily.0/src",
    "store",
    "--as",
    "src",
    "-y",
    "--json",
];

/// A store as rsnapshot makes it: three copies of `src` over time, the last one as it is now.
fn ground() -> Lab {
    let lab = lab(TREE);
    lab.sh("mkdir old; \
         rsync -aH src old/daily.2/; \
         echo TWO > src/d/two; \
         rsync -aH --link-dest=$PWD/old/daily.2 src old/daily.1/; \
         echo new > src/new; ln src/new src/d/new; rm src/d/link; mv src/holes src/moved; \
         rsync -aH --link-dest=$PWD/old/daily.1 src old/daily.0/; \
         ln old/daily.1/src/holes old/daily.0/src/empty/holes; \
         for n in 2 1 0; do touch -d \"2026-01-0$((5 - n)) 01:02:03.5\" old/daily.$n/src; done");
    lab
}

fn said(lab: &Lab, script: &str) -> String {
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", script]).current_dir(lab.home()).output();
    String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
}

/// Returns all that can be seen of the old store, but how many names its files have, and when they got another one.
fn old(lab: &Lab) -> String {
    said(
        lab,
        "cd old && find . -printf '%p %y %m %U %G %s %T@ %i %l\\n' | sort; find . -type f -exec sha256sum {} + | sort",
    )
}

fn old_tree(lab: &Lab, number: usize) -> std::path::PathBuf {
    lab.home().join(format!("old/daily.{number}/src"))
}

/// Fails unless each file of a snapshot is a further name of the one in the old store.
fn assert_shares(lab: &Lab, number: usize, id: &str) {
    let names = |root: &str| {
        said(
            lab,
            &format!("cd {root} && find . ! -type d -printf '%p %i\\n' | sort"),
        )
    };
    assert_eq!(
        names(&format!("old/daily.{number}/src")),
        names(&format!("store/{id}/src"))
    );
}

#[test]
fn what_was_kept_becomes_snapshots_and_stays() {
    let lab = ground();
    let before = old(&lab);
    let shown = lab.lw_ok(&[
        "snapshot",
        "import",
        "-n",
        "old/daily.2/src",
        "store",
        "--as",
        "src",
    ]);
    assert!(shown.stdout.contains("must not be run"), "{shown:#?}");
    assert!(shown.effects.is_empty());
    let outcome = lab.lw_ok(IMPORT);
    assert_eq!(old(&lab), before);
    let ids = ids(&lab);
    assert_eq!(ids.len(), 3, "{outcome:#?}");
    assert_eq!(crate::ground::newest(&lab), ids[2]);
    for (number, id) in [2, 1, 0].into_iter().zip(&ids) {
        assert_alike_unguarded(&old_tree(&lab, number), &tree(&lab, id));
        assert_shares(&lab, number, id);
    }
    assert_sound(&lab);
    // Nothing that an earlier one has is read once more.
    assert_eq!(
        (number(&outcome, "copied"), number(&outcome, "copied_bytes")),
        (0, 0)
    );
    assert_eq!(number(&outcome, "cloned"), 2, "{outcome:#?}");
    let differences = lab.lw_ok(&[
        "snapshot",
        "diff",
        &format!("store/{}", ids[0]),
        &format!("store/{}", ids[1]),
    ]);
    assert!(
        differences.stdout.contains("M 'src/d/two'"),
        "{differences:#?}"
    );
    // The old store goes, the snapshots stay, and are given back.
    lab.sh("rm -rf old");
    assert_sound(&lab);
    lab.lw_ok(&[
        "snapshot",
        "restore",
        &format!("store/{}", ids[1]),
        "--to",
        "out",
    ]);
    assert_eq!(text(&lab, "out/src/d/two"), "TWO\n");
    lab.lw_ok(&["snapshot", "forget", "-y", "store", "--keep-last", "1"]);
    assert_sound(&lab);
}

/// As [`assert_alike`], but for the folders' permission to write.
fn assert_alike_unguarded(a: &Path, b: &Path) {
    let differences = lw_testkit::rsync_differences(a, b);
    let others: Vec<&String> = differences
        .iter()
        .filter(|line| !line.starts_with(".d...p...."))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn the_first_snapshot_of_the_source_links_to_what_was_imported() {
    let lab = ground();
    lab.lw_ok(IMPORT);
    let imported = crate::ground::newest(&lab);
    lab.sh("chmod 600 src/d/two; echo more >> src/new");
    let outcome = lab.lw_ok(&[
        "snapshot", "take", "src", "store", "--json", "--guard", "none",
    ]);
    // One has another mode, one another content; all else is what the old store had.
    assert_eq!(number(&outcome, "copied"), 2, "{outcome:#?}");
    let id = crate::ground::newest(&lab);
    assert_alike(&lab.home().join("src"), &tree(&lab, &id));
    let in_both =
        |name: &str| [&imported, &id].map(|id| inode(&lab, &format!("store/{id}/src/{name}")));
    let [a, b] = in_both("one");
    assert_eq!(a, b);
    let [a, b] = in_both("d/two");
    assert_ne!(a, b);
    // What the old store shares has kept its mode.
    assert_eq!(
        crate::ground::stat(&lab, "old/daily.0/src/d/two").ino_and_mode(),
        (a, 0o640)
    );
    assert_sound(&lab);
    // The second one does so without reading.
    let outcome = lab.lw_ok(&["snapshot", "take", "src", "store", "--json"]);
    assert_eq!(number(&outcome, "copied"), 0, "{outcome:#?}");
}

trait InoAndMode {
    fn ino_and_mode(&self) -> (u64, u32);
}

impl InoAndMode for fs::Metadata {
    fn ino_and_mode(&self) -> (u64, u32) {
        use std::os::unix::fs::MetadataExt as _;
        (self.ino(), self.mode() & 0o7777)
    }
}

/// Fails if more than one file of a snapshot is another one than in the old store.
fn assert_shares_but_one(lab: &Lab, number: usize, id: &str) {
    let inodes = |root: &str| {
        let listed = said(
            lab,
            &format!("cd {root} && find . ! -type d -printf '%i\\n' | sort -u"),
        );
        listed.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let there = inodes(&format!("old/daily.{number}/src"));
    let here = inodes(&format!("store/{id}/src"));
    let others = here.iter().filter(|inode| !there.contains(inode)).count();
    assert!(others <= 1, "{here:?} {there:?}");
}

/// Rule 1 also where what was imported is itself taken later on: its files are those of the store.
#[test]
fn no_inode_is_shared_with_what_was_imported_and_is_taken() {
    let lab = ground();
    lab.lw_ok(IMPORT);
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    for _ in 0..2 {
        lab.lw_ok(&["snapshot", "take", "old/daily.0/src", "store"]);
        let id = crate::ground::newest(&lab);
        let of = |root: &str| {
            said(
                &lab,
                &format!("find {root} -type f -printf '%i\\n' | sort -u"),
            )
        };
        let (here, there) = (of("old/daily.0/src"), of(&format!("store/{id}/src")));
        assert!(!here.is_empty());
        let shared: Vec<&str> = there
            .lines()
            .filter(|inode| here.lines().any(|own| own == *inode))
            .collect();
        assert_eq!(shared, [] as [&str; 0]);
        assert_alike_unguarded(&old_tree(&lab, 0), &tree(&lab, &id));
    }
    assert_sound(&lab);
}

/// What can have no further name is copied, and counted.
#[test]
fn a_file_with_as_many_names_as_it_can_have_is_copied() {
    const EMLINK: i32 = 31;
    let clean = ground().lw_ok(IMPORT).effects;
    let links = clean.iter().filter_map(|line| {
        let path = line.strip_prefix("take by link\t")?;
        path.split_once("/staging/").map(|(_, end)| end)
    });
    // A line tells no name with a line break or of other bytes than text.
    let links = links.filter(|end| !end.contains("odd-"));
    for link in links.step_by(5) {
        let lab = ground();
        let before = old(&lab);
        let outcome = lab.lw_with(
            IMPORT,
            &Fault::FailAt("take by link".to_owned(), link.to_owned(), EMLINK),
        );
        assert!(outcome.hit, "{link}: {outcome:#?}");
        assert_eq!(outcome.code, Some(0), "{link}: {outcome:#?}");
        let snapshots = outcome.stdout.lines().filter_map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            object["not_linked"].as_u64()
        });
        assert_eq!(snapshots.sum::<u64>(), 1, "{link}");
        assert_eq!(old(&lab), before, "{link}");
        for (number, id) in [2, 1, 0].into_iter().zip(ids(&lab)) {
            // Which names are one file is known all the same.
            let (from, to) = (format!("store/{id}"), format!("out{number}"));
            lab.lw_ok(&["snapshot", "restore", &from, "--to", &to]);
            assert_alike(&old_tree(&lab, number), &lab.home().join(to).join("src"));
            assert_shares_but_one(&lab, number, &id);
        }
        assert_sound(&lab);
    }
}

#[test]
fn times_are_those_of_the_folders_or_as_told() {
    let lab = ground();
    lab.sh("touch -d '2020-01-02 03:04:05Z' old/daily.2/src");
    lab.lw_ok(&[
        "snapshot",
        "import",
        "-y",
        "old/daily.2/src",
        "store",
        "--as",
        "src",
    ]);
    assert_eq!(ids(&lab), ["2020-01-02T030405Z"]);
    lab.lw_ok(&[
        "snapshot",
        "import",
        "-y",
        "old/daily.1/src",
        "old/daily.0/src",
        "store",
        "--as",
        "src",
        "--time",
        "2021-01-01T00:00:00Z",
        "--time",
        "2021-01-01T00:00:00Z",
    ]);
    assert_eq!(
        ids(&lab)[1..],
        ["2021-01-01T000000Z", "2021-01-01T000000Z-2"]
    );
    assert_sound(&lab);
    take(&lab, &[]);
    let late = lab.lw(&[
        "snapshot",
        "import",
        "-y",
        "old/daily.2/src",
        "store",
        "--as",
        "src",
    ]);
    assert_eq!(late.code, Some(4), "{late:#?}");
    assert!(
        late.stderr.contains("not as new as what comes before"),
        "{late:#?}"
    );
    assert!(
        late.stderr.contains("it is of 2020-01-0") && late.stderr.contains("' of 20"),
        "{late:#?}"
    );
}

#[test]
fn the_plan_says_when_each_was_made_and_whence_that_is_known() {
    let lab = ground();
    let shown = |more: &[&str]| {
        let mut all = vec![
            "snapshot",
            "import",
            "-n",
            "old/daily.1/src",
            "old/daily.0/src",
            "store",
        ];
        all.extend(["--as", "src"]);
        all.extend(more);
        lab.lw_ok(&all).stdout
    };
    let plan = shown(&[]);
    assert!(plan.contains("  2026-01-04 01:02:03  '"), "{plan}");
    assert!(plan.contains("  2026-01-05 01:02:03  '"), "{plan}");
    assert!(
        plan.contains("when its folder last changed; --time"),
        "{plan}"
    );
    assert!(plan.contains("further names in '"), "{plan}");
    let plan = shown(&["--time", "2021-02-03T04:05", "--time", "2022-02-03"]);
    assert!(plan.contains("  2021-02-03 04:05:00  '"), "{plan}");
    assert!(plan.contains("  2022-02-03 00:00:00  '"), "{plan}");
    assert!(!plan.contains("last changed"), "{plan}");
    let plan = shown(&["--json"]);
    let object: serde_json::Value = serde_json::from_str(plan.lines().last().unwrap()).unwrap();
    let imported = &object["subject"]["imported"];
    assert_eq!(imported.as_array().unwrap().len(), 2, "{plan}");
    assert!(imported[0]["taken_us"].is_i64(), "{plan}");
    assert!(
        imported[0]["path"]
            .as_str()
            .unwrap()
            .ends_with("daily.1/src"),
        "{plan}"
    );
}

/// Else a file of the store would be one of a source that goes on to be written.
#[test]
fn the_source_itself_is_not_imported() {
    let lab = ground();
    lab.sh(
        "ln -s src by-link; ln -s . here; mkdir around; mv src around/src; ln -s around/src src",
    );
    for (folder, source, words) in [
        (
            "around/src",
            "around/src",
            "it is what the snapshots would be of",
        ),
        ("around/src", "by-link", "which the snapshots would be of"),
        ("here/around/src", "src", "which the snapshots would be of"),
        ("around", "around/src", "it holds '"),
        ("around", "around/src/gone", "it holds '"),
    ] {
        let all = ["snapshot", "import", "-y", folder, "store", "--as", source];
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(4), "{all:?}: {outcome:#?}");
        assert!(outcome.stderr.contains(words), "{all:?}: {outcome:#?}");
        assert!(
            outcome.stderr.contains("lw snapshot take '"),
            "{all:?}: {outcome:#?}"
        );
        assert!(!lab.home().join("store").exists(), "{all:?}: {outcome:#?}");
    }
    // It need not be there, nor any folder above it.
    let gone = [
        "snapshot",
        "import",
        "-n",
        "old/daily.0/src",
        "store",
        "--as",
        "/gone/to/src",
    ];
    lab.lw_ok(&gone);
    // What lies in the source is not it: many keep the old store there.
    lab.sh("mkdir around/src/kept; cp -a old/daily.0/src around/src/kept/src");
    lab.lw_ok(&[
        "snapshot",
        "import",
        "-y",
        "around/src/kept/src",
        "store",
        "--as",
        "around/src",
    ]);
}

#[test]
fn what_cannot_be_imported_is_refused() {
    let lab = ground();
    lab.sh("ln -s old/daily.0/src linked; mkdir full; echo x > full/x; echo f > file");
    let refusals: &[(&[&str], &str)] = &[
        (
            &[
                "old/daily.0/src",
                "old/daily.2/src",
                "store",
                "--time",
                "2021-01-01T00:00",
                "--time",
                "2020-01-01T00:00",
            ],
            "not as new as",
        ),
        (
            &[
                "old/daily.0/src",
                "store",
                "--time",
                "2021-01-01T00:00",
                "--time",
                "2020-01-01T00:00",
            ],
            "1 folders and 2 times",
        ),
        (&["missing", "store"], "does not exist"),
        (&["linked", "store"], "linked"),
        (&["file", "store"], "file"),
        (
            &["old/daily.0/src", "full"],
            "there is something else in the folder",
        ),
        (&["/proc/self", "store"], "/proc"),
    ];
    for (arguments, words) in refusals {
        let mut all = vec!["snapshot", "import", "-y", "--as", "src"];
        all.extend(*arguments);
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(4), "{arguments:?}: {outcome:#?}");
        assert!(
            outcome.stderr.contains(words),
            "{arguments:?}: {outcome:#?}"
        );
        assert!(!lab.home().join("store").exists(), "{arguments:?}");
    }
    // Nobody is asked on a pipe.
    let asked = lab.lw(&[
        "snapshot",
        "import",
        "old/daily.0/src",
        "store",
        "--as",
        "src",
    ]);
    assert_eq!(asked.code, Some(4), "{asked:#?}");
    assert!(
        asked.stderr.contains("nobody is there to be asked"),
        "{asked:#?}"
    );
    assert!(!lab.home().join("store").exists());
}

#[test]
fn a_store_on_another_volume_is_refused() {
    let lab = Lab::new(crate::ground::PROGRAM);
    lab.sh("mkdir -p old/src; echo x > old/src/x");
    let elsewhere = Lab::in_memory(crate::ground::PROGRAM);
    let store = elsewhere.home().join("store");
    let outcome = lab.lw(&[
        "snapshot",
        "import",
        "-y",
        "old/src",
        store.to_str().unwrap(),
        "--as",
        "src",
    ]);
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    if device(lab.home()) == device(elsewhere.home()) {
        return;
    }
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(
        outcome.stderr.contains("on another volume than the store"),
        "{outcome:#?}"
    );
}

#[test]
fn importing_is_undone_and_done_again() {
    let lab = ground();
    let before = old(&lab);
    lab.lw_ok(IMPORT);
    let all = ids(&lab);
    lab.lw_ok(&["undo"]);
    assert_eq!(old(&lab), before);
    assert!(!lab.home().join("store/latest").is_symlink());
    assert!(ids(&lab).is_empty());
    lab.lw_ok(&["undo", "2"]);
    assert_eq!(ids(&lab), all);
    assert_sound(&lab);
    lab.lw_ok(&["undo"]);
    // What was taken back serves nobody, and its removal leaves the old store alone.
    take(&lab, &[]);
    assert_eq!(old(&lab), before);
    assert_sound(&lab);
    assert_ne!(inode(&lab, "store/latest/src/one"), inode(&lab, "src/one"));
}

#[test]
fn killed_or_failing_at_every_effect() {
    const EIO: i32 = 5;
    const ENOSPC: i32 = 28;
    let effects = ground().lw_ok(IMPORT).effects;
    assert!(effects.len() > 60, "{effects:#?}");
    // Each effect in turn is killed, or fails, in one way or another.
    for n in 1..=effects.len() {
        let faults = [
            Fault::KillBefore(n),
            Fault::FailOnce(n, EIO),
            Fault::KillAfter(n),
            Fault::FailFrom(n, ENOSPC),
        ];
        let fault = &faults[n % faults.len()];
        let what = format!("{fault:?} {}", effects[n - 1]);
        let lab = ground();
        let before = old(&lab);
        let outcome = lab.lw_with(IMPORT, fault);
        assert!(outcome.hit, "{what}: {outcome:#?}");
        lab.lw_ok(&["recover"]);
        assert_eq!(old(&lab), before, "{what}");
        if lab.home().join("store/.store/format").exists() {
            for (number, id) in [2, 1, 0].into_iter().zip(ids(&lab)) {
                assert_shares(&lab, number, &id);
            }
            assert_sound(&lab);
        }
        let id = take(&lab, &["--guard", "none"]);
        assert_alike(&lab.home().join("src"), &tree(&lab, &id));
        assert_sound(&lab);
        assert_eq!(old(&lab), before, "{what}");
    }
}
