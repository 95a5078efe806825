//! What paths look like here: separators, roots, drives, and what counts as the same name.
//!
//! On Windows a path may begin with a drive, a share or `\\?\`; both slashes part names, and `A` and `a` are one name.
//! Everything that depends on it asks here.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf, Prefix, is_separator};

/// The family of shells and folders of this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// sh and its kin; state below the home folder.
    Unix,
    /// cmd and PowerShell; state in the profile's local folder.
    Windows,
}

/// The family of this system.
pub const FAMILY: Family = if cfg!(windows) {
    Family::Windows
} else {
    Family::Unix
};

/// Returns the path as people write it: without the `\\?\` that `GetFinalPathNameByHandle` puts before it, where the
/// rest means the same.
///
/// It stays before a volume's number, and where a name is one that Win32 would change: learn.microsoft.com, "Naming
/// Files, Paths, and Namespaces". Elsewhere than on Windows no path has it.
pub fn simplified(path: PathBuf) -> PathBuf {
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return path;
    };
    let beginning = match prefix.kind() {
        Prefix::VerbatimDisk(letter) => format!("{}:", char::from(letter)).into(),
        Prefix::VerbatimUNC(server, share) => {
            let mut beginning = OsStr::new(r"\\").to_os_string();
            beginning.push(server);
            beginning.push(r"\");
            beginning.push(share);
            beginning
        }
        _ => return path,
    };
    let mut plain = PathBuf::from(beginning);
    for part in parts {
        match part {
            Component::Normal(name) if !is_kept_by_win32(name) => return path,
            part => plain.push(part),
        }
    }
    plain
}

/// Returns whether Win32 takes a name as it is: it drops dots and spaces at the end, and has devices of its own.
fn is_kept_by_win32(name: &OsStr) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let bytes = name.as_encoded_bytes();
    if bytes.ends_with(b".") || bytes.ends_with(b" ") || bytes.contains(&b'/') {
        return false;
    }
    let Some(text) = name.to_str() else {
        return true;
    };
    let stem = text.split(['.', ':']).next().unwrap_or(text).trim_end();
    let is_device = DEVICES
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device));
    let mut letters = stem.chars();
    let head: String = letters.by_ref().take(3).collect();
    let is_port = ["COM", "LPT"]
        .iter()
        .any(|port| head.eq_ignore_ascii_case(port))
        && matches!(letters.next(), Some('0'..='9' | '¹' | '²' | '³'))
        && letters.next().is_none();
    !is_device && !is_port
}

/// Returns the path in absolute form: on Windows `C:x` is seen from the folder that drive C: is in.
///
/// Stands on `GetFullPathNameW` there; elsewhere a path that was joined to an absolute one is absolute already.
pub fn absolute(path: PathBuf) -> io::Result<PathBuf> {
    if path.is_absolute() || path.as_os_str().is_empty() {
        return Ok(path);
    }
    std::path::absolute(path)
}

/// Returns the root of the file tree that `path` lies in: `/`, or a drive's or a share's.
pub fn root_of(path: &Path) -> PathBuf {
    let mut root = PathBuf::new();
    if let Some(prefix @ Component::Prefix(_)) = path.components().next() {
        root.push(prefix);
    }
    root.push(MAIN_SEPARATOR_STR);
    root
}

/// Takes one step from a link-free folder to where a part that begins an absolute text leads: the drive, then its root.
pub fn go_to_root(at: &mut PathBuf, part: Component<'_>) {
    match part {
        Component::Prefix(prefix) => *at = root_of(prefix.as_os_str().as_ref()),
        _ => *at = root_of(at),
    }
}

/// Returns whether a relative text can lead from one absolute path to the other: both on one drive or share.
pub fn have_one_root(a: &Path, b: &Path) -> bool {
    folded(&root_of(a)) == folded(&root_of(b))
}

/// Returns whether the path names a share of another computer by its own name.
pub fn is_on_share(path: &Path) -> bool {
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return false;
    };
    matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
}

/// Returns whether the text ends in a separator, and so asks for a folder.
pub fn ends_in_separator(text: &OsStr) -> bool {
    let last = text.as_encoded_bytes().last();
    last.is_some_and(|byte| is_separator_byte(*byte))
}

/// Returns whether the text ends in `.` as a part of its own.
pub fn ends_in_dot(text: &OsStr) -> bool {
    matches!(text.as_encoded_bytes(), [.., before, b'.'] if is_separator_byte(*before))
}

/// Returns whether this byte of a path parts two names.
pub fn is_separator_byte(byte: u8) -> bool {
    is_separator(char::from(byte))
}

