//! What stands otherwise than an operation left it, where that is in the way of taking it back.

use std::path::Path;

use lw_fs::look;

use super::edited;
use crate::jobs::names_left::NamesLeft;
use crate::jobs::{Refusal, Refused};
use crate::plan::{Position, Shape, State, Step, Trace, Unit, position};

/// Returns what stands otherwise than the unit left it, where that stands in the way.
pub(super) fn changed_since(
    id: i64,
    unit: &Unit,
    names: &mut NamesLeft<'_>,
) -> Result<Vec<Refusal>, Refused> {
    match &unit.shape {
        // It is looked at step by step.
        Shape::Plain if unit.gives_facts().is_some() => Ok(Vec::new()),
        Shape::Plain => plain_changed_since(id, unit, names),
        Shape::Links => Ok(Vec::new()),
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
        Shape::BringBack {
            source, dest, core, ..
        } => {
            // What came after the way back may have put something in its place: the remains of a merge.
            let after = unit.steps[core.end..].iter().flat_map(Step::ensures);
            let left = after.rev().find(|fact| fact.path == *dest);
            let left = left.map_or(State::Absent, |fact| fact.state);
            let back = misfit(id, dest, left)?;
            Ok(back.into_iter().chain(absent(id, unit, source)?).collect())
        }
    }
}

fn plain_changed_since(
    id: i64,
    unit: &Unit,
    names: &mut NamesLeft<'_>,
) -> Result<Vec<Refusal>, Refused> {
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
        .filter(|(path, _, found)| !(unit.is_passed_through(path) && *found == State::Absent))
        .map(|(path, expected, found)| Refusal::ChangedSince {
            id,
            path,
            expected,
            found,
        })
        .collect();
    refusals.extend(edited::since(id, unit, names)?);
    for (index, step) in unit.steps.iter().enumerate() {
        if let Step::CreateHardLink { link, .. } = step {
            refusals.extend(edited::last_name(unit, index, link, names)?);
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
