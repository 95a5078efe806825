//! `lw undo`: an operation is taken back by a new plan made of the inverses.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look;

use super::link::refuse_if_any;
use super::relocate::{LinkOut, Relocation, WayBack, relocation_core};
use super::replace::{self, Exchange};
use super::{Refusal, Refused, Surroundings, bring_back};
use crate::ledger::{Ledger, Operation, OperationState, UnitRecord, UnitState};
use crate::plan::{
    InverseError, Lasting, Notice, Outcome, Plan, Position, Shape, State, Step, Subject, Trace,
    Unit, inverse_of_step, position,
};
use crate::run::item_numbered;

/// Returns the plan that takes an operation back: the one with this number, or the last that still stands and is no
/// undo itself.
pub fn plan(around: &Surroundings, ledger: &Ledger, id: Option<i64>) -> Result<Plan, Refused> {
    let operation = match id {
        Some(id) => ledger
            .operation(id)?
            .ok_or(Refusal::NoSuchOperation { id })?,
        None => newest(ledger)?,
    };
    let id = operation.id;
    if let Some(by) = operation.undone_by {
        return Err(Refusal::AlreadyUndone { id, by }.into());
    }
    if !matches!(
        operation.state,
        OperationState::Done | OperationState::Partly
    ) {
        return Err(Refusal::NotDone {
            id,
            state: operation.state,
        }
        .into());
    }
    let records: Vec<UnitRecord> = ledger
        .units(id)?
        .into_iter()
        .filter(|record| record.state == UnitState::Done)
        .collect();
    let mut refusals = Vec::new();
    for record in &records {
        refusals.extend(changed_since(id, &record.unit)?);
    }
    refuse_if_any(refusals)?;
    let subject = Subject::Undo {
        operation_id: id,
        of: Box::new(operation.subject),
    };
    let mut plan = Plan::new(subject);
    plan.undoes = Some(id);
    for (number, record) in records.iter().rev().enumerate() {
        let Inverse { unit, notices } = inverse(around, id, record, number)?;
        plan.notices.extend(notices);
        if let Shape::BringBack { source, .. } | Shape::Relocation { source, .. } = &unit.shape
            && let Some(folder) = source.parent()
        {
            let exchange = replace::exchange_in(folder);
            plan.notices.extend(replace::gap(source, &exchange));
        }
        if !unit.steps.is_empty() {
            plan.units.push(unit);
        }
    }
    Ok(plan)
}

fn newest(ledger: &Ledger) -> Result<Operation, Refused> {
    const LOOK_BACK: u32 = 10_000;
    ledger
        .operations(LOOK_BACK)?
        .into_iter()
        .find(|operation| {
            operation.undone_by.is_none()
                && operation.undoes.is_none()
                && matches!(
                    operation.state,
                    OperationState::Done | OperationState::Partly
                )
        })
        .ok_or_else(|| Refusal::NothingToUndo.into())
}

/// Returns what stands otherwise than the unit left it, where that stands in the way.
fn changed_since(id: i64, unit: &Unit) -> Result<Vec<Refusal>, Refused> {
    match &unit.shape {
        Shape::Plain => plain_changed_since(id, unit),
        Shape::Relocation { source, dest, .. } => {
            let text = look::read_link(source).ok();
            let target = text.as_ref().and_then(|text| {
                look::place(source.parent()?, Path::new(text))
                    .ok()
                    .map(|place| place.path())
            });
            let expected = Trace::link(
                text.filter(|_| target.as_ref() == Some(dest))
                    .unwrap_or_else(|| dest.clone().into_os_string()),
            );
            let link = misfit(id, source, State::Present(expected))?;
            Ok(link.into_iter().chain(absent(id, unit, dest)?).collect())
        }
        Shape::BringBack { source, dest, .. } => {
            let back = misfit(id, dest, State::Absent)?;
            Ok(back.into_iter().chain(absent(id, unit, source)?).collect())
        }
    }
}

