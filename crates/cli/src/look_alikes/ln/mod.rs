//! `lw ln`: GNU ln, except that nothing is ever lost.

mod arguments;
mod instead;
mod one;
mod usage;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_fs::look::{self, Kind};
use lw_fs::{FsError, FsErrorKind, Witness, name_bytes, name_from_bytes};

use super::ground::Ground;
use super::quoting::quoted;
use super::voice::{Voice, system_words};
use arguments::{Arguments, Asked};
use one::{Dest, Linking, Made};

/// Runs `ln` with the words behind its name.
pub(super) fn run(
    mut voice: Voice,
    words: &[OsString],
    ground: &Ground,
    witness: &mut dyn Witness,
) -> ExitCode {
    let done = match arguments::read(&voice, words) {
        Asked::Help => {
            usage::help(&mut voice);
            true
        }
        Asked::Version => {
            usage::version(&mut voice);
            true
        }
        Asked::Wrong => false,
        Asked::Links(asked) => link_all(&mut voice, &asked, ground, witness),
    };
    voice.exit_code(done)
}

/// Makes the links; returns whether all were made.
fn link_all(
    voice: &mut Voice,
    asked: &Arguments,
    ground: &Ground,
    witness: &mut dyn Witness,
) -> bool {
    let mut linking = Linking {
        voice,
        asked,
        ground,
        witness,
        backups: None,
        made: Vec::new(),
        number: 0,
    };
    let operands = asked.operands.as_slice();
    let last = || Path::new(&operands[operands.len() - 1]);
    let (folder, targets, first_try) = match (&asked.target_folder, operands) {
        _ if asked.last_is_a_name => (None, &operands[..1], None),
        (Some(folder), all) => {
            if let Err(error) = open_folder(asked, Path::new(folder)) {
                return no_target(linking.voice, folder, &error);
            }
            (Some(PathBuf::from(folder)), all, None)
        }
        (None, [_]) => (Some(PathBuf::from(".")), operands, None),
        (None, [target, name]) => {
            // The link is tried first, as nothing is replaced by that; what a folder is comes to light then. A relative
            // text can only be told when the folder is known.
            let tried = (!asked.relative).then(|| linking.try_plainly(target, last()));
            let may_be_folder = match &tried {
                None => true,
                Some(Ok(_)) => false,
                Some(Err(error)) => may_be_folder(error),
            };
            if may_be_folder && open_folder(asked, last()).is_ok() {
                (Some(PathBuf::from(name)), &operands[..1], None)
            } else {
                (None, &operands[..1], tried)
            }
        }
        (None, [all @ .., folder]) => {
            if let Err(error) = open_folder(asked, last()) {
                return no_target(linking.voice, folder, &error);
            }
            (Some(PathBuf::from(folder)), all, None)
        }
        (None, []) => return false,
    };
    let Ok(backups) = asked.backups(linking.voice) else {
        return false;
    };
    linking.backups = backups;
    let Some(folder) = folder else {
        let dest = Dest::name(&operands[1]);
        return linking.link(&targets[0], &dest, first_try) == Made::Yes;
    };
    let mut all_made = true;
    for target in targets {
        let dest = Dest::inside(&folder, target);
        all_made &= linking.link(target, &dest, None) == Made::Yes;
    }
    all_made
}

fn no_target(voice: &Voice, folder: &OsStr, error: &FsError) -> bool {
    let name = quoted(voice.letters, name_bytes(folder));
    voice.complain(&[b"target ", &name, b": ", system_words(error).as_bytes()]);
    false
}

/// Fails as opening the folder would to make links in it.
fn open_folder(asked: &Arguments, path: &Path) -> Result<(), FsError> {
    let entry = if asked.follows_folder_links {
        look::followed(path)?
    } else {
        look::entry(path)?
    };
    if entry.kind == Kind::Directory {
        return Ok(());
    }
    Err(FsError {
        kind: FsErrorKind::NotADirectory,
        ..FsError::new("open", path, std::io::ErrorKind::NotADirectory.into())
    })
}

/// Returns whether the failure to make a link may come from its name being that of a folder.
fn may_be_folder(error: &FsError) -> bool {
    matches!(
        error.kind,
        FsErrorKind::AlreadyExists | FsErrorKind::NotADirectory | FsErrorKind::Unsupported
    )
}

impl Dest {
    /// The name as it was given.
    fn name(name: &OsStr) -> Self {
        Self {
            shown: name_bytes(name).to_vec(),
            path: PathBuf::from(name),
            is_in_opened_folder: false,
        }
    }

    /// The target's own name in a folder.
    fn inside(folder: &Path, target: &OsStr) -> Self {
        let folder = without_slashes(name_bytes(folder.as_os_str()));
        let last = without_slashes(name_bytes(target));
        let last = last.rsplit(|byte| *byte == b'/').next().unwrap_or(last);
        let slash: &[u8] = if folder == b"/" { b"" } else { b"/" };
        let shown = [folder, slash, last].concat();
        // The root has no name of its own, and none is made for it.
        let path = if last.is_empty() {
            PathBuf::new()
        } else {
            name_from_bytes(&shown)
                .map(PathBuf::from)
                .unwrap_or_default()
        };
        Self {
            shown,
            path,
            is_in_opened_folder: true,
        }
    }
}

/// Returns the path without the slashes at its end; of the root one stays.
fn without_slashes(path: &[u8]) -> &[u8] {
    let end = path
        .iter()
        .rposition(|byte| *byte != b'/')
        .map_or(usize::from(!path.is_empty()), |at| at + 1);
    &path[..end]
}
