//! Tables of volumes: what is mounted, and what would be. Bytes in, values out; the disk is not asked.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::look::{Unmounted, Volume};

/// Returns the mounts that a table like `/proc/self/mountinfo` lists, proc_pid_mountinfo(5), in its order.
///
/// Takes any bytes; a line that is none of such a table is passed over.
pub fn mounted(table: &[u8]) -> impl Iterator<Item = Volume> {
    lines(table).filter_map(mounted_line)
}

/// Returns what a table like `/etc/fstab` would mount, fstab(5), in its order; what has no place in the file tree, as
/// swap, is left out.
///
/// Takes any bytes; a line that is none of such a table is passed over.
pub fn expected(table: &[u8]) -> impl Iterator<Item = Unmounted> {
    lines(table).filter_map(expected_line)
}

fn lines(table: &[u8]) -> impl Iterator<Item = &[u8]> {
    table.split(|byte| *byte == b'\n')
}

fn mounted_line(line: &[u8]) -> Option<Volume> {
    let mut fields = line.split(|byte| *byte == b' ');
    let mount_id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let mount_point = unescape(fields.nth(3)?)?;
    let options = fields.next()?;
    let mut behind = fields.skip_while(|field| *field != b"-").skip(1);
    let file_system = words(behind.next()?)?;
    let source = words(behind.next()?)?;
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

fn expected_line(line: &[u8]) -> Option<Unmounted> {
    // Nothing but these two parts the fields: mount(8) takes any other blank for a letter of the name.
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut fields = line.split(is_blank).filter(|field| !field.is_empty());
    let source = fields.next().filter(|field| !field.starts_with(b"#"))?;
    let mount_point = PathBuf::from(unescape(fields.next()?)?);
    let source = words(source)?;
    mount_point.is_absolute().then_some(Unmounted {
        mount_point,
        source,
    })
}

/// Returns a field that is only told to people.
fn words(field: &[u8]) -> Option<String> {
    unescape(field).map(|field| field.to_string_lossy().into_owned())
}

/// Blank, tab, newline and backslash stand in the tables as three octal digits behind a backslash.
fn unescape(field: &[u8]) -> Option<OsString> {
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
    crate::name_from_bytes(&out)
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_line_with_optional_fields_and_escapes() {
        let line = b"36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 shared:2 - fuse.a\\040b /dev/ro\\134ot rw,errors=continue";
        let volume = mounted_line(line).unwrap();
        assert_eq!(volume.mount_id, 36);
        assert_eq!(volume.mount_point, Path::new("/mnt/a b"));
        assert_eq!(
            (volume.file_system.as_str(), volume.source.as_str()),
            ("fuse.a b", "/dev/ro\\ot")
        );
        assert!(!volume.is_read_only);
        assert!(mounted_line(b"").is_none());
        assert!(mounted_line(b"x y z").is_none());
    }

    #[test]
    fn the_table_of_volumes() {
        let line = |text: &str| expected_line(text.as_bytes());
        let found = line("LABEL=Big\\040disk  /mnt/big\\040disk ext4 noauto 0 2").unwrap();
        assert_eq!(found.mount_point, Path::new("/mnt/big disk"));
        assert_eq!(found.source, "LABEL=Big disk");
        let odd = line(" /dev/sda1\t/mnt/a\u{c}b ext4").unwrap();
        assert_eq!(odd.mount_point, Path::new("/mnt/a\u{c}b"));
        for none in [
            "",
            "# /dev/sda1 /x ext4",
            "\t# /dev/sda1 /x ext4",
            "/dev/sda2 none swap sw 0 0",
            "alone",
        ] {
            assert!(line(none).is_none(), "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_line_or_none(bytes in proptest::collection::vec(0_u8.., 0..200)) {
            let _line = mounted_line(&bytes);
            assert!(unescape(&bytes).unwrap().len() <= bytes.len());
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
            assert_eq!(unescape(escaped.as_bytes()), Some(std::ffi::OsString::from(name)));
        }
    }
}
