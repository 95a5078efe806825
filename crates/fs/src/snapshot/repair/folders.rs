//! Folders of a snapshot, opened for a repair and closed again as they are recorded.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;

use super::Member;
use super::place::swap;
use super::ready::Bench;
use super::supply::open_folder;
use crate::look::Kind;
use crate::snapshot::record::{FolderId, NO_FOLDER};
use crate::snapshot::restore::like;
use crate::snapshot::store::Store;
use crate::snapshot::visit::guarded;
use crate::stage::Status;
use crate::sys;
use crate::sys::dir::Dir;

/// The folders of one snapshot in which names are changed.
pub(super) struct Folders<'a> {
    store: &'a Store,
    member: &'a Member,
    /// What they were before.
    touched: BTreeMap<FolderId, Status>,
}

impl<'a> Folders<'a> {
    pub(super) fn new(store: &'a Store, member: &'a Member) -> Self {
        Self {
            store,
            member,
            touched: BTreeMap::new(),
        }
    }

    /// Notes that a folder is to be closed as it is recorded, whether or not anything is changed in it.
    pub(super) fn note(&mut self, id: FolderId) -> io::Result<()> {
        let dir = open_folder(self.store, self.member, id)?;
        self.touched
            .entry(id)
            .or_insert(sys::tree::folder_status(&dir)?);
        Ok(())
    }

    /// Opens a folder so that names in it can be changed.
    pub(super) fn open(&mut self, bench: &Bench<'_, '_>, id: FolderId) -> io::Result<Dir> {
        const ENTERED_AND_WRITTEN: u32 = 0o300;
        let dir = open_folder(self.store, self.member, id)?;
        let status = sys::tree::folder_status(&dir)?;
        self.touched.entry(id).or_insert(status);
        if status.mode & ENTERED_AND_WRITTEN != ENTERED_AND_WRITTEN {
            let path = || self.store.tree(&self.member.id);
            let open = || sys::dir::set_opened_mode(&dir, status.mode | 0o700);
            bench.hand.effect("open folder", path, open)?;
        }
        Ok(dir)
    }

    /// Makes a folder that is missing; what stands in its place lies on the bench afterwards.
    pub(super) fn make(&mut self, bench: &mut Bench<'_, '_>, id: FolderId) -> io::Result<()> {
        let record = self.member.manifest.folder(id).map_err(io::Error::other)?;
        let record = record.filter(|record| record.parent != NO_FOLDER);
        let record = record.ok_or(io::ErrorKind::InvalidData)?;
        let name = crate::borrowed_name(&record.name).ok_or(io::ErrorKind::InvalidFilename)?;
        let dir = self.open(bench, record.parent)?;
        match sys::tree::status_at(&dir, name) {
            Ok(status) if status.kind == Kind::Directory => {}
            Ok(_) => {
                let kept = bench.free_name("", &record.name);
                let create = || sys::dir::create_dir(&bench.dir, &kept, 0o700);
                bench.act("make folder", &kept, create)?;
                swap(bench, &kept, (&dir, name))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let create = || sys::dir::create_dir(&dir, name, 0o700);
                bench.act("make folder", name, create)?;
            }
            Err(error) => return Err(error),
        }
        self.note(id)?;
        if !record.attributes.is_empty() {
            let made = sys::tree::open_child(&dir, name)?;
            let give = || sys::keep::give_attributes(&made, &record.attributes);
            bench.act("finish folder", name, give)?;
        }
        Ok(())
    }

    /// Gives all folders that were opened the mode, owner and time that are recorded of them; returns whether there were any.
    pub(super) fn close(self, bench: &Bench<'_, '_>) -> io::Result<bool> {
        let is_any = !self.touched.is_empty();
        for (id, before) in self.touched.into_iter().rev() {
            let dir = open_folder(self.store, self.member, id)?;
            let record = self.member.manifest.folder(id).map_err(io::Error::other)?;
            let wanted = match record {
                // Of the folder that holds the sources nothing is recorded.
                Some(record) if id != 0 => {
                    guarded(&like(&before, &record.facts), self.member.guard)
                }
                _ => before,
            };
            let give = || {
                let has = sys::keep::has_now(&dir)?;
                let lost = sys::keep::give_facts(&dir, &wanted, &dir, has)?;
                sys::dir::sync_opened(&dir)?;
                Ok(lost)
            };
            bench.act("close folder", OsStr::new(&self.member.id), give)?;
        }
        Ok(is_any)
    }
}
