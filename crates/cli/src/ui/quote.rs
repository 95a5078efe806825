//! Paths in messages, quoted so that they paste back into a shell.

use std::ffi::OsStr;
use std::path::Path;

use lw_fs::path_form::{FAMILY, Family};

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
    let is_plain = |byte: &u8| (b' '..0x7f).contains(byte);
    match name.to_str() {
        Some(text) if text.as_bytes().iter().all(is_plain) => text.to_owned(),
        Some(text) if !text.chars().any(needs_escape) => text.to_owned(),
        _ => quote(name),
    }
}

/// Returns the name in quotes that the shells of this system read back as the same name.
pub fn quote(name: &OsStr) -> String {
    match FAMILY {
        Family::Unix => quote_for_sh(name),
        Family::Windows => quote_for_powershell(name),
    }
}

/// Plain single quotes where that will do, `$'…'` where the name holds what a terminal must not see.
fn quote_for_sh(name: &OsStr) -> String {
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

/// Double quotes, which cmd reads too, where nothing in the name means more to PowerShell; single ones where something
/// does. What a terminal must not see, PowerShell makes again from its number.
fn quote_for_powershell(name: &OsStr) -> String {
    // PowerShell takes the curly ones for quotes as well.
    const SINGLE: [char; 5] = ['\'', '‘', '’', '‚', '‛'];
    const DOUBLE: [char; 6] = ['"', '“', '”', '„', '$', '`'];
    if let Some(text) = name.to_str()
        && !text.chars().any(needs_escape)
    {
        if text.contains(DOUBLE) {
            let doubled = text.chars().flat_map(|letter| {
                std::iter::repeat_n(letter, if SINGLE.contains(&letter) { 2 } else { 1 })
            });
            return format!("'{}'", doubled.collect::<String>());
        }
        // A backslash right before the quote would take it for a letter.
        let end = if text.ends_with('\\') { r"\" } else { "" };
        return format!("\"{text}{end}\"");
    }
    let mut quoted = String::from("\"");
    let mut half: Vec<u8> = Vec::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if needs_escape(letter) {
                quoted.push_str(&format!("$([char]0x{:x})", u32::from(letter)));
            } else {
                if DOUBLE.contains(&letter) {
                    quoted.push('`');
                }
                quoted.push(letter);
            }
        }
        half.extend(chunk.invalid());
        if let [lead, middle, last] = half[..] {
            if let Some(unit) = lw_fs::lone_surrogate([lead, middle, last]) {
                quoted.push_str(&format!("$([char]0x{unit:x})"));
            }
            half.clear();
        }
    }
    quoted.push('"');
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
        let quote = |text: &str| quote_for_sh(OsStr::new(text));
        assert_eq!(quote("/a b/c"), "'/a b/c'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote("a\nb\u{1b}[31m"), r"$'a\nb\x1b[31m'");
        assert_eq!(quote("x\u{202e}y"), r"$'x\xe2\x80\xaey'");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_paste_back() {
        let name = lw_fs::name_from_bytes(b"a\xffb").unwrap();
        assert_eq!(quote(&name), r"$'a\xff'$'b'");
        assert_eq!(quote(OsStr::new("\u{1b}c\u{61c}")), r"$'\x1b'$'c\xd8\x9c'");
        assert_eq!(quote(OsStr::new("\n\u{1}'f")), r"$'\n\x01\'f'");
    }

    #[test]
    fn pastes_back_into_cmd_and_powershell() {
        let quote = |text: &str| quote_for_powershell(OsStr::new(text));
        assert_eq!(quote(r"C:\a b\it's"), r#""C:\a b\it's""#);
        assert_eq!(quote(r"C:\"), r#""C:\\""#);
        assert_eq!(quote("a$b`c"), "'a$b`c'");
        assert_eq!(quote("$it's"), "'$it''s'");
        assert_eq!(quote("say “a’b”"), "'say “a’’b”'");
        assert_eq!(quote("x\u{202e}$y"), "\"x$([char]0x202e)`$y\"");
    }

    #[cfg(windows)]
    #[test]
    fn half_a_pair_pastes_back_into_powershell() {
        let name = lw_fs::name_from_bytes(b"a\xed\xa0\x80b").unwrap();
        assert_eq!(lw_fs::name_bytes(&name), b"a\xed\xa0\x80b");
        assert_eq!(quote(&name), "\"a$([char]0xd800)b\"");
    }
}
