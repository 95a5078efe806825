//! What a client's own configuration tells, and why it may tell nothing.

use std::path::PathBuf;

use lw_fs::FsErrorKind;
use lw_fs::look::Kind;

/// The most folders that are taken from one configuration; nobody has more, and a damaged one may claim any number.
pub const MOST_FOLDERS: usize = 256;

/// A folder that a configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What tells it from others of the client: an account, a label.
    pub account: Option<String>,
    /// The folder as it is written there; a tilde stands for the home folder.
    pub folder: PathBuf,
}

/// Why a configuration is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRead {
    /// It is a link: what it leads to is not the client's own file for sure.
    IsLink,
    /// It is no file.
    NoFile(Kind),
    /// It is larger than such files are.
    TooLarge,
    /// Its content is not in the form that the client writes.
    OtherForm,
    /// Somebody writes it all the time.
    Changing,
    /// The system does not let it be read.
    Unreadable(FsErrorKind),
}

impl NotRead {
    /// Returns the reason in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::IsLink => "it is a link to somewhere else",
            Self::NoFile(_) => "it is no file",
            Self::TooLarge => "it is larger than such files are",
            Self::OtherForm => "its content is not what the client writes",
            Self::Changing => "it changes while it is read",
            Self::Unreadable(kind) => kind.words(),
        }
    }

    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::IsLink => "link",
            Self::NoFile(_) => "no-file",
            Self::TooLarge => "too-large",
            Self::OtherForm => "other-form",
            Self::Changing => "changing",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// The folders that a configuration names, or why it is not read.
pub type Telling = Result<Vec<Told>, NotRead>;

/// Returns a label that can be shown on a line: without letters that steer a terminal, and `None` if nothing is left of it.
pub(super) fn label(text: &str) -> Option<String> {
    const MOST_LETTERS: usize = 200;
    let shown = text.chars().filter(|letter| !letter.is_control());
    let label: String = shown.take(MOST_LETTERS).collect();
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// Returns a folder as it is written, if that can be one.
pub(super) fn folder(text: &str) -> Option<PathBuf> {
    (!text.is_empty() && !text.contains('\0')).then(|| PathBuf::from(text))
}

/// Returns accounts and folders, to be compared with what is expected.
#[cfg(test)]
pub(super) fn named(told: &[Told]) -> Vec<(Option<&str>, &str)> {
    told.iter()
        .map(|told| (told.account.as_deref(), told.folder.to_str().unwrap()))
        .collect()
}
