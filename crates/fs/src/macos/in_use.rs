//! libproc: what other processes of this user have open.

use std::ffi::{CStr, OsStr};
use std::mem::{MaybeUninit, size_of};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::look::in_use::{How, User};

/// The most processes that are listed; the first few are what a person reads.
const MAX_LISTED: usize = 100;

/// The most processes, and the most open files of one, that are looked at.
const MAX_ASKED: usize = 1 << 16;

/// sys/proc_info.h; the libc crate does not have these.
const PROC_ALL_PIDS: u32 = 1;
const PROC_PIDFDVNODEPATHINFO: libc::c_int = 2;

/// `FWRITE` of sys/fcntl.h, as `fi_openflags` shows it.
const FWRITE: u32 = 0x0000_0002;

/// `struct proc_fileinfo` of sys/proc_info.h.
#[repr(C)]
struct FileInfo {
    open_flags: u32,
    status: u32,
    offset: libc::off_t,
    kind: i32,
    guard_flags: u32,
}

/// `struct vnode_fdinfowithpath` of sys/proc_info.h.
#[repr(C)]
struct OpenFile {
    file: FileInfo,
    node: libc::vnode_info_path,
}

/// Returns the processes that work below `top`, as far as this user may see them: proc_info(2) by libproc.
///
/// Files that are mapped and no longer open are not seen.
pub(crate) fn users_below(top: &Path) -> Vec<User> {
    let own = std::process::id();
    let processes: Vec<libc::pid_t> = listed(|room, room_bytes| {
        // SAFETY: there is as much room as is said.
        unsafe { libc::proc_listpids(PROC_ALL_PIDS, 0, room, room_bytes) }
    });
    let users = processes.into_iter().filter_map(|pid| {
        let number = u32::try_from(pid)
            .ok()
            .filter(|pid| *pid != 0 && *pid != own)?;
        // What ends meanwhile, or is another user's, cannot be looked at, and is passed over.
        let (path, how) = first_use(pid, top)?;
        Some(User {
            pid: number,
            program: program(pid),
            path,
            how,
        })
    });
    users.take(MAX_LISTED).collect()
}

fn first_use(pid: libc::pid_t, top: &Path) -> Option<(PathBuf, How)> {
    let folders = filled(|room: *mut libc::proc_vnodepathinfo, room_bytes| {
        let flavor = libc::PROC_PIDVNODEPATHINFO;
        // SAFETY: there is as much room as is said.
        unsafe { libc::proc_pidinfo(pid, flavor, 0, room.cast(), room_bytes) }
    });
    if let Some(folders) = folders {
        for folder in [&folders.pvi_cdir, &folders.pvi_rdir] {
            if let Some(path) = path_of(folder).filter(|path| path.starts_with(top)) {
                return Some((path, How::WorkingFolder));
            }
        }
    }
    let open: Vec<libc::proc_fdinfo> = listed(|room, room_bytes| {
        // SAFETY: there is as much room as is said.
        unsafe { libc::proc_pidinfo(pid, libc::PROC_PIDLISTFDS, 0, room, room_bytes) }
    });
    let files = open
        .into_iter()
        .filter(|open| open.proc_fdtype == libc::PROX_FDTYPE_VNODE as u32);
    files.into_iter().find_map(|open| {
        let file = filled(|room: *mut OpenFile, room_bytes| {
            let flavor = PROC_PIDFDVNODEPATHINFO;
            // SAFETY: there is as much room as is said.
            unsafe { libc::proc_pidfdinfo(pid, open.proc_fd, flavor, room.cast(), room_bytes) }
        })?;
        let path = path_of(&file.node).filter(|path| path.starts_with(top))?;
        let is_written = file.file.open_flags & FWRITE != 0;
        is_written.then_some((path, How::OpenForWriting))
    })
}

/// Calls for a list of unknown length: without room the answer is how many bytes are needed.
fn listed<T: Copy>(ask: impl Fn(*mut libc::c_void, libc::c_int) -> libc::c_int) -> Vec<T> {
    /// For what is added between the two calls.
    const MORE: usize = 32;
    let needed = usize::try_from(ask(std::ptr::null_mut(), 0)).unwrap_or(0) / size_of::<T>();
    if needed == 0 {
        return Vec::new();
    }
    let mut list: Vec<T> = Vec::with_capacity(MAX_ASKED.min(needed + MORE));
    let Ok(room_bytes) = libc::c_int::try_from(list.capacity() * size_of::<T>()) else {
        return Vec::new();
    };
    let filled_bytes = ask(list.as_mut_ptr().cast(), room_bytes);
    let filled = usize::try_from(filled_bytes).unwrap_or(0) / size_of::<T>();
    // SAFETY: the call has filled so many, never more than there is room for, and any bytes are such numbers.
    unsafe { list.set_len(filled.min(list.capacity())) };
    list
}

/// Calls for one answer of a known size; `None` if it is not given in full.
fn filled<T>(ask: impl FnOnce(*mut T, libc::c_int) -> libc::c_int) -> Option<Box<T>> {
    let mut room = Box::new(MaybeUninit::<T>::zeroed());
    let room_bytes = libc::c_int::try_from(size_of::<T>()).ok()?;
    let count = ask(room.as_mut_ptr(), room_bytes);
    // SAFETY: the call has filled all of it, and any bytes are such numbers.
    (count == room_bytes).then(|| unsafe { room.assume_init() })
}

fn path_of(node: &libc::vnode_info_path) -> Option<PathBuf> {
    let letters = node.vip_path.as_flattened();
    let start: *const u8 = letters.as_ptr().cast();
    // SAFETY: c_char is one byte, of which every pattern is a u8; pointer and length are those of a slice.
    let bytes = unsafe { std::slice::from_raw_parts(start, letters.len()) };
    let path = CStr::from_bytes_until_nul(bytes).ok()?;
    let path = Path::new(OsStr::from_bytes(path.to_bytes()));
    path.is_absolute().then(|| path.to_path_buf())
}

/// proc_name of libproc.
fn program(pid: libc::pid_t) -> String {
    let mut room = [0_u8; 2 * 32];
    // SAFETY: there is as much room as is said.
    let length = unsafe { libc::proc_name(pid, room.as_mut_ptr().cast(), room.len() as u32) };
    let length = usize::try_from(length).unwrap_or(0).min(room.len());
    String::from_utf8_lossy(&room[..length]).into_owned()
}
