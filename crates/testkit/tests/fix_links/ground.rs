//! What the tests of this suite share: where links lead by the kernel's word, and a command that is taken back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, Picture};

use super::PROGRAM;

/// Makes a lab in memory, where that is possible, and runs a script in its home folder.
pub(crate) fn lab(script: &str) -> Lab {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh(script);
    lab
}

/// The text of every link below the home folder.
pub(crate) fn texts(lab: &Lab) -> BTreeMap<PathBuf, PathBuf> {
    let mut texts = BTreeMap::new();
    let mut waiting = vec![lab.home().to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_symlink() {
                let below = path.strip_prefix(lab.home()).unwrap();
                texts.insert(below.to_path_buf(), fs::read_link(&path).unwrap());
            } else if kind.is_dir() {
                waiting.push(path);
            }
        }
    }
    texts
}

/// Where the kernel gets by a link, below the home folder; `None` if nowhere.
pub(crate) fn leads(lab: &Lab, link: &Path) -> Option<PathBuf> {
    let end = fs::canonicalize(lab.home().join(link)).ok()?;
    Some(end.strip_prefix(lab.home()).unwrap_or(&end).to_path_buf())
}

/// Fails unless the home folder is as it was.
pub(crate) fn assert_as_before(lab: &Lab, before: &Picture, what: &str) {
    let differences = before.differences(&Picture::of(lab.home()));
    assert!(differences.is_empty(), "{what}: {differences:#?}");
}
