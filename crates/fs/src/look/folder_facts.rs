//! What belongs to a folder besides the names in it.

use std::path::Path;

use crate::snapshot::Attribute;
use crate::{FsError, FsErrorKind, look, sys};

/// Permission bits, type bits left out.
const ALL_BITS: u32 = 0o7777;

/// Labels that the policy of each system gives anew; they are nobody's wish.
const LABELS: [&[u8]; 3] = [b"security.selinux", b"security.SMACK", b"security.ima"];

/// What belongs to a folder besides the names in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFacts {
    /// Permission bits.
    pub mode: u32,
    /// The owner's number.
    pub user_id: u32,
    /// The group's number.
    pub group_id: u32,
    /// When names in it last changed, nanoseconds since 1970; unknown where it is of no matter.
    pub modified_ns: Option<i64>,
    /// Extended attributes and access lists by name, labels left out; unknown where the system or the folder does not tell.
    pub attributes: Option<Vec<Attribute>>,
}

impl FolderFacts {
    /// Returns the facts without the labels among the attributes.
    pub fn without_labels(mut self) -> Self {
        if let Some(attributes) = &mut self.attributes {
            let is_label = |name: &[u8]| LABELS.iter().any(|label| name.starts_with(label));
            attributes.retain(|(name, _)| !is_label(name));
        }
        self
    }
}

/// Returns what belongs to the folder at `path`; no link is passed, nor followed in the last name.
///
/// Of a folder that may not be opened the attributes are unknown.
pub fn folder_facts(path: &Path) -> Result<FolderFacts, FsError> {
    let entry = look::entry(path)?;
    let wrap = |error| FsError::new("look at the attributes of", path, error);
    let attributes = match sys::tree::open_folder(path).map_err(wrap) {
        Ok(folder) => sys::keep::attributes_of(&folder).map_err(wrap)?,
        Err(error) if error.kind == FsErrorKind::PermissionDenied => None,
        Err(error) => return Err(error),
    };
    let facts = FolderFacts {
        mode: entry.mode & ALL_BITS,
        user_id: entry.user_id,
        group_id: entry.group_id,
        modified_ns: Some(entry.modified_ns),
        attributes,
    };
    Ok(facts.without_labels())
}
