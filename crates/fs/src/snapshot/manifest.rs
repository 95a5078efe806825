//! A manifest on disk: read folder by folder, and written as folders are finished.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::frame::{self, END_BYTES, End, Frame, HEAD_BYTES, MAGIC, Place, is_whole, length_of};
use super::record::{Digest, Folder, FolderId, NO_FOLDER, Totals};
use crate::hand::SharedHand;
use crate::{FsError, sys};

/// The longest header that is read.
const HEADER_LIMIT_BYTES: usize = 1 << 20;

/// What is written of a manifest at a time: so much of the work of an interrupted run may have to be done again.
const WRITE_BYTES: usize = 16 * 1024;

/// No entry of a folder takes fewer bytes.
const LEAST_ENTRY_BYTES: u64 = 10;

/// No frame is longer, its head counted.
const LONGEST_FRAME_BYTES: u64 = (1 << 30) + HEAD_BYTES as u64;

/// An open manifest.
#[derive(Debug)]
pub struct Manifest {
    path: PathBuf,
    file: File,
    header: Vec<u8>,
    folders: Vec<Span>,
    entry_count: u64,
    totals: Totals,
    /// Digest and length of what comes before the end, if there is one.
    end: Option<(Digest, u64)>,
}

/// How a folder speaks of one in it.
#[derive(Debug, Clone, Copy)]
pub struct FolderLink<'a> {
    /// The number of the one in it.
    pub id: FolderId,
    /// Its own number; [`NO_FOLDER`] for the folder that holds the sources.
    pub parent: FolderId,
    /// The name of the one in it.
    pub name: &'a [u8],
}

/// Where the frame of a folder is.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    at: u64,
    bytes: usize,
    first_entry: u64,
}

impl Manifest {
    /// Opens a manifest that was written to its end.
    ///
    /// Reads its beginning, its end and where the folders are; what the folders hold is checked when they are read, and all
    /// of it by [`Manifest::check`]. Fails with `InvalidData` for a file that is no whole manifest.
    pub fn open(path: &Path) -> Result<Self, FsError> {
        let wrap = |error| FsError::new("read the manifest", path, error);
        let file = sys::dir::open_file(path).map_err(wrap)?;
        Self::of_file(path, file).map_err(wrap)
    }

    fn of_file(path: &Path, file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let (header, _) =
            read_header(&file)?.ok_or_else(|| damaged("it begins like no manifest"))?;
        let end_at = length
            .checked_sub(END_BYTES as u64)
            .ok_or_else(|| damaged("it was not written to its end"))?;
        let Some((Frame::End(end), _)) = read_frame(&file, end_at)? else {
            return Err(damaged("it was not written to its end"));
        };
        let Some((Frame::Index(places), after)) = read_frame(&file, end.index_at)? else {
            return Err(damaged("its index is damaged"));
        };
        if after != end_at {
            return Err(damaged("its index is damaged"));
        }
        let folders = spans(&places, end_at);
        Ok(Self {
            path: path.to_path_buf(),
            file,
            header,
            folders: folders.ok_or_else(|| damaged("its index is damaged"))?,
            // More are not to be believed.
            entry_count: places
                .last()
                .map_or(0, |end| end.first_entry)
                .min(length / LEAST_ENTRY_BYTES),
            totals: end.totals,
            end: Some((end.digest, end_at)),
        })
    }

