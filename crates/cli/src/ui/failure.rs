//! The words of what went wrong while something was done, and of what was settled.

use std::path::Path;

use lw_core::ledger::{LedgerError, OperationState, Purpose};
use lw_core::plan::Subject;
use lw_core::run::{Ending, Failure, KeptFolder, RunError, Settled, UnitEnding};
use lw_fs::FsErrorKind;
use lw_fs::look;
use lw_fs::snapshot::Store;
use lw_fs::stage::StageError;

use super::{Message, count, done_sentence, leftovers_line, quote_path, shell};

/// Returns the message for a ledger that cannot be used.
pub(crate) fn ledger_message(error: &LedgerError) -> Message {
    let another = format!("{}   (keeps the ledger there)", shell::another_home("lw …"));
    match error {
        LedgerError::Claimed { path, pid } => Message::new(format!(
            "cannot work on {}: another lw is at it",
            quote_path(path)
        ))
        .cause(format!("process {pid} has not finished"))
        .help(shell::show_process(*pid))
        .exit_code(5),
        LedgerError::Unsettled { path, operation_id } => Message::new(format!(
            "cannot work on {}: operation {operation_id} on it was interrupted a moment ago",
            quote_path(path)
        ))
        .help("lw recover"),
        LedgerError::Locked { path } => {
            Message::new(format!("cannot use the ledger {}", quote_path(path)))
                .cause("another program keeps it locked")
                .help("try again in a moment")
                .exit_code(5)
        }
        LedgerError::Newer { path, found, known } => Message::new(format!(
            "cannot use the ledger {}: a newer lw wrote it",
            quote_path(path)
        ))
        .cause(format!(
            "its format is {found}, this program knows up to {known}"
        ))
        .help("use the newer lw")
        .help(another)
        .exit_code(6),
        LedgerError::Damaged { path, why } => Message::new(format!(
            "cannot use the ledger {}: it is damaged",
            quote_path(path)
        ))
        .cause(why)
        .help(format!(
            "{}   (lw starts a new one; nothing before it can be undone)",
            shell::put_aside(path)
        ))
        .help(another)
        .exit_code(6),
        LedgerError::Full { path } => {
            Message::new(format!("cannot write the ledger {}", quote_path(path)))
                .cause("no space left on the volume")
                .help("free a few kilobytes there")
                .help(another)
                .exit_code(6)
        }
        LedgerError::Foreign { folder, owner } => Message::new(format!(
            "cannot use the state folder {}",
            quote_path(folder)
        ))
        .cause(format!(
            "it belongs to user {owner}; under sudo lw does not write another user's ledger"
        ))
        .help(another)
        .exit_code(6),
        LedgerError::Folder { folder, source } => Message::new(format!(
            "cannot use the state folder {}",
            quote_path(folder)
        ))
        .cause(format!("{}: {}", quote_path(&source.path), source.cause()))
        .help(another)
        .exit_code(6),
        LedgerError::Other { path, why } => {
            let folder = path.parent().unwrap_or(path);
            Message::new(format!("cannot use the ledger {}", quote_path(path)))
                .cause(why)
                .help(shell::show_all(folder))
                .help(another)
                .exit_code(6)
        }
    }
}

/// Returns the message for a plan that was not carried out whole.
///
/// `stop_code` is the exit code for what was stopped at the user's wish.
pub(crate) fn run_message(verb: &str, error: &RunError, stop_code: u8) -> Message {
    match error {
        RunError::Ledger(error) => ledger_message(error),
        RunError::NotCleared {
            operation_id,
            failure,
        } => {
            let message = match failure {
                Failure::Stage(StageError::Cancelled) => {
                    Message::new(format!("operation {operation_id} was interrupted"))
                        .exit_code(stop_code)
                }
                failure => failure_message(verb, failure).exit_code(3),
            };
            message
                .state("the new place is in use and complete; what is left of the old one lies in quarantine")
                .help("lw recover   (clears the rest)")
        }
        RunError::NotRecorded {
            operation_id,
            source,
        } => Message::new(format!(
            "operation {operation_id} is done, but that could not be recorded"
        ))
        .cause(source)
        .state("the change is made and complete")
        .help("lw recover")
        .exit_code(3),
        RunError::Unfinished(unfinished) => {
            let message = failure_message(verb, &unfinished.failure);
            if let Some(stuck) = &unfinished.stuck {
                return message
                    .state(format!(
                        "operation {} stopped half-way and could not be taken back ({}); nothing is lost",
                        unfinished.operation_id,
                        failure_words(stuck)
                    ))
                    .help("lw recover")
                    .exit_code(3);
            }
            if unfinished.done_units > 0 {
                return message
                    .state(format!(
                        "{} of {} done, the rest is as before",
                        unfinished.done_units, unfinished.units
                    ))
                    .help(format!("lw undo {}", unfinished.operation_id))
                    .exit_code(3);
            }
            let message = match unfinished.failure {
                Failure::Stage(StageError::Cancelled) => message.exit_code(stop_code),
                _ => message,
            };
            let stage = unfinished.slots.iter().find(is_stage);
            match stage {
                Some(stage) => message
                    .state(format!(
                        "everything is as it was before; what was copied so far is kept in {}",
                        quote_path(&stage.path)
                    ))
                    .help("the same command again goes on with it")
                    .help("lw recover   (removes it)"),
                None => message.state("everything is as it was before"),
            }
        }
    }
}

