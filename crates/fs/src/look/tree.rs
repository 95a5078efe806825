//! A whole tree in one parallel pass: how much it holds, and the links that matter to the caller.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Kind;
use crate::queue::Queue;
use crate::sys::walk::Parents;
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

/// The most worker threads of one survey.
const MAX_WORKERS: usize = 8;

/// The most unreadable folders that are listed by name; all are counted.
const MAX_LISTED: usize = 1000;

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
/// Reads directory entries and link texts only, never follows a link and never enters another mount. Names that vanish
/// meanwhile are passed over; folders that may not be read are counted. Memory grows with the folders that wait,
/// not with files. Stands on `getdents64(2)` and `readlinkat(2)`.
pub fn survey(root: &Path, keep: impl Fn(usize, &OsStr) -> bool + Sync) -> Result<Survey, FsError> {
    let parents =
        Parents::open_root(root).map_err(|error| FsError::new("read the folder", root, error))?;
    let queue = Queue::new(vec![Job {
        path: PathBuf::new(),
        depth: 0,
        parent: parents.root(),
    }]);
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_WORKERS);
    let mut total = Survey::default();
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|_| scope.spawn(|| work(&queue, &parents, &keep)))
            .collect();
        for handle in handles {
            match handle.join() {
                Ok(part) => total.add(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    total.kept_links.sort();
    total.private_folders.sort();
    total.unreadable.sort();
    Ok(total)
}

struct Job<F> {
    path: PathBuf,
    depth: usize,
    parent: F,
}

type Waiting = Job<crate::sys::walk::ParentHandle>;

fn work(
    queue: &Queue<Waiting>,
    parents: &Parents,
    keep: &(impl Fn(usize, &OsStr) -> bool + Sync),
) -> Survey {
    let mut part = Survey::default();
    let mut buffer = crate::sys::walk::buffer();
    let mut found = Vec::new();
    while let Some(job) = queue.next() {
        if let Err(error) = read_folder(&job, parents, &mut buffer, &mut part, &mut found, keep) {
            let error = FsError::new("read the folder", &job.path, error);
            if error.kind != FsErrorKind::NotFound {
                part.unreadable_count += 1;
                if part.unreadable.len() < MAX_LISTED {
                    part.unreadable.push((job.path.clone(), error.kind));
                }
            }
        }
        queue.finish(&mut found);
    }
    part
}

fn read_folder(
    job: &Waiting,
    parents: &Parents,
    buffer: &mut crate::sys::walk::Buffer,
    part: &mut Survey,
    found: &mut Vec<Waiting>,
    keep: &(impl Fn(usize, &OsStr) -> bool + Sync),
) -> std::io::Result<()> {
    let Some(folder) = parents.open(&job.parent, &job.path)? else {
        return Ok(()); // another mount begins here: it moves with its mount point
    };
    let handle = parents.keep(&folder);
    folder.each_entry(buffer, |name, kind| match kind {
        Kind::Directory => {
            let path = job.path.join(name);
            if is_quarantine_name(name) {
                part.private_folders.push(path);
                return;
            }
            part.directories += 1;
            found.push(Job {
                path,
                depth: job.depth + 1,
                parent: handle.clone(),
            });
        }
        Kind::SymbolicLink => {
            part.links += 1;
            folder.with_link_text(name, |text| {
                if keep(job.depth, text) {
                    let link = TreeLink {
                        path: job.path.join(name),
                        text: text.to_os_string(),
                    };
                    part.kept_links.push(link);
                }
            });
        }
        Kind::File => part.files += 1,
        _ => part.others += 1,
    })
}

impl Survey {
    fn add(&mut self, part: Self) {
        self.files += part.files;
        self.directories += part.directories;
        self.links += part.links;
        self.others += part.others;
        self.kept_links.extend(part.kept_links);
        self.private_folders.extend(part.private_folders);
        self.unreadable_count += part.unreadable_count;
        self.unreadable.extend(part.unreadable);
        self.unreadable.truncate(MAX_LISTED);
    }
}

impl PartialOrd for FsErrorKind {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FsErrorKind {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (*self as u8).cmp(&(*other as u8))
    }
}

#[cfg(test)]
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
