//! The words of what went wrong while something was done, and of what was settled.

use lw_core::ledger::{LedgerError, OperationState};
use lw_core::run::{Ending, Failure, RunError, Settled, UnitEnding};
use lw_fs::look;

use super::{Message, done_sentence, quote_path};

/// Returns the message for a ledger that cannot be used.
pub(crate) fn ledger_message(error: &LedgerError) -> Message {
    let another = "LW_HOME=/another/folder lw …   (keeps the ledger there)";
    match error {
        LedgerError::Claimed { path, pid } => Message::new(format!(
            "cannot work on {}: another lw is at it",
            quote_path(path)
        ))
        .cause(format!("process {pid} has not finished"))
        .help(format!("ps -p {pid}"))
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
            "mv {0} {0}.damaged   (lw starts a new one; nothing before it can be undone)",
            quote_path(path)
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
                .help(format!("ls -la {}", quote_path(folder)))
                .help(another)
                .exit_code(6)
        }
    }
}

/// Returns the message for a plan that was not carried out whole.
pub(crate) fn run_message(verb: &str, error: &RunError) -> Message {
    match error {
        RunError::Ledger(error) => ledger_message(error),
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
            message.state("everything is as it was before")
        }
    }
}

fn failure_message(verb: &str, failure: &Failure) -> Message {
    match failure {
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
                Some(other) => format!("{} and {}", quote_path(&error.path), quote_path(other)),
                None => quote_path(&error.path),
            };
            // A private folder made for the work may be swept away again by now.
            let folder = error
                .path
                .ancestors()
                .skip(1)
                .find(|folder| look::entry(folder).is_ok())
                .unwrap_or(&error.path);
            Message::new(format!("cannot {verb}: cannot {} {on}", error.operation))
                .cause(error.cause())
                .help(format!("lw doctor {}", quote_path(folder)))
        }
    }
}

fn failure_words(failure: &Failure) -> String {
    match failure {
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
    for unit in &settled.units {
        match unit {
            UnitEnding::Done | UnitEnding::WentBack => {}
            UnitEnding::Left(Ending::Diverged(at)) => {
                for (path, expected, found) in at {
                    lines.push(format!(
                        "  {} should hold {}, but holds {}",
                        quote_path(path),
                        expected.words(),
                        found.words()
                    ));
                }
            }
            UnitEnding::Left(Ending::Failed(failure)) => {
                lines.push(format!("  {}", failure_words(failure)));
            }
        }
    }
    lines
}
