//! Paths and names as Windows takes them: UTF-16, and literal.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf, Prefix};

use windows_sys::Win32::Foundation::ERROR_INVALID_NAME;

use super::error;

/// What the kernel writes before a path of Win32.
const NT_PREFIX: &str = r"\??\";

/// Returns the path for a call of Win32, with `\\?\` in front where it is absolute: so it may be long, and each name means itself.
pub(crate) fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let mut units: Vec<u16> = match split(path)? {
        Some((root, parts)) => {
            let mut text = OsString::from(r"\\?\");
            text.push(root);
            for (number, part) in parts.iter().enumerate() {
                if number > 0 {
                    text.push("\\");
                }
                text.push(part);
            }
            text.encode_wide().collect()
        }
        None => path.as_os_str().encode_wide().collect(),
    };
    if units.contains(&0) {
        return Err(error(ERROR_INVALID_NAME));
    }
    units.push(0);
    Ok(units)
}

/// Returns the root of an absolute path as the kernel names it, and the names below it.
pub(crate) fn nt_root_and_parts(path: &Path) -> io::Result<(Vec<u16>, Vec<OsString>)> {
    let invalid = || error(ERROR_INVALID_NAME);
    let (root, parts) = split(path)?.ok_or_else(invalid)?;
    let mut text = OsString::from(NT_PREFIX);
    text.push(root);
    Ok((text.encode_wide().collect(), parts))
}

/// Splits an absolute path into its root, written as behind `\\?\` and with `\` at the end, and the names below it;
/// `None` for a path that is relative or of a device.
fn split(path: &Path) -> io::Result<Option<(OsString, Vec<OsString>)>> {
    // Win32 takes `..` back in the text, before any file system sees it.
    let collapsed;
    let path = if path.components().any(|part| part == Component::ParentDir) {
        collapsed = std::path::absolute(path)?;
        &collapsed
    } else {
        path
    };
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return Ok(None);
    };
    let mut root = OsString::new();
    match prefix.kind() {
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
            root.push(char::from(letter).to_string());
            root.push(":");
        }
        Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
            root.push("UNC\\");
            root.push(server);
            root.push("\\");
            root.push(share);
        }
        Prefix::Verbatim(other) => root.push(other),
        Prefix::DeviceNS(_) => return Ok(None),
    }
    root.push("\\");
    let mut names = Vec::new();
    for part in parts {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => names.push(name.to_os_string()),
            // `C:` without a root is the folder that was current on that drive.
            Component::ParentDir | Component::Prefix(_) => return Err(error(ERROR_INVALID_NAME)),
        }
    }
    Ok(path.has_root().then_some((root, names)))
}

/// Returns one name of a folder for the kernel; `.` is the folder itself.
///
/// A name with `\` or `/` would be a path, and one with `:` a stream of a file: neither is one name.
pub(crate) fn name(name: &OsStr) -> io::Result<Vec<u16>> {
    if name == "." {
        return Ok(Vec::new());
    }
    let units: Vec<u16> = name.encode_wide().collect();
    let is_bad = |unit: &u16| [0, b'\\', b'/', b':'].map(u16::from).contains(unit);
    if units.is_empty() || name == ".." || units.iter().any(is_bad) {
        return Err(error(ERROR_INVALID_NAME));
    }
    Ok(units)
}

/// Returns the text in UTF-16 units that may end in NUL.
pub(crate) fn text(units: &[u16]) -> OsString {
    let end = units.iter().position(|unit| *unit == 0);
    OsString::from_wide(&units[..end.unwrap_or(units.len())])
}

/// Returns a path without the `\\?\` that the system answers with, where it means the same to every program without it.
///
/// Names that Win32 would read as something else (with a dot or blank at the end, or of a device) keep it. The length
/// does not matter: [`wide`] puts the prefix before every path again.
pub(crate) fn plain(path: PathBuf) -> PathBuf {
    let is_plain = path.components().all(|part| match part {
        Component::Normal(name) => is_plain_name(name),
        _ => true,
    });
    let mut parts = path.components();
    let (true, Some(Component::Prefix(prefix))) = (is_plain, parts.next()) else {
        return path;
    };
    let mut text = OsString::new();
    match prefix.kind() {
        Prefix::VerbatimDisk(letter) => text.push(format!("{}:", char::from(letter))),
        Prefix::VerbatimUNC(server, share) => {
            for part in [r"\\".as_ref(), server, r"\".as_ref(), share] {
                text.push(part);
            }
        }
        _ => return path,
    }
    text.push(parts.as_path());
    PathBuf::from(text)
}

/// Returns whether Win32 takes the name for what it is: learn.microsoft.com, "Naming Files, Paths, and Namespaces".
fn is_plain_name(name: &OsStr) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    const NUMBERED: [&str; 2] = ["COM", "LPT"];
    let Some(text) = name.to_str() else {
        return true;
    };
    let stem = text.split('.').next().unwrap_or_default().trim_end();
    let is = |device: &str| stem.eq_ignore_ascii_case(device);
    let is_numbered = NUMBERED.iter().any(|device| {
        stem.get(..device.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(device))
            && stem[device.len()..].chars().count() == 1
    });
    !text.ends_with(['.', ' '])
        && !text.contains('/')
        && !DEVICES.into_iter().any(is)
        && !is_numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_absolute_path_is_literal() {
        for (path, written) in [
            (r"C:\a\b", r"\\?\C:\a\b"),
            ("C:/a//b/./c", r"\\?\C:\a\b\c"),
            (r"C:\", r"\\?\C:\"),
            (r"C:\a\..\b", r"\\?\C:\b"),
            (r"C:\a\dots...", r"\\?\C:\a\dots..."),
            (r"\\srv\sh\x", r"\\?\UNC\srv\sh\x"),
            (r"\\?\UNC\srv\sh\x", r"\\?\UNC\srv\sh\x"),
            (r"\\?\Volume{12}\x", r"\\?\Volume{12}\x"),
            ("relative", "relative"),
        ] {
            let units = wide(Path::new(path)).unwrap();
            assert_eq!(text(&units), written, "{path}");
        }
        assert!(wide(Path::new("C:\\a\0b")).is_err());
    }

    #[test]
    fn what_win32_would_misread_keeps_its_prefix() {
        for (path, shown) in [
            (r"\\?\C:\a\b", r"C:\a\b"),
            (r"\\?\C:\", r"C:\"),
            (r"\\?\UNC\srv\sh\x", r"\\srv\sh\x"),
            (r"\\?\C:\a.", r"\\?\C:\a."),
            (r"\\?\C:\nul.txt\x", r"\\?\C:\nul.txt\x"),
            (r"\\?\C:\Com1", r"\\?\C:\Com1"),
            (r"\\?\C:\command", r"C:\command"),
            (r"\\?\Volume{12}\x", r"\\?\Volume{12}\x"),
            (r"D:\x", r"D:\x"),
        ] {
            assert_eq!(plain(PathBuf::from(path)), Path::new(shown), "{path}");
        }
    }

    #[test]
    fn one_name_is_no_path_and_no_stream() {
        for bad in ["", "..", "a\\b", "a/b", "file:stream", "a\0"] {
            assert!(name(OsStr::new(bad)).is_err(), "{bad}");
        }
        assert!(name(OsStr::new(".")).unwrap().is_empty());
        assert_eq!(name(OsStr::new("trailing. ")).unwrap().len(), 10);
    }
}
