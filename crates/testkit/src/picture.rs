//! Comparing trees: our own picture of one, and rsync's word on two.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All that a tree holds, entry by entry; private folders of linkwright left out.
///
/// Folder times are left out: they tell of changed names, which moving things about is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture(BTreeMap<PathBuf, String>);

impl Picture {
    /// Takes the picture of the tree below `top`.
    pub fn of(top: &Path) -> Self {
        let mut entries = BTreeMap::new();
        add(top, Path::new(""), &mut entries);
        Self(entries)
    }

    /// Returns the paths that differ, with what each picture says of them.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let paths: std::collections::BTreeSet<_> = self.0.keys().chain(other.0.keys()).collect();
        paths
            .into_iter()
            .filter(|path| self.0.get(*path) != other.0.get(*path))
            .map(|path| {
                format!(
                    "{}: {:?} / {:?}",
                    path.display(),
                    self.0.get(path),
                    other.0.get(path)
                )
            })
            .collect()
    }

    /// Returns the picture without times and with `top` written as `TOP`: what two labs have in common
    /// in which the same was done.
    pub fn shape(&self, top: &Path) -> Self {
        let top = top.display().to_string();
        let entries = self.0.iter().map(|(path, text)| {
            // Kind, mode and owner come first, then the time, of all but folders.
            let words: Vec<&str> = text.splitn(5, ' ').collect();
            let text = match words.as_slice() {
                [kind, mode, owner, _time, rest @ ..] if *kind != "folder" => {
                    format!("{kind} {mode} {owner} {}", rest.join(" ")).replace(&top, "TOP")
                }
                _ => text.clone(),
            };
            (path.clone(), text)
        });
        Self(entries.collect())
    }

    /// Returns the paths at which this picture is neither as `a` nor as `b`.
    pub fn paths_unlike_both(&self, a: &Self, b: &Self) -> Vec<PathBuf> {
        let all = self.0.keys().chain(a.0.keys()).chain(b.0.keys());
        let unlike = |path: &&PathBuf| {
            let own = self.0.get(*path);
            // The number of names of a file tells of the other units.
            let bare = |text: Option<&String>| {
                text.map(|text| text.split(" names ").last().unwrap_or_default().to_owned())
            };
            bare(own) != bare(a.0.get(*path)) && bare(own) != bare(b.0.get(*path))
        };
        all.filter(unlike).cloned().collect()
    }

    /// Returns the paths below the top.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }
}

fn add(top: &Path, below: &Path, entries: &mut BTreeMap<PathBuf, String>) {
    let mut names: Vec<_> = fs::read_dir(top.join(below))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    for name in names {
        if name.as_bytes().starts_with(b".linkwright-") {
            continue;
        }
        let path = below.join(&name);
        let whole = top.join(&path);
        let stat = fs::symlink_metadata(&whole).unwrap();
        let kind = stat.file_type();
        let own = format!("{:o} {}:{}", stat.mode(), stat.uid(), stat.gid());
        let time = format!("{}.{:09}", stat.mtime(), stat.mtime_nsec());
        let text = if kind.is_symlink() {
            format!("link {own} {time} -> {:?}", fs::read_link(&whole).unwrap())
        } else if kind.is_dir() {
            format!("folder {own}")
        } else if kind.is_file() {
            let bytes = fs::read(&whole).unwrap();
            format!(
                "file {own} {time} {} names {:?}",
                stat.nlink(),
                String::from_utf8_lossy(&bytes)
            )
        } else {
            format!("other {own} {time}")
        };
        entries.insert(path.clone(), text);
        if kind.is_dir() {
            add(top, &path, entries);
        }
    }
}

/// Returns what `rsync -aHAXSnc --delete` would change to make `b` like `a`: nothing if they are alike.
///
/// Folder times are left out (`-O`): they tell of changed names. Private folders of linkwright are left out too.
pub fn rsync_differences(a: &Path, b: &Path) -> Vec<String> {
    let slash = |path: &Path| format!("{}/", path.display());
    let output = Command::new("rsync")
        .args([
            "-aHAXSncO",
            "--delete",
            "--itemize-changes",
            "--exclude=.linkwright-*",
        ])
        .arg("--filter=-x trusted.*")
        .args([slash(a), slash(b)])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}
