//! Changes that no ledger records: the look-alikes of other programs' commands.
//!
//! Without a record nothing can be settled later, so each order here leaves at every moment the old thing or the new one
//! at the name, or the old one where its description says; where names can be exchanged the name is never missing.

use std::path::{Path, PathBuf};

use lw_fs::act::{self, Durable, HardLinkPaths, RenamePaths};
use lw_fs::look::{self, Entry, Kind, NativeLink, Place};
use lw_fs::{FsError, FsErrorKind, Hand, Witness};

use super::description::{CONTENTS, Contents, FILLING, Item, is_described_by_us};
use super::elsewhere::write_note;
use super::slot;
use crate::plan::{Fate, Keeping, NewLink, PathText, Quarantining, Replacement, Victim};

/// Why a name was not given to a new link.
#[derive(Debug)]
pub enum ReplaceError {
    /// The link could not be made or not be put there; everything is as before.
    Link(FsError),
    /// What would have given way could not be kept; everything is as before.
    Keep(FsError),
    /// What stood at the name could not get its backup's name; everything is as before.
    Backup(FsError),
    /// Something else stands there now; everything is as before.
    Changed(FsError),
    /// The link is there; what gave way, and need not be kept, lies here and could not be removed.
    Remains(PathBuf, FsError),
}

/// Makes a link at a name that is free; nothing is ever replaced.
pub fn create(witness: &mut dyn Witness, place: &Place, new: &NewLink) -> Result<(), FsError> {
    make(&mut Hand::grant(witness), &place.path(), new)
}

/// Puts a new link where something stands, and returns where that is kept if it had to be.
pub fn replace(
    witness: &mut dyn Witness,
    wish: &Replacement,
) -> Result<Option<PathBuf>, ReplaceError> {
    let mut hand = Hand::grant(witness);
    match &wish.victim {
        None => by_backup(&mut hand, wish).map(|()| None),
        Some(victim) if victim.fate == Fate::Goes => {
            in_place_of(&mut hand, wish, victim, &wish.beside).map(|()| None)
        }
        Some(victim) => keeping(&mut hand, wish, victim),
    }
}

fn make(hand: &mut Hand<'_>, path: &Path, new: &NewLink) -> Result<(), FsError> {
    match new {
        NewLink::Symbolic(text) => act::create_symbolic_link(hand, path, text),
        NewLink::Native(native) => make_native(hand, path, native),
        NewLink::Hard(target) => act::create_hard_link(hand, HardLinkPaths { target, link: path }),
    }
}

/// Makes a link that Windows follows, by way of a private folder beside it. If it is killed, that folder stays, with
/// nothing in it but what is empty.
fn make_native(hand: &mut Hand<'_>, path: &Path, native: &NativeLink) -> Result<(), FsError> {
    const LONGEST: usize = 60;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(LONGEST).collect();
    let private = path.with_file_name(format!(".lw-carrier-{name}"));
    act::create_private_folder(hand, &private)?;
    // Of a run that was killed; it would be in the way of the rename.
    let _none_or_stays = act::remove_carrier(hand, &private.join(act::HALF));
    let made = act::create_native_link(hand, path, native, &private);
    let _swept = act::remove_empty_folder(hand, &private);
    made
}

/// The backup's name is free: the link is made there, and both names change places.
fn by_backup(hand: &mut Hand<'_>, wish: &Replacement) -> Result<(), ReplaceError> {
    let backup = wish.backup.as_deref().unwrap_or(&wish.beside);
    make(hand, backup, &wish.new).map_err(ReplaceError::Link)?;
    match act::exchange(hand, backup, &wish.path) {
        Ok(()) => {}
        Err(error) => {
            take_back(hand, backup, &wish.new);
            if !is_without_exchange(&error) {
                return Err(not_exchanged(error));
            }
            return away_and_make(hand, wish, backup).map_err(|error| match error {
                ReplaceError::Keep(error) => ReplaceError::Backup(error),
                other => other,
            });
        }
    }
    match look::entry(backup) {
        Ok(old) if old.kind != Kind::Directory => Ok(()),
        _ => Err(back(hand, wish, backup)),
    }
}

