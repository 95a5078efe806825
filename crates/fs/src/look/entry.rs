//! One directory entry: what it is, without following it.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{FsError, FsErrorKind, sys};

/// What sort of thing a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link.
    SymbolicLink,
    /// A Windows junction.
    Junction,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character or block device.
    Device,
    /// Something this platform module does not know.
    Other,
}

impl Kind {
    /// Returns whether names of this kind lead somewhere else.
    pub fn is_link(self) -> bool {
        matches!(self, Self::SymbolicLink | Self::Junction)
    }

    /// Returns the kind in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "folder",
            Self::SymbolicLink => "symbolic link",
            Self::Junction => "junction",
            Self::Fifo => "named pipe",
            Self::Socket => "socket",
            Self::Device => "device",
            Self::Other => "unknown thing",
        }
    }
}

/// What makes an entry itself and no other.
///
/// Two identities are compared by [`Identity::is_same`], which leaves the device out: device numbers change when
/// a volume is mounted again, and an identity is always looked for under a known path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Device number of the volume at the time of the look.
    pub device: u64,
    /// Inode number or file id.
    pub inode: u64,
    /// Birth time in nanoseconds since 1970, where the file system keeps one.
    pub birth_ns: Option<i64>,
}

impl Identity {
    /// Returns whether both name one thing: same inode, and same birth time where both have one.
    pub fn is_same(&self, other: &Self) -> bool {
        self.inode == other.inode
            && match (self.birth_ns, other.birth_ns) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            }
    }

    /// Returns whether both name one thing at this moment, device included.
    pub fn is_same_now(&self, other: &Self) -> bool {
        self.device == other.device && self.is_same(other)
    }
}

/// One directory entry, not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// What makes it itself.
    pub identity: Identity,
    /// Number of names it has.
    pub link_count: u64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Permission bits, type bits left out.
    pub mode: u32,
    /// Owner.
    pub user_id: u32,
    /// Group.
    pub group_id: u32,
    /// Time of the last change of content, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Time of the last change of the inode, nanoseconds since 1970.
    pub changed_ns: i64,
    /// Id of the mount it was reached through (`STATX_MNT_ID`), 0 where unknown.
    pub mount_id: u64,
    /// Whether a mount begins here.
    pub is_mount_root: bool,
    /// Whether it is immutable or append-only (`chattr +i`, `+a`; `chflags uchg`, `uappnd` and what else locks).
    pub is_locked: bool,
    /// Whether its content lies in the cloud alone, and is fetched when it is read.
    pub is_in_cloud_only: bool,
}

/// Returns what stands at `path`, without following a link in the last name.
///
/// Stands on `statx(2)` with `AT_SYMLINK_NOFOLLOW`. Fails with `NotFound` if nothing stands there.
pub fn entry(path: &Path) -> Result<Entry, FsError> {
    sys::entry::entry(path).map_err(|error| FsError::new("look at", path, error))
}

/// Returns what stands at `path`, or `None` if nothing does.
pub fn entry_if_any(path: &Path) -> Result<Option<Entry>, FsError> {
    match entry(path) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if error.kind == FsErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns what `path` leads to as the system follows it, its birth time left out.
///
/// Stands on `statx(2)`. Fails as the system does: `NotFound` for a dangling link, `Loop` for a circle.
pub fn followed(path: &Path) -> Result<Entry, FsError> {
    sys::entry::followed(path).map_err(|error| FsError::new("follow", path, error))
}

/// Returns the target text of the symbolic link at `path`, byte for byte.
///
/// Stands on `readlink(2)`. Fails with `Other` (`EINVAL`) if it is not a link.
pub fn read_link(path: &Path) -> Result<OsString, FsError> {
    let read = || -> io::Result<OsString> { sys::link::read_link(path) };
    read().map_err(|error| FsError::new("read the link", path, error))
}

/// Returns every name of the file at `path`, in no order; `None` where the system cannot tell without a search.
///
/// Stands on `FileHardLinkInformation`: NTFS notes in each file where its names are. No other system does.
pub fn names_of(path: &Path) -> Result<Option<Vec<std::path::PathBuf>>, FsError> {
    #[cfg(windows)]
    return sys::handle::names_of(path)
        .map_err(|error| FsError::new("list the names of", path, error));
    #[cfg(not(windows))]
    {
        let _nowhere = path;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_told_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let top = crate::look::real_folder(folder.path()).unwrap();
        std::fs::create_dir(top.join("d")).unwrap();
        let (a, b) = (top.join("a"), top.join(r"d").join("b"));
        std::fs::write(&a, "").unwrap();
        std::fs::hard_link(&a, &b).unwrap();
        match names_of(&a).unwrap() {
            Some(mut names) => {
                names.sort();
                assert_eq!(names, [a, b]);
            }
            None => println!("skipped: the names of a file: not told here"),
        }
    }
}
