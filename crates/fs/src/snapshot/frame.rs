//! The bytes of a manifest: frames with a length and a check, and what is in them. docs/formats/snapshot.md is the format.

use super::record::{
    ATTRIBUTES, Attribute, Digest, Entry, EntryKind, FLAGS, FROM_LINK, Facts, Folder, LeftOut,
    NO_FOLDER, REBASED, Totals,
};

use crate::little_endian::Reader;

/// How a manifest begins.
pub(super) const MAGIC: &[u8] = b"linkwright snapshot 1\n";

/// The longest frame that is read.
const FRAME_LIMIT_BYTES: usize = 1 << 30;

const CHECK_BYTES: usize = 8;

/// Length and check of a frame.
pub(super) const HEAD_BYTES: usize = 4 + CHECK_BYTES;

/// The bytes of the last frame, which ends the manifest.
pub(super) const END_BYTES: usize = HEAD_BYTES + 1 + 8 + 8 * Totals::COUNT + blake3::OUT_LEN;

/// What a frame holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// What the snapshot is of: JSON.
    Header(Vec<u8>),
    /// A folder.
    Folder(Folder),
    /// Where the folders are, by their numbers, and where the last one ends.
    Index(Vec<Place>),
    /// The end.
    End(End),
}

/// Where a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Where its frame begins; 0 for one that was not written.
    pub(super) at: u64,
    /// The number of its first entry, all entries of the snapshot being counted.
    pub(super) first_entry: u64,
}

/// What the last frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// Where the frame of the index begins.
    pub(super) index_at: u64,
    /// How much the snapshot holds.
    pub(super) totals: Totals,
    /// BLAKE3 of all bytes before this frame.
    pub(super) digest: Digest,
}

/// Returns the length of the payload that a frame's head tells; `None` if it is too long.
pub(super) fn length_of(head: [u8; HEAD_BYTES]) -> Option<usize> {
    let [a, b, c, d, ..] = head;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
    (length <= FRAME_LIMIT_BYTES).then_some(length)
}

/// Returns whether the payload is the one that belongs to the head.
pub(super) fn is_whole(head: [u8; HEAD_BYTES], payload: &[u8]) -> bool {
    head[4..] == blake3::hash(payload).as_bytes()[..CHECK_BYTES]
}

/// Returns the frame of a folder as bytes; `None` if it is longer than a frame may be.
pub(super) fn folder_frame(folder: &Folder) -> Option<Vec<u8>> {
    let mut bytes = vec![0; HEAD_BYTES];
    bytes.push(b'f');
    put_folder(&mut bytes, folder)?;
    sealed(bytes)
}

/// Fills in the head of a frame.
fn sealed(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let payload = bytes.len() - HEAD_BYTES;
    if payload > FRAME_LIMIT_BYTES {
        return None;
    }
    let length = u32::try_from(payload).ok()?.to_le_bytes();
    let check = blake3::hash(&bytes[HEAD_BYTES..]);
    bytes[..4].copy_from_slice(&length);
    bytes[4..HEAD_BYTES].copy_from_slice(&check.as_bytes()[..CHECK_BYTES]);
    Some(bytes)
}

impl Frame {
    /// Returns the frame as bytes; `None` if it is longer than a frame may be.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; HEAD_BYTES];
        match self {
            Self::Header(header) => {
                bytes.push(b'h');
                bytes.extend_from_slice(header);
            }
            Self::Folder(folder) => return folder_frame(folder),
            Self::Index(places) => {
                bytes.push(b'i');
                put_count(&mut bytes, places.len())?;
                for place in places {
                    bytes.extend_from_slice(&place.at.to_le_bytes());
                    bytes.extend_from_slice(&place.first_entry.to_le_bytes());
                }
            }
            Self::End(end) => {
                bytes.push(b'e');
                bytes.extend_from_slice(&end.index_at.to_le_bytes());
                for counter in end.totals.counters() {
                    bytes.extend_from_slice(&counter.to_le_bytes());
                }
                bytes.extend_from_slice(&end.digest);
            }
        }
        sealed(bytes)
    }

    /// Reads a payload; takes any bytes, and `None` if they are no frame.
    pub(super) fn decode(payload: &[u8]) -> Option<Self> {
        let (kind, rest) = payload.split_first()?;
        let mut reader = Reader(rest);
        let frame = match kind {
            b'h' => return Some(Self::Header(rest.to_vec())),
            b'f' => Self::Folder(reader.folder()?),
            b'i' => {
                let count = reader.u32()?;
                let mut places = Vec::new();
                for _ in 0..count {
                    let (at, first_entry) = (reader.u64()?, reader.u64()?);
                    places.push(Place { at, first_entry });
                }
                Self::Index(places)
            }
            b'e' => Self::End(reader.end()?),
            _ => return None,
        };
        reader.0.is_empty().then_some(frame)
    }
}

