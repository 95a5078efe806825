//! What a tree weighs, and what of it another volume may not take.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::walk::{Found, Mounts, Read, Visitor, walk};
use super::{Kind, NtfsVolumes, Portable, portable};
use crate::sys::walk::Parents;
use crate::{FsError, FsErrorKind};

/// The most paths of one sort that are listed; all are counted.
const MAX_LISTED: usize = 20;

/// Things of one sort: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there are.
    pub count: u64,
    /// The first ones, below the top.
    pub first: Vec<PathBuf>,
}

impl Tally {
    fn add(&mut self, path: impl FnOnce() -> PathBuf) {
        self.count += 1;
        if self.first.len() < MAX_LISTED {
            self.first.push(path());
        }
    }

    fn join(&mut self, other: Self) {
        self.count += other.count;
        self.first.extend(other.first);
        self.first.sort();
        self.first.truncate(MAX_LISTED);
    }
}

/// What a tree weighs, and what is special in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measure {
    /// Bytes of content, holes included, each file counted once whatever its names.
    pub content_bytes: u64,
    /// Bytes on the disk, each file counted once.
    pub allocated_bytes: u64,
    /// Files, links, pipes and folders, each counted once.
    pub inodes: u64,
    /// Symbolic links and named pipes.
    pub links: Tally,
    /// Links of Windows, on a volume of NTFS.
    pub native: Tally,
    /// Those of them that this system does not follow.
    pub for_windows_alone: Tally,
    /// Those whose text is counted from the root of their volume; all of them.
    pub from_root: Vec<PathBuf>,
    /// Sockets and devices, and what only looks like a link on NTFS.
    pub special: Tally,
    /// What is immutable or append-only.
    pub locked: Tally,
    /// What could not be looked at.
    pub unreadable: Tally,
    /// Files that have several names here.
    pub shared: u64,
    /// Files that have names elsewhere too.
    pub names_elsewhere: Tally,
    /// Files whose content lies in the cloud alone, and would be fetched by reading it.
    pub in_cloud_only: Tally,
    /// Names that Windows does not take.
    pub unportable: Tally,
    /// Names that differ from another one in case alone.
    pub case_pairs: Tally,
    /// Owners and groups.
    pub owners: BTreeSet<(u32, u32)>,
}

/// Returns what the folder or file at the link-free path `top` weighs.
///
/// Looks at every entry, never follows a link and never enters another mount. Memory grows with the folders that wait
/// and with the files that have several names. Stands on `getdents64(2)` and `statx(2)`.
pub fn measure(top: &Path) -> Result<Measure, FsError> {
    let wrap = |error| FsError::new("look at", top, error);
    let entry = super::entry(top)?;
    let is_on_ntfs = NtfsVolumes::mounted()?.hold(entry.identity.device);
    let mut part = Part::default();
    if entry.kind != Kind::Directory {
        let (parent, name) = (
            top.parent().unwrap_or(top),
            top.file_name().unwrap_or_default(),
        );
        let parents = Parents::open_roots(&[parent.to_path_buf()], Mounts::Stay)
            .map_err(|(_, error)| wrap(error))?;
        let status = parents.root(0).status_of(name).map_err(wrap)?;
        part.add(&status, || PathBuf::from(name));
        if is_on_ntfs && status.kind == Kind::SymbolicLink {
            part.weigh_native(top, || PathBuf::from(name));
        }
        return Ok(part.finish());
    }
    part.whole.inodes += 1;
    let walked = walk(&[top.to_path_buf()], Mounts::Stay, || Scale {
        part: Part::default(),
        entries: Vec::new(),
        small: BTreeSet::new(),
        top_on_ntfs: is_on_ntfs.then_some(top),
    })?;
    let below = |path: &Path| path.strip_prefix(top).unwrap_or(path).to_path_buf();
    for scale in walked.visitors {
        part.join(scale.part);
    }
    part.whole.unreadable.join(Tally {
        count: walked.unreadable_count,
        first: walked
            .unreadable
            .iter()
            .map(|(path, _)| below(path))
            .collect(),
    });
    Ok(part.finish())
}

/// What one thread has seen; files with several names are put together at the end.
#[derive(Default)]
struct Part {
    whole: Measure,
    several: HashMap<u64, Several>,
}

struct Several {
    names_here: u64,
    link_count: u64,
    size_bytes: u64,
    allocated_bytes: u64,
    first: PathBuf,
}

/// One thread's: a folder's names are gathered, and looked at in the order in which their inodes lie on the disk.
struct Scale<'a> {
    part: Part,
    /// The top of what is weighed, if it is on a volume of NTFS.
    top_on_ntfs: Option<&'a Path>,
    entries: Vec<(u64, OsString)>,
    small: BTreeSet<String>,
}

impl Visitor for Scale<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        let path = || found.folder.path_below_root().join(found.name);
        let lower = found.name.to_string_lossy().to_lowercase();
        if !self.small.insert(lower) {
            self.part.whole.case_pairs.add(path);
        }
        if !is_portable(found.name) {
            self.part.whole.unportable.add(path);
        }
        self.entries.push((found.inode, found.name.to_os_string()));
    }

    fn folder_read(&mut self, read: &Read<'_>) {
        self.small.clear();
        self.entries.sort_unstable_by_key(|(inode, _)| *inode);
        for (_, name) in self.entries.drain(..) {
            let path = || read.folder.path_below_root().join(&name);
            match read.status_of(&name) {
                Ok(status) => {
                    self.part.add(&status, path);
                    if let Some(top) = self.top_on_ntfs
                        && status.kind == Kind::SymbolicLink
                    {
                        self.part.weigh_native(&top.join(path()), path);
                    }
                }
                Err(error) if crate::sys::errno::kind(&error) == FsErrorKind::NotFound => {}
                Err(_) => self.part.whole.unreadable.add(path),
            }
        }
    }
}

