//! How far a unit has come, read off the disk alone.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use lw_fs::FsError;

use super::{Fact, State, Unit};

/// How far a unit has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// This many steps are done, and nothing of the others.
    Done(usize),
    /// The disk is in no state that the unit passes through.
    Diverged {
        /// What stands where something else should: the path, what was expected last, what is there.
        at: Vec<(PathBuf, State, State)>,
    },
}

/// Returns how far `unit` has come, by comparing the disk with every state the unit passes through.
///
/// After `k` steps each path the unit names is in a known state. The position is the largest `k` for which the disk
/// fits. A path that only later steps touch may hold something foreign without hindering, as long as it cannot have
/// come from the unit itself. A path below another one of the unit counts only while that one is what it was when
/// the path was spoken of: once a folder has moved, `folder/link` means something else.
pub fn position(unit: &Unit) -> Result<Position, FsError> {
    let timelines = timelines(unit);
    let mut misfits = Misfits::new(unit.steps.len());
    let mut at = Vec::new();
    let mut unreadable = None;
    for (path, timeline) in &timelines {
        let found = match State::of(path) {
            Ok(found) => Some(found),
            Err(error) => {
                unreadable.get_or_insert(error);
                None
            }
        };
        let fits = |state: &State| found.as_ref().is_some_and(|found| state.fits(found));
        let is_ours = timeline.iter().any(|span| fits(&span.state));
        for span in timeline {
            // Before its first step, a path may hold what cannot have come from the unit.
            let foreign = span.is_first && found.is_some() && !is_ours;
            if !fits(&span.state) && !foreign {
                for range in visible(span, path, &timelines) {
                    misfits.add(range);
                }
            }
        }
        if let Some(found) = found
            && !is_ours
            && let Some(last) = timeline.last()
        {
            at.push((path.to_path_buf(), last.state.clone(), found));
        }
    }
    match (misfits.largest_fit(), unreadable) {
        (Some(done), _) => Ok(Position::Done(done)),
        (None, Some(error)) => Err(error),
        (None, None) => Ok(Position::Diverged {
            at: or_all(at, &timelines)?,
        }),
    }
}

/// Each path by itself may hold something the unit knows, only never all at one time; then all are named.
fn or_all(
    at: Vec<(PathBuf, State, State)>,
    timelines: &Timelines<'_>,
) -> Result<Vec<(PathBuf, State, State)>, FsError> {
    if !at.is_empty() {
        return Ok(at);
    }
    let mut all = Vec::new();
    for (path, timeline) in timelines {
        if let (Ok(found), Some(last)) = (State::of(path), timeline.last())
            && !last.state.fits(&found)
        {
            all.push((path.to_path_buf(), last.state.clone(), found));
        }
    }
    Ok(all)
}

/// The state of a path while the numbers of done steps in `range` hold, and at which number it was spoken of.
#[derive(Debug, Clone)]
struct Span {
    state: State,
    range: RangeInclusive<usize>,
    said_at: usize,
    is_first: bool,
}

type Timelines<'a> = BTreeMap<&'a Path, Vec<Span>>;

/// What each named path holds from no step done to all done.
fn timelines(unit: &Unit) -> Timelines<'_> {
    let all = unit.steps.len();
    let mut timelines: Timelines<'_> = BTreeMap::new();
    for (index, step) in unit.steps.iter().enumerate() {
        let (requires, ensures) = (step.requires(), step.ensures());
        for path in step.touches() {
            let said = |facts: &[Fact]| {
                let fact = facts.iter().find(|fact| fact.path == *path);
                fact.map(|fact| fact.state.clone())
            };
            let timeline = timelines.entry(path).or_default();
            if timeline.is_empty()
                && let Some(state) = said(&requires)
            {
                let range = 0..=all;
                timeline.push(Span {
                    state,
                    range,
                    said_at: index,
                    is_first: true,
                });
            }
            if let Some(state) = said(&ensures) {
                if let Some(last) = timeline.last_mut() {
                    last.range = *last.range.start()..=index;
                }
                let (range, said_at) = (index + 1..=all, index + 1);
                timeline.push(Span {
                    state,
                    range,
                    said_at,
                    is_first: false,
                });
            }
        }
    }
    timelines
}

