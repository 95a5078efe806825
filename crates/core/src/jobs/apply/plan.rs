//! The plan that brings about what a manifest lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lw_fs::look::Kind;

use super::chains::Chains;
use super::places::Places;
use super::replaced::Newer;
use super::standing::{Looker, Seen, Standing, Whose};
use super::wanted::Unfolded;
use super::{
    ApplyRequest, Conflict, Looked, Prune, Way, absorb, folders_above, look_around, refold, said,
    unfold,
};
use crate::jobs::drive::nearest;
use crate::jobs::link::refuse_if_any;
use crate::jobs::many_links::{Change, ManyLinks};
use crate::jobs::names_left::NamesLeft;
use crate::jobs::{Refusal, Refused, Surroundings, quarantine};
use crate::ledger::Ledger;
use crate::plan::{ApplyCounts, Compared, Notice, Plan, Shape, State, Step, Subject, Unit};

/// Returns the plan, or everything that is in its way: nothing is changed before all of it could be.
pub fn plan(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    request: ApplyRequest<'_>,
) -> Result<Plan, Refused> {
    let Looked {
        all,
        seen,
        moves,
        unlisted,
        shared,
        refolded,
        idle_folders,
    } = look_around(around, ledger, request.listed, request.prune)?;
    let mut making = Making {
        around,
        request,
        names: NamesLeft::new(ledger),
        refusals: Vec::new(),
        counts: ApplyCounts::default(),
        units: Vec::new(),
        notices: Vec::new(),
    };
    making.folders(&all.folders, &seen)?;
    making.moves(&moves, ledger);
    making.links_in_dests(&moves, &seen, &all.unfolded);
    making.links(seen)?;
    making.unfolded(&all.unfolded)?;
    making.refolded(refolded);
    let unlisted_count = unlisted.len() as u64;
    match request.prune {
        Prune::Remove => making.prune(&unlisted, &idle_folders)?,
        Prune::Keep if unlisted_count > 0 => making.notices.push(Notice::Unlisted {
            links: unlisted_count,
        }),
        Prune::Keep => {}
    }
    making.share(&shared)?;
    refuse_if_any(making.refusals)?;
    let mut plan = Plan::new(Subject::Apply {
        manifest: request.listed.path.to_path_buf(),
        counts: making.counts,
    });
    plan.units = making.units;
    plan.notices = said(making.notices);
    Ok(plan)
}

/// What becomes of one link.
enum What {
    Nothing,
    Make,
    Replace,
    Absorb,
    Refuse,
}

/// Why a name of a file stays.
pub(super) const ONLY_NAME: &str = "it is the only name of its file by now";

pub(super) struct Making<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) request: ApplyRequest<'a>,
    /// In quarantine alone the content of a file would not be found.
    pub(super) names: NamesLeft<'a>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) counts: ApplyCounts,
    pub(super) units: Vec<Unit>,
    pub(super) notices: Vec<Notice>,
}