fn put_count(bytes: &mut Vec<u8>, count: usize) -> Option<()> {
    bytes.extend_from_slice(&u32::try_from(count).ok()?.to_le_bytes());
    Some(())
}

fn put_short(bytes: &mut Vec<u8>, text: &[u8]) -> Option<()> {
    bytes.extend_from_slice(&u16::try_from(text.len()).ok()?.to_le_bytes());
    bytes.extend_from_slice(text);
    Some(())
}

fn put_folder(bytes: &mut Vec<u8>, folder: &Folder) -> Option<()> {
    bytes.reserve(96 + folder.entries.len() * 128);
    bytes.extend_from_slice(&folder.id.to_le_bytes());
    bytes.extend_from_slice(&folder.parent.to_le_bytes());
    put_short(bytes, &folder.name)?;
    bytes.extend_from_slice(&folder.flags.to_le_bytes());
    bytes.extend_from_slice(&folder.device.to_le_bytes());
    put_facts(bytes, &folder.facts);
    if folder.flags & ATTRIBUTES != 0 {
        put_attributes(bytes, &folder.attributes)?;
    }
    put_count(bytes, folder.entries.len())?;
    for entry in &folder.entries {
        put_entry(bytes, entry)?;
    }
    Some(())
}

fn put_entry(bytes: &mut Vec<u8>, entry: &Entry) -> Option<()> {
    put_short(bytes, &entry.name)?;
    bytes.push(kind_code(entry.kind));
    bytes.extend_from_slice(&entry.flags.to_le_bytes());
    match entry.kind {
        EntryKind::Folder => {
            bytes.extend_from_slice(&entry.folder.to_le_bytes());
            return match entry.has(FROM_LINK) {
                true => put_short(bytes, &entry.text),
                false => Some(()),
            };
        }
        EntryKind::LeftOut(_) => return Some(()),
        EntryKind::File | EntryKind::SymbolicLink | EntryKind::Pipe => {}
    }
    put_facts(bytes, &entry.facts);
    match entry.kind {
        EntryKind::File => {
            bytes.extend_from_slice(&entry.digest);
            if entry.has(FROM_LINK) {
                put_short(bytes, &entry.text)?;
            }
        }
        EntryKind::SymbolicLink => {
            put_short(bytes, &entry.text)?;
            if entry.has(REBASED) {
                put_short(bytes, &entry.stored_text)?;
            }
        }
        _ => {}
    }
    if entry.has(ATTRIBUTES) {
        put_attributes(bytes, &entry.attributes)?;
    }
    Some(())
}

fn put_facts(bytes: &mut Vec<u8>, facts: &Facts) {
    for number in [facts.mode, facts.user_id, facts.group_id] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&facts.size_bytes.to_le_bytes());
    bytes.extend_from_slice(&facts.modified_ns.to_le_bytes());
    bytes.extend_from_slice(&facts.changed_ns.to_le_bytes());
    bytes.extend_from_slice(&facts.inode.to_le_bytes());
    bytes.extend_from_slice(&facts.store_inode.to_le_bytes());
}

fn put_attributes(bytes: &mut Vec<u8>, attributes: &[Attribute]) -> Option<()> {
    bytes.extend_from_slice(&u16::try_from(attributes.len()).ok()?.to_le_bytes());
    for (name, value) in attributes {
        put_short(bytes, name)?;
        put_count(bytes, value.len())?;
        bytes.extend_from_slice(value);
    }
    Some(())
}

