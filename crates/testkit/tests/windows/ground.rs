//! What the tests of this suite stand on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, Outcome};

/// Returns a lab for the program with the switch at its choke point.
///
/// Cargo names the program by a path of the machine it was built on, so it is looked for beside this one.
pub fn lab() -> Lab {
    Lab::new(program())
}

pub fn program() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let built = this.parent().unwrap().parent().unwrap();
    built.join("lw-under-test.exe")
}

/// Makes files with their folders; each holds its own path.
pub fn fill(lab: &Lab, paths: &[&str]) {
    for path in paths {
        let whole = lab.home().join(path);
        fs::create_dir_all(whole.parent().unwrap()).unwrap();
        fs::write(whole, path).unwrap();
    }
}

/// Every path below the home folder, with what the files hold; private folders of linkwright left out.
pub type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

pub fn tree(top: &Path) -> Tree {
    let mut found = Tree::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(top.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(".linkwright-") {
                continue;
            }
            let path = folder.join(name);
            match entry.file_type().unwrap().is_dir() {
                true => {
                    waiting.push(path.clone());
                    found.insert(path, None);
                }
                false => {
                    let bytes = fs::read(top.join(&path)).unwrap();
                    found.insert(path, Some(bytes));
                }
            }
        }
    }
    found
}

/// Fails the test unless the program refused with 4 and said that nothing was changed.
#[track_caller]
pub fn assert_unchanged(outcome: &Outcome) {
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    let states = ["nothing was changed", "everything is as it was before"];
    let says = |state: &&str| outcome.stderr.contains(&format!("state: {state}"));
    assert!(states.iter().any(|state| says(&state)), "{outcome:#?}");
    assert!(outcome.stderr.contains("help:"), "{outcome:#?}");
}

/// Returns whether a symbolic link can really be made here.
pub fn has_symbolic_links(lab: &Lab) -> bool {
    let at = lab.top().join("probe");
    // Wine answers success.
    let _answer = std::os::windows::fs::symlink_file("nowhere", &at);
    fs::symlink_metadata(&at).is_ok()
}