impl Making<'_> {
    /// The folders that links need come first.
    fn folders(&mut self, folders: &[PathBuf], seen: &[Seen]) -> Result<(), Refused> {
        let is_missing = |seen: &&Seen| matches!(seen.standing, Standing::Missing);
        let missing = seen.iter().filter(is_missing);
        let needed = folders_above(missing.map(|seen| seen.path.as_path()));
        let steps: Vec<Step> = folders
            .iter()
            .filter(|folder| needed.contains(folder.as_path()))
            .map(|folder| Step::CreateFolder {
                folder: folder.clone(),
                mode: None,
            })
            .collect();
        if let Some(Step::CreateFolder { folder, .. }) = steps.first() {
            let above = nearest(folder);
            let slot = quarantine::slot_for(&self.own("folders"), above, 0)?;
            let mut unit = Unit::plain(steps, slot);
            unit.shape = Shape::Links;
            self.units.push(unit);
        }
        Ok(())
    }

    pub(super) fn own(&self, word: &str) -> Surroundings {
        self.around.for_part(word)
    }

    pub(super) fn bad(&self, line: usize, path: PathBuf, why: String) -> Refusal {
        Refusal::Entry {
            manifest: self.request.listed.path.to_path_buf(),
            line,
            path,
            conflict: Conflict::Bad(why),
        }
    }

    pub(super) fn in_the_way(&self, line: usize, path: PathBuf, standing: Standing) -> Refusal {
        Refusal::InTheWay {
            manifest: self.request.listed.path.to_path_buf(),
            line,
            path,
            standing: Box::new(standing),
        }
    }

    fn links(&mut self, all: Vec<Seen>) -> Result<(), Refused> {
        let around = self.own("links");
        let mut many = ManyLinks::new(&around);
        let mut absorbed: BTreeSet<PathBuf> = BTreeSet::new();
        for seen in all {
            match self.way_of(&seen) {
                What::Nothing => {}
                What::Refuse => self.refuse(seen),
                What::Make => {
                    let new = seen.new.clone();
                    if let Some(new) = new
                        && let Some(why) = many.make(&seen.path, new)?
                    {
                        self.cannot(&seen, why);
                    }
                    self.counts.made += 1;
                    self.notices.extend(seen.notices);
                }
                What::Absorb => {
                    let around = self.own(&format!("absorb{}", self.counts.absorbed));
                    match absorb::unit(&around, &seen) {
                        _ if !absorbed.insert(seen.target.clone()) => {
                            let why = "another file is absorbed into its target already";
                            self.cannot(&seen, why.to_owned());
                        }
                        Ok(unit) => self.units.push(unit),
                        Err(refusal) => self.refusals.push(refusal),
                    }
                    self.counts.absorbed += 1;
                }
                What::Replace => {
                    if let Standing::OtherKind { .. } = seen.standing
                        && !self.names.take(&lw_fs::look::entry(&seen.path)?)?
                    {
                        self.cannot(&seen, ONLY_NAME.to_owned());
                        continue;
                    }
                    if let (State::Present(old), Some(new)) = (&seen.now, seen.new.clone()) {
                        let change = Change {
                            path: &seen.path,
                            now: Ok(seen.now.clone()),
                            old,
                            new,
                        };
                        if let Some(why) = many.add(change)? {
                            self.cannot(&seen, why);
                        }
                    }
                    self.counts.changed += 1;
                    self.notices.extend(seen.notices);
                }
            }
        }
        let (units, notices) = many.finish();
        self.units.extend(units);
        self.notices.extend(notices);
        Ok(())
    }

    /// Decides about one link.
    fn way_of(&self, seen: &Seen) -> What {
        let way = self.request.way;
        let replace_if = |may: bool| match may {
            true => What::Replace,
            false => What::Refuse,
        };
        match &seen.standing {
            Standing::InStep => What::Nothing,
            Standing::Missing => What::Make,
            Standing::Elsewhere { whose, .. } | Standing::OtherKind { whose } => {
                replace_if(*whose == Whose::Ours || way == Way::Displace)
            }
            // A newer target with other content would give way to an older file.
            Standing::Replaced(replaced) if way == Way::Absorb => {
                match replaced.newer == Newer::There && replaced.is_same != Some(true) {
                    true => What::Refuse,
                    false => What::Absorb,
                }
            }
            Standing::Replaced(_) => replace_if(matches!(way, Way::Restore | Way::Displace)),
            Standing::Foreign { kind } => replace_if(way == Way::Displace && *kind == Kind::File),
            Standing::Foldable
            | Standing::NotMoved
            | Standing::AtBoth { .. }
            | Standing::Refused(_) => What::Refuse,
        }
    }

    fn refuse(&mut self, seen: Seen) {
        let refusal = self.in_the_way(seen.line, seen.path, seen.standing);
        self.refusals.push(refusal);
    }

    fn cannot(&mut self, seen: &Seen, why: String) {
        let refusal = self.bad(seen.line, seen.path.clone(), why);
        self.refusals.push(refusal);
    }

    fn refolded(&mut self, all: Vec<(Seen, Vec<Compared>)>) {
        for (number, (seen, compared)) in all.into_iter().enumerate() {
            if !matches!(seen.standing, Standing::Foldable) {
                self.refuse(seen);
                continue;
            }
            match refold::unit(&self.own(&format!("fold{number}")), &seen, &compared) {
                Ok(unit) => self.units.push(unit),
                Err(refusal) => self.refusals.push(refusal),
            }
            self.counts.folded += 1;
            self.notices.extend(seen.notices);
        }
    }

    fn unfolded(&mut self, all: &[Unfolded]) -> Result<(), Refused> {
        let manifest = self.request.listed.path;
        let (nothing, chains) = (BTreeMap::new(), Chains::default());
        let mut places = Places::default();
        for (number, unfolded) in all.iter().enumerate() {
            if unfolded.whose != Whose::Ours && self.request.way != Way::Displace {
                let text = lw_fs::look::read_link(&unfolded.folder)?;
                let standing = Standing::Elsewhere {
                    text,
                    whose: unfolded.whose.clone(),
                };
                let refusal = self.in_the_way(unfolded.line, unfolded.folder.clone(), standing);
                self.refusals.push(refusal);
                continue;
            }
            let mut looker = Looker::new((self.around, &mut places), manifest, &nothing, &chains);
            let mut seen = Vec::new();
            for wanted in &unfolded.links {
                let one = looker.look_as_new(wanted);
                match one.standing {
                    Standing::Missing => seen.push(one),
                    _ => self.refuse(one),
                }
            }
            let around = self.own(&format!("unfold{number}"));
            match unfold::unit(&around, unfolded, &seen) {
                Ok(unit) => self.units.push(unit),
                Err(refusal) => self.refusals.push(refusal),
            }
            self.counts.made += seen.len() as u64;
        }
        Ok(())
    }
}
