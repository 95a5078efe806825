//! The volume a path lies on, and what is known of its file system before anything is tried.

use std::path::{Path, PathBuf};

use super::Entry;
use crate::{FsError, sys};

/// A mounted file system as reached through one mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Id of the mount.
    pub mount_id: u64,
    /// Where it is mounted.
    pub mount_point: PathBuf,
    /// File system as the system names it: `ext4`, `fuseblk`.
    pub file_system: String,
    /// What is mounted: a device, a share, a word.
    pub source: String,
    /// Whether the mount is read-only.
    pub is_read_only: bool,
}

/// Whether a file system can do a thing, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Known to.
    Yes,
    /// Known not to.
    No,
    /// Only trying tells.
    Unknown,
}

/// Returns the volume that holds `path`, which must exist; a link in the last name is not followed.
///
/// Stands on `statx(2)` `STATX_MNT_ID` and `/proc/self/mountinfo`, proc_pid_mountinfo(5); on macOS on statfs(2). There
/// the path need not begin with the mount point: firmlinks show what lies on `/System/Volumes/Data` at the root.
pub fn volume_of(path: &Path) -> Result<Volume, FsError> {
    sys::volume::volume_of(path).map_err(|error| FsError::new("find the volume of", path, error))
}

/// Returns the mount points that lie below `folder`, which must be link-free.
pub fn mount_points_below(folder: &Path) -> Result<Vec<PathBuf>, FsError> {
    let all = sys::volume::mount_points()
        .map_err(|error| FsError::new("list the mounts below", folder, error))?;
    Ok(all
        .into_iter()
        .filter(|point| point != folder && point.starts_with(folder))
        .collect())
}

/// Where something would be mounted and is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmounted {
    /// The place.
    pub mount_point: PathBuf,
    /// What would be mounted: a device, a label, a share.
    pub source: String,
}

/// Returns what the table `fstab` would mount and is not mounted now; nothing if there is no such table.
///
/// Stands on fstab(5) and `/proc/self/mountinfo`.
pub fn unmounted(fstab: &Path) -> Result<Vec<Unmounted>, FsError> {
    sys::volume::unmounted(fstab)
        .map_err(|error| FsError::new("read the table of volumes", fstab, error))
}

/// Returns the mount points of the system.
pub fn mount_points() -> Result<Vec<PathBuf>, FsError> {
    sys::volume::mount_points()
        .map_err(|error| FsError::new("list the mounts below", Path::new("/"), error))
}

/// Returns how many names one file can have on a volume, where its file system is known to allow no more.
///
/// `EXT2_LINK_MAX`, `EXT4_LINK_MAX` and `BTRFS_LINK_MAX` of Linux; `CreateHardLinkW`. Not pathconf(3) `_PC_LINK_MAX`: of what
/// they do not know, C libraries tell what every system allows.
pub fn most_names(volume: &Volume) -> Option<u64> {
    match volume.file_system.as_str() {
        "ext2" | "ext3" => Some(32_000),
        "ext4" => Some(65_000),
        "btrfs" => Some(65_535),
        "NTFS" => Some(1_024),
        _ => None,
    }
}

/// Returns the longest name a folder can hold, in bytes, if the system says so: pathconf(3) `_PC_NAME_MAX`.
pub fn name_limit_bytes(folder: &Path) -> Option<u64> {
    sys::probe::name_limit_bytes(folder)
}

/// Returns whether a rename between these two folders can be expected to work: same mount and same device.
///
/// A mount of its own (also a bind mount of the same disk) answers `EXDEV`, and so does another btrfs subvolume.
/// The last word has the rename itself: an overlay's lower folder answers `EXDEV` too, and cannot be told before.
pub fn same_volume(a: &Entry, b: &Entry) -> bool {
    a.mount_id == b.mount_id && a.identity.device == b.identity.device
}

/// Returns whether the file system is known to exchange two names in one step (`RENAME_EXCHANGE`, rename(2); `RENAME_SWAP`,
/// renameatx_np(2), of which HFS+ has not).
pub fn exchange_support(file_system: &str) -> Support {
    match file_system {
        "ext3" | "ext4" | "xfs" | "btrfs" | "tmpfs" | "f2fs" | "overlay" | "bcachefs" | "ubifs"
        | "ramfs" | "apfs" => Support::Yes,
        "ext2" | "fuseblk" | "nfs" | "nfs4" | "cifs" | "smb3" | "9p" | "ntfs3" | "exfat"
        | "hfs" | "msdos" | "smbfs" | "webdav" | "afpfs" => Support::No,
        // As Windows names them.
        "NTFS" | "ReFS" | "FAT" | "FAT32" | "exFAT" => Support::No,
        _ => Support::Unknown,
    }
}

