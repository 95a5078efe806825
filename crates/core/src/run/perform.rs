//! One step: check what it requires, act, look whether it ensured what it promised.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lw_fs::act::{self, Durable, HardLinkPaths, RenamePaths};
use lw_fs::look::{self, Identity, ReAim};
use lw_fs::stage::{self, BuildRequest, Monitor, Removal, RetireRequest, StageError};
use lw_fs::{FsError, FsErrorKind, Hand};

use super::folder_facts;
use super::looked::{Looked, first_misfit, look_at};
use super::slot::put_scrap_aside;
use crate::ledger::LedgerError;
use crate::plan::{Compared, CopyOptions, Fact, Lasting, Outcome, State, Step, Trace};

/// Name, in a unit's private folder, of a link on its way out.
pub(super) const SCRAP: &str = "scrap";

/// Why a step was not done.
#[derive(Debug)]
pub enum Failure {
    /// The disk is not what the plan was made for.
    Changed {
        /// Where.
        path: PathBuf,
        /// What the plan was made for.
        expected: State,
        /// What is there.
        found: State,
    },
    /// The system refused.
    Refused(FsError),
    /// A copy could not be made, or the old tree not be cleared.
    Stage(StageError),
    /// What was done could not be recorded, so it was not gone on with.
    NotRecorded(Box<LedgerError>),
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        match error {
            StageError::System(error) => Self::Refused(error),
            other => Self::Stage(other),
        }
    }
}

impl From<FsError> for Failure {
    fn from(error: FsError) -> Self {
        Self::Refused(error)
    }
}

/// How a step that was not done left the disk.
#[derive(Debug)]
pub(super) enum StepError {
    /// As it was before the step.
    NotDone(Failure),
    /// Something was caught that was not planned, and could not be put back.
    Stuck(Failure),
    /// The user asked to stop in the middle of a step that is gone on with when the unit is settled.
    Interrupted,
}

/// What a step is done in: its unit's private folder, who is told how far it is, and what was just seen.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) slot: &'a Path,
    pub(super) monitor: &'a dyn Monitor,
    /// What the step right before this one has looked at and found so; it is not looked at again.
    pub(super) seen: &'a [Fact],
    /// When what a snapshot holds is made durable.
    pub(super) durable: Durable,
}

/// Does one step of a unit.
pub(super) fn perform(
    hand: &mut Hand<'_>,
    step: &Step,
    work: Work<'_>,
) -> Result<Outcome, StepError> {
    if let Step::Stage { item, .. } | Step::StageRestore { item, .. } = step {
        // A run that finished the copy could not take that back, where its volume was gone by then.
        stage::unready(hand, item.parent().unwrap_or(item), item).map_err(not_done)?;
    }
    let mut required = step.requires();
    required.retain(|fact| !work.seen.contains(fact));
    if let Some(failure) = first_misfit(&required).map_err(not_done)? {
        if is_already_so(step).map_err(not_done)? {
            return Ok(Outcome::Skipped);
        }
        return Err(StepError::NotDone(failure));
    }
    match step {
        Step::Retire { .. } => return retire(hand, step, work),
        Step::GiveFacts {
            folder,
            what,
            facts,
        } => return folder_facts::give(hand, (folder, what), facts, work.monitor),
        Step::RemoveFolder { folder, .. } => return remove_folder(hand, folder),
        _ => {}
    }
    let slot = work.slot;
    let mut looked = None;
    if let Err(error) = act_on(hand, step, work, &mut looked) {
        // The system's word is not trusted over the disk: an error may come after the deed.
        return match error {
            StepError::NotDone(Failure::Refused(_)) if changes_something(step) && ensured(step) => {
                Ok(Outcome::Done { made: made(step) })
            }
            other => Err(other),
        };
    }
    match looked.unwrap_or_else(|| look_at(&step.ensures())) {
        Ok(Looked::Fitting(found)) => Ok(Outcome::Done {
            made: made_of(step, found),
        }),
        Ok(Looked::Misfit(failure)) => Err(put_back(hand, step, slot, failure)),
        Err(error) => Err(put_back(hand, step, slot, error.into())),
    }
}

