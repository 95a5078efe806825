//! Paths in messages, quoted so that they paste back into a shell.

use std::ffi::OsStr;
use std::path::Path;

/// Returns the path in quotes that a shell reads back as the same bytes.
pub(crate) fn quote_path(path: &Path) -> String {
    quote(path.as_os_str())
}

/// Returns the path as it stands in lists: bare, or in quotes where it holds what a terminal must not see.
pub(crate) fn bare_path(path: &Path) -> String {
    bare(path.as_os_str())
}

/// Returns the name as it stands in lists: bare, or in quotes where it holds what a terminal must not see.
pub fn bare(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) if !text.chars().any(needs_escape) => text.to_owned(),
        _ => quote(name),
    }
}

/// Returns the name in quotes: plain single ones where that will do, `$'…'` where it holds what a terminal must not
/// see.
pub fn quote(name: &OsStr) -> String {
    if let Some(text) = name.to_str()
        && !text.chars().any(needs_escape)
    {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    // POSIX does not say what a third hexadecimal digit behind `\x` means, and shells differ.
    let mut ends_in_digits = false;
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if ends_in_digits && letter.is_ascii_hexdigit() {
                quoted.push_str("'$'");
            }
            ends_in_digits = false;
            match letter {
                '\'' => quoted.push_str(r"\'"),
                '\\' => quoted.push_str(r"\\"),
                '\n' => quoted.push_str(r"\n"),
                '\t' => quoted.push_str(r"\t"),
                letter if needs_escape(letter) => {
                    ends_in_digits = true;
                    let mut bytes = [0; 4];
                    for byte in letter.encode_utf8(&mut bytes).bytes() {
                        quoted.push_str(&format!(r"\x{byte:02x}"));
                    }
                }
                letter => quoted.push(letter),
            }
        }
        for byte in chunk.invalid() {
            ends_in_digits = true;
            quoted.push_str(&format!(r"\x{byte:02x}"));
        }
    }
    quoted.push('\'');
    quoted
}

/// Control letters, and those that turn the direction of what follows: `Bidi_Control` of Unicode.
fn needs_escape(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pastes_back() {
        assert_eq!(quote(OsStr::new("/a b/c")), "'/a b/c'");
        assert_eq!(quote(OsStr::new("it's")), r"'it'\''s'");
        assert_eq!(quote(OsStr::new("a\nb\u{1b}[31m")), r"$'a\nb\x1b[31m'");
        assert_eq!(quote(OsStr::new("x\u{202e}y")), r"$'x\xe2\x80\xaey'");
        let name = lw_fs::name_from_bytes(b"a\xffb").unwrap();
        assert_eq!(quote(&name), r"$'a\xff'$'b'");
        assert_eq!(quote(OsStr::new("\u{1b}c\u{61c}")), r"$'\x1b'$'c\xd8\x9c'");
        assert_eq!(quote(OsStr::new("\n\u{1}'f")), r"$'\n\x01\'f'");
    }
}