/// Keeps the victim in the first private folder that can be had.
fn keeping(
    hand: &mut Hand<'_>,
    wish: &Replacement,
    victim: &Victim,
) -> Result<Option<PathBuf>, ReplaceError> {
    const NUMBER: usize = 1;
    let mut failure = None;
    for keeping in &wish.quarantining.slots {
        let item = slot::item_numbered(&keeping.slot, &victim.path, NUMBER);
        let filling = match prepare(hand, &wish.quarantining, keeping, &item, victim) {
            Ok(filling) => filling,
            Err(error) => {
                sweep(hand, keeping);
                failure = Some(ReplaceError::Keep(error));
                continue;
            }
        };
        let placed = in_place_of(hand, wish, victim, &item);
        if let Some(lock) = filling {
            // A lock file that stays is empty, and free as soon as this process ends.
            let _released = act::release_lock(hand, lock);
        }
        match placed {
            Ok(()) => return Ok(Some(item)),
            // No rename gets there after all, as from an overlay's lower folder.
            Err(ReplaceError::Link(error) | ReplaceError::Keep(error))
                if error.kind == FsErrorKind::CrossVolume =>
            {
                sweep(hand, keeping);
                failure = Some(ReplaceError::Link(error));
            }
            Err(other) => {
                sweep(hand, keeping);
                return Err(other);
            }
        }
    }
    let nowhere = || ReplaceError::Keep(FsError::changed("keep", &victim.path));
    Err(failure.unwrap_or_else(nowhere))
}

/// Makes the link at `staged`, lets it change places with the victim, and then with what becomes a backup.
///
/// In the end the victim stands at `staged`, and is removed if it need not be kept.
fn in_place_of(
    hand: &mut Hand<'_>,
    wish: &Replacement,
    victim: &Victim,
    staged: &Path,
) -> Result<(), ReplaceError> {
    make(hand, staged, &wish.new).map_err(ReplaceError::Link)?;
    match act::exchange(hand, staged, &victim.path) {
        Ok(()) => {}
        Err(error) if is_without_exchange(&error) => {
            return without_exchange(hand, wish, victim, staged);
        }
        Err(error) => {
            take_back(hand, staged, &wish.new);
            return Err(not_exchanged(error));
        }
    }
    if !is_as_planned(staged, victim) {
        return Err(back(hand, &at(wish, &victim.path), staged));
    }
    if let Some(backup) = &wish.backup
        && let Err(error) = act::exchange(hand, backup, &wish.path)
    {
        let _told_by_the_first = back(hand, &at(wish, backup), staged);
        return Err(not_exchanged(error));
    }
    match victim.fate {
        Fate::Kept => Ok(()),
        Fate::Goes => {
            drop_name(hand, staged).map_err(|error| ReplaceError::Remains(staged.into(), error))
        }
    }
}

/// The same where names cannot be exchanged: first what gives way goes, then the link is made.
fn without_exchange(
    hand: &mut Hand<'_>,
    wish: &Replacement,
    victim: &Victim,
    staged: &Path,
) -> Result<(), ReplaceError> {
    if victim.fate == Fate::Goes {
        let over = |hand: &mut Hand<'_>, from: &Path| {
            let paths = RenamePaths {
                from,
                to: &victim.path,
            };
            act::rename_over(hand, paths)
        };
        if wish.backup.is_none() {
            return over(hand, staged).map_err(|error| {
                take_back(hand, staged, &wish.new);
                ReplaceError::Link(error)
            });
        }
        take_back(hand, staged, &wish.new);
        over(hand, &wish.path).map_err(ReplaceError::Backup)?;
        return make_or_put_back(hand, wish, &victim.path);
    }
    take_back(hand, staged, &wish.new);
    let Some(backup) = &wish.backup else {
        return away_and_make(hand, wish, staged);
    };
    let first = RenamePaths {
        from: backup,
        to: staged,
    };
    rename(hand, wish, first).map_err(ReplaceError::Keep)?;
    away_and_make(hand, wish, backup).inspect_err(|_| {
        let back = RenamePaths {
            from: staged,
            to: backup,
        };
        // If that fails too, it stays where its description says.
        let _kept = rename(hand, wish, back);
    })
}

/// Renames what stands at the name to `to`, and makes the link.
fn away_and_make(hand: &mut Hand<'_>, wish: &Replacement, to: &Path) -> Result<(), ReplaceError> {
    let away = RenamePaths {
        from: &wish.path,
        to,
    };
    rename(hand, wish, away).map_err(ReplaceError::Keep)?;
    make_or_put_back(hand, wish, to)
}

fn make_or_put_back(
    hand: &mut Hand<'_>,
    wish: &Replacement,
    old: &Path,
) -> Result<(), ReplaceError> {
    make(hand, &wish.path, &wish.new).map_err(|error| {
        let back = RenamePaths {
            from: old,
            to: &wish.path,
        };
        // If that fails too, it stays under its backup's name, or where its description says.
        let _kept = rename(hand, wish, back);
        ReplaceError::Link(error)
    })
}

fn rename(hand: &mut Hand<'_>, wish: &Replacement, paths: RenamePaths<'_>) -> Result<(), FsError> {
    let Some(private) = wish.quarantining.slots.last() else {
        return Err(FsError::changed("rename", paths.from));
    };
    let done = act::rename_no_replace(hand, paths, &private.slot)
        .or_else(|error| act::undo_half_rename(hand, paths, &private.slot).and(Err(error)));
    if look::entry_if_any(&private.slot)?.is_some() {
        sweep(hand, private);
    }
    done
}

