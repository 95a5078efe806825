//! Shortcuts: whatever the bytes are, what they name is no longer than they are, and no more than they say.

use std::ffi::OsStr;

use lw_core::jobs::inventory::shortcut::{Named, ShortcutKind, Target, Unknown, parse};

/// Takes the content of a shortcut of any kind.
pub(super) fn holds(bytes: &[u8]) {
    let shell_link = parse(ShortcutKind::ShellLink, bytes);
    let internet = parse(ShortcutKind::InternetShortcut, bytes);
    let alias = parse(ShortcutKind::FinderAlias, bytes);
    let entry = parse(ShortcutKind::DesktopEntry, bytes);
    // Only what may be no shortcut at all may be told to be none.
    assert!(shell_link.is_some() && internet.is_some());
    assert_eq!(
        alias.is_some(),
        bytes.starts_with(b"book\0\0\0\0mark\0\0\0\0")
    );
    assert_eq!(
        shell_link == Some(Err(Unknown::OtherContent)),
        !bytes.starts_with(b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46")
    );
    for target in [&shell_link, &internet, &alias, &entry]
        .into_iter()
        .flatten()
    {
        names_something(bytes, target);
    }
    // Neither a shell link nor an alias is ever of this system.
    for target in [shell_link, alias].into_iter().flatten() {
        assert!(!matches!(target, Ok(Named::Path(_) | Named::Address(_))));
    }
}

fn names_something(bytes: &[u8], target: &Target) {
    // A letter of UTF-16 takes up to three bytes in UTF-8, and of an alias each part of a path may be told again and
    // again.
    const MOST_PARTS: usize = 1024;
    match target {
        Ok(Named::Path(path)) => {
            assert!(path.is_absolute());
            is_text(path.as_os_str(), bytes.len() * 3);
        }
        Ok(Named::Address(text)) => is_text(text, bytes.len() * 3),
        Ok(Named::Foreign(text)) => is_text(text, bytes.len() * 3 + 2 * MOST_PARTS * MOST_PARTS),
        Err(Unknown::OtherContent | Unknown::Damaged | Unknown::NamesNone) => {}
        Err(other) => panic!("{other:?} without a file"),
    }
}

fn is_text(text: &OsStr, most_bytes: usize) {
    assert!(!text.is_empty());
    assert!(text.len() <= most_bytes);
    assert!(!text.as_encoded_bytes().contains(&0), "{text:?}");
}
