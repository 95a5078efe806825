//! Where a path leads: each link on the way, and how the way ends.

use std::collections::{HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::{Entry, Identity};
use crate::{FsError, FsErrorKind, path_form, sys};

/// The most links the kernel follows in one path: `MAXSYMLINKS`, path_resolution(7); sys/param.h of macOS.
pub const MAX_HOPS: usize = if cfg!(target_os = "macos") { 32 } else { 40 };

/// The most folders a [`Resolver`] remembers.
const MAX_REMEMBERED: usize = 100_000;

/// One link met on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Link-free path of the link.
    pub link: PathBuf,
    /// Its target text.
    pub text: OsString,
    /// Whether a `..` is taken right behind what this link leads to, so that the text does not mean what it seems to.
    pub parent_taken_behind: bool,
}

/// How a way ends.
#[derive(Debug)]
pub enum End {
    /// Something is there.
    Found {
        /// Its link-free path.
        path: PathBuf,
        /// What it is.
        entry: Box<Entry>,
    },
    /// Nothing is there.
    Missing {
        /// The first part that does not exist.
        first_missing: PathBuf,
    },
    /// The links lead in a circle.
    Loop {
        /// The links of the circle, in order.
        cycle: Vec<PathBuf>,
    },
    /// More than [`MAX_HOPS`] links.
    TooDeep,
    /// A part of the way is not a folder.
    NotADirectory {
        /// That part.
        at: PathBuf,
    },
    /// A part of the way could not be looked at.
    Unreadable(FsError),
}

/// The links met on the way, and how it ends.
#[derive(Debug)]
pub struct Resolution {
    /// The links, in the order in which they are followed.
    pub hops: Vec<Hop>,
    /// Whether the way goes through the path that is watched, or ends there.
    pub passes_watched: bool,
    /// The first place outside of the fence that a link, a `..` or the end of the way stands at, if there is a fence.
    pub outside_fence: Option<PathBuf>,
    /// The parts of the way that were still to come where it ended early.
    pub rest: PathBuf,
    /// The end of the way.
    pub end: End,
}

impl Resolution {
    /// Returns whether the kernel does not go this way to its end if it begins behind a link: that one counts too.
    pub fn is_too_deep_behind_a_link(&self) -> bool {
        self.hops.len() >= MAX_HOPS
    }

    /// Returns the place to which the way leads, as far as it goes; `None` where links lead in a circle or are too many.
    pub fn ends_at(&self) -> Option<&Path> {
        match &self.end {
            End::Found { path, .. } => Some(path),
            End::Missing { first_missing } => Some(first_missing),
            End::NotADirectory { at } => Some(at),
            End::Unreadable(error) => Some(&error.path),
            End::Loop { .. } | End::TooDeep => None,
        }
    }

    /// Returns the place that the way is meant to lead to, also if much of it is missing, as it is when a volume is not
    /// mounted.
    pub fn would_end_at(&self) -> Option<PathBuf> {
        match &self.end {
            End::Missing { .. } => self.wanted(),
            _ => self.ends_at().map(Path::to_path_buf),
        }
    }

