//! The regular expressions of Stow's ignore lists as the patterns of a manifest, where they say no more than these can.
//!
//! An expression becomes a set of patterns that together match the same: alternatives are written out. What is repeated
//! must be `.`, since patterns have nothing else that is.

/// What an expression is matched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A name, all of it: a line of a list that has no slash.
    Name,
    /// Whole names of the path below the package, which begins with a slash: a line of a list that has one.
    Path,
    /// The end of the path below the package: what `--ignore` takes.
    End,
}

/// Why an expression is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoGlob {
    /// Something else than `.` is repeated.
    #[error("only '.' can be repeated in a pattern")]
    Repeated,
    /// `^` or `$` inside.
    #[error("'^' and '$' can only stand at its ends")]
    Anchor,
    /// `(?…)`, `\b`, `[[:alpha:]]` and the like.
    #[error("a pattern has nothing for '(?', '[[:' and classes like '\\w'")]
    Special,
    /// A bracket without its other half, or nothing before a sign of repetition.
    #[error("it is no regular expression")]
    Malformed,
    /// Too many alternatives, or too deep.
    #[error("it has too many alternatives")]
    TooMany,
}

/// The most patterns that an expression may become.
const MAX_PATTERNS: usize = 64;

/// The deepest that groups may lie in groups.
const MAX_DEPTH: usize = 16;

/// The longest expression, in bytes.
const MAX_LENGTH_BYTES: usize = 1024;

/// Returns patterns that together leave out what the expression does; none, if that is nothing.
pub fn globs(expression: &str, reach: Reach) -> Result<Vec<String>, NoGlob> {
    if expression.len() > MAX_LENGTH_BYTES {
        return Err(NoGlob::TooMany);
    }
    let mut parser = Parser {
        letters: expression.chars().collect(),
        at: 0,
        slash: match reach {
            Reach::Name => Slash::Never,
            Reach::Path | Reach::End => Slash::Matched,
        },
    };
    let branches = parser.alternatives(0)?;
    if parser.at < parser.letters.len() {
        return Err(NoGlob::Malformed);
    }
    let mut found = Vec::new();
    for branch in branches {
        match reach {
            Reach::Name => found.push(joined(&branch.parts)),
            Reach::Path => in_path(&branch, &mut found),
            Reach::End => at_end(&branch, &mut found),
        }
    }
    // No name has a NUL in it, so what needs one leaves out nothing.
    found.retain(|glob| !glob.is_empty() && glob != "/" && !glob.contains('\0'));
    let mut unique: Vec<String> = Vec::new();
    for glob in found {
        if !unique.contains(&glob) {
            unique.push(glob);
        }
    }
    match unique.len() > MAX_PATTERNS {
        true => Err(NoGlob::TooMany),
        false => Ok(unique),
    }
}

/// Whether `.` can be a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slash {
    Never,
    Matched,
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A letter or a class, as a pattern has it.
    One(String),
    /// `/`
    Slash,
    /// Any letters but slashes, perhaps none.
    Any,
    /// Any letters, with at least one slash among them; one of the two ways to match `.*`.
    Across,
    /// The same; one of the two ways to match `.+`.
    AcrossMore,
}