fn plain_changed_since(id: i64, unit: &Unit) -> Result<Vec<Refusal>, Refused> {
    let at = match position(unit)? {
        Position::Done(done) if done == unit.steps.len() => Vec::new(),
        Position::Done(_) => {
            let first = unit.steps.iter().flat_map(Step::ensures).find_map(|fact| {
                let found = State::of(&fact.path).ok()?;
                (!fact.state.fits(&found)).then_some((fact.path, fact.state, found))
            });
            first.into_iter().collect()
        }
        Position::Diverged { at } => at,
    };
    let mut refusals: Vec<Refusal> = at
        .into_iter()
        // What was purged is dealt with step by step: a link can be made again from its text.
        .filter(|(path, _, found)| !(unit.is_private(path) && *found == State::Absent))
        .map(|(path, expected, found)| Refusal::ChangedSince {
            id,
            path,
            expected,
            found,
        })
        .collect();
    for step in &unit.steps {
        if let Step::CreateHardLink { link, .. } = step
            && look::entry_if_any(link)?.is_some_and(|entry| entry.link_count < 2)
        {
            refusals.push(Refusal::LastName { path: link.clone() });
        }
    }
    Ok(refusals)
}

fn misfit(id: i64, path: &Path, expected: State) -> Result<Option<Refusal>, Refused> {
    let found = State::of(path)?;
    let fits = expected.fits(&found);
    let path = path.to_path_buf();
    Ok((!fits).then_some(Refusal::ChangedSince {
        id,
        path,
        expected,
        found,
    }))
}

/// What was moved may have been saved anew since; it must only still be there.
fn absent(id: i64, unit: &Unit, path: &Path) -> Result<Option<Refusal>, Refused> {
    if State::of(path)? != State::Absent {
        return Ok(None);
    }
    let moved = unit
        .steps
        .iter()
        .flat_map(Step::ensures)
        .find(|fact| fact.path == path && fact.state != State::Absent);
    match moved {
        Some(fact) => misfit(id, path, fact.state),
        None => Err(Refusal::Missing {
            path: path.to_path_buf(),
        }
        .into()),
    }
}

/// The way back of one unit, and what the user should know of it.
struct Inverse {
    unit: Unit,
    notices: Vec<Notice>,
}

/// Returns the unit that takes a done unit back.
fn inverse(
    around: &Surroundings,
    id: i64,
    record: &UnitRecord,
    number: usize,
) -> Result<Inverse, Refused> {
    let unit = &record.unit;
    let folder = unit
        .touches()
        .into_iter()
        .filter_map(|path| look::real_folder(path.parent()?).ok())
        .next()
        .unwrap_or_else(|| around.working_folder.clone());
    let slot = super::quarantine::slot_for(around, &folder, number)?;
    let mut back = StepsBack {
        id,
        record,
        slot: &slot,
        notices: Vec::new(),
    };
    let mut inverse = match &unit.shape {
        Shape::Plain => {
            let steps = back.of(0..unit.steps.len(), &|path| path.to_path_buf())?;
            // A folder on the way may have moved since, and left a link.
            let steps = steps
                .into_iter()
                .map(|step| step.map_paths(real_place))
                .collect();
            Unit::plain(steps, slot.clone())
        }
        Shape::Relocation { source, dest, core } => {
            let way = WayBack {
                source: source.clone(),
                dest: dest.clone(),
                link: trace_at(source)?,
                what: trace_at(dest)?,
                slot: slot.clone(),
                token: around.token.clone(),
            };
            let here = |path: &Path| path.to_path_buf();
            let before = back.of(core.end..unit.steps.len(), &here)?;
            let after = back.of(0..core.start, &here)?;
            bring_back::unit(&way, &exchange_at(source), before, after)
        }
        Shape::BringBack {
            source,
            dest,
            old_link,
            core,
        } => {
            let link = match State::of(old_link)? {
                State::Present(link) => LinkOut::FromQuarantine {
                    item: old_link.clone(),
                    link,
                },
                State::Absent => LinkOut::New(dest.clone().into_os_string()),
            };
            let relocation = Relocation {
                source: source.clone(),
                dest: dest.clone(),
                what: trace_at(source)?,
                link,
                slot: slot.clone(),
            };
            // What was spoken of below DEST is below SOURCE now.
            let now_at = |path: &Path| match path.strip_prefix(dest) {
                Ok(below) => source.join(below),
                Err(_) => path.to_path_buf(),
            };
            let mut steps = back.of(core.end..unit.steps.len(), &now_at)?;
            let start = steps.len();
            steps.extend(relocation_core(&relocation, &exchange_at(source)));
            let core_back = start..steps.len();
            steps.extend(back.of(0..core.start, &now_at)?);
            let mut inverse = Unit::plain(steps, slot.clone());
            inverse.shape = Shape::Relocation {
                source: source.clone(),
                dest: dest.clone(),
                core: core_back,
            };
            inverse
        }
    };
    inverse.borrow_from(unit.private_folders());
    Ok(Inverse {
        unit: inverse,
        notices: back.notices,
    })
}

