//! The words of each reason against a plan.

use std::path::{Path, PathBuf};

use lw_core::jobs::{Held, Refusal};
use lw_fs::FsErrorKind;
use lw_fs::look::{self, Kind, MAX_HOPS, PlaceError};

use super::cloud::cloud_message;
use super::manifest::manifest_message;
use super::refusal_across::across_message;
use super::refusal_kind::kind_message;
use super::refusal_snapshot::snapshot_message;
use super::sentence::kind_word;
use super::{Message, ledger_message, quote_path, shell};

/// Returns one reason in a few words, for a list of links; what the list says of `link` already is left out.
pub(crate) fn refusal_words(verb: &str, link: &Path, refusal: &Refusal) -> String {
    let Message { what, cause, .. } = refusal_message(verb, refusal);
    let known = format!("cannot {verb} {}: ", quote_path(link));
    let words = what.strip_prefix(&known).unwrap_or(&what);
    match cause {
        Some(cause) => format!("{words} ({cause})"),
        None => words.to_owned(),
    }
}

/// Returns the message for one reason; `verb` is the command: "move".
pub(crate) fn refusal_message(verb: &str, refusal: &Refusal) -> Message {
    let cannot =
        |path: &Path, why: &str| Message::new(format!("cannot {verb} {}: {why}", quote_path(path)));
    let of_its_own = across_message(verb, refusal)
        .or_else(|| kind_message(verb, refusal))
        .or_else(|| snapshot_message(verb, refusal))
        .or_else(|| manifest_message(verb, refusal))
        .or_else(|| cloud_message(verb, refusal));
    if let Some(message) = of_its_own {
        return message;
    }
    match refusal {
        Refusal::BadPath { path, source } => bad_path(verb, path, source),
        Refusal::Missing { path } => {
            cannot(path, "it does not exist").help(shell::show_all(nearest(path)))
        }
        Refusal::AlreadyLink { path, leads_to } => cannot(path, "it is a link already")
            .cause(format!("it leads to {}", quote_path(leads_to)))
            .help(format!(
                "lw bring-back {}   (what it leads to comes back)",
                quote_path(path)
            ))
            .help(format!("lw show {}", quote_path(path))),
        Refusal::NotALink { path, kind } => {
            cannot(path, &format!("it is a {} and no link", kind_word(*kind)))
                .help(format!("lw show {}", quote_path(path)))
        }
        Refusal::OnlyLooksLikeLink { path } => {
            cannot(path, "it only looks like a link here")
                .cause("Windows keeps the content of a file or folder in another way there, or it is damaged")
                .help(format!("lw show {}", quote_path(path)))
        }
        Refusal::NotAFolder { path, kind } => {
            cannot(path, &format!("it is a {} and no folder", kind_word(*kind)))
                .help(format!("lw show {}", quote_path(path)))
        }
        Refusal::LastName { path } => {
            cannot(path, "it is the only name of its file, so it is no link")
                .help("to delete a file, use rm; lw removes links only")
        }
        Refusal::Exists { path, kind } => exists(verb, path, *kind),
        Refusal::ExistsFolder { path } if verb == "link" => {
            cannot(path, "a folder is already there")
                .cause("lw never makes a link inside an existing folder unless it is told to")
                .help(format!("lw link TARGET --into {}", quote_path(path)))
                .help("--replace displaces the folder into quarantine")
        }
        Refusal::ExistsFolder { path } => Message::new(format!(
            "cannot {verb} to {}: a folder is already there",
            quote_path(path)
        ))
        .help("--merge merges the two folders and loses nothing"),
        Refusal::CannotMerge { path, kind } => Message::new(format!(
            "cannot merge at {}: both must be folders",
            quote_path(path)
        ))
        .cause(format!("one of them is a {}", kind_word(*kind)))
        .help("choose another name for DEST"),
        Refusal::Inside { outer, inner } => cannot(outer, "the new place lies inside it")
            .cause(format!(
                "{} would be part of what is moved",
                quote_path(inner)
            ))
            .help("choose a place outside"),
        Refusal::SameThing { a, b } => cannot(a, "it is there already")
            .cause(match a == b {
                true => "both names are the same".to_owned(),
                false => format!("{} is the same thing by another name", quote_path(b)),
            })
            .help(format!("lw show {}", quote_path(b))),
        Refusal::MountPoint { path } => cannot(path, "a volume is mounted there")
            .help("move what is in it, or change where it is mounted"),
        Refusal::SystemFolder { path } => {
            cannot(path, "the system needs it where it is").help(inside_instead(verb, path))
        }
        Refusal::HomeFolder { path } => {
            cannot(path, "it is your home folder, or holds it").help(inside_instead(verb, path))
        }
        Refusal::PutBack { path, why } => cannot(path, "a link there does not last")
            .cause(*why)
            .help(inside_instead(verb, path)),
        Refusal::Holds { path, held, at } => {
            let what = match held {
                Held::Ledger => "linkwright's ledger",
                Held::Program => "the running program",
                Held::Quarantine => "a quarantine",
                Held::Store => "the store of snapshots",
            };
            let relation = if at.starts_with(path) && at != path {
                "holds"
            } else {
                "is part of"
            };
            let message = cannot(path, &format!("it {relation} {what}"))
                .cause(format!("{what} is at {}", quote_path(at)));
            match held {
                Held::Ledger => message.help(shell::another_home("lw …")),
                Held::Program => message.help("run lw from another place"),
                Held::Quarantine => message.help("lw purge --list"),
                Held::Store => message,
            }
        }
        Refusal::NotWritable { folder, kind } => not_writable(verb, folder, *kind),
        Refusal::OwnFolderNotWritable { path, mode } => {
            cannot(path, "the folder itself may not be written")
                .cause(format!(
                    "its mode is {mode:04o}, and moving a folder changes its '..'"
                ))
                .help(shell::let_owner_write(path))
        }
        Refusal::Sticky { path, folder } => cannot(path, "it belongs to someone else")
            .cause(format!(
                "in {} (sticky) only owners may rename their things",
                quote_path(folder)
            ))
            .help("ask its owner, or run as its owner"),
        Refusal::Locked { path } => {
            cannot(path, "it is immutable or append-only").help(shell::unlock(path))
        }
        Refusal::NoLinks {
            folder,
            file_system,
        } => Message::new(format!(
            "cannot {verb} in {}: the volume has no symbolic links",
            quote_path(folder)
        ))
        .cause(format!("its file system is {file_system}"))
        .help(format!("lw doctor {}", quote_path(folder))),
        Refusal::NameTooLong {
            path,
            bytes,
            limit_bytes,
        } => cannot(path, "the name is too long for the volume")
            .cause(format!(
                "it has {bytes} bytes, the volume takes {limit_bytes}"
            ))
            .help("choose a shorter name"),
        Refusal::TextTooLong {
            link,
            bytes,
            limit_bytes,
        } => cannot(link, "the target is too long for a link")
            .cause(format!("it has {bytes} bytes, a link takes {limit_bytes}"))
            .help(match verb {
                "convert" => "--to relative may be shorter",
                _ => "--relative may be shorter",
            }),
        Refusal::Dangling { link, missing } => cannot(link, "it leads nowhere")
            .cause(format!("{} does not exist", quote_path(missing)))
            .help(match verb {
                "link" | "retarget" => "--allow-dangling makes such a link all the same".to_owned(),
                _ => format!("lw show {}", quote_path(link)),
            }),
        Refusal::Loop { link, cycle } => circle(verb, link, cycle),
        Refusal::TooDeep { link } => cannot(link, "too many links follow each other")
            .cause(format!("a system follows {MAX_HOPS} links, then gives up"))
            .help(match verb {
                "bring-back" | "convert" => format!("lw show {}", quote_path(link)),
                _ => "name as TARGET what the last of those links leads to".to_owned(),
            }),
        Refusal::NoFolder { link, at } => cannot(link, "it leads nowhere")
            .cause(format!("{} is no folder", quote_path(at)))
            .help(match verb {
                "link" | "retarget" => "--allow-dangling makes such a link all the same".to_owned(),
                _ => format!("lw show {}", quote_path(link)),
            }),
        Refusal::Recursive { link, folder } => {
            cannot(link, "the link would lead to a folder that contains it")
                .cause(format!(
                    "that folder is {}; programs that follow links would run in circles",
                    quote_path(folder)
                ))
                .help("--allow-recursive makes it all the same")
        }
        Refusal::TargetIsLink { link, target } => cannot(link, "what it leads to is itself a link")
            .cause(format!("that is {}", quote_path(target)))
            .help(format!(
                "lw bring-back {}   (one link at a time)",
                quote_path(target)
            )),
        Refusal::DisplacesTarget { link, target } => {
            cannot(link, "what stands there holds the target")
                .cause(format!(
                    "{} would go to quarantine with it",
                    quote_path(target)
                ))
                .help(format!("lw move {} ELSEWHERE", quote_path(link)))
        }
        Refusal::NoSuchOperation { id } => Message::new(format!(
            "cannot undo {id}: the ledger has no such operation"
        ))
        .help("lw log"),
        Refusal::NothingToUndo => Message::new("there is nothing to undo").help("lw log"),
        Refusal::AlreadyUndone { id, by } => Message::new(format!(
            "cannot undo {id}: it was taken back already, by operation {by}"
        ))
        .help(format!("lw undo {by}   (does it again)")),
        Refusal::NotDone { id, state } => {
            Message::new(format!("cannot undo {id}: it did not end as done"))
                .cause(format!("its state is {}", state.word()))
                .help("lw recover")
        }
        Refusal::ChangedSince {
            id,
            path,
            expected,
            found,
        } => Message::new(format!(
            "cannot undo {id}: {} was changed since",
            quote_path(path)
        ))
        .cause(match expected.words() == found.words() {
            true => format!(
                "the operation left {}, now there is another one",
                expected.words()
            ),
            false => format!(
                "the operation left {}, now there is {}",
                expected.words(),
                found.words()
            ),
        })
        .help(format!("lw show {}", quote_path(path))),
        Refusal::Purged { id, item } => {
            Message::new(format!("cannot undo {id}: what it displaced was purged"))
                .cause(format!("{} is gone", quote_path(item)))
                .help("lw log")
        }
        Refusal::System(error) => Message::new(format!(
            "cannot {} {}",
            error.operation,
            quote_path(&error.path)
        ))
        .cause(error.cause())
        .help(match error.kind {
            FsErrorKind::NameTooLong => "choose a shorter name".to_owned(),
            _ => shell::list("-ld", nearest(&error.path)),
        }),
        Refusal::Ledger(error) => ledger_message(error),
        _ => Message::new(format!("cannot {verb}")),
    }
}

