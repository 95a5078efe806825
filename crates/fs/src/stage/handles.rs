//! Open folders of one side of a copy, a bounded number of them; the others are opened again from above.

use std::collections::{HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::record::{CONTAINER, NodeId, Tree};
use crate::sys;

/// The most folders one thread keeps open on one side.
const MAX_KEPT: usize = 64;

/// Where one side of a copy is: an open folder, and the name in it of the root of the tree.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) container: Arc<sys::dir::Dir>,
    pub(crate) root_name: OsString,
    /// Path of the root, for messages.
    pub(crate) root: PathBuf,
}

impl Side {
    /// Opens the folder that holds `root`; no link is passed on the way.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidInput);
        let parent = root.parent().ok_or_else(invalid)?;
        let name = root.file_name().ok_or_else(invalid)?;
        Ok(Self {
            container: Arc::new(sys::tree::open_folder(parent)?),
            root_name: name.to_os_string(),
            root: root.to_path_buf(),
        })
    }

    /// Returns the name by which an entry of a folder stands on this side.
    pub(crate) fn name<'a>(&'a self, id: NodeId, name: &'a [u8]) -> io::Result<&'a OsStr> {
        if id == CONTAINER {
            return Ok(&self.root_name);
        }
        crate::borrowed_name(name).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))
    }

    /// Returns the path of an entry on this side, for messages.
    pub(crate) fn path(&self, tree: &Tree, id: NodeId, name: &[u8]) -> PathBuf {
        let below = tree.path_below_root(id, name);
        if below.as_os_str().is_empty() {
            self.root.clone()
        } else {
            self.root.join(below)
        }
    }

    /// Returns the path of a folder on this side, for messages.
    pub(crate) fn folder_path(&self, tree: &Tree, id: NodeId) -> PathBuf {
        if id == CONTAINER {
            return self.root.clone();
        }
        let node = tree.node(id);
        self.path(tree, node.parent, &node.name)
    }
}

/// A folder that is elsewhere than its name in the tree says.
#[derive(Debug, Clone)]
pub(crate) enum Root {
    /// This one, which stays open.
    Open(Arc<sys::dir::Dir>),
    /// The one at this link-free path.
    At(PathBuf),
}

impl Root {
    fn open(self) -> io::Result<Arc<sys::dir::Dir>> {
        match self {
            Self::Open(folder) => Ok(folder),
            Self::At(path) => Ok(Arc::new(sys::tree::open_folder(&path)?)),
        }
    }
}

/// Folders of a tree that are elsewhere than their names say.
#[derive(Debug, Default)]
pub(crate) struct Roots(RwLock<HashMap<NodeId, Root>>);

impl Roots {
    /// Returns where a folder is, if it is elsewhere.
    pub(crate) fn get(&self, id: NodeId) -> Option<Root> {
        let roots = self.0.read().unwrap_or_else(PoisonError::into_inner);
        roots.get(&id).cloned()
    }

    /// Says where a folder is.
    pub(crate) fn add(&self, id: NodeId, root: Root) {
        let mut roots = self.0.write().unwrap_or_else(PoisonError::into_inner);
        roots.insert(id, root);
    }
}

/// The open folders that one thread keeps of one side.
pub(crate) struct Handles<'a> {
    side: &'a Side,
    tree: &'a Tree,
    /// Folders that are not looked for by name.
    roots: Option<&'a Roots>,
    kept: VecDeque<(NodeId, Arc<sys::dir::Dir>)>,
}

impl<'a> Handles<'a> {
    pub(crate) fn new(side: &'a Side, tree: &'a Tree) -> Self {
        Self {
            side,
            tree,
            roots: None,
            kept: VecDeque::new(),
        }
    }

    /// As [`Handles::new`], with folders of the tree that are elsewhere than their names say.
    pub(crate) fn with(side: &'a Side, tree: &'a Tree, roots: &'a Roots) -> Self {
        Self {
            roots: Some(roots),
            ..Self::new(side, tree)
        }
    }

    /// Returns an open folder of the tree.
    pub(crate) fn open(&mut self, id: NodeId) -> io::Result<Arc<sys::dir::Dir>> {
        let mut missing = Vec::new();
        let mut at = id;
        let mut folder = loop {
            if at == CONTAINER {
                break Arc::clone(&self.side.container);
            }
            if let Some((_, kept)) = self.kept.iter().rev().find(|(kept, _)| *kept == at) {
                break Arc::clone(kept);
            }
            if let Some(root) = self.roots.and_then(|roots| roots.get(at)) {
                let folder = root.open()?;
                self.keep(at, &folder);
                break folder;
            }
            missing.push(at);
            at = self.tree.node(at).parent;
        };
        for id in missing.into_iter().rev() {
            let node = self.tree.node(id);
            let name = self.side.name(node.parent, &node.name)?;
            folder = Arc::new(sys::tree::open_child(&folder, name)?);
            self.keep(id, &folder);
        }
        Ok(folder)
    }

    fn keep(&mut self, id: NodeId, folder: &Arc<sys::dir::Dir>) {
        if self.kept.len() == MAX_KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((id, Arc::clone(folder)));
    }

    /// Lets a folder go that is not there any more, or is another one now.
    pub(crate) fn forget(&mut self, id: NodeId) {
        self.kept.retain(|(kept, _)| *kept != id);
    }
}
