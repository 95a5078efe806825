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
    let missing = mount_table::expected(&table).filter(is_missing);
    Ok(missing.map(link_free).filter(is_missing).collect())
}

/// Returns it with the place where mount(8) would mount it: behind the links on the way to what the table says, as in
/// `/home` that is a link to `var/home`. Where nothing is, there is no link either.
fn link_free(expected: Unmounted) -> Unmounted {
    let real = std::fs::canonicalize(&expected.mount_point);
    Unmounted {
        mount_point: real.unwrap_or(expected.mount_point),
        source: expected.source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_of_volumes_means_none() {
        let found = unmounted(Path::new("/nowhere/fstab"), || Ok(Vec::new()));
        assert!(found.unwrap().is_empty());
    }

    #[test]
    fn a_mount_point_behind_a_link_is_where_the_link_leads() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for mount_point in ["real/disk", "mounted"] {
            std::fs::create_dir_all(top.join(mount_point)).unwrap();
        }
        for (text, link) in [("real", "link"), ("mounted", "other")] {
            std::os::unix::fs::symlink(text, top.join(link)).unwrap();
        }
        let fstab = top.join("fstab");
        let place = top.to_str().unwrap();
        let table = format!("a {place}/link/disk x\nb {place}/other x\nc {place}/gone x\n");
        std::fs::write(&fstab, table).unwrap();
        let found = unmounted(&fstab, || Ok(vec![top.join("mounted")])).unwrap();
        let points: Vec<&Path> = found.iter().map(|one| &*one.mount_point).collect();
        assert_eq!(points, [top.join("real/disk"), top.join("gone")]);
    }
}
