//! Links that lead to links of the same manifest: where they lead once all of them are there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{MAX_HOPS, Place};
use lw_fs::path_form;

use super::Conflict;
use super::places::Places;
use super::wanted::Wanted;
use crate::jobs::{Refusal, Surroundings};

/// Links by where they stand, and what is going to be there before any of them is made.
#[derive(Debug, Default)]
pub(super) struct Chains<'a> {
    manifest: PathBuf,
    links: HashMap<PathBuf, &'a Wanted>,
    coming: Vec<PathBuf>,
}

/// What a link leads to.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    /// Where its target stands, by way of links as they will be.
    pub(super) place: Place,
    /// Where that leads in the end, if it is a link of the manifest or is reached by one.
    pub(super) end: Option<PathBuf>,
    /// How many links of the manifest must be there before it leads anywhere.
    pub(super) depth: usize,
}

impl Aim {
    /// Returns where what is meant lies, as far as the manifest tells.
    pub(super) fn end(&self) -> PathBuf {
        self.end.clone().unwrap_or_else(|| self.place.path())
    }
}

impl<'a> Chains<'a> {
    pub(super) fn new(
        (around, places): (&Surroundings, &mut Places),
        manifest: &Path,
        links: &'a [Wanted],
        coming: Vec<PathBuf>,
    ) -> Self {
        let at = links
            .iter()
            .map(|wanted| (places.path_of(around, &wanted.link), wanted));
        Self {
            manifest: manifest.to_path_buf(),
            links: at.collect(),
            coming,
        }
    }

    /// Returns where the links of the manifest stand.
    pub(super) fn places(&self) -> impl Iterator<Item = &Path> {
        self.links.keys().map(PathBuf::as_path)
    }

    /// Returns whether something is going to be at `target` before the links are made.
    pub(super) fn is_coming(&self, target: &Path) -> bool {
        self.coming.iter().any(|coming| target.starts_with(coming))
    }

    /// Returns what a link leads to, or that it leads back to itself.
    pub(super) fn aim(
        &self,
        around: &Surroundings,
        places: &mut Places,
        wanted: &Wanted,
    ) -> Result<Aim, Refusal> {
        let target = &wanted.target;
        let mut depth = 0;
        let place = match (target.parent(), target.file_name()) {
            (Some(parent), Some(name)) => {
                let (behind, passed) = self.behind(around, places, parent, wanted)?;
                depth = passed;
                match behind {
                    Some(parent) => Place {
                        parent,
                        name: name.to_os_string(),
                    },
                    None => places.of(around, target)?,
                }
            }
            _ => places.of(around, target)?,
        };
        let (end, passed) = self.followed(around, places, &place.path(), wanted)?;
        depth += passed;
        let end = match (end, depth) {
            (Some(end), _) => Some(places.of(around, &end)?.path()),
            (None, 0) => None,
            (None, _) => Some(place.path()),
        };
        Ok(Aim { place, end, depth })
    }

    /// Where a folder leads, if links of the manifest are on the way; thousands of targets lie side by side.
    fn behind(
        &self,
        around: &Surroundings,
        places: &mut Places,
        folder: &Path,
        wanted: &Wanted,
    ) -> Result<(Option<PathBuf>, usize), Refusal> {
        if let Some(known) = places.behind.get(folder) {
            return Ok(known.clone());
        }
        let (end, passed) = self.followed(around, places, folder, wanted)?;
        // What is behind them is on the disk already.
        let end = end.map(|end| around.leading_to(&end)).transpose()?;
        let found = (end, passed);
        places.behind.insert(folder.to_path_buf(), found.clone());
        Ok(found)
    }

    /// Follows all links of the manifest on the way of a path, and counts them; none, if there are none.
    fn followed(
        &self,
        around: &Surroundings,
        places: &mut Places,
        path: &Path,
        from: &Wanted,
    ) -> Result<(Option<PathBuf>, usize), Refusal> {
        let mut path = path.to_path_buf();
        let mut passed: Vec<&Wanted> = Vec::new();
        while let Some((link, at)) = self.first_on(around, places, &path) {
            let begin = passed.iter().position(|one| std::ptr::eq(*one, link));
            if let Some(begin) = begin {
                return Err(self.circle(from, &passed[begin..]));
            }
            if passed.len() >= MAX_HOPS {
                let link = from.link.clone();
                return Err(Refusal::TooDeep { link });
            }
            passed.push(link);
            path = path_form::moved(&path, at, &link.target).unwrap_or_default();
        }
        Ok(((!passed.is_empty()).then_some(path), passed.len()))
    }

    /// The outermost link of the manifest on the way of a path, and the part of the path that names it.
    fn first_on<'p>(
        &self,
        around: &Surroundings,
        places: &mut Places,
        path: &'p Path,
    ) -> Option<(&'a Wanted, &'p Path)> {
        let outer_first: Vec<&Path> = path.ancestors().collect();
        outer_first.into_iter().rev().find_map(|above| {
            let link = self.links.get(&places.path_of(around, above))?;
            Some((*link, above))
        })
    }

    fn circle(&self, from: &Wanted, circle: &[&Wanted]) -> Refusal {
        Refusal::Entry {
            manifest: self.manifest.clone(),
            line: from.line,
            path: from.link.clone(),
            conflict: Conflict::Circle {
                lines: circle.iter().map(|link| link.line).collect(),
            },
        }
    }
}
