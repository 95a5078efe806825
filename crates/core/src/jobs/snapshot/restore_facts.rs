//! Folders that stand there already get what belongs to them, after everything in them was changed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, FolderFacts};
use lw_fs::snapshot::Folder;

use super::restore_units::Building;
use crate::jobs::Refused;
use crate::jobs::refusal::trace_at;
use crate::plan::{FactsChange, Step, Trace, is_alike};

/// A folder that stands there and is in the snapshot.
pub(super) struct Standing {
    dest: PathBuf,
    what: Trace,
    facts: FactsChange,
}

/// Looks at a folder that stands at a place, and says what it is to have; nothing if it belongs to somebody else, since only its
/// owner and root may give it anything.
pub(super) fn standing(folder: &Folder, dest: &Path) -> Result<Option<Standing>, Refused> {
    let was = look::folder_facts(dest)?;
    let me = look::access::effective_user_id();
    if me != 0 && was.user_id != me {
        return Ok(None);
    }
    let becomes = wanted(folder, &was);
    Ok(Some(Standing {
        dest: dest.to_path_buf(),
        what: trace_at(dest)?,
        facts: FactsChange { was, becomes },
    }))
}

/// Returns what the folder has in the snapshot, as far as this user can give it.
fn wanted(folder: &Folder, now: &FolderFacts) -> FolderFacts {
    let is_root = look::access::effective_user_id() == 0;
    // Neither shown nor given to others (xattr(7)).
    let may_give =
        |name: &[u8]| is_root || name.starts_with(b"user.") || name.starts_with(b"system.");
    let attributes = now.attributes.as_ref().map(|now| {
        let recorded = folder.attributes.iter().filter(|(name, _)| may_give(name));
        let kept = now.iter().filter(|(name, _)| !may_give(name));
        let mut all: Vec<_> = recorded.chain(kept).cloned().collect();
        all.sort_unstable();
        all
    });
    let facts = &folder.facts;
    let wanted = FolderFacts {
        mode: facts.mode,
        user_id: if is_root { facts.user_id } else { now.user_id },
        group_id: match look::access::may_give_to_group(facts.group_id) {
            true => facts.group_id,
            false => now.group_id,
        },
        modified_ns: Some(facts.modified_ns),
        attributes,
    };
    wanted.without_labels()
}

/// Adds the units that give folders what belongs to them: to those that have something else, and to those in which names are
/// changed by the units so far, which changes their times.
pub(super) fn add_units(
    building: &mut Building<'_>,
    mut folders: Vec<Standing>,
) -> Result<(), Refused> {
    let changed: HashSet<PathBuf> = building.changed_folders();
    folders.retain(|folder| {
        let FactsChange { was, becomes } = &folder.facts;
        let is_same = is_alike(was, becomes) && was.modified_ns == becomes.modified_ns;
        !is_same || changed.contains(&folder.dest)
    });
    // Those inside first: they may be closed with the one that holds them.
    folders.sort_by_cached_key(|folder| std::cmp::Reverse(folder.dest.components().count()));
    for Standing { dest, what, facts } in folders {
        let step = Step::GiveFacts {
            folder: dest.clone(),
            what,
            facts: Box::new(facts),
        };
        if let Err(refused) = building.give_facts(step, &dest) {
            building.left_out(&dest, refused)?;
        }
    }
    Ok(())
}
