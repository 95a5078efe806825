//! Units that restore something each, some at a time: what makes durable, and is the slowest by far, is done once for all.
//!
//! Each goes through the same stations as by itself: built, durable, recorded, put in place, durable. A station is begun when
//! all have gone through the one before, so nothing is ever put in place that is not durable and recorded.

use std::collections::HashMap;
use std::collections::hash_map::Entry::Vacant;
use std::path::Path;

use lw_fs::act::{Durable, OpenVolume};
use lw_fs::stage::Monitor;
use lw_fs::{FsError, Hand, look};

use super::description;
use super::go_back::go_back;
use super::one_unit::{Begun, Recorder, go_through, stopped};
use super::perform::{Failure, Work, perform};
use super::ran::{Ran, Stopped, UnitEnd, cancelled, end_of};
use super::slot;
use crate::plan::{AfterFailure, Outcome, Plan, Shape, Step, Unit};

/// The most units at a time: so many copies are made anew if the process dies.
const MOST_TOGETHER: usize = 64;

/// Units that follow each other in a plan, and the volumes they are on.
pub(super) struct Together<'a> {
    units: &'a [Unit],
    volumes: Vec<OpenVolume>,
}

/// How far a unit has come.
enum Way {
    /// It is not begun, or as it was before, because of another one.
    NotBegun,
    Begun(Begun),
    Ended(Result<Vec<Outcome>, Stopped>),
}

/// Returns the next units of a plan that can be carried out together, if there are several.
pub(super) fn next(plan: &Plan, from: usize) -> Option<Together<'_>> {
    if plan.after_failure != AfterFailure::GoOn {
        return None;
    }
    let mut volumes = HashMap::new();
    let mut parent: Option<&Path> = None;
    let mut count = 0;
    for unit in plan.units[from..].iter().take(MOST_TOGETHER) {
        if !can_wait(unit) || !open_volumes(unit, &mut parent, &mut volumes) {
            break;
        }
        count += 1;
    }
    (count > 1).then(|| Together {
        units: &plan.units[from..from + count],
        volumes: volumes.into_values().collect(),
    })
}

/// Returns whether nothing in the unit is needed before the others are put in place, and it is on one volume.
fn can_wait(unit: &Unit) -> bool {
    let builds_by_itself = match unit.steps.first() {
        Some(Step::StageRestore { standing, .. }) => standing.is_empty(),
        _ => false,
    };
    let only_gives_names = |step: &Step| {
        matches!(
            step,
            Step::Exchange { .. }
                | Step::Rename { .. }
                | Step::Quarantine { .. }
                | Step::CreateHardLink { .. }
        )
    };
    unit.shape == Shape::Plain
        && unit.own_folders().count() == 1
        && builds_by_itself
        && unit.steps[1..].iter().all(only_gives_names)
}

/// Opens the volumes of the names that a unit changes; its private folder is on the same. Returns whether all can be synced.
fn open_volumes<'a>(
    unit: &'a Unit,
    last: &mut Option<&'a Path>,
    volumes: &mut HashMap<u64, OpenVolume>,
) -> bool {
    let parents = unit.touches().into_iter().filter_map(Path::parent);
    for parent in parents.filter(|parent| *parent != unit.slot()) {
        if *last == Some(parent) {
            continue;
        }
        let Ok(folder) = look::entry(parent) else {
            return false;
        };
        if let Vacant(free) = volumes.entry(folder.identity.device) {
            let Ok(Some(volume)) = OpenVolume::open(parent) else {
                return false;
            };
            free.insert(volume);
        }
        *last = Some(parent);
    }
    true
}

impl Together<'_> {
    /// Returns how many units these are.
    pub(super) fn count(&self) -> usize {
        self.units.len()
    }

    /// Carries the units out. After the first after which nothing more is begun, those before it are finished.
    pub(super) fn run(
        &self,
        hand: &mut Hand<'_>,
        about: &description::About<'_>,
        (monitor, recorder): (&dyn Monitor, &mut Recorder<'_>),
        ran: &mut Ran,
    ) {
        let mut ways = self.build(hand, about, monitor);
        if ways.iter().any(|way| matches!(way, Way::Begun(_))) {
            if let Err(error) = self.sync(hand) {
                self.give_up(hand, &mut ways, &error, monitor);
            }
            record(hand, &mut ways, (monitor, recorder));
            put_in_place(hand, &mut ways, monitor);
            if let Err(error) = self.sync(hand) {
                self.give_up(hand, &mut ways, &error, monitor);
            }
        }
        note_done(hand, &ways, recorder);
        for (unit, way) in self.units.iter().zip(ways) {
            let end = match way {
                Way::Ended(result) => end_of(hand, unit, result),
                Way::NotBegun | Way::Begun(_) => UnitEnd::not_begun(),
            };
            ran.add(unit, end, AfterFailure::GoOn);
        }
    }

    /// Builds what each unit restores, in its private folder.
    fn build(
        &self,
        hand: &mut Hand<'_>,
        about: &description::About<'_>,
        monitor: &dyn Monitor,
    ) -> Vec<Way> {
        let mut ways = Vec::with_capacity(self.units.len());
        let mut goes_on = true;
        for unit in self.units {
            ways.push(match goes_on {
                true if monitor.is_cancelled() => {
                    goes_on = false;
                    Way::Ended(Err(cancelled()))
                }
                true => match build_one(hand, unit, about, monitor) {
                    Ok(begun) => Way::Begun(begun),
                    Err(stopped) => {
                        goes_on = stopped.is_of_one_unit();
                        Way::Ended(Err(stopped))
                    }
                },
                false => Way::NotBegun,
            });
        }
        ways
    }

    fn sync(&self, hand: &mut Hand<'_>) -> Result<(), FsError> {
        self.volumes.iter().try_for_each(|volume| volume.sync(hand))
    }

    /// Takes all back that have come so far: what of them is durable nobody knows.
    fn give_up(
        &self,
        hand: &mut Hand<'_>,
        ways: &mut [Way],
        error: &FsError,
        monitor: &dyn Monitor,
    ) {
        for (unit, way) in self.units.iter().zip(ways) {
            let outcomes = match way {
                Way::Begun(begun) => &begun.outcomes,
                Way::Ended(Ok(outcomes)) => outcomes,
                Way::NotBegun | Way::Ended(Err(_)) => continue,
            };
            let stuck = go_back(hand, unit, outcomes, monitor).err();
            *way = Way::Ended(Err(Stopped::new(error.again().into(), stuck)));
        }
    }
}

