//! Opening folders so that no link is passed on the way.

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

pub(crate) use crate::unix::dir::{
    Dir, create_dir, is_same_dir, make_private, open_file, real_path, remove_dir, set_mode,
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

/// Makes the names in an opened folder durable: fsync(2).
pub(crate) fn flush(dir: BorrowedFd<'_>) -> io::Result<()> {
    Ok(rustix::fs::fsync(dir)?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
