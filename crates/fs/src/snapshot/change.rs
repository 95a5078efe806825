//! How something differs between two snapshots, or a snapshot and its source.

/// How something differs from what it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is something of another kind.
    Kind,
    /// Its content, or the text of a link, is another one.
    Content,
    /// Only owner, mode, attributes or time are others.
    Facts,
}

impl Change {
    /// Returns the sign for it in a list.
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Kind => 'T',
            Self::Content => 'M',
            Self::Facts => 'a',
        }
    }

    /// Returns its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Kind => "kind",
            Self::Content => "content",
            Self::Facts => "attributes",
        }
    }
}
