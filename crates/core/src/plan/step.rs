//! Steps: few sorts of change, each one atomic call, each with what it requires and ensures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Identity, NativeLink};
use lw_fs::path_form;
use lw_fs::snapshot::LinksAs;
use serde::{Deserialize, Serialize};

use super::path_text::{self, PathText};
use super::{CopyOptions, Fact, FactsChange, SnapshotWish, Standing, Trace};

/// Whether a link made by a plan is meant to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lasting {
    /// It is part of the result.
    Yes,
    /// It only serves the way there and is removed again.
    Scratch,
}

/// Something whose content a plan was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Where it is.
    #[serde(with = "path_text::path")]
    pub path: PathBuf,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When its content last changed, nanoseconds since 1970.
    pub modified_ns: i64,
}

/// One change. All are atomic by themselves but for some: [`Step::Stage`], [`Step::StageSnapshot`] and
/// [`Step::StageRestore`] build in private, and what is finished counts once the steps after them have given it a name, and [`Step::Retire`] can be repeated until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Make a symbolic link.
    CreateSymbolicLink {
        /// Where.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// Its target text.
        #[serde(with = "path_text::text")]
        text: OsString,
        /// Whether it stays.
        lasting: Lasting,
        /// How Windows is to follow it, on a volume of NTFS.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        native: Option<Box<NativeLink>>,
    },
    /// Give a file one more name.
    CreateHardLink {
        /// A name it has.
        #[serde(with = "path_text::path")]
        target: PathBuf,
        /// The name to add.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// The file.
        file: Trace,
    },
    /// Write a new text file, durably.
    WriteFile {
        /// Where.
        #[serde(with = "path_text::path")]
        file: PathBuf,
        /// Its content.
        text: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Make a folder for what is put into it.
    CreateFolder {
        /// Where.
        #[serde(with = "path_text::path")]
        folder: PathBuf,
        /// Its permission bits; without any it is made as any program would.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
    },
    /// Remove a folder if it is empty; with something in it, it stays.
    RemoveFolder {
        /// Where.
        #[serde(with = "path_text::path")]
        folder: PathBuf,
        /// The permission bits it had when that was planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
    },
    /// Move a name to a free name.
    Rename {
        /// The name that goes.
        #[serde(with = "path_text::path")]
        from: PathBuf,
        /// The name that comes.
        #[serde(with = "path_text::path")]
        to: PathBuf,
        /// What is moved.
        what: Trace,
    },
    /// Let two names change places.
    Exchange {
        /// One name.
        #[serde(with = "path_text::path")]
        a: PathBuf,
        /// The other name.
        #[serde(with = "path_text::path")]
        b: PathBuf,
        /// What is at `a` before.
        at_a: Trace,
        /// What is at `b` before.
        at_b: Trace,
    },
    /// Move what stands at a name into quarantine, whole.
    Quarantine {
        /// The name.
        #[serde(with = "path_text::path")]
        path: PathBuf,
        /// Where it goes.
        #[serde(with = "path_text::path")]
        item: PathBuf,
        /// What is moved.
        what: Trace,
    },
    /// Remove a link that a plan of ours made for the way only.
    RemoveScratch {
        /// The link.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// The text it must have.
        #[serde(with = "path_text::text")]
        text: OsString,
        /// How Windows follows it, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        native: Option<Box<NativeLink>>,
    },
    /// Write another target into a link of Windows, which stays the thing it is.
    ReAim {
        /// The link.
        #[serde(with = "path_text::path")]
        link: PathBuf,
        /// What it is before.
        was: Trace,
        /// What it is then.
        becomes: Trace,
    },
    /// Give a folder mode, owner, group, attributes and time. Not atomic: cut off, it is done again.
    GiveFacts {
        /// The folder.
        #[serde(with = "path_text::path")]
        folder: PathBuf,
        /// What makes it itself.
        what: Trace,
        /// What it has before and then.
        facts: Box<FactsChange>,
    },
    /// Look whether what was compared when the plan was made is still what it was; changes nothing.
    Check {
        /// What was compared.
        compared: Vec<Compared>,
    },
    /// Count links that other manifests list too as links of this one; changes nothing on the disk.
    Share {
        /// Those that count from now on.
        links: Vec<PathText>,
        /// Those that did before.
        before: Vec<PathText>,
    },
    /// Copy something to another volume, into a private folder, and read the copy back.
    Stage {
        /// What is copied.
        #[serde(with = "path_text::path")]
        source: PathBuf,
        /// What it is.
        what: Trace,
        /// Where the finished copy lies; its folder is the stage.
        #[serde(with = "path_text::path")]
        item: PathBuf,
        /// The finished copy.
        copy: Trace,
        /// How it is copied.
        options: CopyOptions,
    },
    /// Make a snapshot in the private folder that its store has for it.
    StageSnapshot {
        /// What it is of, and how it is taken.
        snapshot: Box<SnapshotWish>,
        /// Where its tree lies in the end.
        #[serde(with = "path_text::path")]
        item: PathBuf,
        /// The finished tree.
        copy: Trace,
    },
    /// Build what a snapshot holds in a private folder.
    StageRestore {
        /// The store.
        #[serde(with = "path_text::path")]
        store: PathBuf,
        /// The snapshot.
        id: String,
        /// What of it: a path below the snapshot.
        #[serde(with = "path_text::path")]
        path: PathBuf,
        /// Where what is finished lies; its folder is the stage.
        #[serde(with = "path_text::path")]
        item: PathBuf,
        /// What it is then.
        copy: Trace,
        /// What is given back for links that were followed or led elsewhere.
        links_as: LinksAs,
        /// Files that stand elsewhere, and have further names in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        standing: Vec<Standing>,
    },
    /// Make the names in these folders durable.
    Sync {
        /// The folders.
        folders: Vec<PathText>,
    },
    /// Carry over what was written to the old tree late, and remove of it what was verified.
    Retire {
        /// The old tree, in quarantine.
        #[serde(with = "path_text::path")]
        old: PathBuf,
        /// What it is.
        what: Trace,
        /// The copy, in use.
        #[serde(with = "path_text::path")]
        new: PathBuf,
        /// The stage, which holds the record of the copy.
        #[serde(with = "path_text::path")]
        stage: PathBuf,
        /// The folders whose names must be durable before anything is removed.
        durable: Vec<PathText>,
        /// Whether all of the old tree stays.
        keep: bool,
        /// How it was copied.
        options: CopyOptions,
    },
    /// Wait, so that programs half-way through a path arrive before its old parts go.
    Grace {
        /// How long.
        wait_ms: u64,
    },
}

