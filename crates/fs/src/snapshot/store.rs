//! Where things are in a store.

use std::path::{Path, PathBuf};

use crate::look::{self, Kind};
use crate::stage::BUILDING;
use crate::{FsError, FsErrorKind, Hand, act};

/// Name of the folder in a store that holds everything but the snapshots themselves.
pub const CONTROL: &str = ".store";

/// Name of the link in a store that leads to its newest snapshot.
pub const LATEST: &str = "latest";

/// Name of the file that makes a folder a store.
pub(super) const FORMAT: &str = "format";

/// What that file holds.
pub(super) const FORMAT_TEXT: &[u8] = b"linkwright store 1\n";

/// Name, in the private folder of a snapshot that is being made, of its tree.
pub(super) const TREE: &str = "tree";

/// Name, in that folder, of its manifest.
pub(super) const MANIFEST: &str = "manifest";

/// A folder of snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
}

/// What a folder is, for snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreForm {
    /// A store of a form that is known.
    Known,
    /// A store of a form that is newer than this program.
    Newer,
    /// A folder with nothing in it, or none.
    Empty,
    /// A folder with something else in it.
    Other,
}

impl Store {
    /// Names the store in the folder at a link-free path.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Returns the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder that holds everything but the snapshots themselves.
    pub fn control(&self) -> PathBuf {
        self.root.join(CONTROL)
    }

    /// Returns the link that leads to the newest snapshot.
    pub fn latest(&self) -> PathBuf {
        self.root.join(LATEST)
    }

    /// Returns where the tree of a snapshot is.
    pub fn tree(&self, id: &str) -> PathBuf {
        self.root.join(id)
    }

    /// Returns where the manifests are.
    pub fn manifests(&self) -> PathBuf {
        self.control().join("manifests")
    }

    /// Returns where the manifest of a snapshot is.
    pub fn manifest(&self, id: &str) -> PathBuf {
        self.manifests().join(format!("{id}.idx"))
    }

    /// Returns where snapshots are made.
    pub fn all_staging(&self) -> PathBuf {
        self.control().join("staging")
    }

    /// Returns the private folder in which a snapshot is made.
    pub fn staging(&self, id: &str) -> PathBuf {
        self.all_staging().join(id)
    }

    /// Returns the folder that holds the tree and the manifest of a snapshot that is made and not published.
    pub fn staged(&self, id: &str) -> PathBuf {
        self.staging(id).join("done")
    }

    /// Returns where the tree of such a snapshot is.
    pub fn staged_tree(&self, id: &str) -> PathBuf {
        self.staged(id).join(TREE)
    }

    /// Returns where the manifest of such a snapshot is.
    pub fn staged_manifest(&self, id: &str) -> PathBuf {
        self.staged(id).join(MANIFEST)
    }

    /// Returns where snapshots lie that are on their way out.
    pub fn trash(&self) -> PathBuf {
        self.control().join("trash")
    }

    /// Returns where lies what repairs have replaced, in a folder for each.
    pub fn damaged(&self) -> PathBuf {
        self.control().join("damaged")
    }

    /// Returns the file that whoever changes the store locks.
    pub fn lock(&self) -> PathBuf {
        self.control().join("lock")
    }

    /// Says what the folder is.
    pub fn form(&self) -> Result<StoreForm, FsError> {
        let path = self.control().join(FORMAT);
        match look::content::read_small(&path, FORMAT_TEXT.len() as u64 * 2) {
            Ok(text) if text == FORMAT_TEXT => return Ok(StoreForm::Known),
            Ok(_) => return Ok(StoreForm::Newer),
            Err(error)
                if matches!(
                    error.kind,
                    FsErrorKind::NotFound | FsErrorKind::NotADirectory
                ) => {}
            Err(error) => return Err(error),
        }
        match look::entry_if_any(&self.root)? {
            None => Ok(StoreForm::Empty),
            Some(entry) if entry.kind != Kind::Directory => Ok(StoreForm::Other),
            Some(_) => {
                // What a first snapshot that was interrupted has left is no hindrance to the next one.
                let others = look::content::names(&self.root)?;
                let is_bare = others.iter().all(|name| name == CONTROL);
                Ok(if is_bare {
                    StoreForm::Empty
                } else {
                    StoreForm::Other
                })
            }
        }
    }

