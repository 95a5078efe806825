//! statfs(2), getfsstat(2), and what getattrlist(2) says of a volume.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::StatFs;

use crate::look::{Kind, Unmounted, Volume, apple};

pub(crate) fn volume_of(path: &Path) -> io::Result<Volume> {
    let entry = super::entry::entry(path)?;
    // statfs(2) follows a link; a link lies on the volume of its folder.
    let place = match entry.kind {
        Kind::SymbolicLink => path.parent().unwrap_or(path),
        _ => path,
    };
    let stat = rustix::fs::statfs(place)?;
    Ok(Volume {
        mount_id: entry.mount_id,
        mount_point: PathBuf::from(OsStr::from_bytes(text(&stat.f_mntonname))),
        file_system: String::from_utf8_lossy(text(&stat.f_fstypename)).into_owned(),
        source: String::from_utf8_lossy(text(&stat.f_mntfromname)).into_owned(),
        is_read_only: stat.f_flags & libc::MNT_RDONLY as u32 != 0,
    })
}

/// The letters before the first NUL.
fn text(letters: &[libc::c_char]) -> &[u8] {
    let length = letters
        .iter()
        .position(|letter| *letter == 0)
        .unwrap_or(letters.len());
    let letters = &letters[..length];
    // SAFETY: c_char is one byte, of which every pattern is a u8; pointer and length are those of a slice.
    unsafe { std::slice::from_raw_parts(letters.as_ptr().cast(), letters.len()) }
}

/// Asks for what the system knows already, so that a share that does not answer holds nothing up: `MNT_NOWAIT`.
pub(crate) fn mount_points() -> io::Result<Vec<PathBuf>> {
    /// Room for mounts that are added between the two calls.
    const MORE: usize = 16;
    // SAFETY: without room the call only counts.
    let count = unsafe { libc::getfsstat(std::ptr::null_mut(), 0, libc::MNT_NOWAIT) };
    let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    let mut mounts: Vec<libc::statfs> = Vec::with_capacity(count + MORE);
    let room_bytes = mounts.capacity() * size_of::<libc::statfs>();
    let room_bytes = libc::c_int::try_from(room_bytes).map_err(io::Error::other)?;
    // SAFETY: the vector has as much room as is said.
    let filled = unsafe { libc::getfsstat(mounts.as_mut_ptr(), room_bytes, libc::MNT_NOWAIT) };
    let filled = usize::try_from(filled).map_err(|_| io::Error::last_os_error())?;
    // SAFETY: the call has filled so many, and never more than there is room for.
    unsafe { mounts.set_len(filled.min(mounts.capacity())) };
    Ok(mounts
        .iter()
        .map(|mount| PathBuf::from(OsStr::from_bytes(text(&mount.f_mntonname))))
        .collect())
}

/// Reads fstab(5), which macOS rarely has: what is plugged in is mounted below `/Volumes`.
pub(crate) fn unmounted(fstab: &Path) -> io::Result<Vec<Unmounted>> {
    crate::unix::fstab::unmounted(fstab, mount_points)
}

/// Returns the free bytes and, where there is a fixed number of them, the free inodes: statfs(2), for this user.
///
/// Not statvfs(3), whose numbers have 32 bits here. APFS and HFS+ make inodes as they are needed.
pub(crate) fn free(folder: &Path) -> io::Result<(u64, Option<u64>)> {
    let stat: StatFs = rustix::fs::statfs(folder)?;
    let free_bytes = stat.f_bavail.saturating_mul(stat.f_bsize.into());
    let has_fixed_inodes = !matches!(text(&stat.f_fstypename), b"apfs" | b"hfs");
    let free_inodes = (has_fixed_inodes && stat.f_files > 0).then_some(stat.f_ffree);
    Ok((free_bytes, free_inodes))
}

/// Returns a number made of the volume's UUID, getattrlist(2) `ATTR_VOL_UUID`; 0 where it has none.
///
/// `f_fsid` is of no use: it is the device number, which changes with the order in which disks are found.
pub(crate) fn file_system_id(folder: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statfs(folder)?;
    let mount_point = Path::new(OsStr::from_bytes(text(&stat.f_mntonname)));
    let mut room = [0_u8; 4 + 16];
    let wanted = libc::attrlist {
        volattr: libc::ATTR_VOL_INFO | libc::ATTR_VOL_UUID,
        ..super::entry::nothing()
    };
    match super::entry::attributes_at(mount_point, wanted, &mut room) {
        Ok(()) => Ok(apple::uuid_in_attributes(&room).unwrap_or(0)),
        // Shares and FAT volumes may have none.
        Err(_) => Ok(0),
    }
}

/// Returns whether names that differ in case alone are two names in `folder`: pathconf(2) `_PC_CASE_SENSITIVE`.
pub(crate) fn is_case_sensitive(folder: &Path) -> Option<bool> {
    crate::unix::probe::pathconf(folder, libc::_PC_CASE_SENSITIVE).map(|answer| answer != 0)
}

/// Returns whether the file system of something open keeps extended attributes itself, as far as its name tells.
///
/// For others the kernel puts them into files of its own, `._name` beside each file, which a copy of a tree would take for
/// something foreign.
pub(crate) fn has_own_attributes(open: impl std::os::fd::AsFd) -> bool {
    rustix::fs::fstatfs(open)
        .is_ok_and(|stat| matches!(text(&stat.f_fstypename), b"apfs" | b"hfs" | b"smbfs"))
}
