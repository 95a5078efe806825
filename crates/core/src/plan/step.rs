//! Steps: few sorts of change, each one atomic call, each with what it requires and ensures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::path_text;
use super::{Fact, Trace};

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

/// One change, atomic by itself.
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
    },
    /// Look whether what was compared when the plan was made is still what it was; changes nothing.
    Check {
        /// What was compared.
        compared: Vec<Compared>,
    },
    /// Wait, so that programs half-way through a path arrive before its old parts go.
    Grace {
        /// How long.
        wait_ms: u64,
    },
}

impl Step {
    /// Returns what must be so for the step to be begun.
    pub fn requires(&self) -> Vec<Fact> {
        match self {
            Self::CreateSymbolicLink { link, .. } => vec![Fact::absent(link)],
            Self::CreateHardLink { target, link, file } => {
                vec![Fact::present(target, file), Fact::absent(link)]
            }
            Self::Rename { from, to, what } => vec![Fact::present(from, what), Fact::absent(to)],
            Self::Exchange { a, b, at_a, at_b } => {
                vec![Fact::present(a, at_a), Fact::present(b, at_b)]
            }
            Self::Quarantine { path, item, what } => {
                vec![Fact::present(path, what), Fact::absent(item)]
            }
            Self::RemoveScratch { link, text } => vec![Fact::present(link, &Trace::link(text))],
            Self::Check { .. } | Self::Grace { .. } => Vec::new(),
        }
    }

    /// Returns what is so once the step is done.
    pub fn ensures(&self) -> Vec<Fact> {
        match self {
            Self::CreateSymbolicLink { link, text, .. } => {
                vec![Fact::present(link, &Trace::link(text))]
            }
            Self::CreateHardLink { target, link, file } => {
                vec![Fact::present(target, file), Fact::present(link, file)]
            }
            Self::Rename { from, to, what } => vec![Fact::absent(from), Fact::present(to, what)],
            Self::Exchange { a, b, at_a, at_b } => {
                vec![Fact::present(a, at_b), Fact::present(b, at_a)]
            }
            Self::Quarantine { path, item, what } => {
                vec![Fact::absent(path), Fact::present(item, what)]
            }
            Self::RemoveScratch { link, .. } => vec![Fact::absent(link)],
            Self::Check { .. } | Self::Grace { .. } => Vec::new(),
        }
    }

    /// Returns the paths whose names the step changes.
    pub fn touches(&self) -> Vec<&Path> {
        match self {
            Self::CreateSymbolicLink { link, .. }
            | Self::CreateHardLink { link, .. }
            | Self::RemoveScratch { link, .. } => vec![link],
            Self::Rename { from, to, .. } => vec![from, to],
            Self::Exchange { a, b, .. } => vec![a, b],
            Self::Quarantine { path, item, .. } => vec![path, item],
            Self::Check { .. } | Self::Grace { .. } => Vec::new(),
        }
    }

    /// Returns the same step on other paths.
    pub fn map_paths(self, map: impl Fn(PathBuf) -> PathBuf) -> Self {
        match self {
            Self::CreateSymbolicLink {
                link,
                text,
                lasting,
            } => Self::CreateSymbolicLink {
                link: map(link),
                text,
                lasting,
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
            Self::RemoveScratch { link, text } => Self::RemoveScratch {
                link: map(link),
                text,
            },
            Self::Check { compared } => Self::Check { compared },
            Self::Grace { wait_ms } => Self::Grace { wait_ms },
        }
    }
}
