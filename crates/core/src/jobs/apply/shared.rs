//! Links that other manifests list too: they stay until no manifest lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::plan::Making;
use super::standing::{Seen, Standing};
use crate::jobs::known::Known;
use crate::jobs::{Refused, quarantine};
use crate::plan::{Notice, PathText, Step, Unit};

/// Which links of other manifests count as links of this one, by the ledger and by what it lists.
#[derive(Debug, Default)]
pub(super) struct Shared {
    before: BTreeMap<PathBuf, PathBuf>,
    now: BTreeMap<PathBuf, PathBuf>,
}

impl Shared {
    /// Compares what the ledger knows with what is listed; each link with another manifest whose it is.
    pub(super) fn of(manifest: &Path, known: &BTreeMap<PathBuf, Known>, seen: &[Seen]) -> Self {
        // What is led elsewhere is no other's link any more.
        let listed: BTreeSet<&Path> = seen
            .iter()
            .filter(|seen| !matches!(seen.standing, Standing::Elsewhere { .. }))
            .map(|seen| seen.path.as_path())
            .collect();
        let mut shared = Self::default();
        for (path, known) in known {
            let Some(other) = known.other_than(manifest) else {
                continue;
            };
            if known.is_of(manifest) {
                shared.before.insert(path.clone(), other.clone());
            }
            if listed.contains(path.as_path()) {
                shared.now.insert(path.clone(), other.clone());
            }
        }
        shared
    }
}

impl Making<'_> {
    /// Notes what has come to be shared, and what is shared no more, if anything.
    pub(super) fn share(&mut self, shared: &Shared) -> Result<(), Refused> {
        let Shared { before, now } = shared;
        let more = but_for(now, before);
        let fewer = but_for(before, now);
        if more.is_empty() && fewer.is_empty() {
            return Ok(());
        }
        self.counts.shared = more.len() as u64;
        self.counts.left = fewer.len() as u64;
        for (manifest, first, links) in by_manifest(&more) {
            self.notices.push(Notice::Shared {
                manifest,
                links,
                first,
            });
        }
        for (manifest, first, links) in by_manifest(&fewer) {
            self.notices.push(Notice::LeftTo {
                manifest,
                links,
                first,
            });
        }
        let step = Step::Share {
            links: now.keys().cloned().map(PathText).collect(),
            before: before.keys().cloned().map(PathText).collect(),
        };
        let folder = self.request.listed.path.parent();
        let folder = folder.unwrap_or(self.request.listed.path);
        // Nothing is put into it.
        let slot = quarantine::slot_for(&self.own("share"), folder, 0)?;
        self.units.push(Unit::plain(vec![step], slot));
        Ok(())
    }
}

fn but_for<'a>(
    links: &'a BTreeMap<PathBuf, PathBuf>,
    others: &BTreeMap<PathBuf, PathBuf>,
) -> Vec<(&'a PathBuf, &'a PathBuf)> {
    let rest = links.iter().filter(|(path, _)| !others.contains_key(*path));
    rest.collect()
}

/// Returns each manifest with the first of its links, and how many there are.
fn by_manifest(links: &[(&PathBuf, &PathBuf)]) -> Vec<(PathBuf, PathBuf, u64)> {
    let mut found: BTreeMap<&Path, (&PathBuf, u64)> = BTreeMap::new();
    for (path, manifest) in links {
        found.entry(manifest).or_insert((path, 0)).1 += 1;
    }
    let found = found.into_iter();
    found
        .map(|(manifest, (first, links))| (manifest.to_path_buf(), first.clone(), links))
        .collect()
}
