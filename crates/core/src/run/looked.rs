//! What the disk says to what a step requires or ensures.

use lw_fs::FsError;

use super::perform::Failure;
use crate::plan::{Fact, State};

/// What the disk says to some facts.
pub(super) enum Looked {
    /// It fits them all; what was found, in their order.
    Fitting(Vec<State>),
    /// It does not fit this one.
    Misfit(Failure),
}

pub(super) fn look_at(facts: &[Fact]) -> Result<Looked, FsError> {
    let mut states = Vec::with_capacity(facts.len());
    for fact in facts {
        let found = fact.look()?;
        if !fact.state.fits(&found) {
            return Ok(Looked::Misfit(Failure::Changed {
                path: fact.path.clone(),
                expected: fact.state.clone(),
                found,
            }));
        }
        states.push(found);
    }
    Ok(Looked::Fitting(states))
}

/// Returns the first of `facts` that the disk does not fit.
pub(super) fn first_misfit(facts: &[Fact]) -> Result<Option<Failure>, FsError> {
    Ok(match look_at(facts)? {
        Looked::Fitting(_) => None,
        Looked::Misfit(failure) => Some(failure),
    })
}
