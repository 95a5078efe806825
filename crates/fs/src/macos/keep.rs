//! What belongs to a file besides its bytes: owner, mode, times, flags, extended attributes, access list.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::dir::Dir;
use crate::look::Kind;
use crate::look::apple::{self, Carried};
use crate::snapshot::Attribute;
use crate::stage::{Loss, Status};

/// `struct _acl` of sys/acl.h, known by its address alone.
#[repr(C)]
struct AccessList {
    _private: [u8; 0],
}

/// `ACL_TYPE_EXTENDED` of sys/acl.h.
const ACL_TYPE_EXTENDED: libc::c_int = 0x0000_0100;

// sys/acl.h; the libc crate does not have these.
unsafe extern "C" {
    fn acl_init(count: libc::c_int) -> *mut AccessList;
    fn acl_get_fd_np(open: libc::c_int, kind: libc::c_int) -> *mut AccessList;
    fn acl_set_fd_np(open: libc::c_int, list: *mut AccessList, kind: libc::c_int) -> libc::c_int;
    fn acl_free(list: *mut libc::c_void) -> libc::c_int;
}

const OWNER_WRITES: u32 = 0o200;

fn time(ns: i64) -> Timespec {
    Timespec {
        tv_sec: ns.div_euclid(1_000_000_000),
        tv_nsec: ns.rem_euclid(1_000_000_000),
    }
}

fn times(status: &Status) -> Timestamps {
    Timestamps {
        last_access: time(status.accessed_ns),
        last_modification: time(status.modified_ns),
    }
}

/// What a new file or folder has by itself is asked of it: its group is that of its folder (open(2)), whoever makes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Has;

/// Gives an opened file, folder or link owner, mode, attributes, flags, times and access list of another; returns what
/// could not be kept.
///
/// Stands on fchown(2), fsetxattr(2), fchmod(2), fchflags(2), futimens(2), fsetattrlist(2) `ATTR_CMN_CRTIME` and
/// `acl_set_fd_np`, acl_set(3). The access list comes last: it may forbid its owner all of the others.
pub(crate) fn give(
    from: impl AsFd,
    wanted: &Status,
    to: impl AsFd,
    _has: Has,
) -> io::Result<Vec<Loss>> {
    let (from, to) = (from.as_fd(), to.as_fd());
    let mut lost = Vec::new();
    let (original, has) = (rustix::fs::fstat(from)?, rustix::fs::fstat(to)?);
    let owner_changes = (has.st_uid, has.st_gid) != (wanted.user_id, wanted.group_id);
    if owner_changes {
        let (user, group) = (
            Uid::from_raw(wanted.user_id),
            Gid::from_raw(wanted.group_id),
        );
        let given = rustix::fs::fchown(to, Some(user), Some(group));
        noted(given, Loss::Owner, &mut lost)?;
    }
    let names = attribute_names(from)?;
    let mut mode_now = u32::from(has.st_mode) & 0o7777;
    if !names.is_empty() && mode_now & OWNER_WRITES == 0 {
        // Attributes of a file that its owner may not write are not set, whatever it was opened for (setxattr(2)).
        let mode = Mode::from_raw_mode((mode_now | OWNER_WRITES) as rustix::fs::RawMode);
        if rustix::fs::fchmod(to, mode).is_ok() {
            mode_now |= OWNER_WRITES;
        }
    }
    copy_attributes(from, to, names, &mut lost)?;
    // After the owner: a change of owner takes the set-user-id bit away (chown(2)).
    if mode_now != wanted.mode || (owner_changes && wanted.mode & 0o7000 != 0) {
        let mode = Mode::from_raw_mode(wanted.mode as rustix::fs::RawMode);
        noted(rustix::fs::fchmod(to, mode), Loss::Mode, &mut lost)?;
    }
    let flags = apple::flags_of_copy(original.st_flags, has.st_flags);
    if flags != has.st_flags {
        noted(set_flags(to, flags), Loss::Flags, &mut lost)?;
    }
    let set = rustix::fs::futimens(to, &times(wanted));
    noted(set, Loss::Times, &mut lost)?;
    // Behind the times: setting a time before the birth moves the birth.
    noted(set_birth(to, &original), Loss::Times, &mut lost)?;
    copy_access_list(from, to, &mut lost)?;
    Ok(lost)
}

