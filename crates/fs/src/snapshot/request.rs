//! What is wanted of a snapshot.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::store::Store;
use crate::look::Kind;

/// What becomes of symbolic links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkPolicy {
    /// They keep their text, byte for byte.
    Preserve,
    /// Absolute links into a source become relative, so that they lead to what is in the snapshot.
    Rebase,
    /// Each gives way to what it leads to, but for those that lead in a circle or nowhere.
    Follow,
    /// What lies outside is taken once, in place of the first link to it; all others lead to where it is in the snapshot.
    FollowOnce,
    /// They are left out.
    Skip,
}

/// What a file that did not change shares with the snapshot before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Its inode: it takes no room at all.
    #[default]
    Hardlink,
    /// Its blocks: it takes an inode, and whoever writes to it changes no other snapshot.
    Reflink,
    /// Its blocks where the store's volume can share them, else its inode.
    Auto,
}

/// Which permission to write is taken from what is in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// None.
    None,
    /// That to change names in folders.
    Dirs,
    /// Also that to change files.
    Ro,
}

impl Guard {
    /// Whether there are the permission bits that a guard takes: not on Windows.
    pub const IS_POSSIBLE: bool = cfg!(unix);
}

/// What a snapshot is taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name in the snapshot.
    pub name: OsString,
    /// Its link-free path.
    pub path: PathBuf,
    /// The path that was given for it, if that is a link: what links in it say may begin with either.
    pub given: Option<PathBuf>,
}

/// Says of the path of a link below the folder of the sources what becomes of it, if that is something of its own.
pub type LinksAt<'a> = &'a (dyn Fn(&Path) -> Option<LinkPolicy> + Sync);

/// Says of a path below the folder of the sources whether it is left out.
pub type Excluded<'a> = &'a (dyn Fn(&Path, Kind) -> bool + Sync);

/// What is taken, whereto, and how.
pub struct TakeRequest<'a> {
    /// What is taken; each name once.
    pub sources: &'a [Source],
    /// Whereto.
    pub store: &'a Store,
    /// The name of the new snapshot.
    pub id: &'a str,
    /// What its manifest is to say of it: JSON.
    pub header: &'a [u8],
    /// The snapshot that it links to.
    pub basis: Option<&'a str>,
    /// What becomes of links.
    pub links: LinkPolicy,
    /// What becomes of some of them instead; never [`LinkPolicy::FollowOnce`], and nothing where `links` is that.
    pub links_at: Option<LinksAt<'a>>,
    /// What may be written in the store.
    pub guard: Guard,
    /// What a file that did not change shares with the snapshot before.
    pub share: Share,
    /// Whether content is compared where size and times say that it is the same.
    pub compares_all: bool,
    /// Whether nothing may come of something.
    pub allows_empty: bool,
    /// Whether what an interrupted run has left is linked to, or only removed.
    pub resumes: bool,
    /// Whether other volumes that are mounted in a source are taken along.
    pub crosses_mounts: bool,
    /// What is left out.
    pub excluded: Option<Excluded<'a>>,
    /// Link-free paths of folders that are not entered, as the store is not; they need not be there.
    pub closed: &'a [PathBuf],
    /// Whether the snapshot is to share the files of the sources, which are those of another tool's store.
    pub adopts: bool,
}
