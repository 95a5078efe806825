//! Files that people take for links and that no system follows: shell links, desktop entries, internet shortcuts, Finder
//! aliases.

mod desktop_entry;
mod fields;
mod file_url;
mod finder_alias;
mod internet_shortcut;
mod search;
mod shell_link;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use lw_fs::FsErrorKind;

use super::Finding;

pub(super) use search::{Seen, judged};

/// The most bytes that are read of one file.
pub const MOST_BYTES: u64 = 256 * 1024;

/// Which sort of shortcut it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShortcutKind {
    /// A Windows shell link, `.lnk`.
    ShellLink,
    /// A desktop entry of type Link, `.desktop`.
    DesktopEntry,
    /// A Windows internet shortcut, `.url`.
    InternetShortcut,
    /// A Finder alias; its name does not tell it.
    FinderAlias,
    /// What starts a program of the Store: a reparse point of Windows, in no file that could be parsed.
    AppLink,
}

impl ShortcutKind {
    /// Returns the kind whose names end like this one; capitals do not matter.
    pub fn of_name(name: &OsStr) -> Option<Self> {
        let bytes = name.as_encoded_bytes();
        let ends_with = |ending: &str| {
            let at = bytes.len().checked_sub(ending.len());
            at.is_some_and(|at| at > 0 && bytes[at..].eq_ignore_ascii_case(ending.as_bytes()))
        };
        [
            (".lnk", Self::ShellLink),
            (".desktop", Self::DesktopEntry),
            (".url", Self::InternetShortcut),
        ]
        .into_iter()
        .find_map(|(ending, kind)| ends_with(ending).then_some(kind))
    }

    /// Returns the kind in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::ShellLink => "shortcut (Windows)",
            Self::DesktopEntry => "shortcut (desktop entry)",
            Self::InternetShortcut => "shortcut (web)",
            Self::FinderAlias => "Finder alias",
            Self::AppLink => "app link (Windows)",
        }
    }

    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::ShellLink => "shell_link",
            Self::DesktopEntry => "desktop_entry",
            Self::InternetShortcut => "internet_shortcut",
            Self::FinderAlias => "finder_alias",
            Self::AppLink => "app_link",
        }
    }
}

/// What a shortcut names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// An absolute path of the kind this system has.
    Path(PathBuf),
    /// A path in the words of another system: `C:\Users\ada`, `\\server\share`, a path on a Mac.
    Foreign(OsString),
    /// An address, as it is written.
    Address(OsString),
}

/// Why it is not known what a shortcut names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The content is not what the name says.
    OtherContent,
    /// The content ends too early or contradicts itself.
    Damaged,
    /// It holds no path and no address that can be read.
    NamesNone,
    /// It holds more than [`MOST_BYTES`].
    TooLarge,
    /// The file could not be read.
    Unreadable(FsErrorKind),
}

impl Unknown {
    /// Returns the reason in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::OtherContent => "its content is not what its name says",
            Self::Damaged => "its content ends too early or contradicts itself",
            Self::NamesNone => "it holds no path and no address that can be read",
            Self::TooLarge => "it is larger than shortcuts are",
            Self::Unreadable(kind) => kind.words(),
        }
    }

    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::OtherContent => "other-content",
            Self::Damaged => "damaged",
            Self::NamesNone => "names-none",
            Self::TooLarge => "too-large",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// What a shortcut leads to, if that is known.
pub type Target = Result<Named, Unknown>;

/// One shortcut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// Its path.
    pub path: PathBuf,
    /// Its kind.
    pub kind: ShortcutKind,
    /// What it names.
    pub target: Target,
    /// What is found at the path it names, if it names one of this system.
    pub finding: Option<Finding>,
}

