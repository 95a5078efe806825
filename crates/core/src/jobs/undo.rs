//! `lw undo`: an operation is taken back by a new plan made of the inverses.

use std::ffi::OsString;
use std::path::Path;

use lw_fs::look::Kind;

use super::link::refuse_if_any;
use super::relocate::{LinkOut, Relocation, WayBack, relocation_core};
use super::replace::{self, Exchange};
use super::{Refusal, Refused, Surroundings, bring_back};
use crate::ledger::{Ledger, Operation, OperationState, UnitRecord, UnitState};
use crate::plan::{
    Lasting, Outcome, Plan, Position, Shape, State, Step, Subject, Trace, Unit, inverse_of_step,
    position,
};
use crate::run::{item_numbered, slot_of};

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
        let unit = inverse(around, id, record, number)?;
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
    let at = match position(unit)? {
        Position::Done(done) if done == unit.steps.len() => return Ok(Vec::new()),
        Position::Done(_) => {
            let first = unit.steps.iter().flat_map(Step::ensures).find_map(|fact| {
                let found = State::of(&fact.path).ok()?;
                (!fact.state.fits(&found)).then_some((fact.path, fact.state, found))
            });
            first.into_iter().collect()
        }
        Position::Diverged { at } => at,
    };
    Ok(at
        .into_iter()
        // What was purged is dealt with step by step: a link can be made again from its text.
        .filter(|(path, _, found)| !(path.starts_with(unit.slot()) && *found == State::Absent))
        .map(|(path, expected, found)| Refusal::ChangedSince {
            id,
            path,
            expected,
            found,
        })
        .collect())
}

/// Returns the unit that takes a done unit back.
fn inverse(
    around: &Surroundings,
    id: i64,
    record: &UnitRecord,
    number: usize,
) -> Result<Unit, Refused> {
    let unit = &record.unit;
    // What the unit touches in the quarantine of another operation may be swept away by now.
    let folder = unit
        .touches()
        .into_iter()
        // Not another unit's private folder, nor one that is gone with what held it.
        .filter(|path| slot_of(path).is_none())
        .filter_map(Path::parent)
        .find(|folder| matches!(State::of(folder), Ok(State::Present(_))))
        .map(Path::to_path_buf);
    let folder = folder.unwrap_or_else(|| around.working_folder.clone());
    let slot = super::quarantine::slot_for(around, &folder, number)?;
    let back = |range: std::ops::Range<usize>| steps_back(id, record, range, &slot);
    match &unit.shape {
        Shape::Plain => Ok(Unit::plain(back(0..unit.steps.len())?, slot)),
        Shape::Relocation { source, dest, core } => {
            let exchange = exchange_at(source);
            let way = WayBack {
                source: source.clone(),
                dest: dest.clone(),
                link: trace_at(source)?,
                what: trace_at(dest)?,
                slot: slot.clone(),
                token: around.token.clone(),
            };
            let before = back(core.end..unit.steps.len())?;
            let after = back(0..core.start)?;
            Ok(bring_back::unit(&way, &exchange, before, after))
        }
        Shape::BringBack {
            source,
            dest,
            old_link,
            core,
        } => {
            let exchange = exchange_at(source);
            let link = match State::of(old_link)? {
                State::Present(link) => LinkOut::FromQuarantine {
                    item: old_link.clone(),
                    link,
                },
                State::Absent => LinkOut::New(dest.clone().into_os_string()),
            };
            let what = trace_at(source)?;
            let relocation = Relocation {
                source: source.clone(),
                dest: dest.clone(),
                what,
                link,
                slot: slot.clone(),
            };
            let mut steps = back(core.end..unit.steps.len())?;
            let start = steps.len();
            steps.extend(relocation_core(&relocation, &exchange));
            let core_back = start..steps.len();
            steps.extend(back(0..core.start)?);
            let mut inverse = Unit::plain(steps, slot);
            inverse.shape = Shape::Relocation {
                source: source.clone(),
                dest: dest.clone(),
                core: core_back,
            };
            Ok(inverse)
        }
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

/// The inverses of some steps of a unit, last one first.
fn steps_back(
    id: i64,
    record: &UnitRecord,
    range: std::ops::Range<usize>,
    slot: &Path,
) -> Result<Vec<Step>, Refused> {
    let old_slot = record.unit.slot();
    let mut back = Vec::new();
    for index in range.rev() {
        // Two numbers a step, none of them 1: that is the way back's own.
        let numbers = (2 * index + 2, 2 * index + 3);
        let step = &record.unit.steps[index];
        let outcome = record
            .outcomes
            .get(index)
            .copied()
            .unwrap_or(Outcome::Skipped);
        let quarantine = |path: &Path| item_numbered(slot, path, numbers.0);
        match inverse_of_step(step, outcome, old_slot, quarantine) {
            // The private folder that it came from may be swept away by now.
            Ok(Some(Step::Rename { from, to, what })) if slot_of(&to).is_some() => {
                let item = quarantine(&from);
                back.push(Step::Quarantine {
                    path: from,
                    item,
                    what,
                });
            }
            Ok(inverse) => back.extend(inverse),
            Err(crate::plan::InverseError::Purged(item)) => {
                let Step::Exchange {
                    b,
                    at_a,
                    at_b: Trace {
                        text: Some(old), ..
                    },
                    ..
                } = step
                else {
                    return Err(Refusal::Purged { id, item }.into());
                };
                back.extend(remade_link(b, at_a, old, slot, numbers.1));
            }
        }
    }
    Ok(back)
}

/// Steps that put a link with its old text back where the old link itself was purged.
pub(super) fn remade_link(
    path: &Path,
    now: &Trace,
    old_text: &OsString,
    slot: &Path,
    number: usize,
) -> Vec<Step> {
    debug_assert_eq!(now.kind, Kind::SymbolicLink, "only links are made again");
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