/// One way for an expression to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Branch {
    parts: Vec<Part>,
    from_start: bool,
    to_end: bool,
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    slash: Slash,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take(&mut self, letter: char) -> bool {
        let is_there = self.peek() == Some(letter);
        self.at += usize::from(is_there);
        is_there
    }

    fn alternatives(&mut self, depth: usize) -> Result<Vec<Branch>, NoGlob> {
        if depth > MAX_DEPTH {
            return Err(NoGlob::TooMany);
        }
        let mut branches = self.sequence(depth)?;
        while self.take('|') {
            branches.extend(self.sequence(depth)?);
        }
        bounded(branches)
    }

    fn sequence(&mut self, depth: usize) -> Result<Vec<Branch>, NoGlob> {
        let mut branches = vec![Branch::default()];
        while let Some(letter) = self.peek() {
            match letter {
                '|' | ')' => break,
                '^' => {
                    self.at += 1;
                    for branch in &mut branches {
                        match branch.parts.is_empty() && !branch.to_end {
                            true => branch.from_start = true,
                            false => return Err(NoGlob::Anchor),
                        }
                    }
                }
                '$' => {
                    self.at += 1;
                    branches.iter_mut().for_each(|branch| branch.to_end = true);
                }
                _ => {
                    let atom = self.repeated(depth)?;
                    branches = both(&branches, &atom)?;
                }
            }
        }
        Ok(branches)
    }

    /// An atom and how often it stands.
    fn repeated(&mut self, depth: usize) -> Result<Vec<Branch>, NoGlob> {
        let is_any = self.peek() == Some('.');
        let mut atom = self.atom(depth)?;
        let Some(sign @ ('*' | '+' | '?' | '{')) = self.peek() else {
            return Ok(atom);
        };
        self.at += 1;
        match sign {
            '?' => atom.push(Branch::default()),
            '*' | '+' if is_any => {
                let (any, across) = match sign {
                    '*' => (vec![Part::Any], Part::Across),
                    _ => (vec![Part::One("?".to_owned()), Part::Any], Part::AcrossMore),
                };
                atom = vec![branch(any)];
                if self.slash == Slash::Matched {
                    atom.push(branch(vec![across]));
                }
            }
            _ => return Err(NoGlob::Repeated),
        }
        // How much of it is taken first makes no difference to what matches at all.
        let _is_lazy = self.take('?');
        match self.peek() {
            Some('*' | '+' | '?' | '{') => Err(NoGlob::Malformed),
            _ => Ok(atom),
        }
    }

    fn atom(&mut self, depth: usize) -> Result<Vec<Branch>, NoGlob> {
        let letter = self.peek().ok_or(NoGlob::Malformed)?;
        self.at += 1;
        match letter {
            '(' => {
                if self.take('?') && !self.take(':') {
                    return Err(NoGlob::Special);
                }
                let inner = self.alternatives(depth + 1)?;
                match self.take(')') {
                    true => Ok(inner),
                    false => Err(NoGlob::Malformed),
                }
            }
            '*' | '+' | '?' | '{' => Err(NoGlob::Malformed),
            '.' => Ok(self.or_slash(vec![one("?".to_owned())])),
            '[' => self.class(),
            '\\' => {
                let letter = self.peek().ok_or(NoGlob::Malformed)?;
                self.at += 1;
                match letter {
                    'd' => Ok(vec![one("[0-9]".to_owned())]),
                    letter if letter.is_alphanumeric() => Err(NoGlob::Special),
                    letter => Ok(vec![plain(letter)]),
                }
            }
            letter => Ok(vec![plain(letter)]),
        }
    }

    /// What matches any letter matches a slash too, where there can be one.
    fn or_slash(&self, mut branches: Vec<Branch>) -> Vec<Branch> {
        if self.slash == Slash::Matched {
            branches.push(branch(vec![Part::Slash]));
        }
        branches
    }

    /// Behind `[`.
    fn class(&mut self) -> Result<Vec<Branch>, NoGlob> {
        let is_not = self.take('^');
        let mut inside: Vec<(char, char)> = Vec::new();
        loop {
            let letter = self.class_letter()?;
            let Some(letter) = letter else {
                // Right behind the opening one it stands for itself.
                match inside.is_empty() {
                    true => inside.push((']', ']')),
                    false => break,
                }
                continue;
            };
            let is_range = self.peek() == Some('-')
                && self
                    .letters
                    .get(self.at + 1)
                    .is_some_and(|next| *next != ']');
            if !is_range {
                inside.push((letter, letter));
                continue;
            }
            self.at += 1;
            match self.class_letter()? {
                Some(last) if letter <= last => inside.push((letter, last)),
                _ => return Err(NoGlob::Malformed),
            }
        }
        let has_slash = inside.iter().any(|(a, b)| (*a..=*b).contains(&'/'));
        if has_slash && !is_not {
            return Err(NoGlob::Special);
        }
        let class = class_glob(is_not, &inside)?;
        match is_not && !has_slash {
            true => Ok(self.or_slash(vec![one(class)])),
            false => Ok(vec![one(class)]),
        }
    }

    /// Returns the next letter of a class; `None` at its end.
    fn class_letter(&mut self) -> Result<Option<char>, NoGlob> {
        let letter = self.peek().ok_or(NoGlob::Malformed)?;
        self.at += 1;
        match letter {
            ']' => Ok(None),
            '[' if matches!(self.peek(), Some(':' | '.' | '=')) => Err(NoGlob::Special),
            '\\' => {
                let letter = self.peek().ok_or(NoGlob::Malformed)?;
                self.at += 1;
                match letter.is_alphanumeric() {
                    true => Err(NoGlob::Special),
                    false => Ok(Some(letter)),
                }
            }
            letter => Ok(Some(letter)),
        }
    }
}