/// Returns bytes that are equal for two paths of one place as far as letters tell: on Windows without capitals.
///
/// Folders may be set to tell capitals apart there; two paths in one of them then count as one, which claims too much
/// and never too little.
pub fn folded(path: &Path) -> Cow<'_, [u8]> {
    match FAMILY {
        Family::Unix => Cow::Borrowed(path.as_os_str().as_encoded_bytes()),
        Family::Windows => {
            let text = path.to_string_lossy().to_lowercase();
            Cow::Owned(text.replace('/', r"\").into_bytes())
        }
    }
}

/// Returns whether `path` is `folder` or lies in it, as far as letters tell.
pub fn lies_in(path: &Path, folder: &Path) -> bool {
    match FAMILY {
        Family::Unix => path.starts_with(folder),
        Family::Windows => {
            let lower = |path: &Path| PathBuf::from(path.to_string_lossy().to_lowercase());
            lower(path).starts_with(lower(folder))
        }
    }
}

/// Returns where `path` is once `from` has become `to`, or `None` if it is neither that nor in it; by letters alone.
pub fn moved(path: &Path, from: &Path, to: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix(from).ok()?;
    // To join nothing would add a separator.
    Some(match below.as_os_str().is_empty() {
        true => to.to_path_buf(),
        false => to.join(below),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn elsewhere_a_path_is_only_itself() {
        for path in ["/a/b", "a", r"\\?\C:\x", ""] {
            assert_eq!(simplified(PathBuf::from(path)), Path::new(path));
        }
        assert_eq!(root_of(Path::new("/a/b")), Path::new("/"));
        assert!(have_one_root(Path::new("/a"), Path::new("/b")));
        assert!(ends_in_separator(OsStr::new("a/")) && !ends_in_separator(OsStr::new(r"a\")));
        assert!(ends_in_dot(OsStr::new("a/.")) && !ends_in_dot(OsStr::new("a.")));
        assert!(!lies_in(Path::new("/A/b"), Path::new("/a")));
        assert_eq!(*folded(Path::new("/A")), *b"/A");
    }

    #[cfg(windows)]
    #[test]
    fn the_long_form_does_not_reach_people() {
        for (long, plain) in [
            (r"\\?\C:\a b\c", r"C:\a b\c"),
            (r"\\?\C:\", r"C:\"),
            (r"\\?\UNC\srv\sh\x", r"\\srv\sh\x"),
            (r"C:\a", r"C:\a"),
            (r"\\srv\sh\x", r"\\srv\sh\x"),
            (r"..\x", r"..\x"),
        ] {
            assert_eq!(simplified(PathBuf::from(long)).as_os_str(), plain);
        }
        for kept in [
            r"\\?\C:\end.",
            r"\\?\C:\end ",
            r"\\?\C:\nul",
            r"\\?\C:\com1.txt\x",
            r"\\?\Volume{780c6209-d8cd-4e63-838c-f5f047f03c16}\x",
        ] {
            assert_eq!(simplified(PathBuf::from(kept)).as_os_str(), kept);
        }
        let common = simplified(PathBuf::from(r"\\?\C:\command\comX\lpt10"));
        assert_eq!(common.as_os_str(), r"C:\command\comX\lpt10");
    }

    #[cfg(windows)]
    #[test]
    fn drives_and_shares_have_roots_of_their_own() {
        let one = |a: &str, b: &str| have_one_root(Path::new(a), Path::new(b));
        assert!(one(r"C:\a", r"c:\b\c"));
        assert!(!one(r"C:\a", r"D:\a"));
        assert!(one(r"\\srv\sh\a", r"\\SRV\sh\b"));
        assert!(!one(r"\\srv\sh\a", r"\\srv\other\b"));
        assert!(is_on_share(Path::new(r"\\srv\sh\a")) && !is_on_share(Path::new(r"C:\a")));
        assert_eq!(root_of(Path::new(r"C:\a")).as_os_str(), r"C:\");
        assert_eq!(root_of(Path::new(r"\\srv\sh\a")).as_os_str(), r"\\srv\sh\");
        let mut at = PathBuf::from(r"C:\a\b");
        for part in Path::new(r"\x").components().take(1) {
            go_to_root(&mut at, part);
        }
        assert_eq!(at.as_os_str(), r"C:\");
        for part in Path::new(r"D:\x").components().take(2) {
            go_to_root(&mut at, part);
        }
        assert_eq!(at.as_os_str(), r"D:\");
    }

    #[cfg(windows)]
    #[test]
    fn capitals_and_slashes_do_not_matter() {
        assert!(lies_in(Path::new(r"C:\Ärger\b"), Path::new(r"c:\ärger")));
        assert!(!lies_in(Path::new(r"C:\ab"), Path::new(r"C:\a")));
        assert_eq!(folded(Path::new(r"C:\A/b")), folded(Path::new(r"c:\a\B")));
        assert!(ends_in_separator(OsStr::new("a/")) && ends_in_separator(OsStr::new(r"a\")));
        assert!(ends_in_dot(OsStr::new(r"a\.")));
    }
}
