//! One entry of a folder taken: by a link to what an earlier snapshot has, or by a copy.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::sync::PoisonError;

use super::basis::{Trust, open_by_manifest};
use super::content::{Reading, digest_of};
use super::groups::Leader;
use super::record::{
    Attribute, Entry, EntryKind, FROM_LINK, KEPT_LINK, LINKED, LeftOut, RACY, SHARED,
};
use super::same::{is_as_recorded, is_still, may_be};
use super::take::{LinkPolicy, Taking, is_unreadable};
use super::visit::{Earlier, Visit, Worker, facts_of, is_gone};
use crate::look::Kind;
use crate::stage::{StageError, Status};
use crate::sys;
use crate::sys::dir::Dir;

/// How often a file is read that changes while it is read.
const MAX_READS: usize = 3;

/// What is taken.
pub(super) struct Subject<'a> {
    pub(super) name: &'a [u8],
    /// Where it is: an open folder, and its name there, which may be another one than in the copy: of a source, and of what stands
    /// in place of a link.
    pub(super) from: (&'a Dir, &'a OsStr),
    pub(super) to: &'a Dir,
    /// What it was when it was looked at.
    pub(super) status: Status,
    /// Whether it had been changed just before that, see [`Taking::is_racy`].
    pub(super) is_racy: bool,
    /// Whether the snapshot before has a file of this inode number under this name: then it was not moved here.
    pub(super) stood_here: bool,
}

impl Subject<'_> {
    /// Returns what makes it one file: volume and inode number.
    pub(super) fn file(&self) -> (u64, u64) {
        (self.status.device, self.status.inode)
    }
}

/// What a basis knows of something.
pub(super) struct Known<'a> {
    pub(super) entry: &'a Entry,
    /// Its place among the entries of its folder.
    pub(super) place: usize,
}

/// What reading a file came to.
pub(super) enum Read {
    /// It is taken.
    Taken(Entry),
    /// It went away.
    Gone,
    /// It changed meanwhile.
    Changed,
}

