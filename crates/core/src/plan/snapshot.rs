//! What a snapshot is of, and how it is taken.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::snapshot::{Guard, LinkPolicy, Share};
use serde::{Deserialize, Serialize};

use super::path_text::{self, PathText};

/// What a snapshot is of, and how it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotWish {
    /// The store.
    #[serde(with = "path_text::path")]
    pub store: PathBuf,
    /// The name of the new snapshot.
    pub id: String,
    /// What is taken.
    pub sources: Vec<SnapshotSource>,
    /// What its manifest says of it: JSON.
    pub header: String,
    /// The snapshot that it links to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// What becomes of links.
    pub links: LinkPolicy,
    /// What may be written in the store.
    pub guard: Guard,
    /// What a file that did not change shares with the snapshot before.
    #[serde(default)]
    pub share: Share,
    /// Whether content is compared where size and times say that it is the same.
    pub compares_all: bool,
    /// Whether nothing may come of something.
    pub allows_empty: bool,
    /// Whether what an interrupted run has left is gone on with.
    pub resumes: bool,
    /// Patterns of what is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// Whether it is to share the files of the sources, which are those of another tool's store.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopts: bool,
}

/// One of the things that a snapshot is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSource {
    /// Its name in the snapshot.
    #[serde(with = "path_text::text")]
    pub name: OsString,
    /// Its link-free path.
    #[serde(with = "path_text::path")]
    pub path: PathBuf,
    /// The path as it was given, where that is another one: it led through a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<PathText>,
}
