//! Cuts Rust source into tokens and comments, so that no rule is misled by text inside strings or comments.
//!
//! It knows what the rules need and no more: nested block comments, raw, byte and C strings, raw identifiers,
//! lifetimes beside character literals. Malformed source gives odd tokens, never a panic; the compiler reports it.

/// One token of Rust source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its text: the name of an identifier without `r#`, the content of a string literal without quotes.
    pub text: String,
    /// The line it begins on, counted from one.
    pub line: usize,
    /// The line it ends on.
    pub end_line: usize,
}

impl Token {
    /// Returns whether it is this identifier or keyword.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }

    /// Returns whether it is this punctuation; `::` is one token, all other punctuation is single characters.
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == TokenKind::Mark && self.text == mark
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A lifetime or a label.
    Lifetime,
    /// Punctuation.
    Mark,
    /// A string literal of any sort; the text is as written, escapes not resolved.
    Text,
    /// A character, byte or number literal.
    Literal,
}

/// One comment, documentation or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its text with the slashes.
    pub text: String,
    /// The line it begins on, counted from one.
    pub line: usize,
    /// The line it ends on.
    pub end_line: usize,
}

/// Returns the tokens and the comments of a source text, each in order.
pub fn cut(source: &str) -> (Vec<Token>, Vec<Comment>) {
    let mut cutter = Cutter {
        rest: source,
        line: 1,
        tokens: Vec::new(),
        comments: Vec::new(),
    };
    cutter.pass_shebang();
    while let Some(first) = cutter.rest.chars().next() {
        cutter.step(first);
    }
    (cutter.tokens, cutter.comments)
}

struct Cutter<'s> {
    rest: &'s str,
    line: usize,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
}

impl Cutter<'_> {
    fn pass_shebang(&mut self) {
        if self.rest.starts_with("#!") && !self.rest.starts_with("#![") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    /// Takes one token, comment or blank; always at least one character.
    fn step(&mut self, first: char) {
        if first.is_whitespace() {
            self.take(first.len_utf8());
        } else if self.rest.starts_with("//") {
            let length = self.rest.find('\n').unwrap_or(self.rest.len());
            self.comment(length);
        } else if self.rest.starts_with("/*") {
            let length = block_comment_length(self.rest);
            self.comment(length);
        } else if let Some(string) = string_at(self.rest) {
            self.token(TokenKind::Text, string.length, string.content);
        } else if let Some(length) = character_length(self.rest) {
            self.token(TokenKind::Literal, length, 0..length);
        } else if first == '\'' {
            let length = 1 + word_length(&self.rest[1..]);
            self.token(TokenKind::Lifetime, length, 0..length);
        } else if self.rest.starts_with("r#") && word_length(&self.rest[2..]) > 0 {
            let length = 2 + word_length(&self.rest[2..]);
            self.token(TokenKind::Word, length, 2..length);
        } else if first.is_ascii_digit() {
            let length = number_length(self.rest);
            self.token(TokenKind::Literal, length, 0..length);
        } else if word_length(self.rest) > 0 {
            let length = word_length(self.rest);
            self.token(TokenKind::Word, length, 0..length);
        } else if self.rest.starts_with("::") {
            self.token(TokenKind::Mark, 2, 0..2);
        } else {
            let length = first.len_utf8();
            self.token(TokenKind::Mark, length, 0..length);
        }
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn token(&mut self, kind: TokenKind, length: usize, content: std::ops::Range<usize>) {
        let line = self.line;
        let text = self.take(length)[content].to_owned();
        self.tokens.push(Token {
            kind,
            text,
            line,
            end_line: self.line,
        });
    }

    fn comment(&mut self, length: usize) {
        let line = self.line;
        let text = self.take(length).to_owned();
        self.comments.push(Comment {
            text,
            line,
            end_line: self.line,
        });
    }
}

fn block_comment_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

struct StringAt {
    length: usize,
    content: std::ops::Range<usize>,
}

/// Returns the string literal that begins here, with or without a `b`, `c` or `r` before its quote.
fn string_at(text: &str) -> Option<StringAt> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let after = text.strip_prefix(prefix);
        after.is_some_and(|after| {
            let unhashed = after.trim_start_matches('#');
            unhashed.starts_with('"') && (prefix.ends_with('r') || unhashed.len() == after.len())
        })
    })?;
    let after = &text[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        let start = prefix.len() + hashes + 1;
        let closing = format!("\"{}", "#".repeat(hashes));
        return Some(match text[start..].find(&closing) {
            Some(found) => StringAt {
                length: start + found + closing.len(),
                content: start..start + found,
            },
            None => StringAt {
                length: text.len(),
                content: start..text.len(),
            },
        });
    }
    let start = prefix.len() + 1;
    let end = start + escaped_length(&text[start..], b'"');
    Some(StringAt {
        length: (end + 1).min(text.len()),
        content: start..end,
    })
}

