//! /proc/self/mountinfo, proc_pid_mountinfo(5).

use std::io;
use std::path::{Path, PathBuf};

use crate::look::{Unmounted, Volume};
use crate::mount_table;

pub(crate) fn volume_of(path: &Path) -> io::Result<Volume> {
    let mount_id = super::entry::entry(path)?.mount_id;
    let listed = mounts()?
        .into_iter()
        .find(|volume| volume.mount_id == mount_id);
    match listed {
        Some(volume) => Ok(volume),
        None => volume_of_root(mount_id),
    }
}

/// Returns the volume that holds the root of a chroot(2), if this is its mount: the system does not list it where its
/// mount point lies outside.
fn volume_of_root(mount_id: u64) -> io::Result<Volume> {
    let root = Path::new("/");
    if super::entry::entry(root)?.mount_id != mount_id {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "its mount is not listed by the system",
        ));
    }
    let flags = rustix::fs::statvfs(root)?.f_flag;
    Ok(Volume {
        mount_id,
        mount_point: root.to_path_buf(),
        file_system: name_of(rustix::fs::statfs(root)?.f_type).to_owned(),
        source: "the root of a chroot".to_owned(),
        is_read_only: flags.contains(rustix::fs::StatVfsMountFlags::RDONLY),
    })
}

/// Returns the name of a file system by the number in statfs(2); one that is not known has a name that nothing is known of.
fn name_of(number: rustix::fs::FsWord) -> &'static str {
    match number {
        // ext2 and ext3 have the same number; the driver of ext4 serves them.
        libc::EXT4_SUPER_MAGIC => "ext4",
        libc::XFS_SUPER_MAGIC => "xfs",
        libc::BTRFS_SUPER_MAGIC => "btrfs",
        libc::TMPFS_MAGIC => "tmpfs",
        libc::F2FS_SUPER_MAGIC => "f2fs",
        libc::OVERLAYFS_SUPER_MAGIC => "overlay",
        libc::FUSE_SUPER_MAGIC => "fuseblk",
        libc::NFS_SUPER_MAGIC => "nfs",
        _ => "unknown",
    }
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

/// Answers only for a folder that was set to fold case (chattr(1) `F`): any other may be on a volume that always does.
pub(crate) fn is_case_sensitive(folder: &Path) -> Option<bool> {
    // `FS_CASEFOLD_FL` of linux/fs.h.
    const FOLDS_CASE: rustix::fs::IFlags = rustix::fs::IFlags::from_bits_retain(0x4000_0000);
    let opened = std::fs::File::open(folder).ok()?;
    let flags = rustix::fs::ioctl_getflags(&opened).ok()?;
    flags.contains(FOLDS_CASE).then_some(false)
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