/// Returns the message for a copy that could not be made, or an old tree that could not be cleared.
fn stage_message(verb: &str, error: &StageError) -> Message {
    match error {
        StageError::System(error) => {
            let message = Message::new(format!(
                "cannot {verb}: cannot {} {}",
                error.operation,
                quote_path(&error.path)
            ));
            message.cause(error.cause())
        }
        StageError::Cancelled => Message::new(format!("{verb} was interrupted")),
        StageError::KeepsChanging { path } => Message::new(format!(
            "cannot {verb}: {} goes on changing",
            quote_path(path)
        ))
        .cause("it was changed again each time it was copied")
        .help("--live copies it while programs work in it"),
        StageError::OpenForWriting { path } => Message::new(format!(
            "cannot {verb}: {} is open for writing",
            quote_path(path)
        ))
        .cause("a program that this user may not see has it open")
        .help("end that program, or --live"),
        StageError::NotAsWritten { path } => Message::new(format!(
            "cannot {verb}: {} does not read back as it was written",
            quote_path(path)
        ))
        .cause(
            "the new volume returns other bytes than it was given, also when they are written anew",
        )
        .help("do not trust that device; choose another DEST"),
        StageError::Loss { path, loss } => Message::new(format!(
            "cannot {verb}: the new volume cannot keep {} of {}",
            loss.words(),
            quote_path(path)
        ))
        .help("--lossy moves it without"),
        StageError::InUse { path } => Message::new(format!(
            "cannot {verb}: another lw is at work in {}",
            quote_path(path)
        ))
        .exit_code(5),
        StageError::NotAsRecorded { path } => Message::new(format!(
            "cannot {verb}: what the store holds at {} is not what was recorded",
            quote_path(path)
        ))
        .cause("it is missing, cannot be read, or has other content")
        .help("another snapshot may have it: 'lw snapshot verify --full' names what is damaged"),
        StageError::NothingThere => Message::new(format!(
            "cannot {verb}: there is no file in it, and there were some before"
        ))
        .cause("perhaps its volume is not mounted")
        .help("--allow-empty takes it all the same"),
        StageError::CannotBeCopied { path, kind } => Message::new(format!(
            "cannot {verb}: {} is a {}",
            quote_path(path),
            kind.words()
        ))
        .cause("sockets and devices cannot be copied")
        .help(shell::list("-l", path)),
    }
}

/// Returns the message for what stays in quarantine although it should have gone.
pub(crate) fn kept_message(kept: u64, slots: &[KeptFolder]) -> Message {
    let things = count(kept, "thing", "things");
    let mut message = Message::new(format!("{things} of the old place could not be cleared"))
        .cause("it was being changed, or the system could not tell that it was not; see the notes above")
        .state("the new place is in use and complete; what could not be cleared lies in quarantine")
        .exit_code(3);
    if let Some(slot) = slots
        .iter()
        .find(|slot| slot.purpose == Purpose::Quarantine)
    {
        message = message.help(shell::list("-R", &slot.path));
    }
    message.help("lw purge --list")
}

