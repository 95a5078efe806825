//! Reparse points: how NTFS writes down junctions, symbolic links, and what else a name can stand for.
//!
//! Pure: bytes in, a value out, and back. Whoever has the bytes (`FSCTL_GET_REPARSE_POINT` on Windows, the attribute
//! `system.ntfs_reparse_data` of ntfs-3g on Linux) decodes them here. Layouts: MS-FSCC 2.1.2; the tests hold dumps of real
//! ones.
//!
//! ```
//! use lw_fs::reparse::{ReparsePoint, Target};
//!
//! let target = Target::from_text("C:/Users/ada/Projects").unwrap();
//! let bytes = ReparsePoint::junction(&target).unwrap().encode().unwrap();
//! let back = ReparsePoint::decode(&bytes).unwrap();
//! assert_eq!(back.target().unwrap().shown().to_string(), r"C:\Users\ada\Projects");
//! ```

mod app_link;
mod decode;
mod encode;
mod tag;
mod target;
mod wide;

#[cfg(test)]
mod dumps;

pub use app_link::AppLink;
pub use decode::DecodeError;
pub use encode::EncodeError;
pub use tag::{Tag, Use};
pub use target::{Target, TextError};
pub use wide::WideText;

/// The most bytes of a reparse buffer, header included: `MAXIMUM_REPARSE_DATA_BUFFER_SIZE`.
pub const BUFFER_LIMIT_BYTES: usize = 16 * 1024;

/// The two names of a junction or symbolic link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// What the system follows: an NT path (`\??\C:\dir`), or relative text.
    pub substitute: WideText,
    /// What is shown to people; some programs leave it empty.
    pub print: WideText,
}

/// What a reparse point says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReparsePoint {
    /// A junction, or the mount point of a volume: `IO_REPARSE_TAG_MOUNT_POINT`.
    MountPoint(Names),
    /// A symbolic link: `IO_REPARSE_TAG_SYMLINK`.
    SymbolicLink {
        /// Its names.
        names: Names,
        /// Whether the text counts from the folder that holds the link, or from the root of its drive:
        /// `SYMLINK_FLAG_RELATIVE`.
        is_relative: bool,
    },
    /// A link that only the Windows Subsystem for Linux follows: `IO_REPARSE_TAG_LX_SYMLINK`.
    WslLink {
        /// Its target text, a POSIX path.
        target: Vec<u8>,
    },
    /// What stands for a program of the Store: `IO_REPARSE_TAG_APPEXECLINK`.
    AppLink(AppLink),
    /// Anything else, which is never followed, changed or removed as a link.
    Other {
        /// What it is.
        tag: Tag,
        /// Its data, the header left out.
        data: Vec<u8>,
    },
}

impl ReparsePoint {
    /// Returns a junction that leads to `target`, which must begin at a drive or a volume.
    pub fn junction(target: &Target) -> Result<Self, EncodeError> {
        match target {
            Target::Drive { .. } | Target::Volume { .. } => Ok(Self::MountPoint(target.names())),
            _ => Err(EncodeError::NotLocal),
        }
    }

    /// Returns a symbolic link that leads to `target`.
    pub fn symbolic_link(target: &Target) -> Self {
        Self::SymbolicLink {
            names: target.names(),
            is_relative: target.is_relative(),
        }
    }

    /// Returns the tag.
    pub fn tag(&self) -> Tag {
        match self {
            Self::MountPoint(_) => Tag::MOUNT_POINT,
            Self::SymbolicLink { .. } => Tag::SYMBOLIC_LINK,
            Self::WslLink { .. } => Tag::WSL_LINK,
            Self::AppLink(_) => Tag::APP_LINK,
            Self::Other { tag, .. } => *tag,
        }
    }

    /// Returns whether Windows follows it as a link.
    pub fn is_link(&self) -> bool {
        matches!(self, Self::MountPoint(_) | Self::SymbolicLink { .. })
    }

    /// Returns where it leads, if Windows follows it. The substitute name counts; the print name is for show only.
    pub fn target(&self) -> Option<Target> {
        match self {
            Self::MountPoint(names) => Some(Target::from_substitute(&names.substitute, false)),
            Self::SymbolicLink { names, is_relative } => {
                Some(Target::from_substitute(&names.substitute, *is_relative))
            }
            _ => None,
        }
    }

    /// Returns whether it is a junction or symbolic link that shows nothing, as some programs write them.
    pub fn has_empty_print_name(&self) -> bool {
        match self {
            // A volume's mount point has none by custom.
            Self::MountPoint(names) => {
                names.print.is_empty() && !matches!(self.target(), Some(Target::Volume { .. }))
            }
            Self::SymbolicLink { names, .. } => names.print.is_empty(),
            _ => false,
        }
    }
}
