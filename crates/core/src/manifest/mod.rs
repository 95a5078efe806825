//! The manifest: links written down in a file, `links.toml`, for this machine and others.
//!
//! The form of the file is described in docs/formats/manifest.md. Everything here is pure: bytes in, values out, and
//! text back when an entry is added; nothing looks at the disk.

mod edit;
mod expand;
pub(crate) mod fields;
mod place_in_text;
mod read;
mod written;

use std::collections::BTreeMap;

pub use edit::{EditError, with_entries};
pub(crate) use expand::is_cloud_name;
pub use expand::{ExpandError, Machine, Paths, names_in};
pub use fields::ManifestError;
pub use place_in_text::PlaceInText;
pub use written::{written, written_from_here};

/// Name of a manifest where none is told.
pub const MANIFEST: &str = "links.toml";

/// What a manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Names for parts of paths, the same on all machines.
    pub variables: BTreeMap<String, String>,
    /// What the names stand for on one machine, by its host name.
    pub machines: BTreeMap<String, BTreeMap<String, String>>,
    /// What is to be there, in the order of the file.
    pub entries: Vec<Entry>,
}

/// One thing that is to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What.
    pub what: Wish,
    /// Where: on which systems and machines.
    pub when: When,
    /// The user's own words.
    pub note: Option<String>,
    /// The line it begins on, counted from 1.
    pub line: usize,
}

/// What an entry asks for. All paths are as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A link.
    Link {
        /// Where it stands.
        link: String,
        /// What it leads to.
        target: String,
        /// What sort of link.
        kind: WishKind,
        /// How its text is written.
        form: WishForm,
    },
    /// A file or folder that lives at one place and is used from another.
    Move {
        /// Where it is used: the link.
        source: String,
        /// Where it lives.
        dest: String,
    },
    /// A folder of which each file is linked into another.
    Tree {
        /// The folder with the files.
        source: String,
        /// Where the links stand.
        into: String,
        /// What sort of links.
        kind: TreeKind,
        /// Whether one link may stand for a whole folder.
        folding: Folding,
        /// Whether `dot-name` becomes `.name`.
        dot_names: DotNames,
        /// Patterns of names that are left out.
        ignore: Vec<String>,
    },
}

/// What sort of link an entry asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WishKind {
    /// The right one for target, volume and user.
    #[default]
    Fitting,
    /// A symbolic link.
    Symbolic,
    /// A hard link.
    Hard,
    /// A junction.
    Junction,
}

/// How the text of a link is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WishForm {
    /// As `lw link` would.
    #[default]
    Fitting,
    /// Relative.
    Relative,
    /// Absolute.
    Absolute,
}

/// What sort of links a tree is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TreeKind {
    /// Symbolic links.
    #[default]
    Symbolic,
    /// Hard links, one for each file, in folders of their own.
    Hard,
}

/// Whether one link may stand for a whole folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Folding {
    /// Where nothing else is in it.
    #[default]
    Fold,
    /// Never: folders are made, and each file is linked.
    Unfold,
}

/// What becomes of names that begin with `dot-`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DotNames {
    /// They stay.
    #[default]
    Keep,
    /// `dot-name` becomes `.name`.
    Translate,
}

/// On which systems and machines an entry holds; an empty list means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// Systems: `linux`, `macos`, `windows`.
    pub os: Vec<String>,
    /// Host names.
    pub host: Vec<String>,
}

impl When {
    /// Returns whether the entry holds on this machine; host names are compared without regard to case (RFC 1035, 2.3.3).
    pub fn holds_on(&self, machine: &Machine) -> bool {
        let is_any = |list: &[String], name: &str| {
            list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(name))
        };
        is_any(&self.os, &machine.os) && is_any(&self.host, &machine.host)
    }
}
