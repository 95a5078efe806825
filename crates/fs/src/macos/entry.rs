//! lstat(2), and what getattrlist(2) adds.

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Stat};

use crate::look::apple;
use crate::look::{Entry, Identity, Kind};
use crate::stage::Status;

/// sys/attr.h; the libc crate does not have these.
const ATTR_DIR_MOUNTSTATUS: u32 = 0x0000_0004;
const DIR_MNTSTATUS_MNTPOINT: u32 = 0x0000_0001;
const FSOPT_NOFOLLOW: libc::c_ulong = 0x0000_0001;

pub(crate) fn entry(path: &Path) -> io::Result<Entry> {
    let stat = rustix::fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)?;
    let mut entry = from_stat(&stat);
    if entry.kind == Kind::Directory {
        // A file system without this attribute has no mounts that it knows of.
        entry.is_mount_root = is_mount_root(path).unwrap_or(false);
    }
    Ok(entry)
}

/// Returns what stands at `path`, not followed, its birth time left out.
pub(crate) fn glance(path: &Path) -> io::Result<Entry> {
    entry_at(CWD, path.as_os_str(), AtFlags::SYMLINK_NOFOLLOW)
}

/// Returns what `path` leads to, its birth time left out.
pub(crate) fn followed(path: &Path) -> io::Result<Entry> {
    entry_at(CWD, path.as_os_str(), AtFlags::empty())
}

/// Returns what stands at `name` in an open folder, its birth time left out.
pub(crate) fn entry_at(folder: impl AsFd, name: &OsStr, flags: AtFlags) -> io::Result<Entry> {
    let stat = rustix::fs::statat(folder, name, flags)?;
    let mut entry = from_stat(&stat);
    entry.identity.birth_ns = None;
    Ok(entry)
}

/// Returns the name under which the folder keeps what is found by `name`, where the two may differ in case or in how
/// letters are put together: getattrlistat(2) `ATTR_CMN_NAME`. `None` if the system does not say.
///
/// It says other things too: the name of the volume where one is mounted, and any one of the names of a file that has
/// several. So what it says must lead to the same thing in this folder, and must be the same name unless the thing has
/// only one.
pub(crate) fn kept_name(folder: &Path, name: &OsStr) -> io::Result<Option<OsString>> {
    // NAME_MAX letters of at most three bytes, and the NUL.
    const NAME_ROOM_BYTES: usize = 1024;
    let mut room = [0_u8; 4 + 8 + NAME_ROOM_BYTES];
    let wanted = libc::attrlist {
        commonattr: libc::ATTR_CMN_NAME,
        ..nothing()
    };
    let path = folder.join(name);
    attributes_at(&path, wanted, &mut room)?;
    let Some(kept) = apple::name_in_attributes(&room) else {
        return Ok(None);
    };
    let kept = OsString::from_vec(kept.to_vec());
    if kept == name {
        return Ok(None);
    }
    let (asked, found) = (glance(&path)?, glance(&folder.join(&kept))?);
    let has_one_name = asked.kind == Kind::Directory || asked.link_count == 1;
    let is_it = asked.identity.is_same_now(&found.identity)
        && (has_one_name || apple::differ_in_case_alone(&kept, name));
    Ok(is_it.then_some(kept))
}

/// Returns whether a mount begins at the folder: getattrlistat(2) `ATTR_DIR_MOUNTSTATUS`.
fn is_mount_root(path: &Path) -> io::Result<bool> {
    let mut room = [0_u8; 8];
    let wanted = libc::attrlist {
        dirattr: ATTR_DIR_MOUNTSTATUS,
        ..nothing()
    };
    attributes_at(path, wanted, &mut room)?;
    let status = apple::number_in_attributes(&room);
    Ok(status.is_some_and(|status| status & DIR_MNTSTATUS_MNTPOINT != 0))
}

/// A list of no attributes.
pub(crate) fn nothing() -> libc::attrlist {
    libc::attrlist {
        bitmapcount: libc::ATTR_BIT_MAP_COUNT,
        reserved: 0,
        commonattr: 0,
        volattr: 0,
        dirattr: 0,
        fileattr: 0,
        forkattr: 0,
    }
}

/// Fills `room` with the attributes of what stands at `path`, a link not followed.
pub(crate) fn attributes_at(
    path: &Path,
    mut wanted: libc::attrlist,
    room: &mut [u8],
) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: path and list live as long as the call, and the room is as large as it is said to be.
    let answer = unsafe {
        libc::getattrlistat(
            CWD.as_raw_fd(),
            path.as_ptr(),
            (&raw mut wanted).cast(),
            room.as_mut_ptr().cast(),
            room.len(),
            FSOPT_NOFOLLOW,
        )
    };
    if answer == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

fn kind(stat: &Stat) -> Kind {
    crate::unix::entry::kind(FileType::from_raw_mode(stat.st_mode))
}

/// A device number is a 32-bit number with a sign; the same one must come out wherever it is compared.
pub(crate) fn device(stat: &Stat) -> u64 {
    stat.st_dev as u64
}

fn from_stat(stat: &Stat) -> Entry {
    Entry {
        kind: kind(stat),
        identity: Identity {
            device: device(stat),
            inode: stat.st_ino,
            birth_ns: birth_ns(stat),
        },
        link_count: stat.st_nlink.into(),
        size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
        mode: u32::from(stat.st_mode) & 0o7777,
        user_id: stat.st_uid,
        group_id: stat.st_gid,
        modified_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
        changed_ns: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
        // Each mount has a device number of its own: there are no bind mounts.
        mount_id: device(stat),
        is_mount_root: false,
        is_locked: apple::is_locked(stat.st_flags),
        is_in_cloud_only: apple::is_dataless(stat.st_flags),
    }
}

/// File systems that keep no birth time show the start of 1970, or the time of the last change.
fn birth_ns(stat: &Stat) -> Option<i64> {
    let birth = nanoseconds(stat.st_birthtime, stat.st_birthtime_nsec);
    let is_kept = birth > 0 && birth != nanoseconds(stat.st_ctime, stat.st_ctime_nsec);
    is_kept.then_some(birth)
}

/// Returns what a copy has to keep of it.
pub(crate) fn status(stat: &Stat) -> Status {
    Status {
        kind: kind(stat),
        device: device(stat),
        inode: stat.st_ino,
        link_count: stat.st_nlink.into(),
        size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
        allocated_bytes: u64::try_from(stat.st_blocks)
            .unwrap_or(0)
            .saturating_mul(512),
        mode: u32::from(stat.st_mode) & 0o7777,
        user_id: stat.st_uid,
        group_id: stat.st_gid,
        accessed_ns: nanoseconds(stat.st_atime, stat.st_atime_nsec),
        modified_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
        changed_ns: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
        is_locked: apple::is_locked(stat.st_flags),
        is_in_cloud_only: apple::is_dataless(stat.st_flags),
    }
}
