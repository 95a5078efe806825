//! Removing from a stage what belongs there no longer: copies of ours that nobody uses.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use crate::hand::SharedHand;
use crate::look::Kind;
use crate::sys;

/// Removes `name` from an opened folder of a stage, with all below it; it is no error if it is not there.
///
/// Works on opened folders and never follows a link. `path` names it for whoever watches.
pub(crate) fn remove_staged(
    hand: &SharedHand<'_>,
    folder: &sys::dir::Dir,
    name: &OsStr,
    path: impl FnOnce() -> PathBuf,
) -> io::Result<()> {
    let status = match sys::tree::status_at(folder, name) {
        Ok(status) => status,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    hand.effect("remove staged", path, || match status.kind {
        Kind::Directory => remove_tree(folder, name),
        _ => sys::link::unlink(folder, name),
    })
}

/// Removes a folder with all below it, also what is closed to its owner; fails with `EXDEV` where another mount begins.
pub(crate) fn remove_tree(folder: &sys::dir::Dir, name: &OsStr) -> io::Result<()> {
    open_up(folder, name)?;
    empty(sys::tree::open_child(folder, name)?)?;
    sys::dir::remove_dir(folder, name)
}

/// The most folders that are kept open on the way down.
const MAX_KEPT: usize = 256;

/// Empties a folder, however deep it is: of the way back up a bounded part is kept open, the rest is opened again from
/// the top.
fn empty(top: sys::dir::Dir) -> io::Result<()> {
    let mut buffer = sys::tree::buffer();
    let mut kept = VecDeque::new();
    // The names on the way down, and in each folder those that still have to be emptied.
    let mut way: Vec<OsString> = Vec::new();
    let mut waiting = vec![remove_files(&top, &mut buffer)?];
    while let Some(folders) = waiting.last_mut() {
        if kept.is_empty() {
            kept.push_back(open_way(&top, &way)?);
        }
        let at = kept.back().unwrap_or(&top);
        if let Some(name) = folders.pop() {
            open_up(at, &name)?;
            let child = sys::tree::open_child(at, &name)?;
            waiting.push(remove_files(&child, &mut buffer)?);
            way.push(name);
            if kept.len() == MAX_KEPT {
                kept.pop_front();
            }
            kept.push_back(child);
            continue;
        }
        waiting.pop();
        kept.pop_back();
        if let Some(name) = way.pop() {
            if kept.is_empty() {
                kept.push_back(open_way(&top, &way)?);
            }
            sys::dir::remove_dir(kept.back().unwrap_or(&top), &name)?;
        }
    }
    Ok(())
}

/// Removes all that is no folder from a folder, and returns the folders in it.
fn remove_files(at: &sys::dir::Dir, buffer: &mut sys::tree::Buffer) -> io::Result<Vec<OsString>> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    sys::tree::list(at, buffer, |name, kind, _| match kind {
        Kind::Directory => folders.push(name.to_os_string()),
        _ => files.push(name.to_os_string()),
    })?;
    for name in files {
        sys::link::unlink(at, &name)?;
    }
    Ok(folders)
}

fn open_way(top: &sys::dir::Dir, way: &[OsString]) -> io::Result<sys::dir::Dir> {
    let mut at = sys::tree::open_child(top, OsStr::new("."))?;
    for name in way {
        at = sys::tree::open_child(&at, name)?;
    }
    Ok(at)
}

/// Lets its owner list a folder that was finished, and change names in it.
fn open_up(folder: &sys::dir::Dir, name: &OsStr) -> io::Result<()> {
    if sys::tree::status_at(folder, name)?.mode & 0o700 == 0o700 {
        return Ok(());
    }
    sys::dir::set_mode(folder, name, 0o700)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hand, NoWitness};

    /// Wine keeps a whole path for each folder, and has little room for it.
    const LEVELS: usize = if cfg!(windows) { 100 } else { 1000 };

    #[test]
    fn deep_wide_and_closed_folders_go() {
        let top = tempfile::tempdir().unwrap();
        let folder = sys::tree::open_folder(&top.path().canonicalize().unwrap()).unwrap();
        let name = OsStr::new("stage");
        sys::dir::create_dir(&folder, name, 0o700).unwrap();
        let mut at = sys::tree::open_child(&folder, name).unwrap();
        for level in 0..LEVELS {
            for wide in ["a", "b"] {
                sys::dir::create_dir(&at, OsStr::new(wide), 0o700).unwrap();
            }
            sys::link::create_symlink(OsStr::new("/"), &at, OsStr::new("link")).unwrap();
            let next = sys::tree::open_child(&at, OsStr::new("a")).unwrap();
            if level % 100 == 7 {
                sys::dir::set_mode(&at, OsStr::new("a"), 0o500).unwrap();
            }
            at = next;
        }
        drop(at);
        let mut witness = NoWitness;
        let mut hand = Hand::grant(&mut witness);
        remove_staged(&hand.shared(), &folder, name, PathBuf::new).unwrap();
        assert_eq!(std::fs::read_dir(top.path()).unwrap().count(), 0);
    }
}
