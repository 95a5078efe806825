//! Windows internet shortcuts: an INI file with a group `[InternetShortcut]` and a key `URL`.

use super::fields::{Capitals, Group, utf16};
use super::{Target, Unknown, file_url};

/// Returns what an internet shortcut names.
pub(super) fn target(bytes: &[u8]) -> Target {
    // Windows reads INI files as UTF-16 if they say so at their beginning, else in its code page.
    if let Some(wide) = bytes.strip_prefix(b"\xff\xfe") {
        return target_in(utf16(wide).as_encoded_bytes());
    }
    target_in(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

fn target_in(bytes: &[u8]) -> Target {
    let group = Group::find(bytes, "InternetShortcut", Capitals::DoNotMatter);
    let group = group.ok_or(Unknown::OtherContent)?;
    let url = group.value("URL").map(without_quotes);
    match url {
        Some(url) if !url.is_empty() && !url.contains(&0) => Ok(file_url::named(url)),
        _ => Err(Unknown::NamesNone),
    }
}

/// Windows takes one pair of quotes away from a value.
fn without_quotes(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Named;
    use super::*;

    #[test]
    fn the_url_of_the_group() {
        let address = |url: &str| Ok(Named::Address(url.into()));
        for (text, expected) in [
            (
                "[InternetShortcut]\r\nURL=https://x/\r\n",
                address("https://x/"),
            ),
            (
                "\u{feff}[internetshortcut]\nurl = \"https://x/\"\n",
                address("https://x/"),
            ),
            (
                "[{000214A0}]\nProp3=19,11\n[InternetShortcut]\nIDList=\nURL=https://x",
                address("https://x"),
            ),
            (
                "[InternetShortcut]\nURL=file:///home/x",
                Ok(Named::Path("/home/x".into())),
            ),
            (
                "[InternetShortcut]\nURL=file:///C:/x",
                Ok(match cfg!(windows) {
                    true => Named::Path(r"C:\x".into()),
                    false => Named::Foreign("C:/x".into()),
                }),
            ),
            ("[InternetShortcut]\nURL=\n", Err(Unknown::NamesNone)),
            (
                "[InternetShortcut]\nURL=https://x\0y\n",
                Err(Unknown::NamesNone),
            ),
            ("[InternetShortcut]\nBASEURL=x\n", Err(Unknown::NamesNone)),
            ("[Other]\nURL=x\n", Err(Unknown::OtherContent)),
            ("", Err(Unknown::OtherContent)),
        ] {
            assert_eq!(target(text.as_bytes()), expected, "{text}");
        }
        let wide: Vec<u8> = "\u{feff}[InternetShortcut]\r\nURL=https://é\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(target(&wide), address("https://é"));
    }
}
