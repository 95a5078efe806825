//! Taking a snapshot: a new tree in a private place, most of it links to the files of an earlier one.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use super::basis::{Basis, Trust};
use super::closed;
use super::follow::{Fates, follow_once};
use super::groups::Groups;
use super::leftovers::{discard, interrupted};
use super::manifest::{Manifest, Writer};
use super::record::{Facts, Folder, FolderId, NO_FOLDER, Totals};
pub(super) use super::request::{Guard, LinkPolicy, Share, Source, TakeRequest};
use super::store::{self, Store};
use super::visit::{Visit, Worker};
use crate::hand::SharedHand;
use crate::look::{self, Kind};
use crate::stage::crew::each_folder;
pub(super) use crate::stage::handles::Root;
use crate::stage::handles::{Roots, Side};
use crate::stage::record::{CONTAINER, NodeId, Tree};
use crate::stage::{Amount, BUILDING, Monitor, Phase, StageError, Status};
use crate::{FsError, FsErrorKind, Hand, act, sys};

/// Makes a snapshot in the store's private folder for it, whole and durable, and returns how much it holds.
///
/// Publishes nothing; the store is locked until the work of `hand` ends, so that it can be published before others are at work. Shares no inode with the sources, unless it adopts them, and changes none that an earlier snapshot uses. What an interrupted
/// run has left is linked to, and removed in the end; after a failure what is there can be gone on with likewise.
pub fn take(
    hand: &mut Hand<'_>,
    request: &TakeRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Totals, StageError> {
    let store = request.store;
    store.prepare(hand)?;
    if !hand.holds(&store.lock()) {
        let Some(lock) = act::hold_lock(hand, &store.lock())? else {
            let path = store.root().to_path_buf();
            return Err(StageError::InUse { path });
        };
        hand.hold(lock);
    }
    take_locked(&hand.shared(), request, monitor)
}

fn take_locked(
    hand: &SharedHand<'_>,
    request: &TakeRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Totals, StageError> {
    let store = request.store;
    let staging = store.staging(request.id);
    let building = staging.join(BUILDING);
    let interrupted = match request.resumes {
        true => interrupted(store, request.id)?,
        false => None,
    };
    // Of one import each snapshot has its place in staging, for undo.
    if !request.adopts {
        // Before anything is copied: what is left and serves nothing may be what fills the disk.
        let gone_on_with = interrupted.as_ref().map(|left| left.name.as_str());
        discard(hand, store, &[Some(request.id), gone_on_with])?;
    }
    let container = make_staging(hand, &staging)?;
    let mut bases = Vec::new();
    if let Some(id) = request.basis {
        let manifest = Manifest::open(&store.manifest(id))?;
        bases.push(Basis::new(
            manifest,
            side(store.root(), id)?,
            Trust::Published,
        ));
    }
    if let Some(left) = interrupted {
        let side = side(&left.folder, store::TREE)?;
        bases.push(Basis::new(left.manifest, side, Trust::Interrupted));
    }
    let to = Side {
        container: Arc::new(container),
        root_name: OsString::from(store::TREE),
        root: building.join(store::TREE),
    };
    let wrap = |error| FsError::new("begin the manifest in", &building, error);
    let writer = Writer::create(
        hand,
        (&to.container, &building),
        OsStr::new(store::MANIFEST),
        request.header,
    )
    .map_err(wrap)?;
    monitor.begin(Phase::Copy, as_before(&bases));
    let (totals, was_emptied) = build(hand, request, (&to, &bases, &writer), monitor)?;
    let held = bases
        .first()
        .filter(|basis| basis.trust == Trust::Published);
    let had_some = held.is_some_and(|basis| basis.manifest.totals().files > 0);
    let is_gone = totals.files == 0 && had_some || was_emptied;
    if is_gone && !request.allows_empty {
        return Err(StageError::NothingThere);
    }
    monitor.begin(Phase::Sync, Amount::default());
    hand.effect(
        "sync volume",
        || to.root.clone(),
        || sys::pages::sync_volume(&to.container),
    )
    .map_err(|error| FsError::new("make durable", &to.root, error))?;
    writer
        .finish(hand, &totals)
        .map_err(|error| FsError::new("write the manifest in", &building, error))?;
    drop((bases, to));
    if !request.adopts {
        discard(hand, store, &[Some(request.id)])?;
    }
    finish(hand, store, request.id)?;
    Ok(totals)
}

/// Returns how much is to be taken if it is as much as in the snapshot before; how much of that is to be copied is not known.
fn as_before(bases: &[Basis]) -> Amount {
    let mut published = bases.iter().filter(|basis| basis.trust == Trust::Published);
    let files = published.next().map_or(0, |basis| {
        let totals = basis.manifest.totals();
        totals.files + totals.links + totals.pipes
    });
    Amount { bytes: 0, files }
}

/// Gives what is finished the name under which it counts, in one step.
fn finish(hand: &SharedHand<'_>, store: &Store, id: &str) -> Result<(), FsError> {
    let done = store.staged(id);
    let wrap = |error| FsError::new("finish the snapshot in", &done, error);
    let folder = sys::tree::open_folder(&store.staging(id)).map_err(wrap)?;
    let side = Side {
        container: Arc::new(folder),
        root_name: OsString::from(BUILDING),
        root: store.staging(id).join(BUILDING),
    };
    let name = done.file_name().unwrap_or_default();
    crate::stage::rename_in_stage(hand, &side, (OsStr::new(BUILDING), name)).map_err(wrap)
}

/// Makes the private folder of a snapshot, and in it the folder that holds the sources; returns the one between.
fn make_staging(hand: &SharedHand<'_>, staging: &Path) -> Result<sys::dir::Dir, FsError> {
    let wrap = |error| FsError::new("create", staging, error);
    let all = sys::tree::open_folder(staging.parent().unwrap_or(staging)).map_err(wrap)?;
    let name = staging.file_name().unwrap_or_default();
    let make = || sys::dir::create_dir(&all, name, 0o700);
    hand.effect("create folder", || staging.to_path_buf(), make)
        .map_err(wrap)?;
    let folder = sys::tree::open_child(&all, name).map_err(wrap)?;
    hand.effect(
        "close folder",
        || staging.to_path_buf(),
        || sys::keep::forget_inherited(&folder),
    )
    .map_err(wrap)?;
    let building = staging.join(BUILDING);
    let make = || sys::dir::create_dir(&folder, OsStr::new(BUILDING), 0o700);
    hand.effect("create folder", || building.clone(), make)
        .map_err(wrap)?;
    let folder = sys::tree::open_child(&folder, OsStr::new(BUILDING)).map_err(wrap)?;
    let make = || {
        sys::dir::create_dir(&folder, OsStr::new(store::TREE), 0o755)?;
        // Whoever may enter the store may see what is in it, as far as the folders in it let them.
        sys::dir::set_mode(&folder, OsStr::new(store::TREE), 0o755)
    };
    hand.effect("create folder", || building.join(store::TREE), make)
        .map_err(wrap)?;
    Ok(folder)
}

fn side(folder: &Path, name: &str) -> Result<Side, FsError> {
    let wrap = |error| FsError::new("open", folder, error);
    Ok(Side {
        container: Arc::new(sys::tree::open_folder(folder).map_err(wrap)?),
        root_name: OsString::from(name),
        root: folder.join(name),
    })
}

/// What all threads of one run share.
pub(super) struct Taking<'a, 'h> {
    pub(super) hand: &'a SharedHand<'h>,
    pub(super) request: &'a TakeRequest<'a>,
    pub(super) monitor: &'a dyn Monitor,
    pub(super) tree: &'a Tree,
    /// For messages only: each source has a folder of its own.
    pub(super) from: Side,
    pub(super) to: &'a Side,
    pub(super) bases: &'a [Basis],
    pub(super) groups: Groups,
    pub(super) writer: &'a Writer,
    /// Identity of the store's folder, which is not entered.
    pub(super) store: (u64, u64),
    /// Identities of further folders that are not entered.
    pub(super) closed: Vec<(u64, u64)>,
    /// How many names a file of the store can have, where that is known.
    pub(super) most_names: Option<u64>,
    /// Whether syncing the volume is not known to be enough for its files.
    pub(super) sync_each: bool,
    /// Whether the sources' and the store's volumes are known not to share blocks.
    pub(super) clones_nothing: AtomicBool,
    /// Whether the store's volume was found to share no blocks.
    pub(super) store_clones_nothing: AtomicBool,
    /// What a new folder has by itself.
    pub(super) new_folder: sys::keep::Has,
    pub(super) umask: u32,
    /// Which folders of the bases stand for folders that are still to be looked at.
    places: Mutex<HashMap<(usize, NodeId), PlaceInBasis>>,
    /// Folders that are elsewhere than their names say: sources, and what stands in place of links.
    pub(super) roots: Roots,
    /// What becomes of links, where each thing is taken once.
    pub(super) fates: Fates,
    /// Whether a source in which nothing is held something in the snapshot before: perhaps its volume is not mounted.
    pub(super) was_emptied: AtomicBool,
}

/// Which folder of a basis stands for a folder, and which one speaks of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaceInBasis {
    pub(super) id: FolderId,
    pub(super) parent: FolderId,
}

/// The folder that holds the sources.
pub(super) const ROOT: NodeId = CONTAINER + 1;

fn build(
    hand: &SharedHand<'_>,
    request: &TakeRequest<'_>,
    (to, bases, writer): (&Side, &[Basis], &Writer),
    monitor: &dyn Monitor,
) -> Result<(Totals, bool), StageError> {
    let tree = Tree::new();
    tree.add(CONTAINER, store::TREE.as_bytes(), Default::default());
    let wrap = |error| FsError::new("look at", request.store.root(), error);
    let root = sys::tree::open_folder(request.store.root()).map_err(wrap)?;
    let store = sys::tree::folder_status(&root).map_err(wrap)?;
    let taking = Taking {
        hand,
        request,
        monitor,
        tree: &tree,
        from: Side {
            container: Arc::new(root),
            root_name: OsString::new(),
            root: PathBuf::new(),
        },
        to,
        bases,
        groups: Groups::default(),
        writer,
        store: (store.device, store.inode),
        closed: closed::identities(request.closed),
        most_names: look::volume_of(request.store.root())
            .ok()
            .and_then(|volume| look::most_names(&volume)),
        sync_each: !sys::pages::volume_sync_suffices(&to.container),
        clones_nothing: AtomicBool::new(false),
        store_clones_nothing: AtomicBool::new(false),
        // Made with these bits alone, whatever is masked for others.
        new_folder: sys::keep::has_when_new(0o700, 0),
        umask: sys::tree::umask(),
        places: Mutex::default(),
        roots: Roots::default(),
        was_emptied: AtomicBool::new(false),
        fates: match request.links {
            LinkPolicy::FollowOnce => follow_once(request)?,
            _ => Fates::default(),
        },
    };
    for number in 0..bases.len() {
        let place = PlaceInBasis {
            id: 0,
            parent: NO_FOLDER,
        };
        taking.note_place(number, ROOT, place);
    }
    let totals = Mutex::new(Totals::default());
    let first = begin_sources(&taking, &totals)?;
    each_folder(
        monitor,
        first,
        |_| Worker::new(&taking, &totals),
        |worker, id, found| Visit::new(&taking, id).run(worker, found),
    )?;
    let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((totals, taking.was_emptied.into_inner()))
}

/// Takes the folder that holds the sources: files among them at once; the numbers of folders are returned.
fn begin_sources(
    taking: &Taking<'_, '_>,
    totals: &Mutex<Totals>,
) -> Result<Vec<NodeId>, StageError> {
    let mut worker = Worker::new(taking, totals);
    let mut sources: Vec<&Source> = taking.request.sources.iter().collect();
    sources.sort_unstable_by_key(|source| crate::name_bytes(&source.name));
    let visit = Visit::new(taking, ROOT);
    let earlier = visit.earlier()?;
    let mut entries = Vec::new();
    let mut first = Vec::new();
    for source in sources {
        let wrap = |error| FsError::new("open", &source.path, error);
        let name = crate::name_bytes(&source.name);
        let (parent, own) = match source.path.parent().zip(source.path.file_name()) {
            Some((parent, own)) => (sys::tree::open_folder(parent).map_err(wrap)?, own),
            None => (
                sys::tree::open_folder(&source.path).map_err(wrap)?,
                OsStr::new("."),
            ),
        };
        let status = sys::tree::status_at(&parent, own).map_err(wrap)?;
        if status.kind == Kind::SymbolicLink && !taking.request.adopts {
            // The path was free of links when it was given: a snapshot of a link alone would pass for one of all that was there.
            return Err(wrap(std::io::ErrorKind::NotADirectory.into()).into());
        }
        if status.kind != Kind::Directory {
            let entry = visit.source_file(&mut worker, name, (&parent, own), &status)?;
            entries.extend(entry);
            continue;
        }
        // Not by its name in the folder above: another volume may be mounted on it.
        let folder = sys::tree::open_folder(&source.path).map_err(wrap)?;
        let (child, entry) = visit.create_folder(&mut worker, name, &earlier)?;
        entries.push(entry);
        taking.roots.add(child, Root::Open(Arc::new(folder)));
        first.push(child);
    }
    let folder = Folder {
        id: 0,
        parent: NO_FOLDER,
        name: Box::default(),
        flags: 0,
        device: 0,
        facts: Facts::default(),
        attributes: Vec::new(),
        entries,
    };
    visit.record(&folder)?;
    first.reverse();
    Ok(first)
}

impl Taking<'_, '_> {
    /// Notes which folder of a basis stands for a folder.
    pub(super) fn note_place(&self, number: usize, id: NodeId, place: PlaceInBasis) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert((number, id), place);
    }

    /// Returns which folder of a basis stands for a folder, and forgets it, but for the one that holds the sources.
    pub(super) fn place_in(&self, number: usize, id: NodeId) -> Option<PlaceInBasis> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        match id {
            ROOT => places.get(&(number, id)).copied(),
            _ => places.remove(&(number, id)),
        }
    }

    /// Returns the path of an entry in its source, for messages.
    pub(super) fn path_in_source(&self, id: NodeId, name: &[u8]) -> PathBuf {
        let below = self.path_below(id, name);
        let mut parts = below.components();
        let source = parts.next().and_then(|first| {
            let mut sources = self.request.sources.iter();
            sources.find(|source| source.name == first.as_os_str())
        });
        let rest = parts.as_path();
        match source {
            Some(source) if rest.as_os_str().is_empty() => source.path.clone(),
            Some(source) => source.path.join(rest),
            None => below,
        }
    }

    /// Returns the path of an entry below the folder that holds the sources.
    pub(super) fn path_below(&self, id: NodeId, name: &[u8]) -> PathBuf {
        self.tree.path_below_root(id, name)
    }

    /// Says what was tried on which entry of the source, and why it failed.
    pub(super) fn failed(
        &self,
        operation: &'static str,
        (id, name): (NodeId, &[u8]),
        error: std::io::Error,
    ) -> StageError {
        if error.kind() == std::io::ErrorKind::Interrupted && self.monitor.is_cancelled() {
            return StageError::Cancelled;
        }
        let (from, to) = (
            self.path_in_source(id, name),
            self.to.path(self.tree, id, name),
        );
        FsError::on_two(operation, &from, &to, error).into()
    }

    /// Returns what becomes of a link.
    pub(super) fn links(&self, id: NodeId, name: &[u8]) -> LinkPolicy {
        let own = self.request.links_at;
        let own = own.and_then(|links_at| links_at(&self.path_below(id, name)));
        own.unwrap_or(self.request.links)
    }

    /// Returns whether something was changed so shortly ago that another change could leave its times alone; asked when its
    /// status was taken, before anything of it is read.
    pub(super) fn is_racy(&self, status: &Status) -> bool {
        /// Linux before 6.13 stamps at most every 10 ms, FAT and exFAT every two seconds.
        const TICK_NS: i64 = 2_100_000_000;
        self.monitor.now_ns().saturating_sub(status.changed_ns) < TICK_NS
    }
}

/// Returns whether the system says that this user may not, or that the device cannot, read something.
pub(super) fn is_unreadable(error: &std::io::Error) -> bool {
    matches!(
        sys::errno::kind(error),
        FsErrorKind::PermissionDenied | FsErrorKind::NotPermitted | FsErrorKind::Guarded
    )
}