/// Returns whether the file system is known to hold symbolic links.
pub fn link_support(file_system: &str) -> Support {
    match file_system {
        "ext2" | "ext3" | "ext4" | "xfs" | "btrfs" | "tmpfs" | "f2fs" | "overlay" | "bcachefs"
        | "ubifs" | "ramfs" | "ntfs3" | "nfs" | "nfs4" | "apfs" | "hfs" => Support::Yes,
        "NTFS" | "ReFS" => Support::Yes,
        "vfat" | "msdos" | "exfat" | "webdav" | "FAT" | "FAT32" | "exFAT" => Support::No,
        _ => Support::Unknown,
    }
}

/// Returns whether names that differ in case alone are two names in `folder`, if the system says so.
///
/// Stands on pathconf(2) `_PC_CASE_SENSITIVE` of macOS; on Linux the flag of a single folder says that they are not.
pub fn is_case_sensitive(folder: &Path) -> Option<bool> {
    sys::volume::is_case_sensitive(folder)
}

/// Returns whether a folder of the file system tells the inode numbers of its entries as `stat` does: so a file can be
/// passed over by its number alone. A union of several file systems, or a driver in user space, need not.
pub fn folders_tell_inode_numbers(file_system: &str) -> bool {
    matches!(
        file_system,
        "ext2"
            | "ext3"
            | "ext4"
            | "xfs"
            | "btrfs"
            | "tmpfs"
            | "f2fs"
            | "bcachefs"
            | "ramfs"
            | "NTFS"
    )
}

/// What is free on a volume for this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// Bytes.
    pub bytes: u64,
    /// Inodes, where the volume has a fixed number of them.
    pub inodes: Option<u64>,
}

/// Returns what is free on the volume of `folder`: statvfs(3) `f_bavail` and `f_favail`.
pub fn free(folder: &Path) -> Result<Free, FsError> {
    let (bytes, inodes) = sys::volume::free(folder)
        .map_err(|error| FsError::new("find the free space of", folder, error))?;
    Ok(Free { bytes, inodes })
}

/// Returns the number by which the file system tells itself from others, `f_fsid` of statvfs(3), or of its UUID on macOS;
/// `None` where it gives none.
///
/// On ext4 and btrfs it comes from the UUID and stays. On xfs it is the device number, which changes with the order in
/// which disks are found, so a different number proves nothing.
pub fn file_system_id(folder: &Path) -> Result<Option<u64>, FsError> {
    let id = sys::volume::file_system_id(folder)
        .map_err(|error| FsError::new("find the file system of", folder, error))?;
    Ok((id != 0).then_some(id))
}

/// What a file system keeps of an entry, as far as its name tells; one that is not known is taken to keep all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// Symbolic links and named pipes.
    pub links: bool,
    /// That several names stand for one file.
    pub hard_links: bool,
    /// Owner and permission bits as they are.
    pub owners: bool,
    /// Names with the letters that Windows does not take, and, unless [`is_case_sensitive`] says otherwise, names that
    /// differ in case alone.
    pub any_name: bool,
}

/// Returns what the volume keeps. Of FUSE drivers ntfs-3g is known by its attributes; without its option `permissions` it
/// shows one owner for all.
pub fn keeping(volume: &Volume) -> Keeping {
    let all = Keeping {
        links: true,
        hard_links: true,
        owners: true,
        any_name: true,
    };
    match volume.file_system.as_str() {
        "vfat" | "msdos" | "exfat" | "FAT" | "FAT32" | "exFAT" => Keeping {
            links: false,
            hard_links: false,
            owners: false,
            any_name: false,
        },
        // macOS shows one owner for all on these, and the server says what names it takes.
        "smbfs" | "afpfs" => Keeping {
            owners: false,
            ..all
        },
        "webdav" => Keeping {
            links: false,
            hard_links: false,
            owners: false,
            any_name: true,
        },
        "fuse" | "fuseblk" if sys::reparse::takes_native_links(&volume.mount_point) => Keeping {
            owners: false,
            ..all
        },
        "fuseblk" => Keeping {
            links: false,
            hard_links: false,
            owners: false,
            any_name: false,
        },
        _ => all,
    }
}