pub(super) fn not_done(error: FsError) -> StepError {
    match error.kind {
        FsErrorKind::LeftBehind => StepError::Stuck(error.into()),
        _ => StepError::NotDone(error.into()),
    }
}

/// Does what the step says; `looked` takes what was seen of what it ensures, where that had to be looked at.
fn act_on(
    hand: &mut Hand<'_>,
    step: &Step,
    work: Work<'_>,
    looked: &mut Option<Result<Looked, FsError>>,
) -> Result<(), StepError> {
    let slot = work.slot;
    match step {
        Step::Stage {
            source,
            item,
            options,
            ..
        } => return build(hand, source, item, options, work.monitor),
        Step::StageSnapshot { snapshot, .. } => {
            return super::snapshot::take(hand, snapshot, work.monitor);
        }
        Step::StageRestore {
            store,
            id,
            path,
            item,
            links_as,
            standing,
            ..
        } => {
            let what = (&**store, &**id, &**path, *links_as);
            let how = (work.monitor, work.durable);
            return super::snapshot::restore(hand, what, (item, standing), how);
        }
        Step::Sync { folders } => {
            let mut folders = folders.iter();
            folders.try_for_each(|folder| act::sync_folder(hand, &folder.0))
        }
        // The record of the step is all there is to it.
        Step::Share { .. } => Ok(()),
        Step::Retire { .. } | Step::RemoveFolder { .. } | Step::GiveFacts { .. } => Ok(()),
        Step::WriteFile { file, text, mode } => act::write_file(hand, file, text.as_bytes(), *mode),
        Step::CreateFolder { folder, mode } => act::create_folder(hand, folder, *mode),
        Step::CreateSymbolicLink {
            link,
            native: Some(native),
            ..
        } => act::create_native_link(hand, link, native, slot),
        Step::CreateSymbolicLink { link, text, .. } => act::create_symbolic_link(hand, link, text),
        Step::CreateHardLink { target, link, .. } => {
            act::create_hard_link(hand, HardLinkPaths { target, link })
        }
        Step::Rename { from, to, .. }
        | Step::Quarantine {
            path: from,
            item: to,
            ..
        } => {
            let paths = RenamePaths { from, to };
            return rename(hand, paths, slot);
        }
        Step::Exchange { a, b, .. } => act::exchange_unless_seen(hand, a, b, || {
            let ensured = step.ensures();
            let looked = looked.insert(look_at(&ensured));
            matches!(looked, Ok(Looked::Fitting(_))) && ensured.iter().all(Fact::is_of_one_thing)
        }),
        Step::RemoveScratch { link, .. } => return remove_scratch(hand, step, link, slot),
        Step::ReAim { link, was, becomes } => re_aim(hand, link, was, becomes),
        Step::Check { compared } => return check(compared),
        Step::Grace { wait_ms } => {
            std::thread::sleep(Duration::from_millis(*wait_ms));
            Ok(())
        }
    }
    .map_err(not_done)
}

fn build(
    hand: &mut Hand<'_>,
    source: &Path,
    item: &Path,
    options: &CopyOptions,
    monitor: &dyn Monitor,
) -> Result<(), StepError> {
    let texts = options.texts();
    let request = BuildRequest {
        source,
        folder: item.parent().unwrap_or(item),
        item,
        re_aims: &texts,
        verify: options.verify,
        live: options.live,
        lossy: options.lossy,
    };
    match stage::build(hand, &request, monitor) {
        Ok(_identity) => Ok(()),
        Err(error) => Err(StepError::NotDone(error.into())),
    }
}