    /// Makes what folders of the store are missing; the file that makes it a store comes last.
    pub fn prepare(&self, hand: &mut Hand<'_>) -> Result<(), FsError> {
        if look::entry_if_any(&self.root)?.is_none() {
            act::create_folder(hand, &self.root, None)?;
        }
        for folder in [
            self.control(),
            self.manifests(),
            self.all_staging(),
            self.trash(),
        ] {
            if look::entry_if_any(&folder)?.is_none() {
                act::create_private_folder(hand, &folder)?;
            }
        }
        let format = self.control().join(FORMAT);
        if look::entry_if_any(&format)?.is_none() {
            act::write_record(hand, &format, FORMAT_TEXT)?;
        }
        Ok(())
    }

    /// Returns the names of the snapshots whose trees and manifests are both there, by name.
    pub fn ids(&self) -> Result<Vec<String>, FsError> {
        let mut ids = Vec::new();
        for id in self.of_manifests()? {
            if self.has_tree(&id)? {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// Returns the names of the manifests whose trees are not there, and are not on their way out either.
    pub fn without_tree(&self) -> Result<Vec<String>, FsError> {
        let mut without = Vec::new();
        let is_there = |path: &Path| look::entry_if_any(path).map(|entry| entry.is_some());
        for id in self.of_manifests()? {
            // In the order in which things come and go while others are at work.
            let comes = is_there(&self.staged_tree(&id))?;
            let is_without = !comes && !self.has_tree(&id)?;
            let leaves = is_without && is_there(&self.trash().join(&id))?;
            if is_without && !leaves && is_there(&self.manifest(&id))? {
                without.push(id);
            }
        }
        Ok(without)
    }

    /// Returns the names of what looks like the tree of a snapshot and has no manifest.
    pub fn without_manifest(&self) -> Result<Vec<String>, FsError> {
        let names = look::content::names(&self.root)?;
        // Read after those: a manifest comes before its tree, and goes after it.
        let known = self.of_manifests()?;
        let ids = names.iter().filter_map(|name| name.to_str());
        let mut without = Vec::new();
        for id in ids.filter(|id| is_id(id) && !known.iter().any(|known| known == id)) {
            if self.has_tree(id)? {
                without.push(id.to_owned());
            }
        }
        without.sort_unstable();
        Ok(without)
    }

    fn of_manifests(&self) -> Result<Vec<String>, FsError> {
        let names = look::content::names(&self.manifests())?;
        let ids = names
            .iter()
            .filter_map(|name| name.to_str()?.strip_suffix(".idx"));
        let mut ids: Vec<String> = ids.filter(|id| is_id(id)).map(str::to_owned).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    fn has_tree(&self, id: &str) -> Result<bool, FsError> {
        let tree = look::entry_if_any(&self.tree(id))?;
        Ok(tree.is_some_and(|tree| tree.kind == Kind::Directory))
    }

    /// Returns the private folders in which interrupted runs have left what they had copied.
    ///
    /// Not those of other users, which this one may not look into, nor what is half published and waits for being settled.
    pub fn leftovers(&self) -> Result<Vec<PathBuf>, FsError> {
        let is_there = |path: &Path| match look::entry_if_any(path) {
            Err(error) if error.kind == FsErrorKind::PermissionDenied => Ok(false),
            other => other.map(|entry| entry.is_some()),
        };
        let mut left = Vec::new();
        for id in self.unfinished()? {
            let staging = self.staging(&id);
            let is_finished =
                is_there(&self.staged_tree(&id))? && is_there(&self.staged_manifest(&id))?;
            if is_finished || is_there(&staging.join(BUILDING).join(TREE))? {
                left.push(staging);
            }
        }
        Ok(left)
    }

    /// Returns the names in the folder where snapshots are made: what interrupted runs have left.
    pub fn unfinished(&self) -> Result<Vec<String>, FsError> {
        let names = match look::content::names(&self.all_staging()) {
            Err(error) if error.kind == FsErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut found: Vec<String> = names
            .iter()
            .filter_map(|name| name.to_str().map(str::to_owned))
            .filter(|name| is_id(name))
            .collect();
        found.sort_unstable();
        Ok(found)
    }
}

/// Returns whether a text is the whole name of a snapshot as they are given: a time, or one and the number of the snapshot in
/// that second.
pub fn is_whole_id(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let ends_so = |rest: &str| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number);
    is_id(text) && text.split_once('Z').is_some_and(|(_, rest)| ends_so(rest))
}

/// Returns whether a text can be the name of a snapshot: letters, digits and hyphens, and it begins with a digit.
pub fn is_id(text: &str) -> bool {
    const LONGEST: usize = 64;
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.len() <= LONGEST
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