impl Step {
    /// Returns the step that removes a folder, with the permission bits that it has now: it may be made again.
    pub fn remove_folder(folder: PathBuf) -> Self {
        Self::RemoveFolder {
            mode: look::access::mode_alone(&folder).ok(),
            folder,
        }
    }

    /// Returns what must be so for the step to be begun.
    pub fn requires(&self) -> Vec<Fact> {
        match self {
            Self::CreateSymbolicLink { link, .. } => vec![Fact::absent(link)],
            Self::CreateHardLink { target, link, file } => {
                vec![Fact::present(target, file), Fact::absent(link)]
            }
            Self::WriteFile { file, .. } => vec![Fact::absent(file)],
            Self::CreateFolder { folder, .. } => vec![Fact::absent(folder)],
            Self::RemoveFolder { folder, .. } => vec![Fact::folder(folder)],
            Self::Rename { from, to, what } => vec![Fact::present(from, what), Fact::absent(to)],
            Self::Exchange { a, b, at_a, at_b } => {
                vec![Fact::present(a, at_a), Fact::present(b, at_b)]
            }
            Self::Quarantine { path, item, what } => {
                vec![Fact::present(path, what), Fact::absent(item)]
            }
            Self::RemoveScratch { link, text, native } => {
                vec![Fact::present(
                    link,
                    &Trace::new_link(text, native.as_deref()),
                )]
            }
            Self::ReAim { link, was, .. } => vec![Fact::present(link, was)],
            Self::GiveFacts { folder, what, .. } => vec![Fact::present(folder, what)],
            Self::Stage {
                source, what, item, ..
            } => vec![Fact::present(source, what), Fact::absent(item)],
            Self::StageSnapshot { item, .. } => vec![Fact::absent(item)],
            Self::StageRestore {
                store, id, item, ..
            } => vec![Fact::folder(&store.join(id)), Fact::absent(item)],
            Self::Retire { old, what, .. } => vec![Fact::at_most(old, what)],
            Self::Check { .. } | Self::Share { .. } | Self::Sync { .. } | Self::Grace { .. } => {
                Vec::new()
            }
        }
    }

    /// Returns what is so once the step is done.
    pub fn ensures(&self) -> Vec<Fact> {
        match self {
            Self::CreateSymbolicLink {
                link, text, native, ..
            } => {
                vec![Fact::present(
                    link,
                    &Trace::new_link(text, native.as_deref()),
                )]
            }
            Self::CreateHardLink { target, link, file } => {
                vec![Fact::present(target, file), Fact::present(link, file)]
            }
            Self::WriteFile { file, .. } => vec![Fact::file(file)],
            Self::CreateFolder { folder, .. } => vec![Fact::folder(folder)],
            Self::RemoveFolder { folder, .. } => vec![Fact::absent(folder)],
            Self::Rename { from, to, what } => vec![Fact::absent(from), Fact::present(to, what)],
            Self::Exchange { a, b, at_a, at_b } => {
                vec![Fact::present(a, at_b), Fact::present(b, at_a)]
            }
            Self::Quarantine { path, item, what } => {
                vec![Fact::absent(path), Fact::present(item, what)]
            }
            Self::RemoveScratch { link, .. } => vec![Fact::absent(link)],
            Self::ReAim { link, becomes, .. } => vec![Fact::present(link, becomes)],
            Self::GiveFacts { folder, what, .. } => vec![Fact::present(folder, what)],
            Self::Stage { item, copy, .. }
            | Self::StageSnapshot { item, copy, .. }
            | Self::StageRestore { item, copy, .. } => vec![Fact::present(item, copy)],
            Self::Retire { old, what, .. } => vec![Fact::at_most(old, what)],
            Self::Check { .. } | Self::Share { .. } | Self::Sync { .. } | Self::Grace { .. } => {
                Vec::new()
            }
        }
    }

