//! Snapshots: the steps that make and give back, and what is removed for good.

use std::path::{Path, PathBuf};

use lw_fs::act::Durable;
use lw_fs::snapshot::{
    self, Diagnosis, LATEST, LinksAs, Member, MendRequest, Repair, RestoreRequest, Source,
    StandingName, Store, TakeRequest,
};
use lw_fs::stage::{Monitor, StageError};
use lw_fs::{FsError, Hand, act, look};

use super::perform::StepError;
use super::session::Session;
use crate::jobs::inventory::BadPattern;
use crate::jobs::snapshot::{LeftOut, LinkRules};
use crate::plan::{SnapshotWish, Standing};

/// Makes a snapshot in the private folder that its store has for it.
pub(super) fn take(
    hand: &mut Hand<'_>,
    wish: &SnapshotWish,
    monitor: &dyn Monitor,
) -> Result<(), StepError> {
    let not_done = |error: StageError| StepError::NotDone(error.into());
    let store = Store::new(wish.store.clone());
    let sources: Vec<Source> = wish
        .sources
        .iter()
        .map(|source| Source {
            name: source.name.clone(),
            path: source.path.clone(),
            given: source.given.as_ref().map(|given| given.0.clone()),
        })
        .collect();
    let bad = |error: BadPattern| {
        let source = std::io::Error::other(error.to_string());
        not_done(FsError::new("understand the patterns for", &wish.store, source).into())
    };
    let closed: Vec<PathBuf> = wish.closed.iter().map(|path| path.0.clone()).collect();
    let left_out = LeftOut::new(&wish.excluded).map_err(bad)?;
    let excluded = |below: &Path, _kind| left_out.includes(below);
    let rules = LinkRules::new(&wish.links_at).map_err(bad)?;
    let links_at = |below: &Path| rules.of(below);
    let request = TakeRequest {
        sources: &sources,
        store: &store,
        id: &wish.id,
        header: wish.header.as_bytes(),
        basis: wish.basis.as_deref(),
        links: wish.links,
        links_at: (!wish.links_at.is_empty()).then_some(&links_at),
        guard: wish.guard,
        share: wish.share,
        compares_all: wish.compares_all,
        allows_empty: wish.allows_empty,
        resumes: wish.resumes,
        crosses_mounts: wish.cross_mounts,
        excluded: (!wish.excluded.is_empty()).then_some(&excluded),
        closed: &closed,
        adopts: wish.adopts,
    };
    snapshot::take(hand, &request, monitor).map_err(not_done)?;
    Ok(())
}

/// Builds what a snapshot holds in a private folder.
pub(super) fn restore(
    hand: &mut Hand<'_>,
    (store, id, path, links_as): (&Path, &str, &Path, LinksAs),
    (item, standing): (&Path, &[Standing]),
    (monitor, durable): (&dyn Monitor, Durable),
) -> Result<(), StepError> {
    let standing: Vec<StandingName<'_>> = standing
        .iter()
        .map(|name| StandingName {
            path: &name.path,
            target: &name.target,
            identity: name.file.identity,
        })
        .collect();
    let request = RestoreRequest {
        store: &Store::new(store.to_path_buf()),
        id,
        path,
        folder: item.parent().unwrap_or(item),
        item,
        links_as,
        standing: &standing,
        durable,
    };
    match snapshot::restore(hand, &request, monitor) {
        Ok(_identity) => Ok(()),
        Err(error) => Err(StepError::NotDone(error.into())),
    }
}

/// Puts damaged snapshots right, and returns what was not put right.
///
/// `stamp` is the beginning of the name of the folder in which lies what was replaced; that folder is returned too.
pub fn mend(
    session: &mut Session<'_>,
    (store, members): (&Store, &[Member]),
    diagnosis: &Diagnosis,
    stamp: &str,
    monitor: &dyn Monitor,
) -> (PathBuf, Result<Vec<Repair>, StageError>) {
    let run = format!("{stamp}-{}", session.token());
    let request = MendRequest {
        store,
        members,
        diagnosis,
        run: &run,
    };
    let hand = &mut Hand::grant(session.witness);
    let mended = snapshot::mend(hand, &request, monitor);
    (store.damaged().join(&run), mended)
}

/// Why snapshots were not removed.
#[derive(Debug)]
pub enum ForgetError {
    /// Another process is at work in the store.
    InUse(PathBuf),
    /// The system refused.
    System(FsError),
}

impl From<FsError> for ForgetError {
    fn from(error: FsError) -> Self {
        Self::System(error)
    }
}

/// What is to be removed of a store.
#[derive(Debug, Clone, Copy)]
pub struct Going<'a> {
    /// Snapshots, oldest first.
    pub ids: &'a [String],
    /// How many bytes are to be free on the store's volume: then the others stay. Without it, all go.
    pub until_free_bytes: Option<u64>,
}

/// What was removed.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// The snapshots that are gone, also after a failure.
    pub ids: Vec<String>,
    /// What was free in the end, where it was asked for.
    pub free_bytes: Option<u64>,
}

/// Removes snapshots for good, and leads `latest` to the newest one that stays.
///
/// Each disappears from the store in one step, whatever happens after that; what an interrupted removal has left goes first.
/// Files that other snapshots share stay in those, so what is free is looked at after each.
pub fn forget(
    session: &mut Session<'_>,
    store: &Store,
    going: Going<'_>,
) -> (Forgotten, Result<(), ForgetError>) {
    let mut gone = Forgotten::default();
    let hand = &mut Hand::grant(session.witness);
    let done = forget_all(hand, store, going, &mut gone);
    (gone, done)
}

