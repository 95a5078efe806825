//! Disks as a power cut leaves them, mounted where the recorded ones were.

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::attached::{Attached, Way};
use super::cut::Cut;
use super::log::{Log, Piece};
use crate::volumes::{self, FileSystem};

/// A recorded volume before anything was recorded, and where it was mounted.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) file_system: FileSystem,
    /// Its image as `mkfs` left it.
    pub(super) image: PathBuf,
    pub(super) mount_point: PathBuf,
}

/// Builds the disks of one recording as power cuts leave them, each from its own copy.
#[derive(Debug)]
pub struct Replay<'a> {
    log: &'a Log,
    origins: Vec<Origin>,
    disks: Vec<Disk>,
    folder: TempDir,
}

/// What is durable on a device, up to an event that only moves forward.
#[derive(Debug)]
struct Disk {
    image: PathBuf,
    until: usize,
}

/// The volumes after a power cut, mounted; let go by [`Restarted::stop`] or when dropped.
#[derive(Debug)]
pub struct Restarted(Vec<Attached>);

impl<'a> Replay<'a> {
    pub(super) fn new(log: &'a Log, origins: Vec<Origin>, beside: &Path) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("replay-")
            .tempdir_in(beside)
            .unwrap();
        let disks = origins.iter().enumerate().map(|(nth, origin)| {
            let image = folder.path().join(format!("durable-{nth}"));
            copy_sparsely(&origin.image, &image);
            Disk { image, until: 0 }
        });
        Self {
            log,
            disks: disks.collect(),
            origins,
            folder,
        }
    }

    /// Returns a number that is the same for cuts that leave the same on all disks.
    pub fn fingerprint(&self, cut: Cut) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (device, origin) in self.origins.iter().enumerate() {
            let sector_bytes = sector_bytes(origin.file_system);
            let remains = self.log.remains(device, cut, sector_bytes);
            let durable = self.log.pieces(device, remains.durable);
            // Each byte of the log has a place of its own.
            for piece in durable.iter().chain(&remains.survivors) {
                (device, piece.bytes.as_ptr(), piece.bytes.len()).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// Mounts all volumes as they are after `cut`, or says which could not be; cuts must come in the order of time.
    pub fn restart(&mut self, cut: Cut) -> Result<Restarted, String> {
        let images = (0..self.origins.len()).map(|device| self.build(device, cut));
        let images: Vec<PathBuf> = images.collect();
        let attach = |(origin, image): (&Origin, &PathBuf)| {
            Attached::new(origin.file_system, image, &origin.mount_point, Way::Cached)
        };
        // All at once, as each of them mostly waits.
        let volumes: Vec<_> = std::thread::scope(|scope| {
            let pairs = self.origins.iter().zip(&images);
            let threads: Vec<_> = pairs
                .map(|pair| scope.spawn(move || attach(pair)))
                .collect();
            let attached = threads.into_iter().map(|thread| thread.join().unwrap());
            attached.collect()
        });
        volumes.into_iter().collect::<Result<_, _>>().map(Restarted)
    }

    /// Builds the image of a device as it is after `cut`.
    fn build(&mut self, device: usize, cut: Cut) -> PathBuf {
        let disk = &mut self.disks[device];
        let sector_bytes = sector_bytes(self.origins[device].file_system);
        let remains = self.log.remains(device, cut, sector_bytes);
        let until = remains.durable.end;
        assert!(disk.until <= until, "{cut:?}: out of order");
        write_all(&disk.image, &self.log.pieces(device, disk.until..until));
        disk.until = until;
        let image = self.folder.path().join(format!("cut-{device}"));
        copy_sparsely(&disk.image, &image);
        write_all(&image, &remains.survivors);
        image
    }
}

impl Restarted {
    /// Unmounts them all; fails the test if one is still in use.
    pub fn stop(self) {
        std::thread::scope(|scope| {
            for volume in self.0 {
                scope.spawn(|| volume.detach());
            }
        });
    }
}

/// Returns the sector of the disks that a file system is safe on.
///
/// ext4 and btrfs have checksums over superblocks of 1 and 4 KiB, which they write in place; torn, they are not mounted.
fn sector_bytes(file_system: FileSystem) -> u64 {
    match file_system {
        FileSystem::Xfs => 512,
        _ => 4096,
    }
}

fn write_all(image: &Path, pieces: &[Piece<'_>]) {
    let file = File::options().write(true).open(image).unwrap();
    for piece in pieces {
        file.write_all_at(piece.bytes, piece.offset).unwrap();
    }
}

/// Copies an image; where it is zero the copy has holes.
pub(super) fn copy_sparsely(from: &Path, to: &Path) {
    let paths = [volumes::text(from), volumes::text(to)];
    volumes::run("cp", &["--sparse=always", paths[0], paths[1]]);
}
