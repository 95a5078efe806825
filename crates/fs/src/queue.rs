//! Work shared among threads, which may find more of it, and is over when none of them can.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Returns how many threads work at one thing: one a processor, `most` at most.
pub fn worker_count(most: usize) -> usize {
    std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(most)
}

/// What waits, last in first out, so that a tree is gone through in depth and little of it waits.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: Vec<T>,
    busy_workers: usize,
    idle_workers: usize,
    is_stopped: bool,
}

impl<T> Queue<T> {
    /// Makes a queue of the first work.
    pub(crate) fn new(first: Vec<T>) -> Self {
        let state = State {
            waiting: first,
            busy_workers: 0,
            idle_workers: 0,
            is_stopped: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next piece of work, or `None` once no worker can add another.
    pub(crate) fn next(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return None;
            }
            if let Some(job) = state.waiting.pop() {
                state.busy_workers += 1;
                return Some(job);
            }
            if state.busy_workers == 0 {
                return None;
            }
            state.idle_workers += 1;
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle_workers -= 1;
        }
    }

    /// Ends one piece of work, and adds what was found in it.
    pub(crate) fn finish(&self, found: &mut Vec<T>) {
        let mut state = self.lock();
        state.waiting.append(found);
        state.busy_workers -= 1;
        // To wake somebody is a system call, also where nobody sleeps.
        let is_awaited = state.idle_workers > 0;
        drop(state);
        if is_awaited {
            self.changed.notify_all();
        }
    }

    /// Lets no more work be handed out.
    pub(crate) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }
}
