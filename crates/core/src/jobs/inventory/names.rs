//! Patterns of names: which links are meant, and which folders are not entered.

use std::path::{Path, is_separator};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use lw_fs::look::walk::Found;

use super::Roots;

/// Which names are meant. Without any pattern, all are.
#[derive(Debug, Clone, Default)]
pub struct Names {
    only: Option<Patterns>,
    without: Option<Patterns>,
}

/// A pattern that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BadPattern(#[from] globset::Error);

impl Names {
    /// Makes them of the patterns for what is meant and for what is not.
    ///
    /// A pattern without a slash is compared with the name alone, any other one with the path below the folder that is
    /// searched. `*` and `?` stand for no slash, `**` for whole folders. `?` and `[…]` stand for one byte, and so for no
    /// letter outside of ASCII.
    pub fn new(only: &[String], without: &[String]) -> Result<Self, BadPattern> {
        Ok(Self {
            only: Patterns::new(only)?,
            without: Patterns::new(without)?,
        })
    }

    /// Returns whether what was met on the way through the folders is meant; its path is put together only if there are
    /// patterns.
    pub(super) fn mean(&self, roots: &Roots, found: &Found<'_>) -> bool {
        self.are_all() || self.include(roots.below(&found.path()))
    }

    /// Returns whether what was met on the way through the folders is not left out, and if it is a folder, entered.
    pub(super) fn leave(&self, roots: &Roots, found: &Found<'_>) -> bool {
        self.are_all() || self.enters(roots.below(&found.path()))
    }

    /// Returns whether a walk through the folders would meet this link-free path and mean it.
    pub fn would_mean(&self, roots: &Roots, path: &Path) -> bool {
        let below = roots.below(path);
        let mut folders = below.ancestors().skip(1);
        let is_reached = folders.all(|folder| folder.as_os_str().is_empty() || self.enters(folder));
        is_reached && self.include(below)
    }

    fn are_all(&self) -> bool {
        self.only.is_none() && self.without.is_none()
    }

    /// Returns whether this path, below the folder that is searched, is meant.
    fn include(&self, below: &Path) -> bool {
        let matches = |patterns: &Option<Patterns>| patterns.as_ref().map(|all| all.match_(below));
        matches(&self.only).unwrap_or(true) && self.enters(below)
    }

    /// Returns whether the folder at this path, below the folder that is searched, is entered.
    pub(crate) fn enters(&self, below: &Path) -> bool {
        self.without.as_ref().is_none_or(|all| !all.match_(below))
    }
}

#[derive(Debug, Clone)]
struct Patterns {
    of_names: GlobSet,
    of_paths: GlobSet,
}

impl Patterns {
    fn new(patterns: &[String]) -> Result<Option<Self>, BadPattern> {
        if patterns.is_empty() {
            return Ok(None);
        }
        let (mut of_names, mut of_paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let plain = pattern.trim_end_matches(is_separator);
            if plain.contains(is_separator) {
                of_paths.add(glob(plain.trim_start_matches(is_separator))?);
            } else {
                of_names.add(glob(plain)?);
            }
        }
        Ok(Some(Self {
            of_names: of_names.build()?,
            of_paths: of_paths.build()?,
        }))
    }

    fn match_(&self, below: &Path) -> bool {
        self.of_paths.is_match(below)
            || below
                .file_name()
                .is_some_and(|name| self.of_names.is_match(name))
    }
}

/// Returns a pattern in which nothing but `**` stands for a separator.
pub(in crate::jobs) fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths() {
        let names = |only: &[&str], without: &[&str]| {
            let owned = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
            Names::new(&owned(only), &owned(without)).unwrap()
        };
        let some = names(&["*.so", "usr/*/x"], &["node_modules/"]);
        for (path, is_meant) in [
            ("a/b.so", true),
            ("usr/lib/x", true),
            ("usr/lib/deep/x", false),
            ("node_modules", false),
            ("other", false),
        ] {
            assert_eq!(some.include(Path::new(path)), is_meant, "{path}");
        }
        assert!(!some.enters(Path::new("a/node_modules")));
        assert!(names(&[], &[]).include(Path::new("anything")));
        assert!(Names::new(&["[".to_owned()], &[]).is_err());
    }
}
