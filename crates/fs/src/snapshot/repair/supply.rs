//! What can stand for a damaged file: another name of it, the same content elsewhere in the store, or the source.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::wounds::{Searched, stored_text};
use super::{Location, Member, Supply, Wound};
use crate::snapshot::content::{Reading, digest_of};
use crate::snapshot::record::{Digest, Entry, EntryKind, LESSENED};
use crate::snapshot::store::Store;
use crate::snapshot::verify::{AlreadyRead, is_file_like};
use crate::stage::{Monitor, ROOM_BYTES, StageError, Status};
use crate::sys;
use crate::sys::dir::Dir;

/// Thousands of files may hold the same: so many of them are read before the source is asked.
const MOST_READ: usize = 16;

/// Looks for what can stand for damaged files.
pub(super) struct Searching<'a> {
    store: &'a Store,
    members: &'a [Member],
    searched: Searched,
    read: &'a AlreadyRead,
    monitor: &'a dyn Monitor,
    room: Vec<u8>,
}

impl<'a> Searching<'a> {
    pub(super) fn new(
        (store, members): (&'a Store, &'a [Member]),
        searched: Searched,
        (read, monitor): (&'a AlreadyRead, &'a dyn Monitor),
    ) -> Self {
        Self {
            store,
            members,
            searched,
            read,
            monitor,
            room: vec![0; ROOM_BYTES],
        }
    }

    /// Returns what can stand for a damaged file, and notes at which of its names that stands already.
    pub(super) fn supply(&mut self, wound: &mut Wound) -> Result<Option<Supply>, StageError> {
        let found = self.look(wound)?;
        if let Some(Supply::Name { inode, .. }) = &found {
            for place in &mut wound.places {
                let standing = self.standing(&place.at);
                place.is_right = standing.is_some_and(|(_, _, status)| {
                    status.inode == *inode && Some(status.kind) == wound.entry.stored_kind()
                });
            }
        }
        Ok(found)
    }

    fn look(&mut self, wound: &Wound) -> Result<Option<Supply>, StageError> {
        if let Some(own) = self.own_name(wound)? {
            return Ok(Some(own));
        }
        if wound.entry.kind != EntryKind::File || wound.entry.facts.size_bytes == 0 {
            return Ok(Some(Supply::Manifest));
        }
        if let Some(other) = self.other_file(wound)? {
            return Ok(Some(other));
        }
        self.in_source(wound)
    }

    /// Returns one of its names at which it is sound: as the manifest knows it, or put there by a repair that was interrupted.
    fn own_name(&mut self, wound: &Wound) -> Result<Option<Supply>, StageError> {
        let own = wound.entry.facts.store_inode;
        let mut looked_at = Vec::new();
        for is_own in [true, false] {
            for place in &wound.places {
                let Some((dir, name, status)) = self.standing(&place.at) else {
                    continue;
                };
                let inode = status.inode;
                let may_be = match is_own {
                    true => inode == own,
                    // What a manifest knows as another file is not to be this one too.
                    false => !self.searched.known.contains(&inode),
                };
                if !may_be || looked_at.contains(&inode) {
                    continue;
                }
                looked_at.push(inode);
                if self.is_sound((&dir, &name), &status, &wound.entry, is_own)? {
                    let at = place.at.clone();
                    return Ok(Some(Supply::Name { at, inode }));
                }
            }
        }
        Ok(None)
    }

    /// Returns a file of the store that holds what the damaged one did.
    fn other_file(&mut self, wound: &Wound) -> Result<Option<Supply>, StageError> {
        let entry = &wound.entry;
        let alike = self.searched.alike.get(&entry.digest);
        let alike = alike.cloned().unwrap_or_default();
        let is_in = |member: usize| wound.places.iter().any(|place| place.at.member == member);
        let mut copy = None;
        let mut looked_at = Vec::new();
        for (at, other) in &alike {
            let inode = other.facts.store_inode;
            if looked_at.contains(&inode) {
                continue;
            }
            if looked_at.len() == MOST_READ {
                break;
            }
            let Some((dir, name, status)) = self.standing(at) else {
                continue;
            };
            if status.inode != inode || status.size_bytes != entry.facts.size_bytes {
                continue;
            }
            looked_at.push(inode);
            if self.digest((&dir, &name), &status)? != Some(entry.digest) {
                continue;
            }
            // Two names are one file in a snapshot only if they are in the source.
            let is_apart = alike
                .iter()
                .all(|(at, other)| other.facts.store_inode != inode || !is_in(at.member));
            let is_like = is_file_like(entry, &status)
                && is_file_like(other, &status)
                && other.attributes == entry.attributes
                && (other.flags | entry.flags) & LESSENED == 0;
            if is_apart && is_like {
                let at = at.clone();
                return Ok(Some(Supply::Name { at, inode }));
            }
            copy.get_or_insert_with(|| Supply::Copy { from: at.clone() });
        }
        Ok(copy)
    }

