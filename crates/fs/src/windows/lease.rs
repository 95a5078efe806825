//! Leases: not written yet.

use std::fs::File;
use std::io;

use crate::stage::LeaseAnswer;

pub(crate) fn take(_file: &File) -> io::Result<LeaseAnswer> {
    Ok(LeaseAnswer::Unknown)
}

pub(crate) fn stands(_file: &File) -> bool {
    false
}
