//! A change that no ledger records: one link in place of what stands at a name.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::{Identity, NativeLink};

/// A link that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewLink {
    /// A symbolic link with this text.
    Symbolic(OsString),
    /// A link that Windows follows, on a volume that takes such.
    Native(NativeLink),
    /// One more name for what stands at this link-free path; a symbolic link there is itself given the name.
    Hard(PathBuf),
}

/// What becomes of something that gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is a link, or one of several names of a file: the name goes.
    Goes,
    /// It is the last name of what it holds: it is kept in quarantine.
    Kept,
}

/// Something that gives way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    /// Its name.
    pub path: PathBuf,
    /// What it was when it was looked at.
    pub identity: Identity,
    /// What becomes of it.
    pub fate: Fate,
}

/// A private folder in which something may be kept; it is not made yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeping {
    /// Where it is.
    pub slot: PathBuf,
    /// Where it is written down that it is there, if a purge would not look there by itself.
    pub note: Option<PathBuf>,
}

/// Where what is kept may go, the best place first, and what is said of it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantining {
    /// The private folders.
    pub slots: Vec<Keeping>,
    /// The state folder, if the first of them lies in it: it may not be made yet either.
    pub state_folder: Option<PathBuf>,
    /// The command.
    pub job: &'static str,
    /// The time, microseconds since 1970.
    pub time_us: i64,
}

/// A new link for a name that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The name, link-free.
    pub path: PathBuf,
    /// What is put there.
    pub new: NewLink,
    /// The name that what stands there now gets, in the same folder.
    pub backup: Option<PathBuf>,
    /// What gives way: what stands at `path`, or, if that becomes a backup, what stands at the backup's name.
    pub victim: Option<Victim>,
    /// A name in the same folder that nobody else uses.
    pub beside: PathBuf,
    /// Where the victim goes if it is kept.
    pub quarantining: Quarantining,
}
