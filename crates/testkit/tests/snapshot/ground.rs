//! What the tests of this suite share.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, Outcome, Picture, rsync_differences};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// Makes a lab in memory, where that is possible, and runs a script in its home folder.
pub(crate) fn lab(script: &str) -> Lab {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh(script);
    lab
}

/// Something of everything: files in folders, several names, links, holes, a pipe, odd names, odd modes.
pub(crate) const TREE: &str = r#"
mkdir -p src/d/e src/empty 'src/a b'
echo one > src/one; echo two > src/d/two; : > src/none
ln src/one src/d/one-too; ln src/one 'src/a b/third'
ln -s two src/d/link; ln -s ../gone src/d/dangling; ln -s "$PWD/src/one" src/absolute
truncate -s 300000 src/holes; echo end >> src/holes
mkfifo src/pipe; chmod 640 src/d/two; chmod 2750 src/empty; chmod 400 src/none
printf x > "$(printf 'src/odd-\377\n')"
touch -d '2001-02-03 04:05:06.123456789' src/d/two src/d
"#;

/// Takes a snapshot of `src` into `store`, and returns its name.
pub(crate) fn take(lab: &Lab, more: &[&str]) -> String {
    let mut arguments = vec!["snapshot", "take", "src", "store"];
    arguments.extend(more);
    lab.lw_ok(&arguments);
    newest(lab)
}

/// Returns the name of the snapshot to which `latest` leads.
pub(crate) fn newest(lab: &Lab) -> String {
    let text = fs::read_link(lab.home().join("store/latest")).unwrap();
    text.to_str().unwrap().to_owned()
}

/// Returns the names of the snapshots, oldest first.
pub(crate) fn ids(lab: &Lab) -> Vec<String> {
    let listed = lab.lw_ok(&["snapshot", "list", "store"]);
    let id = |line: &str| line.split("  ").next().unwrap().to_owned();
    listed.stdout.lines().map(id).collect()
}

/// Returns what a snapshot holds of `src`.
pub(crate) fn tree(lab: &Lab, id: &str) -> PathBuf {
    lab.home().join("store").join(id).join("src")
}

/// Returns what is at a path below the home folder, links not followed.
pub(crate) fn stat(lab: &Lab, path: &str) -> fs::Metadata {
    fs::symlink_metadata(lab.home().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn inode(lab: &Lab, path: &str) -> u64 {
    stat(lab, path).ino()
}

pub(crate) fn text(lab: &Lab, path: &str) -> String {
    fs::read_to_string(lab.home().join(path)).unwrap_or_else(|error| format!("{path}: {error}"))
}

/// Fails unless `rsync`, reading everything, sees no difference between two trees.
pub(crate) fn assert_alike(a: &Path, b: &Path) {
    let differences = rsync_differences(a, b);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Fails unless all snapshots are, byte for byte, as recorded.
pub(crate) fn assert_sound(lab: &Lab) {
    lab.lw_ok(&["snapshot", "verify", "--full", "store"]);
}

/// Returns a picture of a snapshot that does not tell how many names its files have: later snapshots share them.
pub(crate) fn picture(lab: &Lab, id: &str) -> Vec<String> {
    without_counts(lab, &Picture::of(&tree(lab, id)))
}

/// Returns what a picture says, but for how many names files have.
pub(crate) fn without_counts(lab: &Lab, picture: &Picture) -> Vec<String> {
    let none = lab.top().join("none");
    fs::create_dir_all(&none).unwrap();
    let none = Picture::of(&none);
    picture
        .differences(&none)
        .into_iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let is_count = |at: usize| words.get(at + 1) == Some(&"names");
            let kept = words.iter().enumerate().filter(|(at, _)| !is_count(*at));
            kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// Returns a number of the JSON line that tells of a new snapshot.
pub(crate) fn number(outcome: &Outcome, name: &str) -> u64 {
    let line = outcome.stdout.lines().last().unwrap();
    let object: serde_json::Value = serde_json::from_str(line).unwrap();
    object[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name}: {line}"))
}
