//! An image on a loop device, mounted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::volumes::{self, FileSystem};

/// How often and how long a volume or a device is waited for that is let go of late: five seconds in all.
///
/// A process that another test starts holds all files of this one open until it is the program it is to be.
const RELEASE_TRIES: u32 = 500;
const RELEASE_WAIT: Duration = Duration::from_millis(10);

/// An image that is mounted by way of a loop device; let go when dropped.
#[derive(Debug)]
pub(super) struct Attached {
    pub(super) device: String,
    pub(super) mount_point: PathBuf,
    image: PathBuf,
    file_system: FileSystem,
    is_attached: bool,
}

/// How the loop device reaches its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Each request goes to the image at once.
    Direct,
    /// By way of the page cache.
    Cached,
}

impl Attached {
    /// Mounts the image at `mount_point`; its journal is replayed if it has to be.
    pub(super) fn new(
        file_system: FileSystem,
        image: &Path,
        mount_point: &Path,
        way: Way,
    ) -> Result<Self, String> {
        let mut arguments = vec!["--find", "--show"];
        if way == Way::Direct {
            arguments.push("--direct-io=on");
        }
        arguments.push(volumes::text(image));
        let attached = Self {
            device: volumes::attempt("losetup", &arguments)?,
            mount_point: mount_point.to_path_buf(),
            image: image.to_path_buf(),
            file_system,
            is_attached: true,
        };
        if file_system == FileSystem::Btrfs {
            // btrfs remembers every device it saw, and takes no older state of one it knows.
            volumes::quiet("btrfs", &["device", "scan", "--forget"]);
        }
        // Dropped, and so taken off its device, if it cannot be mounted.
        let kind = match file_system {
            FileSystem::Ext4 => "ext4",
            FileSystem::Xfs => "xfs",
            FileSystem::Btrfs => "btrfs",
            other => return Err(format!("{other:?} is not recorded")),
        };
        let point = volumes::text(mount_point);
        volumes::attempt("mount", &["-t", kind, &attached.device, point])?;
        Ok(attached)
    }

    /// Unmounts it and frees its device; fails the test if something still uses it.
    pub(super) fn detach(mut self) {
        let point = volumes::text(&self.mount_point);
        let unmount = || volumes::attempt("umount", &[point]).is_ok();
        let is_unmounted = (0..RELEASE_TRIES).any(|_| unmount() || waited());
        assert!(is_unmounted, "{point} is still in use");
        volumes::run("losetup", &["-d", &self.device]);
        self.is_attached = false;
        if self.file_system == FileSystem::Btrfs {
            volumes::quiet("btrfs", &["device", "scan", "--forget"]);
        }
        let name = self.device.rsplit('/').next().unwrap_or_default();
        let backing = Path::new("/sys/block").join(name).join("loop/backing_file");
        // Another test may have taken the device at once: then it bears another image.
        let is_free = || {
            std::fs::read_to_string(&backing)
                .map_or(true, |image| Path::new(image.trim_end()) != self.image)
        };
        let is_freed = (0..RELEASE_TRIES).any(|_| is_free() || waited());
        assert!(is_freed, "{} is still in use", self.device);
    }
}

/// Waits a little; it is not done yet.
fn waited() -> bool {
    std::thread::sleep(RELEASE_WAIT);
    false
}

impl Drop for Attached {
    fn drop(&mut self) {
        if self.is_attached {
            // Only when a test has failed already; what cannot be undone is left to the end of the machine.
            volumes::quiet("umount", &["-l", volumes::text(&self.mount_point)]);
            volumes::quiet("losetup", &["-d", &self.device]);
        }
    }
}