    /// Returns where something would have to be for the way to go on to its end: the place where it ended early and, as
    /// it is written, what was still to come. `None` if it did not end at a part that is missing or no folder.
    pub fn wanted(&self) -> Option<PathBuf> {
        let (End::Missing { first_missing: at } | End::NotADirectory { at }) = &self.end else {
            return None;
        };
        let mut path = at.clone();
        for part in self.rest.components() {
            match part {
                Component::ParentDir => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
        Some(path)
    }
}

/// Returns where the absolute `path` leads, following every link as the kernel does.
pub fn resolve(path: &Path) -> Resolution {
    resolve_from(&path_form::root_of(path), path.as_os_str())
}

/// Returns where `text` leads when it stands in the link-free folder `folder`: path_resolution(7) by hand.
pub fn resolve_from(folder: &Path, text: &OsStr) -> Resolution {
    Resolver::default().resolve(folder, text)
}

/// Follows many ways through the same folders.
///
/// It remembers which paths were folders and no links, so what it says may be out of date: whatever is told or acted on
/// must be looked at again with [`resolve`].
#[derive(Debug, Default)]
pub struct Resolver {
    folders: HashSet<PathBuf>,
    is_remembering: bool,
    watched: Option<PathBuf>,
    fence: Option<PathBuf>,
}

impl Resolver {
    /// Makes one that remembers, and that tells of each way whether it passes `watched`, a link-free path.
    pub fn remembering(watched: Option<PathBuf>) -> Self {
        Self {
            is_remembering: true,
            watched,
            ..Self::default()
        }
    }

    /// Lets it tell of each way where it first leaves `fence`, a link-free folder, if it does.
    ///
    /// The folders that an absolute text names on its way down do not count: `/fence/a` does not leave `/fence`.
    pub fn fenced(self, fence: PathBuf) -> Self {
        Self {
            fence: Some(fence),
            ..self
        }
    }

    /// Makes one that remembers nothing, and that tells of each way whether it passes `watched`, a link-free path.
    pub fn watching(watched: PathBuf) -> Self {
        Self {
            watched: Some(watched),
            ..Self::default()
        }
    }

    /// Returns where `text` leads when it stands in the link-free folder `folder`.
    pub fn resolve(&mut self, folder: &Path, text: &OsStr) -> Resolution {
        if self.folders.len() > MAX_REMEMBERED {
            self.folders.clear();
        }
        let mut walk = Walk {
            at: folder.to_path_buf(),
            hops: Vec::new(),
            seen: Vec::new(),
            passes_watched: false,
            outside_fence: None,
            arrived: None,
            resolver: self,
        };
        let mut rest: VecDeque<OsString> = VecDeque::new();
        walk.push_front(&mut rest, text);
        let end = loop {
            let Some(part) = rest.pop_front() else {
                break walk.arrive();
            };
            match walk.step(&part, &mut rest) {
                Ok(()) => {}
                Err(end) => break end,
            }
        };
        match &end {
            End::Found { path, .. } => walk.note_fence(path),
            End::Missing { first_missing } => walk.note_fence(first_missing),
            End::NotADirectory { at } => walk.note_fence(at),
            End::Unreadable(error) => walk.note_fence(&error.path),
            End::Loop { .. } | End::TooDeep => {}
        }
        Resolution {
            hops: walk.hops,
            passes_watched: walk.passes_watched,
            outside_fence: walk.outside_fence,
            rest: rest.into_iter().filter(|part| part != ".").collect(),
            end,
        }
    }
}

struct Walk<'a> {
    at: PathBuf,
    hops: Vec<Hop>,
    seen: Vec<(Identity, usize, PathBuf)>,
    passes_watched: bool,
    outside_fence: Option<PathBuf>,
    /// What stands at the last part, if the way ended with one that is no link.
    arrived: Option<Box<Entry>>,
    resolver: &'a mut Resolver,
}

impl Walk<'_> {
    fn push_front(&mut self, rest: &mut VecDeque<OsString>, text: &OsStr) {
        let path = path_form::simplified(PathBuf::from(text));
        let mut parts: Vec<OsString> = Vec::new();
        for component in path.components() {
            match component {
                Component::RootDir | Component::Prefix(_) => {
                    path_form::go_to_root(&mut self.at, component);
                }
                Component::CurDir => {}
                Component::ParentDir => parts.push(OsString::from("..")),
                Component::Normal(name) => parts.push(name.to_os_string()),
            }
        }
        // `name/` and `name/.` lead to a folder or nowhere: path_resolution(7).
        let asks_for_folder = path_form::ends_in_separator(text) || path_form::ends_in_dot(text);
        if !parts.is_empty() && asks_for_folder {
            parts.push(OsString::from("."));
        }
        for part in parts.into_iter().rev() {
            rest.push_front(part);
        }
    }

