//! The system's tables of volumes: whatever the bytes are, and what the system escapes comes back.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use lw_fs::look::Volume;
use lw_fs::mount_table::{expected, mounted};

/// Takes a table.
pub(super) fn holds(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let volumes: Vec<Volume> = mounted(bytes).collect();
    assert!(volumes.len() <= lines);
    for volume in &volumes {
        let line = [
            format!("{} 1 0:1 / ", volume.mount_id).as_bytes(),
            &escaped(volume.mount_point.as_os_str().as_bytes()),
            if volume.is_read_only { b" ro" } else { b" rw" },
            b",x shared:1 - ",
            &escaped(volume.file_system.as_bytes()),
            b" ",
            &escaped(volume.source.as_bytes()),
            b" rw\n",
        ]
        .concat();
        assert_eq!(
            mounted(&line).collect::<Vec<_>>(),
            std::slice::from_ref(volume)
        );
    }
    let all: Vec<_> = expected(bytes).collect();
    assert!(all.len() <= lines);
    for one in &all {
        assert!(one.mount_point.is_absolute());
        let line = [
            &escaped(one.source.as_bytes())[..],
            b"\t",
            &escaped(one.mount_point.as_os_str().as_bytes()),
            b" auto defaults 0 0",
        ]
        .concat();
        assert_eq!(
            expected(&line).collect::<Vec<_>>(),
            std::slice::from_ref(one)
        );
    }
    the_name_of_a_mount_point_comes_back(bytes);
}

fn the_name_of_a_mount_point_comes_back(name: &[u8]) {
    let path = [b"/", name].concat();
    let line = [b"7 1 0:1 / ", &escaped(&path)[..], b" rw - ext4 /dev/x rw"].concat();
    let volumes: Vec<Volume> = mounted(&line).collect();
    assert_eq!(volumes.len(), 1);
    let path = Path::new(std::ffi::OsStr::from_bytes(&path));
    assert_eq!(volumes[0].mount_point, path);
}

/// As the kernel does it (`mangle`, `seq_escape` with `" \t\n\\#"`), and `mnt_mangle` of libmount.
fn escaped(field: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b' ' | b'\t' | b'\n' | b'\\' | b'#' => format!("\\{byte:03o}").into_bytes(),
        byte => vec![*byte],
    };
    field.iter().flat_map(escape).collect()
}
