//! What is wrong in a store: each damaged file with all its names.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::supply::Searching;
use super::{Diagnosis, FolderWound, Location, Member, Place, Remedy, Repair, Wound};
use crate::FsError;
use crate::snapshot::record::{Digest, Entry, EntryKind, FolderId, REBASED};
use crate::snapshot::store::Store;
use crate::snapshot::verify::{AlreadyRead, Depth, Fault, FaultKind, VerifyRequest, find, verify};
use crate::stage::{Monitor, StageError};

/// What makes names of the store one file.
///
/// The number of an inode alone does not: that of a file that is gone may belong to another one by now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    store_inode: u64,
    inode: u64,
    kind: EntryKind,
    digest: Digest,
    text: Box<[u8]>,
}

impl Key {
    fn of(entry: &Entry) -> Self {
        Self {
            store_inode: entry.facts.store_inode,
            inode: entry.facts.inode,
            kind: entry.kind,
            digest: entry.digest,
            text: stored_text(entry).into(),
        }
    }
}

/// Returns the text that a link has in the store.
pub(super) fn stored_text(entry: &Entry) -> &[u8] {
    match entry.has(REBASED) {
        true => &entry.stored_text,
        false => &entry.text,
    }
}

/// Reads the snapshots that are to be examined, and returns what is wrong in them and how it can be put right.
///
/// Every file is read, also those from which others would be copied. Changes nothing.
pub fn diagnose(
    store: &Store,
    members: &[Member],
    monitor: &dyn Monitor,
) -> Result<Diagnosis, StageError> {
    let read = AlreadyRead::default();
    let mut finding = Finding {
        members,
        wounded: HashMap::new(),
        faults: HashMap::new(),
        diagnosis: Diagnosis::default(),
    };
    for (number, member) in members.iter().enumerate() {
        if !member.is_examined {
            continue;
        }
        let request = VerifyRequest {
            store,
            id: &member.id,
            manifest: &member.manifest,
            guard: member.guard,
            depth: Depth::Full,
            read: &read,
        };
        for fault in verify(&request, monitor)? {
            finding.note(number, fault)?;
        }
    }
    let searched = finding.gather()?;
    let mut diagnosis = finding.diagnosis;
    let mut searching = Searching::new((store, members), searched, (&read, monitor));
    for (_, mut wound) in finding.wounded {
        wound.supply = searching.supply(&mut wound)?;
        wound.places.retain(|place| {
            // A name that nobody asked about, and where all is well.
            finding.faults.contains_key(&place_key(&place.at)) || !place.is_right
        });
        diagnosis.wounds.push(wound);
    }
    let first = |wound: &Wound| {
        let first = wound.places.first();
        first.map(|place| (place.at.member, place.at.path.clone()))
    };
    diagnosis.wounds.sort_by_key(first);
    Ok(diagnosis)
}

/// All that is known of the store's files, for finding what can stand for a damaged one.
pub(super) struct Searched {
    /// All inode numbers that manifests speak of.
    pub(super) known: HashSet<u64>,
    /// The files whose content is what a damaged one held.
    pub(super) alike: HashMap<Digest, Vec<(Location, Entry)>>,
}

type PlaceKey = (usize, FolderId, Box<[u8]>);

fn place_key(at: &Location) -> PlaceKey {
    (at.member, at.folder, at.name.clone())
}

struct Finding<'a> {
    members: &'a [Member],
    wounded: HashMap<Key, Wound>,
    /// What was found to be wrong, name by name.
    faults: HashMap<PlaceKey, FaultKind>,
    diagnosis: Diagnosis,
}

