//! Target texts without anything that can be left out.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use lw_fs::look::{self, Kind};
use lw_fs::path_form;

/// Returns whether nothing in the text can be left out, by its letters alone.
pub(super) fn is_tidy(text: &OsStr) -> bool {
    let bytes = text.as_encoded_bytes();
    if bytes == b"." || bytes == b"/" {
        return true;
    }
    let is_separator = |byte: &u8| path_form::is_separator_byte(*byte);
    let is_absolute = bytes.first().is_some_and(is_separator);
    let mut may_climb = !is_absolute;
    bytes[usize::from(is_absolute)..]
        .split(is_separator)
        .all(|part| {
            let is_up = part == b"..";
            may_climb &= is_up;
            !part.is_empty() && part != b"." && (!is_up || may_climb)
        })
}

/// Returns the shortest text that means the same from this link-free folder, or `None` if it is that already: no doubled
/// slashes, no `.`, no `name/..` where `name` is a folder and no link.
pub(crate) fn shortened(folder: &Path, text: &OsStr) -> Option<OsString> {
    let mut at = folder.to_path_buf();
    let mut short = PathBuf::new();
    let mut names = 0_usize;
    for part in Path::new(text).components() {
        match part {
            Component::RootDir | Component::Prefix(_) => {
                path_form::go_to_root(&mut at, part);
                short.push(part);
            }
            Component::CurDir => {}
            Component::Normal(name) => {
                at.push(name);
                short.push(name);
                names += 1;
            }
            Component::ParentDir if at.parent().is_none() => {}
            Component::ParentDir => {
                let is_plain_folder =
                    names > 0 && look::entry(&at).is_ok_and(|entry| entry.kind == Kind::Directory);
                if is_plain_folder {
                    short.pop();
                    names -= 1;
                    at.pop();
                } else if names > 0 {
                    // Behind a link '..' means something else: from here on nothing is left out.
                    return None;
                } else {
                    short.push("..");
                    at.pop();
                }
            }
        }
    }
    if short.as_os_str().is_empty() {
        short.push(".");
    }
    (short.as_os_str() != text).then(|| short.into_os_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(windows)]
    #[test]
    fn drives_and_shares_are_kept_by_what_is_shorter() {
        let short = |text: &str| shortened(Path::new(r"C:\no\such"), OsStr::new(text));
        for whole in [r"C:\a\b", r"\\srv\sh\x", r"..\x", r"\x"] {
            assert_eq!(short(whole), None, "{whole}");
        }
        assert_eq!(short(r"C:\.\a").unwrap(), r"C:\a");
        assert_eq!(short(r"C:\..\a").unwrap(), r"C:\a");
        assert!(is_tidy(OsStr::new(r"..\a")) && !is_tidy(OsStr::new(r"a\.\b")));
    }

    #[cfg(unix)]
    #[test]
    fn shorter_text_means_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(real.join("d/e")).unwrap();
        std::os::unix::fs::symlink("d/e", real.join("l")).unwrap();
        let short = |text: &str| {
            let found = shortened(&real, OsStr::new(text));
            found.map(|text| text.to_str().unwrap().to_owned())
        };
        for (text, expected) in [
            ("d//e", Some("d/e")),
            ("./d", Some("d")),
            ("d/", Some("d")),
            ("d/../d/e", Some("d/e")),
            ("d/..", Some(".")),
            ("../x/..", None),
            ("l/../x", None),
            ("/../..//usr", Some("/usr")),
            ("gone/../d", None),
            ("..", None),
        ] {
            assert_eq!(short(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn letters_tell_what_can_be_left_out() {
        for tidy in [".", "/", "..", "../..", "a/b", "/a", "../a"] {
            assert!(is_tidy(OsStr::new(tidy)), "{tidy}");
        }
        for untidy in ["", "//", "a/", "a/..", "/..", "../a/..", "./a", "a/./b"] {
            assert!(!is_tidy(OsStr::new(untidy)), "{untidy}");
        }
    }
}
