//! `lw undo`: an operation is taken back by a new plan made of the inverses.

mod changed;
mod edited;
mod folder_facts;
mod steps_back;

use std::path::{Path, PathBuf};

use lw_fs::look;
use lw_fs::snapshot::Store;

use super::link::refuse_if_any;
use super::names_left::NamesLeft;
use super::new_link::{self, Fitting, NewLink};
use super::refusal::trace_at;
use super::relocate::{LinkOut, Relocation, WayBack, relocation_core};
use super::replace::{self, Exchange};
use super::snapshot::latest_aside;
use super::{AcrossWish, Refusal, Refused, Surroundings, TextForm, across, bring_back};
use crate::ledger::{Ledger, Operation, OperationState, UnitRecord, UnitState};
use crate::plan::{Compared, Notice, Plan, Shape, State, Step, Subject, Unit};

use changed::changed_since;
use steps_back::StepsBack;
pub(super) use steps_back::{from_old_slot, remade_link};

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
    let records: Vec<UnitRecord> = ledger
        .units(id)?
        .into_iter()
        .filter(|record| record.state == UnitState::Done)
        .collect();
    let stands = match operation.state {
        OperationState::Done | OperationState::Partly => true,
        // What could not be settled was left as it is; the rest can be taken back all the same.
        OperationState::Accepted => !records.is_empty(),
        _ => false,
    };
    if !stands {
        return Err(Refusal::NotDone {
            id,
            state: operation.state,
        }
        .into());
    }
    let may_stay = MayStay::of(&operation.subject);
    let mut refusals = Vec::new();
    let mut folders = Vec::new();
    let mut left = NamesLeft::new(Some(ledger));
    let is_restore = restores(&operation.subject);
    let mut standing = Vec::new();
    let mut left_alone = Vec::new();
    for record in &records {
        let changed = changed_since(id, &record.unit, &mut left)?;
        // Each thing that was restored is by itself: what was changed since does not keep the others.
        if is_restore && !changed.is_empty() {
            left_alone.push(left_as_it_is(&record.unit));
            continue;
        }
        folders.push(match record.unit.shape {
            Shape::Plain => edited::folders(&record.unit)?,
            _ => Vec::new(),
        });
        refusals.extend(changed);
        standing.push(record);
    }
    refusals.retain(|refusal| !may_stay.is_about(refusal));
    refuse_if_any(refusals)?;
    let subject = Subject::Undo {
        operation_id: id,
        of: Box::new(operation.subject),
    };
    let mut plan = Plan::new(subject);
    plan.undoes = Some(id);
    let mut names = NamesLeft::new(Some(ledger));
    plan.notices.extend(left_alone.into_iter().flatten());
    let records = standing.into_iter().zip(folders).rev();
    for (position, (record, folders)) in records.enumerate() {
        let number = position * across::MOST_FOLDERS;
        let known = (record, &may_stay);
        let Inverse { mut unit, notices } =
            inverse((around, ledger), &mut names, id, known, number)?;
        look_into(&mut unit, folders);
        plan.notices.extend(notices);
        if let Shape::BringBack { source, .. } | Shape::Relocation { source, .. } = &unit.shape
            && let Some(folder) = source.parent()
            // A copy from another volume says that of itself.
            && unit.stages().next().is_none()
        {
            let exchange = replace::exchange_in(folder);
            plan.notices.extend(replace::gap(source, &exchange));
        }
        plan.notices.extend(copy_that_goes(&record.unit));
        if !unit.steps.is_empty() {
            plan.units.push(unit);
        }
    }
    plan.units = folder_facts::in_order(plan.units);
    Ok(plan)
}

/// Returns whether an operation gives back what a snapshot holds, or takes that back.
fn restores(subject: &Subject) -> bool {
    match subject {
        Subject::Restore { .. } => true,
        Subject::Undo { of, .. } => restores(of),
        _ => false,
    }
}

/// Says of all that a unit has changed that it stays.
fn left_as_it_is(unit: &Unit) -> Vec<Notice> {
    let paths = unit.touches().into_iter();
    let stays = |path: &Path| Notice::LeftAlone {
        path: path.to_path_buf(),
        why: "it was changed since".to_owned(),
    };
    paths.map(stays).collect()
}

/// A link that later operations of the same kind lead elsewhere, and what served to do so: both stay as they are then.
#[derive(Default)]
struct MayStay {
    link: Option<PathBuf>,
    aside: Option<PathBuf>,
}

impl MayStay {
    /// The link to the newest snapshot of a store.
    fn of(subject: &Subject) -> Self {
        let (store, id) = match subject {
            Subject::Snapshot { store, id, .. } => (store, id),
            Subject::Undo { of, .. } => return Self::of(of),
            _ => return Self::default(),
        };
        let store = Store::new(store.clone());
        Self {
            link: Some(store.latest()),
            aside: Some(latest_aside(&store, id)),
        }
    }

    fn is_about(&self, refusal: &Refusal) -> bool {
        let Refusal::ChangedSince { path, .. } = refusal else {
            return false;
        };
        self.link.as_ref() == Some(path)
    }
}

