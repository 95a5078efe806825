//! A name moves to a free name.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use super::RenamePaths;
use crate::look::{self, Kind};
use crate::{FsError, FsErrorKind, Hand, sys};

/// Name, in a private folder, of a name on its way out.
pub const HALF: &str = "half";

/// Renames `paths.from` to `paths.to`, which must not exist; nothing is ever replaced.
///
/// Stands on `renameat2(2)` `RENAME_NOREPLACE`. Where the flag is missing (ntfs-3g answers EINVAL) a folder is renamed
/// by the plain call, which replaces nothing but an empty folder (rename(2): ENOTDIR, ENOTEMPTY), and only if the name
/// is free; so is a junction, over which the call could replace something that appears at that very moment;
/// anything else gets the new name by `linkat(2)`, which fails if the name is taken, and then loses the old
/// one by way of `private`, a private folder of the unit on that volume: so that what someone else puts at the old
/// name in between is caught and not removed.
///
/// Fails with `AlreadyExists` and changes nothing if the name is taken, with `CrossVolume` if no rename gets there,
/// with `Changed` if one of the two folders was moved away meanwhile and the rename taken back, with `LeftBehind` if that
/// failed, or if something else stood at the old name in the end, which is put back.
pub fn rename_no_replace(
    hand: &mut Hand<'_>,
    paths: RenamePaths<'_>,
    private: &Path,
) -> Result<(), FsError> {
    let wrap = |error| FsError::on_two("rename", paths.from, paths.to, error);
    let opened = Opened::new(hand, paths)?;
    if opened.rename_no_replace(hand)? {
        return Ok(());
    }
    if is_one_name_only(paths.from)? {
        if look::entry_if_any(paths.to)?.is_some() {
            return Err(wrap(std::io::ErrorKind::AlreadyExists.into()));
        }
        return opened.rename(hand);
    }
    let Opened { from, to, .. } = &opened;
    hand.effect("add the new name", paths.to, || {
        sys::link::create_hard_link(&from.0, from.1, &to.0, to.1)
    })
    .map_err(wrap)?;
    match drop_name(hand, paths.from, paths.to, private) {
        // The old name could not even be caught: the new one goes again, where nobody else changes names.
        Err(error)
            if error.kind != FsErrorKind::LeftBehind
                && paths.to.starts_with(private)
                && look::entry_if_any(&private.join(HALF))?.is_none() =>
        {
            super::remove_extra_name(hand, paths.to)?;
            Err(error)
        }
        other => other,
    }
}

/// As [`rename_no_replace`], for a folder that has just been given a reparse point and was not looked at since.
///
/// For a second or so (the lifetime of a name that ntfs-3g tells the kernel) the kernel then still believes that it is a
/// folder, and a folder replaces no file and no link: rename(2), ENOTDIR. Returns false, and changes nothing, if the kernel
/// knows better by now.
pub(super) fn rename_carrier(hand: &mut Hand<'_>, paths: RenamePaths<'_>) -> Result<bool, FsError> {
    let wrap = |error| FsError::on_two("rename", paths.from, paths.to, error);
    let opened = Opened::new(hand, paths)?;
    if opened.rename_no_replace(hand)? {
        return Ok(true);
    }
    let taken = || wrap(std::io::ErrorKind::AlreadyExists.into());
    if look::entry_if_any(paths.to)?.is_some() {
        return Err(taken());
    }
    let (dir, name) = &opened.from;
    if !sys::reparse::passes_for_folder(dir, name).map_err(wrap)? {
        return Ok(false);
    }
    match opened.rename(hand) {
        Err(error) if error.kind == FsErrorKind::NotADirectory => Err(taken()),
        other => other.map(|()| true),
    }
}

/// Returns whether a second name for a moment is out of the question: a folder, or what looks like a link and is a folder to NTFS,
/// where ntfs-3g would give it one and the volume would not be sound any more.
fn is_one_name_only(path: &Path) -> Result<bool, FsError> {
    let entry = look::entry(path)?;
    Ok(entry.kind == Kind::Directory || look::is_folder_on_ntfs(path, &entry)?)
}

