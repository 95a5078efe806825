//! Reparse points: no driver of macOS hands them out.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::dir::Dir;
use crate::look::{Entry, NativeForm, Raw};

pub(crate) fn read(_path: &Path, _entry: &Entry) -> io::Result<Option<Raw>> {
    Ok(None)
}

pub(crate) fn read_at(_dir: &Dir, _name: &OsStr) -> io::Result<Option<Raw>> {
    Ok(None)
}

pub(crate) fn volumes() -> io::Result<Option<Vec<u64>>> {
    Ok(Some(Vec::new()))
}

pub(crate) fn takes_native_links(_folder: &Path) -> bool {
    false
}

pub(crate) fn needs_carrier(_form: NativeForm) -> bool {
    true
}

pub(crate) fn create_carrier(_dir: &Dir, _name: &OsStr, _form: NativeForm) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn write(_dir: &Dir, _name: &OsStr, _bytes: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whatever stands at a name, held: nothing ever is here.
pub(crate) enum Held {}

pub(crate) fn hold(_dir: &Dir, _name: &OsStr) -> io::Result<Held> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn name_count(held: &Held) -> io::Result<u64> {
    match *held {}
}

pub(crate) fn read_held(held: &Held) -> io::Result<Vec<u8>> {
    match *held {}
}

pub(crate) fn rewrite(held: &Held, _bytes: &[u8]) -> io::Result<()> {
    match *held {}
}

/// Returns whether a link of this form can be given another target where it stands.
pub(crate) fn can_be_rewritten(_form: NativeForm, _name: &OsStr, _longest_bytes: usize) -> bool {
    false
}

/// Returns whether the system takes the name for a folder by what it remembers: no carrier is ever made.
pub(crate) fn passes_for_folder(_dir: &Dir, _name: &OsStr) -> io::Result<bool> {
    Ok(false)
}

/// There is nothing to refresh.
pub(crate) fn refresh(_dir: &Dir, _name: &OsStr) -> io::Result<()> {
    Ok(())
}

/// Makes a link in one call, where the form needs no carrier.
pub(crate) fn create_directly(
    _form: NativeForm,
    _text: &str,
    _dir: &Dir,
    _name: &OsStr,
) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