/// Lets the link at the name and what came out change places again, and takes the link away.
fn back(hand: &mut Hand<'_>, wish: &Replacement, staged: &Path) -> ReplaceError {
    match act::exchange(hand, staged, &wish.path) {
        Ok(()) => {
            take_back(hand, staged, &wish.new);
            ReplaceError::Changed(FsError::changed("replace", &wish.path))
        }
        Err(error) => ReplaceError::Remains(staged.into(), error),
    }
}

/// The same wish for another name.
fn at(wish: &Replacement, path: &Path) -> Replacement {
    Replacement {
        path: path.to_path_buf(),
        ..wish.clone()
    }
}

/// Removes the link that was made at `staged` and not put to use, if it is still that.
fn take_back(hand: &mut Hand<'_>, staged: &Path, new: &NewLink) {
    let is_ours = match new {
        NewLink::Symbolic(text) => look::read_link(staged).is_ok_and(|found| found == *text),
        NewLink::Native(native) => look::entry(staged)
            .and_then(|made| look::native_link(staged, &made))
            .is_ok_and(|found| found.as_ref() == Some(native)),
        NewLink::Hard(target) => look::entry(staged)
            .and_then(|made| Ok(made.identity.is_same_now(&look::entry(target)?.identity)))
            .unwrap_or(false),
    };
    if is_ours {
        // A link too many does no harm, and the failure that led here is the one to report.
        let _stays = drop_name(hand, staged);
    }
}

fn drop_name(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    match look::entry(path)?.kind {
        kind if kind.is_link() => act::remove_link(hand, path),
        _ => act::remove_extra_name(hand, path),
    }
}

/// Returns whether what came out at `staged` may have the fate that was planned for the victim.
fn is_as_planned(staged: &Path, victim: &Victim) -> bool {
    let Ok(found) = look::entry(staged) else {
        return false;
    };
    match victim.fate {
        Fate::Goes => may_go(&found, victim),
        Fate::Kept => found.kind != Kind::Directory,
    }
}

/// Any link may go, as it may have been replaced by another a moment ago, and the very file that was looked at, as long
/// as it still has another name.
fn may_go(found: &Entry, victim: &Victim) -> bool {
    match found.kind {
        kind if kind.is_link() => true,
        Kind::File => found.link_count > 1 && found.identity.is_same_now(&victim.identity),
        _ => false,
    }
}

fn not_exchanged(error: FsError) -> ReplaceError {
    match error.kind {
        FsErrorKind::NotFound => ReplaceError::Changed(error),
        _ => ReplaceError::Link(error),
    }
}

fn is_without_exchange(error: &FsError) -> bool {
    error.kind == FsErrorKind::Unsupported
}

/// Makes the private folder with its description, and returns the lock that says that it is being filled: whoever purges
/// meanwhile passes it over.
fn prepare(
    hand: &mut Hand<'_>,
    quarantining: &Quarantining,
    Keeping { slot, note }: &Keeping,
    item: &Path,
    victim: &Victim,
) -> Result<Option<act::Lock>, FsError> {
    if let Some(state_folder) = &quarantining.state_folder
        && slot.starts_with(state_folder)
    {
        act::create_folder_tree(hand, state_folder)?;
    }
    act::create_private_folder_and_root(hand, slot)?;
    let filling = act::hold_lock(hand, &slot.join(FILLING))?;
    if let Some((note, root)) = note.as_deref().zip(slot.parent()) {
        // As little as a ledger is a note needed for this: where it cannot be written, only the message says where it is.
        let _unknown_to_purge = write_note(hand, note, root);
    }
    let items = vec![Item {
        name: PathText(item.file_name().map(PathBuf::from).unwrap_or_default()),
        was: PathText(victim.path.clone()),
        kind: look::entry(&victim.path)?.kind,
    }];
    Contents::unrecorded(quarantining.job, quarantining.time_us, items).write(
        hand,
        slot,
        Durable::Now,
    )?;
    Ok(filling)
}

/// Removes a private folder that holds nothing but its description. Failing to tidy up loses nothing.
fn sweep(hand: &mut Hand<'_>, Keeping { slot, note }: &Keeping) {
    let mut try_it = || -> Result<(), FsError> {
        let names = look::content::names(slot)?;
        if names.iter().any(|name| name != CONTENTS && name != FILLING)
            || (!names.is_empty() && !is_described_by_us(slot))
        {
            return Ok(());
        }
        act::remove_file_record(hand, &slot.join(FILLING))?;
        act::remove_file_record(hand, &slot.join(CONTENTS))?;
        let is_gone = act::remove_empty_folder(hand, slot)?;
        if let Some(note) = note.as_deref().filter(|_| is_gone) {
            act::remove_file_record(hand, note)?;
        }
        slot::remove_hidden_root(hand, slot)
    };
    let _stays = try_it();
}
