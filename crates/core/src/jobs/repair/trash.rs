//! Where desktops and linkwright keep what was thrown away: nothing there is what a link should lead to.

use std::ffi::OsStr;
use std::path::{Component, Path};

use lw_fs::look::tree::is_quarantine_name;

/// Returns whether the path lies in a folder for what was thrown away.
///
/// Stands on the Trash specification of freedesktop.org (`.Trash`, `.Trash-UID` at the top of a volume,
/// `$XDG_DATA_HOME/Trash`), on what macOS and Windows use, and on the names of linkwright's own private folders.
pub(super) fn holds(path: &Path) -> bool {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let names: Vec<&OsStr> = names.collect();
    let is_homes = |pair: &[&OsStr]| pair[0] == "share" && pair[1] == "Trash";
    names.iter().any(|name| is_one(name)) || names.windows(2).any(is_homes)
}

/// Returns whether a folder of this name may be such a folder, so that its path is worth a look.
pub(super) fn may_be(name: &OsStr) -> bool {
    name == "Trash" || is_one(name)
}

fn is_one(name: &OsStr) -> bool {
    let is_numbered = || {
        name.as_encoded_bytes()
            .strip_prefix(b".Trash-")
            .is_some_and(|user| !user.is_empty() && user.iter().all(u8::is_ascii_digit))
    };
    is_quarantine_name(name)
        || name == ".Trash"
        || name == ".Trashes"
        || name == "$RECYCLE.BIN"
        || is_numbered()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_things_are_thrown() {
        for (path, is_trash) in [
            ("/home/a/.local/share/Trash/files/x", true),
            ("/mnt/.Trash-1000/files/x", true),
            ("/mnt/.Trash/1000/files/x", true),
            ("/Volumes/a/.Trashes/501/x", true),
            ("/mnt/c/$RECYCLE.BIN/S-1/x", true),
            ("/mnt/.linkwright-1000/a/0001-x", true),
            ("/home/a/Trash/x", false),
            ("/home/a/.Trash-bin/x", false),
            ("/home/share/x", false),
        ] {
            assert_eq!(holds(Path::new(path)), is_trash, "{path}");
        }
    }
}