    /// Returns the paths whose names the step changes.
    pub fn touches(&self) -> Vec<&Path> {
        match self {
            Self::CreateSymbolicLink { link, .. }
            | Self::CreateHardLink { link, .. }
            | Self::RemoveScratch { link, .. }
            | Self::ReAim { link, .. } => vec![link],
            Self::WriteFile { file, .. } => vec![file],
            Self::CreateFolder { folder, .. }
            | Self::RemoveFolder { folder, .. }
            | Self::GiveFacts { folder, .. } => vec![folder],
            Self::Rename { from, to, .. } => vec![from, to],
            Self::Exchange { a, b, .. } => vec![a, b],
            Self::Quarantine { path, item, .. } => vec![path, item],
            Self::Stage { item, .. }
            | Self::StageSnapshot { item, .. }
            | Self::StageRestore { item, .. } => vec![item],
            Self::Retire { old, .. } => vec![old],
            Self::Check { .. } | Self::Share { .. } | Self::Sync { .. } | Self::Grace { .. } => {
                Vec::new()
            }
        }
    }

    /// Returns where the step takes what lies at `path` from one of its names to the other: the first one of an exchange.
    pub fn carries(&self, path: &Path) -> Option<PathBuf> {
        match self {
            Self::Exchange { a: from, b: to, .. } | Self::Rename { from, to, .. } => {
                path_form::moved(path, from, to)
            }
            _ => None,
        }
    }

    /// Returns the same step on other paths.
    pub fn map_paths(self, map: impl Fn(PathBuf) -> PathBuf) -> Self {
        match self {
            Self::CreateSymbolicLink {
                link,
                text,
                lasting,
                native,
            } => Self::CreateSymbolicLink {
                link: map(link),
                text,
                lasting,
                native,
            },
            Self::CreateHardLink { target, link, file } => Self::CreateHardLink {
                target: map(target),
                link: map(link),
                file,
            },
            Self::Rename { from, to, what } => Self::Rename {
                from: map(from),
                to: map(to),
                what,
            },
            Self::WriteFile { file, text, mode } => Self::WriteFile {
                file: map(file),
                text,
                mode,
            },
            Self::CreateFolder { folder, mode } => Self::CreateFolder {
                folder: map(folder),
                mode,
            },
            Self::RemoveFolder { folder, mode } => Self::RemoveFolder {
                folder: map(folder),
                mode,
            },
            Self::Exchange { a, b, at_a, at_b } => Self::Exchange {
                a: map(a),
                b: map(b),
                at_a,
                at_b,
            },
            Self::Quarantine { path, item, what } => Self::Quarantine {
                path: map(path),
                item: map(item),
                what,
            },
            Self::RemoveScratch { link, text, native } => Self::RemoveScratch {
                link: map(link),
                text,
                native,
            },
            Self::ReAim { link, was, becomes } => Self::ReAim {
                link: map(link),
                was,
                becomes,
            },
            Self::GiveFacts {
                folder,
                what,
                facts,
            } => Self::GiveFacts {
                folder: map(folder),
                what,
                facts,
            },
            unmoved @ (Self::Check { .. }
            | Self::Share { .. }
            | Self::Stage { .. }
            | Self::StageSnapshot { .. }
            | Self::StageRestore { .. }
            | Self::Sync { .. }
            | Self::Retire { .. }
            | Self::Grace { .. }) => unmoved,
        }
    }

    /// Returns where what the step builds in private lies once it is finished.
    pub fn builds(&self) -> Option<&Path> {
        match self {
            Self::Stage { item, .. }
            | Self::StageSnapshot { item, .. }
            | Self::StageRestore { item, .. } => Some(item),
            _ => None,
        }
    }

    /// Returns whether what it builds was not recorded when it was built: then no step after it was begun.
    pub fn is_unrecorded_copy(&self) -> bool {
        match self {
            Self::Stage { copy, .. }
            | Self::StageSnapshot { copy, .. }
            | Self::StageRestore { copy, .. } => copy.identity.is_none(),
            _ => false,
        }
    }

    /// Returns whether it is done again when an interrupted unit is finished, whatever the disk looks like: what it does
    /// leaves the names as they are.
    pub fn is_repeated(&self) -> bool {
        matches!(self, Self::Retire { .. } | Self::GiveFacts { .. })
    }

    /// Notes what makes itself what a stage has built at `item`.
    pub fn learn(&mut self, item: &Path, identity: Identity) {
        let (at, trace) = match self {
            Self::Stage { item, copy, .. }
            | Self::StageSnapshot { item, copy, .. }
            | Self::StageRestore { item, copy, .. } => (item, copy),
            Self::Rename { from, what, .. } => (from, what),
            Self::Exchange { a, at_a, .. } => (a, at_a),
            _ => return,
        };
        if at == item {
            trace.identity = Some(identity);
        }
    }
}
