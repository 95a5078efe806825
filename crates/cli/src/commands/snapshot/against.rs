//! `lw snapshot verify --against-source`.

use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::snapshot::against::{Reads, differences};
use lw_core::jobs::snapshot::{Snapshot, choose, list, store_at, why_not_there};
use lw_core::jobs::{Refused, Surroundings};
use lw_fs::snapshot::{LATEST, Store};
use lw_fs::stage::{Amount, StageError};

use super::super::changing;
use super::{chosen, diff};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Message, Progress, Stop, Style, quote_path};

/// Compares a snapshot, or the newest of a store, with its source; exit code 1 if they differ.
pub(super) fn run(path: &Path, reads: Reads, edge: &Edge, style: Style) -> ExitCode {
    let (store, snapshot) = match meant(&edge.around, path) {
        Ok(meant) => meant,
        Err(refused) => return changing::refuse("verify", &refused, style),
    };
    let is_quiet = style == Style::Json;
    let progress = Progress::new(Amount::default(), None, is_quiet, Stop::listen());
    let found = differences(&store, &snapshot, reads, &progress);
    progress.finish();
    let found = match found {
        Ok(found) => found,
        Err(StageError::System(error)) => {
            return changing::refuse("verify", &error.into(), style);
        }
        Err(_) => {
            let message = Message::new("the verification was interrupted")
                .state("nothing was changed")
                .exit_code(progress.stop_code());
            return ui::fail(&message, style);
        }
    };
    let mut answer = LongAnswer::begin();
    for (path, change) in &found {
        match style {
            Style::Json => diff::print_json(path, *change),
            Style::Text => answer.line(diff::line(path, *change)),
        }
    }
    answer.end();
    if found.is_empty() && style == Style::Text {
        let path = store.tree(&snapshot.id);
        ui::print(format_args!("The source is as in {}.", quote_path(&path)));
    }
    ExitCode::from(u8::from(!found.is_empty()))
}

fn meant(around: &Surroundings, path: &Path) -> Result<(Store, Snapshot), Refused> {
    if let Some(store) = store_at(around, path)? {
        let listing = list(&store)?;
        let newest = choose(&store, &listing, LATEST).map_err(why_not_there)?;
        let newest = newest.clone();
        return Ok((store, newest));
    }
    let chosen = chosen(around, path)?;
    let snapshot = chosen.snapshot().clone();
    Ok((chosen.store, snapshot))
}
