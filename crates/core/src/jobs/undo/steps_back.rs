//! The inverses of a unit's steps, around what was changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};

use super::MayStay;
use crate::jobs::folder_gone::lost_with;
use crate::jobs::names_left::NamesLeft;
use crate::jobs::{Refusal, Refused};
use crate::ledger::UnitRecord;
use crate::plan::{
    FactsChange, FactsProgress, InverseError, Lasting, Notice, Outcome, Shape, State, Step, Trace,
    inverse_of_step,
};
use crate::run::item_numbered;

/// Makes the inverses of the steps of a unit.
pub(super) struct StepsBack<'a, 'l> {
    pub(super) id: i64,
    pub(super) record: &'a UnitRecord,
    pub(super) slot: &'a Path,
    pub(super) may_stay: &'a MayStay,
    /// In quarantine alone the content of a file would not be found.
    pub(super) names: &'a mut NamesLeft<'l>,
    pub(super) notices: Vec<Notice>,
}

impl StepsBack<'_, '_> {
    /// Returns the inverses of some steps, last one first. What was changed since, below a folder that was moved,
    /// stays as it is. `now_at` says where a path of the steps is now.
    pub(super) fn of(
        &mut self,
        range: std::ops::Range<usize>,
        now_at: &dyn Fn(&Path) -> PathBuf,
    ) -> Result<Vec<Step>, Refused> {
        let unit = &self.record.unit;
        let changed = self.changed(range.clone(), now_at)?;
        let mut back = Vec::new();
        for index in range.rev() {
            let step = &unit.steps[index];
            if step.touches().iter().any(|path| changed.contains(*path)) {
                continue;
            }
            if let Step::GiveFacts {
                folder,
                what,
                facts,
            } = step
                && !is_as_given(folder, what, facts)
            {
                self.notices.push(Notice::LeftAlone {
                    path: folder.clone(),
                    why: "what belongs to it was changed since".to_owned(),
                });
                continue;
            }
            let steps = self.of_one(index, step)?;
            let gone = steps.iter().filter_map(|step| match step {
                Step::RemoveFolder { folder, .. } => lost_with(folder),
                _ => None,
            });
            self.notices.extend(gone);
            back.extend(steps);
        }
        Ok(back)
    }

    fn of_one(&self, index: usize, step: &Step) -> Result<Vec<Step>, Refused> {
        let unit = &self.record.unit;
        // Two numbers a step, none of them 1: that is the way back's own.
        let numbers = (2 * index + 2, 2 * index + 3);
        let outcome = self
            .record
            .outcomes
            .get(index)
            .copied()
            .unwrap_or(Outcome::Skipped);
        let quarantine = |path: &Path| item_numbered(self.slot, path, numbers.0);
        Ok(
            match inverse_of_step(step, outcome, unit.slot(), quarantine) {
                // From one private folder to another: what counts is where it went from there.
                Ok(Some(Step::Rename { from, to, .. }))
                    if unit.is_passed_through(&from) && unit.is_passed_through(&to) =>
                {
                    Vec::new()
                }
                // The private folder that it came from may be swept away by now.
                Ok(Some(Step::Rename { from, to, what })) if unit.is_passed_through(&to) => {
                    let item = quarantine(&from);
                    vec![Step::Quarantine {
                        path: from,
                        item,
                        what,
                    }]
                }
                Ok(Some(Step::Exchange { a, b, at_a, at_b })) if unit.is_private(&a) => {
                    from_old_slot(Step::Exchange { a, b, at_a, at_b }, self.slot, numbers.0)
                }
                Ok(inverse) => inverse.into_iter().collect(),
                Err(InverseError::Purged(item)) => {
                    let Step::Exchange {
                        b,
                        at_a,
                        at_b: old @ Trace { text: Some(_), .. },
                        ..
                    } = step
                    else {
                        return Err(Refusal::Purged { id: self.id, item }.into());
                    };
                    remade_link(b, at_a, old, self.slot, numbers.1)
                }
            },
        )
    }

    /// The paths whose last state in these steps is not what is there now; where a unit moved nothing, that was
    /// looked at before as a whole.
    fn changed(
        &mut self,
        range: std::ops::Range<usize>,
        now_at: &dyn Fn(&Path) -> PathBuf,
    ) -> Result<BTreeSet<PathBuf>, Refused> {
        let unit = &self.record.unit;
        // What a move left below DEST's name before it is not there any more, by that name.
        let tells = |path: &Path| match &unit.shape {
            Shape::Plain => self.may_stay.link.as_deref() == Some(path),
            Shape::Links => true,
            Shape::Relocation { source, .. } => path.starts_with(source),
            Shape::BringBack { .. } => true,
        };
        let mut last = BTreeMap::new();
        for step in &unit.steps[range] {
            // What a step only speaks of, as the other name of a hard link, is not taken back.
            let facts = step.ensures().into_iter();
            let touches = step.touches();
            last.extend(
                facts
                    .filter(|fact| touches.contains(&fact.path.as_path()))
                    .map(|fact| (fact.path, fact.state)),
            );
        }
        let mut changed = BTreeSet::new();
        for (path, state) in last {
            let now = now_at(&path);
            if unit.is_private(&path) || !tells(&now) {
                continue;
            }
            let why = match &state {
                _ if !state.fits(&State::of(&now)?) => "it was changed since",
                State::Present(trace)
                    if unit.shape == Shape::Links
                        && trace.kind == Kind::File
                        && !self.names.take(&look::entry(&now)?)? =>
                {
                    "it is the only name of its file by now"
                }
                _ => continue,
            };
            let why = why.to_owned();
            self.notices.push(Notice::LeftAlone { path: now, why });
            if self.may_stay.link.as_ref() == Some(&path) {
                changed.extend(self.may_stay.aside.clone());
            }
            changed.insert(path);
        }
        Ok(changed)
    }
}

/// What lies in an earlier operation's private folder first comes into this one's: what changes places with it is
/// displaced by this operation, and is not to be purged with what is older.
pub(in crate::jobs) fn from_old_slot(exchange: Step, slot: &Path, number: usize) -> Vec<Step> {
    let Step::Exchange { a, b, at_a, at_b } = exchange else {
        return vec![exchange];
    };
    let item = item_numbered(slot, &b, number);
    let fetch = Step::Rename {
        from: a,
        to: item.clone(),
        what: at_a.clone(),
    };
    vec![
        fetch,
        Step::Exchange {
            a: item,
            b,
            at_a,
            at_b,
        },
    ]
}

/// Steps that put a link with its old text back where the old link itself was purged.
pub(in crate::jobs) fn remade_link(
    path: &Path,
    now: &Trace,
    old: &Trace,
    slot: &Path,
    number: usize,
) -> Vec<Step> {
    let item = item_numbered(slot, path, number);
    vec![
        Step::CreateSymbolicLink {
            link: item.clone(),
            text: old.text.clone().unwrap_or_default(),
            lasting: Lasting::Yes,
            native: old.native.clone(),
        },
        Step::Exchange {
            a: item,
            b: path.to_path_buf(),
            at_a: Trace {
                identity: None,
                ..old.clone()
            },
            at_b: now.clone(),
        },
    ]
}

/// Returns whether all that a folder has is what it was given, or what it had before.
fn is_as_given(folder: &Path, what: &Trace, facts: &FactsChange) -> bool {
    let is_it = State::of(folder).is_ok_and(|found| State::Present(what.clone()).fits(&found));
    let now = look::folder_facts(folder);
    is_it && now.is_ok_and(|now| facts.progress(&now) != FactsProgress::Other)
}
