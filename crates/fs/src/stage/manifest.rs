//! The record of a stage on disk: what was copied, a frame a folder, so that an interrupted copy goes on.
//!
//! docs/formats/stage.md is the format. What cannot be read ends it: a frame that was cut off, or is damaged, and all
//! that comes after it, counts as not copied.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::digest::Digest;
use super::record::{CONTAINER, Entry, Folder, NodeId, Staged, Tree};
use crate::hand::SharedHand;
use crate::little_endian::Reader;
use crate::look::Kind;
use crate::sys;

/// Name of the record in the private folder of a stage.
pub const MANIFEST: &str = "manifest";

const HEADER: &[u8] = b"linkwright stage 1\n";

/// The longest frame that is read.
const FRAME_LIMIT_BYTES: usize = 1 << 30;

const CHECK_BYTES: usize = 8;

/// Name of a record that is being written to take the place of the one that is there.
pub const MANIFEST_NEXT: &str = "manifest-next";

/// An open record, to which frames are added.
#[derive(Debug)]
pub(super) struct Manifest {
    file: Mutex<std::fs::File>,
}

impl Manifest {
    /// Writes all that is known of `tree` in place of what record there is, durably, and opens it.
    pub(super) fn write(
        hand: &SharedHand<'_>,
        folder: &sys::dir::Dir,
        path: &Path,
        tree: &Tree,
    ) -> io::Result<Self> {
        let (name, next) = (OsStr::new(MANIFEST), OsStr::new(MANIFEST_NEXT));
        let write = || {
            match sys::link::unlink(folder, next) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let file = sys::tree::create_file(folder, next, 0o600)?;
            let mut writer = io::BufWriter::new(file);
            put(&mut writer, tree)?;
            let file = writer
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?;
            sys::keep::sync_file(&file)?;
            // Both are records of ours in a private folder: the new one takes the place of the old one.
            sys::rename::rename(folder, next, folder, name)?;
            Ok(file)
        };
        let file = hand.effect("write record", || path.join(MANIFEST), write)?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// Adds what is known of a folder; a later frame of the same folder counts instead.
    pub(super) fn add(&self, tree: &Tree, id: NodeId) -> io::Result<()> {
        let node = tree.node(id);
        let frame = frame(id, node.parent, &node.name, &node.folder());
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&frame)
    }
}

/// Returns the record of a stage as it is written anew when the copy is gone on with; `None` if it is none of a kind that
/// is known.
///
/// Looks at nothing but the bytes, and takes any. What it returns says all that the record says, and is returned
/// unchanged if it is given once more.
pub fn rewritten(record: &[u8]) -> Option<Vec<u8>> {
    let mut unread = record;
    // Neither reading from memory nor writing into it fails.
    let tree = parse(&mut unread).ok()??;
    let mut written = Vec::new();
    put(&mut written, &tree).ok()?;
    Some(written)
}

fn put(writer: &mut impl io::Write, tree: &Tree) -> io::Result<()> {
    writer.write_all(HEADER)?;
    for id in 0..tree.len() {
        let node = tree.node(id);
        writer.write_all(&frame(id, node.parent, &node.name, &node.folder()))?;
    }
    Ok(())
}

