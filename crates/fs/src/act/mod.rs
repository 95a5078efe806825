//! Changing: one short file a primitive change, each through a [`Hand`].
//!
//! Every function opens the folder that holds the name without passing a link, and acts on the name relative to it.

mod create_folder;
mod create_hard_link;
mod create_native_link;
mod create_symbolic_link;
mod exchange;
mod give_folder_facts;
mod hold_lock;
mod probe;
mod re_aim_native_link;
mod remove_folder;
mod remove_link;
mod rename;
mod rename_over;
mod reserve;
mod sync_folder;
mod sync_volume;
mod write_file;

pub use create_folder::{
    create_folder, create_folder_tree, create_private_folder, create_private_folder_and_root,
};
pub use create_hard_link::{HardLinkPaths, create_hard_link};
pub use create_native_link::{CARRIER, create_native_link, remove_carrier};
pub use create_symbolic_link::create_symbolic_link;
pub use exchange::{exchange, exchange_unless_seen};
pub use give_folder_facts::give_folder_facts;
pub use hold_lock::{Lock, hold_lock, is_lock_held, release_lock};
pub use probe::{Found, NativeProbe, Probe, probe};
pub use re_aim_native_link::re_aim_native_link;
pub use remove_folder::remove_empty_folder;
pub use remove_link::{remove_extra_name, remove_file_record, remove_link, remove_purged};
pub use rename::{HALF, rename_no_replace, undo_half_rename};
pub use rename_over::rename_over;
pub use reserve::{keep_reserve, release_reserve};
pub use sync_folder::sync_folder;
pub use sync_volume::{Durable, OpenVolume, sync_volume};
pub use write_file::{write_file, write_record, write_record_for};

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::{Hand, sys};

/// Two paths of one rename.
#[derive(Debug, Clone, Copy)]
pub struct RenamePaths<'a> {
    /// The name that goes away.
    pub from: &'a Path,
    /// The name that appears.
    pub to: &'a Path,
}

/// Returns whether the opened folder is still the one that holds `path`: it may be moved away between the opening and
/// the change.
fn is_in_place(dir: &sys::dir::Dir, path: &Path) -> bool {
    open_parent(path).is_ok_and(|(now, _)| sys::dir::is_same_dir(dir, &now).unwrap_or(false))
}

/// As [`is_in_place`], for a folder that may have been kept open; if it was moved away, none is kept any longer.
fn is_still_in_place(hand: &mut Hand<'_>, dir: &sys::dir::Dir, path: &Path) -> bool {
    let is_in_place = is_in_place(dir, path);
    if !is_in_place {
        hand.let_folders_go();
    }
    is_in_place
}

/// As [`open_parent`], but takes a folder that the hand has kept open.
fn parent<'a>(hand: &mut Hand<'_>, path: &'a Path) -> io::Result<(Arc<sys::dir::Dir>, &'a OsStr)> {
    let (parent, name) = parent_and_name(path)?;
    Ok((hand.folder(parent)?, name))
}

/// Opens the folder that holds `path`, passing no link, and returns it with the last name.
fn open_parent(path: &Path) -> io::Result<(sys::dir::Dir, &OsStr)> {
    let (parent, name) = parent_and_name(path)?;
    Ok((sys::dir::open_dir(parent)?, name))
}

fn parent_and_name(path: &Path) -> io::Result<(&Path, &OsStr)> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the path has no last name");
    path.parent().zip(path.file_name()).ok_or_else(invalid)
}
