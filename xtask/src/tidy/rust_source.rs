//! What the rules look at in one Rust file: tokens, comments, named paths, and which of it is test code.

use std::collections::BTreeSet;
use std::ops::Range;

use super::lexer::{self, Comment, Token, TokenKind};

/// Use trees nested deeper than this are not followed; rustfmt's output stays far below it.
const USE_DEPTH_LIMIT: usize = 32;

/// One Rust file, cut into tokens.
pub struct RustSource {
    /// Every token, in order.
    pub tokens: Vec<Token>,
    /// Every comment, in order.
    pub comments: Vec<Comment>,
    /// The token ranges under `#[cfg(test)]` or `#[test]`.
    tests: Vec<Range<usize>>,
}

/// A path such as `std::fs::read`, written out or assembled from a `use` tree.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedPath {
    /// Its names in order, without `self`.
    pub names: Vec<String>,
    /// The name it is imported under, when a `use` renames it.
    pub alias: Option<String>,
    /// The line of its last name.
    pub line: usize,
    /// The index of its last token.
    pub token: usize,
}

impl NamedPath {
    /// Returns whether it begins with these names, as in `std::fs`.
    pub fn begins_with(&self, prefix: &[&str]) -> bool {
        let begin = self.names.iter().take(prefix.len());
        self.names.len() >= prefix.len() && begin.eq(prefix.iter())
    }

    /// Returns whether it ends with these names, as in `Instant::now`.
    pub fn ends_with(&self, suffix: &[&str]) -> bool {
        let skipped = self.names.len().checked_sub(suffix.len());
        skipped.is_some_and(|skipped| self.names.iter().skip(skipped).eq(suffix.iter()))
    }

    /// Returns it as it would be written.
    pub fn text(&self) -> String {
        self.names.join("::")
    }
}

impl RustSource {
    /// Cuts a source text.
    pub fn new(text: &str) -> Self {
        let (tokens, comments) = lexer::cut(text);
        let tests = test_ranges(&tokens);
        Self {
            tokens,
            comments,
            tests,
        }
    }

    /// Returns whether this token is test code.
    pub fn is_test(&self, token: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&token))
    }

    /// Returns the index and the token of everything that is not test code.
    pub fn production(&self) -> impl Iterator<Item = (usize, &Token)> {
        self.tokens
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.is_test(*index))
    }

    /// Returns the lines that bear production code, in order: neither blank, nor comment alone, nor test code.
    pub fn production_lines(&self) -> Vec<usize> {
        let lines: BTreeSet<usize> = self
            .production()
            .flat_map(|(_, token)| token.line..=token.end_line)
            .collect();
        lines.into_iter().collect()
    }

    /// Returns the names of the modules that are test code in a file of their own: `#[cfg(test)] mod tests;`.
    pub fn test_modules(&self) -> Vec<&str> {
        let declarations = self
            .tokens
            .windows(3)
            .enumerate()
            .filter(|(index, window)| {
                self.is_test(*index) && window[0].is_word("mod") && window[2].is_mark(";")
            });
        declarations
            .map(|(_, window)| window[1].text.as_str())
            .collect()
    }

    /// Returns every path named outside test code, those of `use` trees written out.
    ///
    /// A lone identifier counts as a path of one name. Generic arguments between names end a path.
    pub fn paths(&self) -> Vec<NamedPath> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if self.is_test(at) {
                at += 1;
            } else if self.tokens[at].is_word("use") {
                at = self.use_tree(at + 1, &[], &mut paths, USE_DEPTH_LIMIT);
            } else if self.tokens[at].kind == TokenKind::Word {
                let (names, end) = self.path_at(at);
                paths.push(NamedPath {
                    names,
                    alias: None,
                    line: self.tokens[end].line,
                    token: end,
                });
                at = end + 1;
            } else {
                at += 1;
            }
        }
        paths
    }

    /// Returns whether these tokens, each a word or a mark, stand from `at` on.
    pub fn reads(&self, at: usize, expected: &[&str]) -> bool {
        expected.iter().enumerate().all(|(offset, text)| {
            self.tokens
                .get(at + offset)
                .is_some_and(|token| token.is_word(text) || token.is_mark(text))
        })
    }

    /// Returns the names of the path whose first word is at `start`, and the index of its last word.
    fn path_at(&self, start: usize) -> (Vec<String>, usize) {
        let mut names = vec![self.tokens[start].text.clone()];
        let mut end = start;
        while self.reads(end + 1, &["::"])
            && self
                .tokens
                .get(end + 2)
                .is_some_and(|token| token.kind == TokenKind::Word)
        {
            end += 2;
            names.push(self.tokens[end].text.clone());
        }
        (names, end)
    }

    /// Adds the paths of the use tree at `start`, and returns the index of the first token after it.
    fn use_tree(
        &self,
        start: usize,
        prefix: &[String],
        paths: &mut Vec<NamedPath>,
        depth_left: usize,
    ) -> usize {
        let mut at = if self.reads(start, &["::"]) {
            start + 1
        } else {
            start
        };
        let mut names = prefix.to_vec();
        if self
            .tokens
            .get(at)
            .is_some_and(|token| token.kind == TokenKind::Word)
        {
            let (more, end) = self.path_at(at);
            names.extend(more.into_iter().filter(|name| name != "self"));
            let alias = self
                .reads(end + 1, &["as"])
                .then(|| self.tokens.get(end + 2))
                .flatten();
            at = if alias.is_some() { end + 3 } else { end + 1 };
            let branches = self.reads(at, &["::", "{"]);
            if !branches {
                let alias = alias.map(|token| token.text.clone());
                paths.push(NamedPath {
                    names,
                    alias,
                    line: self.tokens[end].line,
                    token: end,
                });
                return at;
            }
            at += 1;
        }
        if !self.reads(at, &["{"]) || depth_left == 0 {
            return at + 1;
        }
        at += 1;
        while at < self.tokens.len() && !self.reads(at, &["}"]) {
            let is_branch = !self.reads(at, &[","]);
            at = if is_branch {
                self.use_tree(at, &names, paths, depth_left - 1)
            } else {
                at + 1
            };
        }
        at + 1
    }
}

