//! A folder in which links are to stand, where something else is in its place or above it.

use std::path::Path;

use lw_fs::FsErrorKind;
use lw_fs::look::{self, End};

use super::Conflict;
use crate::jobs::Refusal;

/// Returns what keeps a folder from being there or being made, if anything does.
pub(super) fn blocked(folder: &Path) -> Result<Option<Conflict>, Refusal> {
    for at in folder.ancestors() {
        let entry = match look::entry_if_any(at) {
            Ok(Some(entry)) => entry,
            Ok(None) => continue,
            // What is in the way stands further up.
            Err(error) if error.kind == FsErrorKind::NotADirectory => continue,
            Err(error) => return Err(error.into()),
        };
        let end = match look::resolve(at).end {
            End::Found { entry, .. } => Some(entry.kind),
            End::Unreadable(error) => return Err(error.into()),
            _ => None,
        };
        let is_free = end == Some(look::Kind::Directory);
        return Ok((!is_free).then(|| Conflict::NoFolder {
            at: at.to_path_buf(),
            kind: entry.kind,
            end,
        }));
    }
    Ok(None)
}
