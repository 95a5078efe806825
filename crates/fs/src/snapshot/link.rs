//! Further names for files of the store.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::one::{Known, Subject, linked};
use super::record::{Entry, EntryKind, KEPT_LINK, LESSENED, LINKED};
use super::take::{LinkPolicy, Share};
use super::visit::{Earlier, Visit, Worker, guarded, note_losses};
use crate::look::Kind;
use crate::stage::{Amount, StageError};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, sys};

/// Returns whether a file of the store is still the one that was recorded, as far as can be told without reading it.
fn is_there(dir: &Dir, entry: &Entry) -> bool {
    if entry.kind != EntryKind::File {
        return true;
    }
    let status = crate::borrowed_name(&entry.name).map(|name| sys::tree::status_at(dir, name));
    let Some(Ok(status)) = status else {
        return false;
    };
    let facts = &entry.facts;
    let has_time = status.modified_ns == facts.modified_ns || entry.has(LESSENED);
    status.kind == Kind::File
        && status.inode == facts.store_inode
        && status.size_bytes == facts.size_bytes
        && has_time
}

impl Visit<'_, '_, '_> {
    /// Takes a file of a basis; `None` if that cannot be, or the file stands for another one.
    pub(super) fn link(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut Earlier,
        known: &Known<'_>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let basis = &taking.bases[earlier.number];
        let place = (earlier.folder.id, known.place);
        if !basis.claim(place, known.entry, subject.file()) {
            return Ok(None);
        }
        let dir = match &earlier.dir {
            Some(dir) => Arc::clone(dir),
            None => {
                let opened = worker.bases[earlier.number].open(self.id);
                let Ok(dir) = opened else {
                    // Somebody was at work in the store.
                    worker.totals.not_linked += 1;
                    return Ok(None);
                };
                Arc::clone(earlier.dir.insert(dir))
            }
        };
        self.share(worker, subject, (&dir, known.entry), None)
    }

    /// Lets the copy share a file of a basis, its inode or its blocks alone, and returns its record; `None` if that cannot be.
    ///
    /// `is_racy` as for [`linked`].
    pub(super) fn share(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        (dir, entry): (&Dir, &Entry),
        is_racy: Option<bool>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let is_of_source = entry.facts.store_inode == subject.status.inode
            && subject.status.device == taking.store.0;
        if is_of_source && !taking.request.adopts {
            // It was imported from what is taken now: what is taken shares no file with its source.
            return Ok(None);
        }
        // Where the content was read anyway, one more look costs little, and what is damaged goes into no further snapshot.
        let was_read = is_racy.is_some() || taking.request.compares_all;
        if was_read && !is_there(dir, entry) {
            return Ok(None);
        }
        let tries_blocks = match taking.request.share {
            Share::Hardlink => false,
            Share::Reflink => true,
            Share::Auto => !taking.store_clones_nothing.load(Ordering::Relaxed),
        };
        if tries_blocks && entry.kind == EntryKind::File {
            let shared = self.share_blocks(worker, subject, (dir, entry), is_racy)?;
            if shared.is_some() {
                return Ok(shared);
            }
            if taking.request.share == Share::Reflink {
                worker.totals.not_linked += 1;
                return Ok(None);
            }
        }
        if !self.has_room(subject, (dir, entry)) {
            count_not_linked(worker, subject);
            return Ok(None);
        }
        if !self.link_to(worker, subject, (dir, entry))? {
            return Ok(None);
        }
        worker.totals.linked += 1;
        let mut record = linked(entry.clone(), subject, is_racy);
        let is_link = record.kind == EntryKind::SymbolicLink;
        if is_link && taking.links(self.id, subject.name) == LinkPolicy::Follow {
            record.flags |= KEPT_LINK;
        }
        Ok(Some(record))
    }

    /// Returns whether a file of the store can have all further names that one of the source has, as far as that is known: with
    /// some here and the others on a copy, one file would become two.
    fn has_room(&self, subject: &Subject<'_>, (dir, entry): (&Dir, &Entry)) -> bool {
        let Some(most) = self
            .taking
            .most_names
            .filter(|_| subject.status.link_count > 1)
        else {
            return true;
        };
        let name = crate::borrowed_name(&entry.name);
        let stored = name.map(|name| sys::tree::status_at(dir, name));
        let Some(Ok(stored)) = stored else {
            // Linking says why.
            return true;
        };
        let names = Names {
            of_source: subject.status.link_count,
            of_stored: stored.link_count,
            most,
        };
        let is_unchanged = entry.facts.changed_ns == subject.status.changed_ns;
        names.fit(is_unchanged)
    }

    /// Makes a new file of the blocks of one of the store.
    fn share_blocks(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        (dir, entry): (&Dir, &Entry),
        is_racy: Option<bool>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let names = crate::borrowed_name(&entry.name).zip(crate::borrowed_name(subject.name));
        let Some((name, own)) = names else {
            return Ok(None);
        };
        let Ok(original) = sys::tree::open_to_read(dir, name) else {
            return Ok(None);
        };
        let mode = subject.status.mode & 0o777;
        let kept = guarded(&subject.status, taking.request.guard);
        let make = || {
            let file = sys::tree::create_file(subject.to, own, mode)?;
            if !sys::tree::clone_into(&original, &file)? {
                sys::link::unlink(subject.to, own)?;
                return Ok(None);
            }
            let has = sys::keep::has_when_new(mode, taking.umask);
            let lost = sys::keep::give(&original, &kept, &file, has)?;
            if taking.sync_each {
                sys::pages::write_out(&file)?;
            }
            Ok(Some((lost, sys::tree::status(&file)?)))
        };
        let path = || taking.to.path(taking.tree, self.id, subject.name);
        let made = taking.hand.effect("take by blocks", path, make);
        let made = made.map_err(|error| taking.failed("copy", (self.id, subject.name), error))?;
        let Some((lost, made)) = made else {
            taking.store_clones_nothing.store(true, Ordering::Relaxed);
            return Ok(None);
        };
        taking.monitor.advance(Amount { bytes: 0, files: 1 });
        worker.totals.cloned += 1;
        let mut record = linked(entry.clone(), subject, is_racy);
        record.flags &= !LINKED;
        if note_losses(worker, &lost) {
            record.flags |= LESSENED;
        }
        record.facts.store_inode = made.inode;
        Ok(Some(record))
    }

    /// Gives a file of the store one more name.
    pub(super) fn link_to(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        (dir, entry): (&Dir, &Entry),
    ) -> Result<bool, StageError> {
        let taking = self.taking;
        let names = crate::borrowed_name(&entry.name).zip(crate::borrowed_name(subject.name));
        let Some((name, own)) = names else {
            return Ok(false);
        };
        let path = || taking.to.path(taking.tree, self.id, subject.name);
        let link = || sys::link::create_hard_link(dir, name, subject.to, own);
        match taking.hand.effect("take by link", path, link) {
            Ok(()) => {
                taking.monitor.advance(Amount { bytes: 0, files: 1 });
                Ok(true)
            }
            Err(error) => match sys::errno::kind(&error) {
                // It has as many names as it can, the volume knows none, or somebody was at work in the store.
                FsErrorKind::TooManyLinks
                | FsErrorKind::NotPermitted
                | FsErrorKind::Guarded
                | FsErrorKind::Unsupported
                | FsErrorKind::PermissionDenied
                | FsErrorKind::CrossVolume
                | FsErrorKind::NotFound => {
                    count_not_linked(worker, subject);
                    Ok(false)
                }
                _ => Err(taking.failed("link the copy of", (self.id, subject.name), error)),
            },
        }
    }
}

/// Counts a file that cannot be linked: once, however many of its names that is tried for.
fn count_not_linked(worker: &mut Worker<'_>, subject: &Subject<'_>) {
    let file = subject.file();
    if worker.not_linked.replace(file) != Some(file) {
        worker.totals.not_linked += 1;
    }
}

/// How many names a file has.
struct Names {
    of_source: u64,
    of_stored: u64,
    most: u64,
}

impl Names {
    /// Returns whether the file of the store has room for those that the one of the source has in the sources.
    fn fit(&self, is_unchanged: bool) -> bool {
        let wanted = match is_unchanged {
            // No name came or went since: of those that it has in the sources the store has at least as many.
            true => self.of_source.min(self.of_stored),
            false => self.of_source,
        };
        self.of_stored.saturating_add(wanted) <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lie_elsewhere_take_no_room() {
        let fit = |of_source, of_stored, is_unchanged| {
            let names = Names {
                of_source,
                of_stored,
                most: 100,
            };
            names.fit(is_unchanged)
        };
        assert!(fit(50, 50, true));
        assert!(!fit(51, 50, false));
        assert!(!fit(99, 99, true));
        assert!(fit(99, 1, true));
        assert!(!fit(99, 2, false));
    }
}