/// Carries over what was written late and removes what was verified; what is kept is told in the outcome.
fn retire(hand: &mut Hand<'_>, step: &Step, work: Work<'_>) -> Result<Outcome, StepError> {
    let Step::Retire {
        old,
        new,
        stage,
        durable,
        keep,
        options,
        ..
    } = step
    else {
        return Ok(Outcome::Skipped);
    };
    // Nothing of the old tree may go before the new one is there for good, and the link that leads to it.
    for folder in durable {
        act::sync_folder(hand, &folder.0).map_err(not_done)?;
    }
    let texts = options.texts();
    let request = RetireRequest {
        old,
        new,
        folder: stage,
        re_aims: &texts,
        removal: if *keep {
            Removal::Nothing
        } else {
            Removal::Verified
        },
        live: options.live,
        lossy: options.lossy,
    };
    match stage::retire(hand, &request, work.monitor) {
        Ok(retired) => Ok(Outcome::Retired { kept: retired.kept }),
        Err(StageError::Cancelled) => Err(StepError::Interrupted),
        Err(error) => Err(StepError::NotDone(error.into())),
    }
}

/// Removes a folder if nothing is in it; what somebody has put there since is theirs.
fn remove_folder(hand: &mut Hand<'_>, folder: &Path) -> Result<Outcome, StepError> {
    match act::remove_empty_folder(hand, folder).map_err(not_done)? {
        true => Ok(Outcome::Done { made: None }),
        false => Ok(Outcome::Skipped),
    }
}

fn re_aim(hand: &mut Hand<'_>, link: &Path, was: &Trace, becomes: &Trace) -> Result<(), FsError> {
    match (&was.native, &becomes.native) {
        (Some(was), Some(becomes)) => act::re_aim_native_link(hand, link, ReAim { was, becomes }),
        // No plan says so of another link.
        _ => Err(FsError::changed("write another target into", link)),
    }
}

fn remove_scratch(
    hand: &mut Hand<'_>,
    step: &Step,
    link: &Path,
    slot: &Path,
) -> Result<(), StepError> {
    if link.starts_with(slot) {
        return act::remove_link(hand, link).map_err(not_done);
    }
    let scrap = catch(hand, link, step.requires(), slot)?;
    act::remove_link(hand, &scrap).map_err(not_done)
}

/// Takes back one of at least two names of a file.
pub(super) fn remove_name(
    hand: &mut Hand<'_>,
    link: &Path,
    file: &Trace,
    slot: &Path,
) -> Result<(), StepError> {
    if link.starts_with(slot) {
        return act::remove_extra_name(hand, link).map_err(not_done);
    }
    let scrap = catch(hand, link, vec![Fact::present(link, file)], slot)?;
    act::remove_extra_name(hand, &scrap).map_err(not_done)
}

/// Renames; where the system knows no other way than two names for a moment, a half-done rename is taken back.
fn rename(hand: &mut Hand<'_>, paths: RenamePaths<'_>, slot: &Path) -> Result<(), StepError> {
    match act::rename_no_replace(hand, paths, slot) {
        Ok(()) => Ok(()),
        Err(error) if error.kind == FsErrorKind::LeftBehind => Err(not_done(error)),
        Err(error) => match act::undo_half_rename(hand, paths, slot) {
            Ok(()) => Err(not_done(error)),
            Err(_) => Err(StepError::Stuck(error.into())),
        },
    }
}

/// Renames what stands at `link` into the private folder, looks at what was caught, and puts it back if it is not
/// what `expected` says. Returns where it lies; once caught, the name is gone as promised, and a scrap that stays is
/// swept up with its folder.
fn catch(
    hand: &mut Hand<'_>,
    link: &Path,
    mut expected: Vec<Fact>,
    slot: &Path,
) -> Result<PathBuf, StepError> {
    put_scrap_aside(hand, slot).map_err(not_done)?;
    let scrap = slot.join(SCRAP);
    act::rename_no_replace(
        hand,
        RenamePaths {
            from: link,
            to: &scrap,
        },
        slot,
    )
    .map_err(not_done)?;
    for fact in &mut expected {
        fact.path = scrap.clone();
    }
    let failure = match first_misfit(&expected) {
        Ok(None) => return Ok(scrap),
        Ok(Some(failure)) => failure,
        Err(error) => error.into(),
    };
    match act::rename_no_replace(
        hand,
        RenamePaths {
            from: &scrap,
            to: link,
        },
        slot,
    ) {
        Ok(()) => Err(StepError::NotDone(failure)),
        Err(_) => Err(StepError::Stuck(failure)),
    }
}

