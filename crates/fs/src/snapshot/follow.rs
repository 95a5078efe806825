//! Links that are followed: which of them give way to what they lead to, and which lead there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::mounts::is_of_kernel;
use super::take::{ROOT, Root, TakeRequest, Taking};
use crate::look::walk::{Found, Mounts, Visitor, walk};
use crate::look::{self, Kind};
use crate::stage::record::NodeId;
use crate::{FsError, FsErrorKind, sys};

/// The most folders below each other that stand for links, where each link is followed.
const MAX_NEST: u32 = 16;

/// What becomes of a link that may be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays a link, with this text in the store if that is another one.
    Link(Option<OsString>),
    /// It was to be followed and stays a link: it leads in a circle, or nowhere.
    Kept,
    /// What is at this link-free path stands in its place.
    Content(PathBuf),
}

/// What becomes of the links that are followed once, by their paths below the folder that holds the sources.
#[derive(Debug, Default)]
pub(super) struct Fates(HashMap<PathBuf, Fate>);

impl Fates {
    /// Returns what becomes of a link; one that came meanwhile stays as it is.
    pub(super) fn of(&self, below: &Path) -> Fate {
        self.0.get(below).cloned().unwrap_or(Fate::Link(None))
    }
}

/// Looks at all links, and decides: what one leads to in the sources is led to there; of what lies outside each thing is
/// taken once, in place of the link whose path is the first by its bytes, and all others lead to it.
///
/// What the links in what is taken lead to belongs to it. The order in which folders are read is no matter.
pub(super) fn follow_once(request: &TakeRequest<'_>) -> Result<Fates, FsError> {
    let mut scan = Scan {
        mounts: match request.crosses_mounts {
            true => Mounts::Enter,
            false => Mounts::Stay,
        },
        links: BTreeMap::new(),
        scanned: BTreeSet::new(),
    };
    for source in request.sources {
        scan.add(&source.path)?;
    }
    let outside = scan.outside(request)?;
    let roots = maximal(&outside);
    let mut placing = Placing {
        request,
        links: &scan.links,
        places: BTreeMap::new(),
    };
    for source in request.sources {
        placing
            .places
            .insert(source.path.clone(), PathBuf::from(&source.name));
    }
    while placing.place_some(&roots) {}
    Ok(placing.fates(&roots))
}

/// The links of folders, by their link-free paths, and what they lead to.
struct Scan {
    mounts: Mounts,
    links: BTreeMap<PathBuf, PathBuf>,
    scanned: BTreeSet<PathBuf>,
}

impl Scan {
    /// Adds the links in a folder, or a link that is one itself.
    fn add(&mut self, path: &Path) -> Result<(), FsError> {
        if !self.scanned.insert(path.to_path_buf()) || !look::entry(path)?.kind.eq(&Kind::Directory)
        {
            return Ok(());
        }
        let walked = match walk(&[path.to_path_buf()], self.mounts, Links::default) {
            // What may not be read is told when it is taken.
            Err(error) if error.kind == FsErrorKind::PermissionDenied => return Ok(()),
            other => other?,
        };
        for link in walked.visitors.into_iter().flat_map(|links| links.0) {
            if let Ok(target) = sys::dir::real_path(&link) {
                self.links.insert(link, target);
            }
        }
        Ok(())
    }

    /// Returns all that links lead to outside of the sources, the links in it counted.
    ///
    /// What holds a source would take it a second time, and what is in the store all that was ever taken: links to those stay.
    fn outside(&mut self, request: &TakeRequest<'_>) -> Result<BTreeSet<PathBuf>, FsError> {
        let sources = request.sources.iter().map(|source| source.path.as_path());
        let closed = request.closed.iter().map(PathBuf::as_path);
        let others: Vec<&Path> = sources
            .chain([request.store.root()])
            .chain(closed)
            .collect();
        let mut outside = BTreeSet::new();
        loop {
            let is_outside = |target: &&PathBuf| {
                let is_apart = |path: &Path| !target.starts_with(path) && !path.starts_with(target);
                others.iter().all(|path| is_apart(path))
            };
            let found: BTreeSet<PathBuf> =
                self.links.values().filter(is_outside).cloned().collect();
            let new: Vec<PathBuf> = found.difference(&outside).cloned().collect();
            if new.is_empty() {
                return Ok(outside);
            }
            for target in new {
                if is_of_kernel(&target) {
                    self.links.retain(|_, leads_to| *leads_to != target);
                    continue;
                }
                match look::entry_if_any(&target) {
                    Ok(Some(_)) => self.add(&target)?,
                    _ => self.scanned.extend([target.clone()]),
                }
                outside.insert(target);
            }
        }
    }
}

#[derive(Default)]
struct Links(Vec<PathBuf>);

impl Visitor for Links {
    fn visit(&mut self, found: &Found<'_>) {
        if found.kind == Kind::SymbolicLink {
            self.0.push(found.path());
        }
    }
}

/// Returns those of some paths that lie in no other one.
fn maximal(paths: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let lies_in_another =
        |path: &PathBuf| path.ancestors().skip(1).any(|above| paths.contains(above));
    paths
        .iter()
        .filter(|path| !lies_in_another(path))
        .cloned()
        .collect()
}

/// Where things stand in the snapshot.
struct Placing<'a> {
    request: &'a TakeRequest<'a>,
    links: &'a BTreeMap<PathBuf, PathBuf>,
    /// Of sources and of what is taken in place of links: their paths below the folder that holds the sources.
    places: BTreeMap<PathBuf, PathBuf>,
}

