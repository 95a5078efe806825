//! `lw bring-back`: what a link leads to comes back to where the link is.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Kind, Place};

use super::inner_links::{self, Inside};
use super::link::refuse_if_any;
use super::relocate::{WayBack, bring_back_core, moving_refusals};
use super::replace::{self, Exchange};
use super::staying::quarantine_refusals;
use super::{AcrossWish, Refusal, Refused, Surroundings, across, cloud};
use crate::ledger::{Ledger, UnitState};
use crate::plan::{
    Notice, Outcome, Plan, Shape, State, Step, Subject, Trace, Unit, inverse_of_step,
};
use crate::run::item_numbered;

/// Item numbers of links that get their old text back begin here; lower ones are for what the way back itself
/// displaces and for links that it re-aims.
const RESTORED_NUMBER: usize = 2_000_000;

/// Returns the plan that brings back what the link leads to, or every reason against it.
///
/// Works on any symbolic link; `wish` says how it is copied if it is on another volume. Where the ledger knows the move that made the link,
/// the links inside that the move re-aimed get their old texts back.
pub fn plan(
    around: &Surroundings,
    link: &Path,
    wish: AcrossWish,
    ledger: Option<&Ledger>,
) -> Result<Plan, Refused> {
    let source = around.existing_place(link)?;
    let source_path = source.path();
    let Some(entry) = look::entry_if_any(&source_path)? else {
        return Err(Refusal::Missing { path: source_path }.into());
    };
    if !entry.kind.is_link() {
        return Err(Refusal::NotALink {
            path: source_path,
            kind: entry.kind,
        }
        .into());
    }
    let dest = target_of(&source)?;
    let thing = look::entry(&dest.path())?;
    let mut refusals = moving_refusals(around, &dest, &thing, &source);
    refusals.extend(replace::leaving_refusals(around, &source, &entry));
    refuse_if_any(once_each(refusals))?;
    if across::is_across(&source, &dest) {
        return plan_across(around, ledger, (&dest, &thing, &source), wish);
    }

    let mut inside = Inside::default();
    if thing.kind == Kind::Directory {
        inside = inner_links::look_inside(&dest.path())?;
        refuse_if_any(quarantine_refusals(&dest.path(), &inside.private_folders))?;
    }
    let slot = replace::slot_at(around, &source, 0)?;
    let exchange = replace::exchange_in(&source.parent);
    let re_aimed = inner_links::re_aim(around, &inside.re_aims, &slot, &exchange);
    refuse_if_any(re_aimed.refusals)?;
    let (State::Present(link), State::Present(what)) =
        (State::of(&source_path)?, State::of(&dest.path())?)
    else {
        return Err(Refusal::Missing { path: dest.path() }.into());
    };
    let mut plan = Plan::new(Subject::BringBack {
        link: source_path.clone(),
        dest: dest.path(),
        kind: thing.kind,
        counts: inside.counts,
        across: None,
    });
    plan.notices.extend(replace::gap(&source_path, &exchange));
    if exchange == Exchange::Yes && source.parent == dest.parent {
        plan.notices.push(Notice::SameFolder {
            path: source_path.clone(),
        });
    }
    plan.notices
        .extend(cloud::of_return(around, &dest.path(), &source_path));
    plan.notices.extend(inside.notices);
    plan.notices.extend(re_aimed.notices);
    let restored = match ledger {
        Some(ledger) => restored_links(ledger, &source_path, &dest.path(), &slot)?,
        None => Restored::default(),
    };
    plan.notices.extend(restored.notices);
    let back = WayBack {
        source: source_path,
        dest: dest.path(),
        link,
        what,
        slot,
        token: around.token.clone(),
    };
    let mut unit = unit(&back, &exchange, re_aimed.steps, restored.steps);
    unit.borrow_from(restored.old_slot.iter().map(PathBuf::as_path));
    plan.units.push(unit);
    Ok(plan)
}

fn plan_across(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    (dest, thing, source): (&Place, &look::Entry, &Place),
    wish: AcrossWish,
) -> Result<Plan, Refused> {
    let made = across::plan_back(around, ledger, (dest, thing, source), (wish, 0))?;
    let mut plan = Plan::new(Subject::BringBack {
        link: source.path(),
        dest: dest.path(),
        kind: thing.kind,
        counts: made.counts,
        across: Some(made.across),
    });
    plan.notices = cloud::of_return(around, &dest.path(), &source.path());
    plan.notices.extend(made.notices);
    plan.units.push(made.unit);
    Ok(plan)
}

/// Puts the way back together: what comes before it, itself, what comes after.
pub(super) fn unit(
    back: &WayBack,
    exchange: &Exchange,
    before: Vec<Step>,
    after: Vec<Step>,
) -> Unit {
    let way = bring_back_core(back, exchange);
    let core = before.len()..before.len() + way.steps.len();
    let go_on_from = before.len() + way.go_on_from;
    let mut steps = before;
    steps.extend(way.steps);
    steps.extend(after);
    let mut unit = Unit::plain(steps, back.slot.clone());
    unit.go_on_from = go_on_from;
    unit.shape = Shape::BringBack {
        source: back.source.clone(),
        dest: back.dest.clone(),
        old_link: way.old_link,
        core,
    };
    unit
}

