//! fstab(5): what would be mounted where.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use crate::look::Unmounted;

/// Reads fstab(5) and leaves out what is mounted, and what has no place in the file tree.
pub(crate) fn unmounted(
    fstab: &Path,
    mount_points: impl FnOnce() -> io::Result<Vec<PathBuf>>,
) -> io::Result<Vec<Unmounted>> {
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

/// Blank, tab, newline and backslash stand in the table as three octal digits behind a backslash.
pub(crate) fn unescape(field: &[u8]) -> OsString {
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
        assert!(
            unmounted(Path::new("/nowhere/fstab"), || Ok(Vec::new()))
                .unwrap()
                .is_empty()
        );
    }

    proptest::proptest! {
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
