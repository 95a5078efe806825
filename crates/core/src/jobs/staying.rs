//! What stays where it is, whatever wants to take its name away: the system's folders, home, and linkwright's own.

use std::path::{Path, PathBuf};

use lw_fs::FsErrorKind;
use lw_fs::look::{self, Kind, system};
use lw_fs::path_form::{FAMILY, Family};

use super::quarantine::{QUARANTINE, nearest_existing};
use super::{Held, Refusal, Surroundings};

/// Folders that the system needs where they are: the top of the Filesystem Hierarchy Standard 3.0 and what systems
/// add to it. What lies in them may be moved, where they allow it.
const SYSTEM_FOLDERS: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/var",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/sbin",
    "/usr/share",
    "/var/lib",
    "/var/log",
    "/var/run",
    "/var/tmp",
    "/System",
    "/Library",
    "/Applications",
    "/Users",
    "/Volumes",
    "/private",
    "/private/etc",
    "/private/tmp",
    "/private/var",
    "/nix",
    "/nix/store",
    "/gnu/store",
];

/// Returns the reasons why what stands at the link-free `path` must stay there.
pub(super) fn refusals(around: &Surroundings, path: &Path, kind: Kind) -> Vec<Refusal> {
    let mut found = place_refusals(around, path);
    found.extend(part_of_our_own(around, path));
    if kind == Kind::Directory && found.is_empty() {
        found.extend(held_refusals(around, path));
    }
    found
}

/// Folders at the top of a drive that Windows needs where they are: learn.microsoft.com, "KNOWNFOLDERID", and what setup makes
/// beside those.
const SYSTEM_FOLDERS_OF_WINDOWS: &[&str] = &[
    "Windows",
    "Windows/System32",
    "Windows/SysWOW64",
    "Program Files",
    "Program Files (x86)",
    "ProgramData",
    "Users",
    "Users/Default",
    "Users/Public",
    "Boot",
    "EFI",
    "Recovery",
    "System Volume Information",
    "$Recycle.Bin",
    "$WinREAgent",
];

/// Returns whether the path is, on a drive, a folder that Windows needs; names there are the same in any case of letters.
fn is_needed_by_windows(path: &Path) -> bool {
    below_drive(path).is_some_and(|below| {
        SYSTEM_FOLDERS_OF_WINDOWS
            .iter()
            .any(|folder| below.eq_ignore_ascii_case(folder))
    })
}

/// Returns what follows the root of a drive in a path of Windows, with slashes.
fn below_drive(path: &Path) -> Option<String> {
    let text = path.to_str()?.replace('\\', "/");
    let text = text.strip_prefix("//?/").unwrap_or(&text);
    let (drive, rest) = text.split_once(':')?;
    let is_drive = drive.len() == 1 && drive.bytes().all(|byte| byte.is_ascii_alphabetic());
    let rest = rest.strip_prefix('/')?;
    is_drive.then(|| rest.trim_end_matches('/').to_owned())
}

fn place_refusals(around: &Surroundings, path: &Path) -> Vec<Refusal> {
    let is_needed = match FAMILY {
        Family::Unix => SYSTEM_FOLDERS
            .iter()
            .any(|folder| Path::new(folder) == path),
        Family::Windows => is_needed_by_windows(path),
    };
    if is_needed {
        return vec![Refusal::SystemFolder {
            path: path.to_path_buf(),
        }];
    }
    let Some(home) = around.real_home() else {
        return Vec::new();
    };
    let path = path.to_path_buf();
    if home.starts_with(&path) {
        return vec![Refusal::HomeFolder { path }];
    }
    let why = path.strip_prefix(&home).ok().and_then(system::puts_back);
    why.map(|why| Refusal::PutBack { path, why })
        .into_iter()
        .collect()
}

/// The state folder, as it is or as it will be.
pub(super) fn real_state_folder(around: &Surroundings) -> Option<PathBuf> {
    nearest_existing(&around.state_folder).map(|(folder, _)| folder)
}

/// What lies in the state folder or in a private folder belongs to operations that may be taken back.
fn part_of_our_own(around: &Surroundings, path: &Path) -> Option<Refusal> {
    let holds = |held, at: &Path| Refusal::Holds {
        path: path.to_path_buf(),
        held,
        at: at.to_path_buf(),
    };
    // The prefix and a user's number; a user's own name may begin like it.
    let is_private = |folder: &&Path| {
        folder
            .file_name()
            .is_some_and(look::tree::is_quarantine_name)
    };
    if let Some(at) = path.ancestors().find(is_private) {
        return Some(holds(Held::Quarantine, at));
    }
    let state_folder = real_state_folder(around)?;
    let quarantine = state_folder.join(QUARANTINE);
    if path.starts_with(&quarantine) {
        return Some(holds(Held::Quarantine, &quarantine));
    }
    path.starts_with(&state_folder)
        .then(|| holds(Held::Ledger, &state_folder))
}

fn held_refusals(around: &Surroundings, path: &Path) -> Vec<Refusal> {
    let holds = |held: Held, at: PathBuf| {
        at.starts_with(path).then(|| Refusal::Holds {
            path: path.to_path_buf(),
            held,
            at,
        })
    };
    let program = around
        .program
        .as_deref()
        .and_then(|program| look::real_folder(program).ok());
    let ledger = real_state_folder(around).and_then(|at| holds(Held::Ledger, at));
    let program = program.and_then(|at| holds(Held::Program, at));
    ledger.into_iter().chain(program).collect()
}

/// Returns the refusals for quarantines found inside.
pub(super) fn quarantine_refusals(path: &Path, private_folders: &[PathBuf]) -> Vec<Refusal> {
    private_folders
        .iter()
        .map(|at| Refusal::Holds {
            path: path.to_path_buf(),
            held: Held::Quarantine,
            at: at.clone(),
        })
        .collect()
}

/// Returns the refusals for quarantines inside the folder `path`, which would go out of reach with it.
pub(super) fn inside_refusals(path: &Path, kind: Kind) -> Vec<Refusal> {
    if kind != Kind::Directory {
        return Vec::new();
    }
    match look::tree::survey(path, |_, _| false) {
        Ok(survey) => {
            let found: Vec<PathBuf> = survey
                .private_folders
                .iter()
                .map(|below| path.join(below))
                .collect();
            quarantine_refusals(path, &found)
        }
        // What this user may not read holds no quarantine of theirs.
        Err(error) if error.kind == FsErrorKind::PermissionDenied => Vec::new(),
        Err(error) => vec![error.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_keeps_its_folders() {
        for path in [
            r"C:\Windows",
            r"c:\program files",
            r"\\?\D:\Users",
            r"C:/ProgramData/",
        ] {
            assert!(is_needed_by_windows(Path::new(path)), "{path}");
        }
        for path in [
            r"C:\Games",
            r"C:\Users\ann\Windows",
            r"\\server\C$\Windows",
            "Windows",
            r"C:\",
        ] {
            assert!(!is_needed_by_windows(Path::new(path)), "{path}");
        }
    }
}
