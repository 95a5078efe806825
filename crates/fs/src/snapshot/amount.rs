//! How much a part of a snapshot holds.

use std::collections::HashSet;

use super::groups::file_key;
use super::manifest::{FolderLink, Manifest};
use super::record::{Entry, EntryKind, FROM_LINK, Folder};
use super::restore::LinksAs;
use crate::stage::Amount;

/// Returns how much there is to give back of an entry of `folder` and all below it, each file counted once; of what is
/// damaged nothing.
///
/// It is for those who wait: of damage tells whoever gives back what is damaged.
pub(super) fn amount_of(
    manifest: &Manifest,
    (folder, entry): (&Folder, &Entry),
    links_as: LinksAs,
) -> Amount {
    let mut total = Amount::default();
    let mut counted = HashSet::new();
    // Links to folders, not folders: one may have very many in it.
    let mut waiting = Vec::new();
    let mut add = |folder: &Folder, entry: &Entry| {
        let is_link = entry.has(FROM_LINK) && links_as == LinksAs::Links;
        match entry.kind {
            EntryKind::LeftOut(_) => {}
            EntryKind::Folder if !is_link => {
                return Some((entry.folder, folder.id, entry.name.clone()));
            }
            _ if file_key(folder, entry).is_some_and(|key| !counted.insert(key)) => {}
            kind => {
                total.files += 1;
                if kind == EntryKind::File && !is_link {
                    total.bytes = total.bytes.saturating_add(entry.facts.size_bytes);
                }
            }
        }
        None
    };
    waiting.extend(add(folder, entry));
    while let Some((id, parent, name)) = waiting.pop() {
        let name = &name;
        let Ok(Some(folder)) = manifest.folder_at(&FolderLink { id, parent, name }) else {
            continue;
        };
        waiting.extend(
            folder
                .entries
                .iter()
                .filter_map(|entry| add(&folder, entry)),
        );
    }
    total
}