fn branch(parts: Vec<Part>) -> Branch {
    Branch {
        parts,
        ..Branch::default()
    }
}

fn one(glob: String) -> Branch {
    branch(vec![Part::One(glob)])
}

/// A letter that stands for itself. In brackets it does so on all systems; a backslash is a slash on Windows.
fn plain(letter: char) -> Branch {
    match letter {
        '/' => branch(vec![Part::Slash]),
        '*' | '?' | '[' | ']' | '{' | '}' | '\\' => one(format!("[{letter}]")),
        letter => one(letter.to_string()),
    }
}

/// A class, with what has a meaning in it at the places where it has none.
fn class_glob(is_not: bool, inside: &[(char, char)]) -> Result<String, NoGlob> {
    let is_single = |wanted: char| inside.contains(&(wanted, wanted));
    let mut text = "[".to_owned();
    if is_not {
        text.push('!');
    }
    if is_single(']') {
        text.push(']');
    }
    for (first, last) in inside {
        match (first, last) {
            (a, b) if a == b && matches!(a, ']' | '-' | '!' | '^') => {}
            (a, b) if a == b => text.push(*a),
            // Behind another letter a range from '-' would be one from that letter.
            (a, b) if [a, b].into_iter().any(|end| "]-!^".contains(*end)) => {
                return Err(NoGlob::Special);
            }
            (a, b) => text.extend([*a, '-', *b]),
        }
    }
    for last in ['!', '^', '-'] {
        if is_single(last) {
            text.push(last);
        }
    }
    let letters: Vec<char> = text.chars().skip(1).collect();
    match letters[..] {
        // At the beginning these two would turn the class round.
        [only @ ('!' | '^')] if !is_not => return Ok(only.to_string()),
        ['!' | '^', ..] if !is_not => return Err(NoGlob::Special),
        _ => {}
    }
    text.push(']');
    Ok(text)
}

/// Returns all ways to match the one and then the other.
fn both(before: &[Branch], behind: &[Branch]) -> Result<Vec<Branch>, NoGlob> {
    let mut found = Vec::with_capacity(before.len() * behind.len());
    for a in before {
        for b in behind {
            let is_inside = (a.to_end && (b.from_start || !b.parts.is_empty()))
                || (b.from_start && !a.parts.is_empty());
            if is_inside {
                return Err(NoGlob::Anchor);
            }
            found.push(Branch {
                parts: a.parts.iter().chain(&b.parts).cloned().collect(),
                from_start: a.from_start || b.from_start,
                to_end: a.to_end || b.to_end,
            });
        }
    }
    bounded(found)
}

fn bounded(branches: Vec<Branch>) -> Result<Vec<Branch>, NoGlob> {
    match branches.len() > MAX_PATTERNS {
        true => Err(NoGlob::TooMany),
        false => Ok(branches),
    }
}

fn joined(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::One(glob) => text.push_str(glob),
            Part::Slash => text.push('/'),
            Part::Any if text.ends_with('*') => {}
            Part::Any => text.push('*'),
            Part::Across | Part::AcrossMore if text.ends_with('*') => text.push_str("/**/*"),
            Part::Across | Part::AcrossMore => text.push_str("*/**/*"),
        }
    }
    text
}

