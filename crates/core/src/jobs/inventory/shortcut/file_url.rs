//! What a URL names: a path if it is one of `file:`, else an address.
//!
//! RFC 8089, and the file URI specification of freedesktop.org.

use lw_fs::path_form::{FAMILY, Family};

use super::Named;
use super::fields::text;

/// Returns what the URL names. What may mean several things is an address, told as it is.
pub(super) fn named(url: &[u8]) -> Named {
    // What begins with a slash is no URL by the book, but desktops take it for a path.
    let path_bytes = match url.starts_with(b"/") {
        true => Some(url.to_vec()),
        false => path_in(url).and_then(decoded),
    };
    match path_bytes {
        // Two slashes are how Windows writes `\\server\share` into a URL (RFC 8089, E.3.2), and one too many here.
        Some(bytes) if !bytes.starts_with(b"//") && !bytes.contains(&0) => path(&bytes),
        _ => Named::Address(text(url)),
    }
}

/// Returns the path in a URL of this very host, still encoded.
fn path_in(url: &[u8]) -> Option<&[u8]> {
    const SCHEME: &[u8] = b"file:";
    let (scheme, rest) = url.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let Some(behind) = rest.strip_prefix(b"//") else {
        return rest.starts_with(b"/").then_some(rest);
    };
    let (host, path) = behind.split_at(behind.iter().position(|byte| *byte == b'/')?);
    // Another name may be that of this host or of a server: nobody is asked.
    (host.is_empty() || host.eq_ignore_ascii_case(b"localhost")).then_some(path)
}

/// Returns the bytes that stand for themselves and those written `%XX`; `None` if something in it has another meaning.
fn decoded(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                let byte = (digit()? * 16 + digit()?) as u8;
                // A slash within a name, and the end of a text: no path holds them.
                (byte != b'/' && byte != 0).then_some(byte)?
            }
            b'#' | b'?' | 0 => return None,
            plain => *plain,
        };
        bytes.push(byte);
    }
    Some(bytes)
}

fn path(bytes: &[u8]) -> Named {
    let is_drive = |rest: &[u8]| matches!(rest, [letter, b':' | b'|'] | [letter, b':' | b'|', b'/', ..] if letter.is_ascii_alphabetic());
    match bytes.strip_prefix(b"/") {
        Some(rest) if is_drive(rest) => match FAMILY {
            Family::Unix => Named::Foreign(text(rest)),
            Family::Windows => Named::Path(text(&on_drive(rest)).into()),
        },
        _ => Named::Path(text(bytes).into()),
    }
}

/// The path as Windows writes it: URLs have slashes, and older ones a bar behind the letter.
fn on_drive(path: &[u8]) -> Vec<u8> {
    let as_written = |(at, byte): (usize, &u8)| match (at, *byte) {
        (1, _) => b':',
        (_, b'/') => b'\\',
        (_, byte) => byte,
    };
    path.iter().enumerate().map(as_written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_addresses() {
        let path = |path: &str| Named::Path(path.into());
        let address = |url: &str| Named::Address(url.into());
        let of_drive = |unix: &str, windows: &str| match FAMILY {
            Family::Unix => Named::Foreign(unix.into()),
            Family::Windows => Named::Path(windows.into()),
        };
        for (url, expected) in [
            ("file:///home/ada/x", path("/home/ada/x")),
            ("FILE://LocalHost/a%20b", path("/a b")),
            ("file:/a/%C3%A9", path("/a/é")),
            ("/home/ada/a%20b", path("/home/ada/a%20b")),
            ("file:///C:/Users/x", of_drive("C:/Users/x", r"C:\Users\x")),
            ("file:///c|/x", of_drive("c|/x", r"c:\x")),
            ("file:///C:", of_drive("C:", "C:")),
            ("file:///C:x", path("/C:x")),
        ] {
            assert_eq!(named(url.as_bytes()), expected, "{url}");
        }
        for url in [
            "https://example.org/?a=b#c",
            "file://server/share/x",
            "file://server",
            "file:////server/share/x",
            "file://///server/share/x",
            "file:///%2fx",
            "//server/share",
            "/a\0b",
            "file:x",
            "file:",
            "file:///a%2fb",
            "file:///a%00",
            "file:///a%4",
            "file:///a%zz",
            "file:///a?b",
            "file:///a#b",
            "mailto:ada@example.org",
            "x",
        ] {
            assert_eq!(named(url.as_bytes()), address(url), "{url}");
        }
        if cfg!(unix) {
            let bytes = lw_fs::path_from_bytes(b"/a\xff").unwrap();
            assert_eq!(named(b"file:///a%FF"), Named::Path(bytes));
        }
    }
}