fn failure_message(verb: &str, failure: &Failure) -> Message {
    match failure {
        Failure::Stage(error) => stage_message(verb, error),
        Failure::NotRecorded(error) => {
            let message = ledger_message(error);
            Message::new(format!("cannot {verb}: it could not be recorded"))
                .cause(message.cause.unwrap_or(message.what))
                .help("lw doctor")
        }
        Failure::Changed {
            path,
            expected,
            found,
        } => Message::new(format!(
            "cannot {verb}: {} changed in the meantime",
            quote_path(path)
        ))
        .cause(format!(
            "the plan was made for {}, now there is {}",
            expected.words(),
            found.words()
        ))
        .help(format!("lw show {}", quote_path(path))),
        Failure::Refused(error) => {
            let on = match &error.other_path {
                Some(other) => {
                    let between = match error.operation {
                        "copy" | "restore" => "to",
                        _ => "and",
                    };
                    let (path, other) = (quote_path(&error.path), quote_path(other));
                    format!("{path} {between} {other}")
                }
                None => quote_path(&error.path),
            };
            let is_full = error.kind == FsErrorKind::NoSpace;
            let at = match &error.other_path {
                Some(written) if is_full => written,
                _ => &error.path,
            };
            // A private folder made for the work may be swept away again by now.
            let mut folders = at.ancestors().skip(1);
            let folder = folders
                .find(|folder| look::entry(folder).is_ok())
                .unwrap_or(at);
            let what = match error.operation == verb {
                true => format!("cannot {verb} {on}"),
                false => format!("cannot {verb}: cannot {} {on}", error.operation),
            };
            let message = Message::new(what).cause(error.cause());
            if is_full {
                return message.help(make_room(folder));
            }
            let is_refused_link = error.operation.ends_with("link")
                && [FsErrorKind::NotPermitted, FsErrorKind::Unsupported].contains(&error.kind);
            let ways = match is_refused_link {
                true => shell::ways_to_links(verb),
                false => Vec::new(),
            };
            ways.into_iter()
                .fold(message, Message::help)
                .help(format!("lw doctor {}", quote_path(folder)))
        }
    }
}

/// Says where room is to be made for what is written in a folder.
pub(crate) fn make_room(folder: &Path) -> String {
    let volume = look::volume_of(folder);
    let mount_point = volume.as_ref().map_or(folder, |volume| &volume.mount_point);
    format!("make room on the volume at {}", quote_path(mount_point))
}

pub(super) fn failure_words(failure: &Failure) -> String {
    match failure {
        Failure::Stage(StageError::NotAsRecorded { path }) => format!(
            "what the store holds at {} is not what was recorded",
            quote_path(path)
        ),
        Failure::Stage(error) => stage_message("go on", error).what,
        Failure::NotRecorded(error) => error.to_string(),
        Failure::Changed {
            path,
            expected,
            found,
        } => {
            format!(
                "{} should hold {}, but holds {}",
                quote_path(path),
                expected.words(),
                found.words()
            )
        }
        Failure::Refused(error) => {
            format!(
                "cannot {} {}: {}",
                error.operation,
                quote_path(&error.path),
                error.cause()
            )
        }
    }
}

/// Returns whether it is a copy that is not finished, and can be reached.
fn is_stage(slot: &&KeptFolder) -> bool {
    slot.purpose == Purpose::Stage && look::entry(&slot.path).is_ok()
}

/// Says how an interrupted operation was settled.
pub(crate) fn settled_lines(settled: &Settled) -> Vec<String> {
    let about = done_sentence(&settled.subject);
    let id = settled.operation_id;
    let mut lines = vec![match settled.state {
        OperationState::Done => {
            format!("operation {id} was interrupted and is now finished: {about}")
        }
        OperationState::WentBack => {
            format!(
                "operation {id} was interrupted; everything is as it was before it. It was: {about}"
            )
        }
        OperationState::Partly => {
            format!(
                "operation {id} was interrupted; a part of it is done, the rest as before. It was: {about}"
            )
        }
        OperationState::Diverged | OperationState::Running | OperationState::Accepted => {
            format!(
                "operation {id} was interrupted and cannot be settled; nothing is lost. It was: {about}"
            )
        }
    }];
    if settled.kept > 0 {
        lines.push(format!(
            "  {} of the old place could not be cleared and stays in quarantine: lw purge --list",
            count(settled.kept, "thing", "things")
        ));
    }
    for stage in settled.slots.iter().filter(is_stage) {
        lines.push(format!(
            "  what was copied so far is kept in {}; the same command again goes on with it, 'lw recover' removes it",
            quote_path(&stage.path)
        ));
    }
    if let Subject::Snapshot { store, .. } = &settled.subject
        && let Some(line) = leftovers_line(&Store::new(store.clone()))
    {
        lines.push(format!("  {line}"));
    }
    for unit in &settled.units {
        match unit {
            UnitEnding::Done | UnitEnding::WentBack => {}
            UnitEnding::Left(ending) => match ending.as_ref() {
                Ending::Diverged(at) => {
                    for (path, expected, found) in at {
                        lines.push(format!(
                            "  {} should hold {}, but holds {}",
                            quote_path(path),
                            expected.words(),
                            found.words()
                        ));
                    }
                }
                Ending::Failed(failure) => lines.push(format!("  {}", failure_words(failure))),
            },
        }
    }
    lines
}
