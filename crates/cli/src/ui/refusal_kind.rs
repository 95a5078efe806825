//! The words of each reason against a kind of link.

use std::path::Path;

use lw_core::jobs::Refusal;

use super::sentence::kind_word;
use super::{Message, count, quote_path, shell};

/// Returns the message for a reason that only some kinds of links have; `verb` is the command: "link".
pub(super) fn kind_message(verb: &str, refusal: &Refusal) -> Option<Message> {
    let cannot =
        |path: &Path, why: &str| Message::new(format!("cannot {verb} {}: {why}", quote_path(path)));
    Some(match refusal {
        Refusal::OtherVolume {
            from,
            to,
            from_volume,
            to_volume,
        } => Message::new(format!(
            "cannot {verb} {} to {}: they are on different volumes",
            quote_path(from),
            quote_path(to)
        ))
        .cause(format!(
            "one is on the volume at {}, the other on the one at {}",
            quote_path(from_volume),
            quote_path(to_volume)
        ))
        .help(match verb {
            "link" => "--symbolic makes a link that works across volumes",
            "convert" => "only a symbolic link works across volumes; --to copy puts a copy there",
            _ => "choose a place on the same volume",
        }),
        Refusal::HardLinkToFolder { target } => Message::new(format!(
            "cannot make a hard link to {}: it is a folder",
            quote_path(target)
        ))
        .help(match verb {
            "convert" => "only a symbolic link works for folders; --to copy puts a copy there",
            _ => "--symbolic works for folders",
        }),
        Refusal::NotAFile { path, kind } => {
            cannot(path, &format!("it is a {} and no file", kind_word(*kind)))
                .help(shell::list("-l", path))
        }
        Refusal::NeedsTarget { path } => cannot(path, "all names of a file are equal")
            .cause("it was not said which other name of the file it is to lead to")
            .help(format!(
                "lw convert --to symbolic --target PATH {}",
                quote_path(path)
            )),
        Refusal::OtherFile { path, target } => {
            cannot(path, "it is no name of the file it is to lead to")
                .cause(format!("{} is something else", quote_path(target)))
                .help(format!(
                    "ls -li {} {}",
                    quote_path(path),
                    quote_path(target)
                ))
        }
        Refusal::TooManyLinks { target, link_count } => Message::new(format!(
            "cannot make a hard link to {}: it has too many names",
            quote_path(target)
        ))
        .cause(format!(
            "it has {} already",
            count(*link_count, "name", "names")
        ))
        .help(match verb {
            "convert" => "a symbolic link has no such limit: leave it one",
            _ => "--symbolic has no such limit",
        }),
        Refusal::JunctionToFile { target } => Message::new(format!(
            "cannot make a junction to {}: it is no folder",
            quote_path(target)
        ))
        .help("--symbolic works for files"),
        Refusal::JunctionToShare { target } => Message::new(format!(
            "cannot make a junction to {}: it is on another computer",
            quote_path(target)
        ))
        .cause("junctions lead to folders of this computer only")
        .help("--symbolic makes a symbolic link, which may lead there"),
        Refusal::NoRelativeText { link, target } => Message::new(format!(
            "cannot {verb} {}: no relative text leads to {}",
            quote_path(link),
            quote_path(target)
        ))
        .cause("they are on different drives or shares")
        .help("--absolute"),
        Refusal::MayNotMakeLinks {
            link,
            target,
            is_file_beside,
        } => {
            let mut message = Message::new(format!(
                "cannot {verb} {}: this user may not make symbolic links",
                quote_path(link)
            ))
            .cause(
                "Windows lets only administrators make them, or everybody once Developer Mode is on",
            );
            if *is_file_beside && verb == "link" {
                message = message.help(format!(
                    "lw link --hard {} {}   (another name of the same file; editors that save anew part them)",
                    quote_path(target),
                    quote_path(link)
                ));
            }
            shell::ways_to_symbolic_links()
                .into_iter()
                .fold(message, Message::help)
        }
        Refusal::NoDriveLetter {
            target,
            mount_point,
        } => Message::new(format!(
            "cannot tell Windows where {} is: the letter of its drive is not known",
            quote_path(target)
        ))
        .cause(format!(
            "a junction names its target by a drive letter, and nothing here says which one {} has",
            quote_path(mount_point)
        ))
        .help(format!("lw link --drive C={} …", quote_path(mount_point))),
        Refusal::CannotReAim { link, why } => {
            cannot(link, why).help(format!("lw show {}", quote_path(link)))
        }
        Refusal::NotForWindows { target } => Message::new(format!(
            "cannot make a link that Windows follows to {}",
            quote_path(target)
        ))
        .cause("it is on another volume, or a name in it has letters that Windows does not take")
        .help("--drive D=/mnt/data tells the letter of a drive; another name may help too"),
        Refusal::NoNativeLinks {
            folder,
            file_system,
        } => Message::new(format!(
            "cannot make a link that Windows follows in {}: its volume takes none",
            quote_path(folder)
        ))
        .cause(format!(
            "its file system is {file_system}; such links exist on NTFS, by the driver ntfs-3g"
        ))
        .help("lw convert --to relative, absolute, hard or copy"),
        Refusal::NoJunctions {
            folder,
            file_system,
        } => Message::new(format!(
            "cannot make a junction in {}: the volume has none",
            quote_path(folder)
        ))
        .cause(format!(
            "its file system is {file_system}; junctions exist on NTFS"
        ))
        .help(match verb {
            "convert" => "lw convert --to relative, absolute, hard or copy",
            _ => "--symbolic makes a symbolic link",
        }),
        _ => return None,
    })
}
