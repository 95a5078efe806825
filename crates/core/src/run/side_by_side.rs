//! Units of links, several at a time: they have nothing to do with each other.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use lw_fs::stage::Monitor;
use lw_fs::{Effect, Hand, Witness, worker_count};

use super::description;
use super::one_unit::{make_durable, run_steps};
use super::ran::{Ran, Stopped, UnitEnd, end_of};
use crate::plan::{Outcome, Plan, Shape, Step, Unit};

type UnitResult = Result<Vec<Outcome>, Stopped>;

/// The most units at a time.
const MAX_WORKERS: usize = 4;

/// Returns whether the units of the plan can be carried out side by side: each changes links of its own and has a private
/// folder of its own, so in which order they are begun is all the same.
pub(super) fn is_for(plan: &Plan) -> bool {
    let makes_folders = |unit: &Unit| {
        let is_of_folder =
            |step: &Step| matches!(step, Step::CreateFolder { .. } | Step::RemoveFolder { .. });
        unit.steps.iter().any(is_of_folder)
    };
    let are_links = plan
        .units
        .iter()
        .all(|unit| unit.shape == Shape::Links && !makes_folders(unit));
    plan.units.len() > 1 && are_links
}

/// Carries out the units. After the first that cannot be done none is begun, but others may be under way.
pub(super) fn run_units(
    witness: &mut dyn Witness,
    plan: &Plan,
    about: &description::About<'_>,
    monitor: &dyn Monitor,
) -> Ran {
    let told = Told::new(witness);
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Vec<Mutex<Option<UnitResult>>> =
        plan.units.iter().map(|_| Mutex::default()).collect();
    let work = || {
        let mut shared = SharedWitness(&told);
        let mut hand = Hand::grant(&mut shared).keeping_folders();
        while !has_failed.load(Ordering::Acquire) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = plan.units.get(number) else {
                return;
            };
            let result = run_steps(&mut hand, unit, about, (monitor, None));
            has_failed.fetch_or(result.is_err(), Ordering::AcqRel);
            let mut place = results[number]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *place = Some(result);
        }
    };
    let workers = worker_count(MAX_WORKERS.min(plan.units.len()));
    std::thread::scope(|scope| {
        (1..workers).for_each(|_| {
            scope.spawn(work);
        });
        work();
    });
    // Made durable when all is done: each call waits for what all threads did until then, so that the first one does the work of all.
    // Swept up by one: the folder that holds the private folders goes with the last of them.
    let mut shared = SharedWitness(&told);
    let mut hand = Hand::grant(&mut shared);
    let mut ran = Ran::default();
    for (unit, result) in plan.units.iter().zip(results) {
        let result = result.into_inner().unwrap_or_else(PoisonError::into_inner);
        let end = match result {
            Some(result) => {
                let result =
                    result.and_then(|outcomes| make_durable(&mut hand, unit, outcomes, monitor));
                end_of(&mut hand, unit, result)
            }
            None => UnitEnd::not_begun(),
        };
        ran.add(unit, end, plan.after_failure);
    }
    ran
}

/// What the threads share to tell one witness of their changes.
struct Told<'a> {
    witness: Mutex<&'a mut dyn Witness>,
    is_watching: bool,
    /// Whether a change is under way.
    is_busy: Mutex<bool>,
    is_free: Condvar,
}

impl<'a> Told<'a> {
    fn new(witness: &'a mut dyn Witness) -> Self {
        Self {
            is_watching: witness.is_watching(),
            witness: Mutex::new(witness),
            is_busy: Mutex::new(false),
            is_free: Condvar::new(),
        }
    }

    fn begin(&self) {
        let busy = self.is_busy.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.is_free.wait_while(busy, |is_busy| *is_busy);
        *free.unwrap_or_else(PoisonError::into_inner) = true;
    }

    fn end(&self) {
        *self.is_busy.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.is_free.notify_one();
    }

    fn tell<T>(&self, tell: impl FnOnce(&mut dyn Witness) -> T) -> T {
        let mut witness = self.witness.lock().unwrap_or_else(PoisonError::into_inner);
        tell(&mut **witness)
    }
}

/// One thread's witness. Where somebody watches, one change is made at a time: what the witness sees is an order that the
/// changes could have had.
struct SharedWitness<'a, 'b>(&'a Told<'b>);

impl Witness for SharedWitness<'_, '_> {
    fn before(&mut self, effect: Effect<'_>) -> io::Result<()> {
        if !self.0.is_watching {
            return Ok(());
        }
        self.0.begin();
        let answer = self.0.tell(|witness| witness.before(effect));
        if answer.is_err() {
            // It does not happen, so nobody is told that it did.
            self.0.end();
        }
        answer
    }

    fn after(&mut self, effect: Effect<'_>, succeeded: bool) {
        if self.0.is_watching {
            self.0.tell(|witness| witness.after(effect, succeeded));
            self.0.end();
        }
    }

    fn is_watching(&self) -> bool {
        self.0.is_watching
    }
}
