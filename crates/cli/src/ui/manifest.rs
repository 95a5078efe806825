//! Words for what a manifest lists and how it stands.

use std::path::{Path, PathBuf};

use lw_core::jobs::Refusal;
use lw_core::jobs::apply::{Conflict, Newer, Replaced, Row, Standing, Status, Whose};
use lw_core::jobs::import::ImportNote;
use lw_core::jobs::known::{Known, Made};
use lw_fs::look::{self, Kind};
use serde_json::{Map, Value, json};

use super::sentence::{kind_word, merge_words};
use super::{Message, count, local_time, quote, quote_path, refusal_message};
use super::{path_fields, typed_object};

/// Returns the message for a reason that only manifests have.
pub(super) fn manifest_message(verb: &str, refusal: &Refusal) -> Option<Message> {
    Some(match refusal {
        Refusal::NoManifest { path, error } => {
            Message::new(format!("cannot {verb} {}: {}", quote_path(path), error.why))
                .cause(match &error.at {
                    Some(at) => at.to_string(),
                    None => "it is not in the form of a manifest".to_owned(),
                })
                .help("lw apply --help   (shows the form)")
        }
        Refusal::NoImport { path, error } => {
            let message =
                Message::new(format!("cannot {verb} {}: {}", quote_path(path), error.why));
            match error.line {
                Some(line) => message.cause(format!("it is line {line} of the file")),
                None => message,
            }
            .help("lw import takes a folder of GNU Stow, or install.conf.yaml or .json of dotbot")
        }
        Refusal::Entry {
            manifest,
            line,
            path,
            conflict,
        } => entry(verb, (manifest, *line), path, conflict),
        Refusal::InTheWay {
            manifest,
            line,
            path,
            standing,
        } => in_the_way(verb, (manifest, *line), path, standing),
        Refusal::EditedSince { id, path } => Message::new(format!(
            "cannot {verb} {id}: {} was written since",
            quote_path(path)
        ))
        .cause("the way back would take it along into quarantine")
        .help("put it elsewhere first, or change the links one by one: lw remove, lw bring-back"),
        Refusal::SameName { a, b, dest } => Message::new(format!(
            "cannot {verb} {} and {}: both would be {}",
            quote_path(a),
            quote_path(b),
            quote_path(dest)
        ))
        .help(match verb {
            "restore" => "restore them one by one",
            _ => "adopt them into folders of their own",
        }),
        Refusal::NoExchange {
            folder,
            file_system,
        } => Message::new(format!(
            "cannot {verb} {}: names cannot change places there",
            quote_path(folder)
        ))
        .cause(format!("{file_system} has no such call"))
        .help("copy the file over its target by hand, then: lw apply --restore"),
        _ => return None,
    })
}

fn at_line(manifest: &Path, line: usize) -> String {
    if line == 0 {
        return quote_path(manifest);
    }
    format!("line {line} of {}", quote_path(manifest))
}

fn entry(
    verb: &str,
    (manifest, line): (&Path, usize),
    path: &Path,
    conflict: &Conflict,
) -> Message {
    let place = at_line(manifest, line);
    let (why, help) = match conflict {
        Conflict::Bad(why) => (why.clone(), None),
        Conflict::Twice { other_line } => (
            format!("line {other_line} asks for the same name"),
            Some("leave one of the two out, or let 'when' tell them apart".to_owned()),
        ),
        Conflict::OneName { other, other_line } => (
            format!(
                "line {other_line} asks for {}, and capitals do not tell names apart there",
                quote_path(other)
            ),
            Some("leave one of the two out, or give it another name".to_owned()),
        ),
        Conflict::Below { outer, other_line } => (
            format!(
                "line {other_line} makes {} a link, and this would lie in what it leads to",
                quote_path(outer)
            ),
            Some("fold = false links each file of a tree by itself".to_owned()),
        ),
        Conflict::NoFolder { at, kind, end } => no_folder(at, *kind, *end),
        Conflict::Circle { lines } => (
            circle_words(line, lines),
            Some("let one of them lead to the file or folder itself".to_owned()),
        ),
    };
    let message = Message::new(format!("cannot {verb} {place}: {}", quote_path(path))).cause(why);
    match help {
        Some(help) => message.help(help),
        None => message,
    }
}

fn no_folder(at: &Path, kind: Kind, end: Option<Kind>) -> (String, Option<String>) {
    let at = quote_path(at);
    let is = match end {
        None => "is a link that leads nowhere".to_owned(),
        Some(end) if kind.is_link() => format!("leads to a {}", kind_word(end)),
        Some(_) => format!("is a {}", kind_word(kind)),
    };
    let help = match end {
        None => format!("lw show {at}   (tells what is missing)"),
        Some(_) => "move it away, or let the entry name another folder".to_owned(),
    };
    (
        format!("{at} {is}, and a folder has to be there"),
        Some(help),
    )
}

