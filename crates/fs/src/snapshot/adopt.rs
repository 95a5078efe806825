//! Files of another tool's store taken into a snapshot as they are: by a further name, not by a copy.

use std::sync::PoisonError;

use super::content::digest_of;
use super::groups::Leader;
use super::one::{Subject, first_of, leave_out, published, shared};
use super::record::{ATTRIBUTES, Entry, EntryKind, LINKED, LeftOut};
use super::same::is_still;
use super::take::is_unreadable;
use super::visit::{Earlier, Visit, Worker, facts_of, is_gone};
use crate::look::Kind;
use crate::stage::{StageError, Status};
use crate::sys;

impl Visit<'_, '_, '_> {
    /// Gives what is taken a further name in the snapshot; where that cannot be, it is copied. `None` if it went away.
    ///
    /// The file itself is not changed, but for how many names it has. It is read unless the snapshot before has it, too.
    pub(super) fn adopt(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
    ) -> Result<Option<Entry>, StageError> {
        if subject.status.link_count <= 1 {
            return self.adopt_one(worker, subject, earlier, None);
        }
        let slot = self.taking.groups.slot(&subject.status);
        // Held until the file is taken, so that it is read once.
        let mut leader = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leader) = leader.as_ref()
            && leader.entry.facts.store_inode != subject.status.inode
            && let Some(entry) = self.name_of_copy(worker, subject, leader)?
        {
            return Ok(Some(entry));
        }
        let known = leader.as_ref().map(|leader| leader.entry.clone());
        let taken = self.adopt_one(worker, subject, earlier, known)?;
        if let Some(entry) = &taken
            && !matches!(entry.kind, EntryKind::LeftOut(_))
        {
            *leader = Some(Leader {
                folder: self.id,
                name: crate::name_bytes(subject.from.1).into(),
                entry: entry.clone(),
            });
        }
        Ok(taken)
    }

    /// Gives the copy that stands for a file with several names one more of them.
    fn name_of_copy(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        leader: &Leader,
    ) -> Result<Option<Entry>, StageError> {
        let Ok(dir) = worker.to.open(leader.folder) else {
            return Ok(None);
        };
        let mut entry = leader.entry.clone();
        entry.name = leader.name.clone();
        if !self.link_to(worker, subject, (&dir, &entry))? {
            return Ok(None);
        }
        worker.totals.names += 1;
        entry.name = subject.name.into();
        Ok(Some(entry))
    }

    fn adopt_one(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
        known: Option<Entry>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let is_further = known.is_some();
        let before = match known {
            Some(_) => None,
            None => self.in_snapshot_before(subject, earlier)?,
        };
        let is_earlier = before.is_some();
        let mut entry = match known.or(before) {
            Some(known) => known,
            None => match self.read_as_it_is(worker, subject)? {
                Some(entry) => entry,
                None => return Ok(None),
            },
        };
        if matches!(entry.kind, EntryKind::LeftOut(_)) {
            return Ok(Some(entry));
        }
        let itself = Entry {
            name: crate::name_bytes(subject.from.1).into(),
            ..entry.clone()
        };
        if !self.link_to(worker, subject, (subject.from.0, &itself))? {
            // It has as many names as it can, or its owner alone may give it more.
            return self.take_one(worker, subject, earlier);
        }
        let here = (self.id, subject.name);
        let made = sys::tree::status_at(subject.to, subject.from.1);
        let made = made.map_err(|error| taking.failed("look at", here, error))?;
        if made.inode != subject.status.inode || made.modified_ns != subject.status.modified_ns {
            let path = taking.path_in_source(self.id, subject.name);
            return Err(StageError::KeepsChanging { path });
        }
        entry.name = subject.name.into();
        entry.facts = facts_of(&subject.status, made.inode);
        entry.flags |= shared(&subject.status);
        let totals = &mut worker.totals;
        if is_further {
            totals.names += 1;
        } else if is_earlier {
            entry.flags |= LINKED;
            totals.linked += 1;
        } else if entry.kind == EntryKind::File {
            totals.cloned += 1;
        }
        Ok(Some(entry))
    }

    /// Returns what the snapshot before says of this very file, under this name or another one.
    fn in_snapshot_before(
        &self,
        subject: &Subject<'_>,
        earlier: &[Earlier],
    ) -> Result<Option<Entry>, StageError> {
        let Some(number) = published(self.taking) else {
            return Ok(None);
        };
        let fits = |entry: &Entry| is_itself(entry, &subject.status);
        let own = earlier.iter().find(|earlier| earlier.number == number);
        let own = own.and_then(|earlier| earlier.folder.find(subject.name));
        if let Some((_, entry)) = own.filter(|(_, entry)| fits(entry)) {
            return Ok(Some(entry.clone()));
        }
        if subject.status.kind != Kind::File {
            return Ok(None);
        }
        let places = self.taking.bases[number].moved()?;
        let places = places.by_inode(subject.status.inode);
        let found = first_of(self.taking, number, places, fits)?;
        Ok(found.map(|(_, _, entry)| entry))
    }

    /// Reads a file, a link or a pipe, and returns what is recorded of it; `None` if it went away.
    fn read_as_it_is(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let here = (self.id, subject.name);
        let wrap = |error| taking.failed("read", here, error);
        let (from, name) = subject.from;
        let mut entry = match subject.status.kind {
            Kind::SymbolicLink => {
                let mut entry = Entry::new(subject.name, EntryKind::SymbolicLink);
                let text = sys::link::read_link_at(from, name).map_err(wrap)?;
                entry.text = crate::name_bytes(&text).into();
                return Ok(Some(entry));
            }
            Kind::File => Entry::new(subject.name, EntryKind::File),
            _ => return Ok(Some(Entry::new(subject.name, EntryKind::Pipe))),
        };
        let mut file = match sys::tree::open_to_read(from, name) {
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) if is_unreadable(&error) => {
                return Ok(Some(leave_out(worker, subject, LeftOut::Unreadable)));
            }
            other => other.map_err(wrap)?,
        };
        let before = sys::tree::status(&file).map_err(wrap)?;
        let read = digest_of(&mut file, &before, &mut self.reading(&mut worker.room));
        entry.digest = read.map_err(wrap)?.digest;
        let attributes = sys::keep::attributes_of(&file).map_err(wrap)?;
        entry.attributes = attributes.unwrap_or_default();
        if !entry.attributes.is_empty() {
            entry.flags |= ATTRIBUTES;
        }
        let after = sys::tree::status(&file).map_err(wrap)?;
        if !is_still(&before, &after) || before.inode != subject.status.inode {
            // The tool that made it is at work there.
            let path = taking.path_in_source(self.id, subject.name);
            return Err(StageError::KeepsChanging { path });
        }
        Ok(Some(entry))
    }
}

/// Returns whether an entry of an earlier snapshot is this very file.
fn is_itself(entry: &Entry, now: &Status) -> bool {
    entry.stored_kind() == Some(now.kind)
        && entry.facts.store_inode == now.inode
        && entry.facts.size_bytes == now.size_bytes
        && entry.facts.modified_ns == now.modified_ns
}
