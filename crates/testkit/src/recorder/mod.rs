//! Disks that record all they are asked for, so that the power can be cut at any moment afterwards.
//!
//! # Purpose
//! A [`Recorder`] mounts fresh file systems on loop devices, whose images a FUSE server of our own holds
//! (`lw-recorder`, a process of its own). Each write and each flush that a device gets goes into one log over all
//! devices. [`Replay`] builds the disks as they were at a point of that log: what was written before the last flush of
//! each device is there, and of what came after as much as [`Survivors`] says.
//!
//! # Invariants
//! - What was written and not synced counts as uncertain, what an `fsync` covered does not: test
//!   `what_was_synced_is_durable_and_nothing_else`.
//! - The order is one over all devices: test `the_log_keeps_the_order_of_two_disks`.
//!
//! # Limitations
//! The block layer holds requests back and joins them before the log sees them, and the server answers one after the
//! other: a flush is never overtaken by a write that came before it. Discards are refused, which devices may do. Images
//! must stay small: they lie in memory, and writing to a disk that a process serves must not need that memory freed.

mod attached;
mod cut;
mod fuse;
mod log;
mod replay;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::skip;
use crate::volumes::{self, FileSystem};
use attached::{Attached, Way};
use replay::{Origin, copy_sparsely};

pub use cut::{Cut, Remains, Survivors};
pub use fuse::{Service, serve};
pub use log::{Log, Piece};
pub use replay::{Replay, Restarted};

/// What the server prints when the images are there.
pub const READY: &str = "ready";

/// Fresh volumes on recorded devices. Fields are dropped in this order.
#[derive(Debug)]
pub struct Recorder {
    volumes: Vec<Attached>,
    origins: Vec<Origin>,
    server: Server,
    folder: TempDir,
}

impl Recorder {
    /// Mounts a fresh volume of each of `file_systems` on a recorded device of its own, or says why it cannot.
    ///
    /// `program` is `lw-recorder`. All lies below one new folder in memory, the volumes under the names
    /// `volume-0`, `volume-1` and so on.
    pub fn new(program: impl AsRef<Path>, file_systems: &[FileSystem]) -> Option<Self> {
        if !skip::is_root() || !is_possible(file_systems) {
            return None;
        }
        let folder = tempfile::Builder::new()
            .prefix("lw-recorder-")
            .tempdir_in("/dev/shm")
            .unwrap();
        let top = folder.path().canonicalize().unwrap();
        let mut origins = Vec::new();
        let mut images = Vec::new();
        for (nth, file_system) in file_systems.iter().enumerate() {
            let origin = Origin {
                file_system: *file_system,
                image: top.join(format!("origin-{nth}")),
                mount_point: top.join(format!("volume-{nth}")),
            };
            let image = top.join(format!("image-{nth}"));
            volumes::format(*file_system, &image, size_mib(*file_system));
            copy_sparsely(&image, &origin.image);
            std::fs::create_dir(&origin.mount_point).unwrap();
            origins.push(origin);
            images.push(image);
        }
        let server = Server::start(program.as_ref(), &top, &images);
        let mut recorder = Self {
            volumes: Vec::new(),
            origins,
            server,
            folder,
        };
        for (nth, origin) in recorder.origins.iter().enumerate() {
            let image = recorder.server.mount_point.join(nth.to_string());
            let volume =
                Attached::new(origin.file_system, &image, &origin.mount_point, Way::Direct);
            recorder.volumes.push(volume.unwrap());
        }
        Some(recorder)
    }

    /// Returns where volume `nth` is mounted, now or when it is restarted.
    pub fn mount_point(&self, nth: usize) -> &Path {
        &self.origins[nth].mount_point
    }

    /// Returns the name of the block device of volume `nth`, such as `loop3`.
    pub fn device_name(&self, nth: usize) -> &str {
        let device = &self.volumes[nth].device;
        device.rsplit('/').next().unwrap_or(device)
    }

    /// Makes all that was written until now durable.
    pub fn sync(&self) {
        for origin in &self.origins {
            volumes::run("sync", &["-f", volumes::text(&origin.mount_point)]);
        }
    }

    /// Returns what was recorded until now.
    pub fn log(&self) -> Log {
        Log::read(&self.server.log).unwrap()
    }

    /// Unmounts the volumes, so that others can be mounted in their place; fails the test if one is in use.
    pub fn stop(&mut self) {
        self.volumes.drain(..).for_each(Attached::detach);
    }

    /// Prepares to restart from any point of `log`; the volumes must have been stopped.
    pub fn replay<'a>(&self, log: &'a Log) -> Replay<'a> {
        assert!(self.volumes.is_empty(), "the volumes are still mounted");
        Replay::new(log, self.origins.clone(), self.folder.path())
    }
}

/// The smallest size that the file system's own mkfs takes, which it takes readily.
fn size_mib(file_system: FileSystem) -> u64 {
    match file_system {
        FileSystem::Xfs => 320,
        FileSystem::Btrfs => 128,
        _ => 64,
    }
}

fn is_possible(file_systems: &[FileSystem]) -> bool {
    for needed in ["/dev/fuse", "/dev/shm"] {
        if !Path::new(needed).exists() {
            skip::skip(needed, "the recording device stands on it");
            return false;
        }
    }
    file_systems
        .iter()
        .flat_map(|file_system| file_system.needs())
        .all(|program| skip::has_program(program))
}

/// The process that holds the images.
#[derive(Debug)]
struct Server {
    process: Child,
    mount_point: PathBuf,
    log: PathBuf,
}

impl Server {
    fn start(program: &Path, top: &Path, images: &[PathBuf]) -> Self {
        let (mount_point, log) = (top.join("images"), top.join("log"));
        std::fs::create_dir(&mount_point).unwrap();
        let mut process = Command::new(program)
            .args([&mount_point, &log])
            .args(images)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), READY, "the recording device did not start");
        Self {
            process,
            mount_point,
            log,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its folder is unmounted, and otherwise when its input does, which is at the end of this process.
        volumes::quiet("umount", &["-l", volumes::text(&self.mount_point)]);
        drop(self.process.stdin.take());
        let _ended = self.process.wait();
    }
}