const KINDS: [EntryKind; 10] = [
    EntryKind::File,
    EntryKind::Folder,
    EntryKind::SymbolicLink,
    EntryKind::Pipe,
    EntryKind::LeftOut(LeftOut::Unreadable),
    EntryKind::LeftOut(LeftOut::Socket),
    EntryKind::LeftOut(LeftOut::Device),
    EntryKind::LeftOut(LeftOut::Link),
    EntryKind::LeftOut(LeftOut::CannotBeHeld),
    EntryKind::LeftOut(LeftOut::InCloudOnly),
];

fn kind_code(kind: EntryKind) -> u8 {
    let place = KINDS.iter().position(|known| *known == kind);
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

impl Reader<'_> {
    fn flags(&mut self) -> Option<u16> {
        self.u16().filter(|flags| flags & !FLAGS == 0)
    }

    fn folder(&mut self) -> Option<Folder> {
        let (id, parent) = (self.u32()?, self.u32()?);
        let name: Box<[u8]> = self.short()?.into();
        let flags = self.flags()?;
        let device = self.u64()?;
        let facts = self.facts()?;
        let attributes = self.attributes_if(flags)?;
        // A folder has a higher number than the one that holds it, so that no way up is a circle.
        let is_placed = match id {
            0 => parent == NO_FOLDER && name.is_empty(),
            _ => parent < id && is_name(&name),
        };
        if !is_placed || id == NO_FOLDER {
            return None;
        }
        let count = self.u32()?;
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..count {
            let entry = self.entry()?;
            if entries.last().is_some_and(|last| last.name >= entry.name) {
                return None;
            }
            if entry.kind == EntryKind::Folder && (entry.folder <= id || entry.folder == NO_FOLDER)
            {
                return None;
            }
            entries.push(entry);
        }
        Some(Folder {
            id,
            parent,
            name,
            flags,
            device,
            facts,
            attributes,
            entries,
        })
    }

    fn entry(&mut self) -> Option<Entry> {
        let name = self.short()?;
        // A name of another kind would lead out of its folder.
        if !is_name(name) {
            return None;
        }
        let [code] = self.take()?;
        let mut entry = Entry::new(name, *KINDS.get(usize::from(code))?);
        entry.flags = self.flags()?;
        match entry.kind {
            EntryKind::Folder => {
                entry.folder = self.u32()?;
                if entry.has(FROM_LINK) {
                    entry.text = self.short()?.into();
                }
                return Some(entry);
            }
            EntryKind::LeftOut(_) => return Some(entry),
            EntryKind::File | EntryKind::SymbolicLink | EntryKind::Pipe => {}
        }
        entry.facts = self.facts()?;
        match entry.kind {
            EntryKind::File => {
                entry.digest = self.take()?;
                if entry.has(FROM_LINK) {
                    entry.text = self.short()?.into();
                }
            }
            EntryKind::SymbolicLink => {
                entry.text = self.short()?.into();
                if entry.has(REBASED) {
                    entry.stored_text = self.short()?.into();
                }
            }
            _ => {}
        }
        entry.attributes = self.attributes_if(entry.flags)?;
        Some(entry)
    }

    fn facts(&mut self) -> Option<Facts> {
        Some(Facts {
            mode: self.u32()?,
            user_id: self.u32()?,
            group_id: self.u32()?,
            size_bytes: self.u64()?,
            modified_ns: self.i64()?,
            changed_ns: self.i64()?,
            inode: self.u64()?,
            store_inode: self.u64()?,
        })
    }

    fn attributes_if(&mut self, flags: u16) -> Option<Vec<Attribute>> {
        let mut attributes = Vec::new();
        if flags & ATTRIBUTES == 0 {
            return Some(attributes);
        }
        for _ in 0..self.u16()? {
            let name = self.short()?.into();
            let length = usize::try_from(self.u32()?).ok()?;
            attributes.push((name, self.some(length)?.into()));
        }
        Some(attributes)
    }

    fn end(&mut self) -> Option<End> {
        let index_at = self.u64()?;
        let mut counters = [0; Totals::COUNT];
        for counter in &mut counters {
            *counter = self.u64()?;
        }
        Some(End {
            index_at,
            totals: Totals::of(counters),
            digest: self.take()?,
        })
    }
}

/// Returns whether the bytes are a name that a folder can hold, and that leads nowhere else.
fn is_name(name: &[u8]) -> bool {
    let leads_on =
        |byte: &u8| matches!(byte, b'/' | 0) || cfg!(windows) && matches!(byte, b'\\' | b':');
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(leads_on)
}
