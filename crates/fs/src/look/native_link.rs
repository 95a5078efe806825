//! Links as NTFS keeps them, on whatever system looks at the volume.

use std::ffi::OsStr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::reparse::{EncodeError, ReparsePoint, Target, TextError};
use crate::{FsError, sys};

/// The three links that Windows follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeForm {
    /// A symbolic link that says it leads to a file.
    FileLink,
    /// A symbolic link that says it leads to a folder.
    FolderLink,
    /// A junction.
    Junction,
}

impl NativeForm {
    /// Returns whether the entry that carries it is a folder to NTFS.
    pub fn is_folder(self) -> bool {
        self != Self::FileLink
    }

    /// Returns the form in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::FileLink | Self::FolderLink => "symbolic link of Windows",
            Self::Junction => "junction",
        }
    }
}

/// A link that Windows follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeLink {
    /// Which of the three it is.
    pub form: NativeForm,
    /// Its target text as Windows shows it; a lone surrogate in it, which is no text, is replaced.
    pub text: String,
}

/// Why a link cannot be written down for Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NativeError {
    /// The text is none.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The text does not fit the form, or is too long.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl NativeLink {
    /// Returns whether it is a junction.
    pub fn is_junction(&self) -> bool {
        self.form == NativeForm::Junction
    }

    /// Returns the bytes of its reparse point.
    pub fn encode(&self) -> Result<Vec<u8>, NativeError> {
        let target = Target::from_text(&self.text)?;
        let point = match self.form {
            NativeForm::Junction => ReparsePoint::junction(&target)?,
            NativeForm::FileLink | NativeForm::FolderLink => ReparsePoint::symbolic_link(&target),
        };
        Ok(point.encode()?)
    }

    /// Returns the link that a reparse point is, on an entry that is a folder to NTFS or not.
    pub fn of(point: &ReparsePoint, is_folder: bool) -> Option<Self> {
        let form = match point {
            ReparsePoint::MountPoint(_) => NativeForm::Junction,
            ReparsePoint::SymbolicLink { .. } if is_folder => NativeForm::FolderLink,
            ReparsePoint::SymbolicLink { .. } => NativeForm::FileLink,
            _ => return None,
        };
        let text = point.target()?.shown().to_string();
        Some(Self { form, text })
    }
}

/// What a link on an NTFS volume is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnNtfs {
    /// A link that Windows follows, and its reparse point.
    Native(NativeLink, ReparsePoint),
    /// Another reparse point.
    Other(ReparsePoint),
    /// A reparse point that is damaged; why.
    Damaged(String),
    /// No reparse point: what `ln -s` makes there, a file that Windows shows as a system file (Interix).
    Interix,
}

impl OnNtfs {
    /// Returns whether it is no link, or damaged: nobody knows then what hangs on it.
    pub fn only_looks_like_link(&self) -> bool {
        match self {
            Self::Native(..) | Self::Interix | Self::Other(ReparsePoint::WslLink { .. }) => false,
            Self::Other(_) | Self::Damaged(_) => true,
        }
    }
}

/// Returns what the link at `path` is to NTFS; `None` if it is not on an NTFS volume whose driver tells.
///
/// Stands on the attribute `system.ntfs_reparse_data` of ntfs-3g, and on `FSCTL_GET_REPARSE_POINT`.
pub fn on_ntfs(path: &Path, entry: &Entry) -> Result<Option<OnNtfs>, FsError> {
    let found = sys::reparse::read(path, entry)
        .map_err(|error| FsError::new("read the reparse point of", path, error))?;
    Ok(found.map(|found| match found {
        Raw::None => OnNtfs::Interix,
        Raw::Point { bytes, is_folder } => match ReparsePoint::decode(&bytes) {
            Err(error) => OnNtfs::Damaged(error.to_string()),
            Ok(point) => match NativeLink::of(&point, is_folder) {
                Some(link) => OnNtfs::Native(link, point),
                None => OnNtfs::Other(point),
            },
        },
    }))
}

/// Whether a link on NTFS can be taken to another volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Portable {
    /// Everywhere, by its text.
    Yes,
    /// Everywhere, by a text that says the same from there: its own is counted from the root of its volume.
    ByRoot,
    /// Only to another volume of NTFS: this system does not follow it.
    AmongNtfs,
    /// It is no link, or damaged.
    No,
}

/// Returns whether the link at `path` can be taken to another volume; `None` if it is no link of Windows.
pub(crate) fn portable(path: &Path) -> Result<Option<Portable>, FsError> {
    let entry = super::entry(path)?;
    let portable = match on_ntfs(path, &entry)? {
        None | Some(OnNtfs::Interix) => return Ok(None),
        Some(OnNtfs::Other(ReparsePoint::WslLink { .. })) => Portable::Yes,
        Some(OnNtfs::Other(_) | OnNtfs::Damaged(_)) => Portable::No,
        Some(OnNtfs::Native(_, point)) => match point.target() {
            Some(Target::Relative(_)) => Portable::Yes,
            Some(Target::FromRoot(_)) => Portable::ByRoot,
            Some(Target::Drive { .. }) if super::followed(path).is_ok() => Portable::Yes,
            _ => Portable::AmongNtfs,
        },
    };
    Ok(Some(portable))
}

/// Returns the link that Windows follows at `path`, if there is one and it can be read.
pub fn native_link(path: &Path, entry: &Entry) -> Result<Option<NativeLink>, FsError> {
    match on_ntfs(path, entry)? {
        Some(OnNtfs::Native(link, _)) => Ok(Some(link)),
        _ => Ok(None),
    }
}

