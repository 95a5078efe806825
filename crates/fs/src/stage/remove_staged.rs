//! Removing from a stage what belongs there no longer: copies of ours that nobody uses.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use crate::hand::SharedHand;
use crate::look::Kind;
use crate::sys;

/// Removes `name` from an opened folder of a stage, with all below it; it is no error if it is not there.
///
/// Works on opened folders and never follows a link. `path` names it for whoever watches.
pub(super) fn remove_staged(
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
    hand.effect("remove staged", path, || {
        if status.kind != Kind::Directory {
            return sys::link::unlink(folder, name);
        }
        empty(sys::tree::open_child(folder, name)?)?;
        sys::dir::remove_dir(folder, name)
    })
}

/// Empties a folder, however deep it is: the way back up is kept as names, and opened again from the top.
fn empty(top: sys::dir::Dir) -> io::Result<()> {
    let mut buffer = sys::tree::buffer();
    let mut way: Vec<OsString> = Vec::new();
    loop {
        let mut at = sys::tree::open_child(&top, OsStr::new("."))?;
        for name in &way {
            at = sys::tree::open_child(&at, name)?;
        }
        // Goes down as long as there is something below, taking files away on the way.
        loop {
            let mut below = None;
            let mut files = Vec::new();
            sys::tree::list(&at, &mut buffer, |name, kind, _| match kind {
                Kind::Directory => below = Some(name.to_os_string()),
                _ => files.push(name.to_os_string()),
            })?;
            for name in files {
                sys::link::unlink(&at, &name)?;
            }
            let Some(name) = below else { break };
            // A folder that was finished may be closed to its owner.
            let child = match sys::tree::open_child(&at, &name) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    sys::dir::set_mode(&at, &name, 0o700)?;
                    sys::tree::open_child(&at, &name)?
                }
                other => other?,
            };
            open_up(&at, &name)?;
            way.push(name);
            at = child;
        }
        let Some(name) = way.pop() else {
            return Ok(());
        };
        let mut parent = sys::tree::open_child(&top, OsStr::new("."))?;
        for name in &way {
            parent = sys::tree::open_child(&parent, name)?;
        }
        sys::dir::remove_dir(&parent, &name)?;
    }
}

/// Lets its owner change names in a folder.
fn open_up(folder: &sys::dir::Dir, name: &OsStr) -> io::Result<()> {
    if sys::tree::status_at(folder, name)?.mode & 0o300 == 0o300 {
        return Ok(());
    }
    sys::dir::set_mode(folder, name, 0o700)
}
