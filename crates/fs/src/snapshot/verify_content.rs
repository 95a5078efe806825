//! The content of files of a snapshot, read again.

use std::fs::File;
use std::io;

use super::content::{Reading, digest_of};
use super::record::Entry;
use super::verify::{FaultKind, Verifying, Worker, inode_of};
use crate::stage::record::NodeId;
use crate::stage::{Amount, MAX_OPEN_FILES, ROOM_BYTES, StageError, Status};
use crate::sys;
use crate::sys::dir::Dir;

impl Verifying<'_> {
    /// Reads files of one folder, in the order in which their inodes lie on the disk, and compares their digests.
    ///
    /// Some are opened first, so that the device has several to read at a time.
    pub(super) fn read(
        &self,
        worker: &mut Worker<'_>,
        (id, dir): (NodeId, &Dir),
        mut files: Vec<(&Entry, Status)>,
    ) -> Result<(), StageError> {
        files.sort_unstable_by_key(|(_, status)| status.inode);
        for batch in files.chunks(MAX_OPEN_FILES) {
            let opened: Vec<Option<io::Result<File>>> = batch
                .iter()
                .map(
                    |(entry, status)| match self.request.read.get(status.inode) {
                        Some(_) => None,
                        None => Some(open(dir, entry, status)),
                    },
                )
                .collect();
            for ((entry, status), file) in batch.iter().zip(opened) {
                // Read under another name, and done with likewise.
                let mut known_bytes = 0;
                let digest = match (self.request.read.get(status.inode), file) {
                    (Some(digest), _) => {
                        known_bytes = status.size_bytes;
                        Ok(digest)
                    }
                    (None, None) => continue,
                    (None, Some(file)) => file.and_then(|mut file| {
                        let mut reading = Reading {
                            room: &mut worker.room,
                            monitor: self.monitor,
                        };
                        Ok(digest_of(&mut file, status, &mut reading)?.digest)
                    }),
                };
                let here = (id, &*entry.name);
                match digest {
                    Ok(digest) => {
                        self.request.read.put(status.inode, digest);
                        self.monitor.advance(Amount {
                            bytes: known_bytes,
                            files: 1,
                        });
                        if digest != entry.digest {
                            self.note(here, FaultKind::Content, inode_of(entry));
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                        return Err(StageError::Cancelled);
                    }
                    Err(_) => self.note(here, FaultKind::Unreadable, inode_of(entry)),
                }
            }
        }
        Ok(())
    }
}

/// Opens a file whose content is to come from the device.
fn open(dir: &Dir, entry: &Entry, status: &Status) -> io::Result<File> {
    let name = crate::borrowed_name(&entry.name).ok_or(io::ErrorKind::InvalidFilename)?;
    let file = sys::tree::open_to_read(dir, name)?;
    sys::pages::forget(&file)?;
    sys::pages::read_ahead(&file, status.size_bytes.min(ROOM_BYTES as u64));
    Ok(file)
}
