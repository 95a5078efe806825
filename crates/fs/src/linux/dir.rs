//! Opening folders so that no link is passed on the way.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

pub(crate) use crate::unix::dir::{
    Dir, create_dir, is_same_dir, make_private, open_file, open_followed, real_path, remove_dir,
    set_opened_mode, sync_dir, sync_opened, write_new_file,
};

/// `PATH_MAX` of linux/limits.h, the closing NUL included.
pub(crate) const PATH_LIMIT_BYTES: usize = 4096;

/// Opens the folder at an absolute path; any symbolic link on the way makes it fail with `ELOOP`.
///
/// Stands on openat2(2) with `RESOLVE_NO_SYMLINKS`; where the call is missing or filtered, each part is opened by
/// itself with `O_NOFOLLOW`.
pub(crate) fn open_dir(path: &Path) -> io::Result<Dir> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        Ok(fd) => Ok(Dir::new(fd)),
        Err(Errno::NOSYS | Errno::PERM) => open_dir_by_parts(path),
        Err(error) => Err(error.into()),
    }
}

fn open_dir_by_parts(path: &Path) -> io::Result<Dir> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    crate::unix::dir::open_by_parts(path, |at, name| {
        rustix::fs::openat(at.unwrap_or(CWD), name, flags, Mode::empty())
    })
}

/// Gives what stands at a name these permission bits; fails with `ELOOP` if that is a link.
///
/// Stands on chmod(2) by way of proc(5), on what is held open: fchmodat(2) follows links, and fchmodat2(2) is younger than the
/// kernels this runs on.
pub(crate) fn set_mode(dir: &Dir, name: &OsStr, mode: u32) -> io::Result<()> {
    let mode = Mode::from_raw_mode(mode);
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = rustix::fs::openat(dir, name, flags, Mode::empty())?;
    if FileType::from_raw_mode(rustix::fs::fstat(&held)?.st_mode) == FileType::Symlink {
        return Err(Errno::LOOP.into());
    }
    match rustix::fs::chmod(format!("/proc/self/fd/{}", held.as_raw_fd()), mode) {
        // Without proc, what may be read can be held in another way.
        Err(Errno::NOENT | Errno::NOTDIR) => {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let opened = rustix::fs::openat(dir, name, flags, Mode::empty())?;
            Ok(rustix::fs::fchmod(opened, mode)?)
        }
        other => Ok(other?),
    }
}

/// Makes the names in an opened folder durable: fsync(2).
pub(crate) fn flush(dir: BorrowedFd<'_>) -> io::Result<()> {
    Ok(rustix::fs::fsync(dir)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_of_what_a_link_leads_to_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::create_dir(top.join("a")).unwrap();
        std::os::unix::fs::symlink("a", top.join("l")).unwrap();
        let dir = open_dir(&top).unwrap();
        let mode = || {
            std::fs::metadata(top.join("a"))
                .unwrap()
                .permissions()
                .mode()
                & 0o7777
        };
        for bits in [0, 0o711] {
            set_mode(&dir, OsStr::new("a"), bits).unwrap();
            assert_eq!(mode(), bits);
        }
        assert!(set_mode(&dir, OsStr::new("l"), 0o777).is_err());
        assert_eq!(mode(), 0o711);
    }

    #[test]
    fn both_ways_of_opening_refuse_a_link_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(real.join("a/b")).unwrap();
        std::os::unix::fs::symlink("a", real.join("l")).unwrap();
        for open in [open_dir, open_dir_by_parts] {
            assert!(open(&real.join("a/b")).is_ok());
            for through in ["l/b", "l"] {
                let error = open(&real.join(through)).unwrap_err();
                assert_eq!(
                    error.raw_os_error(),
                    Some(Errno::LOOP.raw_os_error()),
                    "{through}"
                );
            }
        }
    }
}
