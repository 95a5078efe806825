//! `lw snapshot repair`.

use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::snapshot::{
    Named, Unreadable, choose, list, members, named, store_at, why_not_there,
};
use lw_core::jobs::{Refused, Surroundings};
use lw_core::run;
use lw_fs::snapshot::{Diagnosis, Member, Remedy, Repair, Store, diagnose, is_to_be_swept};
use lw_fs::stage::{Amount, StageError};
use lw_fs::{FsErrorKind, Witness};
use serde_json::json;

use super::super::changing;
use super::take;
use crate::arguments::RepairSnapshots;
use crate::edge::{self, Edge};
use crate::ui::{
    self, Answer, Message, Progress, Stop, Style, path_fields, quote_path, typed_object,
};

pub(super) fn run(arguments: &RepairSnapshots, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let all = match meant(&edge.around, arguments) {
        Ok(all) => all,
        Err(refused) => return changing::refuse("repair", &refused, style),
    };
    let mut worst = ExitCode::SUCCESS;
    for meant in &all {
        let ended = repair(arguments, meant, (&edge, &mut *witness), style);
        if ended != ExitCode::SUCCESS {
            worst = ended;
        }
    }
    worst
}

/// A store, and which of its snapshots are meant: all if none is named.
struct Meant {
    store: Store,
    examined: Option<Vec<String>>,
}

fn meant(around: &Surroundings, arguments: &RepairSnapshots) -> Result<Vec<Meant>, Refused> {
    let mut all: Vec<Meant> = Vec::new();
    for path in &arguments.paths {
        let (store, id) = one(around, path)?;
        let known = all.iter_mut().find(|known| known.store == store);
        match (known, id) {
            (Some(known), Some(id)) => known
                .examined
                .iter_mut()
                .for_each(|ids| ids.push(id.clone())),
            (Some(known), None) => known.examined = None,
            (None, id) => all.push(Meant {
                store,
                examined: id.map(|id| vec![id]),
            }),
        }
    }
    Ok(all)
}

fn one(around: &Surroundings, path: &Path) -> Result<(Store, Option<String>), Refused> {
    if let Some(itself) = store_at(around, path)? {
        return Ok((itself, None));
    }
    let Named { store, word } = named(around, path)?;
    let listing = list(&store)?;
    let chosen = choose(&store, &listing, &word).map_err(why_not_there)?;
    let id = chosen.id.clone();
    Ok((store, Some(id)))
}

/// What is known of a store before anything is done.
struct Found {
    members: Vec<Member>,
    unreadable: Vec<Unreadable>,
    diagnosis: Diagnosis,
}

fn find(meant: &Meant, progress: &Progress) -> Result<Found, StageError> {
    let listing = list(&meant.store)?;
    let (members, unreadable) = members(&meant.store, listing, meant.examined.as_deref())?;
    let diagnosis = diagnose(&meant.store, &members, progress)?;
    Ok(Found {
        members,
        unreadable,
        diagnosis,
    })
}

fn repair(
    arguments: &RepairSnapshots,
    meant: &Meant,
    (edge, witness): (&Edge, &mut dyn Witness),
    style: Style,
) -> ExitCode {
    let store = &meant.store;
    let progress = || {
        let is_quiet = arguments.quiet || style == Style::Json;
        Progress::new(Amount::default(), None, is_quiet, Stop::listen())
    };
    let looking = progress();
    let found = find(meant, &looking);
    looking.finish();
    let found = match found {
        Ok(found) => found,
        Err(error) => return ui::fail(&failure(store, error, looking.stop_code(), None), style),
    };
    let repairs = found.diagnosis.repairs(store, &found.members);
    let hopeless = repairs
        .iter()
        .filter(|repair| repair.remedy == Remedy::None);
    let can_be_done = repairs.len() - hopeless.count();
    let asks = !arguments.dry_run && !arguments.yes && can_be_done > 0 && ui::can_ask();
    if asks || !arguments.quiet {
        tell_all(store, &found.members, &repairs, style);
    }
    if arguments.dry_run {
        if style == Style::Text {
            ui::print("Nothing was changed: this is what would be done.");
        }
        return ExitCode::SUCCESS;
    }
    if asks && ui::ask("Repair these snapshots?") == Answer::No {
        ui::note("Nothing was changed.");
        return ExitCode::from(4);
    }
    let mut left: Vec<Repair> = repairs
        .iter()
        .filter(|repair| repair.remedy == Remedy::None)
        .cloned()
        .collect();
    let has_leftovers = match is_to_be_swept(store) {
        Ok(has_leftovers) => has_leftovers,
        Err(error) => return changing::refuse("repair", &error.into(), style),
    };
    if can_be_done > 0 || has_leftovers {
        let mut session = match run::open(edge.context.clone(), witness) {
            Ok(session) => session,
            Err(error) => return ui::fail(&ui::ledger_message(&error), style),
        };
        if let Err(exit) = changing::settle(&mut session, style) {
            return exit;
        }
        let mending = progress();
        let stamp = take::stamp(edge::now_us());
        let subject = (store, &*found.members);
        let (kept, mended) = run::mend(&mut session, subject, &found.diagnosis, &stamp, &mending);
        mending.finish();
        match mended {
            Ok(failed) => left = failed,
            Err(error) => {
                let message = failure(store, error, mending.stop_code(), Some(&kept));
                return ui::fail(&message, style);
            }
        }
        if can_be_done > 0 {
            done(repairs.len() - left.len(), &kept, style, arguments.quiet);
        }
    }
    if repairs.is_empty() && found.unreadable.is_empty() && style == Style::Text && !arguments.quiet
    {
        ui::print("Nothing to do: all is as recorded.");
    }
    ended(store, &found, &left, style)
}

