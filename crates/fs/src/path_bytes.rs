//! Names and paths as bytes, for records and messages; loss only for display.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Returns the bytes of `path` as this platform encodes them: raw bytes on Unix, WTF-8 on Windows.
pub fn path_bytes(path: &Path) -> &[u8] {
    name_bytes(path.as_os_str())
}

/// Returns the path that [`path_bytes`] gave these bytes for, or `None` if they cannot be a path here.
pub fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    name_from_bytes(bytes).map(PathBuf::from)
}

/// Returns the bytes of a name or a target text.
pub fn name_bytes(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

/// Returns the name that [`name_bytes`] gave these bytes for, or `None` if they cannot be a name here.
#[cfg(unix)]
pub fn name_from_bytes(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(bytes).to_os_string())
}

/// Returns the name that [`name_bytes`] gave these bytes for, or `None` if they cannot be a name here.
#[cfg(not(unix))]
pub fn name_from_bytes(bytes: &[u8]) -> Option<OsString> {
    use std::os::windows::ffi::OsStringExt as _;
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(OsString::from(text));
    }
    let text = crate::reparse::WideText::from_wtf8(bytes)?;
    Some(OsString::from_wide(text.units()))
}

/// Returns the name whose bytes these are, without a copy, or `None` if they cannot be a name here.
#[cfg(unix)]
pub fn borrowed_name(bytes: &[u8]) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(bytes))
}

/// Returns the name whose bytes these are, without a copy, or `None` if they cannot be a name here.
///
/// A name with half of a surrogate pair, which is no Unicode, cannot be had without a copy: a move across volumes refuses it.
#[cfg(not(unix))]
pub fn borrowed_name(bytes: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(bytes).ok().map(OsStr::new)
}

/// Returns the half of a pair that these three bytes of WTF-8 stand for, if they do.
pub fn lone_surrogate(bytes: [u8; 3]) -> Option<u16> {
    let [0xed, middle @ 0xa0..=0xbf, last @ 0x80..=0xbf] = bytes else {
        return None;
    };
    Some(0xd000 | u16::from(middle & 0x3f) << 6 | u16::from(last & 0x3f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        for text in ["plain", "ü ö", "\u{1f600}", ""] {
            let name = OsStr::new(text);
            assert_eq!(name_from_bytes(name_bytes(name)).as_deref(), Some(name));
            assert_eq!(borrowed_name(name_bytes(name)), Some(name));
        }
    }

    #[cfg(windows)]
    #[test]
    fn half_a_surrogate_pair_comes_back() {
        use std::os::windows::ffi::OsStringExt as _;
        let name = OsString::from_wide(&[0x61, 0xd800, 0x62]);
        assert_eq!(name_from_bytes(name_bytes(&name)), Some(name.clone()));
        assert_eq!(borrowed_name(name_bytes(&name)), None);
    }
}
