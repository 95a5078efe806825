//! Calls that only a probe makes.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _};
use std::path::Path;

use windows_sys::Win32::Foundation::ERROR_NOT_SUPPORTED;
use windows_sys::Win32::Storage::FileSystem::DELETE;
use windows_sys::Win32::System::Ioctl::FSCTL_DUPLICATE_EXTENTS_TO_FILE;

use super::dir::open_dir;
use crate::nt::open::{self, How};
use crate::nt::tell::{self, Taken};
use crate::nt::{control, error, path};
use crate::stage::LeaseAnswer;

/// The most names of one file on NTFS: learn.microsoft.com, `CreateHardLinkW`.
const NTFS_LINK_LIMIT: u64 = 1024;

pub(crate) fn rename_no_replace(from: &Path, to: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (to.parent(), to.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let opened = open::at(from, How::existing(DELETE))?;
    let folder = open_dir(folder)?;
    let name = path::name(name)?;
    tell::rename(opened.as_handle(), folder.as_handle(), &name, Taken::Fail)
}

/// Shares the blocks of a whole file with a new one: `FSCTL_DUPLICATE_EXTENTS_TO_FILE`, which ReFS has.
pub(crate) fn reflink(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    let clone = File::create_new(to)?;
    let size_bytes = source.metadata()?.len();
    clone.set_len(size_bytes)?;
    // The handle of the source, the places in both, and how much: DUPLICATE_EXTENTS_DATA.
    let numbers = [source.as_raw_handle().addr() as u64, 0, 0, size_bytes];
    let bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    control(
        clone.as_handle(),
        FSCTL_DUPLICATE_EXTENTS_TO_FILE,
        &bytes,
        &mut [],
    )
    .map(drop)
}

/// Takes a lease and lets it go.
pub(crate) fn lease(path: &Path) -> io::Result<()> {
    match super::lease::take(&File::open(path)?)? {
        LeaseAnswer::Granted(_) => Ok(()),
        _ => Err(error(ERROR_NOT_SUPPORTED)),
    }
}

/// The longest name in bytes as names are kept here: each of its units takes three at most.
pub(crate) fn name_limit_bytes(path: &Path) -> Option<u64> {
    const BYTES_OF_A_UNIT: u64 = 3;
    let opened = open::followed(path, 0).ok()?;
    let units = super::volume::about(opened.as_handle()).ok()?.name_units;
    Some(u64::from(units) * BYTES_OF_A_UNIT)
}

pub(crate) fn link_limit(path: &Path) -> Option<u64> {
    let volume = super::volume::volume_of(path).ok()?;
    (volume.file_system == "NTFS").then_some(NTFS_LINK_LIMIT)
}
