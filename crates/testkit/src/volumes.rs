//! Real file systems in loop images and other mounts, for tests that run as root.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::skip;

/// A file system a test can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// ext4 in a loop image.
    Ext4,
    /// xfs in a loop image.
    Xfs,
    /// btrfs in a loop image.
    Btrfs,
    /// tmpfs.
    Tmpfs,
    /// overlayfs on a tmpfs.
    Overlay,
    /// NTFS by ntfs-3g, a FUSE driver.
    Ntfs3g,
    /// NTFS by lowntfs-3g, told to take capitals for small letters.
    NtfsWithoutCapitals,
    /// exFAT by exfat-fuse, which has no links.
    ExfatFuse,
}

impl FileSystem {
    /// The file systems that exchange two names in one step.
    pub const WITH_EXCHANGE: [Self; 4] = [Self::Ext4, Self::Xfs, Self::Btrfs, Self::Tmpfs];

    pub(crate) fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Ext4 => &["mkfs.ext4", "losetup"],
            Self::Xfs => &["mkfs.xfs", "losetup"],
            Self::Btrfs => &["mkfs.btrfs", "losetup"],
            Self::Tmpfs | Self::Overlay => &["mount"],
            Self::Ntfs3g => &["mkntfs", "ntfs-3g", "ntfsresize", "losetup"],
            Self::NtfsWithoutCapitals => &["mkntfs", "lowntfs-3g", "losetup"],
            Self::ExfatFuse => &["mkfs.exfat", "mount.exfat-fuse", "losetup"],
        }
    }
}

/// A mounted volume; unmounted and removed when dropped.
#[derive(Debug)]
pub struct Mounted {
    guard: TempDir,
    mount_point: PathBuf,
    file_system: FileSystem,
    loop_device: Option<String>,
}

impl Mounted {
    /// Mounts a fresh volume of `size_mib`, or says why it cannot and returns `None`.
    pub fn new(file_system: FileSystem, size_mib: u64) -> Option<Self> {
        if !skip::is_root()
            || !file_system
                .needs()
                .iter()
                .all(|program| skip::has_program(program))
        {
            return None;
        }
        let guard = tempfile::Builder::new()
            .prefix("lw-volume-")
            .tempdir()
            .unwrap();
        let top = guard.path().canonicalize().unwrap();
        let mount_point = top.join("volume");
        std::fs::create_dir(&mount_point).unwrap();
        let mut mounted = Self {
            guard,
            mount_point: mount_point.clone(),
            file_system,
            loop_device: None,
        };
        match file_system {
            FileSystem::Tmpfs => {
                let size = format!("size={size_mib}m");
                run(
                    "mount",
                    &["-t", "tmpfs", "-o", &size, "tmpfs", text(&mount_point)],
                );
            }
            FileSystem::Overlay => {
                let (lower, upper, work) = (top.join("lower"), top.join("upper"), top.join("work"));
                for folder in [&lower, &upper, &work] {
                    std::fs::create_dir(folder).unwrap();
                }
                std::fs::create_dir_all(lower.join("below/folder")).unwrap();
                std::fs::write(lower.join("below/folder/file"), "lower").unwrap();
                let options = format!(
                    "lowerdir={},upperdir={},workdir={}",
                    lower.display(),
                    upper.display(),
                    work.display()
                );
                run(
                    "mount",
                    &[
                        "-t",
                        "overlay",
                        "-o",
                        &options,
                        "overlay",
                        text(&mount_point),
                    ],
                );
            }
            _ => mounted.mount_image(file_system, size_mib),
        }
        Some(mounted)
    }

    fn mount_image(&mut self, file_system: FileSystem, size_mib: u64) {
        let image = self.guard.path().join("image");
        format(file_system, &image, size_mib);
        let device = output("losetup", &["--find", "--show", text(&image)]);
        self.loop_device = Some(device);
        self.mount_device();
    }