    /// Opens what an interrupted run has written of a manifest: all folders before the first frame that is not whole.
    ///
    /// Returns `None` if not even the header is.
    pub(super) fn open_unfinished(path: &Path) -> Result<Option<Self>, FsError> {
        let wrap = |error| FsError::new("read the manifest", path, error);
        let file = match sys::dir::open_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(wrap)?,
        };
        let Some((header, mut at)) = read_header(&file).map_err(wrap)? else {
            return Ok(None);
        };
        let mut folders = Vec::new();
        let mut entry_count = 0;
        while let Some((Frame::Folder(folder), after)) = read_frame(&file, at).map_err(wrap)? {
            let place = folder.id as usize;
            if folders.len() <= place {
                // Each folder is named in what was written before it.
                if place as u64 > after / LEAST_ENTRY_BYTES {
                    break;
                }
                folders.resize(place + 1, Span::default());
            }
            folders[place] = Span {
                at,
                bytes: usize::try_from(after - at).unwrap_or_default(),
                first_entry: entry_count,
            };
            entry_count += folder.entries.len() as u64;
            at = after;
        }
        Ok(Some(Self {
            path: path.to_path_buf(),
            file,
            header,
            folders,
            entry_count,
            totals: Totals::default(),
            end: None,
        }))
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what its writer has said of the snapshot.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Returns how much the snapshot holds.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Returns the digest of all of it but its end; that of no other manifest is the same.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.end.map(|(digest, _)| digest)
    }

    /// Returns how many entries there are in all folders.
    pub(super) fn entry_count(&self) -> u64 {
        self.entry_count
    }

    /// Returns the numbers of all folders.
    pub fn folder_ids(&self) -> impl Iterator<Item = FolderId> + use<> {
        let count = FolderId::try_from(self.folders.len()).unwrap_or(NO_FOLDER);
        0..count
    }

    /// Returns the number of the first entry of a folder, all entries being counted.
    pub(super) fn first_entry(&self, id: FolderId) -> u64 {
        let span = self.folders.get(id as usize);
        span.map_or(0, |span| span.first_entry)
    }

    /// Reads a folder; `None` if there is none of this number.
    pub fn folder(&self, id: FolderId) -> Result<Option<Folder>, FsError> {
        let span = self.folders.get(id as usize).copied().unwrap_or_default();
        if span.bytes == 0 {
            return Ok(None);
        }
        let wrap = |error| FsError::new("read the manifest", &self.path, error);
        let mut bytes = vec![0; span.bytes];
        read_exactly(&self.file, &mut bytes, span.at).map_err(wrap)?;
        match whole(&bytes) {
            Some(Frame::Folder(folder)) if folder.id == id => Ok(Some(folder)),
            _ => Err(wrap(damaged("a part of it is damaged"))),
        }
    }

    /// Reads the folder that another one speaks of; `None` if there is none that says so itself, so that what is read from
    /// the top down is a tree, whatever the bytes are.
    pub fn folder_at(&self, link: &FolderLink<'_>) -> Result<Option<Folder>, FsError> {
        let found = self.folder(link.id)?;
        Ok(found.filter(|folder| folder.parent == link.parent && *folder.name == *link.name))
    }

    /// Returns the names on the way to a folder, those of the sources first, and whether the way holds together.
    pub fn way_to(&self, id: FolderId) -> Result<Vec<Box<[u8]>>, FsError> {
        let mut names = Vec::new();
        let mut at = id;
        while at != 0 {
            let Some(folder) = self.folder(at)? else {
                break;
            };
            at = folder.parent;
            names.push(folder.name);
        }
        names.reverse();
        Ok(names)
    }

    /// Reads all of it, and returns whether it is byte for byte what was written.
    pub fn check(&self) -> Result<bool, FsError> {
        let wrap = |error| FsError::new("read the manifest", &self.path, error);
        let Some((digest, length)) = self.end else {
            return Ok(false);
        };
        let mut hasher = blake3::Hasher::new();
        let mut room = vec![0; 1 << 20];
        let mut at = 0;
        while at < length {
            let wanted = usize::try_from(length - at).map_or(room.len(), |n| n.min(room.len()));
            read_exactly(&self.file, &mut room[..wanted], at).map_err(wrap)?;
            hasher.update(&room[..wanted]);
            at += wanted as u64;
        }
        Ok(*hasher.finalize().as_bytes() == digest)
    }
}

