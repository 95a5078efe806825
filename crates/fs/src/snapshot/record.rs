//! What a manifest says of a folder and of the entries in it.

use super::manifest::FolderLink;
use super::restore::LinksAs;
use crate::look::Kind;

/// Number of a folder of a snapshot; the folder that holds the sources is 0.
pub type FolderId = u32;

/// What stands in place of a parent's number in the frame of folder 0.
pub const NO_FOLDER: FolderId = FolderId::MAX;

/// A BLAKE3 digest of a file's bytes, holes read as zeros.
pub type Digest = [u8; blake3::OUT_LEN];

/// It was changed so shortly before it was looked at that another change could leave its times alone.
pub const RACY: u16 = 1;
/// It changed while it was read, as often as it was tried: its content may be of several moments.
pub const TORN: u16 = 2;
/// The source has several names for it; entries with one inode number are one file.
pub const SHARED: u16 = 4;
/// Its inode in the store is one of an earlier snapshot.
pub const LINKED: u16 = 8;
/// The volume of the store could not keep all that belongs to it; the manifest does.
pub const LESSENED: u16 = 16;
/// It has extended attributes; they are listed.
pub const ATTRIBUTES: u16 = 32;
/// The link in the store has another text than the one in the source.
pub const REBASED: u16 = 64;
/// Another volume is mounted on the folder, and was not entered.
pub const MOUNT: u16 = 128;
/// The folder may not be read.
pub const UNREADABLE: u16 = 256;
/// The folder is the store itself, or one of those that were not to be entered.
pub const STORE: u16 = 512;
/// It stands in place of a link.
pub const FROM_LINK: u16 = 1024;
/// A link that was to be followed, and stays: it leads in a circle, or nowhere.
pub const KEPT_LINK: u16 = 2048;
/// All flags that are known.
pub(super) const FLAGS: u16 = RACY
    | TORN
    | SHARED
    | LINKED
    | LESSENED
    | ATTRIBUTES
    | REBASED
    | MOUNT
    | UNREADABLE
    | STORE
    | FROM_LINK
    | KEPT_LINK;

/// What an entry is in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    SymbolicLink,
    /// A named pipe.
    Pipe,
    /// Something that was not taken along.
    LeftOut(LeftOut),
}

/// Why something was not taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftOut {
    /// This user may not read it.
    Unreadable,
    /// It is a socket.
    Socket,
    /// It is a device.
    Device,
    /// It is a link, and links were to be left out.
    Link,
    /// The volume of the store has no such thing, or cannot hold the name.
    CannotBeHeld,
    /// Its content lies in the cloud alone.
    InCloudOnly,
}

impl LeftOut {
    /// Returns the reason in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unreadable => "it may not be read",
            Self::Socket => "it is a socket",
            Self::Device => "it is a device",
            Self::Link => "links were to be left out",
            Self::CannotBeHeld => "the volume of the store cannot hold it",
            Self::InCloudOnly => "its content lies in the cloud alone",
        }
    }

    /// Returns whether it was meant to be left out, so that nobody misses it.
    pub fn is_meant(self) -> bool {
        matches!(self, Self::Link | Self::Socket | Self::Device)
    }
}

/// Owner, mode, times and numbers of an entry, as the source had them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Permission bits.
    pub mode: u32,
    /// The owner's number.
    pub user_id: u32,
    /// The group's number.
    pub group_id: u32,
    /// Bytes of content.
    pub size_bytes: u64,
    /// When the content last changed, nanoseconds since 1970.
    pub modified_ns: i64,
    /// When anything of it last changed, nanoseconds since 1970.
    pub changed_ns: i64,
    /// Inode number in the source.
    pub inode: u64,
    /// Inode number in the store.
    pub store_inode: u64,
}

/// An extended attribute: name and value.
pub type Attribute = (Box<[u8]>, Box<[u8]>);

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Box<[u8]>,
    /// What it is.
    pub kind: EntryKind,
    /// See the constants of this module.
    pub flags: u16,
    /// Its number, if it is a folder; what belongs to it stands in its own frame.
    pub folder: FolderId,
    /// What else is known of it, unless it is a folder or was left out.
    pub facts: Facts,
    /// The digest of a file.
    pub digest: Digest,
    /// The text of a link in the source, also of one in whose place something else stands.
    pub text: Box<[u8]>,
    /// The text of a link in the store, where it is another one.
    pub stored_text: Box<[u8]>,
    /// Extended attributes, by name.
    pub attributes: Vec<Attribute>,
}

impl Entry {
    /// Makes the record of something of which nothing is known but name and kind.
    pub(super) fn new(name: &[u8], kind: EntryKind) -> Self {
        Self {
            name: name.into(),
            kind,
            flags: 0,
            folder: NO_FOLDER,
            facts: Facts::default(),
            digest: Digest::default(),
            text: Box::default(),
            stored_text: Box::default(),
            attributes: Vec::new(),
        }
    }

