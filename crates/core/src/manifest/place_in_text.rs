//! Where in a text something is, as an editor counts, with the line and a mark under it.

use std::fmt;
use std::ops::Range;

/// The longest line that is shown whole, in characters.
const LONGEST_SHOWN: usize = 120;

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceInText {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The line itself.
    text: String,
    /// How many characters are meant.
    width: usize,
}

impl PlaceInText {
    /// Returns the place of the bytes `span` of `text`.
    pub fn of(text: &str, span: Range<usize>) -> Self {
        let start = floor(text, span.start);
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let stop = floor(text, span.end).clamp(start, end);
        let line = text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self {
            line,
            column: text[begin..start].chars().count() + 1,
            text: text[begin..end].trim_end().to_owned(),
            width: text[start..stop].chars().count().max(1),
        }
    }
}

/// The largest boundary of a character that is not behind `at`.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

impl fmt::Display for PlaceInText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)?;
        if self.text.chars().count() > LONGEST_SHOWN {
            return Ok(());
        }
        let shown: String = self
            .text
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect();
        let mark = "^".repeat(self.width);
        let indent = " ".repeat(self.column - 1);
        write!(formatter, "\n    {shown}\n    {indent}{mark}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_what_is_meant() {
        let text = "a = 1\nbé = \"x\"\n";
        let start = text.find('"').unwrap();
        let place = PlaceInText::of(text, start..start + 3);
        assert_eq!(
            place.to_string(),
            "line 2, column 6\n    bé = \"x\"\n         ^^^"
        );
        assert_eq!(
            PlaceInText::of("", 5..9).to_string(),
            "line 1, column 1\n    \n    ^"
        );
        let inside = PlaceInText::of(text, start - 4..start - 3);
        assert_eq!(inside.line, 2);
    }
}
