//! Whether capitals tell names apart in a folder, found out without making any.

use std::ffi::OsString;
use std::path::Path;

use super::{Entry, Kind, content, entry, entry_if_any, is_case_sensitive, keeping, volume_of};

/// The most names that are tried.
const MAX_TRIED: usize = 64;

/// Returns whether two names that differ in capitals alone are one name in the folder, as far as can be told.
///
/// The system's word comes first; then whether something there is found by its name in other capitals, or the folder
/// itself in the one above; then the name of the file system.
pub fn folds_capitals(folder: &Path) -> bool {
    if let Some(is_sensitive) = is_case_sensitive(folder) {
        return !is_sensitive;
    }
    tried_inside(folder)
        .or_else(|| tried_above(folder))
        .unwrap_or_else(|| volume_of(folder).is_ok_and(|volume| !keeping(&volume).any_name))
}

fn tried_inside(folder: &Path) -> Option<bool> {
    let names = content::names(folder).ok()?;
    let mut names = names.iter().take(MAX_TRIED);
    names.find_map(|name| tried(folder, &entry(&folder.join(name)).ok()?, name.to_str()?))
}

/// The folders above, as long as they are on one volume.
fn tried_above(folder: &Path) -> Option<bool> {
    let mut inner = entry(folder).ok()?;
    for at in folder.ancestors() {
        let (above, name) = (at.parent()?, at.file_name()?.to_str()?);
        let outer = entry(above).ok()?;
        if outer.mount_id != inner.mount_id {
            return None;
        }
        if let Some(folds) = tried(above, &inner, name) {
            return Some(folds);
        }
        inner = outer;
    }
    None
}

/// Looks for something by its name in other capitals, if it has any.
fn tried(folder: &Path, known: &Entry, name: &str) -> Option<bool> {
    let swapped: String = name
        .chars()
        .map(|letter| match letter.is_ascii_lowercase() {
            true => letter.to_ascii_uppercase(),
            false => letter.to_ascii_lowercase(),
        })
        .collect();
    if swapped == name {
        return None;
    }
    let found = entry_if_any(&folder.join(OsString::from(swapped))).ok()?;
    let has_more_names = known.kind != Kind::Directory && known.link_count > 1;
    match found {
        None => Some(false),
        // It may be one of its other names.
        Some(_) if has_more_names => None,
        Some(found) => Some(found.identity.is_same_now(&known.identity)),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn capitals_count_on_ordinary_volumes() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        assert!(!folds_capitals(&real));
        std::fs::write(real.join("a"), "").unwrap();
        std::fs::hard_link(real.join("a"), real.join("A")).unwrap();
        assert!(!folds_capitals(&real));
    }
}