    /// Returns whether a flag is set.
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Returns the text with which a link is given back.
    pub fn text_as(&self, links_as: LinksAs) -> &[u8] {
        match (links_as, self.has(REBASED)) {
            (LinksAs::Content, true) => &self.stored_text,
            _ => &self.text,
        }
    }

    /// Returns the kind that the source has, if it was taken.
    pub fn source_kind(&self) -> Option<Kind> {
        match self.has(FROM_LINK) {
            true => Some(Kind::SymbolicLink),
            false => self.stored_kind(),
        }
    }

    /// Returns the kind that stands in the store's tree, if anything does.
    pub fn stored_kind(&self) -> Option<Kind> {
        match self.kind {
            EntryKind::File => Some(Kind::File),
            EntryKind::Folder => Some(Kind::Directory),
            EntryKind::SymbolicLink => Some(Kind::SymbolicLink),
            EntryKind::Pipe => Some(Kind::Fifo),
            EntryKind::LeftOut(_) => None,
        }
    }
}

/// A folder of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its number.
    pub id: FolderId,
    /// The folder that holds it.
    pub parent: FolderId,
    /// Its name.
    pub name: Box<[u8]>,
    /// See the constants of this module.
    pub flags: u16,
    /// Number of the source's volume; inode numbers mean something together with it.
    pub device: u64,
    /// What belongs to the folder itself.
    pub facts: Facts,
    /// Its extended attributes, by name.
    pub attributes: Vec<Attribute>,
    /// Its entries, in the order of the bytes of their names.
    pub entries: Vec<Entry>,
}

impl Folder {
    /// Returns how it speaks of a folder in it.
    pub fn link<'a>(&self, entry: &'a Entry) -> FolderLink<'a> {
        FolderLink {
            id: entry.folder,
            parent: self.id,
            name: &entry.name,
        }
    }

    /// Returns the entry of this name, and its place.
    pub fn find(&self, name: &[u8]) -> Option<(usize, &Entry)> {
        let found = self
            .entries
            .binary_search_by(|entry| (*entry.name).cmp(name));
        found.ok().map(|place| (place, &self.entries[place]))
    }
}

/// How much a snapshot holds, and what making it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Folders, the one that holds the sources left out.
    pub folders: u64,
    /// Names of regular files.
    pub files: u64,
    /// Symbolic links.
    pub links: u64,
    /// Named pipes.
    pub pipes: u64,
    /// Bytes of the files' content, each name counted.
    pub bytes: u64,
    /// Files and links whose inode is one of an earlier snapshot.
    pub linked: u64,
    /// Further names of files of this snapshot.
    pub names: u64,
    /// Files whose blocks are shared with their original.
    pub cloned: u64,
    /// Files that were copied.
    pub copied: u64,
    /// Bytes of the files that were copied.
    pub copied_bytes: u64,
    /// Files that could have been linked, had their inode room for one more name, and were copied.
    pub not_linked: u64,
    /// Files that changed while they were read.
    pub torn: u64,
    /// What was not taken along and may be missed.
    pub left_out: u64,
    /// Entries to which the store's volume could not give all that belongs to them.
    pub lessened: u64,
}

impl Totals {
    /// The number of counters.
    pub(super) const COUNT: usize = 14;

    /// Returns the counters in the order of the format.
    pub(super) fn counters(&self) -> [u64; Self::COUNT] {
        [
            self.folders,
            self.files,
            self.links,
            self.pipes,
            self.bytes,
            self.linked,
            self.names,
            self.cloned,
            self.copied,
            self.copied_bytes,
            self.not_linked,
            self.torn,
            self.left_out,
            self.lessened,
        ]
    }

    /// Does the reverse of [`Totals::counters`].
    pub(super) fn of(counters: [u64; Self::COUNT]) -> Self {
        let [
            folders,
            files,
            links,
            pipes,
            bytes,
            linked,
            names,
            cloned,
            copied,
            copied_bytes,
            not_linked,
            torn,
            left_out,
            lessened,
        ] = counters;
        Self {
            folders,
            files,
            links,
            pipes,
            bytes,
            linked,
            names,
            cloned,
            copied,
            copied_bytes,
            not_linked,
            torn,
            left_out,
            lessened,
        }
    }

    /// Adds what another part of the work has counted.
    pub(super) fn add(&mut self, more: &Self) {
        let (mine, theirs) = (self.counters(), more.counters());
        let mut sums = [0; Self::COUNT];
        for (sum, (a, b)) in sums.iter_mut().zip(mine.into_iter().zip(theirs)) {
            *sum = a.saturating_add(b);
        }
        *self = Self::of(sums);
    }
}
