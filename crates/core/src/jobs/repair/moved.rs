//! Links that are not broken but lead to something else than they did, while what they led to has another name now.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Resolution};

use super::RepairRequest;
use super::broken::Broken;
use super::candidates::Candidates;
use super::fate::{self, Fate};
use super::ladder::Judged;
use crate::jobs::inventory::list::{self, ListRequest};
use crate::jobs::memory::Memory;
use crate::jobs::{Refused, Surroundings};
use crate::ledger::Tracked;

/// Returns the remembered links that lead to something else now by their own text, wherever they were then.
pub(super) fn misled(
    around: &Surroundings,
    request: &RepairRequest,
    memory: &mut Memory<'_>,
) -> Result<Vec<Broken>, Refused> {
    let links = ListRequest {
        symbolic: true,
        names: request.names.clone(),
        ..ListRequest::default()
    };
    let listing = list::list(around, &request.roots, &links)?;
    let mut misled = Vec::new();
    for link in listing.links {
        if let Some(known) = memory.of(&link.path, &link.text)
            && let Some(way) = leads_elsewhere(&link.path, &known)
        {
            let broken = Broken {
                wanted: known.target.clone(),
                known: Some(known),
                link: link.path,
                text: link.text,
            };
            misled.push((broken, way));
        }
    }
    // Whoever leads to another one of them follows it.
    let all: HashSet<PathBuf> = misled
        .iter()
        .map(|(broken, _)| broken.link.clone())
        .collect();
    let leads_itself = |way: &Resolution| {
        let others = way.hops.iter().skip(1);
        others.map(|hop| &hop.link).all(|link| !all.contains(link))
    };
    misled.retain(|(_, way)| leads_itself(way));
    Ok(misled.into_iter().map(|(broken, _)| broken).collect())
}

/// Returns the way of a link that leads to something else than it was known to.
fn leads_elsewhere(link: &Path, known: &Tracked) -> Option<Resolution> {
    let way = look::resolve(link);
    let End::Found { path, .. } = &way.end else {
        return None;
    };
    let entry = look::entry(path).ok()?;
    (!fate::is_it(known, &entry)).then_some(way)
}

/// Returns those whose old target is known by itself: a name or a content alone is no reason to touch a sound link.
pub(super) fn judged(misled: Vec<Broken>, candidates: &Candidates) -> Judged {
    let at = |broken: Broken| {
        let Some(Fate::At(target, evidence)) = broken
            .known
            .as_ref()
            .map(|tracked| fate::fate(tracked, candidates))
        else {
            return None;
        };
        Some((broken, Ok((target, evidence))))
    };
    misled.into_iter().filter_map(at).collect()
}
