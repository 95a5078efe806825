//! Names that differ in capitals alone, where the volume takes them for one.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use lw_fs::look;

use crate::jobs::drive::nearest;

/// Link-free paths by what they are without capitals.
#[derive(Debug, Default)]
pub(super) struct WithoutCapitals<'a> {
    paths: BTreeMap<PathBuf, &'a Path>,
    /// Whether folders take such names for one.
    folds: HashMap<PathBuf, bool>,
}

impl<'a> WithoutCapitals<'a> {
    pub(super) fn new(paths: impl Iterator<Item = &'a Path>) -> Self {
        let mut known = Self::default();
        for path in paths {
            known.paths.entry(folded(path)).or_insert(path);
        }
        known
    }

    /// Returns the path that is the same name by other letters, if there is one.
    pub(super) fn same_as(&mut self, path: &Path) -> Option<&'a Path> {
        let other = *self.paths.get(&folded(path))?;
        (other != path && self.is_one(other, path)).then_some(other)
    }

    /// Returns each path with another one that names a folder above it by other letters.
    pub(super) fn below(&mut self) -> Vec<(&'a Path, &'a Path)> {
        let mut found = Vec::new();
        let mut outer: Option<(PathBuf, &Path)> = None;
        for (plain, path) in std::mem::take(&mut self.paths) {
            match &outer {
                Some((above, other)) if plain.starts_with(above) => {
                    let depth = above.components().count();
                    let part: PathBuf = path.components().take(depth).collect();
                    if part != *other && self.is_one(other, &part) {
                        found.push((path, *other));
                    }
                }
                _ => outer = Some((plain, path)),
            }
        }
        found
    }

    /// Whether two paths of the same letters but for capitals are one: each folder in which they part must fold them.
    fn is_one(&mut self, one: &Path, other: &Path) -> bool {
        let mut folder = PathBuf::new();
        for (part, twin) in one.components().zip(other.components()) {
            if part != twin && !self.folds(nearest(&folder)) {
                return false;
            }
            folder.push(part);
        }
        true
    }

    fn folds(&mut self, folder: &Path) -> bool {
        let known = self.folds.entry(folder.to_path_buf());
        *known.or_insert_with(|| look::folds_capitals(folder))
    }
}

/// Letters that are none in UTF-8 stand for themselves: no volume folds them.
fn folded(path: &Path) -> PathBuf {
    match path.to_str() {
        Some(text) => text.to_lowercase().into(),
        None => path.to_path_buf(),
    }
}