/// The path by which a name is reached without passing a link now.
fn real_place(path: PathBuf) -> PathBuf {
    match (path.parent().map(look::real_folder), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    }
}

fn exchange_at(path: &Path) -> Exchange {
    replace::exchange_in(path.parent().unwrap_or(path))
}

fn trace_at(path: &Path) -> Result<Trace, Refusal> {
    match State::of(path)? {
        State::Present(trace) => Ok(trace),
        State::Absent => Err(Refusal::Missing {
            path: path.to_path_buf(),
        }),
    }
}

/// Makes the inverses of the steps of a unit.
struct StepsBack<'a> {
    id: i64,
    record: &'a UnitRecord,
    slot: &'a Path,
    notices: Vec<Notice>,
}

impl StepsBack<'_> {
    /// Returns the inverses of some steps, last one first. What was changed since, below a folder that was moved,
    /// stays as it is. `now_at` says where a path of the steps is now.
    fn of(
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
            back.extend(self.of_one(index, step)?);
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
                    if unit.is_private(&from) && unit.is_private(&to) =>
                {
                    Vec::new()
                }
                // The private folder that it came from may be swept away by now.
                Ok(Some(Step::Rename { from, to, what })) if unit.is_private(&to) => {
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
                        at_b:
                            Trace {
                                text: Some(old), ..
                            },
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
        let (Shape::Relocation { source, .. } | Shape::BringBack { source, .. }) = &unit.shape
        else {
            return Ok(BTreeSet::new());
        };
        let mut last = BTreeMap::new();
        for fact in unit.steps[range].iter().flat_map(Step::ensures) {
            last.insert(fact.path, fact.state);
        }
        let mut changed = BTreeSet::new();
        for (path, state) in last {
            let now = now_at(&path);
            if unit.is_private(&path) || !now.starts_with(source) {
                continue;
            }
            if !state.fits(&State::of(&now)?) {
                let why = "it was changed since".to_owned();
                self.notices.push(Notice::LeftAlone { path: now, why });
                changed.insert(path);
            }
        }
        Ok(changed)
    }
}

/// What lies in an earlier operation's private folder first comes into this one's: what changes places with it is
/// displaced by this operation, and is not to be purged with what is older.
pub(super) fn from_old_slot(exchange: Step, slot: &Path, number: usize) -> Vec<Step> {
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
pub(super) fn remade_link(
    path: &Path,
    now: &Trace,
    old_text: &OsString,
    slot: &Path,
    number: usize,
) -> Vec<Step> {
    let item = item_numbered(slot, path, number);
    vec![
        Step::CreateSymbolicLink {
            link: item.clone(),
            text: old_text.clone(),
            lasting: Lasting::Yes,
        },
        Step::Exchange {
            a: item,
            b: path.to_path_buf(),
            at_a: Trace::link(old_text),
            at_b: now.clone(),
        },
    ]
}
