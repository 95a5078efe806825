//! /proc/self/mountinfo, proc_pid_mountinfo(5).

use std::io;
use std::path::{Path, PathBuf};

use crate::look::{Unmounted, Volume};
use crate::unix::fstab::unescape;

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
    Ok(table
        .split(|byte| *byte == b'\n')
        .filter_map(parse_line)
        .collect())
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

fn parse_line(line: &[u8]) -> Option<Volume> {
    let mut fields = line.split(|byte| *byte == b' ');
    let mount_id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let mount_point = unescape(fields.nth(3)?);
    let options = fields.next()?;
    let mut behind = fields.skip_while(|field| *field != b"-").skip(1);
    let file_system = String::from_utf8_lossy(behind.next()?).into_owned();
    let source = unescape(behind.next()?).to_string_lossy().into_owned();
    let super_options = behind.next().unwrap_or_default();
    let read_only = |options: &[u8]| {
        options
            .split(|byte| *byte == b',')
            .any(|option| option == b"ro")
    };
    Some(Volume {
        mount_id,
        mount_point: PathBuf::from(mount_point),
        file_system,
        source,
        is_read_only: read_only(options) || read_only(super_options),
    })
}

/// Not asked: a file system that folds case is known by its name.
pub(crate) fn is_case_sensitive(_folder: &Path) -> Option<bool> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_optional_fields_and_escapes() {
        let line = b"36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 shared:2 - ext3 /dev/ro\\134ot rw,errors=continue";
        let volume = parse_line(line).unwrap();
        assert_eq!(volume.mount_id, 36);
        assert_eq!(volume.mount_point, Path::new("/mnt/a b"));
        assert_eq!(
            (volume.file_system.as_str(), volume.source.as_str()),
            ("ext3", "/dev/ro\\ot")
        );
        assert!(!volume.is_read_only);
        assert!(parse_line(b"").is_none());
        assert!(parse_line(b"x y z").is_none());
    }

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

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_line_or_none(bytes in proptest::collection::vec(0_u8.., 0..200)) {
            let _line = parse_line(&bytes);
            assert!(unescape(&bytes).len() <= bytes.len());
        }


    }
}
