//! /proc: what other processes have open.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::look::in_use::{How, User};

/// The most processes that are listed; the first few are what a person reads.
const MAX_LISTED: usize = 100;

/// Returns the processes that work below `top`, as far as this user may see them: proc_pid_fd(5), proc_pid_maps(5).
pub(crate) fn users_below(top: &Path) -> Vec<User> {
    let mut users = Vec::new();
    let own = std::process::id().to_string();
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return users;
    };
    // What ends meanwhile, or is another user's, cannot be looked at, and is passed over.
    for process in processes.flatten() {
        let name = process.file_name();
        if !name.as_bytes().iter().all(u8::is_ascii_digit) || name == *own {
            continue;
        }
        if users.len() >= MAX_LISTED {
            break;
        }
        if let Some((path, how)) = first_use(&process.path(), top) {
            let program = std::fs::read(process.path().join("comm")).unwrap_or_default();
            users.push(User {
                pid: name.to_string_lossy().parse().unwrap_or(0),
                program: String::from_utf8_lossy(program.trim_ascii()).into_owned(),
                path,
                how,
            });
        }
    }
    users
}

fn first_use(process: &Path, top: &Path) -> Option<(PathBuf, How)> {
    for (link, how) in [("cwd", How::WorkingFolder), ("root", How::WorkingFolder)] {
        if let Ok(path) = std::fs::read_link(process.join(link))
            && path.starts_with(top)
        {
            return Some((path, how));
        }
    }
    for open in std::fs::read_dir(process.join("fd"))
        .into_iter()
        .flatten()
        .flatten()
    {
        if let Ok(path) = std::fs::read_link(open.path())
            && path.starts_with(top)
            && is_for_writing(&process.join("fdinfo").join(open.file_name()))
        {
            return Some((path, How::OpenForWriting));
        }
    }
    let maps = std::fs::read(process.join("maps")).unwrap_or_default();
    maps.split(|byte| *byte == b'\n')
        .filter_map(written_mapping)
        .find(|path| path.starts_with(top))
        .map(|path| (path, How::MappedForWriting))
}

fn is_for_writing(info: &Path) -> bool {
    let text = std::fs::read_to_string(info).unwrap_or_default();
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & libc::O_ACCMODE as u32 != libc::O_RDONLY as u32)
}

/// The file of a mapping that is shared and may be written.
fn written_mapping(line: &[u8]) -> Option<PathBuf> {
    let mut fields = line.splitn(6, |byte| *byte == b' ');
    let rights = fields.nth(1)?;
    let path = fields.nth(3)?.trim_ascii_start();
    let is_written = rights.get(1) == Some(&b'w') && rights.get(3) == Some(&b's');
    (is_written && path.starts_with(b"/")).then(|| PathBuf::from(OsStr::from_bytes(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_counts_if_it_is_shared_and_written() {
        let line = b"7f0-7f1 rw-s 00000000 fe:00 1234                       /a b/c";
        assert_eq!(written_mapping(line), Some(PathBuf::from("/a b/c")));
        for other in [
            &b"7f0-7f1 rw-p 00000000 fe:00 1234   /a"[..],
            b"7f0-7f1 r--s 00000000 fe:00 1234   /a",
            b"7f0-7f1 rw-s 00000000 00:00 0 ",
            b"",
        ] {
            assert_eq!(written_mapping(other), None);
        }
    }
}
