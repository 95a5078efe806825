//! Files that programs put in place of links.

use std::path::Path;

use lw_fs::look::content::read_small;
use lw_fs::look::{self, Kind};

use crate::jobs::Refusal;

/// A file in place of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Which side was written last.
    pub newer: Newer,
    /// Whether both have the same content; unknown for large files.
    pub is_same: Option<bool>,
}

/// Which of two was written last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newer {
    /// The file in place of the link.
    Here,
    /// What the link led to.
    There,
    /// Both at one time.
    Neither,
}

/// The longest files that are compared by content.
const COMPARED_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn is_file(target: &Path) -> bool {
    look::entry(target).is_ok_and(|entry| entry.kind == Kind::File)
}

/// Compares a file with what its link led to.
pub(super) fn compared(here: &Path, target: &Path) -> Result<Replaced, Refusal> {
    let ours = look::entry(here)?;
    let Ok(theirs) = look::followed(target) else {
        return Ok(Replaced {
            newer: Newer::Here,
            is_same: Some(false),
        });
    };
    let newer = match ours.modified_ns.cmp(&theirs.modified_ns) {
        std::cmp::Ordering::Greater => Newer::Here,
        std::cmp::Ordering::Less => Newer::There,
        std::cmp::Ordering::Equal => Newer::Neither,
    };
    let is_same = if theirs.kind != Kind::File || ours.size_bytes != theirs.size_bytes {
        Some(false)
    } else if ours.size_bytes > COMPARED_BYTES {
        None
    } else {
        match (
            read_small(here, COMPARED_BYTES),
            read_small(target, COMPARED_BYTES),
        ) {
            (Ok(here), Ok(there)) => Some(here == there),
            _ => None,
        }
    };
    Ok(Replaced { newer, is_same })
}
