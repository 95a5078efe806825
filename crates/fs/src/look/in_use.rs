//! Who works in a folder: what other processes have open for writing, mapped, or as their working folder.

use std::path::{Path, PathBuf};

use crate::sys;

/// How a process works in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It has a file open for writing.
    OpenForWriting,
    /// It has a file mapped to be written.
    MappedForWriting,
    /// Its working folder, or its root, is there.
    WorkingFolder,
}

impl How {
    /// Returns it in words for people, to stand before a path.
    pub fn words(self) -> &'static str {
        match self {
            Self::OpenForWriting => "has open for writing",
            Self::MappedForWriting => "has mapped for writing",
            Self::WorkingFolder => "works in",
        }
    }
}

/// A process that works in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub program: String,
    /// The first thing it uses there.
    pub path: PathBuf,
    /// How it uses it.
    pub how: How,
}

/// Returns the processes that work in the link-free folder `top`, as far as this user may see them; this one left out.
///
/// Another user's processes are seen by root alone. Stands on `/proc/PID/fd`, `fdinfo`, `cwd`, `root` and `maps`.
pub fn users_below(top: &Path) -> Vec<User> {
    sys::in_use::users_below(top)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_no_user_and_a_writer_is() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::write(top.join("f"), "x").unwrap();
        let run = |script: &str| {
            let mut child = std::process::Command::new("sh")
                .args(["-c", &format!("{script}; echo ready; read line")])
                .current_dir("/")
                .env("F", top.join("f"))
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            let out = child.stdout.take().unwrap();
            std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
            let users = users_below(&top);
            drop(child.stdin.take());
            child.wait().unwrap();
            users.iter().map(|user| user.how).collect::<Vec<_>>()
        };
        assert_eq!(run("exec 3<\"$F\""), []);
        assert_eq!(run("exec 3>>\"$F\""), [How::OpenForWriting]);
        assert_eq!(run("cd \"${F%/f}\""), [How::WorkingFolder]);
    }
}
