//! What is the system's own: what the kernel shows, and the links that a distribution makes.

use std::path::Path;

use super::rights::Rights;

/// Where the kernel shows itself, processes and devices.
const KERNEL_FOLDERS: [&str; 3] = ["/proc", "/sys", "/dev"];

/// A folder for data among the devices.
const SHARED_MEMORY: &str = "/dev/shm";

/// Devices that do no harm to whoever reads or writes them.
const HARMLESS: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// Where a distribution makes links.
const DISTRIBUTION_FOLDERS: [&str; 3] = ["/etc", "/usr", "/run"];

/// Returns whether the link-free path lies in what the kernel shows, the harmless devices left out.
pub(super) fn in_system(path: &Path) -> bool {
    KERNEL_FOLDERS.iter().any(|top| path.starts_with(top))
        && !path.starts_with(SHARED_MEMORY)
        && !HARMLESS.iter().any(|device| path == Path::new(device))
}

/// Returns whether a link is one of those that a distribution makes: root owns it, and only root can have put it there.
pub(super) fn is_of_the_system(link: &Path, owner: u32, folder: &Rights) -> bool {
    const ROOT: u32 = 0;
    owner == ROOT
        && folder.user == ROOT
        && !folder.anyone_may_write()
        && (!folder.group_may_write() || folder.group == ROOT)
        && DISTRIBUTION_FOLDERS.iter().any(|top| link.starts_with(top))
}
