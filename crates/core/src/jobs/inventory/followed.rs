//! Everything that a tool reads which follows links: some folders, and those outside to which links lead.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lw_fs::look::walk::{Folder, Found, Visitor};
use lw_fs::look::{End, Kind, Resolver};

use super::finding::{Examiner, Suspect};
use super::list::SeveralNames;
use super::system::in_system;
use super::{Names, Roots, Unseen};
use crate::jobs::{Refused, Surroundings};

/// The most times that folders outside are searched, to which links of the ones before lead.
const MAX_ROUNDS: usize = 100;

/// A link that was met.
pub(super) struct Met {
    pub(super) path: PathBuf,
    pub(super) text: OsString,
    pub(super) leads: Leads,
    /// The number of the search in which it was met: 0 for the folders themselves.
    pub(super) search: usize,
    folder: Arc<Folder>,
}

/// Where a link leads.
pub(super) enum Leads {
    /// Something is there.
    To(Target),
    /// The system does not get there; `None` if it did a moment later.
    Nowhere(Option<Suspect>),
}

/// What a link leads to.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) identity: (u64, u64),
    pub(super) size_bytes: u64,
}

impl Target {
    /// Returns whether a backup is to hold it: files and folders that are not made by the kernel.
    pub(super) fn holds_content(&self) -> bool {
        matches!(self.kind, Kind::File | Kind::Directory) && !in_system(&self.path)
    }

    fn is_folder_to_follow(&self) -> bool {
        self.kind == Kind::Directory && self.holds_content()
    }
}

impl Met {
    /// Returns what it leads to, if a backup is to hold that.
    pub(super) fn target(&self) -> Option<&Target> {
        match &self.leads {
            Leads::To(target) => Some(target).filter(|target| target.holds_content()),
            Leads::Nowhere(_) => None,
        }
    }
}

/// Some folders that were searched together.
struct Search {
    roots: Roots,
    examiner: Examiner,
    other_mounts: Vec<PathBuf>,
}

/// Everything that was met.
pub(super) struct Followed<'a> {
    names: &'a Names,
    searches: Vec<Search>,
    /// Folders outside that cannot be read.
    closed: HashSet<PathBuf>,
    pub(super) links: Vec<Met>,
    /// The files in the folders themselves that have several names.
    pub(super) files: SeveralNames,
    pub(super) unseen: Unseen,
}

impl<'a> Followed<'a> {
    /// Searches the folders, and then those outside to which links lead, until none is left.
    pub(super) fn search(
        around: &Surroundings,
        roots: &Roots,
        names: &'a Names,
    ) -> Result<Self, Refused> {
        let mut followed = Self {
            names,
            searches: Vec::new(),
            closed: HashSet::new(),
            links: Vec::new(),
            files: SeveralNames::default(),
            unseen: Unseen::default(),
        };
        followed.add(around, roots.clone())?;
        for _ in 1..MAX_ROUNDS {
            let mut outside = followed.not_searched();
            while !outside.is_empty() {
                match followed.add(around, roots.elsewhere(outside.clone())) {
                    Ok(()) => break,
                    Err(refused) => outside = followed.leave_out(outside, refused)?,
                }
            }
            if outside.is_empty() {
                break;
            }
        }
        Ok(followed)
    }

    /// Returns whether the link-free path lies in the folders themselves.
    pub(super) fn lies_inside(&self, path: &Path) -> bool {
        let first = self.searches.first();
        first.is_some_and(|search| search.covers(path, self.names))
    }

    /// Returns device and inode number of the folders above a link.
    pub(super) fn folders_above(&self, link: &Met) -> impl Iterator<Item = (u64, u64)> {
        let examiner = &self.searches[link.search].examiner;
        let above = examiner.above_root(link.folder.root()).iter().copied();
        link.folder.identities().chain(above)
    }

    fn add(&mut self, around: &Surroundings, roots: Roots) -> Result<(), Refused> {
        let number = self.searches.len();
        let examiner = Examiner::new(around, &roots)?;
        let names = self.names;
        let begun = self.searches.iter().flat_map(|search| search.roots.real());
        let searched: HashSet<&Path> = begun.map(PathBuf::as_path).collect();
        let searched_names = searched
            .iter()
            .filter_map(|path| path.file_name())
            .collect();
        let (followers, unseen) = roots.walk(|| Follower {
            search: number,
            names,
            roots: &roots,
            searched: &searched,
            searched_names: &searched_names,
            examiner: &examiner,
            resolver: Resolver::remembering(None),
            links: Vec::new(),
            files: SeveralNames::default(),
        })?;
        for follower in followers {
            self.links.extend(follower.links);
            self.files.join(follower.files);
        }
        self.searches.push(Search {
            other_mounts: unseen.other_mounts.clone(),
            roots,
            examiner,
        });
        self.unseen.add(unseen);
        Ok(())
    }

