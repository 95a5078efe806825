//! Looking at many things on all processors: what each of them says does not depend on the others.

use lw_fs::worker_count;

/// The most threads.
const MAX_WORKERS: usize = 8;

/// Below this, threads cost more than they bring.
const LEAST_EACH: usize = 512;

/// Returns what `look` makes of each thing, in order; `start` makes what each thread keeps in mind meanwhile.
pub(super) fn map<T: Sync, M, R: Send>(
    things: &[T],
    start: impl Fn() -> M + Sync,
    look: impl Fn(&mut M, &T) -> R + Sync,
) -> Vec<R> {
    let workers = worker_count(MAX_WORKERS.min(things.len() / LEAST_EACH));
    let work = |part: &[T]| {
        let mut mind = start();
        part.iter().map(|thing| look(&mut mind, thing)).collect()
    };
    if workers < 2 {
        return work(things);
    }
    let size = things.len().div_ceil(workers);
    std::thread::scope(|scope| {
        let parts: Vec<_> = things
            .chunks(size)
            .map(|part| scope.spawn(move || work(part)))
            .collect();
        let joined = parts.into_iter().map(|part| part.join());
        let results: Vec<Vec<R>> = joined
            .map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        results.into_iter().flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_has_its_answer_at_its_place() {
        for count in [0, 1, LEAST_EACH, 2 * LEAST_EACH, 5 * LEAST_EACH + 3] {
            let things: Vec<usize> = (0..count).collect();
            let squares = map(&things, || 2, |two, thing| thing * *two);
            let expected: Vec<usize> = things.iter().map(|thing| thing * 2).collect();
            assert_eq!(squares, expected);
        }
    }
}