/// As [`give`]: what is known to be missing is not left out here.
pub(crate) fn give_facts(
    from: impl AsFd,
    wanted: &Status,
    to: impl AsFd,
    has: Has,
) -> io::Result<Vec<Loss>> {
    give(from, wanted, to, has)
}

/// Returns the names and values of the attributes that are carried; `None`, since this system is not asked.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn attributes_of(_open: impl AsFd) -> io::Result<Option<Vec<Attribute>>> {
    Ok(None)
}

/// Gives attributes that another system has told, which this one cannot keep.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn give_attributes(_to: impl AsFd, wanted: &[Attribute]) -> io::Result<Vec<Loss>> {
    Ok(wanted.iter().map(|_| Loss::Attribute).collect())
}

/// Takes away attributes that another system has told, of which this one keeps none.
#[allow(clippy::unnecessary_wraps, reason = "other systems can fail")]
pub(crate) fn remove_attributes(_to: impl AsFd, names: &[&[u8]]) -> io::Result<Vec<Loss>> {
    Ok(names.iter().map(|_| Loss::Attribute).collect())
}

/// Gives an opened folder owner, mode and times; what else it has stays.
pub(crate) fn give_to_folder(wanted: &Status, folder: &Dir) -> io::Result<Vec<Loss>> {
    give(folder, wanted, folder, Has)
}

/// Gives a link or a pipe what belongs to another: a link is opened itself (open(2) `O_SYMLINK`), since it has a mode,
/// attributes and a list of its own; a pipe is not opened, which could wake whoever waits for its other end.
pub(crate) fn give_by_name(
    from: (&Dir, &OsStr),
    wanted: &Status,
    to: (&Dir, &OsStr),
) -> io::Result<Vec<Loss>> {
    if wanted.kind == Kind::SymbolicLink {
        let flags = OFlags::RDONLY | OFlags::SYMLINK | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let original = rustix::fs::openat(from.0, from.1, flags, Mode::empty())?;
        let copy = rustix::fs::openat(to.0, to.1, flags, Mode::empty())?;
        return give(original, wanted, copy, Has);
    }
    let mut lost = Vec::new();
    let (dir, name) = to;
    let (user, group) = (
        Uid::from_raw(wanted.user_id),
        Gid::from_raw(wanted.group_id),
    );
    let nofollow = AtFlags::SYMLINK_NOFOLLOW;
    let given = rustix::fs::chownat(dir, name, Some(user), Some(group), nofollow);
    noted(given, Loss::Owner, &mut lost)?;
    let mode = Mode::from_raw_mode(wanted.mode as rustix::fs::RawMode);
    let set = rustix::fs::chmodat(dir, name, mode, nofollow);
    noted(set, Loss::Mode, &mut lost)?;
    let set = rustix::fs::utimensat(dir, name, &times(wanted), nofollow);
    noted(set, Loss::Times, &mut lost)?;
    Ok(lost)
}

/// Takes away what a new folder has inherited and hands down to what is made in it: an access list.
pub(crate) fn forget_inherited(folder: &Dir) -> io::Result<()> {
    if access_list(folder.as_fd())?.is_none() {
        return Ok(());
    }
    // SAFETY: the call takes a number and returns an address of its own, or none.
    let empty = unsafe { acl_init(0) };
    let empty = FreedList::of(empty).ok_or_else(io::Error::last_os_error)?;
    Ok(set_access_list(folder.as_fd(), &empty)?)
}

/// Returns the bits as they are: access lists stand beside them.
pub(crate) fn mode_without_list(_folder: &Path, mode: u32) -> u32 {
    mode
}

/// Returns what a folder has besides owner, mode and times that a new one would have to be given.
pub(crate) fn besides_mode(folder: &Dir) -> io::Result<Vec<Loss>> {
    let names = attribute_names(folder.as_fd())?;
    let is_own = |name: &CString| apple::carried(name.to_bytes()) == Carried::Yes;
    let attributes = names.iter().any(is_own).then_some(Loss::Attribute);
    let list = access_list(folder.as_fd())?.map(|_list| Loss::AccessList);
    Ok(attributes.into_iter().chain(list).collect())
}

