//! The words of each reason against a kind of link.

use lw_core::jobs::Refusal;

use super::{Message, count, quote_path};

/// Returns the message for a reason that only some kinds of links have; `verb` is the command: "link".
pub(super) fn kind_message(verb: &str, refusal: &Refusal) -> Option<Message> {
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
            _ => "choose a place on the same volume",
        }),
        Refusal::HardLinkToFolder { target } => Message::new(format!(
            "cannot make a hard link to {}: it is a folder",
            quote_path(target)
        ))
        .help("--symbolic works for folders"),
        Refusal::TooManyLinks { target, link_count } => Message::new(format!(
            "cannot make a hard link to {}: it has too many names",
            quote_path(target)
        ))
        .cause(format!(
            "it has {} already",
            count(*link_count, "name", "names")
        ))
        .help("--symbolic has no such limit"),
        Refusal::NoJunctions {
            folder,
            file_system,
        } => Message::new(format!(
            "cannot make a junction in {}: the volume has none",
            quote_path(folder)
        ))
        .cause(format!(
            "its file system is {file_system}; this version of lw makes no junctions"
        ))
        .help("--symbolic makes a symbolic link"),
        _ => return None,
    })
}