/// The nearest folder above that is there, so that the command that is named gets further.
fn nearest(path: &Path) -> &Path {
    path.ancestors()
        .skip(1)
        .find(|above| look::entry(above).is_ok())
        .unwrap_or(path)
}

fn inside_instead(verb: &str, path: &Path) -> String {
    match verb {
        "move" => "move a folder inside it instead".to_owned(),
        _ => format!("lw show {}", quote_path(path)),
    }
}

fn circle(verb: &str, link: &Path, cycle: &[PathBuf]) -> Message {
    let links: Vec<String> = cycle.iter().map(|link| quote_path(link)).collect();
    let cause = match links.as_slice() {
        [one] => format!("{one} leads to itself"),
        all => format!("the circle is {}", all.join(" -> ")),
    };
    let message = Message::new(format!(
        "cannot {verb} {}: the links lead in a circle",
        quote_path(link)
    ))
    .cause(cause);
    match (verb, cycle.first()) {
        ("link" | "retarget", Some(first)) if first == link => {
            message.help("choose another TARGET")
        }
        (_, Some(first)) => message.help(format!("lw show {}", quote_path(first))),
        (_, None) => message.help(format!("lw show {}", quote_path(link))),
    }
}

fn bad_path(verb: &str, path: &Path, source: &PlaceError) -> Message {
    let message = Message::new(format!("cannot {verb} {}", quote_path(path)));
    match source {
        PlaceError::Root => message
            .cause(source)
            .help("name a file or folder inside it"),
        PlaceError::Empty => message.cause(source).help("lw help"),
        PlaceError::TooLong { .. } => message
            .cause(source)
            .help("cd closer to it and use a relative path"),
        PlaceError::Parent(error) => {
            let missing = match error.kind {
                FsErrorKind::NotFound => {
                    format!("the folder {} does not exist", quote_path(&error.path))
                }
                _ => format!("{}: {}", quote_path(&error.path), error.cause()),
            };
            message.cause(missing).help(match error.kind {
                FsErrorKind::NotFound => shell::make_folder(&error.path),
                FsErrorKind::NameTooLong => "choose a shorter name".to_owned(),
                FsErrorKind::Loop => format!("lw show {}", quote_path(&error.path)),
                _ => shell::list("-ld", nearest(&error.path)),
            })
        }
    }
}

fn exists(verb: &str, path: &Path, kind: Kind) -> Message {
    let message = Message::new(format!(
        "cannot {verb} to {}: a {} is already there",
        quote_path(path),
        kind_word(kind)
    ));
    match verb {
        "link" => message.help("--replace displaces it into quarantine"),
        "schedule" if kind == Kind::Directory => {
            message.help("--name calls the schedule otherwise")
        }
        "schedule" => message
            .help("--replace displaces it into quarantine")
            .help("--name calls the schedule otherwise"),
        "restore" => message
            .help("--to with another folder")
            .help("--in-place   (what is where it was goes to quarantine)"),
        _ => message.help("choose another name for DEST"),
    }
}

fn not_writable(verb: &str, folder: &Path, kind: FsErrorKind) -> Message {
    let message = Message::new(format!(
        "cannot {verb}: names in {} cannot be changed",
        quote_path(folder)
    ))
    .cause(kind.words());
    match kind {
        FsErrorKind::ReadOnly => {
            message.help("mount the volume for writing, or choose another place")
        }
        FsErrorKind::NotPermitted => message.help(shell::show_attributes(folder)),
        _ => message.help(shell::list("-ld", folder)),
    }
}