pub(crate) fn has_now<T>(_opened: &T) -> io::Result<Has> {
    Ok(Has)
}

pub(crate) fn has_when_new(_mode: u32, _umask: u32) -> Has {
    Has
}

/// Makes what was written to an opened file durable: fcntl(2) `F_FULLFSYNC`.
pub(crate) fn sync_file(file: &File) -> io::Result<()> {
    flush(file.as_fd())
}

/// `F_FULLFSYNC` also empties the drive's own memory, which fsync(2) does not; a share that has no such thing gets fsync(2).
pub(crate) fn flush(open: BorrowedFd<'_>) -> io::Result<()> {
    match rustix::fs::fcntl_fullfsync(open) {
        Err(Errno::NOTSUP | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOTTY | Errno::NODEV) => {}
        other => return Ok(other?),
    }
    match rustix::fs::fsync(open) {
        Err(Errno::NOTSUP | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => Ok(()),
        other => Ok(other?),
    }
}

fn set_flags(to: BorrowedFd<'_>, flags: u32) -> Result<(), Errno> {
    // SAFETY: the descriptor is open for the whole call, which takes a number besides.
    answered(unsafe { libc::fchflags(to.as_raw_fd(), flags) })
}

fn set_birth(to: BorrowedFd<'_>, original: &Stat) -> Result<(), Errno> {
    if original.st_birthtime <= 0 {
        return Ok(());
    }
    let mut birth = libc::timespec {
        tv_sec: original.st_birthtime,
        tv_nsec: original.st_birthtime_nsec,
    };
    let mut which = libc::attrlist {
        commonattr: libc::ATTR_CMN_CRTIME,
        ..super::entry::nothing()
    };
    // SAFETY: list and time live as long as the call, and the size is that of the time.
    answered(unsafe {
        libc::fsetattrlist(
            to.as_raw_fd(),
            (&raw mut which).cast(),
            (&raw mut birth).cast(),
            size_of::<libc::timespec>(),
            0,
        )
    })
}

/// The answer of a call that returns 0 or -1.
fn answered(answer: libc::c_int) -> Result<(), Errno> {
    if answer == 0 {
        return Ok(());
    }
    Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO))
}

fn copy_attributes(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    names: Vec<CString>,
    lost: &mut Vec<Loss>,
) -> io::Result<()> {
    let has_room = names.is_empty() || super::volume::has_own_attributes(to);
    for name in names {
        let loss = match apple::carried(name.to_bytes()) {
            Carried::No => continue,
            Carried::Yes => Loss::Attribute,
            Carried::IfAllowed => Loss::Label,
        };
        let copied = if has_room {
            copy_attribute(from, to, &name)
        } else {
            Err(Errno::NOTSUP)
        };
        noted(copied, loss, lost)?;
    }
    Ok(())
}

/// The resource fork of a file is the one attribute that may be large, and that may be read and written piece by piece.
fn copy_attribute(from: BorrowedFd<'_>, to: BorrowedFd<'_>, name: &CStr) -> Result<(), Errno> {
    const RESOURCE_FORK: &[u8] = b"com.apple.ResourceFork";
    const PIECE_BYTES: usize = 1024 * 1024;
    /// No other attribute is said to be larger; xattr(1) keeps to far less.
    const MOST_BYTES: usize = 128 * 1024 * 1024;
    let size_bytes = get_attribute(from, name, &mut [], 0)?;
    if size_bytes > MOST_BYTES && name.to_bytes() != RESOURCE_FORK {
        return Err(Errno::TOOBIG);
    }
    let at_once = match name.to_bytes() {
        RESOURCE_FORK => size_bytes.min(PIECE_BYTES),
        _ => size_bytes,
    };
    if size_bytes == 0 {
        return set_attribute(to, name, &[], 0);
    }
    let mut room = vec![0; at_once];
    let mut position = 0;
    while position < size_bytes {
        let count = get_attribute(from, name, &mut room, position)?;
        if count == 0 || count > room.len() {
            // It was cut short meanwhile, which the next look at the file finds.
            return Err(Errno::AGAIN);
        }
        set_attribute(to, name, &room[..count], position)?;
        position += count;
    }
    Ok(())
}

