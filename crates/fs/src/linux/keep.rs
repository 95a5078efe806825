//! What belongs to a file besides its bytes: owner, mode, times, extended attributes, inode flags.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Gid, IFlags, Mode, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::dir::Dir;
use crate::snapshot::Attribute;
use crate::stage::{Loss, Status};

/// Attributes that a file system makes up from others, or that belong to one volume alone.
///
/// xfs shows its access lists a second time as `trusted.SGI_ACL_*`; ntfs-3g and overlayfs show their own inner state.
const NOT_CARRIED: [&[u8]; 4] = [
    b"trusted.SGI_ACL_",
    b"trusted.overlay.",
    b"system.ntfs_",
    b"btrfs.",
];

/// Labels that the policy of each system gives anew.
const LABELS: [&[u8]; 3] = [b"security.selinux", b"security.SMACK", b"security.ima"];

/// Flags of chattr(1) that mean the same on every file system that has them.
const CARRIED_FLAGS: IFlags = IFlags::NODUMP
    .union(IFlags::NOATIME)
    .union(IFlags::SYNC)
    .union(IFlags::DIRSYNC);

const OWNER_WRITES: u32 = 0o200;

/// The name under which [`attributes_of`] tells of flags: no attribute is called so, for want of a dot.
const FLAGS_NAME: &[u8] = b"inode-flags";

fn times(status: &Status) -> Timestamps {
    let time = |ns: i64| Timespec {
        tv_sec: ns.div_euclid(1_000_000_000),
        tv_nsec: ns.rem_euclid(1_000_000_000),
    };
    Timestamps {
        last_access: time(status.accessed_ns),
        last_modification: time(status.modified_ns),
    }
}

/// Gives an opened file or folder owner, mode, attributes and times of another; returns what could not be kept.
///
/// `has` is what it has already. Stands on fchown(2), fchmod(2), fsetxattr(2), `FS_IOC_SETFLAGS`, futimens(3).
pub(crate) fn give(
    from: impl AsFd,
    wanted: &Status,
    to: impl AsFd,
    has: Has,
) -> io::Result<Vec<Loss>> {
    let mut lost = Vec::new();
    give_owner(wanted, &to, has, &mut lost)?;
    let names = attributes(|room| rustix::fs::flistxattr(&from, room))?;
    let is_closed = !names.is_empty() && has.mode & OWNER_WRITES == 0;
    if is_closed {
        // Attributes of a file that its owner may not write are not set, whatever it was opened for (xattr(7)); if this
        // fails they are lost, and that is noted.
        let _opened = rustix::fs::fchmod(&to, Mode::from_raw_mode(has.mode | OWNER_WRITES));
    }
    copy_attributes(&from, &to, &names, &mut lost)?;
    give_mode(wanted, &to, has, is_closed, &mut lost)?;
    if let Ok(flags) = rustix::fs::ioctl_getflags(&from)
        && flags.intersects(CARRIED_FLAGS)
    {
        let now = rustix::fs::ioctl_getflags(&to);
        let all =
            now.and_then(|now| rustix::fs::ioctl_setflags(&to, now | (flags & CARRIED_FLAGS)));
        if all.is_err() {
            noted(
                one_by_one(&to, flags & CARRIED_FLAGS),
                Loss::Flags,
                &mut lost,
            )?;
        }
    }
    noted(
        rustix::fs::futimens(&to, &times(wanted)),
        Loss::Times,
        &mut lost,
    )?;
    Ok(lost)
}

/// Does [`give`] for what is known to have neither attributes nor flags: owner, mode and times.
pub(crate) fn give_facts(
    _from: impl AsFd,
    wanted: &Status,
    to: impl AsFd,
    has: Has,
) -> io::Result<Vec<Loss>> {
    let mut lost = Vec::new();
    give_owner(wanted, &to, has, &mut lost)?;
    give_mode(wanted, &to, has, false, &mut lost)?;
    let set = rustix::fs::futimens(&to, &times(wanted));
    noted(set, Loss::Times, &mut lost)?;
    Ok(lost)
}

fn give_owner(wanted: &Status, to: impl AsFd, has: Has, lost: &mut Vec<Loss>) -> io::Result<()> {
    if (has.user_id, has.group_id) == (wanted.user_id, wanted.group_id) {
        return Ok(());
    }
    let user = Some(Uid::from_raw(wanted.user_id));
    let group = Some(Gid::from_raw(wanted.group_id));
    noted(rustix::fs::fchown(to, user, group), Loss::Owner, lost)
}

