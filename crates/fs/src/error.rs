//! The one error of this crate: what was tried, on which paths, and what the system answered.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::look::apple;
use crate::sys;

/// What was tried, on which paths, and why it failed.
#[derive(Debug)]
pub struct FsError {
    /// What was tried, in the infinitive: "create symbolic link".
    pub operation: &'static str,
    /// The path it was tried on.
    pub path: PathBuf,
    /// The second path of an operation that has two.
    pub other_path: Option<PathBuf>,
    /// The system's answer as a class that programs can act on.
    pub kind: FsErrorKind,
    /// The system's answer itself.
    pub source: io::Error,
}

/// The system's answers, by what a caller can do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FsErrorKind {
    /// The name does not exist.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// The permission bits or access list do not allow it.
    PermissionDenied,
    /// The operation itself is not allowed: immutable file, foreign owner in a sticky folder, or the file
    /// system has no such thing.
    NotPermitted,
    /// macOS guards the folder: this program needs its user's consent to look there.
    Guarded,
    /// Its content lies in the cloud alone, and reading it would fetch it.
    InCloudOnly,
    /// The volume is mounted read-only.
    ReadOnly,
    /// The two paths are on different volumes, as far as renaming goes.
    CrossVolume,
    /// The volume or the quota is full.
    NoSpace,
    /// The file has as many names as its file system allows.
    TooManyLinks,
    /// A name or a path is longer than allowed.
    NameTooLong,
    /// A part of the path is not a folder.
    NotADirectory,
    /// A folder stands where a file is needed.
    IsADirectory,
    /// The folder is not empty.
    NotEmpty,
    /// Symbolic links lead in a circle, or a link stands where none may.
    Loop,
    /// In use by the system, a mount point for instance.
    Busy,
    /// The file system or the kernel has no such operation.
    Unsupported,
    /// The process or the system has too many files open.
    TooManyOpenFiles,
    /// The device failed.
    Io,
    /// Not what was expected: the entry changed between two looks.
    Changed,
    /// Windows does not let this program pass a junction that an ordinary user made (Redirection Guard).
    UntrustedMountPoint,
    /// Windows is set not to follow symbolic links of this sort, between this computer and others (SymlinkEvaluation).
    LinkClassDisabled,
    /// It has a tag that this system cannot follow or read: a link of WSL, an app, a damaged link.
    UnknownTag,
    /// It was done in a folder that was moved away at that moment, and could not be taken back.
    LeftBehind,
    /// Anything else.
    Other,
}

impl FsErrorKind {
    /// Returns the class of the system's answer about `path`.
    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        match sys::errno::kind(error) {
            Self::NotPermitted if cfg!(target_os = "macos") && apple::is_guarded(path) => {
                Self::Guarded
            }
            kind => kind,
        }
    }

    /// Returns the class of what this crate answers itself, without a number of the system.
    pub(crate) fn of_word(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::AlreadyExists => Self::AlreadyExists,
            io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            io::ErrorKind::Unsupported => Self::Unsupported,
            _ => Self::Other,
        }
    }

    /// Returns whether the system says that this user may not.
    pub fn is_denied(self) -> bool {
        matches!(self, Self::PermissionDenied | Self::NotPermitted)
    }

    /// Returns the class in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotFound => "it does not exist",
            Self::AlreadyExists => "something is already there",
            Self::PermissionDenied => "permission denied",
            Self::NotPermitted => "the system does not allow it",
            Self::Guarded => {
                "macOS guards this folder and does not allow it: System Settings > Privacy & Security > Full Disk Access"
            }
            Self::InCloudOnly => "its content lies in the cloud alone, and is not fetched",
            Self::ReadOnly => "the volume is read-only",
            Self::CrossVolume => "the two places are on different volumes",
            Self::NoSpace => "no space left on the volume",
            Self::TooManyLinks => "the file has as many names as its file system allows",
            Self::NameTooLong => "the name or the path is too long",
            Self::NotADirectory => "a part of the path is not a folder",
            Self::IsADirectory => "it is a folder",
            Self::NotEmpty => "the folder is not empty",
            Self::Loop => "a symbolic link stands where none may, or links lead in a circle",
            Self::Busy => "it is in use by the system",
            Self::Unsupported => "the file system cannot do this",
            Self::TooManyOpenFiles => "too many open files",
            Self::Io => "the device reported an input/output error",
            Self::Changed => "it changed in the meantime",
            Self::UntrustedMountPoint => {
                "the system does not follow a junction that an ordinary user made, for this program"
            }
            Self::LinkClassDisabled => "the system is set not to follow such symbolic links",
            Self::UnknownTag => "it is a link or file that the system cannot follow or read",
            Self::LeftBehind => {
                "the folder was moved away at that very moment, and what was done in it stays"
            }
            Self::Other => "the system refused",
        }
    }
}

impl FsError {
    /// Wraps the system's answer to `operation` on `path`.
    pub fn new(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self {
            operation,
            path: path.to_path_buf(),
            other_path: None,
            kind: FsErrorKind::at(path, &source),
            source,
        }
    }

    /// Wraps the system's answer to an operation on two paths.
    pub fn on_two(
        operation: &'static str,
        path: &Path,
        other_path: &Path,
        source: io::Error,
    ) -> Self {
        Self {
            other_path: Some(other_path.to_path_buf()),
            ..Self::new(operation, path, source)
        }
    }

    /// Returns the same once more, for what was tried for several things together.
    pub fn again(&self) -> Self {
        let source = match self.source.raw_os_error() {
            Some(number) => io::Error::from_raw_os_error(number),
            None => io::Error::new(self.source.kind(), self.source.to_string()),
        };
        Self {
            operation: self.operation,
            path: self.path.clone(),
            other_path: self.other_path.clone(),
            kind: self.kind,
            source,
        }
    }

    /// Says that `path` is not what it was when it was looked at.
    pub fn changed(operation: &'static str, path: &Path) -> Self {
        Self {
            operation,
            path: path.to_path_buf(),
            other_path: None,
            kind: FsErrorKind::Changed,
            source: io::Error::other("it changed in the meantime"),
        }
    }

    /// Says that the folder of `path` was moved away while a change was made in it, which could not be taken back.
    pub(crate) fn left_behind(operation: &'static str, path: &Path) -> Self {
        Self {
            kind: FsErrorKind::LeftBehind,
            ..Self::changed(operation, path)
        }
    }

    /// Returns the cause in words, with the system's own text where it says more.
    pub fn cause(&self) -> String {
        match self.kind {
            FsErrorKind::Other => self.source.to_string(),
            kind => kind.words().to_owned(),
        }
    }
}

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} '{}'", self.operation, self.path.display())?;
        if let Some(other) = &self.other_path {
            write!(f, " and '{}'", other.display())?;
        }
        write!(f, ": {}", self.cause())
    }
}

impl std::error::Error for FsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