fn build_one(
    hand: &mut Hand<'_>,
    unit: &Unit,
    about: &description::About<'_>,
    monitor: &dyn Monitor,
) -> Result<Begun, Stopped> {
    if let Err(error) = slot::prepare(hand, (unit, Durable::Later), about) {
        return Err(Stopped::new(error.into(), None));
    }
    let work = Work {
        slot: unit.slot(),
        monitor,
        seen: &[],
        durable: Durable::Later,
    };
    let mut begun = Begun {
        unit: unit.clone(),
        outcomes: Vec::with_capacity(unit.steps.len()),
    };
    let step = &unit.steps[0];
    let built =
        perform(hand, step, work).map_err(|error| stopped(hand, (unit, &[]), error, monitor))?;
    begun.outcomes.push(built);
    if let Some(item) = step.builds() {
        match look::entry(item) {
            Ok(entry) => begun.unit.learn(item, entry.identity),
            Err(error) => {
                let stuck = go_back(hand, unit, &begun.outcomes, monitor).err();
                return Err(Stopped::new(error.into(), stuck));
            }
        }
    }
    Ok(begun)
}

/// Records what makes the copies themselves. If that fails it is the reason of the first, and the others are not begun.
fn record(
    hand: &mut Hand<'_>,
    ways: &mut [Way],
    (monitor, recorder): (&dyn Monitor, &mut Recorder<'_>),
) {
    let begun: Vec<(usize, &Unit)> = ways
        .iter()
        .enumerate()
        .filter_map(|(place, way)| match way {
            Way::Begun(begun) => Some((recorder.position + place, &begun.unit)),
            Way::NotBegun | Way::Ended(_) => None,
        })
        .collect();
    if begun.is_empty() {
        return;
    }
    let recorded = recorder
        .ledger
        .update_units(hand, recorder.operation_id, &begun);
    let Err(error) = recorded else {
        return;
    };
    let mut error = Some(error);
    for way in ways {
        *way = match std::mem::replace(way, Way::NotBegun) {
            Way::Begun(begun) => match error.take() {
                Some(error) => {
                    let stuck = go_back(hand, &begun.unit, &begun.outcomes, monitor).err();
                    let failure = Failure::NotRecorded(Box::new(error));
                    Way::Ended(Err(Stopped::new(failure, stuck)))
                }
                None => take_back(hand, &begun, monitor),
            },
            other => other,
        };
    }
}

/// Notes what is done and durable: whatever stands there later, if the process dies, was put there since.
///
/// It is recorded once more in the end, so that it cannot be noted now is no failure.
fn note_done(hand: &mut Hand<'_>, ways: &[Way], recorder: &mut Recorder<'_>) {
    let done: Vec<(usize, &[Outcome])> = ways
        .iter()
        .enumerate()
        .filter_map(|(place, way)| match way {
            Way::Ended(Ok(outcomes)) => Some((recorder.position + place, &**outcomes)),
            _ => None,
        })
        .collect();
    if !done.is_empty() {
        let ledger = &mut recorder.ledger;
        let _recorded_in_the_end = ledger.note_done(hand, recorder.operation_id, &done);
    }
}

/// Carries out the other steps of each. After the first after which nothing more is begun, those that follow are taken back.
fn put_in_place(hand: &mut Hand<'_>, ways: &mut [Way], monitor: &dyn Monitor) {
    let mut goes_on = true;
    for way in ways {
        *way = match std::mem::replace(way, Way::NotBegun) {
            Way::Begun(begun) if goes_on => {
                let result = go_through(hand, begun, (monitor, None));
                goes_on = result.as_ref().err().is_none_or(Stopped::is_of_one_unit);
                Way::Ended(result)
            }
            Way::Begun(begun) => take_back(hand, &begun, monitor),
            other => other,
        };
    }
}

/// Leaves nothing of a unit that was built and does not come to its turn.
fn take_back(hand: &mut Hand<'_>, begun: &Begun, monitor: &dyn Monitor) -> Way {
    match go_back(hand, &begun.unit, &begun.outcomes, monitor) {
        Ok(()) => {
            slot::discard_restored(hand, &begun.unit);
            let _nothing_stays = slot::sweep(hand, &begun.unit);
            Way::NotBegun
        }
        Err(stuck) => {
            let changed = FsError::changed("take back what was built in", begun.unit.slot());
            Way::Ended(Err(Stopped::new(changed.into(), Some(stuck))))
        }
    }
}