/// Returns how many bytes stand before the closing quote, passing over what a backslash escapes.
fn escaped_length(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// Returns the length of the character or byte literal that begins here; a lifetime is none.
fn character_length(text: &str) -> Option<usize> {
    let prefix = usize::from(text.starts_with("b'"));
    let inner = text[prefix..].strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        let content = escaped_length(inner, b'\'');
        return Some((prefix + 1 + content + 1).min(text.len()));
    }
    let after = &inner[first.len_utf8()..];
    after
        .starts_with('\'')
        .then_some(prefix + 1 + first.len_utf8() + 1)
}

fn word_length(text: &str) -> usize {
    let mut length = 0;
    for (at, character) in text.char_indices() {
        let fits = character == '_'
            || if at == 0 {
                character.is_alphabetic()
            } else {
                character.is_alphanumeric()
            };
        if !fits {
            break;
        }
        length = at + character.len_utf8();
    }
    length
}

fn number_length(text: &str) -> usize {
    let digits = |text: &str| {
        text.find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len())
    };
    let whole = digits(text);
    let fraction = &text[whole..];
    // `1.max(2)` and `0..n` are not fractions; `1.5` is.
    let is_fraction =
        fraction.starts_with('.') && fraction[1..].starts_with(|c: char| c.is_ascii_digit());
    if is_fraction {
        whole + 1 + digits(&fraction[1..])
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Vec<String> {
        let (tokens, _) = cut(source);
        tokens
            .iter()
            .map(|token| format!("{:?} {}", token.kind, token.text))
            .collect()
    }

    #[test]
    fn comments_and_strings_are_not_words() {
        let (tokens, comments) = cut("a /* b /* c */ d */ \"e \\\" f\" // g\nh");
        let words: Vec<_> = tokens
            .iter()
            .filter(|token| token.kind == TokenKind::Word)
            .collect();
        assert_eq!(words.len(), 2);
        assert_eq!((words[1].text.as_str(), words[1].line), ("h", 2));
        assert_eq!(comments.len(), 2);
    }

    #[test]
    fn strings_of_every_sort() {
        assert_eq!(
            shown(r####"r#"a "b" c"# b"d" br"e" c"f" "g""####),
            [r#"Text a "b" c"#, "Text d", "Text e", "Text f", "Text g"]
        );
        assert_eq!(shown("\"unclosed"), ["Text unclosed"]);
        assert_eq!(shown("r#\"unclosed"), ["Text unclosed"]);
        assert_eq!(shown("\"end \\"), ["Text end \\"]);
    }

    #[test]
    fn lifetimes_beside_characters() {
        assert_eq!(
            shown(r"'a' 'b '\'' b'c' '\u{1f}' 'é'"),
            [
                "Literal 'a'",
                "Lifetime 'b",
                r"Literal '\''",
                "Literal b'c'",
                r"Literal '\u{1f}'",
                "Literal 'é'"
            ]
        );
    }

    #[test]
    fn numbers_ranges_and_raw_names() {
        assert_eq!(
            shown("0..9 1.5e3 r#type 2.max(3)"),
            [
                "Literal 0",
                "Mark .",
                "Mark .",
                "Literal 9",
                "Literal 1.5e3",
                "Word type",
                "Literal 2",
                "Mark .",
                "Word max",
                "Mark (",
                "Literal 3",
                "Mark )"
            ]
        );
    }

    #[test]
    fn damaged_source_never_panics() {
        let sources = [
            "'",
            "b'",
            "b'\\",
            "r#",
            "/*",
            "/* */ */",
            "\"\\",
            "é\"é",
            "r##\"x\"#",
            "'\\é",
            "#!",
        ];
        for source in sources {
            cut(source);
        }
    }
}
