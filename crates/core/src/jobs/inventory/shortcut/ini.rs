//! Shortcuts that are text in groups: `.desktop` files (Desktop Entry Specification of freedesktop.org) and `.url` files.

use super::{ShortcutTarget, address, path};

/// Returns what a desktop entry stands for; `None` if its type is not `Link`.
pub(super) fn desktop_entry(bytes: &[u8]) -> Option<ShortcutTarget> {
    let text = String::from_utf8_lossy(bytes);
    let group = Group::find(&text, "Desktop Entry")?;
    if group.value("Type")? != "Link" {
        return None;
    }
    Some(match group.value("URL").map(unescaped) {
        // Some programs write a path where the address should be.
        Some(url) if url.starts_with('/') => path(url.into()),
        Some(url) if !url.is_empty() => address(&url),
        _ => ShortcutTarget::Unknown,
    })
}

/// Returns what an internet shortcut stands for; `None` if it is none.
pub(super) fn internet_shortcut(bytes: &[u8]) -> Option<ShortcutTarget> {
    let text = String::from_utf8_lossy(bytes);
    let group = Group::find(&text, "InternetShortcut")?;
    Some(match group.value("URL") {
        Some(url) if !url.is_empty() => address(url),
        _ => ShortcutTarget::Unknown,
    })
}

/// The lines of one group.
struct Group<'a>(Vec<&'a str>);

impl<'a> Group<'a> {
    fn find(text: &'a str, name: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().map(str::trim);
        let heading = |line: &'a str| {
            line.strip_prefix('[')
                .and_then(|line| line.strip_suffix(']'))
        };
        lines.find(|line| heading(line) == Some(name))?;
        let own = lines.take_while(|line| heading(line).is_none());
        Some(Self(own.collect()))
    }

    /// Returns the first value of this key.
    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find_map(|line| {
            let (found, value) = line.split_once('=')?;
            found.trim().eq_ignore_ascii_case(key).then(|| value.trim())
        })
    }
}

/// `\s`, `\n`, `\t`, `\r` and `\\` of the Desktop Entry Specification.
fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('s') => out.push(' '),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Option<ShortcutTarget> {
        Some(ShortcutTarget::Path(path.into()))
    }

    #[test]
    fn desktop_entries() {
        let entry = |text: &str| desktop_entry(text.as_bytes());
        assert_eq!(
            entry(
                "# a comment\n[Desktop Entry]\nType=Link\nName=x\nURL=file:///home/ada/My%20Files\n"
            ),
            at("/home/ada/My Files")
        );
        assert_eq!(
            entry("[Desktop Entry]\r\nType = Link\r\nURL[$e] = x\r\nURL = /srv/a\\sb\r\n"),
            at("/srv/a b")
        );
        assert_eq!(
            entry("[Desktop Entry]\nType=Link\nURL=https://example.org/\n"),
            Some(ShortcutTarget::Elsewhere("https://example.org/".to_owned()))
        );
        assert_eq!(
            entry("[Desktop Entry]\nType=Link\n"),
            Some(ShortcutTarget::Unknown)
        );
        for none in [
            "[Desktop Entry]\nType=Application\nURL=file:///a\n",
            "[Other]\nType=Link\nURL=file:///a\n",
            "[Desktop Entry]\n[Desktop Action x]\nType=Link\nURL=file:///a\n",
            "",
        ] {
            assert_eq!(entry(none), None, "{none}");
        }
    }

    #[test]
    fn internet_shortcuts() {
        let shortcut = |text: &str| internet_shortcut(text.as_bytes());
        assert_eq!(
            shortcut("\u{feff}[InternetShortcut]\r\nURL=https://example.org/a\r\nIconIndex=0\r\n"),
            Some(ShortcutTarget::Elsewhere(
                "https://example.org/a".to_owned()
            ))
        );
        assert_eq!(
            shortcut("[InternetShortcut]\nURL=file:///srv/x"),
            at("/srv/x")
        );
        assert_eq!(shortcut("URL=file:///srv/x"), None);
    }
}