impl Placing<'_> {
    /// Returns where something stands in the snapshot.
    fn place_of(&self, path: &Path) -> Option<PathBuf> {
        let container = path
            .ancestors()
            .find(|above| self.places.contains_key(*above))?;
        let place = self.places.get(container)?;
        let rest = path.strip_prefix(container).ok()?;
        Some(match rest.as_os_str().is_empty() {
            true => place.clone(),
            false => place.join(rest),
        })
    }

    fn is_excluded(&self, below: &Path) -> bool {
        let Some(excluded) = self.request.excluded else {
            return false;
        };
        let mut above = below.ancestors().skip(1);
        excluded(below, Kind::SymbolicLink)
            || above
                .any(|folder| folder.components().count() > 1 && excluded(folder, Kind::Directory))
    }

    /// Gives those of `roots` a place that links in what has one lead to; returns whether there were any.
    fn place_some(&mut self, roots: &BTreeSet<PathBuf>) -> bool {
        let mut new: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for (link, target) in self.links {
            if !roots.contains(target) || self.places.contains_key(target) {
                continue;
            }
            let Some(place) = self.place_of(link) else {
                continue;
            };
            if self.is_excluded(&place) {
                continue;
            }
            let first = new.entry(target.clone()).or_insert_with(|| place.clone());
            if place.as_os_str() < first.as_os_str() {
                *first = place;
            }
        }
        let is_any = !new.is_empty();
        self.places.extend(new);
        is_any
    }

    fn fates(&self, roots: &BTreeSet<PathBuf>) -> Fates {
        let mut fates = HashMap::new();
        for (link, target) in self.links {
            let Some(place) = self.place_of(link) else {
                continue;
            };
            let Some(leads_to) = self.place_of(target) else {
                continue;
            };
            let is_holder = roots.contains(target) && self.places.get(target) == Some(&place);
            let fate = match is_holder {
                true => Fate::Content(target.clone()),
                false if self.is_excluded(&leads_to) => Fate::Link(None),
                false => Fate::Link(Some(between(&place, &leads_to))),
            };
            fates.insert(place, fate);
        }
        Fates(fates)
    }
}

/// Returns the text by which a link leads to something, both by their paths below one folder.
fn between(link: &Path, target: &Path) -> OsString {
    let levels = link.components().count().saturating_sub(1);
    let mut text: PathBuf = std::iter::repeat_n("..", levels).collect();
    text.push(target);
    text.into_os_string()
}

impl Taking<'_, '_> {
    /// Returns what becomes of a link where each is followed: what it leads to stands in its place, unless that holds it.
    pub(super) fn followed(&self, id: NodeId, name: &OsStr) -> Fate {
        let Some(folder) = self.real_folder(id) else {
            return Fate::Kept;
        };
        let Ok(target) = sys::dir::real_path(&folder.join(name)) else {
            return Fate::Kept;
        };
        let mut nest = 0;
        let mut at = id;
        while at != ROOT {
            match self.roots.get(at) {
                Some(Root::At(above)) => {
                    nest += 1;
                    if above.starts_with(&target) {
                        return Fate::Kept;
                    }
                }
                Some(Root::Open(_)) | None => {}
            }
            at = self.tree.node(at).parent;
        }
        let store = self.request.store.root();
        let is_closed = self
            .request
            .closed
            .iter()
            .any(|own| target.starts_with(own));
        let is_store = target.starts_with(store) || store.starts_with(&target) || is_closed;
        let is_circle = folder.starts_with(&target) || is_store;
        let device = |path: &Path| look::entry(path).map(|entry| entry.identity.device).ok();
        let is_elsewhere = device(&folder) != device(&target);
        match is_circle || nest >= MAX_NEST || is_elsewhere && is_of_kernel(&target) {
            true => Fate::Kept,
            false => Fate::Content(target),
        }
    }

    /// Returns the link-free path of a folder that is taken.
    pub(super) fn real_folder(&self, id: NodeId) -> Option<PathBuf> {
        let mut names = Vec::new();
        let mut at = id;
        let mut path = loop {
            if let Some(Root::At(path)) = self.roots.get(at) {
                break path;
            }
            let node = self.tree.node(at);
            if node.parent == ROOT {
                let mut sources = self.request.sources.iter();
                let source =
                    sources.find(|source| crate::name_bytes(&source.name) == &*node.name)?;
                break source.path.clone();
            }
            names.push(node.name.clone());
            at = node.parent;
        };
        for name in names.iter().rev() {
            path.push(crate::borrowed_name(name)?);
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_place_to_place() {
        let text =
            |link: &str, target: &str| PathBuf::from(between(Path::new(link), Path::new(target)));
        assert_eq!(text("src/l", "src/a/b"), Path::new("../src/a/b"));
        assert_eq!(text("src/a/b/l", "other"), Path::new("../../../other"));
    }

    #[test]
    fn what_lies_in_another_is_no_root() {
        let paths = ["/a", "/a/b", "/ab", "/c/d"].map(PathBuf::from);
        let roots = maximal(&paths.into_iter().collect());
        assert_eq!(
            roots.into_iter().collect::<Vec<_>>(),
            ["/a", "/ab", "/c/d"].map(PathBuf::from)
        );
    }
}