/// `(^|/)(…)(/|$)`, matched with the path and a slash before it. What is below something left out is never come to.
fn in_path(branch: &Branch, found: &mut Vec<String>) {
    let parts = branch.parts.as_slice();
    if is_below_another(parts) || parts.last() == Some(&Part::Slash) {
        return;
    }
    if parts.first() == Some(&Part::Slash) {
        found.push(joined(parts));
        return;
    }
    // The slash before the path may be part of what '.*' stands for.
    let skipped = parts.iter().take_while(|part| **part == Part::Any).count();
    match parts.get(skipped) {
        Some(Part::Slash) => found.push(joined(&parts[skipped..])),
        Some(Part::Across | Part::AcrossMore) => {
            found.push(format!("/**/{}", joined(&with_any(&parts[skipped + 1..]))));
        }
        _ => {}
    }
    if !branch.from_start {
        found.push(format!("**/{}", joined(parts)));
    }
}

/// `…\z`, matched with the path.
fn at_end(branch: &Branch, found: &mut Vec<String>) {
    let parts = branch.parts.as_slice();
    if is_below_another(parts) || parts.last() == Some(&Part::Slash) {
        return;
    }
    if branch.from_start {
        if parts.first() != Some(&Part::Slash) {
            found.push(format!("/{}", joined(parts)));
        }
        return;
    }
    let ended = joined(&with_any(parts));
    match ended.contains('/') {
        true => found.push(format!("**/{ended}")),
        false => found.push(ended),
    }
}

fn with_any(parts: &[Part]) -> Vec<Part> {
    let mut all = vec![Part::Any];
    all.extend_from_slice(parts);
    all
}

/// Returns whether all that matches lies below what another way to match leaves out: `a.*` has `a*` besides `a*/…`.
fn is_below_another(parts: &[Part]) -> bool {
    match parts {
        [.., Part::Slash, Part::AcrossMore] => true,
        [.., last] => *last == Part::Across,
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_become_patterns() {
        for (expression, reach, expected) in [
            (r"\.git", Reach::Name, &[".git"][..]),
            (
                r"^(README|LICENSE)\.md$",
                Reach::Name,
                &["README.md", "LICENSE.md"],
            ),
            (r".+~", Reach::Name, &["?*~"]),
            (r"a.c", Reach::Name, &["a?c"]),
            (r"colou?r", Reach::Name, &["colour", "color"]),
            (r"[^a-c\]]\d", Reach::Name, &["[!]a-c][0-9]"]),
            (r"[.]x[*]", Reach::Name, &["[.]x[*]"]),
            (r"a\*\?\[\{b", Reach::Name, &["a[*][?][[][{]b"]),
            (r"[!]", Reach::Name, &["!"]),
            (r"^/README.*", Reach::Path, &["/README*"]),
            (r"/doc/x", Reach::Path, &["/doc/x"]),
            (r"doc/x", Reach::Path, &["**/doc/x"]),
            (r"^doc/x", Reach::Path, &[]),
            (r"^/a/.+", Reach::Path, &["/a/?*"]),
            (r"^/a/.*\.o", Reach::Path, &["/a/*.o", "/a/*/**/*.o"]),
            (
                r".*/x",
                Reach::Path,
                &["/x", "**/*/x", "/**/*/x", "**/*/**/*/x"],
            ),
            (r"\.bak", Reach::End, &["*.bak"]),
            (r".*\.bak", Reach::End, &["*.bak", "**/*/**/*.bak"]),
            (r"^Makefile", Reach::End, &["/Makefile"]),
            (r"doc/x", Reach::End, &["**/*doc/x"]),
        ] {
            let found = globs(expression, reach).unwrap();
            assert_eq!(found, expected, "{expression}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (expression, error) in [
            ("a+", NoGlob::Repeated),
            ("(ab)*", NoGlob::Repeated),
            (".{3}", NoGlob::Repeated),
            ("a^b", NoGlob::Anchor),
            ("(a$)b", NoGlob::Anchor),
            ("(?i)a", NoGlob::Special),
            (r"\bx", NoGlob::Special),
            ("[[:alpha:]]", NoGlob::Special),
            ("[!^]", NoGlob::Special),
            ("*a", NoGlob::Malformed),
            ("a)", NoGlob::Malformed),
            ("(a", NoGlob::Malformed),
            ("[a", NoGlob::Malformed),
            (r"a\", NoGlob::Malformed),
            ("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)", NoGlob::TooMany),
            ("((((((((((((((((((a))))))))))))))))))", NoGlob::TooMany),
        ] {
            assert_eq!(globs(expression, Reach::Name), Err(error), "{expression}");
        }
    }
}