    fn step(&mut self, part: &OsStr, rest: &mut VecDeque<OsString>) -> Result<(), End> {
        if part == "." {
            // What it stands behind was found to be a folder, as there was more to come.
            return Ok(());
        }
        if part == ".." {
            self.at.pop();
            self.note_fence(&self.at.clone());
            return Ok(());
        }
        let path = self.at.join(part);
        if self.resolver.watched.as_deref() == Some(&path) {
            self.passes_watched = true;
        }
        if !rest.is_empty() && self.resolver.folders.contains(&path) {
            self.at = path;
            return Ok(());
        }
        let is_last = rest.is_empty();
        let entry = match is_last {
            true => sys::entry::entry(&path).map_err(|error| self.end_at(&path, error))?,
            false => self.look(&path)?,
        };
        if !entry.kind.is_link() {
            if entry.kind == super::Kind::Directory {
                if self.resolver.is_remembering && !rest.is_empty() {
                    self.resolver.folders.insert(path.clone());
                }
            } else if !rest.is_empty() {
                return Err(End::NotADirectory { at: path });
            }
            self.at = path;
            self.arrived = is_last.then(|| Box::new(entry));
            return Ok(());
        }
        self.note_fence(&path);
        let text = super::read_link(&path).map_err(End::Unreadable)?;
        self.note_loop(&path, entry.identity, rest.len())?;
        if self.hops.len() >= MAX_HOPS {
            return Err(End::TooDeep);
        }
        let parent_taken_behind = rest
            .iter()
            .find(|next| *next != ".")
            .is_some_and(|next| next == "..");
        self.hops.push(Hop {
            link: path,
            text: text.clone(),
            parent_taken_behind,
        });
        self.push_front(rest, &text);
        Ok(())
    }

    fn note_fence(&mut self, path: &Path) {
        if let Some(fence) = &self.resolver.fence
            && self.outside_fence.is_none()
            && !path.starts_with(fence)
        {
            self.outside_fence = Some(path.to_path_buf());
        }
    }

    /// The same link met again with no less of the way left: the way never ends.
    fn note_loop(&mut self, path: &Path, identity: Identity, left: usize) -> Result<(), End> {
        // A link whose target was walked to its end is no longer being followed.
        self.seen.retain(|(_, seen_left, _)| *seen_left <= left);
        let again = self
            .seen
            .iter()
            .position(|(seen, seen_left, _)| seen.is_same_now(&identity) && left >= *seen_left);
        if let Some(start) = again {
            let cycle = self.seen[start..]
                .iter()
                .map(|(_, _, link)| link.clone())
                .collect();
            return Err(End::Loop { cycle });
        }
        self.seen.push((identity, left, path.to_path_buf()));
        Ok(())
    }

    fn look(&self, path: &Path) -> Result<Entry, End> {
        sys::entry::glance(path).map_err(|error| self.end_at(path, error))
    }

    fn arrive(&mut self) -> End {
        let entry = match self.arrived.take() {
            Some(entry) => Ok(entry),
            None => sys::entry::entry(&self.at).map(Box::new),
        };
        match entry {
            Ok(entry) => End::Found {
                path: self.at.clone(),
                entry,
            },
            Err(error) => self.end_at(&self.at, error),
        }
    }

