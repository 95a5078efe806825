//! Small facts about the disk: this path holds nothing, or this very entry.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Identity, Kind, NativeLink, OnNtfs};
use lw_fs::{FsError, FsErrorKind};
use serde::{Deserialize, Serialize};

use super::path_text;

/// What is known of an entry: enough to tell it from any other that could stand in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// What it is.
    pub kind: Kind,
    /// What makes it itself; unknown for what is yet to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The target text of a link.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "path_text::optional_text"
    )]
    pub text: Option<OsString>,
    /// The link as Windows follows it, where it is one on an NTFS volume. What the driver shows as its text there depends
    /// on what it leads to at the moment, so this is what counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<Box<NativeLink>>,
}

impl Trace {
    /// Describes anything of a kind that is no link.
    pub fn any(kind: Kind) -> Self {
        Self {
            kind,
            identity: None,
            text: None,
            native: None,
        }
    }

    /// Returns the trace of a link that is yet to be made.
    pub fn link(text: impl Into<OsString>) -> Self {
        Self {
            kind: Kind::SymbolicLink,
            identity: None,
            text: Some(text.into()),
            native: None,
        }
    }

    /// Returns the trace of a link that is yet to be made, and that Windows follows if `native` says how.
    pub fn new_link(text: impl Into<OsString>, native: Option<&NativeLink>) -> Self {
        Self {
            native: native.cloned().map(Box::new),
            ..Self::link(text)
        }
    }

    /// Returns whether `found` can be what this trace describes.
    pub fn fits(&self, found: &Self) -> bool {
        let same_identity = match (&self.identity, &found.identity) {
            (Some(a), Some(b)) => a.is_same(b),
            _ => true,
        };
        let same_kind = match &self.native {
            Some(_) => found.kind.is_link() && self.native == found.native,
            None => self.kind == found.kind && (self.text.is_none() || self.text == found.text),
        };
        same_kind && same_identity
    }
}

/// What a path holds, or should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing.
    Absent,
    /// This entry.
    Present(Trace),
    /// This entry, or what is left of it, which may be nothing.
    AtMost(Trace),
}

impl State {
    /// Returns what `path` holds now; a link in its last name is not followed.
    ///
    /// A path whose folder is missing, or is no folder, holds nothing.
    pub fn of(path: &Path) -> Result<Self, FsError> {
        let entry = match look::entry(path) {
            Ok(entry) => entry,
            Err(error)
                if matches!(
                    error.kind,
                    FsErrorKind::NotFound | FsErrorKind::NotADirectory
                ) =>
            {
                return Ok(Self::Absent);
            }
            Err(error) => return Err(error),
        };
        let on_ntfs = match entry.kind.is_link() {
            true => look::on_ntfs(path, &entry)?,
            false => None,
        };
        // What the driver shows of something that is no link is no text to make it from again.
        let is_link = !on_ntfs.as_ref().is_some_and(OnNtfs::only_looks_like_link);
        let text = match entry.kind.is_link() && is_link {
            true => Some(look::read_link(path)?),
            false => None,
        };
        let native = match on_ntfs {
            Some(OnNtfs::Native(link, _)) => Some(Box::new(link)),
            _ => None,
        };
        Ok(Self::Present(Trace {
            kind: entry.kind,
            identity: Some(entry.identity),
            text,
            native,
        }))
    }

    /// Returns whether `found` is what this state describes.
    pub fn fits(&self, found: &Self) -> bool {
        match (self, found) {
            (Self::Absent, Self::Absent) => true,
            (Self::Present(expected) | Self::AtMost(expected), Self::Present(found)) => {
                expected.fits(found)
            }
            (Self::AtMost(_), Self::Absent) => true,
            _ => false,
        }
    }

    /// Returns the state in words for people.
    pub fn words(&self) -> String {
        match self {
            Self::Absent => "nothing".to_owned(),
            Self::Present(Trace {
                native: Some(link), ..
            })
            | Self::AtMost(Trace {
                native: Some(link), ..
            }) => {
                format!("a {} to '{}'", link.form.words(), link.text.escape_debug())
            }
            Self::Present(Trace {
                kind,
                text: Some(text),
                ..
            })
            | Self::AtMost(Trace {
                kind,
                text: Some(text),
                ..
            }) => {
                let text = text.to_string_lossy();
                format!("a {} to '{}'", kind.words(), text.escape_debug())
            }
            Self::Present(trace) | Self::AtMost(trace) => format!("a {}", trace.kind.words()),
        }
    }
}

/// One path and what it holds, or should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The path.
    pub path: PathBuf,
    /// Its state.
    pub state: State,
}

impl Fact {
    /// Returns what the path holds now, as [`State::of`] does; the text of a link that is known by inode number and time of
    /// birth is not read, since nothing can change it.
    pub fn look(&self) -> Result<State, FsError> {
        let (State::Present(expected) | State::AtMost(expected)) = &self.state else {
            return State::of(&self.path);
        };
        let known_birth = expected.identity.and_then(|identity| identity.birth_ns);
        // A reparse point can be written anew in place.
        let is_fixed = expected.kind == Kind::SymbolicLink && expected.native.is_none();
        if is_fixed && known_birth.is_some() {
            let entry = look::entry(&self.path);
            if let Ok(entry) = entry
                && entry.kind == expected.kind
                && entry.identity.birth_ns.is_some()
                && expected
                    .identity
                    .is_some_and(|known| known.is_same(&entry.identity))
            {
                return Ok(State::Present(Trace {
                    identity: Some(entry.identity),
                    ..expected.clone()
                }));
            }
        }
        State::of(&self.path)
    }

    /// Returns whether nothing but one very thing fits the fact: it is known by inode number and time of birth.
    pub(crate) fn is_of_one_thing(&self) -> bool {
        match &self.state {
            State::Present(trace) => trace
                .identity
                .is_some_and(|identity| identity.birth_ns.is_some()),
            State::Absent | State::AtMost(_) => false,
        }
    }

    /// Takes what makes the thing at `path` itself, if that is what the fact is about.
    pub(crate) fn learn(&mut self, path: &Path, identity: Identity) {
        if self.path == path
            && let State::Present(trace) = &mut self.state
        {
            trace.identity = Some(identity);
        }
    }

    /// Returns the fact that nothing is at `path`.
    pub fn absent(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            state: State::Absent,
        }
    }

    /// Returns the fact that a folder is at `path`.
    pub fn folder(path: &Path) -> Self {
        Self::present(path, &Trace::any(Kind::Directory))
    }

    /// Returns the fact that a regular file is at `path`.
    pub fn file(path: &Path) -> Self {
        Self::present(path, &Trace::any(Kind::File))
    }

    /// Returns the fact that this entry is at `path`.
    pub fn present(path: &Path, trace: &Trace) -> Self {
        Self {
            path: path.to_path_buf(),
            state: State::Present(trace.clone()),
        }
    }

    /// Returns the fact that this entry is at `path`, or what is left of it.
    pub fn at_most(path: &Path, trace: &Trace) -> Self {
        Self {
            path: path.to_path_buf(),
            state: State::AtMost(trace.clone()),
        }
    }
}
