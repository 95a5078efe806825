//! fstab(5): what would be mounted where.

use std::io;
use std::path::{Path, PathBuf};

use crate::look::Unmounted;
use crate::mount_table;

/// Reads fstab(5) and leaves out what is mounted, and what has no place in the file tree.
pub(crate) fn unmounted(
    fstab: &Path,
    mount_points: impl FnOnce() -> io::Result<Vec<PathBuf>>,
) -> io::Result<Vec<Unmounted>> {
    let table = match std::fs::read(fstab) {
        Ok(table) => table,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mounted = mount_points()?;
    let is_missing = |expected: &Unmounted| !mounted.contains(&expected.mount_point);
    Ok(mount_table::expected(&table).filter(is_missing).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_of_volumes_means_none() {
        let found = unmounted(Path::new("/nowhere/fstab"), || Ok(Vec::new()));
        assert!(found.unwrap().is_empty());
    }
}
