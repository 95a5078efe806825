//! What has the name of a missing target, in the places that are searched.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use lw_fs::look::walk::{Found, Visitor};

use super::broken::Broken;
use crate::jobs::Refused;
use crate::jobs::inventory::{Roots, Unseen};

/// The most places that are kept for one name; where there are more, a name by itself says nothing.
const MAX_PLACES: usize = 64;

/// Places by name.
#[derive(Debug)]
pub(super) struct Candidates {
    places: HashMap<OsString, Vec<PathBuf>>,
}

impl Candidates {
    /// Looks for everything with one of these names, links left out.
    pub(super) fn find<'a>(
        search: &Roots,
        names: impl Iterator<Item = &'a OsStr>,
    ) -> Result<(Self, Unseen), Refused> {
        let wanted: HashMap<OsString, Vec<PathBuf>> = names
            .map(|name| (name.to_os_string(), Vec::new()))
            .collect();
        if wanted.is_empty() {
            let candidates = Self { places: wanted };
            return Ok((candidates, Unseen::default()));
        }
        let (searchers, unseen) = search.walk(|| Searcher {
            places: wanted.clone(),
        })?;
        let mut places = wanted;
        for searcher in searchers {
            for (name, found) in searcher.places {
                places.entry(name).or_default().extend(found);
            }
        }
        for found in places.values_mut() {
            found.sort_unstable();
        }
        Ok((Self { places }, unseen))
    }

    /// Returns the places that have the name of a link's target, sorted.
    pub(super) fn of(&self, broken: &Broken) -> &[PathBuf] {
        let found = broken.wanted_name().and_then(|name| self.places.get(name));
        found.map_or(&[], Vec::as_slice)
    }
}

/// What one thread has found.
struct Searcher {
    places: HashMap<OsString, Vec<PathBuf>>,
}

impl Visitor for Searcher {
    fn visit(&mut self, found: &Found<'_>) {
        if found.kind.is_link() {
            return;
        }
        if let Some(places) = self.places.get_mut(found.name)
            && places.len() < MAX_PLACES
        {
            places.push(found.path());
        }
    }
}
