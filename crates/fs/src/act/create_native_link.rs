//! Making a link that Windows follows.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::look::{self, Entry, Kind, NativeLink, OnNtfs, Raw};
use crate::reparse::ReparsePoint;
use crate::{FsError, FsErrorKind, Hand, sys};

/// Name, in a private folder, of the empty file or folder that is to become a link.
pub const CARRIER: &str = "carrier";

/// How often a carrier is made before it reaches its name in time: see [`super::rename::rename_carrier`].
const TRIES: usize = 3;

const OPERATION: &str = "create the link";

/// Creates at `link` a link that Windows follows, and looks whether it is really there, to the byte.
///
/// It appears under its name in one call: where the system makes such links from an empty file or folder, that is done in
/// `private`, a private folder of the unit on the same volume, under [`CARRIER`]. Stands on `system.ntfs_reparse_data` of
/// ntfs-3g, on `FSCTL_SET_REPARSE_POINT` and `CreateSymbolicLinkW`. Fails with `AlreadyExists` and changes nothing if the
/// name is taken, and with `Unsupported` where there are no such links.
pub fn create_native_link(
    hand: &mut Hand<'_>,
    link: &Path,
    native: &NativeLink,
    private: &Path,
) -> Result<(), FsError> {
    let wrap = |error| FsError::new(OPERATION, link, error);
    let invalid = |error| wrap(io::Error::new(io::ErrorKind::InvalidInput, error));
    let bytes = native.encode().map_err(invalid)?;
    if look::entry_if_any(link)?.is_some() {
        return Err(wrap(io::ErrorKind::AlreadyExists.into()));
    }
    if !sys::reparse::needs_carrier(native.form) {
        let (dir, name) = super::parent(hand, link).map_err(wrap)?;
        hand.effect("create native link", link, || {
            sys::reparse::create_directly(native.form, &native.text, &dir, name)
        })
        .map_err(wrap)?;
        if is_there(&dir, name, native) && super::is_still_in_place(hand, &dir, link) {
            return Ok(());
        }
        return Err(match sys::tree::status_at(&dir, name).map_err(wrap) {
            Err(error) if error.kind == FsErrorKind::NotFound => {
                super::create_symbolic_link::made_nothing(OPERATION, link)
            }
            _ => FsError::left_behind(OPERATION, link),
        });
    }
    let carrier = Carrier {
        path: &private.join(CARRIER),
        native,
        bytes: &bytes,
    };
    for _ in 0..TRIES {
        let published = carrier.make(hand, link).and_then(|()| {
            let paths = super::RenamePaths {
                from: carrier.path,
                to: link,
            };
            match native.form.is_folder() {
                true => super::rename::rename_carrier(hand, paths),
                false => super::rename_no_replace(hand, paths, private).map(|()| true),
            }
        });
        if let Ok(true) = published {
            let (dir, name) = super::open_parent(link).map_err(wrap)?;
            return sys::reparse::refresh(&dir, name).map_err(wrap);
        }
        let removed = remove_carrier(hand, carrier.path);
        // What cannot be removed is swept with its folder; why the link was not made says more.
        published?;
        removed?;
    }
    Err(wrap(io::ErrorKind::ResourceBusy.into()))
}

/// The empty file or folder that is to become a link, in a private folder.
struct Carrier<'a> {
    path: &'a Path,
    native: &'a NativeLink,
    bytes: &'a [u8],
}

impl Carrier<'_> {
    /// Makes it and gives it its reparse point; it is then looked at by nothing but that.
    fn make(&self, hand: &mut Hand<'_>, link: &Path) -> Result<(), FsError> {
        let wrap = |error| FsError::new(OPERATION, link, error);
        remove_carrier(hand, self.path)?;
        let (dir, name) = super::open_parent(self.path).map_err(wrap)?;
        hand.effect("create carrier", self.path, || {
            sys::reparse::create_carrier(&dir, name, self.native.form)
        })
        .map_err(wrap)?;
        hand.effect("write reparse point", self.path, || {
            sys::reparse::write(&dir, name, self.bytes)
        })
        .map_err(wrap)?;
        if !self.native.form.is_folder() {
            sys::reparse::refresh(&dir, name).map_err(wrap)?;
        }
        match is_there(&dir, name, self.native) {
            true => Ok(()),
            false => Err(FsError::changed(OPERATION, link)),
        }
    }
}

/// Returns whether the link is there as it was wanted: some systems answer success and make nothing.
pub(super) fn is_there(dir: &sys::dir::Dir, name: &OsStr, native: &NativeLink) -> bool {
    match sys::reparse::read_at(dir, name) {
        Ok(Some(Raw::Point { bytes, is_folder })) => ReparsePoint::decode(&bytes)
            .is_ok_and(|point| NativeLink::of(&point, is_folder).as_ref() == Some(native)),
        _ => false,
    }
}

/// Removes what is left of a link that was not finished, in a private folder: an empty folder or file, or the link itself.
/// It is no error if there is none; what holds content stays, and is one.
pub fn remove_carrier(hand: &mut Hand<'_>, carrier: &Path) -> Result<(), FsError> {
    let Some(entry) = look::entry_if_any(carrier)? else {
        return Ok(());
    };
    let refused = || FsError::changed("remove the unfinished link", carrier);
    match entry.kind {
        Kind::Directory => match super::remove_empty_folder(hand, carrier)? {
            true => Ok(()),
            false => Err(refused()),
        },
        Kind::File if is_empty_and_alone(&entry) => {
            super::remove_link::unlink(hand, "remove carrier", carrier)
        }
        kind if kind.is_link() && is_native(carrier, &entry)? => super::remove_link(hand, carrier),
        _ => Err(refused()),
    }
}

fn is_empty_and_alone(entry: &Entry) -> bool {
    entry.size_bytes == 0 && entry.link_count == 1
}

fn is_native(path: &Path, entry: &Entry) -> Result<bool, FsError> {
    Ok(matches!(
        look::on_ntfs(path, entry)?,
        Some(OnNtfs::Native(..))
    ))
}
