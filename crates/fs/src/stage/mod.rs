//! Building something new in a private place, in parallel, and clearing what it replaced.
//!
//! A *stage* is a private folder on the volume where a thing is to go. [`build`] copies a file or a whole tree into it,
//! reads back what it wrote, looks again at what changed meanwhile, and leaves the copy under one name that a single
//! rename can publish. Nothing outside the stage is changed. [`retire`] is called once the copy is in use and the old
//! tree lies in quarantine: it carries over what was still written to the old tree and removes what was verified.
//!
//! Nothing of this is recorded a file at a time in the ledger: the stage has a record of its own (`manifest`), from
//! which an interrupted copy goes on. docs/design/across-volumes.md tells why each step is there.

mod build;
mod clone;
mod confirm;
mod copy_entry;
mod copy_file;
mod copy_link;
pub(crate) mod crew;
pub(crate) mod digest;
mod finish;
pub(crate) mod handles;
mod hard_links;
mod late;
mod manifest;
mod mirror;
mod monitor;
mod read_at;
pub(crate) mod record;
mod remove_old;
mod remove_staged;
mod resume;
mod retire;
#[cfg(test)]
mod whole_way;

pub use build::{BUILDING, BuildRequest, Verify, build, discard, unready};
pub(crate) use build::{rename as rename_in_stage, rename_only as rename_in_stage_only};
pub use copy_link::{NewText, NewTexts};
pub use manifest::{MANIFEST, MANIFEST_NEXT, rewritten};
pub use monitor::{Amount, Kept, Monitor, Phase, Unwatched};
pub(crate) use read_at::read_at;
pub(crate) use remove_staged::{remove_staged, remove_tree};
pub use retire::{Removal, RetireRequest, Retired, retire};

use std::path::PathBuf;

use crate::FsError;
use crate::look::Kind;

/// What an entry is, as far as a copy has to keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) kind: Kind,
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) link_count: u64,
    pub(crate) size_bytes: u64,
    pub(crate) allocated_bytes: u64,
    pub(crate) mode: u32,
    pub(crate) user_id: u32,
    pub(crate) group_id: u32,
    pub(crate) accessed_ns: i64,
    pub(crate) modified_ns: i64,
    pub(crate) changed_ns: i64,
    pub(crate) is_locked: bool,
    pub(crate) is_in_cloud_only: bool,
}

/// What a volume could not keep of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// A security label, which the policy of each system gives anew.
    Label,
    /// Permission bits.
    Mode,
    /// The times.
    Times,
    /// Flags of chattr(1), attributes of Windows.
    Flags,
    /// Owner or group.
    Owner,
    /// An access list.
    AccessList,
    /// An extended attribute.
    Attribute,
    /// An alternate data stream.
    Stream,
    /// That it is encrypted.
    Encryption,
    /// That several names stand for one file.
    HardLink,
    /// A symbolic link.
    SymbolicLink,
    /// A named pipe.
    Pipe,
    /// Its name.
    Name,
    /// Its content, which is not what was recorded.
    Content,
}

impl Loss {
    /// Returns whether it needs the user's consent: what is lost without it could be missed.
    pub fn needs_consent(self) -> bool {
        !matches!(self, Self::Label | Self::Mode | Self::Times | Self::Flags)
    }

    /// Returns the loss in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Label => "a security label",
            Self::Mode => "the permission bits",
            Self::Times => "the times",
            Self::Flags => "attribute flags",
            Self::Owner => "the owner",
            Self::AccessList => "an access list",
            Self::Attribute => "an extended attribute",
            Self::Stream => "an alternate stream",
            Self::Encryption => "the encryption",
            Self::HardLink => "that several names stand for one file",
            Self::SymbolicLink => "a symbolic link",
            Self::Pipe => "a named pipe",
            Self::Name => "the name",
            Self::Content => "the content, which is not what was recorded",
        }
    }
}

/// The system's answer to the wish for a read lease.
#[cfg_attr(
    target_os = "macos",
    allow(dead_code, reason = "there are no leases there")
)]
#[derive(Debug)]
pub(crate) enum LeaseAnswer {
    /// Nobody has the file open for writing, and whoever wants to must wait, or fails, as long as both the file and this are
    /// held.
    Granted(Held),
    /// Someone has it open for writing or mapped to be written.
    OpenForWriting,
    /// The system does not say: only the owner may ask, or there are no leases.
    Unknown,
}

/// What has to be held for a lease to stand, besides the file itself: another handle, where sharing stands for a lease.
#[derive(Debug)]
pub(crate) struct Held {
    _by: Option<std::fs::File>,
}

impl Held {
    /// Says that the file itself is enough.
    #[allow(dead_code, reason = "not every system has leases")]
    pub(crate) fn by_the_file() -> Self {
        Self { _by: None }
    }

    /// Says that this handle has to stay open.
    #[allow(dead_code, reason = "only where sharing stands for a lease")]
    pub(crate) fn by(handle: std::fs::File) -> Self {
        Self { _by: Some(handle) }
    }
}

/// Why a stage was not built, or the old tree not cleared.
#[derive(Debug)]
pub enum StageError {
    /// The system refused.
    System(FsError),
    /// The monitor asked to stop; the stage can be gone on with.
    Cancelled,
    /// Something goes on changing.
    KeepsChanging {
        /// The first of it.
        path: PathBuf,
    },
    /// Someone has it open for writing.
    OpenForWriting {
        /// The file.
        path: PathBuf,
    },
    /// What was read back is not what was written.
    NotAsWritten {
        /// The file in the stage.
        path: PathBuf,
    },
    /// The volume cannot keep something, and nobody consented to lose it.
    Loss {
        /// Whose.
        path: PathBuf,
        /// What.
        loss: Loss,
    },
    /// Another process is at work there.
    InUse {
        /// Where.
        path: PathBuf,
    },
    /// What was recorded is not there any more: it is missing, or its content is another.
    NotAsRecorded {
        /// The file in the store.
        path: PathBuf,
    },
    /// Nothing was found where there was something before.
    NothingThere,
    /// It can only stay where it is: a socket or a device.
    CannotBeCopied {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: Kind,
    },
}

impl From<FsError> for StageError {
    fn from(error: FsError) -> Self {
        Self::System(error)
    }
}

/// The most threads that copy at a time; a folder is worked on by one.
pub(crate) const MAX_WORKERS: usize = 4;

/// The most files of one folder that are open at a time in one thread.
pub(crate) const MAX_OPEN_FILES: usize = 32;

/// What one thread reads at a time.
pub(crate) const ROOM_BYTES: usize = 1024 * 1024;