/// The parts of a span in which every named path above `path` is what it was when `path` was spoken of.
fn visible(span: &Span, path: &Path, timelines: &Timelines<'_>) -> Vec<RangeInclusive<usize>> {
    let mut parts = vec![span.range.clone()];
    for above in path.ancestors().skip(1) {
        let Some(timeline) = timelines.get(above) else {
            continue;
        };
        let then = timeline
            .iter()
            .find(|other| other.range.contains(&span.said_at));
        let alike: Vec<_> = timeline
            .iter()
            .filter(|now| then.is_some_and(|then| now.state == then.state))
            .collect();
        parts = parts
            .iter()
            .flat_map(|part| alike.iter().map(move |now| overlap(part, &now.range)))
            .filter(|part| !part.is_empty())
            .collect();
    }
    parts
}

fn overlap(a: &RangeInclusive<usize>, b: &RangeInclusive<usize>) -> RangeInclusive<usize> {
    *a.start().max(b.start())..=*a.end().min(b.end())
}

/// How many paths do not fit, for each number of done steps; kept as differences.
struct Misfits(Vec<i64>);

impl Misfits {
    fn new(steps: usize) -> Self {
        Self(vec![0; steps + 2])
    }

    fn add(&mut self, range: RangeInclusive<usize>) {
        self.0[*range.start()] += 1;
        self.0[*range.end() + 1] -= 1;
    }

    fn largest_fit(&self) -> Option<usize> {
        let steps = self.0.len() - 2;
        let mut count = 0;
        let mut largest = None;
        for (done, change) in self.0[..=steps].iter().enumerate() {
            count += change;
            if count == 0 {
                largest = Some(done);
            }
        }
        largest
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::{Lasting, Step, Trace};
    use super::*;

    fn trace(path: &Path) -> Trace {
        match State::of(path).unwrap() {
            State::Present(trace) => trace,
            State::Absent | State::AtMost(_) => panic!("nothing at {}", path.display()),
        }
    }

    fn relocation(top: &Path) -> Unit {
        let (source, dest) = (top.join("source"), top.join("dest"));
        fs::create_dir(&source).unwrap();
        let what = trace(&source);
        let steps = vec![
            Step::CreateSymbolicLink {
                link: dest.clone(),
                text: dest.clone().into_os_string(),
                lasting: Lasting::Scratch,
                native: None,
            },
            Step::Exchange {
                a: dest.clone(),
                b: source,
                at_a: Trace::link(&dest),
                at_b: what,
            },
        ];
        Unit::plain(steps, top.join("slot"))
    }

    #[test]
    fn settling_believes_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let unit = relocation(&top);
        let (source, dest) = (top.join("source"), top.join("dest"));
        assert_eq!(position(&unit).unwrap(), Position::Done(0));
        symlink(&dest, &dest).unwrap();
        assert_eq!(position(&unit).unwrap(), Position::Done(1));
        fs::rename(&source, top.join("aside")).unwrap();
        fs::rename(&dest, &source).unwrap();
        fs::rename(top.join("aside"), &dest).unwrap();
        assert_eq!(position(&unit).unwrap(), Position::Done(2));
    }

    #[test]
    fn what_fits_no_state_of_the_unit_is_diverged() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let unit = relocation(&top);
        let (source, dest) = (top.join("source"), top.join("dest"));
        fs::rename(&source, &dest).unwrap();
        fs::write(&source, "an editor saved here").unwrap();
        let Position::Diverged { at } = position(&unit).unwrap() else {
            panic!()
        };
        assert_eq!(at.len(), 1);
        assert_eq!(at[0].0, source);
    }

    #[test]
    fn something_foreign_at_an_untouched_name_does_not_hinder() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let unit = relocation(&top);
        fs::write(top.join("dest"), "someone else's").unwrap();
        assert_eq!(position(&unit).unwrap(), Position::Done(0));
    }
}
