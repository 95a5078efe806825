//! Names in messages: a shell reads them back as the same bytes, and a terminal sees nothing it would obey.

use std::ffi::OsStr;

use linkwright::{bare, quote};

/// Takes a name.
pub(super) fn holds(bytes: &[u8]) {
    let name = lw_fs::name_from_bytes(bytes).unwrap();
    let quoted = quote(&name);
    assert!(!quoted.chars().any(is_obeyed), "{quoted:?}");
    if !bytes.contains(&0) {
        assert_eq!(read_by_a_shell(&quoted), bytes, "{quoted}");
    }
    let shown = bare(&name);
    assert!(shown == quoted || OsStr::new(&shown) == name, "{shown:?}");
    assert!(!shown.chars().any(is_obeyed), "{shown:?}");
}

/// Control letters, and all that Unicode calls `Bidi_Control`.
fn is_obeyed(letter: char) -> bool {
    let bidi_controls = [
        '\u{61c}'..='\u{61c}',
        '\u{200e}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
    ];
    letter.is_control() || bidi_controls.iter().any(|range| range.contains(&letter))
}

/// XCU 2.2 Quoting: a backslash, single quotes, and dollar-single-quotes, behind each other.
///
/// Panics at anything that the standard leaves open, so that all shells that know these quotes agree.
fn read_by_a_shell(word: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = word.as_bytes();
    while !rest.is_empty() {
        if let Some(escaped) = rest.strip_prefix(b"\\") {
            out.push(escaped[0]);
            rest = &escaped[1..];
        } else if let Some(plain) = rest.strip_prefix(b"'") {
            let end = plain.iter().position(|byte| *byte == b'\'').unwrap();
            out.extend(&plain[..end]);
            rest = &plain[end + 1..];
        } else if let Some(dollar) = rest.strip_prefix(b"$'") {
            rest = read_dollar_quotes(dollar, &mut out);
        } else {
            panic!("not in quotes: {word}");
        }
    }
    out
}

/// Returns what stands behind the closing quote.
fn read_dollar_quotes<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    loop {
        let (byte, behind) = rest.split_first().unwrap();
        rest = behind;
        match byte {
            b'\'' => return rest,
            b'\\' => {
                let (escape, behind) = rest.split_first().unwrap();
                rest = behind;
                match escape {
                    b'\'' | b'\\' => out.push(*escape),
                    b'n' => out.push(b'\n'),
                    b't' => out.push(b'\t'),
                    b'x' => {
                        let digits = std::str::from_utf8(&rest[..2]).unwrap();
                        out.push(u8::from_str_radix(digits, 16).unwrap());
                        rest = &rest[2..];
                        // "If more than two digits follow, the results are unspecified."
                        assert!(!rest[0].is_ascii_hexdigit(), "a third digit");
                    }
                    other => panic!("the escape {other}"),
                }
            }
            plain => out.push(*plain),
        }
    }
}
