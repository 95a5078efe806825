//! The set file: what snapshots are taken of, whereto, which are kept and how often, written down once.
//!
//! The form of the file is described in docs/formats/snapshot-set.md. Everything here is pure: bytes in, values out; nothing looks
//! at the disk.

mod age;
mod read;

use lw_fs::snapshot::{Guard, LinkPolicy, Share};

use crate::jobs::snapshot::retention::Keep;
use crate::plan::LinkRule;

pub use age::parse_age_us;

/// What a set file says. Paths are as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotSet {
    /// Whereto.
    pub store: Written,
    /// Of what; at least one.
    pub sources: Vec<Written>,
    /// What becomes of links.
    pub links: LinkPolicy,
    /// What becomes of some of them instead.
    pub links_at: Vec<LinkRule>,
    /// Whether other volumes that are mounted in a source are taken along.
    pub cross_mounts: bool,
    /// What a file that did not change shares with the snapshot before.
    pub share: Share,
    /// What may not be written in the store; as in the snapshot before, if not told.
    pub guard: Option<Guard>,
    /// Patterns of what is left out.
    pub exclude: Vec<String>,
    /// Words to find its snapshots by.
    pub tags: Vec<String>,
    /// Which are kept; without it, all are.
    pub keep: Option<Keep>,
    /// How often one is taken.
    pub schedule: Option<Schedule>,
}

/// A path as written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What is written.
    pub text: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// How often a snapshot is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Each hour, when it begins.
    Hourly,
    /// Each day.
    Daily(TimeOfDay),
    /// Each Monday.
    Weekly(TimeOfDay),
}

/// A time of the day, as clocks show it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeOfDay {
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
}
