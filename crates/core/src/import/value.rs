//! A value of YAML or JSON, with its line, and how large it may become.

use super::ImportError;

/// The deepest that values may lie in values.
pub(super) const MAX_DEPTH: usize = 50;

/// What is said of a file that goes deeper.
pub(super) const TOO_DEEP: &str = "values lie too deep in values";

/// The largest that all values of a file may become together, aliases written out, in bytes.
///
/// A few lines of YAML can stand for more than any memory holds, where aliases stand for lists of aliases.
pub(super) const MAX_SIZE_BYTES: usize = 16 * 1024 * 1024;

/// What each value is counted with besides its text.
pub(super) const NODE_BYTES: usize = 64;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The line it begins on, where that is known, counted from 1.
    pub line: Option<usize>,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A text, or a number as it is written.
    Text(String),
    /// Values.
    List(Vec<Value>),
    /// Values by name, each name once, in the order of the file.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Returns the text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the pairs, if it is a map.
    pub fn map(&self) -> Option<&[(String, Value)]> {
        match &self.content {
            Content::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Returns how deep values lie in it; 1 if none does.
    pub(super) fn depth(&self) -> usize {
        let inner = match &self.content {
            Content::List(values) => values.iter().map(Self::depth).max(),
            Content::Map(pairs) => pairs.iter().map(|(_, value)| value.depth()).max(),
            _ => None,
        };
        1 + inner.unwrap_or(0)
    }

    /// Returns what counts against [`MAX_SIZE_BYTES`].
    pub(super) fn size_bytes(&self) -> usize {
        let inner = match &self.content {
            Content::Null | Content::Flag(_) => 0,
            Content::Text(text) => text.len(),
            Content::List(values) => values.iter().map(Self::size_bytes).sum(),
            Content::Map(pairs) => pairs
                .iter()
                .map(|(name, value)| name.len() + value.size_bytes())
                .sum(),
        };
        NODE_BYTES + inner
    }
}

/// The pairs of a map while it is read. Of two with one name the last counts, as for Python.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pairs: Vec<(String, Value)>,
    places: std::collections::BTreeMap<String, usize>,
}

impl Pairs {
    pub(super) fn set(&mut self, name: String, value: Value) {
        match self.places.get(&name) {
            Some(place) => self.pairs[*place].1 = value,
            None => {
                self.places.insert(name.clone(), self.pairs.len());
                self.pairs.push((name, value));
            }
        }
    }

    pub(super) fn done(self) -> Content {
        Content::Map(self.pairs)
    }
}

/// How much room is left for values.
#[derive(Debug)]
pub(super) struct Room {
    left_bytes: usize,
}

impl Room {
    pub(super) fn new() -> Self {
        Self {
            left_bytes: MAX_SIZE_BYTES,
        }
    }

    pub(super) fn take(&mut self, bytes: usize, line: Option<usize>) -> Result<(), ImportError> {
        self.left_bytes = self
            .left_bytes
            .checked_sub(bytes)
            .ok_or_else(|| ImportError::at(line, "written out it would be larger than 16 MiB"))?;
        Ok(())
    }
}
