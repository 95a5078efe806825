//! /proc/self/mountinfo, proc_pid_mountinfo(5).

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use crate::look::{Unmounted, Volume};

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
    let table = match std::fs::read(fstab) {
        Ok(table) => table,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mounted = mount_points()?;
    let is_missing = |expected: &Unmounted| !mounted.contains(&expected.mount_point);
    Ok(table
        .split(|byte| *byte == b'\n')
        .filter_map(parse_fstab_line)
        .filter(is_missing)
        .collect())
}

fn parse_fstab_line(line: &[u8]) -> Option<Unmounted> {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let mut fields = line.split(is_blank).filter(|field| !field.is_empty());
    let source = fields.next().filter(|field| !field.starts_with(b"#"))?;
    let mount_point = PathBuf::from(unescape(fields.next()?));
    mount_point.is_absolute().then(|| Unmounted {
        source: unescape(source).to_string_lossy().into_owned(),
        mount_point,
    })
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

/// Blank, tab, newline and backslash stand in the table as three octal digits behind a backslash.
fn unescape(field: &[u8]) -> OsString {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, tail)) = rest.split_first() {
        let octal = (byte == b'\\')
            .then(|| tail.get(..3))
            .flatten()
            .and_then(|digits| {
                digits.iter().try_fold(0_u32, |value, digit| {
                    (b'0'..=b'7')
                        .contains(digit)
                        .then(|| value * 8 + u32::from(digit - b'0'))
                })
            });
        if let Some(value) = octal.and_then(|value| u8::try_from(value).ok()) {
            out.push(value);
            rest = &tail[3..];
        } else {
            out.push(byte);
            rest = tail;
        }
    }
    OsString::from_vec(out)
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
    fn the_table_of_volumes() {
        let line = |text: &str| parse_fstab_line(text.as_bytes());
        let found = line("LABEL=Big\\040disk  /mnt/big\\040disk ext4 noauto 0 2").unwrap();
        assert_eq!(found.mount_point, Path::new("/mnt/big disk"));
        assert_eq!(found.source, "LABEL=Big disk");
        for none in [
            "",
            "# /dev/sda1 /x ext4",
            "/dev/sda2 none swap sw 0 0",
            "alone",
        ] {
            assert!(line(none).is_none(), "{none}");
        }
        assert!(unmounted(Path::new("/nowhere/fstab")).unwrap().is_empty());
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

        #[test]
        fn what_the_system_escapes_comes_back(name in "[ -~\t\n]{0,40}") {
            let escaped: String = name
                .bytes()
                .map(|byte| match byte {
                    b' ' | b'\t' | b'\n' | b'\\' => format!("\\{byte:03o}"),
                    byte => char::from(byte).to_string(),
                })
                .collect();
            assert_eq!(unescape(escaped.as_bytes()), std::ffi::OsString::from(name));
        }
    }
}
