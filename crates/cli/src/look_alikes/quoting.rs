//! Names in messages as GNU's programs write them: in a form that a shell reads back.

/// Which letters a message may hold as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// Those of ASCII; the locale is C, or unknown.
    Ascii,
    /// Those of UTF-8.
    Utf8,
}

impl Letters {
    /// Asks the environment as setlocale(3) does for `LC_CTYPE`.
    pub(super) fn from_environment() -> Self {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty());
        let name = named.map_or(String::new(), |name| name.to_string_lossy().to_lowercase());
        if name.ends_with("utf-8") || name.ends_with("utf8") {
            Self::Utf8
        } else {
            Self::Ascii
        }
    }

    /// Cuts a name into pieces that are shown alike.
    fn pieces(self, name: &[u8]) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        for chunk in name.utf8_chunks() {
            for letter in chunk.valid().split_inclusive(|_| true) {
                let is_plain = match self {
                    Self::Ascii => letter.bytes().all(|byte| matches!(byte, b' '..=b'~')),
                    Self::Utf8 => letter.chars().all(|letter| !is_hidden(letter)),
                };
                if is_plain {
                    pieces.push(Piece::Plain(letter.as_bytes()));
                } else {
                    pieces.extend(letter.bytes().map(Piece::Escaped));
                }
            }
            pieces.extend(chunk.invalid().iter().copied().map(Piece::Escaped));
        }
        pieces
    }
}

/// Control letters, and those that turn the direction of what follows.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    Plain(&'a [u8]),
    Escaped(u8),
}

/// Whether a name gets quotes that does not need them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Always,
    WhereNeeded,
}

/// Returns the name in quotes.
pub(super) fn quoted(letters: Letters, name: &[u8]) -> Vec<u8> {
    shell_form(letters, name, Quotes::Always)
}

/// Returns the name, in quotes if a shell, or a reader of `NAME: message`, would otherwise misread it.
pub(super) fn quoted_where_needed(letters: Letters, name: &[u8]) -> Vec<u8> {
    shell_form(letters, name, Quotes::WhereNeeded)
}

fn shell_form(letters: Letters, name: &[u8], quotes: Quotes) -> Vec<u8> {
    let pieces = letters.pieces(name);
    let is_all_plain = pieces.iter().all(|piece| matches!(piece, Piece::Plain(_)));
    if quotes == Quotes::WhereNeeded && is_all_plain && !needs_quotes(name) {
        return name.to_vec();
    }
    let has_apostrophe = name.contains(&b'\'');
    if has_apostrophe && is_all_plain && reads_alike_in_double_quotes(name) {
        return [b"\"", name, b"\""].concat();
    }
    let mut out = vec![b'\''];
    // The model goes through a name with an apostrophe twice, and begins the second time as it ended the first.
    let mut is_escaping = has_apostrophe && matches!(pieces.last(), Some(Piece::Escaped(_)));
    for piece in pieces {
        match piece {
            Piece::Escaped(byte) => {
                if !is_escaping {
                    out.extend(b"'$'");
                    is_escaping = true;
                }
                out.extend(escape(byte));
            }
            Piece::Plain(b"'") => {
                out.extend(b"'\\''");
                is_escaping = false;
            }
            Piece::Plain(letter) => {
                if is_escaping {
                    out.extend(b"''");
                    is_escaping = false;
                }
                out.extend(letter);
            }
        }
    }
    out.push(b'\'');
    out
}

/// Returns whether a shell would not read these letters as they are.
fn needs_quotes(name: &[u8]) -> bool {
    match name {
        b"" | b"{" | b"}" => return true,
        [b'#' | b'~', ..] => return true,
        _ => {}
    }
    name.iter().any(|byte| {
        matches!(
            byte,
            b' ' | b'!'
                | b'"'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b':'
                | b';'
                | b'<'
                | b'='
                | b'>'
                | b'?'
                | b'['
                | b'\\'
                | b'^'
                | b'`'
                | b'|'
        )
    })
}

/// Returns whether C and a shell read these letters alike between double quotes.
fn reads_alike_in_double_quotes(name: &[u8]) -> bool {
    let is_alike = |(at, byte): (usize, &u8)| match byte {
        b'#' | b'~' => at == 0,
        byte => {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b' ' | b'%'
                        | b'+'
                        | b'@'
                        | b','
                        | b'-'
                        | b'.'
                        | b'/'
                        | b':'
                        | b']'
                        | b'_'
                        | b'\''
                )
        }
    };
    name.iter().enumerate().all(is_alike)
}

/// Returns a value in the quotes of messages, written as C writes it.
pub(super) fn in_words(letters: Letters, value: &[u8]) -> Vec<u8> {
    let (open, close) = match letters {
        Letters::Ascii => ("'", "'"),
        Letters::Utf8 => ("\u{2018}", "\u{2019}"),
    };
    let mut out = open.as_bytes().to_vec();
    for piece in letters.pieces(value) {
        match piece {
            Piece::Plain(b"\\") => out.extend(b"\\\\"),
            Piece::Plain(b"'") if letters == Letters::Ascii => out.extend(b"\\'"),
            Piece::Plain(letter) => out.extend(letter),
            Piece::Escaped(byte) => out.extend(escape(byte)),
        }
    }
    out.extend(close.as_bytes());
    out
}

fn escape(byte: u8) -> Vec<u8> {
    let letter = match byte {
        0x07 => b'a',
        0x08 => b'b',
        0x0b => b'v',
        0x0c => b'f',
        b'\t' => b't',
        b'\n' => b'n',
        b'\r' => b'r',
        other => return format!("\\{other:03o}").into_bytes(),
    };
    vec![b'\\', letter]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_gnu_writes_them() {
        for (name, expected) in [
            (&b"a"[..], "'a'"),
            (b"a b", "'a b'"),
            (b"it's", "\"it's\""),
            (b"it's \"q\"", "'it'\\''s \"q\"'"),
            (b"a\nb", "'a'$'\\n''b'"),
            (b"\xc3\xa4", "''$'\\303\\244'"),
            (b"'\x01'", "''\\'''$'\\001'\\'''"),
            (b"it's\xff", "'''it'\\''s'$'\\377'"),
            (b"", "''"),
        ] {
            let written = String::from_utf8(quoted(Letters::Ascii, name)).unwrap();
            assert_eq!(written, expected);
        }
        assert_eq!(quoted(Letters::Utf8, "ä".as_bytes()), "'ä'".as_bytes());
        assert_eq!(quoted_where_needed(Letters::Ascii, b"a#{b"), b"a#{b");
        assert_eq!(quoted_where_needed(Letters::Ascii, b"a:b"), b"'a:b'");
        assert_eq!(
            in_words(Letters::Ascii, b"a'b\n\xff\\"),
            b"'a\\'b\\n\\377\\\\'"
        );
    }
}