/// Says what is wrong and what becomes of it; where a store was copied, not of each file that it is the same.
fn tell_all(store: &Store, members: &[Member], repairs: &[Repair], style: Style) {
    const MOST_RECORDED: usize = 20;
    let is_recorded = |repair: &&Repair| repair.remedy == Remedy::Record;
    let recorded = repairs.iter().filter(is_recorded).count();
    let is_short = style == Style::Text && recorded > MOST_RECORDED;
    for repair in repairs
        .iter()
        .filter(|repair| !(is_short && is_recorded(repair)))
    {
        tell(store, members, repair, style);
    }
    if is_short {
        ui::print(format_args!(
            "{recorded} names are those of other files, which hold the same: what is there is recorded"
        ));
    }
}

/// Says what is wrong with one name, and what becomes of it.
fn tell(store: &Store, members: &[Member], repair: &Repair, style: Style) {
    let id = &members[repair.member].id;
    let path = store.tree(id).join(&repair.path);
    let (word, from) = match &repair.remedy {
        Remedy::Record => ("recorded", None),
        Remedy::Facts => ("facts", None),
        Remedy::Anew => ("anew", None),
        Remedy::Link(from) => ("link", Some(from)),
        Remedy::Copy(from) => ("copy", Some(from)),
        Remedy::Source(from) => ("source", Some(from)),
        Remedy::None => ("none", None),
    };
    if style == Style::Json {
        let mut object = typed_object("repair", path_fields("path", &path));
        object.insert("snapshot".into(), json!(id));
        object.insert("fault".into(), json!(repair.fault.name()));
        object.insert("remedy".into(), json!(word));
        if let Some(from) = from {
            object.extend(path_fields("from", from));
        }
        ui::print_json(&object.into());
        return;
    }
    let remedy = match &repair.remedy {
        Remedy::Record => "what is there is recorded".to_owned(),
        Remedy::Facts => "gets its own back".to_owned(),
        Remedy::Anew => "made anew".to_owned(),
        Remedy::Link(from) => format!("linked to {}", quote_path(from)),
        Remedy::Copy(from) | Remedy::Source(from) => format!("copied from {}", quote_path(from)),
        Remedy::None => "cannot be repaired".to_owned(),
    };
    let fault = repair.fault.words();
    ui::print(format_args!("{} {fault}: {remedy}", quote_path(&path)));
}

fn done(count: usize, kept: &Path, style: Style, is_quiet: bool) {
    let is_there = matches!(lw_fs::look::entry_if_any(kept), Ok(Some(_)));
    if style == Style::Json {
        let mut object = typed_object("repaired", serde_json::Map::new());
        object.insert("count".into(), json!(count));
        if is_there {
            object.extend(path_fields("replaced", kept));
        }
        ui::print_json(&object.into());
        return;
    }
    if is_quiet {
        return;
    }
    let names = ui::count(count as u64, "name", "names");
    ui::print(format_args!("Repaired {names}."));
    if is_there {
        let kept = quote_path(kept);
        ui::print(format_args!(
            "What was there lies in {kept}; delete that once you do not miss it."
        ));
    }
}

/// Names what could not be repaired; exit code 3 if there is any.
fn ended(store: &Store, found: &Found, left: &[Repair], style: Style) -> ExitCode {
    let mut messages: Vec<Message> = left
        .iter()
        .map(|repair| {
            let path = store
                .tree(&found.members[repair.member].id)
                .join(&repair.path);
            let message = Message::new(format!("cannot repair {}", quote_path(&path)));
            let message = match repair.fault {
                lw_fs::snapshot::FaultKind::Unknown => message
                    .cause("it does not belong there")
                    .help("move it out of the store, if it is yours"),
                fault => message
                    .cause(format!("it {}", fault.words()))
                    .help("its content was found neither in the store nor in the source"),
            };
            message.state("it was left alone").exit_code(3)
        })
        .collect();
    messages.extend(found.unreadable.iter().map(|unreadable| {
        let path = store.tree(&unreadable.id);
        Message::new(format!("cannot repair {}", quote_path(&path)))
            .cause(unreadable.error.cause())
            .state("it was left alone")
            .help(ui::shell::show_all(&path))
            .exit_code(3)
    }));
    match messages.is_empty() {
        true => ExitCode::SUCCESS,
        false => ui::fail_all(&messages, style),
    }
}

/// Returns why nothing was found, or, if something was replaced already, why no more was.
fn failure(store: &Store, error: StageError, stop_code: u8, kept: Option<&Path>) -> Message {
    let root = quote_path(store.root());
    let begun = |message: Message| match kept {
        None => message.state("nothing was changed"),
        Some(_) => message
            .state("each name is as it was or repaired")
            .help("the same command again goes on with it"),
    };
    match error {
        StageError::InUse { .. } => {
            Message::new(format!("cannot repair: another lw is at work in {root}"))
                .state("nothing was changed")
                .exit_code(5)
        }
        StageError::KeepsChanging { .. } => {
            Message::new(format!("cannot repair: {root} was changed meanwhile"))
                .state("nothing was changed")
                .help("the same command again looks anew")
                .exit_code(5)
        }
        StageError::System(error) => {
            let what = format!(
                "cannot repair: cannot {} {}",
                error.operation,
                quote_path(&error.path)
            );
            let message = Message::new(what).cause(error.cause());
            begun(match error.kind {
                FsErrorKind::NoSpace => message.help(ui::make_room(store.root())),
                _ => message,
            })
        }
        _ => begun(Message::new("the repair was interrupted")).exit_code(stop_code),
    }
}