/// After the owner: a change of owner takes the set-user-id bit away (chown(2)).
fn give_mode(
    wanted: &Status,
    to: impl AsFd,
    has: Has,
    was_opened: bool,
    lost: &mut Vec<Loss>,
) -> io::Result<()> {
    let owner_changed = has.user_id != wanted.user_id || has.group_id != wanted.group_id;
    if was_opened || has.mode != wanted.mode || (owner_changed && wanted.mode & 0o7000 != 0) {
        let mode = Mode::from_raw_mode(wanted.mode);
        noted(rustix::fs::fchmod(to, mode), Loss::Mode, lost)?;
    }
    Ok(())
}

/// Returns the names and values of the attributes that are carried, by name, and the flags that are as one more of them;
/// `None` where a system cannot tell.
pub(crate) fn attributes_of(open: impl AsFd) -> io::Result<Option<Vec<Attribute>>> {
    let mut found: Vec<Attribute> = Vec::new();
    for name in attributes(|room| rustix::fs::flistxattr(&open, room))? {
        match value(|room| rustix::fs::fgetxattr(&open, name.as_c_str(), room)) {
            Ok(value) => found.push((name.to_bytes().into(), value.into())),
            // It went away, or is not for this user.
            Err(Errno::NODATA | Errno::PERM | Errno::ACCESS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if let Ok(flags) = rustix::fs::ioctl_getflags(&open)
        && flags.intersects(CARRIED_FLAGS)
    {
        let bits = (flags & CARRIED_FLAGS).bits();
        found.push((FLAGS_NAME.into(), bits.to_le_bytes().into()));
    }
    found.sort_unstable();
    Ok(Some(found))
}

/// Gives attributes that [`attributes_of`] has told.
pub(crate) fn give_attributes(to: impl AsFd, wanted: &[Attribute]) -> io::Result<Vec<Loss>> {
    let mut lost = Vec::new();
    for (name, value) in wanted {
        if **name == *FLAGS_NAME {
            let bits = value.first_chunk().copied().map(u32::from_le_bytes);
            let flags = IFlags::from_bits_truncate(bits.unwrap_or_default()) & CARRIED_FLAGS;
            noted(one_by_one(&to, flags), Loss::Flags, &mut lost)?;
            continue;
        }
        let Ok(name) = CString::new(&**name) else {
            lost.push(Loss::Attribute);
            continue;
        };
        let set = rustix::fs::fsetxattr(&to, name.as_c_str(), value, XattrFlags::empty());
        noted(set, loss_of(&name), &mut lost)?;
    }
    Ok(lost)
}

/// Takes away attributes that [`attributes_of`] has told.
pub(crate) fn remove_attributes(to: impl AsFd, names: &[&[u8]]) -> io::Result<Vec<Loss>> {
    let mut lost = Vec::new();
    for name in names {
        if *name == FLAGS_NAME {
            let now = rustix::fs::ioctl_getflags(&to);
            let set = now.and_then(|now| rustix::fs::ioctl_setflags(&to, now - CARRIED_FLAGS));
            noted(set, Loss::Flags, &mut lost)?;
        } else if let Ok(name) = CString::new(*name) {
            let removed = rustix::fs::fremovexattr(&to, name.as_c_str());
            noted(removed, loss_of(&name), &mut lost)?;
        }
    }
    Ok(lost)
}

/// Gives an opened folder owner, mode and times; what else it has stays.
pub(crate) fn give_to_folder(wanted: &Status, folder: &Dir) -> io::Result<Vec<Loss>> {
    give_facts(folder, wanted, folder, has_now(folder)?)
}

/// Sets what flags there are on the volume, and answers as for the last that is not.
fn one_by_one(to: impl AsFd, flags: IFlags) -> Result<(), Errno> {
    let mut result = Ok(());
    for flag in flags.iter() {
        let now = rustix::fs::ioctl_getflags(&to);
        if let Err(error) = now.and_then(|now| rustix::fs::ioctl_setflags(&to, now | flag)) {
            result = Err(error);
        }
    }
    result
}

/// What a new file or folder has by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Has {
    pub(crate) user_id: u32,
    pub(crate) group_id: u32,
    pub(crate) mode: u32,
}

/// Gives a link or a pipe owner, mode, attributes and times of another.
pub(crate) fn give_by_name(
    from: (&Dir, &OsStr),
    wanted: &Status,
    to: (&Dir, &OsStr),
) -> io::Result<Vec<Loss>> {
    let mut lost = Vec::new();
    let (dir, name) = to;
    let (user, group) = (
        Some(Uid::from_raw(wanted.user_id)),
        Some(Gid::from_raw(wanted.group_id)),
    );
    let nofollow = AtFlags::SYMLINK_NOFOLLOW;
    let has = has_when_new(0, 0);
    if (has.user_id, has.group_id) != (wanted.user_id, wanted.group_id) {
        let given = rustix::fs::chownat(dir, name, user, group, nofollow);
        noted(given, Loss::Owner, &mut lost)?;
    }
    let (from, by_name) = (named(from.0, from.1), named(dir, name));
    for attribute in attributes(|room| rustix::fs::llistxattr(&from, room))? {
        let value = value(|room| rustix::fs::lgetxattr(&from, attribute.as_c_str(), room));
        let set = value.and_then(|value| {
            rustix::fs::lsetxattr(&by_name, attribute.as_c_str(), &value, XattrFlags::empty())
        });
        noted(set, loss_of(&attribute), &mut lost)?;
    }
    if wanted.kind != crate::look::Kind::SymbolicLink {
        let mode = Mode::from_raw_mode(wanted.mode);
        let set = rustix::fs::chmodat(dir, name, mode, AtFlags::empty());
        noted(set, Loss::Mode, &mut lost)?;
    }
    let set = rustix::fs::utimensat(dir, name, &times(wanted), nofollow);
    noted(set, Loss::Times, &mut lost)?;
    Ok(lost)
}

/// Takes away what a new folder has inherited and hands down to what is made in it: an access list, the group by the
/// set-group-id bit, flags of chattr.
pub(crate) fn forget_inherited(folder: &Dir) -> io::Result<()> {
    // Where there is none, or the file system has no such thing, there is nothing to take away.
    let _none = rustix::fs::fremovexattr(folder, c"system.posix_acl_default");
    if let Ok(flags) = rustix::fs::ioctl_getflags(folder)
        && flags.intersects(CARRIED_FLAGS)
    {
        rustix::fs::ioctl_setflags(folder, flags - CARRIED_FLAGS)?;
    }
    let mode = rustix::fs::fstat(folder)?.st_mode & 0o7777;
    if mode & 0o7000 != 0 {
        rustix::fs::fchmod(folder, Mode::RWXU)?;
    }
    Ok(())
}

/// Returns what a folder has besides owner, mode and times that a new one would have to be given.
pub(crate) fn besides_mode(folder: &Dir) -> io::Result<Vec<Loss>> {
    let names = attributes(|room| rustix::fs::flistxattr(folder, room))?;
    let mut found: Vec<Loss> = names.iter().map(|name| loss_of(name)).collect();
    if rustix::fs::ioctl_getflags(folder).is_ok_and(|flags| flags.intersects(CARRIED_FLAGS)) {
        found.push(Loss::Flags);
    }
    found.retain(|loss| *loss != Loss::Label);
    Ok(found)
}

/// Returns what the permission bits of a folder would be without its access list: with one, those of the group are the most
/// that anyone in the list has (acl(5)). What the list says of the group is not more than that.
pub(crate) fn mode_without_list(folder: &Path, mode: u32) -> u32 {
    const GROUP_BITS: u32 = 0o070;
    let list = value(|room| rustix::fs::lgetxattr(folder, c"system.posix_acl_access", room));
    match list {
        Ok(list) => mode & (!GROUP_BITS | group_of_list(&list) << 3),
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => mode,
        // Rather closed to the group than open to more than it was.
        Err(_) => mode & !GROUP_BITS,
    }
}

/// Returns the rights that an access list gives the group itself; none if it cannot be read.
///
/// Written down as linux/posix_acl_xattr.h has it: a version, then a tag, rights and a number for each entry.
fn group_of_list(list: &[u8]) -> u32 {
    const VERSION_BYTES: usize = 4;
    const ENTRY_BYTES: usize = 8;
    const GROUP: [u8; 2] = 0x04_u16.to_le_bytes();
    let entries = list.get(VERSION_BYTES..).unwrap_or_default();
    let mut entries = entries.chunks_exact(ENTRY_BYTES);
    let group = entries.find(|entry| entry[..2] == GROUP);
    group.map_or(0, |entry| u32::from(entry[2] & 0o7))
}

fn copy_attributes(
    from: impl AsFd,
    to: impl AsFd,
    names: &[CString],
    lost: &mut Vec<Loss>,
) -> io::Result<()> {
    for attribute in names {
        let value = value(|room| rustix::fs::fgetxattr(&from, attribute.as_c_str(), room));
        let set = value.and_then(|value| {
            rustix::fs::fsetxattr(&to, attribute.as_c_str(), &value, XattrFlags::empty())
        });
        noted(set, loss_of(attribute), lost)?;
    }
    Ok(())
}

fn loss_of(attribute: &CStr) -> Loss {
    let name = attribute.to_bytes();
    if LABELS.iter().any(|label| name.starts_with(label)) {
        Loss::Label
    } else if name.starts_with(b"system.posix_acl_") {
        Loss::AccessList
    } else {
        Loss::Attribute
    }
}

/// What a file system refuses because it has no such thing, or because this user may not, is lost and noted; a full or
/// failing disk is an error.
fn noted(set: Result<(), Errno>, loss: Loss, lost: &mut Vec<Loss>) -> io::Result<()> {
    match set {
        Ok(()) => Ok(()),
        Err(
            Errno::PERM
            | Errno::ACCESS
            | Errno::OPNOTSUPP
            | Errno::NOSYS
            | Errno::INVAL
            | Errno::NOTTY
            | Errno::OVERFLOW
            | Errno::RANGE
            | Errno::TOOBIG
            | Errno::NODATA,
        ) => {
            lost.push(loss);
            Ok(())
        }
        // ext4 answers so if the attributes do not fit into one block.
        Err(Errno::NOSPC) if matches!(loss, Loss::Attribute | Loss::AccessList) => {
            lost.push(loss);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// The names of the attributes that are carried.
fn attributes(list: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> io::Result<Vec<CString>> {
    // xattr(7): XATTR_LIST_MAX.
    const LIST_LIMIT_BYTES: usize = 64 * 1024;
    let mut small = [0_u8; 512];
    let mut large;
    let names = match list(&mut small) {
        Ok(bytes) => &small[..bytes],
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(Vec::new()),
        Err(Errno::RANGE) => {
            large = vec![0_u8; LIST_LIMIT_BYTES];
            let bytes = list(&mut large)?;
            &large[..bytes]
        }
        Err(error) => return Err(error.into()),
    };
    Ok(names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .filter(|name| !NOT_CARRIED.iter().any(|prefix| name.starts_with(prefix)))
        .filter_map(|name| CString::new(name).ok())
        .collect())
}

fn value(get: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    // xattr(7): XATTR_SIZE_MAX.
    const VALUE_LIMIT_BYTES: usize = 64 * 1024;
    let mut room = vec![0_u8; 1024];
    match get(&mut room) {
        Ok(bytes) => room.truncate(bytes),
        Err(Errno::RANGE) => {
            room.resize(VALUE_LIMIT_BYTES, 0);
            let bytes = get(&mut room)?;
            room.truncate(bytes);
        }
        Err(error) => return Err(error),
    }
    Ok(room)
}

/// A name in an opened folder as a path: the calls on attributes take no folder (proc_pid_fd(5)).
pub(super) fn named(folder: impl AsFd, name: &OsStr) -> PathBuf {
    let mut path = format!("/proc/self/fd/{}/", folder.as_fd().as_raw_fd()).into_bytes();
    path.extend_from_slice(name.as_bytes());
    PathBuf::from(OsStr::from_bytes(&path))
}

/// Returns what an opened file or folder has, to which others may have handed something down.
pub(crate) fn has_now(opened: &impl AsFd) -> io::Result<Has> {
    let status = rustix::fs::fstat(opened)?;
    Ok(Has {
        user_id: status.st_uid,
        group_id: status.st_gid,
        mode: status.st_mode & 0o7777,
    })
}

/// Returns what a new file or folder of this process has, where nothing is handed down to it.
pub(crate) fn has_when_new(mode: u32, umask: u32) -> Has {
    Has {
        user_id: rustix::process::geteuid().as_raw(),
        group_id: rustix::process::getegid().as_raw(),
        mode: mode & !umask,
    }
}

/// Makes what was written to an opened file durable.
pub(crate) fn sync_file(file: &File) -> io::Result<()> {
    file.sync_all()
}
