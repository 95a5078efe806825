//! What has the name or the inode number of a missing target, in the places that are searched.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::walk::{Found, Visitor};

use super::broken::Broken;
use super::trash;
use crate::jobs::Refused;
use crate::jobs::inventory::{Roots, Unseen};

/// The most places that are kept for one name; where there are more, a name by itself says nothing.
const MAX_PLACES: usize = 64;

/// Places by name and by inode number.
#[derive(Debug, Default, Clone)]
pub(super) struct Candidates {
    by_name: HashMap<OsString, Vec<PathBuf>>,
    by_inode: HashMap<u64, Vec<PathBuf>>,
}

impl Candidates {
    /// Looks for everything with the name of one of these targets, or with the inode number of what was known of it. Links
    /// are left out, and what was thrown away.
    pub(super) fn find<'a>(
        search: &Roots,
        all: impl Iterator<Item = &'a Broken> + Clone,
    ) -> Result<(Self, Unseen), Refused> {
        let names = all.clone().filter_map(Broken::wanted_name);
        let known = all.filter_map(|broken| broken.known.as_ref());
        let wanted = Self {
            by_name: names
                .map(|name| (name.to_os_string(), Vec::new()))
                .collect(),
            by_inode: known
                .map(|tracked| (tracked.identity.inode, Vec::new()))
                .collect(),
        };
        if wanted.by_name.is_empty() {
            return Ok((wanted, Unseen::default()));
        }
        let (searchers, unseen) = search.walk(|| Searcher {
            found: wanted.clone(),
        })?;
        let mut all = wanted;
        for searcher in searchers {
            for (name, places) in searcher.found.by_name {
                all.by_name.entry(name).or_default().extend(places);
            }
            for (inode, places) in searcher.found.by_inode {
                all.by_inode.entry(inode).or_default().extend(places);
            }
        }
        let (names, inodes) = (all.by_name.values_mut(), all.by_inode.values_mut());
        names
            .chain(inodes)
            .for_each(|places| places.sort_unstable());
        Ok((all, unseen))
    }

    /// Returns the places that have the name of a link's target, sorted.
    pub(super) fn of(&self, broken: &Broken) -> &[PathBuf] {
        let found = broken.wanted_name().and_then(|name| self.by_name.get(name));
        found.map_or(&[], Vec::as_slice)
    }

    /// Returns the places that have this inode number, on whatever volume, sorted.
    pub(super) fn of_inode(&self, inode: u64) -> &[PathBuf] {
        self.by_inode.get(&inode).map_or(&[], Vec::as_slice)
    }
}

/// What one thread has found.
struct Searcher {
    found: Candidates,
}

impl Visitor for Searcher {
    fn visit(&mut self, found: &Found<'_>) {
        if found.kind.is_link() {
            return;
        }
        let by_name = self.found.by_name.get_mut(found.name);
        let by_inode = self.found.by_inode.get_mut(&found.inode);
        for places in by_name.into_iter().chain(by_inode) {
            if places.len() < MAX_PLACES {
                places.push(found.path());
            }
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        !(trash::may_be(folder.name) && trash::holds(&folder.path()))
    }
}
