//! What a plan is about, for headlines and the log.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::{Kind, NativeLink};
use serde::{Deserialize, Serialize};

use super::Imported;
use super::path_text::{self, PathText};

/// What an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum Subject {
    /// A link is made.
    Link {
        /// Where the link is.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// Its target text, or the other name of a hard link.
        #[serde(with = "path_text::text")]
        target: OsString,
        /// Whether it is a hard link.
        hard: bool,
        /// How Windows follows it, on a volume of NTFS.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        native: Option<Box<NativeLink>>,
        /// What is displaced, if anything.
        displaced: Option<Kind>,
    },
    /// Something moves and leaves a link.
    Move {
        /// Whence.
        #[serde(with = "path_text::path")]
        source: PathBuf,
        /// Whereto.
        #[serde(with = "path_text::path")]
        dest: PathBuf,
        /// What it is.
        kind: Kind,
        /// What it holds.
        counts: TreeCounts,
        /// What is merged, where DEST held a folder already.
        merge: Option<MergeCounts>,
        /// What is copied, where DEST is on another volume.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        across: Option<Across>,
    },
    /// Something comes back to where its link is.
    BringBack {
        /// The link.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// Where the thing is.
        #[serde(with = "path_text::path")]
        dest: PathBuf,
        /// What it is.
        kind: Kind,
        /// What it holds.
        counts: TreeCounts,
        /// What is copied, where it is on another volume.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        across: Option<Across>,
    },
    /// Links are removed.
    Remove {
        /// The links.
        links: RemovedLinks,
    },
    /// A link gets another target.
    Retarget {
        /// The link.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// Its text until now.
        #[serde(with = "path_text::text")]
        old_text: OsString,
        /// Its new text.
        #[serde(with = "path_text::text")]
        new_text: OsString,
    },
    /// Links become links of another form or kind, and lead to where they led.
    Convert {
        /// What they become.
        to: LinkForm,
        /// How many.
        links: u64,
        /// The first of them.
        #[serde(with = "path_text::path")]
        first: PathBuf,
        /// What is copied, where they become copies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copied: Option<Copied>,
    },
    /// Broken links get texts that lead to where their targets are.
    Repair {
        /// How many.
        links: u64,
        /// The first of them.
        #[serde(with = "path_text::path")]
        first: PathBuf,
    },
    /// Things move into a folder, leave links, and are listed in a manifest.
    Adopt {
        /// The manifest.
        #[serde(with = "path_text::path")]
        manifest: PathBuf,
        /// How many.
        items: u64,
        /// The first of them.
        #[serde(with = "path_text::path")]
        first: PathBuf,
    },
    /// What a manifest lists is brought about.
    Apply {
        /// The manifest.
        #[serde(with = "path_text::path")]
        manifest: PathBuf,
        /// What is done.
        counts: ApplyCounts,
    },
    /// A snapshot is taken.
    Snapshot {
        /// The store.
        #[serde(with = "path_text::path")]
        store: PathBuf,
        /// Its name.
        id: String,
        /// What it is of.
        sources: Vec<PathText>,
        /// The snapshot that it links to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        basis: Option<String>,
        /// The folders of another tool's store that become snapshots, this one being the last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        imported: Vec<Imported>,
    },
    /// What a snapshot holds is given back.
    Restore {
        /// The store.
        #[serde(with = "path_text::path")]
        store: PathBuf,
        /// The snapshot.
        id: String,
        /// How many things.
        items: u64,
        /// Where the first of them goes.
        #[serde(with = "path_text::path")]
        first: PathBuf,
        /// How many of them take the place of something.
        replaced: u64,
    },
    /// A set file is to be run regularly.
    Schedule {
        /// The set file.
        #[serde(with = "path_text::path")]
        set: PathBuf,
        /// What is written for the scheduler.
        files: Vec<PathText>,
    },
    /// An operation is taken back.
    Undo {
        /// Its number.
        operation_id: i64,
        /// What it was about.
        of: Box<Subject>,
    },
}

/// The links of one removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemovedLinks(Vec<PathText>);

impl RemovedLinks {
    /// Wraps the paths.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self(paths.into_iter().map(PathText).collect())
    }

    /// Returns the paths.
    pub fn iter(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.iter().map(|path| &path.0)
    }
}

impl Subject {
    /// Returns the command's name.
    pub fn job(&self) -> &'static str {
        match self {
            Self::Link { .. } => "link",
            Self::Move { .. } => "move",
            Self::BringBack { .. } => "bring-back",
            Self::Remove { .. } => "remove",
            Self::Retarget { .. } => "retarget",
            Self::Convert { .. } => "convert",
            Self::Repair { .. } => "repair",
            Self::Adopt { .. } => "adopt",
            Self::Apply { .. } => "apply",
            Self::Snapshot { .. } => "snapshot",
            Self::Restore { .. } => "restore",
            Self::Schedule { .. } => "schedule",
            Self::Undo { .. } => "undo",
        }
    }
}

/// What is done for a manifest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyCounts {
    /// Links that are made where nothing was.
    pub made: u64,
    /// Links that lead elsewhere than before, or take the place of something.
    pub changed: u64,
    /// Links that are removed, since they are not listed any more.
    pub removed: u64,
    /// Files and folders that move and leave a link.
    pub moved: u64,
    /// Files whose new content goes into the target of their link.
    pub absorbed: u64,
    /// Folders of links for which one link stands.
    #[serde(default)]
    pub folded: u64,
    /// Links of other manifests that are this one's too from now on.
    #[serde(default)]
    pub shared: u64,
    /// Links that are not listed any more and stay those of other manifests.
    #[serde(default)]
    pub left: u64,
}

/// What a link can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkForm {
    /// A symbolic link whose text says the same with less.
    Shorter,
    /// A symbolic link with a relative text.
    Relative,
    /// A symbolic link with an absolute text.
    Absolute,
    /// A symbolic link, in place of one of the names of a file.
    Symbolic,
    /// One more name of the file.
    Hard,
    /// A junction.
    Junction,
    /// A link that Windows follows.
    Native,
    /// A copy of what it leads to, and no link any more.
    Copy,
}

/// What is copied in place of links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Bytes of content.
    pub bytes: u64,
    /// Files and links.
    pub files: u64,
}

/// What a moved tree holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeCounts {
    /// Regular files.
    pub files: u64,
    /// Folders below the top one.
    pub directories: u64,
    /// Symbolic links.
    pub links: u64,
}

/// What is copied to another volume.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Across {
    /// Bytes of content.
    pub bytes: u64,
    /// Bytes free on the new volume.
    pub free_bytes: u64,
    /// Whether the old tree stays in quarantine.
    pub keeps_original: bool,
}

/// How two folders of one name compare, file by file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeCounts {
    /// Only at SOURCE.
    pub only_source: u64,
    /// Only at DEST.
    pub only_dest: u64,
    /// The same at both.
    pub same: u64,
    /// Different, newer at SOURCE.
    pub newer_source: u64,
    /// Different, newer at DEST.
    pub newer_dest: u64,
    /// Different without a newer one: both are kept.
    pub both_kept: u64,
}
