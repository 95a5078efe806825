//! Looking whether the copy is really there: what it is known by is noted, and its content is read back.
//!
//! Pages of the copy are dropped first, so that what is read comes from the device: a read from the page cache proves
//! nothing.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::build::Verify;
use super::copy_entry::Copying;
use super::copy_file::digest_of;
use super::crew::each_folder;
use super::handles::Handles;
use super::record::{CONFIRMED, CONTAINER, Entry, Folder, NodeId, RESUMED, Staged};
use super::{MAX_OPEN_FILES, ROOM_BYTES, StageError};
use crate::look::Kind;
use crate::{FsErrorKind, sys};

/// With [`Verify::Sample`], one file of so many is read back.
const SAMPLE_OF: u8 = 20;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Confirmed {
    /// How many copies were not as they were written; they are taken for not copied.
    pub(super) wrong: AtomicU64,
    pub(super) first_wrong: std::sync::Mutex<Option<std::path::PathBuf>>,
}

/// Looks at every copy that was not confirmed yet.
pub(super) fn confirm(copying: &Copying<'_>, verify: Verify) -> Result<Confirmed, StageError> {
    let confirmed = Confirmed::default();
    each_folder(
        copying.monitor,
        vec![CONTAINER],
        |_| (Handles::new(copying.to, copying.tree), vec![0; ROOM_BYTES]),
        |(to, room), id, found| {
            let node = copying.tree.node(id);
            let mut folder = std::mem::take(&mut *node.folder());
            let result = confirm_folder(copying, verify, (to, id), &mut folder, room, &confirmed);
            found.extend(children(&folder));
            *node.folder() = folder;
            result
        },
    )?;
    Ok(confirmed)
}

/// The folders in a folder.
pub(super) fn children(folder: &Folder) -> impl Iterator<Item = NodeId> {
    let folders = folder
        .entries
        .iter()
        .filter(|entry| entry.kind == Kind::Directory);
    folders.map(|entry| entry.child)
}

fn confirm_folder(
    copying: &Copying<'_>,
    verify: Verify,
    (to, id): (&mut Handles<'_>, NodeId),
    folder: &mut Folder,
    room: &mut [u8],
    confirmed: &Confirmed,
) -> Result<(), StageError> {
    let waiting: Vec<usize> = (0..folder.entries.len())
        .filter(|at| {
            let entry = &folder.entries[*at];
            entry.kind != Kind::Directory && !entry.has(CONFIRMED)
        })
        .collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let dir = to
        .open(id)
        .map_err(|error| copying.failed("open the copy of", (id, b""), error))?;
    let mut wrong = Vec::new();
    // In the order in which they were written, as far as inode numbers tell; a large batch lets the device sort.
    for batch in waiting.chunks(MAX_OPEN_FILES) {
        let mut opened = Vec::with_capacity(batch.len());
        for at in batch {
            let entry = &folder.entries[*at];
            let name = folder.name(entry);
            let wrap = |error| copying.failed("read back", (id, name), error);
            let own_name = copying.to.name(id, name).map_err(wrap)?;
            let status = sys::tree::status_at(&dir, own_name).map_err(wrap)?;
            let file = if is_read(entry, verify) {
                let file = sys::tree::open_to_read(&dir, own_name).map_err(wrap)?;
                begin_reading(copying, &file, status.size_bytes).map_err(wrap)?;
                Some(file)
            } else {
                None
            };
            opened.push((status, file));
        }
        for (at, (status, file)) in batch.iter().zip(opened) {
            if copying.monitor.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            let name = folder.name(&folder.entries[*at]);
            let wrap = |error| copying.failed("read back", (id, name), error);
            let entry = &folder.entries[*at];
            let mut fits = status.kind == entry.kind;
            if entry.kind == Kind::File {
                fits &= status.size_bytes == entry.size_bytes;
            }
            if fits && let Some(mut file) = file {
                let read = digest_of(
                    &mut file,
                    entry.size_bytes,
                    entry.flags,
                    room,
                    copying.monitor,
                );
                fits = match read {
                    Ok(read) => read == (entry.digest, entry.size_bytes),
                    // A volume with checksums does not give out bytes that it finds bad; they are written anew too.
                    Err(error) if sys::errno::kind(&error) == FsErrorKind::Io => false,
                    Err(error) => return Err(wrap(error)),
                };
            }
            copying
                .monitor
                .advance(super::Amount { bytes: 0, files: 1 });
            if fits {
                let entry = &mut folder.entries[*at];
                entry.staged = Staged::of(&status);
                entry.flags = entry.flags & !RESUMED | CONFIRMED;
            } else {
                confirmed.wrong.fetch_add(1, Ordering::Relaxed);
                let mut first = confirmed
                    .first_wrong
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                first.get_or_insert_with(|| copying.path_in_new(id, name));
                wrong.push(*at);
            }
        }
    }
    // A size that no file has: the next pass copies it anew.
    for at in wrong {
        folder.entries[at].size_bytes = u64::MAX;
    }
    Ok(())
}

/// What an earlier run has copied is read back in any case: its writes may not have reached the device.
fn is_read(entry: &Entry, verify: Verify) -> bool {
    entry.kind == Kind::File
        && match verify {
            Verify::Full => true,
            Verify::Sample => entry.has(RESUMED) || entry.digest[0].is_multiple_of(SAMPLE_OF),
            Verify::None => entry.has(RESUMED),
        }
}

fn begin_reading(copying: &Copying<'_>, file: &File, size_bytes: u64) -> io::Result<()> {
    if copying.sync_each {
        sys::pages::write_out(file)?;
    }
    sys::pages::forget(file)?;
    sys::pages::read_ahead(file, size_bytes.min(ROOM_BYTES as u64));
    Ok(())
}