fn circle_words(line: usize, circle: &[usize]) -> String {
    match circle {
        [one] if *one == line => "it leads to itself".to_owned(),
        [one] => format!("line {one} leads to itself"),
        many => {
            let lines: Vec<String> = many.iter().map(usize::to_string).collect();
            format!(
                "the links of the lines {} lead to each other",
                lines.join(", ")
            )
        }
    }
}

fn in_the_way(
    verb: &str,
    (manifest, line): (&Path, usize),
    path: &Path,
    standing: &Standing,
) -> Message {
    let place = at_line(manifest, line);
    if let Standing::Refused(refusal) = standing {
        let message = refusal_message(verb, refusal);
        if let Refusal::Entry { .. } = **refusal {
            return message;
        }
        return Message {
            cause: Some(match message.cause {
                Some(cause) => format!("{cause} ({place})"),
                None => place,
            }),
            ..message
        };
    }
    let message = Message::new(format!(
        "cannot {verb} {place}: {} is in the way",
        quote_path(path)
    ))
    .cause(standing_words(standing));
    let name = quote_path(manifest);
    match standing {
        Standing::Replaced(_) => message
            .help(format!(
                "lw apply --absorb {name}   (what the program wrote goes into the target)"
            ))
            .help(format!(
                "lw apply --restore {name}   (it goes into quarantine)"
            )),
        Standing::AtBoth { .. } => message
            .help(format!(
                "lw apply --merge {name}   (the two become one, and nothing is lost)"
            ))
            .help(format!(
                "lw apply --replace {name}   (this one goes into quarantine)"
            )),
        Standing::Foreign { kind } if kind_word(*kind) == "folder" => {
            message.help("move it away, or into its target")
        }
        _ => message.help(format!(
            "lw apply --replace {name}   (it goes into quarantine)"
        )),
    }
}

/// Returns how an entry stands, in words.
fn standing_words(standing: &Standing) -> String {
    match standing {
        Standing::InStep => "in step".to_owned(),
        Standing::Missing => "missing".to_owned(),
        Standing::Foldable => "a folder of links, for which one link can stand".to_owned(),
        Standing::OtherKind { whose } => format!("a hard link to its target{}", whose_words(whose)),
        Standing::Elsewhere { text, whose } => {
            format!("a link that leads to {}{}", quote(text), whose_words(whose))
        }
        Standing::Replaced(replaced) => replaced_words(*replaced),
        Standing::Foreign { kind } => {
            format!("a {} that is not of this manifest", kind_word(*kind))
        }
        Standing::NotMoved => "not moved yet".to_owned(),
        Standing::AtBoth { counts: None } => "it is at both ends".to_owned(),
        Standing::AtBoth {
            counts: Some(counts),
        } => format!("it is at both ends: {}", merge_words(counts)),
        Standing::Refused(refusal) => {
            let message = refusal_message("make", refusal);
            match message.cause {
                Some(cause) => format!("{}: {cause}", message.what),
                None => message.what,
            }
        }
    }
}

fn whose_words(whose: &Whose) -> String {
    match whose {
        Whose::Ours => ", as an earlier version of the manifest said".to_owned(),
        Whose::Shared(manifest) => format!(", and is of {} too", quote_path(manifest)),
        Whose::Others(manifest) => format!(", made for {}", quote_path(manifest)),
        Whose::Nobodys => String::new(),
    }
}

fn replaced_words(replaced: Replaced) -> String {
    let content = match replaced.is_same {
        Some(true) => "with the same content",
        Some(false) => "with other content",
        None => "too large to be compared",
    };
    let newer = match replaced.newer {
        Newer::Here => "it is newer than the target",
        Newer::There => "the target is newer",
        Newer::Neither => "both are of the same time",
    };
    format!("a program put a file in place of the link, {content}; {newer}")
}

/// Returns the word that programs read.
fn standing_name(standing: &Standing) -> &'static str {
    match standing {
        Standing::InStep => "in-step",
        Standing::Foldable => "foldable",
        Standing::Missing => "missing",
        Standing::Elsewhere { .. } | Standing::OtherKind { .. } => "differs",
        Standing::Replaced(_) => "replaced",
        Standing::Foreign { .. } => "foreign",
        Standing::NotMoved => "not-moved",
        Standing::AtBoth { .. } => "at-both",
        Standing::Refused(_) => "refused",
    }
}

