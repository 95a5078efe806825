//! What was made for a manifest, and is not listed in it any more.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use lw_fs::look;

use super::one_name::WithoutCapitals;
use super::standing::{Seen, Standing};
use super::wanted::{All, Moved, place_of};
use crate::jobs::known::{Known, Made};
use crate::jobs::{Refused, Surroundings};
use crate::plan::State;

/// Returns where manifests lie by now that were recorded at other paths and have left links there.
pub(super) fn now_at(around: &Surroundings) -> impl FnMut(&Path) -> PathBuf {
    let mut led: HashMap<PathBuf, PathBuf> = HashMap::new();
    move |recorded| {
        let now = led.entry(recorded.to_path_buf());
        now.or_insert_with(|| match around.leading_to(recorded) {
            Ok(real) => real,
            Err(_) => recorded.to_path_buf(),
        })
        .clone()
    }
}

/// Lets links of the manifest be known by the paths by which it lists them: a folder above one may have moved and left a link,
/// and capitals may not count.
pub(super) fn known_as_listed<'a>(
    around: &Surroundings,
    manifest: &Path,
    known: &mut BTreeMap<PathBuf, Known>,
    listed: impl Iterator<Item = &'a Path>,
) {
    let listed: BTreeSet<&Path> = listed.collect();
    let is_elsewhere = |(path, known): &(&PathBuf, &Known)| {
        known.is_of(manifest) && !listed.contains(path.as_path())
    };
    let elsewhere = known.iter().filter(is_elsewhere);
    let elsewhere: Vec<PathBuf> = elsewhere.map(|(path, _)| path.clone()).collect();
    if elsewhere.is_empty() {
        return;
    }
    let mut without_capitals = WithoutCapitals::new(listed.iter().copied());
    for path in elsewhere {
        let place = place_of(around, &path);
        let now = match listed.get(place.as_path()) {
            Some(place) => *place,
            None => match without_capitals.same_as(&place) {
                Some(other) => other,
                None => continue,
            },
        };
        if !known.contains_key(now)
            && let Some(made) = known.remove(&path)
        {
            known.insert(now.to_path_buf(), made);
        }
    }
}

/// Returns those of the folders, outer ones first, that hold nothing once the links are gone.
pub(super) fn emptied(
    folders: impl Iterator<Item = PathBuf>,
    links: &[(PathBuf, Made)],
) -> Result<Vec<PathBuf>, Refused> {
    let mut going: HashSet<PathBuf> = links.iter().map(|(path, _)| path.clone()).collect();
    let mut emptied = Vec::new();
    let mut inner_first: Vec<PathBuf> = folders.collect();
    inner_first.sort();
    for folder in inner_first.into_iter().rev() {
        let names = look::content::names(&folder)?;
        if names.iter().all(|name| going.contains(&folder.join(name))) {
            going.insert(folder.clone());
            emptied.push(folder);
        }
    }
    emptied.reverse();
    Ok(emptied)
}

/// Returns all folders that are above one of these names.
pub(super) fn folders_above<'p>(names: impl Iterator<Item = &'p Path>) -> HashSet<&'p Path> {
    let mut above = HashSet::new();
    for name in names {
        for folder in name.ancestors().skip(1) {
            // Those above it are known by then.
            if !above.insert(folder) {
                break;
            }
        }
    }
    above
}

/// Returns the links that were made for this manifest alone, are as they were made, and are not listed any more.
pub(super) fn unlisted(
    around: &Surroundings,
    manifest: &Path,
    known: &BTreeMap<PathBuf, Known>,
    (all, seen, moves): (&All, &[Seen], &[(Moved, Standing)]),
) -> Result<Vec<(PathBuf, Made)>, Refused> {
    let mut listed: BTreeSet<PathBuf> = seen.iter().map(|seen| seen.path.clone()).collect();
    let sources = moves.iter().map(|(moved, _)| &moved.source);
    listed.extend(sources.map(|source| place_of(around, source)));
    for unfolded in &all.unfolded {
        listed.insert(unfolded.folder.clone());
        listed.extend(unfolded.links.iter().map(|wanted| wanted.link.clone()));
    }
    let mut found = Vec::new();
    for (path, known) in known {
        if !known.is_of(manifest)
            || known.other_than(manifest).is_some()
            || listed.contains(path.as_path())
        {
            continue;
        }
        // A folder above it has moved and left a link: by that name it is what is listed, or nobody's.
        if place_of(around, path) != *path {
            continue;
        }
        let now = State::of(path)?;
        // The last name of a file stays.
        if let Made::Hard { .. } = known.made
            && look::entry_if_any(path)?.is_none_or(|entry| entry.link_count < 2)
        {
            continue;
        }
        let expected = known.made.trace();
        if State::Present(expected.clone()).fits(&now) {
            found.push((path.clone(), known.made.clone()));
        }
    }
    Ok(found)
}
