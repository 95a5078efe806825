//! An earlier snapshot, to whose files a new one links.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::manifest::Manifest;
use super::record::{Digest, Entry, EntryKind, Folder, FolderId, SHARED, TORN};
use crate::FsError;
use crate::stage::Status;
use crate::stage::handles::Side;

/// How far what lies in the basis is known to be what its manifest says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It was made durable before it was published.
    Published,
    /// An interrupted run has written it; what it copied may not have reached the device.
    Interrupted,
}

/// An earlier snapshot.
pub(super) struct Basis {
    pub(super) manifest: Manifest,
    pub(super) side: Side,
    pub(super) trust: Trust,
    claims: Claims,
    moved: OnceLock<Moved>,
}

impl Basis {
    pub(super) fn new(manifest: Manifest, side: Side, trust: Trust) -> Self {
        let claims = Claims::new(manifest.entry_count());
        Self {
            manifest,
            side,
            trust,
            claims,
            moved: OnceLock::new(),
        }
    }

    /// Takes the file of an entry for a file of the source, told by volume and inode number; `false` if it stands for another one already.
    ///
    /// Two names of a snapshot are one file only if they are in the source.
    pub(super) fn claim(
        &self,
        (folder, place): (FolderId, usize),
        entry: &Entry,
        file: (u64, u64),
    ) -> bool {
        let number = self.manifest.first_entry(folder) + place as u64;
        self.claims.claim(number, entry, file)
    }

    /// Returns where all files are, by what they are; read once it is needed.
    pub(super) fn moved(&self) -> Result<&Moved, FsError> {
        if let Some(moved) = self.moved.get() {
            return Ok(moved);
        }
        let found = Moved::of(&self.manifest)?;
        Ok(self.moved.get_or_init(|| found))
    }
}

/// Which files of a basis stand for files of the source.
struct Claims {
    /// A bit an entry.
    bits: Vec<AtomicU64>,
    /// Files with several names, by their inodes in the store, and whom they stand for.
    shared: Mutex<HashMap<u64, (u64, u64)>>,
}

impl Claims {
    fn new(entry_count: u64) -> Self {
        let words = usize::try_from(entry_count.div_ceil(64)).unwrap_or_default();
        Self {
            bits: (0..words).map(|_| AtomicU64::new(0)).collect(),
            shared: Mutex::default(),
        }
    }

    fn claim(&self, number: u64, entry: &Entry, file: (u64, u64)) -> bool {
        if entry.has(SHARED) {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            return *shared.entry(entry.facts.store_inode).or_insert(file) == file;
        }
        let word = usize::try_from(number / 64)
            .ok()
            .and_then(|at| self.bits.get(at));
        word.is_some_and(|word| {
            let bit = 1 << (number % 64);
            word.fetch_or(bit, Ordering::Relaxed) & bit == 0
        })
    }
}

/// Where an entry is.
pub(super) type Place = (FolderId, u32);

/// The files of a snapshot by their inode numbers in the source, and by their content.
pub(super) struct Moved {
    by_inode: Vec<(u64, Place)>,
    by_digest: Vec<(u64, Place)>,
    /// Sizes and times, made one number.
    times: Vec<u64>,
}

impl Moved {
    fn of(manifest: &Manifest) -> Result<Self, FsError> {
        let mut moved = Self {
            by_inode: Vec::new(),
            by_digest: Vec::new(),
            times: Vec::new(),
        };
        for id in manifest.folder_ids() {
            let Some(folder) = manifest.folder(id)? else {
                continue;
            };
            moved.add(&folder);
        }
        moved.by_inode.sort_unstable();
        moved.by_digest.sort_unstable();
        moved.times.sort_unstable();
        moved.times.dedup();
        Ok(moved)
    }

    fn add(&mut self, folder: &Folder) {
        for (place, entry) in folder.entries.iter().enumerate() {
            // Empty files are made, not moved.
            if entry.kind != EntryKind::File || entry.has(TORN) || entry.facts.size_bytes == 0 {
                continue;
            }
            let place = (folder.id, u32::try_from(place).unwrap_or(u32::MAX));
            self.by_inode.push((entry.facts.inode, place));
            self.by_digest.push((start_of(&entry.digest), place));
            let facts = &entry.facts;
            self.times.push(mixed(facts.size_bytes, facts.modified_ns));
        }
    }

    /// Returns where the file with this inode number was.
    pub(super) fn by_inode(&self, inode: u64) -> impl Iterator<Item = Place> {
        all_of(&self.by_inode, inode)
    }

    /// Returns whether there may be a file of this size that was written at this time.
    pub(super) fn has_time_of(&self, status: &Status) -> bool {
        let key = mixed(status.size_bytes, status.modified_ns);
        self.times.binary_search(&key).is_ok()
    }

    /// Returns where files were whose digest begins like this one.
    pub(super) fn by_digest(&self, digest: &Digest) -> impl Iterator<Item = Place> {
        all_of(&self.by_digest, start_of(digest))
    }
}

fn mixed(size_bytes: u64, modified_ns: i64) -> u64 {
    size_bytes.rotate_left(u64::BITS / 2) ^ modified_ns.cast_unsigned()
}

fn start_of(digest: &Digest) -> u64 {
    digest
        .first_chunk()
        .map_or(0, |start| u64::from_le_bytes(*start))
}

fn all_of(sorted: &[(u64, Place)], key: u64) -> impl Iterator<Item = Place> {
    let start = sorted.partition_point(|(known, _)| *known < key);
    let same = sorted[start..]
        .iter()
        .take_while(move |(known, _)| *known == key);
    same.map(|(_, place)| *place)
}

/// Opens the folder of a basis that holds an entry, by its own manifest; no link is passed on the way.
pub(super) fn open_by_manifest(basis: &Basis, id: FolderId) -> io::Result<crate::sys::dir::Dir> {
    let way = basis.manifest.way_to(id).map_err(io::Error::other)?;
    let mut at = crate::sys::tree::open_child(&basis.side.container, &basis.side.root_name)?;
    for name in way {
        let name = crate::borrowed_name(&name).ok_or(io::ErrorKind::InvalidFilename)?;
        at = crate::sys::tree::open_child(&at, name)?;
    }
    Ok(at)
}