    /// Returns the file of the source under one of the names, if it still holds what it did.
    fn in_source(&mut self, wound: &Wound) -> Result<Option<Supply>, StageError> {
        let mut looked_at: Vec<PathBuf> = Vec::new();
        for place in &wound.places {
            let member = &self.members[place.at.member];
            let Some(path) = path_in_source(member, &place.at.path) else {
                continue;
            };
            if looked_at.contains(&path) {
                continue;
            }
            looked_at.push(path.clone());
            let Ok(mut file) = open_plainly(&path) else {
                continue;
            };
            let Ok(status) = sys::tree::status(&file) else {
                continue;
            };
            if status.size_bytes == wound.entry.facts.size_bytes
                && self.digest_of(&mut file, &status)? == Some(wound.entry.digest)
            {
                return Ok(Some(Supply::Source { from: path }));
            }
        }
        Ok(None)
    }

    fn is_sound(
        &mut self,
        (dir, name): (&Dir, &OsStr),
        status: &Status,
        entry: &Entry,
        is_own: bool,
    ) -> Result<bool, StageError> {
        if Some(status.kind) != entry.stored_kind() {
            return Ok(false);
        }
        Ok(match entry.kind {
            EntryKind::SymbolicLink => sys::link::read_link_at(dir, name)
                .is_ok_and(|text| crate::name_bytes(&text) == stored_text(entry)),
            EntryKind::File => {
                let has_its_own = || {
                    sys::tree::open_to_read(dir, name)
                        .and_then(|file| sys::keep::attributes_of(&file))
                        .is_ok_and(|found| found.unwrap_or_default() == entry.attributes)
                };
                status.size_bytes == entry.facts.size_bytes
                    && is_file_like(entry, status)
                    && (is_own || entry.has(LESSENED) || has_its_own())
                    && self.digest((dir, name), status)? == Some(entry.digest)
            }
            _ => true,
        })
    }

    /// Returns what stands at a name of the store, if anything does.
    fn standing(&self, at: &Location) -> Option<(Dir, OsString, Status)> {
        let dir = open_folder(self.store, &self.members[at.member], at.folder).ok()?;
        let name = crate::name_from_bytes(&at.name)?;
        let status = sys::tree::status_at(&dir, &name).ok()?;
        Some((dir, name, status))
    }

    /// Returns the digest of a file of the store, read once; `None` if it cannot be read.
    fn digest(
        &mut self,
        (dir, name): (&Dir, &OsStr),
        status: &Status,
    ) -> Result<Option<Digest>, StageError> {
        if let Some(digest) = self.read.get(status.inode) {
            return Ok(Some(digest));
        }
        let Ok(mut file) = sys::tree::open_to_read(dir, name) else {
            return Ok(None);
        };
        let digest = self.digest_of(&mut file, status)?;
        if let Some(digest) = digest {
            self.read.put(status.inode, digest);
        }
        Ok(digest)
    }

    fn digest_of(
        &mut self,
        file: &mut File,
        status: &Status,
    ) -> Result<Option<Digest>, StageError> {
        let mut reading = Reading {
            room: &mut self.room,
            monitor: self.monitor,
        };
        match digest_of(file, status, &mut reading) {
            Ok(content) => Ok(Some(content.digest)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(StageError::Cancelled),
            Err(_) => Ok(None),
        }
    }
}

/// Opens a folder of a snapshot by the manifest; no link is passed on the way.
pub(super) fn open_folder(
    store: &Store,
    member: &Member,
    id: crate::snapshot::FolderId,
) -> io::Result<Dir> {
    let way = member.manifest.way_to(id).map_err(io::Error::other)?;
    let mut at = sys::tree::open_folder(store.root())?;
    at = sys::tree::open_child(&at, OsStr::new(&member.id))?;
    for name in way {
        let name = crate::borrowed_name(&name).ok_or(io::ErrorKind::InvalidFilename)?;
        at = sys::tree::open_child(&at, name)?;
    }
    Ok(at)
}

/// Opens a regular file at a path, passing no link.
pub(super) fn open_plainly(path: &Path) -> io::Result<File> {
    let place = path.parent().zip(path.file_name());
    let (parent, name) = place.ok_or(io::ErrorKind::InvalidInput)?;
    let file = sys::tree::open_to_read(sys::tree::open_folder(parent)?, name)?;
    match sys::tree::status(&file)?.kind {
        crate::look::Kind::File => Ok(file),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn path_in_source(member: &Member, below: &Path) -> Option<PathBuf> {
    let mut parts = below.components();
    let first = parts.next()?;
    let mut sources = member.sources.iter();
    let source = sources.find(|source| source.name == first.as_os_str())?;
    let rest = parts.as_path();
    Some(match rest.as_os_str().is_empty() {
        true => source.path.clone(),
        false => source.path.join(rest),
    })
}
