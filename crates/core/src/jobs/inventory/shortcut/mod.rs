//! Files that people take for links: shortcuts of desktops, which only some programs follow.

mod finder_alias;
mod ini;
mod shell_link;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The most bytes of a shortcut that are read. What real programs write is far smaller.
pub(super) const MAX_BYTES: u64 = 64 * 1024;

/// What sort of shortcut it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortcutKind {
    /// A shell link of Windows, `.lnk`.
    ShellLink,
    /// An internet shortcut of Windows, `.url`.
    InternetShortcut,
    /// A desktop entry of the type `Link`, `.desktop`.
    DesktopEntry,
    /// An alias of the macOS Finder.
    FinderAlias,
}

impl ShortcutKind {
    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::ShellLink => "shell-link",
            Self::InternetShortcut => "internet-shortcut",
            Self::DesktopEntry => "desktop-entry",
            Self::FinderAlias => "finder-alias",
        }
    }
}

/// What a shortcut stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShortcutTarget {
    /// A path of this system.
    Path(PathBuf),
    /// A path of another system, or an address.
    Elsewhere(String),
    /// It cannot be told.
    Unknown,
}

/// A shortcut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// Its path.
    pub path: PathBuf,
    /// Its kind.
    pub kind: ShortcutKind,
    /// What it stands for.
    pub target: ShortcutTarget,
}

/// Returns the kind of shortcut that a file of this name may be. Other files are not opened.
pub(super) fn may_be(name: &OsStr) -> Option<ShortcutKind> {
    let name = Path::new(name);
    let has_ending = |ending: &str| {
        let found = name.extension();
        found.is_some_and(|found| found.eq_ignore_ascii_case(ending))
    };
    if has_ending("lnk") {
        Some(ShortcutKind::ShellLink)
    } else if has_ending("url") {
        Some(ShortcutKind::InternetShortcut)
    } else if has_ending("desktop") {
        Some(ShortcutKind::DesktopEntry)
    } else {
        // An alias may have any name; this is the one that the Finder gives it.
        let bytes = name.as_os_str().as_encoded_bytes();
        bytes
            .ends_with(b" alias")
            .then_some(ShortcutKind::FinderAlias)
    }
}

/// Returns what the shortcut of this kind and content stands for; `None` if it is none.
///
/// `bytes` are its first [`MAX_BYTES`]. Any bytes give an answer: what is not as its document says counts as unknown.
pub(super) fn target_of(kind: ShortcutKind, bytes: &[u8]) -> Option<ShortcutTarget> {
    match kind {
        ShortcutKind::ShellLink => shell_link::target_of(bytes),
        ShortcutKind::InternetShortcut => ini::internet_shortcut(bytes),
        ShortcutKind::DesktopEntry => ini::desktop_entry(bytes),
        ShortcutKind::FinderAlias => finder_alias::target_of(bytes),
    }
}

/// Returns what an address stands for: a path if it is `file:` on this machine, RFC 8089.
fn address(text: &str) -> ShortcutTarget {
    let rest = text
        .strip_prefix("file://localhost/")
        .or_else(|| text.strip_prefix("file:///"))
        .or_else(|| {
            text.strip_prefix("file:/")
                .filter(|rest| !rest.starts_with('/'))
        });
    match rest {
        // `C:/x` is a path of another system.
        Some(rest) if rest.as_bytes().get(1) != Some(&b':') => {
            let mut bytes = vec![b'/'];
            bytes.extend(percent_decoded(rest));
            match lw_fs::name_from_bytes(&bytes) {
                Some(path) if !bytes.contains(&0) => ShortcutTarget::Path(PathBuf::from(path)),
                _ => ShortcutTarget::Unknown,
            }
        }
        _ => ShortcutTarget::Elsewhere(text.to_owned()),
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3);
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) if byte == b'%' => {
                decoded.push(value);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

/// Returns a path of this system, if the text is one.
fn path(text: OsString) -> ShortcutTarget {
    match Path::new(&text).is_absolute() {
        true => ShortcutTarget::Path(PathBuf::from(text)),
        false => ShortcutTarget::Elsewhere(text.to_string_lossy().into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        let path = |text: &str| ShortcutTarget::Path(PathBuf::from(text));
        let elsewhere = |text: &str| ShortcutTarget::Elsewhere(text.to_owned());
        for (text, expected) in [
            ("file:///home/ada/x", path("/home/ada/x")),
            ("file:///home/ada/a%20b%25", path("/home/ada/a b%")),
            ("file:///a%2", path("/a%2")),
            ("file://localhost/a", path("/a")),
            ("file:/a", path("/a")),
            ("file:///C:/x", elsewhere("file:///C:/x")),
            ("file://server/a", elsewhere("file://server/a")),
            ("https://example.org/", elsewhere("https://example.org/")),
            ("file:///a%00b", ShortcutTarget::Unknown),
        ] {
            assert_eq!(address(text), expected, "{text}");
        }
    }

    #[test]
    fn names_that_are_worth_a_look() {
        for (name, kind) in [
            ("a.lnk", Some(ShortcutKind::ShellLink)),
            ("A.LNK", Some(ShortcutKind::ShellLink)),
            ("a.url", Some(ShortcutKind::InternetShortcut)),
            ("a.b.desktop", Some(ShortcutKind::DesktopEntry)),
            ("a alias", Some(ShortcutKind::FinderAlias)),
            ("lnk", None),
            (".lnk", None),
            ("a.txt", None),
            ("alias", None),
        ] {
            assert_eq!(may_be(OsStr::new(name)), kind, "{name}");
        }
    }

    fn any_kind() -> impl Strategy<Value = ShortcutKind> {
        prop_oneof![
            Just(ShortcutKind::ShellLink),
            Just(ShortcutKind::InternetShortcut),
            Just(ShortcutKind::DesktopEntry),
            Just(ShortcutKind::FinderAlias),
        ]
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_answer(kind in any_kind(), bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            target_of(kind, &bytes);
        }
    }
}