/// What is written in a link of Windows, before and after.
#[derive(Debug, Clone, Copy)]
pub struct ReAim<'a> {
    /// What it is, to the byte.
    pub was: &'a NativeLink,
    /// What it becomes.
    pub becomes: &'a NativeLink,
}

/// Returns whether another target can be written into the link of Windows at `path`, and the old one again after that, to
/// the byte: it stays of its form, nothing is written in it but what the form asks for, this user may change it, and it has no
/// other name, which would lead elsewhere with it.
pub fn can_be_re_aimed(path: &Path, entry: &Entry, re_aim: ReAim<'_>) -> Result<bool, FsError> {
    let me = super::access::effective_user_id();
    // Writing into a link is its owner's right; to rename it takes another one.
    let is_mine = me == 0 || me == entry.user_id;
    let form = re_aim.becomes.form;
    let (Ok(was), Ok(becomes)) = (re_aim.was.encode(), re_aim.becomes.encode()) else {
        return Ok(false);
    };
    let name = path.file_name().unwrap_or_default();
    let longest_bytes = was.len().max(becomes.len());
    if !is_mine
        || entry.link_count > 1
        || re_aim.was.form != form
        || !sys::reparse::can_be_rewritten(form, name, longest_bytes)
    {
        return Ok(false);
    }
    let found = sys::reparse::read(path, entry)
        .map_err(|error| FsError::new("read the reparse point of", path, error))?;
    Ok(matches!(found, Some(Raw::Point { bytes, .. }) if bytes == was))
}

/// Returns whether what looks like a link at `path` is a folder to NTFS, of whatever sort its reparse point is.
pub fn is_folder_on_ntfs(path: &Path, entry: &Entry) -> Result<bool, FsError> {
    if !entry.kind.is_link() {
        return Ok(false);
    }
    let found = sys::reparse::read(path, entry)
        .map_err(|error| FsError::new("read the reparse point of", path, error))?;
    Ok(matches!(
        found,
        Some(Raw::Point {
            is_folder: true,
            ..
        })
    ))
}

/// Returns whether what looks like a link at `path` is none: a file or folder whose content NTFS keeps in another way, as
/// in the cloud, or a reparse point that is damaged.
pub fn only_looks_like_link(path: &Path, entry: &Entry) -> Result<bool, FsError> {
    if !entry.kind.is_link() {
        return Ok(false);
    }
    Ok(match on_ntfs(path, entry)? {
        Some(found) => found.only_looks_like_link(),
        None => false,
    })
}

/// Returns whether a link in `folder` can be written down so that Windows follows it, and this system too.
///
/// On Linux that is a volume of ntfs-3g; on Windows every volume that takes reparse points.
pub fn takes_native_links(folder: &Path) -> bool {
    sys::reparse::takes_native_links(folder)
}

/// The volumes on which links may be reparse points of NTFS.
#[derive(Debug, Clone)]
pub struct NtfsVolumes {
    /// Their device numbers; `None` for all there are.
    devices: Option<Vec<u64>>,
}

impl NtfsVolumes {
    /// Finds those that are mounted now.
    ///
    /// Stands on `/proc/self/mountinfo` and the attributes of ntfs-3g; on Windows all volumes count.
    pub fn mounted() -> Result<Self, FsError> {
        let devices = sys::reparse::volumes()
            .map_err(|error| FsError::new("list the mounts below", Path::new("/"), error))?;
        Ok(Self { devices })
    }

    /// Returns those of these device numbers.
    pub fn among(&self, devices: &[u64]) -> Self {
        let mut among = devices.to_vec();
        among.retain(|device| self.hold(*device));
        Self {
            devices: Some(among),
        }
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.devices.as_ref().is_some_and(Vec::is_empty)
    }

    /// Returns whether the volume of this device number is one.
    pub fn hold(&self, device: u64) -> bool {
        self.devices
            .as_ref()
            .is_none_or(|devices| devices.contains(&device))
    }
}

/// Returns a relative text with the separators of Windows; `None` if a name in it cannot be on NTFS as Windows sees it.
pub fn relative_text(text: &OsStr) -> Option<String> {
    const NOT_IN_NAMES: [char; 8] = ['<', '>', ':', '"', '|', '?', '*', '\\'];
    let text = text.to_str()?;
    let is_bad = |letter: char| NOT_IN_NAMES.contains(&letter) || letter < ' ';
    if text.is_empty() || text.contains(is_bad) {
        return None;
    }
    Some(text.trim_end_matches('/').replace('/', r"\"))
}

/// What a platform reads of an entry on NTFS.
#[cfg_attr(
    target_os = "macos",
    allow(dead_code, reason = "no driver there hands reparse points out")
)]
pub(crate) enum Raw {
    /// It is on NTFS and has no reparse point.
    None,
    /// Its reparse point.
    Point {
        /// The whole buffer.
        bytes: Vec<u8>,
        /// Whether the entry is a folder to NTFS.
        is_folder: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_for_windows() {
        let text = |text: &str| relative_text(OsStr::new(text));
        assert_eq!(text("../a/b c").as_deref(), Some(r"..\a\b c"));
        assert_eq!(text("dir/").as_deref(), Some("dir"));
        for bad in ["", "a:b", r"a\b", "a\nb", "what?"] {
            assert_eq!(text(bad), None, "{bad:?}");
        }
    }
}