/// Returns what a file of this content names; `None` if it is no shortcut at all, as most desktop entries are none.
///
/// Looks at nothing but the bytes, and takes any.
pub fn parse(kind: ShortcutKind, bytes: &[u8]) -> Option<Target> {
    match kind {
        ShortcutKind::ShellLink => Some(shell_link::target(bytes)),
        ShortcutKind::DesktopEntry => desktop_entry::target(bytes),
        ShortcutKind::InternetShortcut => Some(internet_shortcut::target(bytes)),
        ShortcutKind::FinderAlias => finder_alias::target(bytes),
        ShortcutKind::AppLink => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [ShortcutKind; 4] = [
        ShortcutKind::ShellLink,
        ShortcutKind::DesktopEntry,
        ShortcutKind::InternetShortcut,
        ShortcutKind::FinderAlias,
    ];

    /// A sound file of each kind.
    fn sound(kind: ShortcutKind) -> Vec<u8> {
        match kind {
            ShortcutKind::ShellLink => shell_link::tests::everything(),
            ShortcutKind::DesktopEntry => {
                b"[Desktop Entry]\nType=Link\nURL=file:///home/ada/a%20b\n".to_vec()
            }
            ShortcutKind::InternetShortcut => {
                b"[InternetShortcut]\r\nURL=file:///home/ada/a%20b\r\n".to_vec()
            }
            ShortcutKind::FinderAlias => finder_alias::tests::alias(&["Users", "ada", "x"]),
            ShortcutKind::AppLink => Vec::new(),
        }
    }

    #[test]
    fn names_tell_the_kind() {
        for (name, kind) in [
            ("a.lnk", Some(ShortcutKind::ShellLink)),
            ("A.LNK", Some(ShortcutKind::ShellLink)),
            ("a.Desktop", Some(ShortcutKind::DesktopEntry)),
            ("a.b.url", Some(ShortcutKind::InternetShortcut)),
            (".url", None),
            ("url", None),
            ("a.lnk ", None),
            ("a.lnk.txt", None),
        ] {
            assert_eq!(ShortcutKind::of_name(OsStr::new(name)), kind, "{name}");
        }
        if cfg!(unix) {
            let name = lw_fs::name_from_bytes(b"\xff\xfe.lNk").unwrap();
            assert_eq!(ShortcutKind::of_name(&name), Some(ShortcutKind::ShellLink));
        }
    }

    /// What is cut off somewhere names the same, or what it names is not known; never something else.
    #[test]
    fn a_file_that_is_cut_off_names_nothing_else() {
        for kind in [ShortcutKind::ShellLink, ShortcutKind::FinderAlias] {
            let whole = sound(kind);
            let target = parse(kind, &whole);
            assert!(matches!(target, Some(Ok(_))), "{target:?}");
            for length in 0..whole.len() {
                let cut = parse(kind, &whole[..length]);
                assert!(
                    !matches!(cut, Some(Ok(_))) || cut == target,
                    "{kind:?} {length}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            for kind in ALL {
                let _target = parse(kind, &bytes);
            }
        }

        /// Sound files with some bytes changed get further than what is thrown together.
        #[test]
        fn damaged_files_are_taken(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
            length in any::<prop::sample::Index>(),
        ) {
            for kind in ALL {
                let mut bytes = sound(kind);
                for (at, byte) in &changes {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
                let _target = parse(kind, &bytes);
                let _cut = parse(kind, &bytes[..length.index(bytes.len())]);
            }
        }

        /// Numbers in the fields are what leads a reader astray.
        #[test]
        fn numbers_in_fields_are_not_trusted(
            at in any::<prop::sample::Index>(),
            number in prop_oneof![
                Just(0_u32), Just(u32::MAX), Just(u32::MAX - 8), Just(0x8000_0000), 0_u32..600, any::<u32>(),
            ],
        ) {
            for kind in [ShortcutKind::ShellLink, ShortcutKind::FinderAlias] {
                let mut bytes = sound(kind);
                let at = at.index(bytes.len() - 4);
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
                let _target = parse(kind, &bytes);
            }
        }
    }
}
