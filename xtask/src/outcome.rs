//! How a developers' command ends.

use std::fmt;

/// What every command returns.
pub type Outcome = Result<(), Failure>;

/// Why a command did not succeed.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// It was called wrongly; the usage is shown and the exit code is 2.
    Usage(String),
    /// It ran and failed; the exit code is 1. The text may hold a `help:` line.
    Failed(String),
}

impl Failure {
    /// Returns a failure that says what could not be done and what the system said about it.
    pub fn because(what: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Self::Failed(format!("{what}\n  cause: {cause}"))
    }

    /// Returns the same failure with one line on how to get further.
    pub fn with_help(self, help: impl fmt::Display) -> Self {
        match self {
            Self::Failed(what) => Self::Failed(format!("{what}\n  help: {help}")),
            usage @ Self::Usage(_) => usage,
        }
    }
}
