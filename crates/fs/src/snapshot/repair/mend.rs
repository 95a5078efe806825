//! The repair itself: file by file on the bench, name by name in each snapshot, and then the snapshot's manifest.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::folders::Folders;
use super::place::put;
use super::ready::{Bench, NEW, Ready};
use super::{Diagnosis, Member, Remedy, Repair};
use crate::hand::SharedHand;
use crate::snapshot::manifest::{Manifest, Writer};
use crate::snapshot::record::{FolderId, LESSENED};
use crate::snapshot::store::Store;
use crate::snapshot::verify::FaultKind;
use crate::stage::{Amount, Monitor, Phase, StageError};
use crate::{FsError, Hand, act, look, sys};

/// What is mended.
#[derive(Debug, Clone, Copy)]
pub struct MendRequest<'a> {
    /// The store.
    pub store: &'a Store,
    /// All its snapshots.
    pub members: &'a [Member],
    /// What was found.
    pub diagnosis: &'a Diagnosis,
    /// The name of the folder in which lies what was replaced.
    pub run: &'a str,
}

/// Puts right what was found and can be, and returns what was not put right.
///
/// Changes no file that a snapshot may share: a sound one takes the damaged one's place under each of its names, and what
/// was there lies in [`Store::damaged`] afterwards. Fails with `KeepsChanging` if a snapshot is not what it was when it was looked
/// at. After a failure, or a kill, each name is as it was or right, and the same again goes on with it.
pub fn mend(
    hand: &mut Hand<'_>,
    request: &MendRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Vec<Repair>, StageError> {
    let store = request.store;
    let Some(lock) = act::hold_lock(hand, &store.lock())? else {
        let path = store.root().to_path_buf();
        return Err(StageError::InUse { path });
    };
    let mended = mend_locked(hand, request, monitor);
    // The file stays: another process may wait for it by its name.
    drop(lock);
    mended
}

fn mend_locked(
    hand: &mut Hand<'_>,
    request: &MendRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Vec<Repair>, StageError> {
    let MendRequest {
        store,
        members,
        diagnosis,
        run,
    } = *request;
    for member in members {
        let path = store.manifest(&member.id);
        if Manifest::open(&path)?.digest() != member.manifest.digest() {
            return Err(StageError::KeepsChanging { path });
        }
    }
    act::create_private_folder(hand, &store.damaged())?;
    sweep(&hand.shared(), store)?;
    let path = store.damaged().join(run);
    act::create_private_folder(hand, &path)?;
    let hand = &hand.shared();
    monitor.begin(Phase::Copy, Amount::default());
    let mut mending = Mending {
        store,
        members,
        diagnosis,
        bench: Bench::open(hand, path, monitor)?,
        ready: HashMap::new(),
        failed: diagnosis.hopeless.clone(),
    };
    for number in 0..members.len() {
        mending.member(number)?;
    }
    let failed = mending.failed;
    drop(mending.bench);
    sweep(hand, store)?;
    Ok(failed)
}

/// Returns whether interrupted repairs have left something that the next one removes.
pub fn is_to_be_swept(store: &Store) -> Result<bool, FsError> {
    let all = store.damaged();
    if look::entry_if_any(&all)?.is_none() {
        return Ok(false);
    }
    for run in look::content::names(&all)? {
        let names = look::content::names(&all.join(run))?;
        if names.iter().all(is_new) || names.iter().any(is_new) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_new(name: &OsString) -> bool {
    crate::name_bytes(name).starts_with(NEW.as_bytes())
}

/// Removes what this and interrupted repairs have made and laid on their benches; what they replaced stays.
fn sweep(hand: &SharedHand<'_>, store: &Store) -> Result<(), FsError> {
    let all = store.damaged();
    let wrap = |error| FsError::new("clear", &all, error);
    let folder = sys::tree::open_folder(&all).map_err(wrap)?;
    for run in look::content::names(&all)? {
        let Ok(bench) = sys::tree::open_child(&folder, &run) else {
            continue;
        };
        let path = all.join(&run);
        let names: Vec<OsString> = look::content::names(&path)?;
        for name in names.iter().filter(|name| is_new(name)) {
            let unlink = || sys::link::unlink(&bench, name);
            hand.effect("clear bench", || path.join(name), unlink)
                .map_err(wrap)?;
        }
        if names.iter().all(is_new) {
            let remove = || sys::dir::remove_dir(&folder, &run);
            hand.effect("remove bench", || path.clone(), remove)
                .map_err(wrap)?;
        }
    }
    Ok(())
}

struct Mending<'a, 'h> {
    store: &'a Store,
    members: &'a [Member],
    diagnosis: &'a Diagnosis,
    bench: Bench<'a, 'h>,
    /// By the places of the wounds; `None` where nothing could be made.
    ready: HashMap<usize, Option<Ready>>,
    failed: Vec<Repair>,
}

/// What a manifest is to say of a name from now on.
struct Update {
    inode: u64,
    is_lessened: bool,
}

type Updates = BTreeMap<FolderId, HashMap<Box<[u8]>, Update>>;

impl<'a> Mending<'a, '_> {
    /// Puts one snapshot right. Its names come first: until the manifest knows of the new files, they are called replaced.
    fn member(&mut self, number: usize) -> Result<(), StageError> {
        let member = &self.members[number];
        let diagnosis = self.diagnosis;
        // By folder: those above come first.
        let mut names: BTreeMap<FolderId, Vec<(usize, usize)>> = BTreeMap::new();
        for (wound_at, wound) in diagnosis.wounds.iter().enumerate() {
            for (place_at, place) in wound.places.iter().enumerate() {
                if place.at.member == number {
                    let here = names.entry(place.at.folder).or_default();
                    here.push((wound_at, place_at));
                }
            }
        }
        let own = |fault| {
            let folders = diagnosis.folders.iter();
            folders.filter(move |folder| folder.member == number && folder.fault == fault)
        };
        let missing: BTreeSet<FolderId> = own(FaultKind::Missing)
            .map(|folder| folder.folder)
            .collect();
        let all: BTreeSet<FolderId> = missing.iter().chain(names.keys()).copied().collect();
        let mut folders = Folders::new(self.store, member);
        let mut updates = Updates::new();
        for id in all {
            if missing.contains(&id)
                && let Err(error) = folders.make(&mut self.bench, id)
            {
                self.refused(number, id, error)?;
            }
            for (wound, place) in names.remove(&id).unwrap_or_default() {
                self.name(&mut folders, (wound, place), &mut updates)?;
            }
        }
        for changed in own(FaultKind::Changed) {
            if let Err(error) = folders.note(changed.folder) {
                self.refused(number, changed.folder, error)?;
            }
        }
        let wrap =
            |error| FsError::new("close the folders of", &self.store.tree(&member.id), error);
        if folders.close(&self.bench).map_err(wrap)? {
            let sync = || sys::pages::sync_volume(&self.bench.dir);
            self.bench
                .act("sync volume", OsStr::new(""), sync)
                .map_err(wrap)?;
        }
        if updates.is_empty() {
            return Ok(());
        }
        self.rewrite(member, updates)
    }

    /// Puts one name right.
    fn name(
        &mut self,
        folders: &mut Folders<'a>,
        (wound_at, place_at): (usize, usize),
        updates: &mut Updates,
    ) -> Result<(), StageError> {
        let wound = &self.diagnosis.wounds[wound_at];
        let place = &wound.places[place_at];
        if !self.ready.contains_key(&wound_at) {
            let ready = self.bench.ready((self.store, self.members), wound)?;
            self.ready.insert(wound_at, ready);
        }
        let Some(Some(ready)) = self.ready.get(&wound_at) else {
            self.failed.push(place.repair(Remedy::None));
            return Ok(());
        };
        let name = crate::borrowed_name(&place.at.name).unwrap_or_default();
        let done = match place.is_right {
            true => Ok(()),
            false => folders
                .open(&self.bench, place.at.folder)
                .and_then(|dir| put(&mut self.bench, ready, (&dir, name))),
        };
        match done {
            Ok(()) => {
                let update = Update {
                    inode: ready.inode,
                    is_lessened: ready.is_lessened,
                };
                let here = updates.entry(place.at.folder).or_default();
                here.insert(place.at.name.clone(), update);
            }
            Err(error) if is_for_one(&error) => self.failed.push(place.repair(Remedy::None)),
            Err(error) => {
                let path = self.store.tree(&self.members[place.at.member].id);
                return Err(FsError::new("repair", &path.join(&place.at.path), error).into());
            }
        }
        Ok(())
    }

    /// Notes that a folder could not be put right, or stops if nothing else will be either.
    fn refused(
        &mut self,
        member: usize,
        id: FolderId,
        error: std::io::Error,
    ) -> Result<(), StageError> {
        let mut folders = self.diagnosis.folders.iter();
        let wound = folders.find(|folder| folder.member == member && folder.folder == id);
        let Some(wound) = wound.filter(|_| is_for_one(&error)) else {
            let path = self.store.tree(&self.members[member].id);
            return Err(FsError::new("repair a folder of", &path, error).into());
        };
        self.failed.push(Repair {
            remedy: Remedy::None,
            ..wound.repair()
        });
        Ok(())
    }

    /// Lets the manifest say which files are there now: a new one takes its name in one step.
    fn rewrite(&self, member: &Member, mut updates: Updates) -> Result<(), StageError> {
        let (hand, bench) = (self.bench.hand, &self.bench);
        let name = OsString::from(format!("{NEW}manifest"));
        let path = self.store.manifest(&member.id);
        let wrap = |error| FsError::new("write the manifest", &path, error);
        let header = member.manifest.header();
        let place: (&sys::dir::Dir, &Path) = (&bench.dir, &bench.path);
        let writer = Writer::create(hand, place, &name, header).map_err(wrap)?;
        let mut totals = *member.manifest.totals();
        for id in member.manifest.folder_ids() {
            let Some(mut folder) = member.manifest.folder(id)? else {
                continue;
            };
            let changed = updates.remove(&id).unwrap_or_default();
            for entry in &mut folder.entries {
                let Some(update) = changed.get(&entry.name) else {
                    continue;
                };
                entry.facts.store_inode = update.inode;
                if update.is_lessened && !entry.has(LESSENED) {
                    entry.flags |= LESSENED;
                    totals.lessened += 1;
                }
            }
            writer.add(hand, &folder).map_err(wrap)?;
        }
        writer.finish(hand, &totals).map_err(wrap)?;
        let manifests = sys::tree::open_folder(&self.store.manifests()).map_err(wrap)?;
        let own = path.file_name().unwrap_or_default();
        let replace = || {
            sys::rename::rename(&bench.dir, &name, &manifests, own)?;
            sys::dir::sync_opened(&manifests)
        };
        hand.effect("replace manifest", || path.clone(), replace)
            .map_err(wrap)?;
        Ok(())
    }
}

/// Returns whether an error is one of a single name, and others may go well.
fn is_for_one(error: &std::io::Error) -> bool {
    use crate::FsErrorKind::{
        AlreadyExists, CrossVolume, Guarded, Io, Loop, NotADirectory, NotFound, NotPermitted,
        PermissionDenied, TooManyLinks,
    };
    matches!(
        sys::errno::kind(error),
        AlreadyExists
            | CrossVolume
            | Guarded
            | Io
            | Loop
            | NotADirectory
            | NotFound
            | NotPermitted
            | PermissionDenied
            | TooManyLinks
    )
}