/// What the link's own text leads to, which must not be a link again.
fn target_of(link: &Place) -> Result<Place, Refused> {
    let path = link.path();
    let text = look::read_link(&path)?;
    match look::resolve(&path).end {
        End::Found { .. } | End::Unreadable(_) => {}
        End::Missing {
            first_missing: missing,
        } => {
            return Err(Refusal::Dangling {
                link: path,
                missing,
            }
            .into());
        }
        End::NotADirectory { at } => return Err(Refusal::NoFolder { link: path, at }.into()),
        End::Loop { cycle } => return Err(Refusal::Loop { link: path, cycle }.into()),
        End::TooDeep => return Err(Refusal::TooDeep { link: path }.into()),
    }
    let target =
        look::place(&link.parent, Path::new(&text)).map_err(|source| Refusal::BadPath {
            path: PathBuf::from(&text),
            source,
        })?;
    let target_path = target.path();
    if look::entry(&target_path)?.kind.is_link() {
        return Err(Refusal::TargetIsLink {
            link: path,
            target: target_path,
        }
        .into());
    }
    Ok(target)
}

/// The same reason can hold for both ends; it is said once.
fn once_each(refusals: Vec<Refusal>) -> Vec<Refusal> {
    let mut said: Vec<String> = Vec::new();
    refusals
        .into_iter()
        .filter(|refusal| {
            let text = format!("{refusal:?}");
            let is_new = !said.contains(&text);
            said.push(text);
            is_new
        })
        .collect()
}

#[derive(Default)]
struct Restored {
    steps: Vec<Step>,
    /// The private folder of the move.
    old_slot: Option<PathBuf>,
    notices: Vec<Notice>,
}

/// The links inside that the move re-aimed, as far as they still are as the move left them.
fn restored_links(
    ledger: &Ledger,
    source: &Path,
    dest: &Path,
    slot: &Path,
) -> Result<Restored, Refused> {
    let mut restored = Restored::default();
    for operation in ledger.operations_on(source)? {
        if operation.undone_by.is_some() {
            continue;
        }
        for record in ledger.units(operation.id)? {
            if record.state != UnitState::Done {
                continue;
            }
            match &record.unit.shape {
                Shape::Relocation {
                    source: moved,
                    dest: to,
                    core,
                } if moved == source && to == dest => {
                    let prelude = &record.unit.steps[..core.start];
                    restored.old_slot = Some(record.unit.slot().to_path_buf());
                    for index in (0..prelude.len()).rev() {
                        restore(&mut restored, prelude, record.unit.slot(), (slot, index));
                    }
                    return Ok(restored);
                }
                // What came back since is no longer what that move left.
                Shape::BringBack { source: moved, .. } if moved == source => return Ok(restored),
                _ => {}
            }
        }
    }
    Ok(restored)
}

fn restore(restored: &mut Restored, prelude: &[Step], old_slot: &Path, new: (&Path, usize)) {
    let (slot, index) = new;
    let number = RESTORED_NUMBER + index;
    let Some(ReAimed {
        link,
        now,
        was,
        put,
    }) = re_aimed_by(&prelude[..=index], old_slot)
    else {
        return;
    };
    let (Some(ours), Some(theirs)) = (&now.text, &was.text) else {
        return;
    };
    if look::read_link(link).ok().as_ref() != Some(ours) {
        let why = "it was changed since the move re-aimed it".to_owned();
        restored.notices.push(Notice::LeftAlone {
            path: link.to_path_buf(),
            why,
        });
        return;
    }
    let item = item_numbered(slot, link, number);
    if matches!(put, Step::Quarantine { .. }) {
        restored.steps.push(Step::Quarantine {
            path: link.to_path_buf(),
            item: item.clone(),
            what: now.clone(),
        });
    }
    let outcome = Outcome::Done { made: None };
    match inverse_of_step(put, outcome, old_slot, |path| path.to_path_buf()) {
        Ok(Some(back)) => {
            restored
                .steps
                .extend(super::undo::from_old_slot(back, slot, number));
        }
        _ => restored
            .steps
            .extend(super::undo::remade_link(link, now, was, slot, number)),
    }
    restored.notices.push(Notice::ReAimedBack {
        link: link.to_path_buf(),
        text: theirs.clone(),
    });
}

/// A link inside that a move gave another text.
struct ReAimed<'a> {
    link: &'a Path,
    now: &'a Trace,
    was: &'a Trace,
    /// The step that put the old link into quarantine.
    put: &'a Step,
}

/// What the last of these steps re-aimed, by an exchange or as the second of two renames.
fn re_aimed_by<'a>(steps: &'a [Step], old_slot: &Path) -> Option<ReAimed<'a>> {
    let (last, before) = steps.split_last()?;
    match last {
        Step::Exchange { a, b, at_a, at_b } if a.starts_with(old_slot) => Some(ReAimed {
            link: b,
            now: at_a,
            was: at_b,
            put: last,
        }),
        Step::Rename { from, to, what } if from.starts_with(old_slot) => match before.last()? {
            put @ Step::Quarantine {
                path, what: was, ..
            } if path == to => Some(ReAimed {
                link: to,
                now: what,
                was,
                put,
            }),
            _ => None,
        },
        _ => None,
    }
}
