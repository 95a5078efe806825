//! `lw new-item`: the links that PowerShell's New-Item makes, in its words.

mod parameters;

use std::ffi::{OsStr, OsString};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_core::jobs::look_alike::{Unavailable, Wanted};
use lw_fs::look::Kind;
use lw_fs::{FsErrorKind, Witness, path_bytes};

use super::ground::Ground;
use super::voice::Voice;
use super::windows_link::{self, Asked, Existing, Trouble};
use crate::ui::{quote, quote_path};

/// Runs `New-Item` with the words behind its name.
pub(super) fn run(
    mut voice: Voice,
    words: &[OsString],
    ground: &Ground,
    witness: &mut dyn Witness,
) -> ExitCode {
    match make(&mut voice, words, ground, witness) {
        Ok(()) => voice.exit_code(true),
        Err(what) => {
            voice.say(&format!("New-Item: {what}"));
            ExitCode::FAILURE
        }
    }
}

fn make(
    voice: &mut Voice,
    words: &[OsString],
    ground: &Ground,
    witness: &mut dyn Witness,
) -> Result<(), String> {
    let given = parameters::read(words)?;
    let path = match (&given.path, &given.name) {
        (Some(path), Some(name)) => Path::new(path).join(name),
        (Some(one), None) | (None, Some(one)) => PathBuf::from(one),
        (None, None) => return Err(missing("Path")),
    };
    let item_type = given
        .item_type
        .as_deref()
        .ok_or_else(|| missing("ItemType"))?;
    let item = item(item_type)?;
    let target = given
        .value
        .as_deref()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing("Target"))?;
    let wanted = match item {
        Item::Junction => Wanted::Junction,
        Item::HardLink => Wanted::Hard,
        Item::SymbolicLink
            if windows_link::kind_of_target(&path, target) == Some(Kind::Directory) =>
        {
            Wanted::SymbolicFolder
        }
        Item::SymbolicLink => Wanted::SymbolicFile,
    };
    let whole = ground.around.working_folder.join(&path);
    let deed = format!(
        "Performing the operation \"{}\" on target \"Destination: {}\".",
        item.deed(),
        whole.display()
    );
    if given.what_if {
        voice.answer(&[b"What if: ", deed.as_bytes(), b"\n"]);
        return Ok(());
    }
    if given.confirm && !agrees(voice, &deed) {
        return Ok(());
    }
    let asked = Asked {
        path: &path,
        wanted,
        target,
        existing: if given.force {
            Existing::IsReplaced
        } else {
            Existing::Stays
        },
        job: "new-item",
    };
    windows_link::make(voice, ground, witness, asked)
        .map_err(|trouble| words_for(&trouble, asked, &whole))?;
    // PowerShell hands on the item; to other programs its path is what they can use.
    voice.answer(&[path_bytes(&whole), b"\n"]);
    Ok(())
}

fn missing(parameter: &str) -> String {
    format!(
        "Cannot process command because of one or more missing mandatory parameters: {parameter}."
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    SymbolicLink,
    HardLink,
    Junction,
}

impl Item {
    fn deed(self) -> &'static str {
        match self {
            Self::SymbolicLink => "Create Symbolic Link",
            Self::HardLink => "Create Hard Link",
            Self::Junction => "Create Junction",
        }
    }
}

/// Reads the kind: a name in letters of either case, or its beginning.
fn item(name: &OsStr) -> Result<Item, String> {
    let wanted = name.to_string_lossy().to_ascii_lowercase();
    let all = [
        ("symboliclink", Item::SymbolicLink),
        ("hardlink", Item::HardLink),
        ("junction", Item::Junction),
    ];
    let found = all
        .iter()
        .find(|(full, _)| !wanted.is_empty() && full.starts_with(&wanted));
    found.map(|(_, item)| *item).ok_or_else(|| {
        format!(
            "The type {} is not one that is made here: SymbolicLink, HardLink, Junction.",
            quote(name)
        )
    })
}

fn agrees(voice: &Voice, deed: &str) -> bool {
    voice.murmur(format!("\nConfirm\nAre you sure you want to perform this action?\n{deed}\n[Y] Yes  [N] No  (default is \"Y\"): ").as_bytes());
    let mut answer = Vec::new();
    // What cannot be read is no yes, and neither is the end of the input.
    let read = std::io::stdin().lock().read_until(b'\n', &mut answer);
    read.is_ok_and(|bytes| bytes > 0)
        && matches!(answer.first(), Some(b'y' | b'Y' | b'a' | b'A' | b'\n'))
}

fn words_for(trouble: &Trouble, asked: Asked<'_>, whole: &Path) -> String {
    let (item, target) = (quote_path(whole), quote(asked.target));
    match trouble {
        Trouble::Unavailable(Unavailable::NoJunctions { file_system }) => format!(
            "A junction cannot be made here: there are none on {file_system}, only on NTFS. A symbolic link can: -ItemType SymbolicLink."
        ),
        Trouble::Unavailable(Unavailable::NotForWindows(why)) => {
            windows_link::not_for_windows(why, asked.target).join(" ")
        }
        Trouble::Unavailable(Unavailable::HardLinkToFolder) => {
            format!("A hard link cannot be made to {target}: it is a folder.")
        }
        Trouble::Unavailable(Unavailable::Target(error)) => match error.kind {
            FsErrorKind::NotFound => {
                format!("Cannot find path {target} because it does not exist.")
            }
            _ => format!("Cannot reach {target}: {}.", error.cause()),
        },
        Trouble::Folder => format!("The folder {item} stands there, and folders are not replaced."),
        Trouble::Itself => format!("The link {item} would lead to itself."),
        Trouble::NotKept(error) => {
            format!(
                "The content of {item} cannot be kept, so it stays: {}.",
                error.cause()
            )
        }
        Trouble::Remains(rest) => {
            format!("The link is made, but {} is left over.", quote_path(rest))
        }
        Trouble::System(error) if error.kind == FsErrorKind::AlreadyExists => {
            format!("The item {item} already exists. -Force replaces it.")
        }
        Trouble::System(error) => format!("Cannot make {item}: {}.", error.cause()),
    }
}
