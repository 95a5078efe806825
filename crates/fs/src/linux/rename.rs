//! renameat2(2) and its stand-in where the flag is missing.

use std::ffi::OsStr;
use std::io;

use rustix::fs::{AtFlags, FileType, RenameFlags, StatxFlags};
use rustix::io::Errno;

use super::dir::Dir;

/// Renames without ever replacing an entry that holds content.
///
/// Where the file system has no `RENAME_NOREPLACE` (ntfs-3g answers EINVAL): for a folder the plain call is safe,
/// because it replaces nothing but an empty folder (rename(2): ENOTDIR, ENOTEMPTY), and the name is looked at first;
/// for all else link(2), which fails if the name is taken, then unlink(2) of the old name.
pub(crate) fn rename_no_replace(
    from_dir: &Dir,
    from_name: &OsStr,
    to_dir: &Dir,
    to_name: &OsStr,
) -> io::Result<()> {
    match rustix::fs::renameat_with(from_dir, from_name, to_dir, to_name, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            rename_without_flag(from_dir, from_name, to_dir, to_name)
        }
        other => Ok(other?),
    }
}

fn rename_without_flag(
    from_dir: &Dir,
    from_name: &OsStr,
    to_dir: &Dir,
    to_name: &OsStr,
) -> io::Result<()> {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let from = rustix::fs::statx(from_dir, from_name, flags, StatxFlags::BASIC_STATS)?;
    if FileType::from_raw_mode(from.stx_mode.into()) != FileType::Directory {
        rustix::fs::linkat(from_dir, from_name, to_dir, to_name, AtFlags::empty())?;
        return Ok(rustix::fs::unlinkat(from_dir, from_name, AtFlags::empty())?);
    }
    match rustix::fs::statx(to_dir, to_name, flags, StatxFlags::TYPE) {
        Err(Errno::NOENT) => Ok(rustix::fs::renameat(from_dir, from_name, to_dir, to_name)?),
        Ok(_) => Err(Errno::EXIST.into()),
        Err(error) => Err(error.into()),
    }
}

/// Exchanges two names in one step; both must exist.
pub(crate) fn exchange(a_dir: &Dir, a_name: &OsStr, b_dir: &Dir, b_name: &OsStr) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(
        a_dir,
        a_name,
        b_dir,
        b_name,
        RenameFlags::EXCHANGE,
    )?)
}
