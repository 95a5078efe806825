//! renameat2(2) of Linux, renameatx_np(2) of macOS: `RENAME_NOREPLACE` is `RENAME_EXCL` there, and `RENAME_EXCHANGE`
//! `RENAME_SWAP`.

use std::ffi::OsStr;
use std::io;

use rustix::fs::RenameFlags;

use super::dir::Dir;

/// Renames without replacing; `EINVAL`, or `ENOTSUP` on macOS, where the file system has no such flag.
pub(crate) fn rename_no_replace(
    from_dir: &Dir,
    from_name: &OsStr,
    to_dir: &Dir,
    to_name: &OsStr,
) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(
        from_dir,
        from_name,
        to_dir,
        to_name,
        RenameFlags::NOREPLACE,
    )?)
}

/// The plain call, which replaces: only where the caller knows that nothing is there.
pub(crate) fn rename(
    from_dir: &Dir,
    from_name: &OsStr,
    to_dir: &Dir,
    to_name: &OsStr,
) -> io::Result<()> {
    Ok(rustix::fs::renameat(from_dir, from_name, to_dir, to_name)?)
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
