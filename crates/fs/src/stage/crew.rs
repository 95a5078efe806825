//! Several threads that go through the folders of a tree.

use std::sync::{Mutex, PoisonError};

use super::record::NodeId;
use super::{MAX_WORKERS, Monitor, StageError};
use crate::queue::{Queue, worker_count};

/// Calls `visit` for each of the folders `first` and for those it adds, on several threads, each with a state of its own
/// that `state` makes.
///
/// After the first failure, or if the monitor says so, no more are begun; that failure is returned.
pub(crate) fn each_folder<S>(
    monitor: &dyn Monitor,
    first: Vec<NodeId>,
    state: impl Fn(usize) -> S + Sync,
    visit: impl Fn(&mut S, NodeId, &mut Vec<NodeId>) -> Result<(), StageError> + Sync,
) -> Result<(), StageError> {
    let queue = Queue::new(first);
    let failure = Mutex::new(None);
    let workers = worker_count(MAX_WORKERS);
    let work = |number: usize| {
        let mut state = state(number);
        let mut found = Vec::new();
        while let Some(id) = queue.next() {
            let done = if monitor.is_cancelled() {
                Err(StageError::Cancelled)
            } else {
                visit(&mut state, id, &mut found)
            };
            if let Err(error) = done {
                let mut first = failure.lock().unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert(error);
                queue.stop();
            }
            queue.finish(&mut found);
        }
    };
    std::thread::scope(|scope| {
        for number in 1..workers {
            let work = &work;
            scope.spawn(move || work(number));
        }
        work(0);
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
