//! The words about folders that cloud clients sync.

use lw_core::jobs::Refusal;
use lw_fs::FsErrorKind;

use super::{Message, quote, quote_path};

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