/// Removes for good what interrupted runs have left of snapshots that were not finished; returns the folders that are gone, also
/// after a failure.
pub fn forget_leftovers(
    session: &mut Session<'_>,
    store: &Store,
) -> (Vec<PathBuf>, Result<(), ForgetError>) {
    let mut gone = Vec::new();
    let hand = &mut Hand::grant(session.witness);
    let done = discard_leftovers(hand, store, &mut gone);
    (gone, done)
}

fn discard_leftovers(
    hand: &mut Hand<'_>,
    store: &Store,
    gone: &mut Vec<PathBuf>,
) -> Result<(), ForgetError> {
    let Some(_lock) = act::hold_lock(hand, &store.lock())? else {
        return Err(ForgetError::InUse(store.root().to_path_buf()));
    };
    for left in store.leftovers()? {
        snapshot::remove(hand, &left)?;
        gone.push(left);
    }
    Ok(())
}

fn forget_all(
    hand: &mut Hand<'_>,
    store: &Store,
    going: Going<'_>,
    gone: &mut Forgotten,
) -> Result<(), ForgetError> {
    let lock_path = store.lock();
    let Some(lock) = act::hold_lock(hand, &lock_path)? else {
        return Err(ForgetError::InUse(store.root().to_path_buf()));
    };
    empty_trash(hand, store)?;
    // While somebody was asked, others may have taken a snapshot, or taken one back.
    let now = crate::jobs::snapshot::list_to_go_on_from(store)?;
    match now.snapshots.last() {
        Some(newest) if !going.ids.contains(&newest.id) => {
            lead_latest(hand, store, (&newest.id, going.ids))?;
        }
        Some(_) => return Err(FsError::changed("forget what was shown of", store.root()).into()),
        None => {}
    }
    if going.until_free_bytes.is_some() && !is_enough(hand, store, going.until_free_bytes, gone)? {
        discard_unfinished(hand, store)?;
    }
    for id in going.ids {
        if is_enough(hand, store, going.until_free_bytes, gone)? {
            break;
        }
        // Without its tree a manifest stands for nothing, so the tree goes first.
        discard(hand, store, &store.tree(id), id)?;
        discard(hand, store, &store.manifest(id), &format!("{id}.idx"))?;
        act::sync_folder(hand, store.root())?;
        gone.ids.push(id.clone());
        empty_trash(hand, store)?;
    }
    is_enough(hand, store, going.until_free_bytes, gone)?;
    // The file stays: another process may wait for it by its name.
    drop(lock);
    Ok(())
}

/// Returns whether so much is free, if it is asked for; notes how much.
fn is_enough(
    hand: &mut Hand<'_>,
    store: &Store,
    until_free_bytes: Option<u64>,
    gone: &mut Forgotten,
) -> Result<bool, FsError> {
    let Some(wanted) = until_free_bytes else {
        return Ok(false);
    };
    act::sync_volume(hand, store.root())?;
    let free_bytes = look::free(store.root())?.bytes;
    gone.free_bytes = Some(free_bytes);
    Ok(free_bytes >= wanted)
}

/// Removes what lies in a store's folder for what is on its way out.
fn empty_trash(hand: &mut Hand<'_>, store: &Store) -> Result<(), FsError> {
    let trash = store.trash();
    for name in look::content::names(&trash)? {
        // Of one whose removal was interrupted between the two.
        if let Some(id) = name.to_str().filter(|name| snapshot::is_id(name)) {
            discard(hand, store, &store.manifest(id), &format!("{id}.idx"))?;
        }
    }
    for name in look::content::names(&trash)? {
        snapshot::remove(hand, &trash.join(name))?;
    }
    Ok(())
}

/// Removes what interrupted runs have left half made; what is finished is an operation's, and waits for being settled.
fn discard_unfinished(hand: &mut Hand<'_>, store: &Store) -> Result<(), FsError> {
    for id in store.unfinished()? {
        if look::entry_if_any(&store.staged(&id))?.is_none() {
            match snapshot::remove(hand, &store.staging(&id)) {
                // Another user's.
                Err(error) if error.kind.is_denied() => {}
                other => other?,
            }
        }
    }
    Ok(())
}

/// Moves something to what is on its way out, if it is there.
fn discard(hand: &mut Hand<'_>, store: &Store, from: &Path, name: &str) -> Result<(), FsError> {
    if look::entry_if_any(from)?.is_none() {
        return Ok(());
    }
    let slot = store.trash();
    let paths = act::RenamePaths {
        from,
        to: &slot.join(name),
    };
    act::rename_no_replace(hand, paths, &slot)
}

/// Lets the link to the newest snapshot lead to it, in one step, if it leads to one that goes or to nothing; where there is
/// no such link, none is made.
fn lead_latest(
    hand: &mut Hand<'_>,
    store: &Store,
    (newest, going): (&str, &[String]),
) -> Result<(), FsError> {
    let latest = store.latest();
    if !look::entry_if_any(&latest)?.is_some_and(|entry| entry.kind.is_link()) {
        return Ok(());
    }
    let text = look::read_link(&latest)?;
    let stays = !going.iter().any(|id| text == id.as_str());
    if stays && look::entry_if_any(&store.root().join(&text))?.is_some() {
        return Ok(());
    }
    let next = store.control().join(format!("{LATEST}-next"));
    if look::entry_if_any(&next)?.is_some() {
        act::remove_link(hand, &next)?;
    }
    act::create_symbolic_link(hand, &next, newest.as_ref())?;
    let paths = act::RenamePaths {
        from: &next,
        to: &latest,
    };
    act::rename_over(hand, paths)
}