    /// Returns the folders to which links lead and that were not searched yet, each outside of the others.
    fn not_searched(&self) -> Vec<PathBuf> {
        let mut outside: Vec<&Path> = Vec::new();
        for link in &self.links {
            let Some(target) = link.target().filter(|target| target.is_folder_to_follow()) else {
                continue;
            };
            let is_searched = self
                .searches
                .iter()
                .any(|search| search.covers(&target.path, self.names));
            // One that contains the folders themselves is reached from within: all that is in it is met without end.
            let contains_folders = || {
                let first = self.searches.first();
                first.is_some_and(|first| first.lies_below(target.identity))
            };
            if !is_searched && !self.closed.contains(&target.path) && !contains_folders() {
                outside.push(&target.path);
            }
        }
        outside.sort_unstable();
        outside.dedup();
        let mut outermost: Vec<PathBuf> = Vec::new();
        for folder in outside {
            if !outermost
                .last()
                .is_some_and(|above| folder.starts_with(above))
            {
                outermost.push(folder.to_path_buf());
            }
        }
        outermost
    }

    /// Leaves out a folder that cannot be opened, and notes that.
    fn leave_out(
        &mut self,
        mut folders: Vec<PathBuf>,
        refused: Refused,
    ) -> Result<Vec<PathBuf>, Refused> {
        let closed = refused.0.iter().find_map(|refusal| match refusal {
            crate::jobs::Refusal::System(error) => {
                let index = folders.iter().position(|folder| *folder == error.path)?;
                Some((index, error.kind))
            }
            _ => None,
        });
        let Some((index, kind)) = closed else {
            return Err(refused);
        };
        let folder = folders.swap_remove(index);
        self.unseen.unreadable_count += 1;
        self.unseen.unreadable.push((folder.clone(), kind));
        self.closed.insert(folder);
        folders.sort_unstable();
        Ok(folders)
    }
}

impl Search {
    /// Returns whether the folder of this device and inode number is one of the roots or lies above one.
    fn lies_below(&self, identity: (u64, u64)) -> bool {
        let mut roots = 0..self.roots.real().len();
        roots.any(|root| self.examiner.above_root(root).contains(&identity))
    }

    /// Returns whether the link-free path was searched, or would have been if it were a folder.
    fn covers(&self, path: &Path, names: &Names) -> bool {
        let Some(root) = self.roots.root_of(path) else {
            return false;
        };
        let is_on_other_mount = self
            .other_mounts
            .iter()
            .any(|mount| mount != root && mount.starts_with(root) && path.starts_with(mount));
        let below = path.strip_prefix(root).unwrap_or(path);
        let mut parts = below.ancestors().filter(|part| *part != Path::new(""));
        !is_on_other_mount && parts.all(|part| names.enters(part))
    }
}

/// What one thread has met.
struct Follower<'a> {
    search: usize,
    names: &'a Names,
    roots: &'a Roots,
    /// The folders with which earlier searches began.
    searched: &'a HashSet<&'a Path>,
    searched_names: &'a HashSet<&'a OsStr>,
    examiner: &'a Examiner,
    resolver: Resolver,
    links: Vec<Met>,
    files: SeveralNames,
}

impl Visitor for Follower<'_> {
    const COMPARES_FOLDERS: bool = true;

    fn visit(&mut self, found: &Found<'_>) {
        if found.kind.is_link() {
            self.add_link(found);
        } else if found.kind == Kind::File && self.search == 0 {
            self.add_name(found);
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        let is_begun_with = || {
            self.searched_names.contains(folder.name)
                && self.searched.contains(folder.path().as_path())
        };
        self.names.leave(self.roots, folder) && !is_begun_with()
    }
}

impl Follower<'_> {
    /// A link that vanishes between two looks is left out.
    fn add_link(&mut self, found: &Found<'_>) {
        if !self.names.mean(self.roots, found) {
            return;
        }
        let path = found.path();
        let folder = path.parent().unwrap_or(&path);
        let (resolver, examiner) = (&mut self.resolver, self.examiner);
        let read = found.with_link_text(|text| {
            let leads = match resolver.resolve(folder, text).end {
                End::Found { path, entry } => Leads::To(Target {
                    path,
                    kind: entry.kind,
                    identity: (entry.identity.device, entry.identity.inode),
                    size_bytes: entry.size_bytes,
                }),
                _ => Leads::Nowhere(examiner.suspect(found, text)),
            };
            (text.to_os_string(), leads)
        });
        let Ok((text, leads)) = read else { return };
        self.links.push(Met {
            text,
            leads,
            search: self.search,
            folder: Arc::clone(found.folder),
            path,
        });
    }

    fn add_name(&mut self, found: &Found<'_>) {
        let Ok(entry) = found.entry() else { return };
        if entry.kind == Kind::File && entry.link_count > 1 && self.names.leave(self.roots, found) {
            self.files.add(&entry, found.path());
        }
    }
}
