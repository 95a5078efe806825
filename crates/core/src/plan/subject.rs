//! What a plan is about, for headlines and the log, and what the user should know before saying yes.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::Kind;
use serde::{Deserialize, Serialize};

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
    /// Broken links get texts that lead to where their targets are.
    Repair {
        /// How many.
        links: u64,
        /// The first of them.
        #[serde(with = "path_text::path")]
        first: PathBuf,
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
            Self::Repair { .. } => "repair",
            Self::Undo { .. } => "undo",
        }
    }
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

/// What the user should know before saying yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The kind of link that was chosen.
    KindChosen {
        /// In words, with the reason.
        why: String,
    },
    /// The volume cannot exchange two names, so the path is missing for a moment.
    Gap {
        /// The path.
        path: PathBuf,
        /// The file system that cannot.
        file_system: String,
    },
    /// Link and target lie in one folder, so a program that opens the path at that very instant may miss it once.
    SameFolder {
        /// The path.
        path: PathBuf,
    },
    /// A link inside leads outside by a relative text, and is re-aimed.
    ReAimed {
        /// The link as it is now.
        link: PathBuf,
        /// Its text until now.
        old_text: OsString,
        /// Its new text.
        new_text: OsString,
    },
    /// A link inside leads outside by a relative text, and gets another one in the copy.
    ReAimedCopy {
        /// The link as it is now.
        link: PathBuf,
        /// Its text until now.
        old_text: OsString,
        /// Its text in the copy.
        new_text: OsString,
    },
    /// A link inside gets the text back that it had before the move.
    ReAimedBack {
        /// The link as it will be.
        link: PathBuf,
        /// The text it gets back.
        text: OsString,
    },
    /// Folders inside could not be read, so links in them were not looked at.
    Unreadable {
        /// How many.
        count: u64,
        /// The first.
        first: PathBuf,
    },
    /// Other volumes are mounted inside.
    MountsInside {
        /// Their mount points.
        mount_points: Vec<PathBuf>,
    },
    /// Plain links of Linux on an NTFS volume are not followed by Windows.
    NotForWindows {
        /// The link.
        link: PathBuf,
    },
    /// The new link leads nowhere, as asked.
    Dangling {
        /// What is missing.
        missing: PathBuf,
    },
    /// The new link leads to a folder that contains it, as asked.
    Recursive {
        /// That folder.
        folder: PathBuf,
    },
    /// What an interrupted run has copied is gone on with.
    Resumed {
        /// The private folder that holds it.
        stage: PathBuf,
    },
    /// The old tree stays in quarantine, and why.
    KeepsOriginal {
        /// Where it will lie.
        item: PathBuf,
        /// Why, in words.
        why: String,
    },
    /// Two folders become one on another volume, and undo does not part them.
    StaysMerged,
    /// The new volume cannot keep something of what is moved; it was consented to.
    Lossy {
        /// What, in words.
        what: String,
    },
    /// The new volume may not show something as it was, which seldom matters.
    Nuisance {
        /// What, in words.
        what: String,
    },
    /// Programs are at work in what is moved.
    InUse {
        /// Who and where, in words.
        who: String,
    },
    /// Files have names outside what is moved; those keep the old file.
    SplitsHardLinks {
        /// How many files.
        count: u64,
        /// The first of them.
        first: PathBuf,
    },
    /// Broken links are mended by a rule: what was below one place is below another now.
    MendedByRule {
        /// The old place.
        from: PathBuf,
        /// The new place.
        to: PathBuf,
        /// How many links.
        links: u64,
        /// How many targets stand where the rule says; `None` where it was told.
        borne_out_by: Option<u64>,
    },
    /// A broken link is mended, for the reason in words.
    Mended {
        /// The link.
        link: PathBuf,
        /// Its new text.
        new_text: OsString,
        /// Why.
        why: String,
    },
    /// Links that are sound again once those are that they lead to.
    MendedAlong {
        /// How many.
        links: u64,
    },
    /// A broken link stays as it is.
    NotMended {
        /// The link.
        link: PathBuf,
        /// Its text.
        text: OsString,
        /// Why.
        why: NotMended,
    },
    /// What was changed since the operation stays as it is.
    LeftAlone {
        /// The path.
        path: PathBuf,
        /// Why, in words.
        why: String,
    },
}

/// Why a broken link stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMended {
    /// Its target was not found.
    NothingFound,
    /// Several places are equally good.
    Ambiguous {
        /// The first of them.
        candidates: Vec<PathBuf>,
        /// How many there are.
        count: u64,
    },
    /// It leads to this link, which is broken itself and is not mended.
    ByWayOf(PathBuf),
    /// It may not be changed, for the reason in words.
    CannotChange(String),
}