impl Part {
    fn add(&mut self, status: &crate::stage::Status, path: impl Fn() -> PathBuf) {
        self.whole.owners.insert((status.user_id, status.group_id));
        if status.is_locked {
            self.whole.locked.add(&path);
        }
        if status.is_in_cloud_only {
            self.whole.in_cloud_only.add(&path);
        }
        match status.kind {
            Kind::SymbolicLink | Kind::Fifo => self.whole.links.add(&path),
            Kind::Socket | Kind::Device | Kind::Other => self.whole.special.add(&path),
            _ => {}
        }
        if status.kind == Kind::File && status.link_count > 1 {
            let several = self.several.entry(status.inode).or_insert_with(|| Several {
                names_here: 0,
                link_count: status.link_count,
                size_bytes: status.size_bytes,
                allocated_bytes: status.allocated_bytes,
                first: path(),
            });
            several.names_here += 1;
            return;
        }
        self.whole.inodes += 1;
        self.whole.allocated_bytes += status.allocated_bytes;
        if status.kind == Kind::File {
            self.whole.content_bytes += status.size_bytes;
        }
    }

    /// Weighs a link on a volume of NTFS: some are no links at all, and some mean nothing to this system.
    fn weigh_native(&mut self, whole: &Path, path: impl Fn() -> PathBuf) {
        match portable(whole) {
            Ok(None) => {}
            Ok(Some(Portable::Yes)) => self.whole.native.add(&path),
            Ok(Some(Portable::ByRoot)) => {
                self.whole.native.add(&path);
                self.whole.from_root.push(path());
            }
            Ok(Some(Portable::AmongNtfs)) => {
                self.whole.native.add(&path);
                self.whole.for_windows_alone.add(&path);
            }
            Ok(Some(Portable::No)) => self.whole.special.add(&path),
            Err(_) => self.whole.unreadable.add(&path),
        }
    }

    fn join(&mut self, other: Self) {
        let (whole, add) = (&mut self.whole, other.whole);
        whole.content_bytes += add.content_bytes;
        whole.allocated_bytes += add.allocated_bytes;
        whole.inodes += add.inodes;
        whole.links.join(add.links);
        whole.native.join(add.native);
        whole.for_windows_alone.join(add.for_windows_alone);
        whole.from_root.extend(add.from_root);
        whole.special.join(add.special);
        whole.locked.join(add.locked);
        whole.unreadable.join(add.unreadable);
        whole.in_cloud_only.join(add.in_cloud_only);
        whole.unportable.join(add.unportable);
        whole.case_pairs.join(add.case_pairs);
        whole.owners.extend(add.owners);
        for (inode, several) in other.several {
            match self.several.get_mut(&inode) {
                Some(known) => known.names_here += several.names_here,
                None => {
                    self.several.insert(inode, several);
                }
            }
        }
    }

    fn finish(mut self) -> Measure {
        for several in self.several.into_values() {
            self.whole.inodes += 1;
            self.whole.content_bytes += several.size_bytes;
            self.whole.allocated_bytes += several.allocated_bytes;
            if several.names_here > 1 {
                self.whole.shared += 1;
            }
            if several.names_here < several.link_count {
                self.whole.names_elsewhere.add(|| several.first);
            }
        }
        self.whole.names_elsewhere.first.sort();
        self.whole.from_root.sort();
        self.whole
    }
}

/// Returns whether Windows takes the name: learn.microsoft.com, "Naming Files, Paths, and Namespaces".
fn is_portable(name: &OsStr) -> bool {
    let Some(text) = name.to_str() else {
        return false;
    };
    let is_bad = |letter: char| letter < ' ' || r#"<>:"/\|?*"#.contains(letter);
    !text.contains(is_bad) && !text.ends_with(['.', ' '])
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn files_with_several_names_count_once() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("top");
        std::fs::create_dir_all(top.join("sub")).unwrap();
        std::fs::write(top.join("a"), "12345").unwrap();
        std::fs::hard_link(top.join("a"), top.join("sub/again")).unwrap();
        std::fs::write(top.join("b"), "123").unwrap();
        std::fs::hard_link(top.join("b"), folder.path().join("outside")).unwrap();
        std::os::unix::fs::symlink("x", top.join("l")).unwrap();
        std::fs::write(top.join("A"), "").unwrap();
        let found = measure(&top).unwrap();
        assert_eq!(found.content_bytes, 8);
        assert_eq!(found.inodes, 6);
        assert_eq!((found.shared, found.links.count), (1, 1));
        assert_eq!(found.names_elsewhere.first, [PathBuf::from("b")]);
        assert_eq!((found.case_pairs.count, found.unportable.count), (1, 0));
    }

    #[test]
    fn what_would_be_fetched_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("f"), "x").unwrap();
        let parents = Parents::open_roots(&[folder.path().to_path_buf()], Mounts::Stay);
        let root = parents.map_err(|(_, error)| error).unwrap().root(0);
        let mut status = root.status_of(OsStr::new("f")).unwrap();
        let mut part = Part::default();
        part.add(&status, || PathBuf::from("here"));
        status.is_in_cloud_only = true;
        part.add(&status, || PathBuf::from("there"));
        let mut whole = Part::default();
        whole.join(part);
        let found = whole.finish().in_cloud_only;
        assert_eq!(
            (found.count, found.first),
            (1, vec![PathBuf::from("there")])
        );
    }
}
