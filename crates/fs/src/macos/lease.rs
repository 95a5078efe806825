//! Leases: macOS has none, so nobody can be kept from opening a file, and nobody says that none has it open.

use std::fs::File;
use std::io;

use crate::stage::LeaseAnswer;

/// Answers that it cannot be told: what was copied to another volume stays in quarantine until it is purged.
pub(crate) fn take(_file: &File) -> io::Result<LeaseAnswer> {
    Ok(LeaseAnswer::Unknown)
}

/// There is none that could stand.
pub(crate) fn stands(_file: &File) -> bool {
    false
}
