//! Other volumes that are mounted in a source.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::take::{ROOT, Root};
use super::visit::{Visit, Worker};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, look, sys};

/// File systems in which nobody keeps files: what they show is made when it is read, and reading some of it changes something or never ends.
///
/// Names as in filesystems(5), and those of macOS.
const KERNEL: [&str; 22] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fuse.gvfsd-fuse",
    "fuse.portal",
    "fusectl",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "rpc_pipefs",
    "securityfs",
    "sysfs",
    "tracefs",
];

/// Returns whether opening a folder failed because another mount begins there.
pub(super) fn is_crossing(error: &io::Error) -> bool {
    sys::errno::kind(error) == FsErrorKind::CrossVolume
}

/// Returns whether a path lies in a file system in which nobody keeps files.
pub(super) fn is_of_kernel(path: &Path) -> bool {
    look::volume_of(path).is_ok_and(|volume| KERNEL.contains(&volume.file_system.as_str()))
}

impl Visit<'_, '_, '_> {
    /// Opens what is mounted on the folder, where that is to be entered; otherwise returns `crossing`.
    ///
    /// Not entered are the kernel's file systems, and what shows a folder that holds this one once more.
    pub(super) fn enter_mount(
        &self,
        worker: &mut Worker<'_>,
        crossing: io::Error,
    ) -> io::Result<Arc<Dir>> {
        let taking = self.taking;
        if !taking.request.crosses_mounts {
            return Err(crossing);
        }
        let Some(path) = taking.real_folder(self.id) else {
            return Err(crossing);
        };
        let volume = look::volume_of(&path).map_err(|error| error.source)?;
        if KERNEL.contains(&volume.file_system.as_str()) {
            return Err(crossing);
        }
        let mounted = sys::tree::folder_status(&sys::tree::open_folder(&path)?)?;
        let mut above = taking.tree.node(self.id).parent;
        while above != ROOT {
            let status = sys::tree::folder_status(&*worker.from.open(above)?)?;
            if (status.device, status.inode) == (mounted.device, mounted.inode) {
                return Err(crossing);
            }
            above = taking.tree.node(above).parent;
        }
        taking.roots.add(self.id, Root::At(path));
        worker.from.open(self.id)
    }
}