/// Returns the line for one entry.
pub(crate) fn row_line(row: &Row) -> String {
    format!(
        "{:<9}  {} -> {}   ({})",
        standing_name(&row.standing),
        quote_path(&row.path),
        quote_path(&row.target),
        standing_words(&row.standing)
    )
}

/// Returns the object for one entry.
pub(crate) fn row_object(row: &Row) -> Value {
    let mut fields = path_fields("path", &row.path);
    fields.extend(path_fields("target", &row.target));
    fields.insert("line".into(), json!(row.line));
    fields.insert("status".into(), json!(standing_name(&row.standing)));
    fields.insert("words".into(), json!(standing_words(&row.standing)));
    if let Standing::Replaced(replaced) = &row.standing {
        let newer = match replaced.newer {
            Newer::Here => "link",
            Newer::There => "target",
            Newer::Neither => "neither",
        };
        fields.insert("newer".into(), json!(newer));
        fields.insert("same_content".into(), json!(replaced.is_same));
    }
    Value::Object(typed_object("entry", fields))
}

/// Returns the line for a link that is not listed any more.
pub(crate) fn unlisted_line(path: &Path) -> String {
    format!(
        "{:<9}  {}   (made for this manifest, and not listed any more)",
        "unlisted",
        quote_path(path)
    )
}

/// Returns the object for a link that is not listed any more.
pub(crate) fn unlisted_object(path: &Path) -> Value {
    let mut fields = path_fields("path", path);
    fields.insert("status".into(), json!("unlisted"));
    Value::Object(typed_object("entry", fields))
}

/// Returns what is to be known of something imported, in one line.
pub(crate) fn import_note(note: &ImportNote) -> String {
    let path = quote_path(&note.path);
    match note.line {
        Some(line) => format!("note: line {line} of {path}: {}", note.why),
        None => format!("note: {path}: {}", note.why),
    }
}

/// Says how many entries are in step.
pub(crate) fn status_sentence(status: &Status) -> String {
    let all = status.rows.len() as u64;
    let is_in_step = |row: &&Row| row.standing.is_in_step();
    let in_step = status.rows.iter().filter(is_in_step).count() as u64;
    match status.is_in_step() {
        true => format!("{} in step.", count(all, "link", "links")),
        false => format!("{in_step} of {} in step.", count(all, "link", "links")),
    }
}

/// Returns the path that a known link was made to lead to, as far as it can be told.
pub(crate) fn known_target(path: &Path, known: &Known) -> Option<PathBuf> {
    match &known.made {
        Made::Hard { target, .. } => Some(target.clone()),
        Made::Link(trace) => {
            let text = Path::new(trace.text.as_ref()?);
            let folder = path.parent()?;
            let named = look::place(folder, text).map(|place| place.path());
            Some(named.unwrap_or_else(|_| folder.join(text)))
        }
    }
}

fn known_kind(known: &Known) -> &'static str {
    match &known.made {
        Made::Hard { .. } => "hard link",
        Made::Link(trace) => match &trace.native {
            Some(native) => native.form.words(),
            None => trace.kind.words(),
        },
    }
}

/// Returns what is told of a known link: link, target, kind, since when, by which operation, note.
pub(crate) fn known_cells(path: &Path, known: &Known) -> [String; 6] {
    [
        path.to_string_lossy().into_owned(),
        known_target(path, known)
            .map(|target| target.to_string_lossy().into_owned())
            .unwrap_or_default(),
        known_kind(known).to_owned(),
        local_time(known.made_us),
        known.operation_id.to_string(),
        known.note.clone().unwrap_or_default(),
    ]
}

/// Returns the object for a known link.
pub(crate) fn known_object(path: &Path, known: &Known) -> Value {
    let mut fields: Map<String, Value> = path_fields("path", path);
    if let Some(target) = known_target(path, known) {
        fields.extend(path_fields("target", &target));
    }
    if let Made::Link(trace) = &known.made
        && let Some(text) = &trace.text
    {
        fields.extend(path_fields("text", Path::new(text)));
    }
    fields.insert("kind".into(), json!(known_kind(known)));
    fields.insert("since_us".into(), json!(known.made_us));
    fields.insert("operation".into(), json!(known.operation_id));
    fields.insert("note".into(), json!(known.note));
    if let Some(manifest) = known.manifests.first() {
        fields.extend(path_fields("manifest", manifest));
    }
    if known.manifests.len() > 1 {
        let all = known.manifests.iter().map(|one| path_fields("path", one));
        fields.insert("manifests".into(), json!(all.collect::<Vec<_>>()));
    }
    Value::Object(typed_object("known-link", fields))
}
