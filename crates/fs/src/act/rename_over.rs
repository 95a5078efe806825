//! A name takes the place of a link, where names cannot be exchanged.

use super::RenamePaths;
use crate::look::{self, Kind};
use crate::{FsError, Hand, sys};

/// Renames `paths.from` over what stands at `paths.to`, which must be a symbolic link, or one of several names of a file.
///
/// Stands on `rename(2)`, which replaces in one step and tells nothing of what it replaced. So this looks right before,
/// and refuses with `Changed` what would be the last name of its content; what another program puts there between the
/// look and the rename is lost, which is why it serves only where names cannot be exchanged. If both are names of one
/// file the call does nothing (rename(2)), and the old name is removed here.
pub fn rename_over(hand: &mut Hand<'_>, paths: RenamePaths<'_>) -> Result<(), FsError> {
    let wrap = |error| FsError::on_two("rename", paths.from, paths.to, error);
    let (from_dir, from_name) = super::open_parent(paths.from).map_err(wrap)?;
    let (to_dir, to_name) = super::open_parent(paths.to).map_err(wrap)?;
    let (from, to) = (look::entry(paths.from)?, look::entry(paths.to)?);
    let is_spare = match to.kind {
        Kind::SymbolicLink => !look::only_looks_like_link(paths.to, &to)?,
        Kind::File => to.link_count > 1,
        _ => false,
    };
    if !is_spare {
        return Err(FsError::changed("replace", paths.to));
    }
    hand.effect("rename over", paths.to, || {
        sys::rename::rename(&from_dir, from_name, &to_dir, to_name)
    })
    .map_err(wrap)?;
    if from.identity.is_same_now(&to.identity) && look::entry_if_any(paths.from)?.is_some() {
        return super::remove_extra_name(hand, paths.from);
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{FsErrorKind, NoWitness};

    #[test]
    fn only_what_holds_no_content_of_its_own_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let at = |name: &str| top.join(name);
        let over = |from: &str, to: &str| {
            let (from, to) = (at(from), at(to));
            let paths = RenamePaths {
                from: &from,
                to: &to,
            };
            rename_over(&mut Hand::grant(&mut NoWitness), paths)
        };
        std::fs::write(at("file"), "content").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        for last in ["file", "folder"] {
            assert_eq!(over("link", last).unwrap_err().kind, FsErrorKind::Changed);
        }
        std::fs::hard_link(at("file"), at("again")).unwrap();
        over("link", "again").unwrap();
        assert_eq!(std::fs::read_link(at("again")).unwrap(), Path::new("file"));
        assert!(!at("link").is_symlink());
        std::fs::hard_link(at("file"), at("twin")).unwrap();
        over("twin", "file").unwrap();
        assert!(at("file").exists() && !at("twin").exists());
    }
}
