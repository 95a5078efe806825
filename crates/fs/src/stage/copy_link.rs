//! A link copied: by its text, or, between volumes of NTFS, as what Windows reads.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::copy_entry::Copying;
use super::digest::Digest;
use super::record::{Entry, NodeId};
use super::remove_staged::remove_staged;
use super::{Loss, StageError, Status};
use crate::look::{Kind, NativeForm, NativeLink, Raw, relative_text};
use crate::reparse::ReparsePoint;
use crate::sys;
use crate::sys::dir::Dir;

/// What is written in a link of the copy, where that is not what is written in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewText {
    /// Its text for this system.
    pub text: OsString,
    /// How Windows follows it, where it does and the copy is on NTFS.
    pub native: Option<NativeLink>,
}

/// New texts by the paths of their links below the top of the tree.
pub type NewTexts = BTreeMap<PathBuf, NewText>;

/// What stands for a link in the copy.
enum Like {
    /// A plain link with this text.
    Text(OsString),
    /// A link that Windows follows too, with a relative text.
    Native(OsString, NativeLink),
    /// The same reparse point, on a folder or a file.
    Point(Vec<u8>, NativeForm),
}

impl Like {
    fn make(&self, to: &Dir, name: &OsStr) -> io::Result<()> {
        match self {
            Self::Text(text) => sys::link::create_symlink(text, to, name),
            Self::Native(_, native) => {
                let bytes = native.encode().map_err(io::Error::other)?;
                make_point(to, name, native.form, &bytes)
            }
            Self::Point(bytes, form) => make_point(to, name, *form, bytes),
        }
    }

    fn digest(&self) -> Digest {
        match self {
            Self::Text(text) | Self::Native(text, _) => of_text(text),
            Self::Point(bytes, _) => *blake3::hash(bytes).as_bytes(),
        }
    }
}

fn make_point(to: &Dir, name: &OsStr, form: NativeForm, bytes: &[u8]) -> io::Result<()> {
    sys::reparse::create_carrier(to, name, form)?;
    sys::reparse::write(to, name, bytes)?;
    sys::reparse::refresh(to, name)
}

fn of_text(text: &OsStr) -> Digest {
    *blake3::hash(crate::name_bytes(text)).as_bytes()
}

/// Returns whether the link `name` has this digest, by its text or as what Windows reads.
pub(super) fn has_digest(dir: &Dir, name: &OsStr, digest: &Digest) -> bool {
    let is_text = || sys::link::read_link_at(dir, name).is_ok_and(|text| of_text(&text) == *digest);
    let is_point = || match sys::reparse::read_at(dir, name) {
        Ok(Some(Raw::Point { bytes, .. })) => blake3::hash(&bytes) == *digest,
        _ => false,
    };
    is_text() || is_point()
}

impl Copying<'_> {
    /// Copies a link, with another text where one is wanted.
    pub(super) fn copy_link(
        &self,
        (id, name): (NodeId, &[u8]),
        status: &Status,
        (from, from_name): (&Dir, &OsStr),
        (to, to_name): (&Dir, &OsStr),
    ) -> Result<Option<Entry>, StageError> {
        let wrap = |error| self.failed("copy the link", (id, name), error);
        let like = self.like((id, name), (from, from_name)).map_err(wrap)?;
        remove_staged(self.hand, to, to_name, || self.path_in_new(id, name)).map_err(wrap)?;
        let made = self.hand.effect(
            "stage link",
            || self.path_in_new(id, name),
            || {
                like.make(to, to_name)?;
                sys::keep::give_by_name((from, from_name), status, (to, to_name))
            },
        );
        self.made(
            (id, name),
            status,
            made,
            (like.digest(), Loss::SymbolicLink),
        )
    }

    fn like(&self, (id, name): (NodeId, &[u8]), (from, own): (&Dir, &OsStr)) -> io::Result<Like> {
        if !self.re_aims.is_empty() {
            let path = self.tree.path_below_root(id, name);
            if let Some(new) = self.re_aims.get(&path) {
                return match &new.native {
                    Some(native) if self.on_ntfs.to => {
                        let bytes = native.encode().map_err(io::Error::other)?;
                        Ok(Like::Point(bytes, native.form))
                    }
                    _ => Ok(Like::Text(new.text.clone())),
                };
            }
        }
        if self.on_ntfs.from
            && let Some(Raw::Point { bytes, is_folder }) = sys::reparse::read_at(from, own)?
        {
            return self.like_point(bytes, is_folder, || sys::link::read_link_at(from, own));
        }
        let text = sys::link::read_link_at(from, own)?;
        let native = match self.on_ntfs.to {
            true => native_like(&self.path_in_old(id, name), &text),
            false => None,
        };
        Ok(match native {
            Some(native) => Like::Native(text, native),
            None => Like::Text(text),
        })
    }

    fn like_point(
        &self,
        bytes: Vec<u8>,
        is_folder: bool,
        shown: impl FnOnce() -> io::Result<OsString>,
    ) -> io::Result<Like> {
        let point = ReparsePoint::decode(&bytes).map_err(io::Error::other)?;
        let is_link = point.is_link() || matches!(point, ReparsePoint::WslLink { .. });
        if self.on_ntfs.to && is_link {
            let form = match is_folder {
                true => NativeForm::FolderLink,
                false => NativeForm::FileLink,
            };
            return Ok(Like::Point(bytes, form));
        }
        match NativeLink::of(&point, is_folder) {
            // What the system shows of these is no text.
            Some(native) if native.text.starts_with(r"\\") => Ok(Like::Text(native.text.into())),
            _ => shown().map(Like::Text),
        }
    }
}

/// Returns the link of Windows with a relative text that needs no putting in order, if what it leads to can be told.
fn native_like(link: &Path, text: &OsStr) -> Option<NativeLink> {
    let path = Path::new(text);
    let is_tidy = path.iter().collect::<PathBuf>().as_os_str() == text;
    // Windows works `..` out by the letters, also behind a link.
    let climbs_late = path
        .components()
        .skip_while(|part| *part == Component::ParentDir)
        .any(|part| part == Component::ParentDir);
    if path.is_absolute() || !is_tidy || climbs_late {
        return None;
    }
    let form = match sys::entry::followed(link).ok()?.kind {
        Kind::Directory => NativeForm::FolderLink,
        _ => NativeForm::FileLink,
    };
    let text = relative_text(text)?;
    Some(NativeLink { form, text })
}