/// Lets a way back look into the folders before it takes them along, and once more after that: what somebody has put into them
/// between would go into quarantine unseen.
fn look_into(unit: &mut Unit, folders: Vec<Compared>) {
    let mut folders = folders;
    for one in &mut folders {
        one.path = real_place(std::mem::take(&mut one.path));
    }
    if unit.steps.is_empty() || folders.is_empty() {
        return;
    }
    let after = edited::taken_away(unit, &folders);
    unit.steps.insert(0, Step::Check { compared: folders });
    if !after.is_empty() {
        unit.steps.push(Step::Check { compared: after });
    }
    unit.go_on_from = unit.steps.len();
}

/// A copy in place of a link may have been worked on since; undo has no other place for it than quarantine.
fn copy_that_goes(unit: &Unit) -> Option<Notice> {
    if unit.shape != Shape::Plain || unit.stages().next().is_none() {
        return None;
    }
    let path = (*unit.touches().first()?).to_path_buf();
    Some(Notice::CopyGoes { path })
}

fn newest(ledger: &Ledger) -> Result<Operation, Refused> {
    let newest = to_undo(ledger)?.next();
    newest.ok_or_else(|| Refusal::NothingToUndo.into())
}

/// Returns the operation before the one that is undone if none is told: that may be one that cannot be undone.
pub fn before_newest(ledger: &Ledger) -> Option<i64> {
    let before = to_undo(ledger).ok()?.nth(1)?;
    Some(before.id)
}

/// The operations that can be asked to be undone, newest first.
fn to_undo(ledger: &Ledger) -> Result<impl Iterator<Item = Operation>, Refused> {
    const LOOK_BACK: u32 = 10_000;
    let operations = ledger.operations(LOOK_BACK)?.into_iter();
    Ok(operations.filter(|operation| {
        operation.undone_by.is_none()
            && operation.undoes.is_none()
            && matches!(
                operation.state,
                OperationState::Done | OperationState::Partly
            )
    }))
}

/// The way back of one unit, and what the user should know of it.
struct Inverse {
    unit: Unit,
    notices: Vec<Notice>,
}

/// Returns the unit that takes a done unit back.
fn inverse(
    (around, ledger): (&Surroundings, &Ledger),
    names: &mut NamesLeft<'_>,
    id: i64,
    (record, may_stay): (&UnitRecord, &MayStay),
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
        may_stay,
        names,
        notices: Vec::new(),
    };
    if let Some(across) = across_inverse(around, ledger, record, number)? {
        return Ok(across);
    }
    let mut inverse = match &unit.shape {
        Shape::Plain | Shape::Links => {
            let steps = back.of(0..unit.steps.len(), &|path| path.to_path_buf())?;
            // A folder on the way may have moved since, and left a link.
            let steps = steps
                .into_iter()
                .map(|step| step.map_paths(real_place))
                .collect();
            let mut inverse = Unit::plain(steps, slot.clone());
            inverse.shape = unit.shape.clone();
            inverse
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
                State::Absent | State::AtMost(_) => LinkOut::New(remade(around, source, dest)?),
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
            let here = |path: &Path| path.to_path_buf();
            let mut steps = back.of(core.end..unit.steps.len(), &here)?;
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

/// The way back where the two places are on different volumes: what stands at the other end now is copied.
///
/// Undo has no options: nothing is lost, and names outside are refused, as by the command itself.
fn across_inverse(
    around: &Surroundings,
    ledger: &Ledger,
    record: &UnitRecord,
    number: usize,
) -> Result<Option<Inverse>, Refused> {
    let unit = &record.unit;
    let (Shape::Relocation { source, dest, .. } | Shape::BringBack { source, dest, .. }) =
        &unit.shape
    else {
        return Ok(None);
    };
    let (source_place, dest_place) = (around.place(source)?, around.place(dest)?);
    if !across::is_across(&source_place, &dest_place) {
        return Ok(None);
    }
    let wish = across_wish(unit);
    let made = match &unit.shape {
        Shape::BringBack { old_link, .. } => {
            let link = match State::of(old_link)? {
                State::Present(link) => across::LinkOut::FromQuarantine {
                    item: old_link.clone(),
                    link,
                },
                State::Absent | State::AtMost(_) => {
                    across::LinkOut::New(remade(around, source, dest)?)
                }
            };
            let entry = look::entry(source)?;
            let ends = (&source_place, &entry, &dest_place);
            across::plan_out(around, Some(ledger), ends, link, (wish, number))?
        }
        _ => {
            let entry = look::entry(dest)?;
            let ends = (&dest_place, &entry, &source_place);
            across::plan_back(around, Some(ledger), ends, (wish, number))?
        }
    };
    let mut inverse = made.unit;
    inverse.borrow_from(unit.private_folders());
    Ok(Some(Inverse {
        unit: inverse,
        notices: made.notices,
    }))
}

/// What the operation was allowed to lose or to split, its way back may too.
fn across_wish(unit: &Unit) -> AcrossWish {
    let lossy = unit
        .steps
        .iter()
        .any(|step| matches!(step, Step::Stage { options, .. } if options.lossy));
    AcrossWish {
        lossy,
        ..AcrossWish::CAREFUL
    }
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

/// The link to `dest` that comes back to `source`, where the old one was purged.
fn remade(around: &Surroundings, source: &Path, dest: &Path) -> Result<NewLink, Refusal> {
    let wish = Fitting {
        link: &around.place(source)?,
        text: dest.as_os_str(),
        form: TextForm::Absolute,
        leads_to: Some(look::entry(source)?.kind),
    };
    Ok(new_link::chosen(around, wish)?.0)
}
