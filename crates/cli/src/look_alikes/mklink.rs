//! `lw mklink`: what Windows' mklink makes, in its words.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::look_alike::{Unavailable, Wanted};
use lw_fs::look::Kind;
use lw_fs::{FsError, FsErrorKind, Witness, name_bytes};

use super::ground::Ground;
use super::voice::Voice;
use super::windows_link::{self, Asked, Existing, Trouble};
use crate::ui::{quote, quote_path};

const USAGE: &str = "\
Creates a symbolic link.

MKLINK [[/D] | [/H] | [/J]] Link Target

        /D      Creates a directory symbolic link.  Default is a file
                symbolic link.
        /H      Creates a hard link instead of a symbolic link.
        /J      Creates a Directory Junction.
        Link    Specifies the new symbolic link name.
        Target  Specifies the path (relative or absolute) that the new link
                refers to.
";

const WRONG: &str = "The syntax of the command is incorrect.";

/// Runs `mklink` with the words behind its name.
pub(super) fn run(
    mut voice: Voice,
    words: &[OsString],
    ground: &Ground,
    witness: &mut dyn Witness,
) -> ExitCode {
    let (wanted, link, target) = match read(words) {
        Read::Help => {
            voice.answer(&[USAGE.as_bytes()]);
            return ExitCode::SUCCESS;
        }
        Read::Wrong => {
            voice.say(WRONG);
            voice.murmur(USAGE.as_bytes());
            return ExitCode::FAILURE;
        }
        Read::Link(wanted, link, target) => (wanted, link, target),
    };
    let asked = Asked {
        path: Path::new(link),
        wanted,
        target,
        existing: Existing::Stays,
        job: "mklink",
    };
    if let Some(doubt) = doubt(asked) {
        voice.say(&doubt);
    }
    match windows_link::make(&voice, ground, witness, asked) {
        Ok(()) => {
            let what: &[u8] = match wanted {
                Wanted::SymbolicFile | Wanted::SymbolicFolder => b"symbolic link",
                Wanted::Junction => b"Junction",
                Wanted::Hard => b"Hardlink",
            };
            let (link, target) = (name_bytes(link), name_bytes(target));
            voice.answer(&[what, b" created for ", link, b" <<===>> ", target, b"\n"]);
            voice.exit_code(true)
        }
        Err(trouble) => {
            for line in words_for(&trouble, asked) {
                voice.say(&line);
            }
            ExitCode::FAILURE
        }
    }
}

enum Read<'a> {
    Link(Wanted, &'a OsStr, &'a OsStr),
    Help,
    Wrong,
}

/// Reads the words: switches in letters of either case may stand anywhere, and at most one kind may be asked for.
///
/// Only the four switches are taken for such: here a path may begin with a slash.
fn read(words: &[OsString]) -> Read<'_> {
    let mut kinds = Vec::new();
    let mut paths = Vec::new();
    for word in words {
        match name_bytes(word) {
            b"/?" => return Read::Help,
            b"/d" | b"/D" => kinds.push(Wanted::SymbolicFolder),
            b"/h" | b"/H" => kinds.push(Wanted::Hard),
            b"/j" | b"/J" => kinds.push(Wanted::Junction),
            _ => paths.push(word.as_os_str()),
        }
    }
    kinds.dedup();
    match (kinds.as_slice(), paths.as_slice()) {
        ([] | [_], [link, target]) if !link.is_empty() && !target.is_empty() => {
            let wanted = kinds.first().copied().unwrap_or(Wanted::SymbolicFile);
            Read::Link(wanted, link, target)
        }
        _ => Read::Wrong,
    }
}

/// Returns what is doubtful about the target: mklink itself looks at nothing, and makes links that Windows cannot follow.
fn doubt(asked: Asked<'_>) -> Option<String> {
    // A junction's target is seen from the working folder, a symbolic link's from the link.
    let seen_from = match asked.wanted {
        Wanted::Junction => Path::new(""),
        _ => asked.path,
    };
    let kind = windows_link::kind_of_target(seen_from, asked.target);
    let target = quote(asked.target);
    match (asked.wanted, kind) {
        (Wanted::SymbolicFolder, Some(kind)) if kind != Kind::Directory => Some(format!(
            "warning: {target} is no folder: Windows does not follow a link to it that is made with /D"
        )),
        (Wanted::Junction, Some(kind)) if kind != Kind::Directory => Some(format!(
            "warning: {target} is no folder: a junction to it leads nowhere"
        )),
        (Wanted::SymbolicFile, Some(Kind::Directory)) => Some(format!(
            "warning: {target} is a folder: Windows does not follow a link to it that is made without /D"
        )),
        _ => None,
    }
}

fn words_for(trouble: &Trouble, asked: Asked<'_>) -> Vec<String> {
    let is_remote = name_bytes(asked.target).starts_with(br"\\");
    let line = match trouble {
        Trouble::Unavailable(Unavailable::NoJunctions { .. }) if is_remote => {
            "Local volumes are required to complete the operation.".to_owned()
        }
        Trouble::Unavailable(Unavailable::NoJunctions { file_system }) => {
            return vec![
                format!(
                    "A junction cannot be made here: there are none on {file_system}, only on NTFS."
                ),
                format!(
                    "A symbolic link to the folder can: mklink /D {} {}",
                    quote_path(asked.path),
                    quote(asked.target)
                ),
            ];
        }
        Trouble::Unavailable(Unavailable::NotForWindows(why)) => {
            return windows_link::not_for_windows(why, asked.target);
        }
        Trouble::Unavailable(Unavailable::HardLinkToFolder) => "Access is denied.".to_owned(),
        Trouble::Unavailable(Unavailable::Target(error)) => match error.kind {
            FsErrorKind::NotFound => "The system cannot find the file specified.".to_owned(),
            _ => system_words(error, asked.wanted),
        },
        Trouble::Folder | Trouble::Itself => {
            "Cannot create a file when that file already exists.".to_owned()
        }
        Trouble::NotKept(error) | Trouble::System(error) => system_words(error, asked.wanted),
        Trouble::Remains(rest) => format!("{} is left over.", quote_path(rest)),
    };
    vec![line]
}

/// Returns the words that Windows has for an error.
fn system_words(error: &FsError, wanted: Wanted) -> String {
    let is_symbolic = matches!(wanted, Wanted::SymbolicFile | Wanted::SymbolicFolder);
    let words = match error.kind {
        FsErrorKind::AlreadyExists => "Cannot create a file when that file already exists.",
        FsErrorKind::NotFound | FsErrorKind::NotADirectory => {
            "The system cannot find the path specified."
        }
        FsErrorKind::CrossVolume => "The system cannot move the file to a different disk drive.",
        FsErrorKind::NotPermitted | FsErrorKind::Unsupported if is_symbolic => {
            "The device does not support symbolic links."
        }
        FsErrorKind::PermissionDenied | FsErrorKind::NotPermitted => "Access is denied.",
        FsErrorKind::NoSpace => "There is not enough space on the disk.",
        FsErrorKind::ReadOnly => "The media is write protected.",
        FsErrorKind::NameTooLong => "The filename or extension is too long.",
        FsErrorKind::TooManyLinks => {
            "An attempt was made to create more links on a file than the file system supports."
        }
        _ => return super::voice::system_words(error),
    };
    words.to_owned()
}
