//! What is in a snapshot and no more in its source, with all that was in it.

use std::path::PathBuf;

use super::against::{Comparing, below};
use super::change::Change;
use super::manifest::FolderLink;
use super::record::{Entry, EntryKind, FROM_LINK, Folder, FolderId};
use crate::FsError;
use crate::stage::StageError;

impl Comparing<'_> {
    /// Notes that something is gone, with all that was in it.
    pub(super) fn lost(
        &self,
        (parent, entry): (FolderId, &Entry),
        path: PathBuf,
    ) -> Result<(), FsError> {
        self.note(path.clone(), Change::Removed);
        if entry.kind != EntryKind::Folder || entry.has(FROM_LINK) {
            return Ok(());
        }
        let link = FolderLink {
            id: entry.folder,
            parent,
            name: &entry.name,
        };
        let record = self.request.manifest.folder_at(&link)?;
        self.lost_below(record, path)
    }

    pub(super) fn all_lost(&self, record: Option<Folder>, path: PathBuf) -> Result<(), StageError> {
        if record.is_some() {
            self.note(path.clone(), Change::Removed);
        }
        Ok(self.lost_below(record, path)?)
    }

    pub(super) fn lost_below(&self, record: Option<Folder>, path: PathBuf) -> Result<(), FsError> {
        // A stack, not the program's own: folders may be thousands of levels deep.
        let mut waiting = vec![(record, path)];
        while let Some((record, path)) = waiting.pop() {
            let Some(record) = record else {
                continue;
            };
            for entry in record
                .entries
                .iter()
                .filter(|entry| entry.stored_kind().is_some())
            {
                let path = below(&path, &entry.name);
                self.note(path.clone(), Change::Removed);
                if entry.kind == EntryKind::Folder && !entry.has(FROM_LINK) {
                    let record = self.request.manifest.folder_at(&record.link(entry))?;
                    waiting.push((record, path));
                }
            }
        }
        Ok(())
    }
}
