//! Giving a folder what belongs to it besides the names in it.

use std::path::Path;

use crate::look::{self, FolderFacts, Identity};
use crate::snapshot::Attribute;
use crate::stage::{Loss, Status};
use crate::sys::dir::Dir;
use crate::{FsError, FsErrorKind, Hand, sys};

const OPERATION: &str = "give what belongs to it to the folder";

/// Owner may list it and change names in it.
const OPEN: u32 = 0o700;

/// Gives the folder at `path` mode, owner, group, attributes and, last, its time; returns what the system did not take.
///
/// Not atomic, but done again it comes to the same. A folder that its owner may not open is opened up first.
/// Fails with `Changed` and changes nothing if another thing than `identity` stands there. Stands on fchown(2), fchmod(2),
/// fsetxattr(2), fremovexattr(2), futimens(3).
pub fn give_folder_facts(
    hand: &mut Hand<'_>,
    path: &Path,
    identity: Option<Identity>,
    wanted: &FolderFacts,
) -> Result<Vec<Loss>, FsError> {
    let wrap = |error| FsError::new(OPERATION, path, error);
    let found = look::entry(path)?;
    if found.kind != look::Kind::Directory
        || identity.is_some_and(|identity| !identity.is_same(&found.identity))
    {
        return Err(FsError::changed(OPERATION, path));
    }
    let folder = match sys::tree::open_folder(path).map_err(wrap) {
        Err(error) if error.kind == FsErrorKind::PermissionDenied => {
            let (dir, name) = super::open_parent(path).map_err(wrap)?;
            hand.effect("open folder up", path, || {
                sys::dir::set_mode(&dir, name, wanted.mode | OPEN)
            })
            .map_err(wrap)?;
            sys::tree::open_folder(path).map_err(wrap)?
        }
        opened => opened?,
    };
    let status = sys::tree::folder_status(&folder).map_err(wrap)?;
    if status.inode != found.identity.inode {
        return Err(FsError::changed(OPERATION, path));
    }
    let mut lost = Vec::new();
    if let Some(attributes) = &wanted.attributes {
        lost.extend(give_attributes(hand, path, (&folder, &status), attributes)?);
    }
    let wanted = Status {
        mode: wanted.mode,
        user_id: wanted.user_id,
        group_id: wanted.group_id,
        modified_ns: wanted.modified_ns.unwrap_or(status.modified_ns),
        ..status
    };
    let given = hand.effect("give facts", path, || {
        let given = sys::keep::give_to_folder(&wanted, &folder)?;
        sys::dir::sync_opened(&folder)?;
        Ok(given)
    });
    lost.extend(given.map_err(wrap)?);
    lost.retain(|loss| *loss != Loss::Label);
    Ok(lost)
}

/// Gives attributes, and takes away those that are not wanted.
fn give_attributes(
    hand: &mut Hand<'_>,
    path: &Path,
    (folder, status): (&Dir, &Status),
    wanted: &[Attribute],
) -> Result<Vec<Loss>, FsError> {
    let wrap = |error| FsError::new(OPERATION, path, error);
    let now = sys::keep::attributes_of(folder).map_err(wrap)?;
    let facts = FolderFacts {
        mode: status.mode,
        user_id: status.user_id,
        group_id: status.group_id,
        modified_ns: None,
        attributes: now,
    };
    let now = facts.without_labels().attributes.unwrap_or_default();
    let added: Vec<Attribute> = wanted
        .iter()
        .filter(|attribute| !now.contains(attribute))
        .cloned()
        .collect();
    let removed: Vec<&[u8]> = now
        .iter()
        .filter(|attribute| !wanted.contains(attribute))
        .map(|(name, _)| &**name)
        .collect();
    if added.is_empty() && removed.is_empty() {
        return Ok(Vec::new());
    }
    let give = || {
        if status.mode & OPEN != OPEN {
            // Attributes of what its owner may not write are not set (xattr(7)). If this fails they are lost, and noted.
            let opened = Status {
                mode: status.mode | OPEN,
                ..*status
            };
            sys::keep::give_to_folder(&opened, folder)?;
        }
        let mut lost = sys::keep::remove_attributes(folder, &removed)?;
        lost.extend(sys::keep::give_attributes(folder, &added)?);
        Ok(lost)
    };
    hand.effect("give attributes", path, give).map_err(wrap)
}
