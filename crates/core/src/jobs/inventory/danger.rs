//! What harm one link can do, by what the link and its way tell.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Entry, Kind, Resolution, Resolver};

use super::changeable::{By, Trusted, changeable};
use super::rights::{Rights, RightsOf};
use super::system::{in_system, is_of_the_system};

/// One reason for which a link can do harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Danger {
    /// It stands in a world-writable sticky folder, and neither the folder's owner nor this user owns it.
    StickyFolder {
        /// Who owns the link.
        owner: u32,
        /// Who owns the folder.
        folder_owner: u32,
    },
    /// It stands in a folder in which anyone may put another one in its place.
    OpenFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// Its way leaves the root that was given.
    LeavesRoot {
        /// The first place of the way outside of the root.
        at: PathBuf,
    },
    /// It leads to a program that runs with the rights of its owner or group.
    SetId {
        /// The program.
        program: PathBuf,
        /// The owner, if the program runs with the owner's rights.
        user: Option<u32>,
        /// The group, if the program runs with the group's rights.
        group: Option<u32>,
    },
    /// Its way passes what the kernel shows of itself and of devices.
    IntoSystem {
        /// The first such place of the way.
        at: PathBuf,
    },
    /// Somebody who cannot change the link can change what it leads to.
    Changeable {
        /// What that one can change.
        at: PathBuf,
        /// What sort of thing that is; `None` if it is missing.
        kind: Option<Kind>,
        /// Who that is.
        by: By,
    },
    /// Its way stays in the root that was given, by an absolute text.
    Absolute {
        /// Where the text leads in a chroot.
        in_chroot: PathBuf,
    },
}

impl Danger {
    /// Returns the place in the order from worst to best, from 0.
    pub fn rank(&self) -> u8 {
        match self {
            Self::StickyFolder { .. } => 0,
            Self::OpenFolder { .. } => 1,
            Self::LeavesRoot { .. } => 2,
            Self::SetId { .. } => 3,
            Self::IntoSystem { .. } => 4,
            Self::Changeable { .. } => 5,
            Self::Absolute { .. } => 6,
        }
    }

    /// Returns the word that stands for it in answers for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::StickyFolder { .. } => "sticky-folder",
            Self::OpenFolder { .. } => "open-folder",
            Self::LeavesRoot { .. } => "leaves-root",
            Self::SetId { .. } => "set-id",
            Self::IntoSystem { .. } => "into-system",
            Self::Changeable { .. } => "changeable",
            Self::Absolute { .. } => "absolute",
        }
    }
}

/// A link and the folder it stands in.
pub(super) struct Standing<'a> {
    pub(super) path: &'a Path,
    pub(super) entry: &'a Entry,
    pub(super) folder: &'a Entry,
}

/// Judges links.
pub(super) struct Judge<'a> {
    me: u32,
    root: Option<&'a Path>,
    resolver: Resolver,
    rights: RightsOf,
}

impl<'a> Judge<'a> {
    /// Makes one that remembers which folders it has met.
    pub(super) fn remembering(root: Option<&'a Path>) -> Self {
        Self::with(root, Resolver::remembering(None))
    }

    /// Makes one that has met nothing yet, for one link.
    pub(super) fn afresh(root: Option<&'a Path>) -> Self {
        Self::with(root, Resolver::default())
    }

    fn with(root: Option<&'a Path>, resolver: Resolver) -> Self {
        Self {
            me: look::access::effective_user_id(),
            root,
            resolver: match root {
                Some(root) => resolver.fenced(root.to_path_buf()),
                None => resolver,
            },
            rights: RightsOf::default(),
        }
    }

    /// Returns every reason for which the link can do harm, the worst first.
    pub(super) fn judge(&mut self, link: &Standing<'_>, text: &OsStr) -> Vec<Danger> {
        let folder_path = link.path.parent().unwrap_or(link.path);
        let way = self.resolver.resolve(folder_path, text);
        let folder = Rights::of(link.folder);
        let mut dangers = Vec::new();
        if folder.anyone_may_write() && !folder.is_sticky() {
            let folder = folder_path.to_path_buf();
            dangers.push(Danger::OpenFolder { folder });
        } else if folder.anyone_may_write() && ![folder.user, self.me].contains(&link.entry.user_id)
        {
            dangers.push(Danger::StickyFolder {
                owner: link.entry.user_id,
                folder_owner: folder.user,
            });
        }
        let at_root = self
            .root
            .filter(|root| *root != Path::new("/") && link.path.starts_with(root));
        if let Some(root) = at_root {
            dangers.extend(leaves(root, text, &way));
        }
        if is_of_the_system(link.path, link.entry.user_id, &folder) {
            return dangers;
        }
        dangers.extend(set_id(&way.end));
        if !in_system(link.path) {
            let at = points(&way).find(|point| in_system(point));
            let at = at.map(Path::to_path_buf);
            dangers.extend(at.map(|at| Danger::IntoSystem { at }));
        }
        if !folder.anyone_may_write() || folder.is_sticky() {
            let trusted = Trusted::beside(&folder, &[self.me, link.entry.user_id]);
            dangers.extend(changeable(&mut self.rights, &trusted, link.path, &way));
        }
        dangers.sort_by_key(Danger::rank);
        dangers
    }
}

/// Returns the places that make up a way: the links that are followed, and the end.
fn points(way: &Resolution) -> impl Iterator<Item = &Path> {
    let hops = way.hops.iter().map(|hop| hop.link.as_path());
    hops.chain(way.ends_at())
}

fn leaves(root: &Path, text: &OsStr, way: &Resolution) -> Option<Danger> {
    if let Some(at) = &way.outside_fence {
        return Some(Danger::LeavesRoot { at: at.clone() });
    }
    let texts = std::iter::once(text).chain(way.hops.iter().map(|hop| hop.text.as_os_str()));
    let absolute = texts.map(Path::new).find(|text| text.is_absolute())?;
    Some(Danger::Absolute {
        in_chroot: root.join(absolute.strip_prefix("/").unwrap_or(absolute)),
    })
}

fn set_id(end: &End) -> Option<Danger> {
    const SET_USER: u32 = 0o4000;
    const SET_GROUP: u32 = 0o2000;
    const ANYONE_RUNS: u32 = 0o111;
    const GROUP_RUNS: u32 = 0o010;
    let End::Found { path, entry } = end else {
        return None;
    };
    let has = |bits: u32, any_of: u32| entry.mode & bits != 0 && entry.mode & any_of != 0;
    let user = has(SET_USER, ANYONE_RUNS).then_some(entry.user_id);
    let group = has(SET_GROUP, GROUP_RUNS).then_some(entry.group_id);
    let is_program = entry.kind == Kind::File && (user.is_some() || group.is_some());
    is_program.then(|| Danger::SetId {
        program: path.clone(),
        user,
        group,
    })
}