/// Returns how many bytes there were; without room, how many there are.
fn get_attribute(
    from: BorrowedFd<'_>,
    name: &CStr,
    room: &mut [u8],
    position: usize,
) -> Result<usize, Errno> {
    let position = u32::try_from(position).map_err(|_| Errno::TOOBIG)?;
    let room_bytes = room.len();
    let start: *mut libc::c_void = match room_bytes {
        0 => std::ptr::null_mut(),
        _ => room.as_mut_ptr().cast(),
    };
    // SAFETY: the name ends in NUL, and there is as much room as is said.
    let count = unsafe {
        libc::fgetxattr(
            from.as_raw_fd(),
            name.as_ptr(),
            start,
            room_bytes,
            position,
            0,
        )
    };
    usize::try_from(count).map_err(|_| last_errno())
}

fn set_attribute(
    to: BorrowedFd<'_>,
    name: &CStr,
    bytes: &[u8],
    position: usize,
) -> Result<(), Errno> {
    let position = u32::try_from(position).map_err(|_| Errno::TOOBIG)?;
    // SAFETY: the name ends in NUL, and there are as many bytes as is said.
    answered(unsafe {
        libc::fsetxattr(
            to.as_raw_fd(),
            name.as_ptr(),
            bytes.as_ptr().cast(),
            bytes.len(),
            position,
            0,
        )
    })
}

fn last_errno() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}

fn attribute_names(from: BorrowedFd<'_>) -> io::Result<Vec<CString>> {
    /// How often the list may grow between the look at its size and the look at itself.
    const TRIES: usize = 4;
    for _ in 0..TRIES {
        let mut room = match rustix::fs::flistxattr(from, &mut [0_u8; 0]) {
            Ok(size_bytes) => vec![0_u8; size_bytes],
            Err(Errno::NOTSUP | Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        match rustix::fs::flistxattr(from, &mut room) {
            Ok(size_bytes) => {
                let names = room[..size_bytes].split(|byte| *byte == 0);
                let names = names.filter(|name| !name.is_empty());
                return Ok(names.filter_map(|name| CString::new(name).ok()).collect());
            }
            Err(Errno::RANGE) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Errno::RANGE.into())
}

/// An access list of this process, given back when it is not needed any more.
struct FreedList(std::ptr::NonNull<AccessList>);

impl FreedList {
    fn of(list: *mut AccessList) -> Option<Self> {
        std::ptr::NonNull::new(list).map(Self)
    }
}

impl Drop for FreedList {
    fn drop(&mut self) {
        // SAFETY: the address came from a call of acl(3), nobody else has it, and it is not used again.
        let _freed = unsafe { acl_free(self.0.as_ptr().cast()) };
    }
}

fn access_list(open: BorrowedFd<'_>) -> io::Result<Option<FreedList>> {
    // SAFETY: the descriptor is open for the whole call, which returns an address of its own, or none.
    let list = unsafe { acl_get_fd_np(open.as_raw_fd(), ACL_TYPE_EXTENDED) };
    if let Some(list) = FreedList::of(list) {
        return Ok(Some(list));
    }
    match last_errno() {
        // ENOENT says that there is none.
        Errno::NOENT | Errno::NOTSUP | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL => Ok(None),
        error => Err(error.into()),
    }
}

fn set_access_list(open: BorrowedFd<'_>, list: &FreedList) -> Result<(), Errno> {
    // SAFETY: the descriptor is open and the list alive for the whole call.
    answered(unsafe { acl_set_fd_np(open.as_raw_fd(), list.0.as_ptr(), ACL_TYPE_EXTENDED) })
}

fn copy_access_list(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    lost: &mut Vec<Loss>,
) -> io::Result<()> {
    match access_list(from)? {
        Some(list) => noted(set_access_list(to, &list), Loss::AccessList, lost),
        None => Ok(()),
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
            | Errno::NOTSUP
            | Errno::OPNOTSUPP
            | Errno::NOSYS
            | Errno::INVAL
            | Errno::NOTTY
            | Errno::OVERFLOW
            | Errno::RANGE
            | Errno::TOOBIG
            | Errno::NOATTR
            | Errno::NAMETOOLONG,
        ) => {
            lost.push(loss);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
