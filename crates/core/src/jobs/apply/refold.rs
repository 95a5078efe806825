//! A folder that was made for the links of several trees, and holds those of one alone by now, becomes one link again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};
use lw_fs::path_form;

use super::standing::{Seen, Standing, Whose};
use super::wanted::Foldable;
use super::{Listed, Prune};
use crate::jobs::known::{AllKnown, Known};
use crate::jobs::replace::{Displacement, exchange_in, steps};
use crate::jobs::{Refusal, Refused, Surroundings, quarantine};
use crate::plan::{Compared, State, Step, Unit};
use crate::run::item_numbered;

/// What decides whether a folder becomes one link.
pub(super) struct Folding<'a> {
    pub(super) listed: Listed<'a>,
    pub(super) known: &'a AllKnown,
    pub(super) seen: &'a [Seen],
    /// What stands, changes or may come in folders besides the links that were looked at.
    pub(super) others: &'a [PathBuf],
    pub(super) prune: Prune,
}

/// A folder that becomes one link, with what was found in it.
#[derive(Debug)]
pub(super) struct Refolded<'a> {
    pub(super) foldable: &'a Foldable,
    /// The folder and those in it, as they were when only links of ours were found there.
    pub(super) compared: Vec<Compared>,
}

impl Folding<'_> {
    /// Returns the outermost of the folders that hold nothing but links made for this manifest, all of which one link stands for.
    pub(super) fn refolded<'f>(
        &self,
        foldable: &'f [Foldable],
    ) -> Result<Vec<Refolded<'f>>, Refused> {
        let at: BTreeMap<&Path, &Seen> = self
            .seen
            .iter()
            .map(|seen| (seen.path.as_path(), seen))
            .collect();
        let mut found: Vec<Refolded<'f>> = Vec::new();
        for one in foldable {
            let is_inside = |outer: &Refolded<'_>| one.folder.starts_with(&outer.foldable.folder);
            if found.iter().any(is_inside) || !self.is_all_of_one(one, &at) {
                continue;
            }
            let mut compared = Vec::new();
            if self.holds_our_links_alone(&one.folder, &at, &mut compared)? {
                found.push(Refolded {
                    foldable: one,
                    compared,
                });
            }
        }
        Ok(found)
    }

    /// Whether everything that is listed in the folder is of the one tree, and would be at the same name behind the one link.
    ///
    /// What another entry lists would lie in the tree then, which is refused.
    fn is_all_of_one(&self, one: &Foldable, at: &BTreeMap<&Path, &Seen>) -> bool {
        let is_below = |path: &Path| path.starts_with(&one.folder);
        let below = at
            .range(one.folder.as_path()..)
            .take_while(|(path, _)| is_below(path));
        let is_behind = |(path, seen): (&&Path, &&Seen)| {
            let comes_right = matches!(
                seen.standing,
                Standing::InStep
                    | Standing::Missing
                    | Standing::Elsewhere {
                        whose: Whose::Ours,
                        ..
                    }
                    | Standing::OtherKind { whose: Whose::Ours }
            );
            let names = (
                path.strip_prefix(&one.folder),
                seen.target.strip_prefix(&one.source),
            );
            seen.line == one.line
                && comes_right
                && matches!(names, (Ok(here), Ok(there)) if here == there)
        };
        below.into_iter().all(is_behind) && !self.others.iter().any(|other| is_below(other))
    }

    /// Whether a folder was made for this manifest, and holds only links that were and are as they were made.
    fn holds_our_links_alone(
        &self,
        folder: &Path,
        at: &BTreeMap<&Path, &Seen>,
        compared: &mut Vec<Compared>,
    ) -> Result<bool, Refused> {
        let is_ours = self.known.folders.get(folder);
        if is_ours.map(PathBuf::as_path) != Some(self.listed.path) {
            return Ok(false);
        }
        // Before the names are read: what is put into it from now on is seen when the plan is carried out.
        let entry = look::entry(folder)?;
        if entry.kind != Kind::Directory || entry.is_mount_root {
            return Ok(false);
        }
        compared.push(Compared {
            path: folder.to_path_buf(),
            size_bytes: entry.size_bytes,
            modified_ns: entry.modified_ns,
        });
        for name in look::content::names(folder)? {
            let path = folder.join(name);
            let is_folder = look::entry(&path)?.kind == Kind::Directory;
            let goes = match is_folder {
                true => self.holds_our_links_alone(&path, at, compared)?,
                false => {
                    let seen = at.get(path.as_path());
                    // Its file has the name in the tree.
                    let is_name = seen.is_some_and(|seen| {
                        matches!(seen.standing, Standing::OtherKind { whose: Whose::Ours })
                    });
                    let may_go = seen.is_some() || self.prune == Prune::Remove;
                    is_name || (may_go && self.is_our_link(&path)?)
                }
            };
            if !goes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_our_link(&self, path: &Path) -> Result<bool, Refused> {
        let is_alone = |known: &&Known| {
            known.is_of(self.listed.path) && known.other_than(self.listed.path).is_none()
        };
        let Some(known) = self.known.links.get(path).filter(is_alone) else {
            return Ok(false);
        };
        let made = known.made.trace();
        Ok(made.kind.is_link() && State::Present(made.clone()).fits(&State::of(path)?))
    }
}

/// Returns the unit: the link is made in a private folder and changes places with the folder, which ends in quarantine with the
/// links in it.
pub(super) fn unit(
    around: &Surroundings,
    seen: &Seen,
    compared: &[Compared],
) -> Result<Unit, Refusal> {
    let parent = seen.path.parent().unwrap_or(&seen.path);
    let slot = quarantine::slot_for(around, parent, 0)?;
    let old = crate::jobs::refusal::trace_at(&seen.path)?;
    let Some(new) = seen.new.clone() else {
        let path = seen.target.clone();
        return Err(Refusal::Missing { path });
    };
    let displacement = Displacement {
        path: &seen.path,
        old: &old,
        new,
        slot: &slot,
        number: 1,
    };
    // What somebody has put into it since would go into quarantine unseen, and so would what comes at the last moment: that is
    // seen once it lies there, and all goes back.
    let check = Step::Check {
        compared: compared.to_vec(),
    };
    let item = item_numbered(&slot, &seen.path, 1);
    let in_item = |one: &Compared| Compared {
        path: path_form::moved(&one.path, &seen.path, &item).unwrap_or_else(|| one.path.clone()),
        ..one.clone()
    };
    let check_again = Step::Check {
        compared: compared.iter().map(in_item).collect(),
    };
    let change = steps(displacement, &exchange_in(parent));
    let steps = std::iter::once(check).chain(change).chain([check_again]);
    Ok(Unit::plain(steps.collect(), slot))
}
