//! `lw links-to`: which links lead to a path or below it, and which names its files have elsewhere.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::FsErrorKind;
use lw_fs::look::walk::{Found, Mounts, Visitor, walk};
use lw_fs::look::{self, End, Kind, Resolution, Resolver};

use super::{Names, Roots, Unseen};
use crate::jobs::{Refusal, Refused, Surroundings};

/// A link that leads to the path or below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTo {
    /// The link.
    pub path: PathBuf,
    /// Its target text.
    pub text: OsString,
    /// The links that are followed after it, in order.
    pub by_way_of: Vec<PathBuf>,
    /// Where it ends, as far as the way goes; unknown where links lead in a circle.
    pub ends_at: Option<PathBuf>,
    /// Whether something is there.
    pub is_sound: bool,
}

/// Another name of a file at the path or below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherName {
    /// The name.
    pub path: PathBuf,
    /// The name at the path or below it.
    pub of: PathBuf,
}

/// What leads to a path.
#[derive(Debug)]
pub struct LinksTo {
    /// The path, its folders link-free.
    pub target: PathBuf,
    /// The links, sorted by path.
    pub links: Vec<LinkTo>,
    /// The other names, sorted by path.
    pub names: Vec<OtherName>,
    /// What was not seen.
    pub unseen: Unseen,
}

/// Finds what leads to `path` or below it; the last name of the path is not followed, so `path` may be a link.
///
/// A link counts if its way passes the path at any hop, also if it ends elsewhere or nowhere. Each is looked at a second
/// time before it is returned.
pub fn links_to(
    around: &Surroundings,
    roots: &Roots,
    names: &Names,
    path: &Path,
) -> Result<LinksTo, Refused> {
    let target = around.target_place(path)?.path();
    let files = files_with_several_names(&target)?;
    let inodes = match roots.mounts() {
        // A mount that is entered may be of any file system.
        Mounts::Enter => None,
        Mounts::Stay => inode_numbers(roots, &files)?,
    };
    let (finders, unseen) = roots.walk(|| Finder {
        target: &target,
        roots,
        names,
        files: &files,
        inodes: inodes.as_ref(),
        resolver: Resolver::remembering(Some(target.clone())),
        links: Vec::new(),
        others: Vec::new(),
    })?;
    let mut links = Vec::new();
    let mut others = Vec::new();
    for finder in finders {
        let mut fresh = Resolver::watching(target.clone());
        let again = finder.links.into_iter().filter_map(|link| {
            let text = match look::read_link(&link.path) {
                Ok(text) => text,
                // Only a walk gets there, so the first look has to do.
                Err(error) if error.kind == FsErrorKind::NameTooLong => return Some(link),
                Err(_) => return None,
            };
            let way = fresh.resolve(link.path.parent()?, &text);
            leads_there(&way, &target).then(|| link_to(link.path, text, way))
        });
        links.extend(again);
        others.extend(finder.others);
    }
    links.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    others.sort_unstable_by(|a: &OtherName, b| a.path.cmp(&b.path));
    Ok(LinksTo {
        target,
        links,
        names: others,
        unseen,
    })
}

fn leads_there(way: &Resolution, target: &Path) -> bool {
    way.passes_watched
        || way
            .would_end_at()
            .is_some_and(|end| end.starts_with(target))
}

fn link_to(path: PathBuf, text: OsString, way: Resolution) -> LinkTo {
    let is_sound = matches!(way.end, End::Found { .. }) && !way.is_too_deep_behind_a_link();
    LinkTo {
        path,
        text,
        ends_at: way.ends_at().map(Path::to_path_buf),
        by_way_of: way.hops.into_iter().map(|hop| hop.link).collect(),
        is_sound,
    }
}

/// The files at the path or below it that have more than one name: one of the names for each.
type Files = HashMap<(u64, u64), PathBuf>;

fn files_with_several_names(target: &Path) -> Result<Files, Refused> {
    let Some(entry) = look::entry_if_any(target)? else {
        return Ok(Files::new());
    };
    match entry.kind {
        Kind::File if entry.link_count > 1 => Ok(Files::from([(
            (entry.identity.device, entry.identity.inode),
            target.to_path_buf(),
        )])),
        Kind::Directory => {
            let walked = walk(&[target.to_path_buf()], Mounts::Stay, Shared::default)
                .map_err(Refusal::System)?;
            let parts = walked.visitors.into_iter();
            Ok(parts.flat_map(|part| part.files).collect())
        }
        _ => Ok(Files::new()),
    }
}

/// Returns the inode numbers of the files, if those that the folders tell can be compared with them.
fn inode_numbers(roots: &Roots, files: &Files) -> Result<Option<HashSet<u64>>, Refused> {
    for root in roots.real() {
        if !look::folders_tell_inode_numbers(&look::volume_of(root)?.file_system) {
            return Ok(None);
        }
    }
    Ok(Some(files.keys().map(|(_, inode)| *inode).collect()))
}

/// One thread's files that have more than one name.
#[derive(Default)]
struct Shared {
    files: Files,
}

impl Visitor for Shared {
    fn visit(&mut self, found: &Found<'_>) {
        if found.kind == Kind::File
            && let Ok(entry) = found.entry()
            && entry.link_count > 1
        {
            let identity = (entry.identity.device, entry.identity.inode);
            self.files.entry(identity).or_insert_with(|| found.path());
        }
    }
}

/// What one thread has found.
struct Finder<'a> {
    target: &'a Path,
    roots: &'a Roots,
    names: &'a Names,
    files: &'a Files,
    /// Their inode numbers, where folders tell those of their entries.
    inodes: Option<&'a HashSet<u64>>,
    resolver: Resolver,
    links: Vec<LinkTo>,
    others: Vec<OtherName>,
}

impl Visitor for Finder<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        let is_meant = || self.names.mean(self.roots, found);
        if found.kind.is_link() && is_meant() {
            let folder = found.folder.path();
            let resolver = &mut self.resolver;
            // One that vanishes between two looks is left out.
            let link = found.with_link_text(|text| {
                let way = resolver.resolve(&folder, text);
                let path = folder.join(found.name);
                (leads_there(&way, self.target) && path != self.target)
                    .then(|| link_to(path, text.to_os_string(), way))
            });
            self.links.extend(link.ok().flatten());
        } else if found.kind == Kind::File && !self.files.is_empty() && is_meant() {
            self.add_name(found);
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        self.names.leave(self.roots, folder)
    }
}

impl Finder<'_> {
    fn add_name(&mut self, found: &Found<'_>) {
        if self
            .inodes
            .is_some_and(|inodes| !inodes.contains(&found.inode))
        {
            return;
        }
        let Ok(entry) = found.entry() else { return };
        let identity = (entry.identity.device, entry.identity.inode);
        let Some(of) = self.files.get(&identity) else {
            return;
        };
        let path = found.path();
        if !path.starts_with(self.target) {
            self.others.push(OtherName {
                path,
                of: of.clone(),
            });
        }
    }
}
