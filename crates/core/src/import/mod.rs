//! What other managers of dotfiles write down: GNU Stow's lists and options, and dotbot's configuration.
//!
//! Everything here is pure: bytes in, values out. What the values mean for the links on a disk is looked at in
//! [`crate::jobs::import`].

mod dotbot;
mod json;
mod pattern;
mod stow;
mod value;
mod yaml;

use std::fmt;

pub use dotbot::{Config, DotbotLink, Globbing, Source, as_written};
pub use pattern::{NoGlob, Reach, globs};
pub use stow::{BUILT_IN_IGNORE_LIST, IgnoreList, LOCAL_IGNORE_LIST, StowOptions};
pub use value::{Content, Value};

/// The longest file that is read, in bytes; people write theirs by hand.
pub const LONGEST_BYTES: usize = 1024 * 1024;

/// Something that a manifest cannot say, or that cannot be told without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its line in the file, where that is known, counted from 1.
    pub line: Option<usize>,
    /// What, and what to do about it.
    pub why: String,
}

/// Why a file is not what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// What is wrong.
    pub why: String,
    /// The line, where that is known, counted from 1.
    pub line: Option<usize>,
}

impl ImportError {
    fn at(line: Option<usize>, why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            line,
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{} (line {line})", self.why),
            None => formatter.write_str(&self.why),
        }
    }
}

impl std::error::Error for ImportError {}

/// Returns the text of a file, which is not too long.
fn text_of(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.len() > LONGEST_BYTES {
        return Err(ImportError::at(None, "it is longer than 1 MiB"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        ImportError::at(Some(line), "it is not UTF-8")
    })
}
