//! Whether somebody who cannot change a link can change what it leads to.

use std::path::Path;

use lw_fs::look::{self, End, Kind, Resolution};

use super::Danger;
use super::rights::{Rights, RightsOf};
use super::system::in_system;

/// Who can change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The user of this number.
    User(u32),
    /// Whoever is in the group of this number.
    Group(u32),
    /// Everybody.
    Anyone,
}

/// Those who can change the link anyway.
pub(super) struct Trusted {
    users: Vec<u32>,
    group: Option<u32>,
}

const ROOT: u32 = 0;

impl Trusted {
    /// Those who can change a link in this folder, and `users`.
    pub(super) fn beside(folder: &Rights, users: &[u32]) -> Self {
        let mut users = users.to_vec();
        users.extend([ROOT, folder.user]);
        Self {
            users,
            group: folder.group_may_write().then_some(folder.group),
        }
    }

    /// Returns who else can change what is there: in a sticky folder only who owns it.
    fn else_than(&self, rights: &Rights) -> Option<By> {
        match self.users.contains(&rights.user) {
            false => Some(By::User(rights.user)),
            true if rights.is_sticky() => None,
            true => self.writer_else_than(rights),
        }
    }

    fn writer_else_than(&self, rights: &Rights) -> Option<By> {
        if rights.anyone_may_write() {
            return Some(By::Anyone);
        }
        let may_write = rights.group_may_write() && !self.trust_group(rights);
        may_write.then_some(By::Group(rights.group))
    }

    fn trust_group(&self, rights: &Rights) -> bool {
        const FIRST_OF_USERS: u32 = 1000;
        const USERS: u32 = 100;
        let is_private = rights.group == rights.user;
        let is_of_the_system =
            rights.user == ROOT && rights.group < FIRST_OF_USERS && rights.group != USERS;
        rights.group == ROOT || is_private || is_of_the_system || self.group == Some(rights.group)
    }
}

/// Returns the first thing on the way of the link that somebody else can change.
pub(super) fn changeable(
    known: &mut RightsOf,
    trusted: &Trusted,
    link: &Path,
    way: &Resolution,
) -> Option<Danger> {
    let danger = |at: &Path, kind, by| Danger::Changeable {
        at: at.to_path_buf(),
        kind,
        by,
    };
    for hop in &way.hops {
        if let Some(found) = folders_above(known, trusted, link, &hop.link) {
            return Some(found);
        }
        // What is in a sticky folder can be replaced by its owner.
        let folder = hop.link.parent().and_then(|folder| known.folder(folder));
        if folder.is_some_and(|folder| folder.is_sticky()) {
            let owner = look::entry(&hop.link).ok()?.user_id;
            if !trusted.users.contains(&owner) {
                let kind = Some(Kind::SymbolicLink);
                return Some(danger(&hop.link, kind, By::User(owner)));
            }
        }
    }
    match &way.end {
        End::Found { path, entry } => {
            if let Some(found) = folders_above(known, trusted, link, path) {
                return Some(found);
            }
            let rights = Rights::of(entry);
            let holds_content = matches!(rights.kind, Kind::File | Kind::Directory);
            if !holds_content || in_system(path) || link.starts_with(path) {
                return None;
            }
            let by = trusted.else_than(&rights);
            by.map(|by| danger(path, Some(rights.kind), by))
        }
        End::Missing { first_missing } => {
            if let Some(found) = folders_above(known, trusted, link, first_missing) {
                return Some(found);
            }
            let folder = first_missing.parent()?;
            let rights = known.folder(folder)?;
            // Who may write in a folder above the link can change the link, unless the folder is sticky.
            if in_system(folder) || (link.starts_with(folder) && !rights.is_sticky()) {
                return None;
            }
            let by = trusted.writer_else_than(&rights)?;
            Some(danger(first_missing, None, by))
        }
        End::NotADirectory { .. } | End::Loop { .. } | End::TooDeep | End::Unreadable(_) => None,
    }
}

/// Looks at the folders above `point` that do not lie above the link, from the top.
fn folders_above(
    known: &mut RightsOf,
    trusted: &Trusted,
    link: &Path,
    point: &Path,
) -> Option<Danger> {
    let mut folders: Vec<&Path> = point
        .ancestors()
        .skip(1)
        .take_while(|folder| !link.starts_with(folder))
        .collect();
    folders.reverse();
    folders.into_iter().find_map(|folder| {
        if in_system(folder) {
            return None;
        }
        let rights = known.folder(folder)?;
        let by = trusted.else_than(&rights)?;
        Some(Danger::Changeable {
            at: folder.to_path_buf(),
            kind: Some(Kind::Directory),
            by,
        })
    })
}