/// Returns where the frames begin and how long they are: a frame ends where another one begins, or at the last place.
///
/// Returns `None` if one begins behind `end_at`.
fn spans(places: &[Place], end_at: u64) -> Option<Vec<Span>> {
    let (_end, folders) = places.split_last()?;
    if places.iter().any(|place| place.at > end_at) {
        return None;
    }
    let mut starts: Vec<u64> = places.iter().map(|place| place.at).collect();
    starts.sort_unstable();
    let span = |place: &Place| {
        if place.at == 0 {
            return Some(Span::default());
        }
        let next = starts.partition_point(|start| *start <= place.at);
        let bytes = starts.get(next)?.checked_sub(place.at)?;
        if bytes > LONGEST_FRAME_BYTES {
            return None;
        }
        Some(Span {
            at: place.at,
            bytes: usize::try_from(bytes).ok()?,
            first_entry: place.first_entry,
        })
    };
    folders.iter().map(span).collect()
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Returns the header, and where the next frame begins.
fn read_header(file: &File) -> io::Result<Option<(Vec<u8>, u64)>> {
    let mut magic = [0; MAGIC.len()];
    if read_up_to(file, &mut magic, 0)? < magic.len() || magic != *MAGIC {
        return Ok(None);
    }
    match read_frame(file, MAGIC.len() as u64)? {
        Some((Frame::Header(header), after)) if header.len() <= HEADER_LIMIT_BYTES => {
            Ok(Some((header, after)))
        }
        _ => Ok(None),
    }
}

/// Returns the frame that begins at `at`, and where it ends; `None` if there is no whole one.
fn read_frame(file: &File, at: u64) -> io::Result<Option<(Frame, u64)>> {
    let mut head = [0; HEAD_BYTES];
    if read_up_to(file, &mut head, at)? < head.len() {
        return Ok(None);
    }
    let Some(length) = length_of(head) else {
        return Ok(None);
    };
    let after = at + (HEAD_BYTES + length) as u64;
    if after > file.metadata()?.len() {
        return Ok(None);
    }
    let mut payload = vec![0; length];
    read_exactly(file, &mut payload, at + HEAD_BYTES as u64)?;
    if !is_whole(head, &payload) {
        return Ok(None);
    }
    Ok(Frame::decode(&payload).map(|frame| (frame, after)))
}

fn whole(frame: &[u8]) -> Option<Frame> {
    let (head, payload) = frame.split_first_chunk::<HEAD_BYTES>()?;
    let fits = length_of(*head)? == payload.len() && is_whole(*head, payload);
    fits.then(|| Frame::decode(payload)).flatten()
}

fn read_up_to(file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    crate::stage::read_at(file, room, at)
}

fn read_exactly(file: &File, room: &mut [u8], at: u64) -> io::Result<()> {
    match read_up_to(file, room, at)? {
        count if count == room.len() => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Returns what a manifest of these bytes says, written anew; `None` if they are no whole manifest.
///
/// Looks at nothing but the bytes, and takes any. What it returns is returned unchanged if it is given once more.
pub fn rewritten(manifest: &[u8]) -> Option<Vec<u8>> {
    let mut rest = manifest.strip_prefix(MAGIC)?;
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let head = rest.first_chunk::<HEAD_BYTES>()?;
        let (bytes, after) = rest.split_at_checked(HEAD_BYTES + length_of(*head)?)?;
        frames.push(whole(bytes)?);
        rest = after;
    }
    let (Some(Frame::Header(_)), Some(Frame::End(_))) = (frames.first(), frames.last()) else {
        return None;
    };
    let count = frames.len();
    let mut written = Written::new(Vec::new());
    for frame in frames {
        // Writing into memory does not fail.
        match frame {
            Frame::Header(header) => written.begin(header).ok()?,
            Frame::Folder(folder) if (folder.id as usize) < count => written.add(&folder).ok()?,
            Frame::Folder(_) => return None,
            Frame::End(end) => written.end(&end.totals).ok()?,
            Frame::Index(_) => {}
        }
    }
    Some(written.to)
}

/// A manifest that is being written.
#[derive(Debug)]
pub(super) struct Writer {
    state: Mutex<Written<io::BufWriter<File>>>,
    path: PathBuf,
}

impl Writer {
    /// Makes the manifest `name` in a private folder, and writes its header.
    pub(super) fn create(
        hand: &SharedHand<'_>,
        (folder, path): (&sys::dir::Dir, &Path),
        name: &OsStr,
        header: &[u8],
    ) -> io::Result<Self> {
        let path = path.join(name);
        let create = || {
            let file = sys::tree::create_file(folder, name, 0o600)?;
            let mut written = Written::new(io::BufWriter::with_capacity(WRITE_BYTES, file));
            written.begin(header.to_vec())?;
            Ok(written)
        };
        let written = hand.effect("begin manifest", || path.clone(), create)?;
        Ok(Self {
            state: Mutex::new(written),
            path,
        })
    }

    /// Adds a folder that is finished.
    pub(super) fn add(&self, hand: &SharedHand<'_>, folder: &Folder) -> io::Result<()> {
        let add = || {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.add(folder)
        };
        hand.effect("record folder", || self.path.clone(), add)
    }

    /// Writes the end, and makes all of it durable.
    pub(super) fn finish(self, hand: &SharedHand<'_>, totals: &Totals) -> io::Result<()> {
        let path = self.path;
        let mut written = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let finish = || {
            written.end(totals)?;
            let file = written.to.into_inner();
            sys::keep::sync_file(&file.map_err(io::IntoInnerError::into_error)?)
        };
        hand.effect("finish manifest", || path, finish)
    }
}

/// What has been written so far.
#[derive(Debug)]
struct Written<W> {
    to: W,
    at: u64,
    hasher: blake3::Hasher,
    places: Vec<Place>,
    entry_count: u64,
}

impl<W: io::Write> Written<W> {
    fn new(to: W) -> Self {
        Self {
            to,
            at: 0,
            hasher: blake3::Hasher::new(),
            places: Vec::new(),
            entry_count: 0,
        }
    }

    fn begin(&mut self, header: Vec<u8>) -> io::Result<()> {
        self.put(MAGIC)?;
        self.put_frame(&Frame::Header(header))
    }

    fn add(&mut self, folder: &Folder) -> io::Result<()> {
        let place = folder.id as usize;
        // Numbers are given one by one, so this grows no faster than what is written.
        if self.places.len() <= place {
            let none = Place {
                at: 0,
                first_entry: 0,
            };
            self.places.resize(place + 1, none);
        }
        self.places[place] = Place {
            at: self.at,
            first_entry: self.entry_count,
        };
        self.entry_count += folder.entries.len() as u64;
        let frame = frame::folder_frame(folder)
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.put(&frame)
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        let index_at = self.at;
        let mut places = std::mem::take(&mut self.places);
        places.push(Place {
            at: index_at,
            first_entry: self.entry_count,
        });
        self.put_frame(&Frame::Index(places))?;
        let digest = *self.hasher.finalize().as_bytes();
        self.put_frame(&Frame::End(End {
            index_at,
            totals: *totals,
            digest,
        }))
    }

    fn put_frame(&mut self, frame: &Frame) -> io::Result<()> {
        let bytes = frame.encode();
        self.put(&bytes.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)?;
        self.hasher.update(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }
}