impl Visit<'_, '_, '_> {
    /// Takes one entry that is no folder; `None` if it went away.
    pub(super) fn take(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
    ) -> Result<Option<Entry>, StageError> {
        let left_out = match subject.status.kind {
            Kind::SymbolicLink if self.taking.links(self.id, subject.name) == LinkPolicy::Skip => {
                LeftOut::Link
            }
            _ if subject.status.is_in_cloud_only => LeftOut::InCloudOnly,
            Kind::File | Kind::SymbolicLink | Kind::Fifo => {
                let taken = match self.taking.request.adopts {
                    true => self.adopt(worker, subject, earlier)?,
                    false => self.take_shared(worker, subject, earlier)?,
                };
                if let Some(entry) = &taken {
                    count(worker, entry);
                }
                return Ok(taken);
            }
            Kind::Socket => LeftOut::Socket,
            // It became a folder since it was listed: the next snapshot has it.
            Kind::Directory => return Ok(None),
            Kind::Junction => LeftOut::CannotBeHeld,
            Kind::Device | Kind::Other => LeftOut::Device,
        };
        if matches!(left_out, LeftOut::Socket | LeftOut::Device) {
            self.taking.monitor.passed_over();
        }
        Ok(Some(leave_out(worker, subject, left_out)))
    }

    /// As [`Visit::take`]: of the names of one file the first one is taken, the others are linked to it.
    fn take_shared(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
    ) -> Result<Option<Entry>, StageError> {
        if subject.status.link_count <= 1 {
            return self.take_one(worker, subject, earlier);
        }
        let slot = self.taking.groups.slot(&subject.status);
        // Held until the file is taken, so that the others wait.
        let mut leader = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leader) = leader
            .as_ref()
            .filter(|leader| leader.is_of(&subject.status))
            && let Ok(dir) = worker.to.open(leader.folder)
        {
            let named = Entry {
                name: leader.name.clone(),
                ..leader.entry.clone()
            };
            if self.link_to(worker, subject, (&dir, &named))? {
                worker.totals.names += 1;
                let mut entry = leader.entry.clone();
                entry.name = subject.name.into();
                return Ok(Some(entry));
            }
        }
        let taken = self.take_one(worker, subject, earlier)?;
        if let Some(entry) = &taken
            && !matches!(entry.kind, EntryKind::LeftOut(_))
        {
            *leader = Some(Leader {
                folder: self.id,
                name: subject.name.into(),
                entry: entry.clone(),
            });
        }
        Ok(taken)
    }

    pub(super) fn take_one(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
    ) -> Result<Option<Entry>, StageError> {
        for one in earlier.iter_mut() {
            if let Some(entry) = self.unchanged(worker, subject, one)? {
                return Ok(Some(entry));
            }
        }
        match subject.status.kind {
            Kind::File => self.file(worker, subject, earlier),
            Kind::SymbolicLink => self.link_itself(worker, subject),
            _ => self.pipe(worker, subject),
        }
    }

    /// Links to what a basis has under this name, if that is what the source has: same inode, size, times, mode, owner.
    fn unchanged(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut Earlier,
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let Some((place, entry)) = earlier.folder.find(subject.name) else {
            return Ok(None);
        };
        if taking.request.compares_all || !is_as_recorded(entry, &subject.status) {
            return Ok(None);
        }
        let entry = entry.clone();
        if entry.kind == EntryKind::SymbolicLink && !self.is_wanted_link(subject, &entry) {
            return Ok(None);
        }
        let known = Known {
            entry: &entry,
            place,
        };
        if taking.bases[earlier.number].trust == Trust::Interrupted {
            // What it has linked is a file of the published one, and whom that stands for is decided there.
            let is_own = !entry.has(LINKED);
            if !is_own || !self.is_intact(worker, &entry, earlier.number)? {
                return Ok(None);
            }
        }
        self.link(worker, subject, earlier, &known)
    }

    /// Returns whether the copy of an interrupted run holds what its record says: it may not have reached the device.
    fn is_intact(
        &self,
        worker: &mut Worker<'_>,
        entry: &Entry,
        number: usize,
    ) -> Result<bool, StageError> {
        if entry.kind != EntryKind::File {
            return Ok(true);
        }
        let Ok(dir) = worker.bases[number].open(self.id) else {
            return Ok(false);
        };
        let name = crate::borrowed_name(&entry.name).unwrap_or_default();
        let read = sys::tree::open_to_read(&*dir, name).and_then(|mut file| {
            let status = sys::tree::status(&file)?;
            let reading = &mut self.reading(&mut worker.room);
            let content = digest_of(&mut file, &status, reading)?;
            Ok((status, content))
        });
        match read {
            Ok((status, content)) => Ok(content.digest == entry.digest
                && status.modified_ns == entry.facts.modified_ns
                && status.user_id == entry.facts.user_id),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(StageError::Cancelled),
            Err(_) => Ok(false),
        }
    }

    pub(super) fn reading<'r>(&'r self, room: &'r mut [u8]) -> Reading<'r> {
        Reading {
            room,
            monitor: self.taking.monitor,
        }
    }

    fn file(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
    ) -> Result<Option<Entry>, StageError> {
        for read in 1..=MAX_READS {
            match self.read_file(worker, subject, earlier, read == MAX_READS)? {
                Read::Taken(entry) => return Ok(Some(entry)),
                Read::Gone => return Ok(None),
                Read::Changed => {}
            }
        }
        Ok(None)
    }

    /// Reads a file and takes it; if it changes meanwhile, what was read counts only if `last`.
    fn read_file(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        earlier: &mut [Earlier],
        last: bool,
    ) -> Result<Read, StageError> {
        let taking = self.taking;
        let here = (self.id, subject.name);
        let wrap = |error| taking.failed("read", here, error);
        let opened = sys::tree::open_to_read(subject.from.0, subject.from.1).and_then(|file| {
            let status = sys::tree::status(&file)?;
            Ok((file, status, taking.is_racy(&status)))
        });
        let (mut file, status, is_racy) = match opened {
            Err(error) if is_gone(&error) => return Ok(Read::Gone),
            Err(error) if is_unreadable(&error) => {
                return Ok(Read::Taken(leave_out(worker, subject, LeftOut::Unreadable)));
            }
            other => other.map_err(wrap)?,
        };
        if status.kind != Kind::File {
            return Ok(Read::Gone);
        }
        // A store to a page that is dirty already leaves the times alone.
        sys::pages::clean(&file).map_err(wrap)?;
        let stood_here = earlier.iter().any(|earlier| {
            let known = earlier.folder.find(subject.name);
            known.is_some_and(|(_, entry)| {
                entry.kind == EntryKind::File && entry.facts.inode == status.inode
            })
        });
        let now = Subject {
            status,
            is_racy,
            stood_here,
            ..*subject
        };
        let attributes = sys::keep::attributes_of(&file).map_err(wrap)?;
        if let Some(entry) =
            self.same_again(worker, &now, &mut file, attributes.as_deref(), earlier)?
        {
            return Ok(Read::Taken(entry));
        }
        self.copy_file(worker, &now, file, attributes, last)
    }

    /// Links to a file that is this one: after a change that left its content alone, under another name, or elsewhere with
    /// all that belongs to it. Reads it only if the basis has one of this size and time.
    fn same_again(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        file: &mut File,
        attributes: Option<&[Attribute]>,
        earlier: &[Earlier],
    ) -> Result<Option<Entry>, StageError> {
        let taking = self.taking;
        let Some(attributes) = attributes else {
            return Ok(None);
        };
        let Some(number) = published(taking) else {
            return Ok(None);
        };
        let (basis, size_bytes) = (&taking.bases[number], subject.status.size_bytes);
        let fits = |entry: &Entry| may_be(entry, &subject.status, attributes);
        let own = earlier.iter().find(|earlier| earlier.number == number);
        let own = own.and_then(|earlier| {
            let (place, entry) = earlier.folder.find(subject.name)?;
            fits(entry).then(|| (earlier.folder.id, place, entry.clone()))
        });
        // What stood here was not moved, and empty files are made.
        let moved = match own.is_none() && !subject.stood_here && size_bytes > 0 {
            true => Some(basis.moved()?),
            false => None,
        };
        let found = match (own, moved) {
            (None, Some(moved)) => {
                let places = moved.by_inode(subject.status.inode);
                first_of(taking, number, places, fits)?
            }
            (own, _) => own,
        };
        let is_known = moved.is_some_and(|moved| moved.has_time_of(&subject.status));
        if found.is_none() && !is_known {
            return Ok(None);
        }
        let read = digest_of(file, &subject.status, &mut self.reading(&mut worker.room));
        let wrap = |error| taking.failed("read", (self.id, subject.name), error);
        let content = read.map_err(wrap)?;
        let after = sys::tree::status(file).map_err(wrap)?;
        let is_same = |entry: &Entry| entry.digest == content.digest;
        let same = match (found, moved) {
            _ if !is_still(&subject.status, &after) => None,
            (Some(found), _) if is_same(&found.2) => Some(found),
            (_, Some(moved)) => {
                let places = moved.by_digest(&content.digest);
                first_of(taking, number, places, |entry| {
                    is_same(entry) && fits(entry)
                })?
            }
            (_, None) => None,
        };
        let shared = match same {
            Some((folder, place, entry)) => {
                let place = (number, folder, place);
                self.link_far(worker, subject, place, &entry, subject.is_racy)?
            }
            None => None,
        };
        if shared.is_none() {
            rewind(file).map_err(wrap)?;
        }
        Ok(shared)
    }

    /// Links to a file of a basis, wherever it is there.
    pub(super) fn link_far(
        &self,
        worker: &mut Worker<'_>,
        subject: &Subject<'_>,
        (number, folder, place): (usize, u32, usize),
        entry: &Entry,
        is_racy: bool,
    ) -> Result<Option<Entry>, StageError> {
        let basis = &self.taking.bases[number];
        let Ok(dir) = open_by_manifest(basis, folder) else {
            worker.totals.not_linked += 1;
            return Ok(None);
        };
        if !basis.claim((folder, place), entry, subject.file()) {
            return Ok(None);
        }
        self.share(worker, subject, (&dir, entry), Some(is_racy))
    }
}