/// The opened folders of a rename, each with the name in it.
struct Opened<'a> {
    paths: RenamePaths<'a>,
    from: (Arc<sys::dir::Dir>, &'a OsStr),
    to: (Arc<sys::dir::Dir>, &'a OsStr),
}

impl<'a> Opened<'a> {
    fn new(hand: &mut Hand<'_>, paths: RenamePaths<'a>) -> Result<Self, FsError> {
        let wrap = |error| FsError::on_two("rename", paths.from, paths.to, error);
        Ok(Self {
            paths,
            from: super::parent(hand, paths.from).map_err(wrap)?,
            to: super::parent(hand, paths.to).map_err(wrap)?,
        })
    }

    fn wrap(&self, error: std::io::Error) -> FsError {
        FsError::on_two("rename", self.paths.from, self.paths.to, error)
    }

    /// Renames by the call that replaces nothing; returns false if there is no such call here.
    fn rename_no_replace(&self, hand: &mut Hand<'_>) -> Result<bool, FsError> {
        let Self { from, to, .. } = self;
        let renamed = hand.effect("rename", self.paths.from, || {
            sys::rename::rename_no_replace(&from.0, from.1, &to.0, to.1)
        });
        match renamed.map_err(|error| self.wrap(error)) {
            Err(error) if error.kind == FsErrorKind::Unsupported => Ok(false),
            other => other.and_then(|()| self.stay_in_place(hand)).map(|()| true),
        }
    }

    /// Renames by the plain call.
    fn rename(&self, hand: &mut Hand<'_>) -> Result<(), FsError> {
        let Self { from, to, .. } = self;
        let renamed = hand.effect("rename", self.paths.from, || {
            sys::rename::rename(&from.0, from.1, &to.0, to.1)
        });
        renamed.map_err(|error| self.wrap(error))?;
        self.stay_in_place(hand)
    }

    /// Looks whether both folders still are where they were, and else takes the rename back by their handles.
    fn stay_in_place(&self, hand: &mut Hand<'_>) -> Result<(), FsError> {
        let Self { paths, from, to } = self;
        if super::is_in_place(&from.0, paths.from) && super::is_in_place(&to.0, paths.to) {
            return Ok(());
        }
        match hand.effect("take back the rename", paths.from, || {
            sys::rename::rename_no_replace(&to.0, to.1, &from.0, from.1)
        }) {
            Ok(()) => Err(FsError::changed("rename", paths.from)),
            Err(_) => Err(FsError::left_behind("rename", paths.from)),
        }
    }
}

/// Takes back the first half of a rename by two names: if both stand for one thing, the new one goes.
///
/// Does nothing if the rename is not half-done.
pub fn undo_half_rename(
    hand: &mut Hand<'_>,
    paths: RenamePaths<'_>,
    private: &Path,
) -> Result<(), FsError> {
    // By way of a link on the path, both names may be one and the same.
    if super::open_parent(paths.from).is_err() || super::open_parent(paths.to).is_err() {
        return Ok(());
    }
    let (from, to) = (
        look::entry_if_any(paths.from)?,
        look::entry_if_any(paths.to)?,
    );
    match (from, to) {
        (Some(from), Some(to))
            if from.kind != Kind::Directory
                && from.link_count > 1
                && from.identity.is_same_now(&to.identity) =>
        {
            drop_name(hand, paths.to, paths.from, private)
        }
        _ => Ok(()),
    }
}

/// Removes `name` if it stands for the same thing as `other`: it is caught in the private folder, looked at, and put
/// back if it does not.
fn drop_name(
    hand: &mut Hand<'_>,
    name: &Path,
    other: &Path,
    private: &Path,
) -> Result<(), FsError> {
    super::create_private_folder_and_root(hand, private)?;
    let half = private.join(HALF);
    let wrap = |error| FsError::on_two("rename", name, other, error);
    if let Some(left) = look::entry_if_any(&half)? {
        // An earlier run died when it had caught a name of this very file, and comes back to it by another way.
        if !left.identity.is_same_now(&look::entry(other)?.identity) {
            return Err(wrap(std::io::ErrorKind::AlreadyExists.into()));
        }
        super::remove_extra_name(hand, &half)?;
    }
    let (dir, last) = super::open_parent(name).map_err(wrap)?;
    let (private_dir, half_name) = super::open_parent(&half).map_err(wrap)?;
    // Nobody else changes names in the private folder, so the plain call replaces nothing.
    hand.effect("catch the old name", name, || {
        sys::rename::rename(&dir, last, &private_dir, half_name)
    })
    .map_err(wrap)?;
    if look::entry(&half)?
        .identity
        .is_same_now(&look::entry(other)?.identity)
    {
        return super::remove_extra_name(hand, &half);
    }
    hand.effect("put back", name, || {
        sys::link::create_hard_link(&private_dir, half_name, &dir, last)
    })
    .map_err(wrap)?;
    super::remove_extra_name(hand, &half)?;
    Err(FsError::left_behind("rename", name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoWitness;

    #[test]
    fn a_rename_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let at = |name: &str| top.join(name);
        for (from, to) in [
            ("file", "other"),
            ("folder", "empty"),
            ("file", "empty"),
            ("folder", "other"),
        ] {
            for name in ["file", "other"] {
                std::fs::write(at(name), name).unwrap();
            }
            for name in ["folder", "empty"] {
                std::fs::create_dir_all(at(name)).unwrap();
            }
            let (from, to) = (at(from), at(to));
            let paths = RenamePaths {
                from: &from,
                to: &to,
            };
            let error = rename_no_replace(&mut Hand::grant(&mut NoWitness), paths, &at("private"))
                .unwrap_err();
            assert_eq!(error.kind, FsErrorKind::AlreadyExists);
            assert!(from.exists() && to.exists());
        }
        assert_eq!(std::fs::read_to_string(at("other")).unwrap(), "other");
    }

    #[test]
    fn a_half_done_rename_is_taken_back_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let (from, to, private) = (top.join("from"), top.join("to"), top.join("private/slot"));
        std::fs::write(&from, "x").unwrap();
        std::fs::hard_link(&from, &to).unwrap();
        let paths = RenamePaths {
            from: &from,
            to: &to,
        };
        undo_half_rename(&mut Hand::grant(&mut NoWitness), paths, &private).unwrap();
        assert!(from.exists() && !to.exists());
        std::fs::write(&to, "someone else's").unwrap();
        undo_half_rename(&mut Hand::grant(&mut NoWitness), paths, &private).unwrap();
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "someone else's");
    }
}