impl Finding<'_> {
    fn note(&mut self, member: usize, fault: Fault) -> Result<(), FsError> {
        let manifest = &self.members[member].manifest;
        let found = match fault.kind {
            FaultKind::Unknown => None,
            _ => find(manifest, &fault.path)?,
        };
        if let Some((folder, place)) = &found {
            let entry = &folder.entries[*place];
            match (entry.kind, fault.kind) {
                (EntryKind::Folder, FaultKind::Missing) => {
                    return self.lose(member, (folder.id, entry), fault.path);
                }
                (EntryKind::Folder, FaultKind::Changed) => {
                    self.diagnosis.folders.push(FolderWound {
                        member,
                        folder: entry.folder,
                        path: fault.path,
                        fault: fault.kind,
                    });
                    return Ok(());
                }
                (EntryKind::Folder, _) => {}
                _ => {
                    self.wound((member, folder.id), entry, fault.kind);
                    return Ok(());
                }
            }
        }
        self.diagnosis.hopeless.push(Repair {
            member,
            path: fault.path,
            fault: fault.kind,
            remedy: Remedy::None,
        });
        Ok(())
    }

    fn wound(&mut self, (member, folder): (usize, FolderId), entry: &Entry, fault: FaultKind) {
        let key = (member, folder, entry.name.clone());
        self.faults.entry(key).or_insert(fault);
        let wound = || Wound {
            entry: entry.clone(),
            places: Vec::new(),
            supply: None,
        };
        self.wounded.entry(Key::of(entry)).or_insert_with(wound);
    }

    /// Notes that a folder is gone with all that is in it.
    fn lose(
        &mut self,
        member: usize,
        (parent, entry): (FolderId, &Entry),
        path: PathBuf,
    ) -> Result<(), FsError> {
        let manifest = &self.members[member].manifest;
        let link = crate::snapshot::FolderLink {
            id: entry.folder,
            parent,
            name: &entry.name,
        };
        let mut waiting = vec![(manifest.folder_at(&link)?, path)];
        while let Some((folder, path)) = waiting.pop() {
            let Some(folder) = folder else {
                continue;
            };
            for entry in &folder.entries {
                match entry.kind {
                    EntryKind::Folder => {
                        let name = crate::name_from_bytes(&entry.name).unwrap_or_default();
                        waiting.push((manifest.folder_at(&folder.link(entry))?, path.join(name)));
                    }
                    EntryKind::LeftOut(_) => {}
                    _ => self.wound((member, folder.id), entry, FaultKind::Missing),
                }
            }
            self.diagnosis.folders.push(FolderWound {
                member,
                folder: folder.id,
                path,
                fault: FaultKind::Missing,
            });
        }
        Ok(())
    }

    /// Reads all manifests: gives each damaged file all its names, and returns what may stand for it.
    fn gather(&mut self) -> Result<Searched, FsError> {
        let mut searched = Searched {
            known: HashSet::new(),
            alike: HashMap::new(),
        };
        if self.wounded.is_empty() {
            return Ok(searched);
        }
        let files = self
            .wounded
            .keys()
            .filter(|key| key.kind == EntryKind::File);
        searched.alike = files.map(|key| (key.digest, Vec::new())).collect();
        for (number, member) in self.members.iter().enumerate() {
            for id in member.manifest.folder_ids() {
                let Some(folder) = member.manifest.folder(id)? else {
                    continue;
                };
                let mut way: Option<PathBuf> = None;
                for entry in &folder.entries {
                    if matches!(entry.kind, EntryKind::Folder | EntryKind::LeftOut(_)) {
                        continue;
                    }
                    searched.known.insert(entry.facts.store_inode);
                    let wound = self.wounded.get_mut(&Key::of(entry));
                    let alike = match entry.kind {
                        EntryKind::File => searched.alike.get_mut(&entry.digest),
                        _ => None,
                    };
                    if wound.is_none() && alike.is_none() {
                        continue;
                    }
                    let way = match &way {
                        Some(way) => way,
                        None => way.insert(way_to(member, id)?),
                    };
                    let name = crate::name_from_bytes(&entry.name).unwrap_or_default();
                    let at = Location {
                        member: number,
                        folder: id,
                        name: entry.name.clone(),
                        path: way.join(name),
                    };
                    if let Some(wound) = wound {
                        let fault = self.faults.get(&place_key(&at));
                        wound.places.push(Place {
                            at: at.clone(),
                            fault: fault.copied().unwrap_or(FaultKind::Content),
                            is_right: false,
                        });
                    }
                    if let Some(alike) = alike {
                        alike.push((at, entry.clone()));
                    }
                }
            }
        }
        self.name_faults();
        Ok(searched)
    }

    /// At names that were not examined the same is wrong as at the others.
    fn name_faults(&mut self) {
        for wound in self.wounded.values_mut() {
            let known = |place: &Place| self.faults.get(&place_key(&place.at)).copied();
            let Some(first) = wound.places.iter().find_map(known) else {
                continue;
            };
            for place in &mut wound.places {
                if !self.faults.contains_key(&place_key(&place.at)) {
                    place.fault = first;
                }
            }
        }
    }
}

fn way_to(member: &Member, id: FolderId) -> Result<PathBuf, FsError> {
    let names = member.manifest.way_to(id)?;
    let names = names.iter().filter_map(|name| crate::name_from_bytes(name));
    Ok(names.collect())
}
