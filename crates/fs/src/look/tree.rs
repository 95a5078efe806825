//! A whole tree in one parallel pass: how much it holds, and the links that matter to the caller.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Kind;
use super::walk::{Found, Mounts, Visitor, walk};
use crate::{FsError, FsErrorKind};

/// Names of linkwright's own private folders begin with this.
pub const PRIVATE_PREFIX: &str = ".linkwright-";

/// Returns whether a folder of this name is a quarantine of linkwright's: the prefix and the number of a user.
///
/// Anything else that begins alike is a name somebody chose.
pub fn is_quarantine_name(name: &OsStr) -> bool {
    name.as_encoded_bytes()
        .strip_prefix(PRIVATE_PREFIX.as_bytes())
        .is_some_and(|user| !user.is_empty() && user.iter().all(u8::is_ascii_digit))
}

/// A link found in the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeLink {
    /// Its path below the root of the survey.
    pub path: PathBuf,
    /// Its target text.
    pub text: OsString,
}

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Survey {
    /// Regular files.
    pub files: u64,
    /// Folders, the root not counted.
    pub directories: u64,
    /// Symbolic links.
    pub links: u64,
    /// Pipes, sockets and devices.
    pub others: u64,
    /// The links the caller asked to keep, sorted by path.
    pub kept_links: Vec<TreeLink>,
    /// Folders of linkwright's own (quarantine) inside the tree; they are not entered.
    pub private_folders: Vec<PathBuf>,
    /// Number of folders that could not be read.
    pub unreadable_count: u64,
    /// The first of them, with the reason.
    pub unreadable: Vec<(PathBuf, FsErrorKind)>,
}

/// Returns what the tree below the folder `root` holds, and those symbolic links for which `keep(depth, text)` is
/// true; `depth` is 0 for a link right below the root.
///
/// Reads directory entries and link texts only, never follows a link and never enters another mount, as
/// [`walk`] does.
pub fn survey(root: &Path, keep: impl Fn(usize, &OsStr) -> bool + Sync) -> Result<Survey, FsError> {
    let walked = walk(&[root.to_path_buf()], Mounts::Stay, || Counter {
        keep: &keep,
        part: Survey::default(),
    })?;
    let below = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).to_path_buf();
    let mut total = Survey {
        private_folders: walked.private_folders.iter().map(below).collect(),
        unreadable_count: walked.unreadable_count,
        unreadable: walked.unreadable,
        ..Survey::default()
    };
    for (path, _) in &mut total.unreadable {
        *path = below(path);
    }
    for counter in walked.visitors {
        total.add(counter.part);
    }
    total.directories -= total.private_folders.len() as u64;
    total.kept_links.sort();
    Ok(total)
}

/// What one thread has counted.
struct Counter<'a, K> {
    keep: &'a K,
    part: Survey,
}

impl<K: Fn(usize, &OsStr) -> bool + Sync> Visitor for Counter<'_, K> {
    fn visit(&mut self, found: &Found<'_>) {
        match found.kind {
            Kind::Directory => self.part.directories += 1,
            Kind::SymbolicLink => {
                self.part.links += 1;
                let kept = found.with_link_text(|text| {
                    (self.keep)(found.folder.depth(), text).then(|| text.to_os_string())
                });
                // One that vanished meanwhile matters to nobody.
                if let Ok(Some(text)) = kept {
                    let path = found.folder.path_below_root().join(found.name);
                    self.part.kept_links.push(TreeLink { path, text });
                }
            }
            Kind::File => self.part.files += 1,
            _ => self.part.others += 1,
        }
    }
}

impl Survey {
    fn add(&mut self, part: Self) {
        self.files += part.files;
        self.directories += part.directories;
        self.links += part.links;
        self.others += part.others;
        self.kept_links.extend(part.kept_links);
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn all(root: &Path) -> Survey {
        survey(root, |_, _| true).unwrap()
    }

    #[test]
    fn counts_and_keeps_without_following() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::create_dir(root.join(".linkwright-0")).unwrap();
        std::fs::write(root.join(".linkwright-0/hidden"), "").unwrap();
        std::fs::write(root.join("a/b/file"), "x").unwrap();
        symlink("..", root.join("a/b/up")).unwrap();
        symlink("/", root.join("a/root")).unwrap();
        let found = all(root);
        assert_eq!(
            (found.files, found.directories, found.links, found.others),
            (1, 2, 2, 0)
        );
        assert_eq!(found.private_folders, [PathBuf::from(".linkwright-0")]);
        let texts: Vec<_> = found
            .kept_links
            .iter()
            .map(|link| link.text.clone())
            .collect();
        assert_eq!(texts, ["..", "/"]);
    }

    #[test]
    fn ten_thousand_levels_deep() {
        let folder = tempfile::tempdir().unwrap();
        let top = rustix::fs::open(
            folder.path(),
            rustix::fs::OFlags::DIRECTORY,
            rustix::fs::Mode::empty(),
        )
        .unwrap();
        let mut at = top;
        for level in 0..10_000 {
            rustix::fs::mkdirat(&at, "d", rustix::fs::Mode::RWXU).unwrap();
            if level % 100 == 0 {
                rustix::fs::symlinkat("../x", &at, "l").unwrap();
                rustix::fs::mkdirat(&at, "side", rustix::fs::Mode::RWXU).unwrap();
            }
            at = rustix::fs::openat(
                &at,
                "d",
                rustix::fs::OFlags::DIRECTORY,
                rustix::fs::Mode::empty(),
            )
            .unwrap();
        }
        let found = all(folder.path());
        assert_eq!(
            (found.directories, found.links, found.unreadable_count),
            (10_100, 100, 0)
        );
        // std's own removal would recurse ten thousand levels; rm does not.
        let removed = std::process::Command::new("rm")
            .arg("-rf")
            .arg(folder.path())
            .status();
        assert!(removed.unwrap().success());
    }
}