/// Returns the place of the basis that was published, if there is one.
pub(super) fn published(taking: &Taking<'_, '_>) -> Option<usize> {
    let mut bases = taking.bases.iter();
    bases.position(|basis| basis.trust == Trust::Published)
}

/// Returns the first of some places of a basis whose entry fits.
pub(super) fn first_of(
    taking: &Taking<'_, '_>,
    number: usize,
    places: impl Iterator<Item = (u32, u32)>,
    fits: impl Fn(&Entry) -> bool,
) -> Result<Option<(u32, usize, Entry)>, StageError> {
    /// Thousands of files may hold the same: those that come first are looked at.
    const MOST: usize = 8;
    for (id, place) in places.take(MOST) {
        let place = place as usize;
        let Some(folder) = taking.bases[number].manifest.folder(id)? else {
            continue;
        };
        if let Some(entry) = folder.entries.get(place)
            && fits(entry)
        {
            return Ok(Some((id, place, entry.clone())));
        }
    }
    Ok(None)
}

/// Returns the record of a source that stands for what an earlier snapshot has.
///
/// `is_racy` tells whether the source was changed just now, where that is not known to be as it was.
pub(super) fn linked(mut entry: Entry, subject: &Subject<'_>, is_racy: Option<bool>) -> Entry {
    entry.name = subject.name.into();
    entry.facts = facts_of(&subject.status, entry.facts.store_inode);
    entry.flags &= !(SHARED | FROM_LINK | KEPT_LINK);
    entry.flags |= LINKED | shared(&subject.status);
    if entry.kind == EntryKind::File {
        entry.text = Box::default();
    }
    if let Some(is_racy) = is_racy {
        entry.flags &= !RACY;
        entry.flags |= if is_racy { RACY } else { 0 };
    }
    entry
}

pub(super) fn shared(status: &Status) -> u16 {
    if status.link_count > 1 { SHARED } else { 0 }
}

pub(super) fn leave_out(worker: &mut Worker<'_>, subject: &Subject<'_>, why: LeftOut) -> Entry {
    worker.totals.left_out += u64::from(!why.is_meant());
    Entry::new(subject.name, EntryKind::LeftOut(why))
}

fn count(worker: &mut Worker<'_>, entry: &Entry) {
    let totals = &mut worker.totals;
    match entry.kind {
        EntryKind::File => {
            totals.files += 1;
            totals.bytes += entry.facts.size_bytes;
        }
        EntryKind::SymbolicLink => totals.links += 1,
        EntryKind::Pipe => totals.pipes += 1,
        EntryKind::Folder | EntryKind::LeftOut(_) => {}
    }
}

fn rewind(file: &mut File) -> io::Result<()> {
    use std::io::Seek as _;
    file.rewind()
}
