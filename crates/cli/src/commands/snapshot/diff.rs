//! `lw snapshot diff`.

use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::snapshot::diff::{Change, diff};
use lw_core::jobs::{Refusal, Refused};
use lw_fs::snapshot::Manifest;
use serde_json::json;

use super::super::changing;
use super::chosen;
use crate::arguments::Diff;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, path_fields, quote_path, typed_object};

pub(super) fn run(arguments: &Diff, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let pair = match pair(arguments, edge) {
        Ok(pair) => pair,
        Err(refused) => return changing::refuse("compare", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    let mut tell = |path: &Path, change: Change| match style {
        Style::Json => print_json(path, change),
        Style::Text => answer.line(line(path, change)),
    };
    let told = diff(&pair.0, &pair.1, &mut tell);
    answer.end();
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => changing::refuse("compare", &error.into(), style),
    }
}

/// Prints a difference as one object.
pub(super) fn print_json(path: &Path, change: Change) {
    let mut object = typed_object("difference", path_fields("path", path));
    object.insert("change".into(), json!(change.name()));
    ui::print_json(&object.into());
}

/// Returns a difference as one line.
pub(super) fn line(path: &Path, change: Change) -> String {
    format!("{} {}", change.sign(), quote_path(path))
}

/// Returns the manifests of the earlier and the later snapshot.
fn pair(arguments: &Diff, edge: &Edge) -> Result<(Manifest, Manifest), Refused> {
    let first = chosen(&edge.around, &arguments.snapshot)?;
    let open = |chosen: &super::Chosen, id: &str| Manifest::open(&chosen.store.manifest(id));
    let id = &first.snapshot().id;
    if let Some(other) = &arguments.other {
        let second = chosen(&edge.around, other)?;
        return Ok((open(&first, id)?, open(&second, &second.snapshot().id)?));
    }
    let before = first
        .place
        .checked_sub(1)
        .map(|place| &first.listing.snapshots[place]);
    let before = before.ok_or_else(|| Refusal::FirstSnapshot {
        path: first.store.tree(id),
    })?;
    Ok((open(&first, &before.id)?, open(&first, id)?))
}
