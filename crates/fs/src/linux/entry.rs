//! statx(2).

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Statx, StatxAttributes, StatxFlags};
use rustix::io::Errno;

use crate::look::{Entry, Identity};

pub(crate) fn entry(path: &Path) -> io::Result<Entry> {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME | StatxFlags::MNT_ID;
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    let stat = statx_anew(CWD, path.as_os_str(), flags, wanted)?;
    let mut entry = from_statx(&stat);
    if entry.identity.birth_ns.is_some() && is_on_overlay(path, &entry) {
        // A file of a lower layer is born anew when it is first changed; its inode number stays.
        entry.identity.birth_ns = None;
    }
    Ok(entry)
}

/// Returns what stands at `path`, not followed, without a look at whether its birth time can be believed.
pub(crate) fn glance(path: &Path) -> io::Result<Entry> {
    entry_at(CWD, path.as_os_str(), AtFlags::SYMLINK_NOFOLLOW)
}

/// A name is found by its own letters alone, but for folders of ext4 and f2fs that were told otherwise (`chattr +F`), of
/// which the name they keep is not asked.
pub(crate) fn kept_name(_folder: &Path, _name: &OsStr) -> io::Result<Option<OsString>> {
    Ok(None)
}

/// Returns what `path` leads to, without a look at whether its birth time can be believed.
pub(crate) fn followed(path: &Path) -> io::Result<Entry> {
    entry_at(CWD, path.as_os_str(), AtFlags::empty())
}

/// Returns what stands at `name` in an open folder, without a look at whether its birth time can be believed.
pub(crate) fn entry_at(folder: impl AsFd, name: &OsStr, flags: AtFlags) -> io::Result<Entry> {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::MNT_ID;
    let stat = statx_anew(folder, name, flags | AtFlags::NO_AUTOMOUNT, wanted)?;
    let mut entry = from_statx(&stat);
    entry.identity.birth_ns = None;
    Ok(entry)
}

/// How often a name is looked at before it is believed that the device cannot be read.
const LOOKS: usize = 3;

/// statx(2), asked again on `EIO`: where a name of a FUSE file system has become something else behind the kernel's back, a link of
/// what was a folder say, the first look fails and throws away what was remembered (fuse_do_getattr,
/// fuse_dentry_revalidate).
pub(super) fn statx_anew(
    folder: impl AsFd,
    name: &OsStr,
    flags: AtFlags,
    wanted: StatxFlags,
) -> io::Result<Statx> {
    for _ in 1..LOOKS {
        match rustix::fs::statx(&folder, name, flags, wanted) {
            Err(Errno::IO) => {}
            answer => return Ok(answer?),
        }
    }
    Ok(rustix::fs::statx(&folder, name, flags, wanted)?)
}

/// Whether the folder that holds `path` is on overlayfs: statfs(2), `OVERLAYFS_SUPER_MAGIC` of linux/magic.h.
///
/// The answer for the mount and device of the last call is kept: what follows each other mostly lies on one volume.
fn is_on_overlay(path: &Path, entry: &Entry) -> bool {
    const OVERLAYFS_SUPER_MAGIC: u64 = 0x794c_7630;
    thread_local! {
        static LAST: Cell<Option<(u64, u64, bool)>> = const { Cell::new(None) };
    }
    let (mount_id, device) = (entry.mount_id, entry.identity.device);
    match LAST.get() {
        Some((known_mount, known_device, is_overlay))
            if mount_id != 0 && (known_mount, known_device) == (mount_id, device) =>
        {
            return is_overlay;
        }
        _ => {}
    }
    let folder = path.parent().unwrap_or(path);
    let Ok(stat) = rustix::fs::statfs(folder) else {
        return false;
    };
    let is_overlay = stat.f_type as u64 == OVERLAYFS_SUPER_MAGIC;
    // Where a mount begins, its folder lies on the one around it.
    if !entry.is_mount_root {
        LAST.set(Some((mount_id, device, is_overlay)));
    }
    is_overlay
}

fn from_statx(stat: &Statx) -> Entry {
    let nanoseconds = |seconds: i64, rest: u32| {
        seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(i64::from(rest))
    };
    let got = StatxFlags::from_bits_retain(stat.stx_mask);
    let birth = got
        .contains(StatxFlags::BTIME)
        .then(|| nanoseconds(stat.stx_btime.tv_sec, stat.stx_btime.tv_nsec));
    let mount_id = if got.contains(StatxFlags::MNT_ID) {
        stat.stx_mnt_id
    } else {
        0
    };
    Entry {
        kind: crate::unix::entry::kind(FileType::from_raw_mode(stat.stx_mode.into())),
        identity: Identity {
            device: rustix::fs::makedev(stat.stx_dev_major, stat.stx_dev_minor),
            inode: stat.stx_ino,
            birth_ns: birth,
        },
        link_count: stat.stx_nlink.into(),
        size_bytes: stat.stx_size,
        mode: u32::from(stat.stx_mode) & 0o7777,
        user_id: stat.stx_uid,
        group_id: stat.stx_gid,
        modified_ns: nanoseconds(stat.stx_mtime.tv_sec, stat.stx_mtime.tv_nsec),
        changed_ns: nanoseconds(stat.stx_ctime.tv_sec, stat.stx_ctime.tv_nsec),
        mount_id,
        is_mount_root: stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
        is_locked: stat
            .stx_attributes
            .intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND),
        is_in_cloud_only: false,
    }
}
