//! What long work tells, and asks: how far it is, whether to stop, what time it is.

use std::path::Path;

use super::Loss;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Copying into the stage.
    Copy,
    /// Making the copy durable.
    Sync,
    /// Reading back what was written.
    Verify,
    /// Looking again for what changed.
    Look,
    /// Clearing the old tree.
    Clear,
}

/// How much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Bytes of content.
    pub bytes: u64,
    /// Files.
    pub files: u64,
}

/// Why something of the old tree stays in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was written to, and so was the new one.
    BothChanged,
    /// Someone has it open for writing.
    OpenForWriting,
    /// It changed while it was being looked at.
    StillChanging,
    /// The system does not let this user ask who has it open.
    NoLease,
    /// It could not be looked at or removed.
    Refused,
    /// The new volume cannot hold it.
    CannotBeHeld,
    /// It is a socket or a device.
    Special,
}

impl Kept {
    /// Returns the reason in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::BothChanged => "it was changed here and there",
            Self::OpenForWriting => "a program has it open for writing",
            Self::StillChanging => "it is being changed",
            Self::NoLease => "the system cannot tell whether a program has it open",
            Self::Refused => "the system refused to remove it",
            Self::CannotBeHeld => "the new volume cannot hold it",
            Self::Special => "sockets and devices are not copied",
        }
    }
}

/// Is told how far long work is, and is asked whether to go on.
///
/// Called from several threads. [`Monitor::advance`] may wait, to keep the work to a rate.
pub trait Monitor: Sync {
    /// A phase begins; `total` is what lies before it, as far as that is known.
    fn begin(&self, phase: Phase, total: Amount);

    /// That much more is done.
    fn advance(&self, done: Amount);

    /// Returns whether the work should stop.
    fn is_cancelled(&self) -> bool;

    /// Something of the old tree stays in quarantine.
    fn kept(&self, path: &Path, why: Kept);

    /// The new volume could not keep something.
    fn lost(&self, path: &Path, loss: Loss);

    /// A socket or a device is not taken into a snapshot.
    fn passed_over(&self) {}

    /// Returns the time, nanoseconds since 1970.
    fn now_ns(&self) -> i64;
}

/// Tells nobody and never stops.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched {
    /// Tells the time, microseconds since 1970.
    pub now_us: fn() -> i64,
}

impl Monitor for Unwatched {
    fn begin(&self, _phase: Phase, _total: Amount) {}

    fn advance(&self, _done: Amount) {}

    fn is_cancelled(&self) -> bool {
        false
    }

    fn kept(&self, _path: &Path, _why: Kept) {}

    fn lost(&self, _path: &Path, _loss: Loss) {}

    fn now_ns(&self) -> i64 {
        (self.now_us)().saturating_mul(1000)
    }
}