/// The deed caught or exposed something that was not planned: undo just it.
fn put_back(hand: &mut Hand<'_>, step: &Step, slot: &Path, failure: Failure) -> StepError {
    let back = match step {
        Step::Rename { from, to, .. }
        | Step::Quarantine {
            path: from,
            item: to,
            ..
        } => act::rename_no_replace(hand, RenamePaths { from: to, to: from }, slot),
        Step::Exchange { a, b, .. } => act::exchange(hand, a, b),
        // The new name is right and what it is a name of has changed.
        Step::CreateHardLink { link, file, .. }
            if matches!(first_misfit(&[Fact::present(link, file)]), Ok(None)) =>
        {
            if !link.starts_with(slot) {
                return StepError::Stuck(failure);
            }
            act::remove_extra_name(hand, link)
        }
        // The link has another target and was moved away by someone else at once.
        Step::ReAim { .. } => return StepError::Stuck(failure),
        // What was made here was replaced at once by someone else: theirs stays.
        Step::CreateSymbolicLink { .. }
        | Step::CreateHardLink { .. }
        | Step::RemoveScratch { .. }
        | Step::WriteFile { .. }
        | Step::CreateFolder { .. }
        | Step::RemoveFolder { .. }
        | Step::GiveFacts { .. }
        | Step::Check { .. }
        | Step::Share { .. }
        | Step::Stage { .. }
        | Step::StageSnapshot { .. }
        | Step::StageRestore { .. }
        | Step::Sync { .. }
        | Step::Retire { .. }
        | Step::Grace { .. } => return StepError::NotDone(failure),
    };
    match back {
        Ok(()) => StepError::NotDone(failure),
        Err(_) => StepError::Stuck(failure),
    }
}

/// Looks whether what a plan compared is still what it was.
fn check(compared: &[Compared]) -> Result<(), StepError> {
    for Compared {
        path,
        size_bytes,
        modified_ns,
    } in compared
    {
        let entry = look::entry(path).map_err(not_done)?;
        if entry.size_bytes != *size_bytes || entry.modified_ns != *modified_ns {
            return Err(not_done(FsError::changed("rely on the content of", path)));
        }
    }
    Ok(())
}

fn is_already_so(step: &Step) -> Result<bool, FsError> {
    match step {
        Step::CreateSymbolicLink {
            lasting: Lasting::Yes,
            ..
        } => Ok(first_misfit(&step.ensures())?.is_none()),
        _ => Ok(false),
    }
}

fn changes_something(step: &Step) -> bool {
    !step.ensures().is_empty()
}

fn ensured(step: &Step) -> bool {
    matches!(first_misfit(&step.ensures()), Ok(None))
        && matches!(first_misfit(&step.requires()), Ok(Some(_)))
}

/// Returns the identity of what the step made.
pub(super) fn made(step: &Step) -> Option<Identity> {
    let (Step::CreateSymbolicLink { link, .. } | Step::CreateHardLink { link, .. }) = step else {
        return None;
    };
    match State::of(link) {
        Ok(State::Present(trace)) => trace.identity,
        _ => None,
    }
}

/// As [`made`], from what was found where the step ensures something.
fn made_of(step: &Step, found: Vec<State>) -> Option<Identity> {
    let (Step::CreateSymbolicLink { link, .. } | Step::CreateHardLink { link, .. }) = step else {
        return None;
    };
    let mut ensured = step.ensures().into_iter().zip(found);
    match ensured.find(|(fact, _)| fact.path == *link)? {
        (_, State::Present(trace)) => trace.identity,
        _ => None,
    }
}
