//! What is lost with an empty folder that is removed: its permission bits come back with it, the rest does not.

use std::path::Path;

use lw_fs::look;

use crate::plan::Notice;

/// Says what the folder would be without if it were made again, if anything.
pub(super) fn lost_with(folder: &Path) -> Option<Notice> {
    // What cannot be opened cannot be found empty; the step that removes it says so.
    let without = look::access::besides_mode(folder).ok()?;
    (!without.is_empty()).then(|| Notice::MadeAgainWithout {
        folder: folder.to_path_buf(),
        without,
    })
}