    fn mount_device(&self) {
        let device = self.loop_device.as_deref().unwrap();
        let point = text(&self.mount_point);
        match self.file_system {
            FileSystem::Ntfs3g => run("ntfs-3g", &[device, point]),
            FileSystem::NtfsWithoutCapitals => {
                run("lowntfs-3g", &["-o", "ignore_case", device, point]);
            }
            FileSystem::ExfatFuse => run("mount.exfat-fuse", &[device, point]),
            _ => run("mount", &[device, point]),
        }
    }

    /// Returns where it is mounted.
    pub fn path(&self) -> &Path {
        &self.mount_point
    }

    /// Returns the image it lies in; a volume without a device has none.
    pub fn image(&self) -> PathBuf {
        self.guard.path().join("image")
    }

    /// Mounts its device anew, as after it was pulled out and put back.
    pub fn mount_anew(&self) {
        // It may be unmounted already.
        quiet("umount", &[text(&self.mount_point)]);
        self.mount_device();
    }

    /// Unmounts an NTFS volume, fails unless it is sound, and mounts it anew.
    ///
    /// `ntfsresize -i` goes through the whole volume; `ntfsfix -n` and `ntfsinfo` overlook real damage.
    pub fn check_ntfs(&self) {
        // A child that another test has just forked may hold the volume for a moment.
        const ATTEMPTS: usize = 40;
        let point = text(&self.mount_point);
        let unmounted = (0..ATTEMPTS).any(|_| {
            let done = attempt("umount", &[point]).is_ok();
            if !done {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            done
        });
        assert!(unmounted, "{point} stays busy");
        let device = self.loop_device.as_deref().unwrap();
        output(
            "ntfsresize",
            &["--info", "--force", "--no-progress-bar", device],
        );
        self.mount_device();
    }

    /// Mounts it again, read-only or not.
    pub fn remount(&self, options: &str) {
        run(
            "mount",
            &["-o", &format!("remount,{options}"), text(&self.mount_point)],
        );
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // What cannot be unmounted is left to the end of the machine; the test's own failure matters more.
        quiet("umount", &["-l", text(&self.mount_point)]);
        if let Some(device) = &self.loop_device {
            quiet("losetup", &["-d", device]);
        }
    }
}

/// Makes a new image of `size_mib` with an empty file system in it.
pub(crate) fn format(file_system: FileSystem, image: &Path, size_mib: u64) {
    let file = std::fs::File::create(image).unwrap();
    file.set_len(size_mib * 1024 * 1024).unwrap();
    match file_system {
        FileSystem::Ext4 => run("mkfs.ext4", &["-q", "-F", text(image)]),
        FileSystem::Xfs => run("mkfs.xfs", &["-q", "-f", text(image)]),
        FileSystem::Btrfs => run("mkfs.btrfs", &["-q", "-f", text(image)]),
        FileSystem::Ntfs3g | FileSystem::NtfsWithoutCapitals => {
            run("mkntfs", &["-F", "-q", "-Q", text(image)])
        }
        FileSystem::ExfatFuse => run("mkfs.exfat", &[text(image)]),
        FileSystem::Tmpfs | FileSystem::Overlay => unreachable!("these have no image"),
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn with_sbin(program: &str) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .stdin(Stdio::null());
    command
}

/// Runs a program that must succeed.
pub fn run(program: &str, arguments: &[&str]) {
    output(program, arguments);
}

/// Runs a program that must succeed, and returns its output without the blanks around it.
pub fn output(program: &str, arguments: &[&str]) -> String {
    attempt(program, arguments).unwrap_or_else(|problem| panic!("{problem}"))
}

/// Runs a program and returns its output without the blanks around it, or what went wrong.
pub fn attempt(program: &str, arguments: &[&str]) -> Result<String, String> {
    let problem = |what: &str| format!("{program} {arguments:?}: {what}");
    let output = with_sbin(program)
        .args(arguments)
        .output()
        .map_err(|error| problem(&error.to_string()))?;
    if !output.status.success() {
        return Err(problem(&String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(crate) fn quiet(program: &str, arguments: &[&str]) {
    let _tried = attempt(program, arguments);
}