    fn end_at(&self, path: &Path, error: std::io::Error) -> End {
        let error = FsError::new("look at", path, error);
        match error.kind {
            FsErrorKind::NotFound => End::Missing {
                first_missing: path.to_path_buf(),
            },
            FsErrorKind::NotADirectory => End::NotADirectory {
                at: self.at.clone(),
            },
            _ => End::Unreadable(error),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        (folder, real)
    }

    #[test]
    fn each_hop_is_named_and_the_end_found() {
        let (_guard, real) = folder();
        std::fs::create_dir_all(real.join("a/b")).unwrap();
        symlink("a", real.join("one")).unwrap();
        symlink("one/b", real.join("two")).unwrap();
        let found = resolve(&real.join("two"));
        let links: Vec<_> = found.hops.iter().map(|hop| hop.link.clone()).collect();
        assert_eq!(links, [real.join("two"), real.join("one")]);
        assert!(matches!(found.end, End::Found { path, .. } if path == real.join("a/b")));
    }

    #[test]
    fn the_first_missing_part_is_named() {
        let (_guard, real) = folder();
        symlink("gone/deeper/still", real.join("link")).unwrap();
        let found = resolve(&real.join("link"));
        assert!(
            matches!(found.end, End::Missing { first_missing } if first_missing == real.join("gone"))
        );
    }

    #[test]
    fn a_slash_at_the_end_asks_for_a_folder() {
        let (_guard, real) = folder();
        std::fs::create_dir(real.join("d")).unwrap();
        std::fs::write(real.join("f"), "").unwrap();
        symlink("f/", real.join("l")).unwrap();
        for text in ["f/", "f/.", "f//", "l", "l/"] {
            let end = resolve_from(&real, OsStr::new(text)).end;
            assert!(
                matches!(&end, End::NotADirectory { at } if *at == real.join("f")),
                "{text}: {end:?}"
            );
        }
        for text in ["d/", "d/.", "d/./", "d//..", "."] {
            let end = resolve_from(&real, OsStr::new(text)).end;
            assert!(matches!(end, End::Found { .. }), "{text}: {end:?}");
        }
    }

    #[test]
    fn what_is_wanted_is_where_the_whole_way_would_end() {
        let (_guard, real) = folder();
        symlink("gone/a/", real.join("l")).unwrap();
        for (text, wanted) in [
            ("gone", "gone"),
            ("gone/a/../b/", "gone/b"),
            ("l/c", "gone/a/c"),
        ] {
            let way = resolve_from(&real, OsStr::new(text));
            assert_eq!(way.wanted(), Some(real.join(wanted)), "{text}");
        }
        assert_eq!(resolve(&real).wanted(), None);
    }

    #[test]
    fn a_loop_is_printed_as_its_cycle() {
        let (_guard, real) = folder();
        symlink("b", real.join("a")).unwrap();
        symlink("c", real.join("b")).unwrap();
        symlink("b", real.join("c")).unwrap();
        let found = resolve(&real.join("a"));
        let End::Loop { cycle } = found.end else {
            panic!("{found:?}")
        };
        assert_eq!(cycle, [real.join("b"), real.join("c")]);
    }

    #[test]
    fn a_link_may_be_met_twice_without_being_a_loop() {
        let (_guard, real) = folder();
        std::fs::create_dir_all(real.join("d/e")).unwrap();
        symlink("d", real.join("l")).unwrap();
        let found = resolve(&real.join("l/../l/e"));
        assert!(matches!(found.end, End::Found { .. }));
        assert!(found.hops[0].parent_taken_behind);
    }

    #[test]
    fn a_moved_folder_whose_links_name_the_old_path_is_no_loop() {
        let (_guard, real) = folder();
        std::fs::create_dir_all(real.join("d/p")).unwrap();
        std::fs::write(real.join("d/p/b"), "").unwrap();
        symlink(real.join("d/p"), real.join("p")).unwrap();
        symlink(real.join("p/b"), real.join("d/p/a")).unwrap();
        let found = resolve(&real.join("p/a"));
        assert!(matches!(found.end, End::Found { .. }), "{found:?}");
    }

    #[test]
    fn a_way_that_leaves_the_fence_and_comes_back_is_told() {
        let (_guard, real) = folder();
        std::fs::create_dir_all(real.join("root/in")).unwrap();
        std::fs::create_dir(real.join("out")).unwrap();
        symlink("../root", real.join("out/back")).unwrap();
        let fence = real.join("root");
        let inside = fence.join("in").into_os_string().into_string().unwrap();
        let mut resolver = Resolver::default().fenced(fence.clone());
        let mut leaves = |text: &str| resolver.resolve(&fence, OsStr::new(text)).outside_fence;
        for stays in ["in", "in/..", ".", "in/../gone", &inside] {
            assert_eq!(leaves(stays), None, "{stays}");
        }
        for out in ["..", "../root/in", "../out/back/in", "../gone"] {
            assert_eq!(leaves(out).as_deref(), Some(&*real), "{out}");
        }
        assert_eq!(leaves("/etc").as_deref(), Some(Path::new("/etc")));
    }

    #[test]
    fn forty_links_are_followed_and_no_more() {
        let (_guard, real) = folder();
        std::fs::write(real.join("0"), "").unwrap();
        for n in 1..=41 {
            symlink((n - 1).to_string(), real.join(n.to_string())).unwrap();
        }
        assert!(matches!(resolve(&real.join("40")).end, End::Found { .. }));
        assert!(std::fs::metadata(real.join("40")).is_ok());
        assert!(matches!(resolve(&real.join("41")).end, End::TooDeep));
        assert!(std::fs::metadata(real.join("41")).is_err());
    }
}