/// Reads the record in `folder`; `None` if there is none, or none of a kind that is known.
pub(super) fn read(folder: &Path) -> io::Result<Option<Tree>> {
    match std::fs::File::open(folder.join(MANIFEST)) {
        Ok(file) => parse(&mut io::BufReader::new(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the tree that a record speaks of.
fn parse(record: &mut impl io::Read) -> io::Result<Option<Tree>> {
    if exactly(record, HEADER.len())?.as_deref() != Some(HEADER) {
        return Ok(None);
    }
    // The last frame of a folder counts. A folder may come before the one that holds it.
    let mut last = BTreeMap::new();
    while let Some(payload) = next_frame(record)? {
        match Frame::parse(&payload) {
            Some(frame) => last.insert(frame.id, frame),
            None => break,
        };
    }
    let tree = Tree::new();
    fill(&tree, last);
    Ok(Some(tree))
}

/// Returns so many bytes, or `None` if there are less.
fn exactly(record: &mut impl io::Read, bytes: usize) -> io::Result<Option<Vec<u8>>> {
    let mut room = Vec::new();
    record.take(bytes as u64).read_to_end(&mut room)?;
    Ok((room.len() == bytes).then_some(room))
}

fn next_frame(record: &mut impl io::Read) -> io::Result<Option<Vec<u8>>> {
    let Some(head) = exactly(record, 4 + CHECK_BYTES)? else {
        return Ok(None);
    };
    let (length, check) = head.split_at(4);
    let length = length
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    if length > FRAME_LIMIT_BYTES {
        return Ok(None);
    }
    let payload = exactly(record, length)?;
    Ok(payload.filter(|payload| check_of(payload) == *check))
}

fn check_of(payload: &[u8]) -> [u8; CHECK_BYTES] {
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&blake3::hash(payload).as_bytes()[..CHECK_BYTES]);
    check
}

struct Frame {
    id: NodeId,
    parent: NodeId,
    name: Vec<u8>,
    folder: Folder,
}

/// Gives the folders of the frames new numbers, from the top down; what hangs in the air is left out.
fn fill(tree: &Tree, mut last: BTreeMap<NodeId, Frame>) {
    if let Some(container) = last.remove(&CONTAINER) {
        *tree.node(CONTAINER).folder() = container.folder;
    }
    let mut waiting = vec![CONTAINER];
    while let Some(id) = waiting.pop() {
        let node = tree.node(id);
        let mut folder = node.folder();
        let mut known = Folder::default();
        for entry in &folder.entries {
            let name = folder.name(entry);
            let mut entry = entry.clone();
            if entry.kind == Kind::Directory {
                let below = match last.get(&entry.child) {
                    Some(frame) if frame.name == name => last
                        .remove(&entry.child)
                        .map_or_else(Folder::default, |frame| frame.folder),
                    _ => Folder::default(),
                };
                entry.child = tree.add(id, name, below);
                waiting.push(entry.child);
            }
            known.push(name, entry);
        }
        known.sort();
        *folder = known;
    }
}

fn frame(id: NodeId, parent: NodeId, name: &[u8], folder: &Folder) -> Vec<u8> {
    let mut payload = Vec::with_capacity(64 + folder.entries.len() * 128);
    payload.extend_from_slice(&id.to_le_bytes());
    payload.extend_from_slice(&parent.to_le_bytes());
    put_name(&mut payload, name);
    payload.extend_from_slice(
        &u32::try_from(folder.entries.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    for entry in &folder.entries {
        put_name(&mut payload, folder.name(entry));
        payload.push(kind_code(entry.kind));
        payload.push(entry.flags);
        payload.extend_from_slice(&entry.child.to_le_bytes());
        for number in [entry.inode, entry.size_bytes, entry.staged.inode] {
            payload.extend_from_slice(&number.to_le_bytes());
        }
        let times = [
            entry.modified_ns,
            entry.changed_ns,
            entry.staged.modified_ns,
            entry.staged.changed_ns,
        ];
        for time in times {
            payload.extend_from_slice(&time.to_le_bytes());
        }
        payload.extend_from_slice(&entry.digest);
    }
    let mut frame = Vec::with_capacity(payload.len() + 4 + CHECK_BYTES);
    frame.extend_from_slice(
        &u32::try_from(payload.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    frame.extend_from_slice(&check_of(&payload));
    frame.extend_from_slice(&payload);
    frame
}

fn put_name(payload: &mut Vec<u8>, name: &[u8]) {
    payload.extend_from_slice(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    payload.extend_from_slice(name);
}

const KINDS: [Kind; 4] = [Kind::File, Kind::Directory, Kind::SymbolicLink, Kind::Fifo];

fn kind_code(kind: Kind) -> u8 {
    let place = KINDS.iter().position(|known| *known == kind);
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

impl Frame {
    fn parse(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        let id = reader.u32()?;
        let parent = reader.u32()?;
        let name = reader.short()?.to_vec();
        let count = reader.u32()?;
        let mut folder = Folder::default();
        for _ in 0..count {
            let name = reader.short()?;
            // A name of another kind would lead out of its folder.
            if matches!(name, b"" | b"." | b"..") || name.contains(&b'/') || name.contains(&0) {
                return None;
            }
            let entry = reader.copied()?;
            folder.push(name, entry);
        }
        folder.sort();
        let has_twins = |pair: &[Entry]| folder.name(&pair[0]) == folder.name(&pair[1]);
        if folder.entries.windows(2).any(has_twins) {
            return None;
        }
        Some(Self {
            id,
            parent,
            name,
            folder,
        })
        .filter(|frame| frame.parent < frame.id || frame.id == CONTAINER)
    }
}

impl Reader<'_> {
    fn copied(&mut self) -> Option<Entry> {
        let [kind, flags] = self.take()?;
        let kind = *KINDS.get(usize::from(kind))?;
        let mut entry = Entry::folder(self.u32()?);
        entry.kind = kind;
        entry.flags = flags;
        entry.inode = self.u64()?;
        entry.size_bytes = self.u64()?;
        let staged_inode = self.u64()?;
        entry.modified_ns = self.i64()?;
        entry.changed_ns = self.i64()?;
        entry.staged = Staged {
            inode: staged_inode,
            modified_ns: self.i64()?,
            changed_ns: self.i64()?,
        };
        let digest: Digest = self.take()?;
        entry.digest = digest;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Tree, Vec<u8>) {
        let tree = Tree::new();
        let root = tree.add(CONTAINER, b"root", Folder::default());
        let below = tree.add(root, b"below", Folder::default());
        let mut folder = Folder::default();
        folder.push(b"root", Entry::folder(root));
        *tree.node(CONTAINER).folder() = folder;
        let mut folder = Folder::default();
        let mut file = Entry::folder(0);
        (file.kind, file.child, file.size_bytes, file.digest) =
            (Kind::File, NodeId::MAX, 7, [9; 32]);
        folder.push(b"a\xff", file);
        folder.push(b"below", Entry::folder(below));
        *tree.node(root).folder() = folder;
        let mut bytes = HEADER.to_vec();
        for id in [below, root, CONTAINER] {
            let node = tree.node(id);
            bytes.extend(frame(id, node.parent, &node.name, &node.folder()));
        }
        (tree, bytes)
    }

    #[test]
    fn what_was_written_is_read() {
        let (tree, bytes) = sample();
        let read = parse(&mut &bytes[..]).unwrap().unwrap();
        assert_eq!(read.len(), tree.len());
        for id in 0..tree.len() {
            assert_eq!(*read.node(id).folder(), *tree.node(id).folder());
            assert_eq!(read.node(id).name, tree.node(id).name);
        }
    }

    #[test]
    fn a_cut_or_damaged_record_ends_where_it_was_cut() {
        let (_, bytes) = sample();
        for cut in 0..bytes.len() {
            let read = parse(&mut &bytes[..cut]).unwrap();
            assert_eq!(read.is_some(), cut >= HEADER.len(), "{cut}");
            // The root's frame comes last: without it nothing hangs together.
            assert!(read.is_none_or(|tree| tree.len() == 1), "{cut}");
        }
        for at in HEADER.len()..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(parse(&mut &damaged[..]).unwrap().unwrap().len(), 1, "{at}");
        }
    }

    #[test]
    fn a_frame_with_names_that_no_folder_holds_ends_the_record() {
        let named = |names: &[&[u8]]| {
            let mut folder = Folder::default();
            for name in names {
                folder.push(name, Entry::folder(NodeId::MAX));
            }
            let record = [HEADER, &frame(CONTAINER, NodeId::MAX, b"", &folder)].concat();
            let tree = parse(&mut &record[..]).unwrap().unwrap();
            tree.node(CONTAINER).folder().entries.len()
        };
        assert_eq!(named(&[b"b", b"a"]), 2);
        let bad: [&[&[u8]]; 5] = [&[b"a", b"a"], &[b"a/b"], &[b"a\0"], &[b".."], &[b""]];
        for bad in bad {
            assert_eq!(named(bad), 0, "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_record_or_none(bytes in proptest::collection::vec(0_u8.., 0..300)) {
            let mut whole = HEADER.to_vec();
            whole.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
            whole.extend_from_slice(&check_of(&bytes));
            whole.extend_from_slice(&bytes);
            assert!(parse(&mut &whole[..]).unwrap().is_some());
            let _any = parse(&mut &bytes[..]).unwrap();
        }
    }
}