/// Returns the token ranges of everything under an attribute that leaves it to tests.
fn test_ranges(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let inner = is_mark(tokens, at, "#") && is_mark(tokens, at + 1, "!");
        let open = at + 1 + usize::from(inner);
        if !(is_mark(tokens, at, "#") && is_mark(tokens, open, "[")) {
            at += 1;
            continue;
        }
        let close = matching_close(tokens, open);
        if !is_test_attribute(&tokens[open + 1..close.min(tokens.len())]) {
            at = close + 1;
        } else if inner {
            return std::iter::once(0..tokens.len()).collect();
        } else {
            let end = item_end(tokens, close + 1);
            ranges.push(at..end);
            at = end;
        }
    }
    ranges
}

/// Returns whether an attribute is `test`, `cfg(test)` or `cfg(all(test, …))`.
fn is_test_attribute(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token.is_word(word));
    match attribute {
        [only] => only.is_word("test"),
        [first, ..] => first.is_word("cfg") && has("test") && !has("not") && !has("any"),
        [] => false,
    }
}

/// Returns the index after the item, field or statement that begins at `start`, further attributes included.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while is_mark(tokens, at, "#") && is_mark(tokens, at + 1, "[") {
        at = matching_close(tokens, at + 1) + 1;
    }
    // A field or an enum variant ends at a comma; in an item a comma may stand between generic parameters.
    let mut head = at;
    if tokens.get(head).is_some_and(|token| token.is_word("pub")) {
        head += 1;
        if is_mark(tokens, head, "(") {
            head = matching_close(tokens, head) + 1;
        }
    }
    const ITEMS: [&str; 16] = [
        "fn",
        "impl",
        "mod",
        "struct",
        "enum",
        "trait",
        "type",
        "const",
        "static",
        "use",
        "unsafe",
        "async",
        "extern",
        "macro_rules",
        "let",
        "union",
    ];
    let is_item = tokens
        .get(head)
        .is_some_and(|token| ITEMS.iter().any(|word| token.is_word(word)));
    let is_use = tokens.get(head).is_some_and(|token| token.is_word("use"));
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is_mark("{") && !is_use {
            return matching_close(tokens, at) + 1;
        } else if token.is_mark("{") || token.is_mark("(") || token.is_mark("[") {
            at = matching_close(tokens, at);
        } else if token.is_mark(";") || (token.is_mark(",") && !is_item) {
            return at + 1;
        } else if token.is_mark("}") || token.is_mark(")") || token.is_mark("]") {
            return at;
        }
        at += 1;
    }
    tokens.len()
}

/// Returns the index of the bracket that closes the one at `open`, or the last index there is.
pub fn matching_close(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.is_mark("(") || token.is_mark("[") || token.is_mark("{") {
            depth += 1;
        } else if token.is_mark(")") || token.is_mark("]") || token.is_mark("}") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index;
            }
        }
    }
    tokens.len().saturating_sub(1)
}

fn is_mark(tokens: &[Token], at: usize, mark: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.is_mark(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        RustSource::new(text)
            .paths()
            .iter()
            .map(NamedPath::text)
            .collect()
    }

    #[test]
    fn use_trees_are_written_out() {
        assert_eq!(
            paths("use std::{fs, io::{self, Read as _}, path::*}; use ::a::b as c;"),
            ["std::fs", "std::io", "std::io::Read", "std::path", "a::b"]
        );
    }

    #[test]
    fn an_unfinished_use_tree_ends() {
        for text in [
            "use",
            "use a::{",
            "use {{{",
            "use a::{b,,",
            "use a as",
            "use ;",
        ] {
            RustSource::new(text).paths();
        }
    }

    #[test]
    fn test_code_is_known_by_its_attribute() {
        let text = "fn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n fn b() { [1]; }\n}\n#[test]\nfn c() {}\nfn d() {}\n";
        let source = RustSource::new(text);
        let words = source
            .production()
            .filter(|(_, token)| token.kind == TokenKind::Word);
        let words: Vec<_> = words.map(|(_, token)| token.text.as_str()).collect();
        assert_eq!(words, ["fn", "a", "fn", "d"]);
        assert_eq!(source.production_lines(), [1, 9]);
    }

    #[test]
    fn a_field_for_tests_does_not_hide_the_next() {
        let source = RustSource::new("struct S { #[cfg(test)] pub a: u8, b: u8 }");
        assert!(source.production().any(|(_, token)| token.is_word("b")));
        assert!(!source.production().any(|(_, token)| token.is_word("a")));
    }

    #[test]
    fn not_every_attribute_with_the_word_test_is_one() {
        for text in [
            "#[cfg(not(test))] fn a() {}",
            "#[cfg(any(test, unix))] fn a() {}",
            "#[doc = \"test\"] fn a() {}",
        ] {
            assert!(RustSource::new(text).tests.is_empty(), "{text}");
        }
        assert_eq!(
            RustSource::new("#![cfg(test)] fn a() {}").production_lines(),
            []
        );
        assert_eq!(
            RustSource::new("#[cfg(test)] mod cases;").test_modules(),
            ["cases"]
        );
    }
}
