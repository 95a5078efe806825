//! What is known of a copied tree, folder by folder: about a hundred bytes a file, so that millions fit into memory.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::Status;
use super::digest::Digest;
use crate::look::Kind;

/// Number of a folder; the place that holds the root of the tree is 0.
pub(crate) type NodeId = u32;

/// The place that holds the root.
pub(crate) const CONTAINER: NodeId = 0;

const NO_NODE: NodeId = NodeId::MAX;

/// Content was written with holes, and its digest leaves them out.
pub(crate) const SPARSE: u8 = 1;
/// It was changed so shortly before it was looked at that another change could leave its times alone.
pub(crate) const RACY: u8 = 2;
/// Its copy was looked at and, where wanted, read back.
pub(crate) const CONFIRMED: u8 = 4;
/// The file has several names.
pub(crate) const SHARED: u8 = 8;
/// It was copied by an earlier run, whose writes may not have reached the device.
pub(crate) const RESUMED: u8 = 16;

/// What is known of one entry and of its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where its name begins in [`Folder::names`].
    name_at: u32,
    name_bytes: u16,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    /// The folder's own number.
    pub(crate) child: NodeId,
    pub(crate) inode: u64,
    pub(crate) size_bytes: u64,
    pub(crate) modified_ns: i64,
    pub(crate) changed_ns: i64,
    pub(crate) digest: Digest,
    pub(crate) staged: Staged,
}

/// What the copy is known by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Staged {
    pub(crate) inode: u64,
    pub(crate) modified_ns: i64,
    pub(crate) changed_ns: i64,
}

impl Staged {
    /// What `status` is known by.
    pub(crate) fn of(status: &Status) -> Self {
        Self {
            inode: status.inode,
            modified_ns: status.modified_ns,
            changed_ns: status.changed_ns,
        }
    }
}

impl Entry {
    /// Makes the record of what was copied as `status` says.
    pub(crate) fn new(status: &Status, digest: Digest, flags: u8) -> Self {
        Self {
            name_at: 0,
            name_bytes: 0,
            kind: status.kind,
            flags,
            child: NO_NODE,
            inode: status.inode,
            size_bytes: status.size_bytes,
            modified_ns: status.modified_ns,
            changed_ns: status.changed_ns,
            digest,
            staged: Staged::default(),
        }
    }

    /// Makes the record of a folder.
    pub(crate) fn folder(child: NodeId) -> Self {
        Self {
            name_at: 0,
            name_bytes: 0,
            kind: Kind::Directory,
            flags: 0,
            child,
            inode: 0,
            size_bytes: 0,
            modified_ns: 0,
            changed_ns: 0,
            digest: Digest::default(),
            staged: Staged::default(),
        }
    }

    /// Returns whether the source is still as it was when it was copied.
    pub(crate) fn is_as_copied(&self, now: &Status) -> bool {
        self.kind == now.kind
            && self.inode == now.inode
            && self.size_bytes == now.size_bytes
            && self.modified_ns == now.modified_ns
            && self.changed_ns == now.changed_ns
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// What is known of the entries of one folder.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    names: Vec<u8>,
    pub(crate) entries: Vec<Entry>,
}

impl Folder {
    /// Returns the name of one of its entries.
    pub(crate) fn name(&self, entry: &Entry) -> &[u8] {
        let start = entry.name_at as usize;
        &self.names[start..start + usize::from(entry.name_bytes)]
    }

    /// Adds an entry; [`Folder::sort`] must follow before anything is looked for.
    pub(crate) fn push(&mut self, name: &[u8], mut entry: Entry) {
        // A folder whose names take four gigabytes does not fit on any file system that is known.
        entry.name_at = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        entry.name_bytes = u16::try_from(name.len()).unwrap_or(u16::MAX);
        self.names.extend_from_slice(name);
        self.entries.push(entry);
    }

    /// Puts the entries into the order of their names and gives back what room is left over.
    pub(crate) fn sort(&mut self) {
        let names = &self.names;
        let name = |entry: &Entry| {
            let start = entry.name_at as usize;
            &names[start..start + usize::from(entry.name_bytes)]
        };
        self.entries.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        self.names.shrink_to_fit();
        self.entries.shrink_to_fit();
    }

    /// Returns the place of the entry of this name.
    pub(crate) fn find(&self, name: &[u8]) -> Option<usize> {
        self.entries
            .binary_search_by(|entry| self.name(entry).cmp(name))
            .ok()
    }
}

/// A folder of the tree.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: NodeId,
    pub(crate) name: Box<[u8]>,
    folder: Mutex<Folder>,
}

impl Node {
    /// Returns what is known of its entries.
    pub(crate) fn folder(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All folders of a tree; a folder has a higher number than the one that holds it.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: RwLock<Vec<Arc<Node>>>,
}

impl Tree {
    /// Makes a tree of which nothing is known but that something holds it.
    pub(crate) fn new() -> Self {
        let tree = Self {
            nodes: RwLock::new(Vec::new()),
        };
        tree.add(NO_NODE, b"", Folder::default());
        tree
    }

    /// Adds a folder and returns its number.
    pub(crate) fn add(&self, parent: NodeId, name: &[u8], folder: Folder) -> NodeId {
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        nodes.push(Arc::new(Node {
            parent,
            name: name.into(),
            folder: Mutex::new(folder),
        }));
        // Four thousand million folders would not fit into memory first.
        NodeId::try_from(nodes.len() - 1).unwrap_or(NO_NODE)
    }

    /// Returns a folder.
    pub(crate) fn node(&self, id: NodeId) -> Arc<Node> {
        let nodes = self.nodes.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&nodes[id as usize])
    }

    /// Returns how many folders there are.
    pub(crate) fn len(&self) -> NodeId {
        let nodes = self.nodes.read().unwrap_or_else(PoisonError::into_inner);
        NodeId::try_from(nodes.len()).unwrap_or(NO_NODE)
    }

    /// Returns whether a folder is still part of the tree: one that went away keeps its number.
    pub(crate) fn holds(&self, id: NodeId) -> bool {
        let mut at = id;
        while at != CONTAINER {
            let node = self.node(at);
            let parent = self.node(node.parent);
            let folder = parent.folder();
            match folder.find(&node.name) {
                Some(index) if folder.entries[index].child == at => {}
                _ => return false,
            }
            at = node.parent;
        }
        true
    }

    /// Returns the path of an entry below the root of the tree; empty for the root itself.
    pub(crate) fn path_below_root(&self, id: NodeId, name: &[u8]) -> PathBuf {
        let mut parts = vec![name.to_vec()];
        let mut at = id;
        while at != CONTAINER {
            let node = self.node(at);
            parts.push(node.name.to_vec());
            at = node.parent;
        }
        // The last part is the root's own name.
        parts.pop();
        parts
            .iter()
            .rev()
            .filter_map(|part| crate::borrowed_name(part))
            .collect::<PathBuf>()
    }
}

/// Returns the bytes of a name that are kept.
pub(crate) fn bytes_of(name: &OsStr) -> &[u8] {
    crate::name_bytes(name)
}
