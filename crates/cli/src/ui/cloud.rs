//! The words about folders that cloud clients sync.

use lw_core::jobs::Refusal;
use lw_core::jobs::cloud::{Evidence, Habit};
use lw_core::plan::CloudNotice;
use lw_fs::FsErrorKind;

use super::{Message, bytes, count, quote, quote_path};

/// Returns the name of a cloud as one word of a command line, in quotes only where it needs some.
pub(crate) fn cloud_word(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:@+".contains(letter);
    match name.chars().all(is_plain) {
        true => name.to_owned(),
        false => quote(name.as_ref()),
    }
}

/// Returns the message for a reason that lies in the name of a cloud; `verb` is the command: "move".
pub(super) fn cloud_message(verb: &str, refusal: &Refusal) -> Option<Message> {
    const LITERAL: &str = "a file of that name is written with './' before it";
    let found = |names: &[String]| match names {
        [] => "no cloud folders were found".to_owned(),
        names => {
            let names: Vec<String> = names.iter().map(|name| cloud_word(name)).collect();
            format!("found were: {}", names.join(", "))
        }
    };
    Some(match refusal {
        Refusal::NoSuchCloud { path, names } => Message::new(format!(
            "cannot {verb} {}: there is no such cloud",
            quote_path(path)
        ))
        .cause(found(names))
        .help("lw clouds")
        .help(LITERAL),
        Refusal::SeveralClouds { path, names } => Message::new(format!(
            "cannot {verb} {}: it could be one of several cloud folders",
            quote_path(path)
        ))
        .cause(found(names))
        .help("name the one that is meant, or its path: lw clouds"),
        Refusal::CloudNotThere { name, folder, kind } => Message::new(format!(
            "cannot {verb}: the folder of {name} is not there: {}",
            quote_path(folder)
        ))
        .cause(match kind {
            FsErrorKind::NotFound => "its client names it, and there is no such folder",
            kind => kind.words(),
        })
        .help("lw clouds"),
        _ => return None,
    })
}

/// Says what a cloud client has to do with a change.
pub(super) fn cloud_line(notice: &CloudNotice) -> String {
    match notice {
        CloudNotice::Into {
            name,
            client,
            folder,
            size_bytes,
            free_bytes,
            left_bytes,
        } => {
            let free = match free_bytes {
                Some(free) => format!("{} free on the volume", bytes(*free)),
                None => "free space on the volume unknown".to_owned(),
            };
            let left = match left_bytes {
                Some(left) if left < size_bytes => {
                    format!(
                        "only {} left of the account: it will not all be uploaded",
                        bytes(*left)
                    )
                }
                Some(left) => format!("{} left of the account", bytes(*left)),
                None => format!(
                    "account space unknown ('lw clouds set {} --quota SIZE' tells it)",
                    cloud_word(name)
                ),
            };
            format!(
                "{} goes into {}, which {} syncs, and the link stays outside, where the client does not meet it; {free}, {left}",
                bytes(*size_bytes),
                quote_path(folder),
                client.name()
            )
        }
        CloudNotice::LinksInside {
            client,
            habit,
            count: number,
            outward_count,
            first,
        } => {
            let links = count(*number, "link goes", "links go");
            let what = doing(client.name(), *habit);
            match outward_count {
                0 => format!(
                    "{links} into the synced folder with it, none leads out; the first is {}. {what}",
                    quote_path(first)
                ),
                outward => format!(
                    "{links} into the synced folder with it, {} out; the first of those is {}. {what}",
                    count(*outward, "leads", "lead"),
                    quote_path(first)
                ),
            }
        }
        CloudNotice::RefusedNames {
            client,
            count: number,
            first,
        } => format!(
            "{} refuses {} inside and does not upload what is called so; the first is {}",
            client.name(),
            count(*number, "name", "names"),
            quote_path(first)
        ),
        CloudNotice::LinkInside {
            client,
            habit,
            folder,
            instead,
        } => {
            let what = doing(client.name(), *habit);
            let said = format!(
                "the link stands in {}, which {} syncs. {what}",
                quote_path(folder),
                client.name()
            );
            match instead {
                Some((from, to)) => format!(
                    "{said}. To put it there itself instead, with the link outside: lw move {} {}",
                    quote_path(from),
                    quote_path(to)
                ),
                None => said,
            }
        }
        CloudNotice::MovesCloud { client, folder } => format!(
            "{} syncs {}, which moves with it: its client finds a link in that place, and may take everything for deleted; end it first, and tell it the new place before it starts again",
            client.name(),
            quote_path(folder)
        ),
        CloudNotice::Leaves {
            client,
            folder,
            habit,
        } => {
            let said = format!(
                "it leaves {}, which {} syncs: other devices lose it",
                quote_path(folder),
                client.name()
            );
            match habit {
                Some(habit) => {
                    format!(
                        "{said}. A link is left in its place: {}",
                        doing(client.name(), *habit)
                    )
                }
                None => said,
            }
        }
    }
}

/// Returns what a client does with a link, and how sure that is.
fn doing(client: &str, habit: Habit) -> String {
    let sure = match habit.evidence {
        Evidence::Documented => "",
        Evidence::Reported => " (so users report)",
        Evidence::Assumed => " (so it is assumed)",
    };
    format!("{client} {}{sure}", habit.words())
}
