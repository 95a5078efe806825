//! Desktop entries of type Link: the Desktop Entry Specification of freedesktop.org.

use super::fields::{Capitals, Group};
use super::{Target, Unknown, file_url};

/// Returns what a desktop entry names, or `None` if it is none of type Link: most of them start programs.
pub(super) fn target(bytes: &[u8]) -> Option<Target> {
    let entry = Group::find(bytes, "Desktop Entry", Capitals::Matter)?;
    if entry.value("Type")? != b"Link" {
        return None;
    }
    // KDE writes `URL[$e]` where variables are to be put in.
    let written = entry.value("URL").or_else(|| entry.value("URL[$e]"));
    let written = written.filter(|url| !url.is_empty() && !url.contains(&0));
    let url = written.ok_or(Unknown::NamesNone).map(unescaped);
    Some(url.map(|url| file_url::named(&url)))
}

/// Returns a value of type string without its escapes.
fn unescaped(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        match rest.next() {
            Some(b's') => bytes.push(b' '),
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'\\') => bytes.push(b'\\'),
            // No escape by the book: both letters stay.
            Some(other) => bytes.extend([b'\\', *other]),
            None => bytes.push(b'\\'),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::Named;
    use super::*;

    #[test]
    fn only_those_of_type_link() {
        let named = |text: &str| target(text.as_bytes());
        let path = |path: &str| Some(Ok(Named::Path(path.into())));
        let address = |url: &str| Some(Ok(Named::Address(url.into())));
        for (text, expected) in [
            ("[Desktop Entry]\nType=Link\nURL=file:///a", path("/a")),
            (
                "# c\n\n[Desktop Entry]\r\nType = Link\r\nURL = https://x\r\n",
                address("https://x"),
            ),
            (
                "[Desktop Entry]\nURL=file:///a%20b\\sc\nType=Link\n",
                path("/a b c"),
            ),
            (
                "[Desktop Entry]\nType=Link\nURL[de]=x\nURL[$e]=file:$HOME/a\n",
                address("file:$HOME/a"),
            ),
            (
                "[Desktop Entry]\nType=Link\nURL=a\\\\b\\q\\\n",
                address("a\\b\\q\\"),
            ),
            (
                "[Desktop Entry]\nType=Link\n",
                Some(Err(Unknown::NamesNone)),
            ),
            (
                "[Desktop Entry]\nType=Link\nURL=\n",
                Some(Err(Unknown::NamesNone)),
            ),
            (
                "[Desktop Entry]\nType=Link\n[Other]\nURL=x\n",
                Some(Err(Unknown::NamesNone)),
            ),
            (
                "[Desktop Entry]\nType=Link\nURL=https://x\0y\n",
                Some(Err(Unknown::NamesNone)),
            ),
            ("[Desktop Entry]\nType=Application\nExec=x\nURL=y\n", None),
            ("[Other]\nType=Link\nURL=x\n", None),
            ("[desktop entry]\nType=Link\nURL=x\n", None),
            ("[Desktop Entry]\ntype=Link\nURL=x\n", None),
            ("Type=Link\nURL=x\n", None),
            ("", None),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
