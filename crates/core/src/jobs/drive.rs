//! Drives of Windows that are mounted here, and paths in the words of Windows.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, relative_text};
use lw_fs::reparse::Target;

/// A drive of Windows, and where it is mounted here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drive {
    /// Its letter, a capital one.
    pub letter: char,
    /// Where its root is.
    pub folder: PathBuf,
}

/// Returns where a target on a drive of Windows is here, if it is known where the drive is mounted.
pub(super) fn there(drives: &[Drive], target: &Target) -> Option<PathBuf> {
    let Target::Drive { path, .. } = target else {
        return None;
    };
    let letter = target.drive_letter()?;
    let drive = drives.iter().find(|drive| drive.letter == letter)?;
    let below = path.to_string().replace('\\', "/");
    // The kernel of Windows takes these for names, which no folder holds.
    if below.split('/').any(|part| matches!(part, "." | "..")) {
        return None;
    }
    Some(drive.folder.join(below.trim_matches('/')))
}

/// Why a target cannot be put in the words of Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotForWindows {
    /// No drive that was told holds it.
    NoLetter,
    /// A name in it cannot be on NTFS as Windows sees it.
    BadName,
}

/// Returns the text by which Windows reaches `target`, a path of this system or one in the words of Windows already.
pub(super) fn windows_text(drives: &[Drive], target: &OsStr) -> Result<String, NotForWindows> {
    let text = target.to_str().ok_or(NotForWindows::BadName)?;
    let is_of_windows = match Target::from_text(text) {
        Ok(Target::Relative(_)) => text.contains('\\'),
        Ok(Target::FromRoot(_)) => text.starts_with('\\'),
        Ok(Target::Share(_)) => text.starts_with(r"\\"),
        Ok(Target::Drive { .. } | Target::Volume { .. } | Target::Nt(_)) => true,
        Err(_) => false,
    };
    if is_of_windows {
        return Ok(text.to_owned());
    }
    let path = Path::new(target);
    if path.is_relative() {
        return relative_text(target).ok_or(NotForWindows::BadName);
    }
    let drive = drive_of(drives, path).ok_or(NotForWindows::NoLetter)?;
    on_drive(drive, path).ok_or(NotForWindows::BadName)
}

/// Returns the drive that holds `target`: the one whose root is nearest, unless another volume is mounted in between, or the
/// way leads through a link to one.
pub(super) fn drive_of<'a>(drives: &'a [Drive], target: &Path) -> Option<&'a Drive> {
    let holding = drives
        .iter()
        .filter(|drive| target.starts_with(&drive.folder));
    let drive = holding.max_by_key(|drive| drive.folder.as_os_str().len())?;
    is_on_mount(&drive.folder, target).then_some(drive)
}

/// Returns whether `target`, by its text below `mount_point`, is on what is mounted there, as far as it is there.
pub(super) fn is_on_mount(mount_point: &Path, target: &Path) -> bool {
    let there = nearest(target);
    if !target.starts_with(mount_point) || !there.starts_with(mount_point) {
        return target.starts_with(mount_point);
    }
    match (look::entry(mount_point), look::entry(there)) {
        (Ok(top), Ok(there)) => look::same_volume(&top, &there),
        _ => true,
    }
}

/// Returns what of a path is there.
pub(super) fn nearest(path: &Path) -> &Path {
    let is_there = |path: &&Path| look::entry(path).is_ok();
    path.ancestors().find(is_there).unwrap_or(path)
}

pub(super) fn on_drive(drive: &Drive, target: &Path) -> Option<String> {
    let below = target.strip_prefix(&drive.folder).ok()?;
    let below = relative_text(below.as_os_str())
        .or_else(|| below.as_os_str().is_empty().then(String::new))?;
    Some(format!(r"{}:\{below}", drive.letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn both_systems_words_are_taken() {
        let drives = [Drive {
            letter: 'C',
            folder: PathBuf::from("/mnt/win"),
        }];
        let text = |text: &str| windows_text(&drives, OsStr::new(text));
        for (target, expected) in [
            ("../a", r"..\a"),
            (r"..\a", r"..\a"),
            (r"\a", r"\a"),
            (r"D:\a b", r"D:\a b"),
            ("D:/a", "D:/a"),
            (r"\\srv\sh", r"\\srv\sh"),
            ("/mnt/win/x/y", r"C:\x\y"),
            ("file.txt", "file.txt"),
        ] {
            assert_eq!(text(target).as_deref(), Ok(expected), "{target}");
        }
        assert_eq!(text("/home/ada"), Err(NotForWindows::NoLetter));
        assert_eq!(text("//srv/sh"), Err(NotForWindows::NoLetter));
        assert_eq!(text("what?"), Err(NotForWindows::BadName));
    }

    #[test]
    fn the_nearest_drive_holds_the_target() {
        let drive = |letter, folder: &str| Drive {
            letter,
            folder: PathBuf::from(folder),
        };
        let drives = [
            drive('C', "/mnt/win"),
            drive('D', "/mnt/win/data"),
            drive('E', "/e"),
        ];
        let on = |target: &str| {
            let drive = drive_of(&drives, Path::new(target))?;
            on_drive(drive, Path::new(target))
        };
        assert_eq!(on("/mnt/win/Users/ada").as_deref(), Some(r"C:\Users\ada"));
        assert_eq!(on("/mnt/win/data/x").as_deref(), Some(r"D:\x"));
        assert_eq!(on("/mnt/win").as_deref(), Some(r"C:\"));
        assert_eq!(on("/mnt/windows"), None);
    }
}
