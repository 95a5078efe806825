//! What a snapshot is of, and how it is taken.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use lw_fs::snapshot::{Guard, LinkPolicy, Share};
use serde::{Deserialize, Serialize};

use super::Trace;
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
    /// What becomes of some of them instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links_at: Vec<LinkRule>,
    /// Whether other volumes that are mounted in a source are taken along.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cross_mounts: bool,
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
    /// Folders that are not entered, as the store is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<PathText>,
    /// Whether it is to share the files of the sources, which are those of another tool's store.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopts: bool,
}

/// What becomes of the links that a pattern means, other than of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRule {
    /// A pattern like those of what is left out.
    pub pattern: String,
    /// What becomes of them.
    pub links: LinkPolicy,
}

impl FromStr for LinkRule {
    type Err = String;

    /// Reads `PATTERN=POLICY`; the pattern may have a `=` in it. What is taken once is decided for all links together, and
    /// so no policy for some of them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rule = text.rsplit_once('=').and_then(|(pattern, policy)| {
            let links = match policy {
                "preserve" => LinkPolicy::Preserve,
                "rebase" => LinkPolicy::Rebase,
                "follow" => LinkPolicy::Follow,
                "skip" => LinkPolicy::Skip,
                _ => return None,
            };
            let pattern = pattern.to_owned();
            (!pattern.is_empty()).then_some(Self { pattern, links })
        });
        rule.ok_or_else(|| {
            format!("'{text}' is not PATTERN=POLICY, with one of: preserve, rebase, follow, skip")
        })
    }
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

/// A file that stands where a snapshot has it, and gets further names in what is built from that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// A name of it: a path below the snapshot.
    #[serde(with = "path_text::path")]
    pub path: PathBuf,
    /// Where it stands.
    #[serde(with = "path_text::path")]
    pub target: PathBuf,
    /// The file.
    pub file: Trace,
}

/// A folder of another tool's store that becomes a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Its link-free path.
    #[serde(with = "path_text::path")]
    pub path: PathBuf,
    /// When it was made, microseconds since 1970.
    pub taken_us: i64,
}
