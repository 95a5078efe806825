//! /proc/self/mountinfo, proc_pid_mountinfo(5).

use std::io;
use std::path::{Path, PathBuf};

use crate::look::{Unmounted, Volume};
use crate::mount_table;

pub(crate) fn volume_of(path: &Path) -> io::Result<Volume> {
    let mount_id = super::entry::entry(path)?.mount_id;
    mounts()?
        .into_iter()
        .find(|volume| volume.mount_id == mount_id)
        .ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "its mount is not listed by the system",
            )
        })
}

pub(crate) fn mount_points() -> io::Result<Vec<PathBuf>> {
    Ok(mounts()?
        .into_iter()
        .map(|volume| volume.mount_point)
        .collect())
}

/// Reads fstab(5) and leaves out what is mounted, and what has no place in the file tree.
pub(crate) fn unmounted(fstab: &Path) -> io::Result<Vec<Unmounted>> {
    crate::unix::fstab::unmounted(fstab, mount_points)
}

pub(super) fn mounts() -> io::Result<Vec<Volume>> {
    let table = std::fs::read("/proc/self/mountinfo")?;
    Ok(mount_table::mounted(&table).collect())
}

/// Returns the free bytes and, where there is a fixed number of them, the free inodes: statvfs(3), for this user.
pub(crate) fn free(folder: &Path) -> io::Result<(u64, Option<u64>)> {
    let stat = rustix::fs::statvfs(folder)?;
    let free_bytes = stat.f_bavail.saturating_mul(stat.f_frsize);
    let free_inodes = (stat.f_files > 0).then_some(stat.f_favail);
    Ok((free_bytes, free_inodes))
}

/// Returns `f_fsid` of statvfs(3).
pub(crate) fn file_system_id(folder: &Path) -> io::Result<u64> {
    Ok(rustix::fs::statvfs(folder)?.f_fsid)
}

/// Returns whether the volume at this mount point is NTFS by ntfs-3g, which shows its own attributes as `system.ntfs_*`.
pub(crate) fn is_ntfs3g(mount_point: &Path) -> bool {
    let mut room = [0_u8; 64];
    rustix::fs::lgetxattr(mount_point, c"system.ntfs_attrib", &mut room).is_ok()
}

/// Not asked: a file system that folds case is known by its name.
pub(crate) fn is_case_sensitive(_folder: &Path) -> Option<bool> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_has_a_volume() {
        assert_eq!(
            volume_of(Path::new("/")).unwrap().mount_point,
            Path::new("/")
        );
        assert_eq!(
            volume_of(Path::new("/proc/self")).unwrap().file_system,
            "proc"
        );
    }
}
