//! The beginning of files that are met on a walk.

use std::io::{self, Read as _};

use super::Found;
use crate::FsError;

/// The beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The first bytes of its content.
    pub bytes: Vec<u8>,
    /// How many bytes the file held when it was opened.
    pub size_bytes: u64,
}

impl Beginning {
    /// Returns whether there is more of the file.
    pub fn is_cut(&self) -> bool {
        self.size_bytes > self.bytes.len() as u64
    }
}

impl Found<'_> {
    /// Returns whether the system marks the file as a Finder alias, where it keeps such marks: `com.apple.FinderInfo` on macOS.
    pub fn is_marked_alias(&self) -> Option<bool> {
        #[cfg(target_os = "macos")]
        let marked = Some(crate::sys::link::is_marked_alias(&self.path()));
        #[cfg(not(target_os = "macos"))]
        let marked = None;
        marked
    }

    /// Returns the first bytes of a regular file, at most `limit_bytes`.
    ///
    /// Never follows a link and never waits for a pipe: openat(2) with `O_NOFOLLOW` and `O_NONBLOCK`. When the file was last
    /// read stays as it is where the system lets us (`O_NOATIME`). Fails with `Changed` if something else stands there by
    /// now.
    pub fn beginning(&self, limit_bytes: u64) -> Result<Beginning, FsError> {
        let failed = |error| FsError::new("read", &self.path(), error);
        let file = self.open.open_to_read(self.name).map_err(failed)?;
        let status = file.metadata().map_err(failed)?;
        if !status.is_file() {
            return Err(FsError::changed("read", &self.path()));
        }
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::with_capacity(status.len().min(limit_bytes) as usize);
            file.take(limit_bytes).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        Ok(Beginning {
            bytes: read().map_err(failed)?,
            size_bytes: status.len(),
        })
    }
}
